//! Rust source as the rules see it: comments and the insides of literals blanked, line for line.
//!
//! Enters: source text. Leaves: text of the same number of lines in which a name stands only where code names it. Not a
//! parser: it knows comments, strings, raw strings, characters and lifetimes, which is all that the rules depend on.

/// Blanks comments and the insides of string and character literals; newlines stay.
pub(crate) fn only_code(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = literal_or_comment(rest);
        if length == 0 {
            // A whole word at a time, so that the r of `for` never begins a raw string.
            let word =
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let (kept, left) = rest.split_at(word.max(first.len_utf8()));
            out.push_str(kept);
            rest = left;
        } else {
            let (blanked, left) = rest.split_at(length);
            out.extend(blanked.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
            rest = left;
        }
    }
    out
}

/// How many bytes at the start of `rest` are a comment or a literal; 0 when it begins with neither.
fn literal_or_comment(rest: &str) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let unprefixed = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - unprefixed.len();
    if prefix <= 1 {
        if let Some(raw) = unprefixed.strip_prefix('r') {
            let hashes = raw.len() - raw.trim_start_matches('#').len();
            if raw.trim_start_matches('#').starts_with('"') {
                let end = format!("\"{}", "#".repeat(hashes));
                let begin = prefix + 1 + hashes + 1;
                return rest
                    .get(begin..)
                    .and_then(|body| body.find(&end))
                    .map_or(rest.len(), |at| begin + at + end.len());
            }
        }
        if unprefixed.starts_with('"') {
            return prefix + quoted(unprefixed, '"');
        }
        if unprefixed.starts_with('\'') && is_character(unprefixed) {
            return prefix + quoted(unprefixed, '\'');
        }
    }
    0
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if letter == quote {
            return at + 1;
        }
    }
    rest.len()
}

/// `'a'` and `'\n'`, not the lifetime `'a`.
fn is_character(rest: &str) -> bool {
    let mut letters = rest.chars().skip(1);
    letters.next() == Some('\\') || letters.next() == Some('\'')
}

/// The code of a file without its module of unit tests, which by house style is the last thing in it.
pub(crate) fn without_tests(code: &str) -> &str {
    let start = code.match_indices("#[cfg(test)]").find(|(at, _)| {
        let after = code.get(at + "#[cfg(test)]".len()..).unwrap_or_default().trim_start();
        after.starts_with("mod ") || after.starts_with("pub(crate) mod ")
    });
    let end = start.map_or(code.len(), |(at, _)| at);
    code.get(..end).unwrap_or(code)
}

/// Whether `name` stands in `line` as a whole path or word: `Instant` is not in `Instantly`, `tokio` not in `my_tokio`.
pub(crate) fn names(line: &str, name: &str) -> bool {
    let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let (first, last) = (name.chars().next(), name.chars().next_back());
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + name.len()..).and_then(|text| text.chars().next());
        let continues = part(before) && part(first) || part(after) && part(last);
        !continues
    })
}

#[test]
fn comments_and_literals_are_blanked_and_lines_stay() {
    let source = "let a = \"x // y\"; // std::fs\n/* a /* b */ c */ let b = 'q';\nlet c: &'a str = r#\"std::fs\"#;\nfor d in e {}\n";
    let code = only_code(source);
    assert_eq!(code.lines().count(), source.lines().count());
    assert!(!code.contains("std::fs") && !code.contains('x') && !code.contains('q'), "{code}");
    assert!(code.contains("&'a str") && code.contains("for d in e {}") && code.contains("let b ="), "{code}");
}

#[test]
fn a_name_is_found_as_a_whole_word_only() {
    assert!(
        names("use tokio::net;", "tokio")
            && names("let x: Instant;", "Instant")
            && names("a.elapsed()", ".elapsed(")
    );
    assert!(!names("use my_tokio::net;", "tokio") && !names("Instantly", "Instant"));
}
