//! Handlers of a person's own pages and of invitations: forms that work without script.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: redirects, the page again with what was
//! wrong, or a page with codes that is shown once. Decides nothing: that is `api::me`.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_provisioning::qr;
use serde::Deserialize;

use super::pages::{self, Me, Problem};
use super::refusal::Refusal;
use super::signing::{Answer, caller, out_of_doors, see_other, signed_in, told};
use super::surround::{Entry, FormError, Markup, Surround, escape};
use super::visit::Visit;
use crate::access::{SessionId, Viewer};
use crate::api::me::{self, MeError};
use crate::api::session::{self, SignInError};
use crate::app::{App, Peer, Transport};
use crate::store::StoreError;

/// What the page says has just been done; other words in the address say nothing.
pub(super) const DONE: [&str; 6] =
    ["password", "factor-removed", "session", "sessions", "recovery-used", "token"];

type PeerOf = Option<Extension<Peer>>;
type Posted<T> = Result<Form<T>, FormRejection>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MeQuery {
    done: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AgainInput {
    again: String,
}

#[derive(Deserialize)]
pub(super) struct PasswordInput {
    old: String,
    new: String,
}

#[derive(Deserialize)]
pub(super) struct CodeInput {
    code: String,
}

#[derive(Deserialize)]
pub(super) struct RemoveInput {
    password: String,
    code: String,
}

#[derive(Deserialize)]
pub(super) struct WelcomeInput {
    name: String,
    code: String,
    password: String,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    query: Query<MeQuery>,
) -> Response {
    let done = query.done.as_deref().and_then(|word| DONE.into_iter().find(|done| *done == word));
    shown(&app, &visit, &viewer, done, None).await
}

async fn shown(
    app: &App,
    visit: &Visit,
    viewer: &Viewer,
    done: Option<&'static str>,
    failed: Option<(FormError, Answer)>,
) -> Response {
    let s = visit.surround(Entry::Me, Vec::new());
    let (error, answer) = failed.map_or((None, Answer::ok()), |(error, answer)| (Some(error), answer));
    match model(app, visit, viewer).await {
        Ok(model) => answer.with(pages::me(&s, &Me { done, error, ..model })),
        Err(error) => Refusal::store(visit, &error).into_response(),
    }
}

async fn model(app: &App, visit: &Visit, viewer: &Viewer) -> Result<Me, StoreError> {
    let now = visit.now;
    let member = app.store.member(viewer.person, now.wall).await?;
    let party = match &member {
        Some(member) => app.store.party(member.party).await?,
        None => None,
    };
    Ok(Me {
        party: party.map(|party| party.name).unwrap_or_default(),
        roles: viewer.roles.clone(),
        has_factor: member.is_some_and(|member| member.has_second_factor),
        codes_left: app.store.recovery_codes_left(viewer.person).await?,
        sessions: app.store.sessions_of(viewer.person, now.wall).await?,
        tokens: app.store.tokens_of(viewer.person).await?,
        this: viewer.session(),
        again: !me::shown_lately(app, viewer, now),
        done: None,
        error: None,
    })
}

/// What went wrong, in the reader's words, at one of the page's fields.
pub(super) fn said(s: &Surround, error: &MeError, field: &'static str, title: &str) -> (FormError, Answer) {
    let plain = |key: &str| {
        let error = FormError { title: s.t(title), text: s.t(key), field };
        (error, Answer::of(StatusCode::UNPROCESSABLE_ENTITY))
    };
    match error {
        MeError::Again => plain("me-again-text"),
        MeError::WrongPassword => plain("me-password-wrong-text"),
        MeError::HasFactor => plain("me-factor-there"),
        MeError::NoFactor => plain("me-factor-none"),
        MeError::NoSession => plain("me-session-none"),
        MeError::SignIn(error) => {
            let (told, answer) = told(s, error);
            (FormError { title: s.t(title), field, ..told }, answer)
        }
    }
}

pub(super) async fn password(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    visit: Visit,
    viewer: Viewer,
    form: Posted<PasswordInput>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let from = caller(peer, None);
    match me::change_password(&app, &viewer, (&input.old, input.new), &from, visit.now).await {
        Ok(()) => see_other("/me?done=password", Vec::new()),
        Err(error) => {
            let field =
                if matches!(error, MeError::SignIn(SignInError::Password(_))) { "new" } else { "old" };
            let failed = said(&out_of_doors(&visit), &error, field, "me-password-failed");
            shown(&app, &visit, &viewer, None, Some(failed)).await
        }
    }
}

pub(super) async fn factor_page(State(app): State<Arc<App>>, visit: Visit, viewer: Viewer) -> Response {
    factor(&app, &visit, &viewer, None).await
}

async fn factor(app: &App, visit: &Visit, viewer: &Viewer, failed: Option<(FormError, Answer)>) -> Response {
    let s = visit.surround(Entry::Me, Vec::new());
    let (error, answer) = failed.map_or((None, Answer::ok()), |(error, answer)| (Some(error), answer));
    let again = !me::shown_lately(app, viewer, visit.now);
    match app.store.second_factor(viewer.person).await {
        Ok(stored) if stored.as_ref().is_some_and(|stored| stored.confirmed.is_some()) => {
            return see_other("/me", Vec::new());
        }
        Ok(_) => {}
        Err(error) => return Refusal::store(visit, &error).into_response(),
    }
    // A secret is drawn for a session that has shown password or code lately, and for no other.
    let waiting = match me::waiting_factor(app, viewer).await {
        Ok(waiting) => waiting.filter(|_| !again),
        Err(_) => return Refusal::new(visit, Problem::Failed).into_response(),
    };
    let waiting = waiting.map(|factor| {
        let uri = me::factor_uri(app, viewer, &factor);
        let drawn = qr::svg(&uri, &escape(&s.t("me-factor-qr"))).unwrap_or_default();
        (Markup(drawn), factor.typed())
    });
    answer.with(pages::second_factor(&s, waiting, again, error))
}

pub(super) async fn begin(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    visit: Visit,
    viewer: Viewer,
    form: Posted<AgainInput>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let begun = match me::again(&app, &viewer, &input.again, &caller(peer, None), visit.now).await {
        Ok(()) => me::begin_factor(&app, &viewer, visit.now).await.map(drop),
        Err(error) => Err(error),
    };
    match begun {
        Ok(()) => see_other("/me/second-factor", Vec::new()),
        Err(error) => {
            let failed = said(&out_of_doors(&visit), &error, "again", "me-factor-failed");
            factor(&app, &visit, &viewer, Some(failed)).await
        }
    }
}

pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    form: Posted<CodeInput>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    match me::confirm_factor(&app, &viewer, &input.code, visit.now).await {
        Ok(codes) => codes_once(&visit, &codes),
        Err(error) => {
            let failed = said(&out_of_doors(&visit), &error, "code", "code-wrong");
            factor(&app, &visit, &viewer, Some(failed)).await
        }
    }
}

