//! The gate in front of every route: who asks, by which credential, and what the access table says to it.
//!
//! Enters: each request after routing. Leaves: the request with its `Viewer` and the address it counts for, or a refusal: problem+json for API and
//! machines, the sign-in page for pages. A route without a row in the table is refused. A change that a browser sends from
//! another site is refused before anything looks at its body. Never decides by itself: that is `access::decide`.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION, COOKIE, HOST, LOCATION, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use holdfast_protocol::time::WallMs;

use super::caller::{self, Front};
use super::cookies::session_name;
use super::problem::ApiError;
use super::session::Token;
use super::tokens;
use crate::access::{self, Credentials, Decision, Face, Need, Row, SessionKind, Verb, Viewer};
use crate::app::{App, Peer, Transport};
use crate::clock::Now;
use crate::store::StoreError;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::sessions::{End, SEEN_EVERY_MS};
use crate::web::home_of;

/// Where pages send who is not signed in.
pub const SIGN_IN_PATH: &str = "/sign-in";
/// The code of the refusal of who should have set up a second factor by now.
pub const SECOND_FACTOR_DUE: &str = "second_factor_due";
/// Longest address that the sign-in page is told to return to, in bytes.
const RETURN_BYTES_MAX: usize = 512;

/// How a credential was carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Cookie,
    Bearer,
}

/// The layer.
pub async fn guard(
    State(app): State<Arc<App>>,
    matched: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(matched) = matched else { return next.run(request).await };
    let Some(row) = Verb::of(request.method()).and_then(|verb| app.access.row(verb, matched.as_str())) else {
        return not_in_table(&app.access.verbs(matched.as_str()));
    };
    let Some(transport) = app.transport(request.extensions().get::<Transport>().copied()) else {
        return ApiError::internal(&NoTransport).into_response();
    };
    request.extensions_mut().insert(transport);
    count_by(&mut request, app.config.listen.behind_tls_proxy);
    let now = app.clock.now();
    let headers = request.headers();
    if !row.verb.is_safe() && is_foreign(headers, &app.config.ticket_urls) {
        return foreign().into_response();
    }
    let viewer = match viewer(&app, headers, transport, now).await {
        Ok(viewer) => viewer,
        Err(error) => return ApiError::from(error).into_response(),
    };
    let metrics = row.need == Need::Metrics && may_read_metrics(&app, headers, transport);
    match access::decide(row, Credentials { viewer: viewer.as_ref(), metrics }) {
        Decision::Allowed if is_overdue(row, viewer.as_ref(), now) => {
            audit_refusal(&app, row, viewer.as_ref(), "second factor due", now).await;
            return second_factor_due().into_response();
        }
        Decision::Allowed => {}
        Decision::SignIn => return to_sign_in(row, request.uri()),
        Decision::Elsewhere => {
            let roles = viewer.as_ref().map(|viewer| viewer.roles.as_slice()).unwrap_or_default();
            return (StatusCode::SEE_OTHER, [(LOCATION, home_of(&app.access, roles))]).into_response();
        }
        Decision::OutOfScope => {
            audit_refusal(&app, row, viewer.as_ref(), "scope", now).await;
            return out_of_scope(row).into_response();
        }
        Decision::Forbidden => {
            audit_refusal(&app, row, viewer.as_ref(), "role", now).await;
            return ApiError::forbidden().into_response();
        }
    }
    // What everybody may ask, a program asks as nobody.
    if let Some(viewer) = viewer.filter(|viewer| viewer.reaches(row)) {
        request.extensions_mut().insert(viewer);
    }
    next.run(request).await
}

