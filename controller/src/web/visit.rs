//! What a request says about its reader: language, theme, the person, the way back. From it comes a page's surround.
//!
//! Enters: a request's head and the shared state. Leaves: a [`Visit`]. Never refuses: a reader without cookies reads English
//! in the system's colours.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};

use holdfast_protocol::time::WallMs;

use super::lang::Lang;
use super::surround::{Crumb, Entry, Surround, Theme};
use crate::access::Viewer;
use crate::api::problem::RequestId;
use crate::app::App;
use crate::clock::Now;
use crate::model::Doubt;
use crate::store::sessions::End;

/// Cookie of the language.
pub const LANGUAGE_COOKIE: &str = "holdfast-language";
/// Cookie of the theme.
pub const THEME_COOKIE: &str = "holdfast-theme";
/// Cookie of the single-key shortcuts.
pub const KEYS_COOKIE: &str = "holdfast-keys";
/// Longest way back that is kept, in bytes.
const BACK_BYTES_MAX: usize = 1024;

/// One reader's request.
#[derive(Debug, Clone)]
pub struct Visit {
    lang: Lang,
    theme: Theme,
    keys_on: bool,
    person: Option<String>,
    menu: Vec<Entry>,
    end: Option<End>,
    second_factor_due: Option<WallMs>,
    path: String,
    times: bool,
    live: bool,
    doubt: Option<Doubt>,
    /// When the request came.
    pub now: Now,
}

impl Visit {
    /// Reads a request's head.
    #[must_use]
    pub fn new(headers: &HeaderMap, uri: &Uri, viewer: Option<&Viewer>, app: &App) -> Self {
        let now = app.clock.now();
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|line| line.to_str().ok()).unwrap_or_default();
        let lang = cookie(headers, LANGUAGE_COOKIE).and_then(Lang::from_tag);
        Self {
            lang: lang.unwrap_or_else(|| Lang::from_accept_language(accepted)),
            theme: cookie(headers, THEME_COOKIE).and_then(Theme::from_key).unwrap_or(Theme::System),
            keys_on: cookie(headers, KEYS_COOKIE) != Some("off"),
            person: viewer.map(|viewer| viewer.name.clone()),
            menu: viewer.map(|viewer| Entry::menu(&app.access, &viewer.roles)).unwrap_or_default(),
            end: viewer.map(|viewer| viewer.end),
            second_factor_due: viewer.and_then(|viewer| viewer.second_factor_due),
            path: own_path(uri),
            times: uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "times=true")),
            live: viewer.is_some_and(|viewer| app.access.feeds(&viewer.roles)),
            doubt: app.fleet.doubt(now),
            now,
        }
    }

    /// The surround of a page.
    #[must_use]
    pub fn surround(&self, entry: Entry, crumbs: Vec<Crumb>) -> Surround {
        Surround {
            lang: self.lang,
            theme: self.theme,
            person: self.person.clone(),
            menu: self.menu.clone(),
            end: self.end,
            second_factor_due: self.second_factor_due,
            path: self.path.clone(),
            entry,
            crumbs,
            now: self.now.wall,
            doubt: self.doubt.clone().filter(|_| self.person.is_some()),
            request_id: RequestId::current(),
            keys_on: self.keys_on,
            times: self.times,
            live: self.live,
        }
    }
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self::new(&parts.headers, &parts.uri, parts.extensions.get::<Viewer>(), app))
    }
}

/// A path on this site and nothing else: what begins with two slashes or holds a backslash would lead away.
#[must_use]
pub fn local_path(path: &str) -> Option<&str> {
    let local = path.starts_with('/') && !path.starts_with("//") && path.len() <= BACK_BYTES_MAX;
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (local && plain).then_some(path)
}

/// Path and query of this request, without the mark of a live refresh.
fn own_path(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return local_path(uri.path()).unwrap_or("/").to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|pair| *pair != "part=live" && !pair.is_empty()).collect();
    let whole =
        if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) };
    local_path(&whole).unwrap_or("/").to_owned()
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_never_leads_away() {
        assert_eq!(local_path("/sites?word=no_report"), Some("/sites?word=no_report"));
        for path in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "sites",
            "/a b",
            "/a\r\nb",
            "/ї",
        ] {
            assert_eq!(local_path(path), None, "{path}");
        }
        assert_eq!(local_path(&format!("/{}", "a".repeat(2000))), None);
    }

    #[test]
    fn the_mark_of_a_live_refresh_is_not_kept() {
        let path = |text: &str| own_path(&text.parse().expect("an address"));
        assert_eq!(path("/nodes?word=ok&part=live"), "/nodes?word=ok");
        assert_eq!(path("/?part=live"), "/");
        assert_eq!(path("/health"), "/health");
    }
}