pub(super) async fn recovery(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    visit: Visit,
    viewer: Viewer,
    form: Posted<AgainInput>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let made = match me::again(&app, &viewer, &input.again, &caller(peer, None), visit.now).await {
        Ok(()) => me::renew_recovery(&app, &viewer, visit.now).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(codes) => codes_once(&visit, &codes),
        Err(error) => {
            let failed = said(&out_of_doors(&visit), &error, "again", "me-recovery-failed");
            shown(&app, &visit, &viewer, None, Some(failed)).await
        }
    }
}

/// The answer to the post itself: codes are kept nowhere, so no later page could show them.
fn codes_once(visit: &Visit, codes: &[String]) -> Response {
    Html(pages::recovery_codes(&visit.surround(Entry::Me, Vec::new()), codes)).into_response()
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    peer: PeerOf,
    visit: Visit,
    viewer: Viewer,
    form: Posted<RemoveInput>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let from = caller(peer, None);
    match me::remove_factor(&app, &viewer, (&input.password, &input.code), &from, visit.now).await {
        Ok(()) => see_other("/me?done=factor-removed", Vec::new()),
        Err(error) => {
            let field = if matches!(error, MeError::WrongPassword) { "password" } else { "code" };
            let failed = said(&out_of_doors(&visit), &error, field, "me-remove-failed");
            shown(&app, &visit, &viewer, None, Some(failed)).await
        }
    }
}

pub(super) async fn end_session(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Response {
    let id = id.parse().map(SessionId);
    let ended = match id {
        Ok(id) => me::end_session(&app, &viewer, id, visit.now).await,
        Err(_) => Err(MeError::NoSession),
    };
    match ended {
        Ok(()) => see_other("/me?done=session", Vec::new()),
        Err(MeError::NoSession) => Refusal::new(&visit, Problem::NotFound).into_response(),
        Err(_) => Refusal::new(&visit, Problem::Busy).into_response(),
    }
}

pub(super) async fn end_others(State(app): State<Arc<App>>, visit: Visit, viewer: Viewer) -> Response {
    match me::end_others(&app, &viewer, visit.now).await {
        Ok(_) => see_other("/me?done=sessions", Vec::new()),
        Err(_) => Refusal::new(&visit, Problem::Busy).into_response(),
    }
}

pub(super) async fn welcome_page(visit: Visit) -> Response {
    Html(pages::welcome(&out_of_doors(&visit), String::new(), String::new(), None)).into_response()
}

/// Chooses the password, signs in, and goes straight on to the second factor.
pub(super) async fn welcome(
    State(app): State<Arc<App>>,
    Extension(transport): Extension<Transport>,
    peer: PeerOf,
    visit: Visit,
    before: Option<Viewer>,
    form: Posted<WelcomeInput>,
) -> Response {
    let Ok(Form(input)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let WelcomeInput { name, code, password } = input;
    let from = caller(peer, before);
    let known = session::accept(&app, &name, &code, password, &from, visit.now).await;
    let entered = match known {
        Ok(known) => session::enter(&app, &known, "", &from, visit.now).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(signed) => {
            let begun = me::begin_factor(&app, &signed.viewer, visit.now).await;
            if begun.is_err() {
                tracing::warn!(
                    "a second factor could not be begun for who was invited; its page offers it again"
                );
            }
            signed_in(&signed, transport, "/me/second-factor", &visit)
        }
        // Invited again, with a second factor: the new password holds, and the sign-in asks for the code.
        Err(SignInError::CodeNeeded) => see_other("/sign-in", Vec::new()),
        Err(error) => {
            let s = out_of_doors(&visit);
            let (error, answer) = told(&s, &error);
            let error = FormError { title: s.t("welcome-wrong"), ..error };
            answer.with(pages::welcome(&s, name, code, Some(error)))
        }
    }
}
