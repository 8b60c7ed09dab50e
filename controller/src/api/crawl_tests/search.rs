//! Canaries, and how bytes are searched for them: in any precision, grouping, format of a file.

use std::io::{Cursor, Read};

use holdfast_protocol::time::WallMs;

use crate::web::chart::encode;
use crate::web::format::{iso, moment};
use crate::web::lang::Lang;
use crate::web::surround::escape;

/// What a canary betrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Place,
    PlaceNote,
    Secret,
    Serial,
    Custodian,
    Site,
    Node,
    FreeText,
    Person,
    Donor,
    /// A count of fewer than the policy's least.
    Few,
    /// What is newer than the policy's delay.
    Soon,
}

impl Kind {
    pub(super) const ALL: [Self; 12] = [
        Self::Place,
        Self::PlaceNote,
        Self::Secret,
        Self::Serial,
        Self::Custodian,
        Self::Site,
        Self::Node,
        Self::FreeText,
        Self::Person,
        Self::Donor,
        Self::Few,
        Self::Soon,
    ];
}

/// How it looks.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// Words, in any capital letters.
    Words(String),
    /// Letters and digits, however they are grouped.
    Grouped(String),
    /// Degrees north and east.
    Degrees(f64, f64),
    /// An instant.
    Instant(WallMs),
    /// Figures of donations in JSON: none of items may be above zero and below this; for those of this title.
    Fewer(&'static str, u64),
    /// Figures of a donation in JSON, of which nothing was known so long ago.
    Nothing(&'static str),
}

#[derive(Debug, Clone)]
pub(super) struct Canary {
    pub(super) kind: Kind,
    pub(super) form: Form,
    /// Visitors who may be shown it by what is merely opened.
    pub(super) open_to: &'static [&'static str],
    /// Visitors who may be shown it after a reason.
    pub(super) after_reason: &'static [&'static str],
}

/// What an answer says, in the forms that are searched.
#[derive(Debug, Default)]
pub(super) struct Doc {
    raw: String,
    plain: String,
    squeezed: String,
}

impl Doc {
    /// The texts of an answer: its own, and those inside of a workbook.
    ///
    /// The address that was asked for is taken out: who asked knew it, and a refusal says it back.
    pub(super) fn all(bytes: &[u8], path: &str) -> Vec<Self> {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        for said in [path.to_owned(), encode(path), escape(path)] {
            text = text.replace(&said, "");
        }
        let mut docs = vec![Self::of(&text)];
        if bytes.starts_with(b"PK") {
            let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
            for at in 0..archive.len() {
                let mut text = Vec::new();
                archive.by_index(at).expect("an entry").read_to_end(&mut text).expect("unpacked");
                docs.push(Self::of(&String::from_utf8_lossy(&text)));
            }
        }
        docs
    }

    fn of(raw: &str) -> Self {
        let raw = &raw.replace(['\u{a0}', '\u{202f}'], " ");
        let mut plain = String::with_capacity(raw.len());
        let mut tag = false;
        for symbol in raw.chars() {
            match symbol {
                '<' => tag = true,
                '>' => tag = false,
                // Marks of direction stand inside of names.
                '\u{2066}'..='\u{2069}' => {}
                other if !tag => plain.push(other),
                _inside => {}
            }
        }
        let squeezed =
            plain.chars().filter(|symbol| symbol.is_alphanumeric()).collect::<String>().to_uppercase();
        Self { raw: raw.to_lowercase(), plain: plain.to_lowercase(), squeezed }
    }

    pub(super) fn has(&self, form: &Form) -> bool {
        match form {
            Form::Words(words) => self.says(&words.to_lowercase()),
            Form::Grouped(text) => {
                let bare: String = text.chars().filter(|symbol| symbol.is_alphanumeric()).collect();
                self.squeezed.contains(&bare.to_uppercase()) || self.says(&text.to_lowercase())
            }
            Form::Degrees(north, east) => self.is_at(*north, *east),
            Form::Instant(at) => {
                let minute = iso(*at).chars().take(16).collect::<String>().to_lowercase();
                let spoken = moment(Lang::En, *at).to_lowercase().replace('\u{a0}', " ");
                [at.0.to_string(), minute, spoken].iter().any(|text| self.says(text))
            }
            Form::Fewer(title, least) => {
                self.figures(title).iter().any(|(_, items)| (1..*least).contains(items))
            }
            Form::Nothing(title) => self.figures(title).iter().any(|(_, items)| *items > 0),
        }
    }

    fn says(&self, text: &str) -> bool {
        self.raw.contains(text) || self.plain.contains(text)
    }

