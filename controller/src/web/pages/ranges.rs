//! The choice of a range on a page: links to those that end now, and a form for one of its own.
//!
//! Enters: the span that is shown, and what was typed if it was wrong. Leaves: what the template shows. A form sends to the
//! page itself by GET, so that the range is in the address.

use holdfast_protocol::time::WallMs;

use super::list::Facet;
use crate::web::span::{self, Asked, Range, Span, Wrong};
use crate::web::surround::{FormError, Surround};

/// What is shown, and what was asked for instead where that was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What is shown.
    pub span: Span,
    /// What cannot be shown, and why.
    pub wrong: Option<(Asked, Wrong)>,
}

impl From<Span> for Wanted {
    fn from(span: Span) -> Self {
        Self { span, wrong: None }
    }
}

/// The choice as the template shows it.
#[derive(Debug, Clone)]
pub(super) struct RangePicker {
    /// Ranges that end now.
    pub(super) facets: Vec<Facet>,
    /// Whether an own one is shown.
    pub(super) own: bool,
    /// Where the form goes.
    pub(super) action: String,
    /// What the form keeps of the query.
    pub(super) kept: Vec<(&'static str, String)>,
    /// Begin as typed or shown.
    pub(super) from: String,
    /// End as typed or shown.
    pub(super) to: String,
    /// What was wrong.
    pub(super) error: Option<FormError>,
}

impl RangePicker {
    /// The choice of a page at `action`, which keeps `kept` of its query.
    pub(super) fn new(
        s: &Surround,
        action: String,
        kept: Vec<(&'static str, String)>,
        wanted: &Wanted,
    ) -> Self {
        let kept_query: String = kept
            .iter()
            .map(|(name, value)| format!("{name}={}&", crate::web::chart::encode(value)))
            .collect();
        let facet = |range: Range| Facet {
            path: format!("{action}?{kept_query}{}", Span::Last(range).query()),
            label: s.t(&format!("range-{}", range.key())),
            count: None,
            current: wanted.span == Span::Last(range),
        };
        let facets = Range::ALL.into_iter().map(facet).collect();
        let (from, to, error) = match &wanted.wrong {
            Some((asked, wrong)) => {
                let typed = |text: &Option<String>| text.clone().unwrap_or_default();
                (typed(&asked.from), typed(&asked.to), Some(wrong.told(s)))
            }
            None => {
                let (from, to) = shown(wanted.span, s.now);
                (span::local(from), span::local(to), None)
            }
        };
        Self { facets, own: wanted.span.is_own(), action, kept, from, to, error }
    }
}

/// What the fields hold at first: an own range as it is, another one to the minute.
fn shown(span: Span, now: WallMs) -> (WallMs, WallMs) {
    const MINUTE_MS: i64 = 60_000;
    match span {
        Span::Own { from, to } => (from, to),
        Span::Last(_) => {
            let (from, to) = span.bounds(now);
            let minute = |at: WallMs| WallMs(at.0 - at.0.rem_euclid(MINUTE_MS));
            (minute(from), minute(to))
        }
    }
}
