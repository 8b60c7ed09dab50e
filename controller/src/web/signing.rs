//! Handlers of forms: signing in and out, the first administrator, and the reader's choices.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: redirects with cookies, or the form again
//! with what was wrong and all input but passwords. Decides nothing about passwords: that is `api::session`.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Query, State};
use axum::http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use serde::Deserialize;

use super::lang::{Arg, Lang};
use super::pages::{self, FirstForm, Problem, SignInForm};
use super::refusal::Refusal;
use super::surround::{Entry, FormError, Surround, Theme};
use super::visit::{KEYS_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, Visit, cookie, local_path};
use crate::access::{SessionKind, Viewer};
use crate::api::cookies;
use crate::api::extend::{self, ExtendError};
use crate::api::problem::chain;
use crate::api::second_factor::CodeError;
use crate::api::session::{self, Caller, Known, SignInError, SignedIn, Token};
use crate::app::{App, Peer, Transport};

/// A year: a reader chooses a language once.
const CHOICE_SECONDS: u32 = 31_536_000;
/// Wait after "too many at this moment": a password takes a fraction of a second to check.
const BUSY_SECONDS: u32 = 5;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SignInQuery {
    r#return: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SignInInput {
    name: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub(super) struct CodeInput {
    code: String,
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub(super) struct FirstInput {
    code: String,
    name: String,
    password: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExtendInput {
    back: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChoiceInput {
    lang: Option<String>,
    theme: Option<String>,
    keys: Option<String>,
    back: Option<String>,
}

pub(super) async fn sign_in_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Option<Viewer>,
    query: Query<SignInQuery>,
) -> Response {
    let back = query.r#return.as_deref().and_then(local_path).unwrap_or("/").to_owned();
    if viewer.is_some() {
        return see_other(&back, Vec::new());
    }
    let form = SignInForm { back, offer_first: nobody_yet(&app).await, ..SignInForm::default() };
    Html(pages::sign_in(&out_of_doors(&visit), form)).into_response()
}

/// Whether the fleet has no administrator. When the registry cannot tell, the link is left out.
async fn nobody_yet(app: &App) -> bool {
    match app.store.anybody().await {
        Ok(anybody) => !anybody,
        Err(error) => {
            tracing::warn!(cause = %chain(&error), "whether there is an administrator could not be read");
            false
        }
    }
}

pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    peer: Option<Extension<Peer>>,
    visit: Visit,
    before: Option<Viewer>,
    form: Result<Form<SignInInput>, FormRejection>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let back = local_path(&input.back).unwrap_or("/").to_owned();
    let from = caller(peer, before);
    let known = match session::know(&app, &input.name, input.password, &from, visit.now).await {
        Ok(known) => known,
        Err(error) => {
            let s = out_of_doors(&visit);
            let (error, answer) = told(&s, &error);
            let form = SignInForm { name: input.name, back, error: Some(error), offer_first: false };
            return answer.with(pages::sign_in(&s, form));
        }
    };
    match session::enter(&app, &known, &input.code, &from, visit.now).await {
        Ok(signed) => signed_in(&signed, transport, &back, &visit),
        Err(SignInError::CodeNeeded) => keep_pending(&app, known, transport, &back, None, &visit),
        Err(error) => {
            let (error, answer) = told(&out_of_doors(&visit), &error);
            keep_pending(&app, known, transport, &back, Some((error, answer)), &visit)
        }
    }
}

/// The page that asks for the code alone, for who gave the right password within the last minutes.
pub(super) async fn code_page(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    headers: HeaderMap,
    visit: Visit,
    query: Query<SignInQuery>,
) -> Response {
    let back = query.r#return.as_deref().and_then(local_path).unwrap_or("/").to_owned();
    let waits = pending_token(&headers, transport)
        .is_some_and(|token| app.sign_ins.pending(|all| all.get(&token, visit.now.monotonic).is_some()));
    if !waits {
        return see_other("/sign-in", Vec::new());
    }
    Html(pages::sign_in_code(&out_of_doors(&visit), back, None)).into_response()
}

pub(super) async fn code(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    visit: Visit,
    before: Option<Viewer>,
    form: Result<Form<CodeInput>, FormRejection>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let back = local_path(&input.back).unwrap_or("/").to_owned();
    let token = pending_token(&headers, transport);
    let known = token.and_then(|token| {
        app.sign_ins.pending(|all| all.attempt(&token, visit.now.monotonic)).map(|known| (token, known))
    });
    let s = out_of_doors(&visit);
    let Some((token, known)) = known else {
        let error = FormError { title: s.t("code-over"), text: s.t("code-over-text"), field: "name" };
        let form = SignInForm { back, error: Some(error), ..SignInForm::default() };
        return (StatusCode::UNPROCESSABLE_ENTITY, Html(pages::sign_in(&s, form))).into_response();
    };
    match session::enter(&app, &known, &input.code, &caller(peer, before), visit.now).await {
        Ok(signed) => {
            app.sign_ins.pending(|all| all.done(&token));
            signed_in(&signed, transport, &back, &visit)
        }
        Err(error) => {
            let (error, answer) = told(&s, &error);
            answer.with(pages::sign_in_code(&s, back, Some(error)))
        }
    }
}

/// Keeps a right password for some minutes, behind a cookie of its own that opens nothing, and asks for the code.
fn keep_pending(
    app: &App,
    known: Known,
    transport: Transport,
    back: &str,
    failed: Option<(FormError, Answer)>,
    visit: &Visit,
) -> Response {
    let s = out_of_doors(visit);
    let Ok(token) = Token::new() else { return Refusal::new(visit, Problem::Failed).into_response() };
    app.sign_ins.pending(|all| all.keep(Token::sha256(token.text()), known, visit.now.monotonic));
    let cookie = cookies::pending(transport, token.text());
    let mut response = match failed {
        Some((error, answer)) => answer.with(pages::sign_in_code(&s, back.to_owned(), Some(error))),
        None => see_other(&format!("/sign-in/code?return={}", super::chart::encode(back)), Vec::new()),
    };
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

fn pending_token(headers: &HeaderMap, transport: Transport) -> Option<[u8; 32]> {
    cookie(headers, cookies::pending_name(transport)).map(Token::sha256)
}

pub(super) async fn first_page(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let s = out_of_doors(&visit);
    if nobody_yet(&app).await {
        return Html(pages::first(&s, FirstForm::default())).into_response();
    }
    see_other("/sign-in", Vec::new())
}

pub(super) async fn first(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    peer: Option<Extension<Peer>>,
    visit: Visit,
    form: Result<Form<FirstInput>, FormRejection>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let FirstInput { code, name, password } = input;
    let from = caller(peer, None);
    match session::first_administrator(&app, &code, &name, password, from, visit.now).await {
        Ok(signed) => signed_in(&signed, transport, "/", &visit),
        Err(error) => {
            let s = out_of_doors(&visit);
            let (error, answer) = told(&s, &error);
            let error = FormError { title: s.t("first-wrong"), ..error };
            answer.with(pages::first(&s, FirstForm { code, name, error: Some(error) }))
        }
    }
}

pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    visit: Visit,
    viewer: Option<Viewer>,
) -> Response {
    if let Some(viewer) = viewer
        && let Err(error) = session::sign_out(&app, &viewer, visit.now).await
    {
        // The session would live on in the registry while the page says that it ended.
        tracing::error!(cause = %chain(&error), "a session could not be ended");
        return Refusal::new(&visit, Problem::Busy).into_response();
    }
    see_other("/sign-in", vec![cookies::session_gone(transport)])
}

/// Lets the session last longer. Where it may not, "my settings" says when it ends.
pub(super) async fn extend(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    visit: Visit,
    viewer: Viewer,
    headers: HeaderMap,
    form: Result<Form<ExtendInput>, FormRejection>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let back = input.back.as_deref().and_then(local_path).unwrap_or("/me");
    match extend::extend(&app, &viewer, &headers, transport, visit.now).await {
        Ok(extended) => see_other(back, vec![extended.cookie]),
        Err(ExtendError::Tool | ExtendError::Longest | ExtendError::Over) => see_other("/me", Vec::new()),
        Err(ExtendError::Store(error)) => {
            tracing::error!(cause = %chain(&error), "a session could not be extended");
            Refusal::new(&visit, Problem::Busy).into_response()
        }
    }
}

/// Language, theme and keys: cookies that say nothing about a person, readable by the server before it makes a page.
pub(super) async fn choose(
    Extension(transport): Extension<Transport>,
    visit: Visit,
    form: Result<Form<ChoiceInput>, FormRejection>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let mut cookies = Vec::new();
    if let Some(lang) = input.lang.as_deref().and_then(Lang::from_tag) {
        cookies.push(choice(LANGUAGE_COOKIE, lang.tag(), transport));
    }
    if let Some(theme) = input.theme.as_deref().and_then(Theme::from_key) {
        cookies.push(choice(THEME_COOKIE, theme.key(), transport));
    }
    if let Some(keys) = input.keys.as_deref() {
        cookies.push(choice(KEYS_COOKIE, if keys == "off" { "off" } else { "on" }, transport));
    }
    see_other(input.back.as_deref().and_then(local_path).unwrap_or("/"), cookies)
}

/// A cookie of a reader's choice.
pub(super) fn choice(name: &str, value: &str, transport: Transport) -> HeaderValue {
    let secure = match transport {
        Transport::Tls => "; Secure",
        Transport::Loopback => "",
    };
    let line = format!("{name}={value}; Path=/; Max-Age={CHOICE_SECONDS}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(line).unwrap_or_else(|_| HeaderValue::from_static(""))
}

pub(super) fn out_of_doors(visit: &Visit) -> Surround {
    visit.surround(Entry::Elsewhere, Vec::new())
}

pub(super) fn caller(peer: Option<Extension<Peer>>, before: Option<Viewer>) -> Caller {
    Caller { address: peer.map(|Extension(Peer(address))| address), kind: SessionKind::Browser, before }
}

pub(super) fn signed_in(signed: &SignedIn, transport: Transport, back: &str, visit: &Visit) -> Response {
    let gone = cookies::pending(transport, "");
    // By a recovery code: to the page that says how many are left.
    let to = if signed.recovery_codes_left.is_some() { "/me?done=recovery-used" } else { back };
    see_other(to, vec![signed.cookie(transport, visit.now.wall), gone])
}

/// 303: the next page is fetched by GET. `path` went through [`local_path`] or is our own.
pub(super) fn see_other(path: &str, cookies: Vec<HeaderValue>) -> Response {
    let place = HeaderValue::try_from(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    let cookies = AppendHeaders(cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
    (StatusCode::SEE_OTHER, [(LOCATION, place)], cookies).into_response()
}

/// Status and wait of a refused form.
pub(super) struct Answer {
    status: StatusCode,
    retry_after_s: Option<u32>,
}

impl Answer {
    pub(super) const fn ok() -> Self {
        Self::of(StatusCode::OK)
    }

    pub(super) const fn of(status: StatusCode) -> Self {
        Self { status, retry_after_s: None }
    }

    pub(super) fn with(self, html: String) -> Response {
        let mut response = (self.status, Html(html)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A sign-in's error in the reader's words.
pub(super) fn told(s: &Surround, error: &SignInError) -> (FormError, Answer) {
    let mut retry_after_s = None;
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    let (title, text, field, status) = match error {
        SignInError::CodeNeeded => ("code-wrong", s.t("code-first"), "code", unfit),
        SignInError::Code(CodeError::Wrong) => ("code-wrong", s.t("code-wrong-text"), "code", unfit),
        SignInError::Code(CodeError::Used) => ("code-wrong", s.t("code-used-text"), "code", unfit),
        SignInError::Code(CodeError::Off { by_s }) => ("code-wrong", off_words(s, *by_s), "code", unfit),
        SignInError::Wrong => {
            ("sign-in-wrong", s.t("sign-in-wrong-text"), "password", StatusCode::UNPROCESSABLE_ENTITY)
        }
        SignInError::Wait { retry_after_s: seconds } => {
            retry_after_s = Some(*seconds);
            let wait = super::format::duration(s.lang, i64::from(*seconds).saturating_mul(1000));
            let text = s.with("sign-in-many-text", &[("wait", Arg::Text(&wait))]);
            ("sign-in-many", text, "name", StatusCode::TOO_MANY_REQUESTS)
        }
        SignInError::WrongCode => {
            ("first-wrong", s.t("first-code-wrong"), "code", StatusCode::UNPROCESSABLE_ENTITY)
        }
        SignInError::WrongInvitation => ("welcome-wrong", s.t("welcome-wrong-text"), "code", unfit),
        SignInError::NotFirst => ("first-wrong", s.t("first-done"), "code", StatusCode::CONFLICT),
        SignInError::Name => {
            ("first-wrong", s.t("first-name-wrong"), "name", StatusCode::UNPROCESSABLE_ENTITY)
        }
        SignInError::Password(_) => {
            ("first-wrong", s.t("first-password-wrong"), "password", StatusCode::UNPROCESSABLE_ENTITY)
        }
        SignInError::Busy => {
            retry_after_s = Some(BUSY_SECONDS);
            ("sign-in-failed", s.t("sign-in-busy-text"), "name", StatusCode::SERVICE_UNAVAILABLE)
        }
        SignInError::Store(_)
        | SignInError::Failed
        | SignInError::Code(CodeError::Store(_) | CodeError::Sealed(_)) => {
            tracing::error!(cause = %chain(error), "a sign-in failed inside");
            ("sign-in-failed", s.t("sign-in-failed-text"), "name", StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    (FormError { title: s.t(title), text, field }, Answer { status, retry_after_s })
}

/// By how much an authenticator's clock is off, and to which side.
pub(super) fn off_words(s: &Surround, by_s: i64) -> String {
    let ms = i64::try_from(by_s.unsigned_abs()).unwrap_or(i64::MAX).saturating_mul(1_000);
    let length = super::format::duration(s.lang, ms);
    let key = if by_s > 0 { "code-ahead-text" } else { "code-behind-text" };
    s.with(key, &[("length", Arg::Text(&length))])
}