    /// Either number with two decimals or more, rounded or cut, with a point or a comma; or both with one.
    fn is_at(&self, north: f64, east: f64) -> bool {
        let fine = (2..=6).any(|digits| [north, east].iter().any(|value| self.numbers(*value, digits)));
        fine || (self.numbers(north, 1) && self.numbers(east, 1))
    }

    fn numbers(&self, value: f64, digits: usize) -> bool {
        let rounded = format!("{value:.digits$}");
        let whole = format!("{value:.9}");
        let cut = whole.get(..whole.len() - 9 + digits).unwrap_or_default().to_owned();
        [rounded, cut].iter().any(|text| self.says(text) || self.says(&text.replace('.', ",")))
    }

    /// Parts of figures above what was promised on paper, of the donation of this title.
    fn figures(&self, title: &str) -> Vec<(String, u64)> {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&self.raw) else { return Vec::new() };
        let title = title.to_lowercase();
        let rows = value["rows"].as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        let mut found = Vec::new();
        for row in rows.iter().filter(|row| row["title"].as_str() == Some(&title)) {
            for line in row["lines"].as_array().into_iter().flatten() {
                let parts = line["figures"]["parts"].as_object().cloned().unwrap_or_default();
                let together = &line["figures"]["together"];
                // With what is on paper alone it is what was given.
                let paper = |part: &serde_json::Value| part == "not_registered";
                let given = together["parts"].as_array().is_some_and(|parts| parts.iter().any(paper));
                let items = together["items"].as_u64().filter(|_| !given);
                found.extend(items.map(|items| ("together".to_owned(), items)));
                // What is not on paper alone is registered, and told by taking away.
                let paper = parts.get("not_registered").and_then(serde_json::Value::as_u64);
                let whole = line["figures"]["given"].as_u64().zip(line["figures"]["over"].as_u64());
                let rest =
                    paper.zip(whole).map(|(paper, (given, over))| (given + over).saturating_sub(paper));
                found.extend(rest.map(|items| ("registered".to_owned(), items)));
                let parts = parts.into_iter().filter(|(part, _)| part != "not_registered");
                found.extend(parts.filter_map(|(part, items)| Some((part, items.as_u64()?))));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, form: &Form) -> bool {
        Doc::all(text.as_bytes(), "/asked").iter().any(|doc| doc.has(form))
    }

    #[test]
    fn a_place_is_found_at_any_precision_and_not_in_other_numbers() {
        let place = Form::Degrees(49.983_17, 36.232_71);
        for text in
            ["49.98", "x 49,983 y", "\"lon\":36.2327", "36.233", "49.9 and 36.2", "50.0, 36.2", "49.983170"]
        {
            assert!(has(text, &place), "{text}");
        }
        for text in ["49.9", "36.2", "49", "50.0", "9.98", "498.3", ""] {
            assert!(!has(text, &place), "{text}");
        }
    }

    #[test]
    fn an_identifier_is_found_in_any_grouping_and_words_across_marks() {
        let kit = Form::Grouped("KIT90417733".to_owned());
        for text in ["KIT90417733", "kit 9041 7733", "KIT-9041-7733", "<b>KIT</b>90\u{a0}41<i>7733</i>"] {
            assert!(has(text, &kit), "{text}");
        }
        assert!(!has("KIT …7733", &kit));
        assert!(has("at \u{2068}Heron Works\u{2069}", &Form::Words("heron works".to_owned())));
    }

    #[test]
    fn an_instant_is_found_in_milliseconds_iso_and_words() {
        let at = Form::Instant(WallMs(1_795_528_931_257));
        for text in ["{\"at\":1795528931257}", "2026-11-24T14:02:11Z", "24 Nov 2026 14:02 UTC"] {
            assert!(has(text, &at), "{text}");
        }
        assert!(!has("24 Nov 2026", &at));
    }

    #[test]
    fn figures_of_few_are_found() {
        let body = |parts: &str| {
            format!(
                "{{\"title\":\"Gift\",\"lines\":[{{\"figures\":{{\"given\":12,\"over\":0,\"parts\":{parts},\"together\":null}}}}]}}"
            )
        };
        let few = Form::Fewer("Gift", 5);
        assert!(has(&body("{\"in_service\":2}"), &few) && !has(&body("{\"in_service\":7,\"lost\":0}"), &few));
        assert!(!has(&body("{\"not_registered\":2}"), &few), "what is on paper points at nothing");
        assert!(has(&body("{\"not_registered\":9}"), &few), "what is not on paper is three items");
        assert!(has(&body("{\"in_service\":7}"), &Form::Nothing("Gift")));
    }
}
