//! Languages of the pages: which there are, how one is chosen, and their catalogues.
//!
//! Enters: a cookie, an `Accept-Language` line, a key with its arguments. Leaves: a language, a sentence in it with the
//! plural that CLDR asks for. A key that is missing shows itself, so that nobody takes a gap for a value; a test keeps
//! the three catalogues complete.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::format;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English, the reference.
    En,
    /// Ukrainian.
    Uk,
    /// Polish.
    Pl,
}

impl Lang {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::En, Self::Uk, Self::Pl];

    /// Its BCP 47 tag: in the cookie, in `lang=`, in the catalogue's file name.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Uk => "uk",
            Self::Pl => "pl",
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Uk => "Українська",
            Self::Pl => "Polski",
        }
    }

    /// The language of this tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The first language of an `Accept-Language` line that there is, by weight, else English. Regions are passed over.
    #[must_use]
    pub fn from_accept_language(line: &str) -> Self {
        /// Entries looked at; browsers send fewer than ten.
        const ENTRIES_MAX: usize = 20;
        let mut best: Option<(f32, Self)> = None;
        for entry in line.split(',').take(ENTRIES_MAX) {
            let mut parts = entry.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |text| text.trim().parse::<f32>().unwrap_or(0.0));
            let Some(lang) = Self::from_tag(&primary) else { continue };
            if weight > 0.0 && best.is_none_or(|(held, _)| weight > held) {
                best = Some((weight, lang));
            }
        }
        best.map_or(Self::En, |(_, lang)| lang)
    }

    /// The source of its catalogue.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("../../web/i18n/en.ftl"),
            Self::Uk => include_str!("../../web/i18n/uk.ftl"),
            Self::Pl => include_str!("../../web/i18n/pl.ftl"),
        }
    }

    fn catalogue(self) -> &'static Catalogue {
        match self {
            Self::En => &EN,
            Self::Uk => &UK,
            Self::Pl => &PL,
        }
    }
}

type Catalogue = FluentBundle<FluentResource>;

static EN: LazyLock<Catalogue> = LazyLock::new(|| load(Lang::En));
static UK: LazyLock<Catalogue> = LazyLock::new(|| load(Lang::Uk));
static PL: LazyLock<Catalogue> = LazyLock::new(|| load(Lang::Pl));

fn load(lang: Lang) -> Catalogue {
    let locale: LanguageIdentifier = lang.tag().parse().expect("the three tags are well formed");
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // Names from outside are isolated where they are put in; numbers and ages need no marks.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match lang {
        Lang::En => |value, _| written_number(Lang::En, value),
        Lang::Uk => |value, _| written_number(Lang::Uk, value),
        Lang::Pl => |value, _| written_number(Lang::Pl, value),
    }));
    let resource = match FluentResource::try_new(lang.source().to_owned()) {
        Ok(resource) => resource,
        // A damaged line costs its own message only; the catalogue's test refuses it.
        Err((resource, _)) => resource,
    };
    bundle.add_resource_overriding(resource);
    bundle
}

fn written_number(lang: Lang, value: &FluentValue<'_>) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    Some(format::number(lang, number.value, 0))
}

/// One argument of a sentence.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// A word or a number that is already written out.
    Text(&'a str),
    /// Text from outside (a name, a sensor), to be kept apart from the sentence's own direction.
    Name(&'a str),
    /// A count, which chooses the plural.
    Count(u64),
}

/// The sentence of `key` in `lang`.
#[must_use]
pub fn sentence(lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> String {
    let catalogue = lang.catalogue();
    let Some(pattern) = catalogue.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let mut given = FluentArgs::with_capacity(args.len());
    for (name, arg) in args {
        given.set(*name, value_of(*arg));
    }
    let mut errors = Vec::new();
    catalogue.format_pattern(pattern, Some(&given), &mut errors).into_owned()
}

/// Whether the catalogue of `lang` has this key.
#[must_use]
pub fn has(lang: Lang, key: &str) -> bool {
    lang.catalogue().has_message(key)
}

fn value_of(arg: Arg<'_>) -> FluentValue<'_> {
    match arg {
        Arg::Text(text) => FluentValue::String(Cow::Borrowed(text)),
        Arg::Name(name) => FluentValue::String(Cow::Owned(isolated(name))),
        Arg::Count(count) => FluentValue::Number(FluentNumber::new(format::float(count), Default::default())),
    }
}

/// A name between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, so that its direction stays its own; isolates that
/// it brings itself are dropped, for an unbalanced one would run on into the sentence.
#[must_use]
pub fn isolated(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 6);
    out.push('\u{2068}');
    out.extend(name.chars().filter(|symbol| !is_direction_mark(*symbol)));
    out.push('\u{2069}');
    out
}

const fn is_direction_mark(symbol: char) -> bool {
    matches!(symbol, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first letter in upper case: state words are kept as the glossary writes them and open a label or sentence here.
#[must_use]
pub fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_there_is_wins() {
        assert_eq!(Lang::from_accept_language("de-DE,pl;q=0.5,uk-UA;q=0.8,en;q=0.1"), Lang::Uk);
        assert_eq!(Lang::from_accept_language("de, fr;q=0.9"), Lang::En);
        assert_eq!(Lang::from_accept_language("pl;q=0"), Lang::En);
        assert_eq!(Lang::from_accept_language(";;;,,q=,pl;q=oops"), Lang::En);
    }

    #[test]
    fn counts_take_the_plural_of_their_language() {
        let nodes = |lang, count| sentence(lang, "count-nodes", &[("n", Arg::Count(count))]);
        assert_eq!(nodes(Lang::En, 1), "1 node");
        assert_eq!(nodes(Lang::En, 2), "2 nodes");
        for (count, word) in
            [(1, "1 вузол"), (3, "3 вузли"), (5, "5 вузлів"), (11, "11 вузлів"), (21, "21 вузол")]
        {
            assert_eq!(nodes(Lang::Uk, count), word);
        }
        for (count, word) in
            [(1, "1 węzeł"), (3, "3 węzły"), (5, "5 węzłów"), (12, "12 węzłów"), (22, "22 węzły")]
        {
            assert_eq!(nodes(Lang::Pl, count), word);
        }
    }

    #[test]
    fn a_name_cannot_turn_the_sentence_around() {
        let shown = isolated("a\u{202e}b\u{2066}");
        assert_eq!(shown, "\u{2068}ab\u{2069}");
    }

    #[test]
    fn a_missing_key_shows_itself() {
        assert_eq!(sentence(Lang::Pl, "no-such-key", &[]), "no-such-key");
    }

    #[test]
    fn the_first_letter_is_raised_in_cyrillic_too() {
        assert_eq!(capitalised("немає звіту"), "Немає звіту");
        assert_eq!(capitalised(""), "");
    }
}
