//! Handlers of forms: signing in and out, the first administrator, and the reader's choices.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: redirects with cookies, or the form again
//! with what was wrong and all input but passwords. Decides nothing about passwords: that is `api::session`.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Query, State};
use axum::http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use serde::Deserialize;

use super::lang::{Arg, Lang};
use super::pages::{self, FirstForm, Problem, SignInForm};
use super::refusal::Refusal;
use super::surround::{Entry, FormError, Surround, Theme};
use super::visit::{KEYS_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, Visit, local_path};
use crate::access::{SessionKind, Viewer};
use crate::api::problem::chain;
use crate::api::session::{self, Caller, SignInError, SignedIn};
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
    match session::sign_in(&app, &input.name, input.password, from, visit.now).await {
        Ok(signed) => signed_in(&signed, transport, &back, &visit),
        Err(error) => {
            let s = out_of_doors(&visit);
            let (error, answer) = told(&s, &error);
            let form = SignInForm { name: input.name, back, error: Some(error), offer_first: false };
            answer.with(pages::sign_in(&s, form))
        }
    }
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
    see_other("/sign-in", vec![session::cookie_gone(transport)])
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

fn choice(name: &str, value: &str, transport: Transport) -> HeaderValue {
    let secure = match transport {
        Transport::Tls => "; Secure",
        Transport::Loopback => "",
    };
    let line = format!("{name}={value}; Path=/; Max-Age={CHOICE_SECONDS}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(line).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn out_of_doors(visit: &Visit) -> Surround {
    visit.surround(Entry::Elsewhere, Vec::new())
}

fn caller(peer: Option<Extension<Peer>>, before: Option<Viewer>) -> Caller {
    Caller { address: peer.map(|Extension(Peer(address))| address), kind: SessionKind::Browser, before }
}

fn signed_in(signed: &SignedIn, transport: Transport, back: &str, visit: &Visit) -> Response {
    see_other(back, vec![signed.cookie(transport, visit.now.wall)])
}

/// 303: the next page is fetched by GET. `path` went through [`local_path`] or is our own.
fn see_other(path: &str, cookies: Vec<HeaderValue>) -> Response {
    let place = HeaderValue::try_from(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    let cookies = AppendHeaders(cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
    (StatusCode::SEE_OTHER, [(LOCATION, place)], cookies).into_response()
}

/// Status and wait of a refused form.
struct Answer {
    status: StatusCode,
    retry_after_s: Option<u32>,
}

impl Answer {
    fn with(self, html: String) -> Response {
        let mut response = (self.status, Html(html)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A sign-in's error in the reader's words.
fn told(s: &Surround, error: &SignInError) -> (FormError, Answer) {
    let mut retry_after_s = None;
    let (title, text, field, status) = match error {
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
        SignInError::Store(_) | SignInError::Failed => {
            tracing::error!(cause = %chain(error), "a sign-in failed inside");
            ("sign-in-failed", s.t("sign-in-failed-text"), "name", StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    (FormError { title: s.t(title), text, field }, Answer { status, retry_after_s })
}
