//! One page with one form: what it is about, its fields, and what was wrong with what was sent.
//!
//! Enters: texts that are already in the reader's language, and what was typed. Leaves: the page. All input is kept; each error
//! stands in the summary and at its field; a change that somebody else was faster with shows both values side by side.

use askama::Template;

use super::render;
use crate::web::surround::{Markup, Surround, escape};

/// How a field is filled in.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// One line of text.
    Line { most: usize },
    /// One line of letters and digits as they are printed on things.
    Code { most: usize },
    /// A small number.
    Number,
    /// An instant of UTC.
    Time,
    /// Several lines.
    Area { rows: u8 },
    /// One of these: value and words.
    Choice { options: Vec<(String, String)> },
}

/// A field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
    pub(crate) input: Input,
    pub(crate) value: String,
    pub(crate) error: Option<String>,
    pub(crate) required: bool,
    /// A heading above it.
    pub(crate) group: Option<String>,
}

impl Field {
    /// A field that has to be filled in.
    pub(crate) fn new(id: impl Into<String>, label: String, input: Input, value: String) -> Self {
        Self { id: id.into(), label, hint: None, input, value, error: None, required: true, group: None }
    }

    pub(crate) fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    pub(crate) fn hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub(crate) fn group(self, group: String) -> Self {
        Self { group: Some(group), ..self }
    }

    pub(crate) fn error(self, error: Option<String>) -> Self {
        Self { error, ..self }
    }

    /// Attributes that lead a screen reader from the field to its words.
    fn marks(&self) -> Markup {
        let id = escape(&self.id);
        let mut out = String::new();
        if self.required {
            out.push_str(" required");
        }
        let hint = self.hint.as_ref().map(|_| format!("{id}-hint"));
        let why = self.error.as_ref().map(|_| format!("{id}-why"));
        let by: Vec<String> = [hint, why].into_iter().flatten().collect();
        if !by.is_empty() {
            out.push_str(&format!(" aria-describedby=\"{}\"", by.join(" ")));
        }
        if self.error.is_some() {
            out.push_str(" aria-invalid=\"true\"");
        }
        Markup(out)
    }
}

/// A page with one form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    pub(crate) title: String,
    /// The sentence that says what this does.
    pub(crate) first: String,
    pub(crate) says: Vec<String>,
    pub(crate) facts: Vec<(String, String)>,
    /// Links in place of fields: one question a page.
    pub(crate) links_title: Option<String>,
    pub(crate) links: Vec<(String, String)>,
    pub(crate) hidden: Vec<(&'static str, String)>,
    pub(crate) fields: Vec<Field>,
    /// Heading of the summary of errors.
    pub(crate) failed: String,
    /// What is wrong with the whole.
    pub(crate) wrong: Option<String>,
    /// Field, what was sent, what is there.
    pub(crate) both: Vec<(String, String, String)>,
    /// Where it is sent; without it there is nothing to send.
    pub(crate) action: Option<String>,
    /// Whether sending it changes nothing.
    pub(crate) asks: bool,
    pub(crate) button: String,
    /// A second button: name, value, words.
    pub(crate) second: Option<(&'static str, &'static str, String)>,
    pub(crate) back: (String, String),
}

impl Form {
    /// Whether anything is wrong with what was sent.
    pub(crate) fn is_wrong(&self) -> bool {
        self.wrong.is_some() || self.fields.iter().any(|field| field.error.is_some())
    }
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormTemplate<'a> {
    s: &'a Surround,
    form: &'a Form,
}

/// The page.
#[must_use]
pub(crate) fn form(s: &Surround, form: &Form) -> String {
    render(&FormTemplate { s, form })
}