/// Puts the address that attempts are counted by in the place of the listener's, or takes that away.
fn count_by(request: &mut Request, behind_tls_proxy: bool) {
    let front = if behind_tls_proxy { Front::Proxy } else { Front::Open };
    let peer = request.extensions_mut().remove::<Peer>();
    if let Some(address) = peer.and_then(|Peer(peer)| caller::address(peer, front, request.headers())) {
        request.extensions_mut().insert(Peer(address));
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a request came without the mark of its listener")]
struct NoTransport;

/// A path that the table knows under other verbs says which; one that it does not know is not there.
fn not_in_table(verbs: &[Verb]) -> Response {
    if verbs.is_empty() {
        return ApiError::not_found("page or resource of this address").into_response();
    }
    let names: Vec<&str> = verbs.iter().map(|verb| verb.name()).collect();
    let allowed = names.join(", ");
    let detail = format!("This address takes {allowed}. Use one of these methods.");
    let error = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Not with this method", detail);
    let mut response = error.into_response();
    if let Ok(value) = HeaderValue::try_from(allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

/// Finds the person behind a request's credential; none for a credential that is wrong, over, or carried in another way
/// than it was given out for.
async fn viewer(
    app: &App,
    headers: &HeaderMap,
    transport: Transport,
    now: Now,
) -> Result<Option<Viewer>, StoreError> {
    let bearer = bearer(headers).map(|token| (token, Carrier::Bearer));
    let given = bearer.or_else(|| cookie(headers, transport).map(|token| (token, Carrier::Cookie)));
    let Some((token, carrier)) = given else { return Ok(None) };
    if carrier == Carrier::Bearer && tokens::is_one(token) {
        return tokens::viewer(app, token, now).await;
    }
    let Some(mut found) = app.store.session(&Token::sha256(token), now.wall).await? else { return Ok(None) };
    let wanted = match carrier {
        Carrier::Cookie => SessionKind::Browser,
        Carrier::Bearer => SessionKind::Tool,
    };
    if found.viewer.kind != wanted {
        return Ok(None);
    }
    if now.wall.since_ms(found.seen) >= SEEN_EVERY_MS {
        // Not fatal: the session may only end a minute earlier than its holder thinks.
        let Some(session) = found.viewer.session() else { return Ok(None) };
        match app.store.session_seen(session, now.wall).await {
            Ok(()) => found.viewer.end = End::of(found.viewer.end.ends, found.idle_ms, now.wall),
            Err(error) => {
                tracing::warn!(cause = %super::problem::chain(&error), "the last use of a session could not be written");
            }
        }
    }
    let due = factor_due(app, found.second_factor, found.first_sign_in);
    Ok(Some(Viewer { second_factor_due: due, ..found.viewer }))
}

/// Until when somebody has to have set up a second factor, if they are without one and pressed for it.
pub(super) fn factor_due(app: &App, has_one: bool, first_sign_in: Option<WallMs>) -> Option<WallMs> {
    let within_ms = app.config.second_factor_within_ms.filter(|_| !has_one)?;
    first_sign_in.map(|first| first.plus_ms(within_ms))
}

fn out_of_scope(row: &Row) -> ApiError {
    let detail = row.scope.map_or_else(
        || {
            "No program's token opens this: sign in yourself, with `holdfast login` or in a browser."
                .to_owned()
        },
        |scope| format!("This token is not made for {}. Use one that is.", scope.key()),
    );
    ApiError::new(StatusCode::FORBIDDEN, "token_scope", "Not for this token", detail)
}

fn is_overdue(row: &Row, viewer: Option<&Viewer>, now: Now) -> bool {
    let due = viewer.and_then(|viewer| viewer.second_factor_due);
    due.is_some_and(|due| due <= now.wall) && !row.is_open_without_second_factor()
}

fn second_factor_due() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        SECOND_FACTOR_DUE,
        "Set up a second factor first",
        "This fleet wants a second factor of everybody, and the time to go without one is over. Sign in on the page /me and \
         set one up with an authenticator app; everything is open again at once.",
    )
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

pub(super) fn cookie(headers: &HeaderMap, transport: Transport) -> Option<&str> {
    let wanted = session_name(transport);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

fn may_read_metrics(app: &App, headers: &HeaderMap, transport: Transport) -> bool {
    if transport == Transport::Loopback {
        return true;
    }
    let (Some(wanted), Some(given)) = (app.metrics_token_sha256, bearer(headers)) else { return false };
    bool::from(subtle::ConstantTimeEq::ct_eq(wanted.as_slice(), Token::sha256(given).as_slice()))
}

/// Whether a browser says that a change comes from another site. Browsers that follow Fetch Metadata say it in
/// `Sec-Fetch-Site`, which no script can set. `Origin` is "null" on every form post under `Referrer-Policy: no-referrer`
/// (Fetch, "append a request Origin header"), which our pages have, so "null" alone convicts only where the browser does
/// not say more. A request with neither comes from no browser.
fn is_foreign(headers: &HeaderMap, urls: &[String]) -> bool {
    let text = |value: Option<&HeaderValue>| value.map(|value| value.to_str().unwrap_or("?").to_owned());
    let origin = text(headers.get(ORIGIN));
    let site = text(headers.get("sec-fetch-site"));
    let own = |origin: &str| {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        (authority.is_some() && authority == host) || urls.iter().any(|url| url == origin)
    };
    match (site.as_deref(), origin.as_deref()) {
        (None, None) => false,
        (None, Some(origin)) => !own(origin),
        (Some("same-origin"), None | Some("null")) => false,
        (Some("same-origin"), Some(origin)) => !own(origin),
        (Some(_), _) => true,
    }
}

fn foreign() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "foreign_origin",
        "Sent from another site",
        "The browser says that this change was sent from another site's page, so it was not made. Open Holdfast's own \
         page and do it there; an old browser that does not say where a form comes from cannot be used.",
    )
}

fn to_sign_in(row: &Row, uri: &Uri) -> Response {
    match row.face {
        Face::Api | Face::Machine => ApiError::sign_in().into_response(),
        Face::Page => {
            let wanted = uri.path_and_query().map_or("/", |wanted| wanted.as_str());
            let target = if row.verb.is_safe() && wanted != "/" && wanted.len() <= RETURN_BYTES_MAX {
                format!("{SIGN_IN_PATH}?return={}", encoded(wanted))
            } else {
                SIGN_IN_PATH.to_owned()
            };
            (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response()
        }
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

async fn audit_refusal(app: &App, row: &Row, viewer: Option<&Viewer>, reason: &str, now: Now) {
    let entry = Entry {
        person: viewer.map(|viewer| viewer.person),
        action: Action::Refused,
        thing: format!("{} {}", row.verb.name(), row.path),
        outcome: Outcome::Refused,
        reason: reason.to_owned(),
    };
    app.audit(entry, now).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_static("127.0.0.1:8080"));
        for (name, value) in pairs {
            map.insert(*name, HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn a_change_from_another_site_is_told_from_our_own_and_from_a_tool() {
        let foreign = |pairs: &[(&'static str, &'static str)]| is_foreign(&headers(pairs), &[]);
        assert!(!foreign(&[]), "no browser");
        assert!(!foreign(&[("origin", "http://127.0.0.1:8080")]));
        assert!(
            !foreign(&[("origin", "null"), ("sec-fetch-site", "same-origin")]),
            "our form under no-referrer"
        );
        assert!(!foreign(&[("sec-fetch-site", "same-origin")]));
        assert!(foreign(&[("origin", "null")]), "a sandboxed frame in an old browser");
        assert!(foreign(&[("origin", "null"), ("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("origin", "http://evil.example")]));
        assert!(foreign(&[("origin", "http://127.0.0.1:9999")]), "another port is another site");
        assert!(foreign(&[("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-site")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
        assert!(!is_foreign(&headers(&[("origin", "https://c.example")]), &["https://c.example".into()]));
    }

    #[test]
    fn the_right_cookie_of_several_is_taken() {
        let map = headers(&[("cookie", "theme=dark; holdfast-loopback=abc; __Host-holdfast=def")]);
        assert_eq!(cookie(&map, Transport::Loopback), Some("abc"));
        assert_eq!(cookie(&map, Transport::Tls), Some("def"));
        assert_eq!(cookie(&headers(&[]), Transport::Tls), None);
    }

    #[test]
    fn an_address_to_return_to_cannot_break_out_of_the_query() {
        assert_eq!(encoded("/sites?word=no_report&x=1#y"), "%2Fsites%3Fword%3Dno_report%26x%3D1%23y");
    }
}
