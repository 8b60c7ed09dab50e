//! Handlers of a person's tokens for programs: the form that makes one, and taking one back. The list is on their own page.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: the form, or the page that shows a token once;
//! the answer to the post itself, because the text is kept nowhere. Decides nothing: that is `api::tokens`.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::mine::said;
use super::pages::{self, Problem, TokenForm};
use super::refusal::Refusal;
use super::signing::{Answer, caller, out_of_doors, see_other};
use super::surround::{Crumb, Entry, FormError, Surround};
use super::visit::Visit;
use crate::access::{Scope, Viewer};
use crate::api::me;
use crate::api::problem::ApiError;
use crate::api::tokens::{self, DAYS_DEFAULT, Wish};
use crate::app::{App, Peer};
use crate::store::tokens::TokenId;

type Fields = Result<Form<Vec<(String, String)>>, FormRejection>;

/// `GET /me/tokens`.
pub(super) async fn page(State(app): State<Arc<App>>, visit: Visit, viewer: Viewer) -> Response {
    let form = TokenForm { days: DAYS_DEFAULT.to_string(), ..TokenForm::default() };
    Html(shown(&app, &visit, &viewer, form)).into_response()
}

fn shown(app: &App, visit: &Visit, viewer: &Viewer, form: TokenForm) -> String {
    let again = !me::shown_lately(app, viewer, visit.now);
    pages::token_form(&surround(visit), &app.access.scopes(&viewer.roles), again, form)
}

/// `POST /me/tokens`.
pub(super) async fn make(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    visit: Visit,
    viewer: Viewer,
    form: Fields,
) -> Response {
    let Ok(Form(fields)) = form else { return Refusal::new(&visit, Problem::BadRequest).into_response() };
    let all = |key: &str| -> Vec<String> {
        fields.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect()
    };
    let one = |key: &str| all(key).pop().unwrap_or_default();
    let (name, scopes, days) = (one("name"), all("scope"), one("days"));
    let wish = Wish { name: name.clone(), scopes: scopes.clone(), days: days.trim().parse().unwrap_or(0) };
    let shown_again = me::again(&app, &viewer, &one("again"), &caller(peer, None), visit.now).await;
    let (error, answer) = match shown_again {
        Err(error) => said(&out_of_doors(&visit), &error, "again", "tokens-failed"),
        Ok(()) => match tokens::make(&app, &viewer, &wish, visit.now).await {
            Ok(made) => {
                return Html(pages::token_made(&surround(&visit), name.trim(), &made)).into_response();
            }
            Err(refused) => match unmade(&visit, &wish, &refused) {
                Some(failed) => failed,
                None => return Refusal::new(&visit, Problem::Failed).into_response(),
            },
        },
    };
    let form = TokenForm { name, scopes, days, error: Some(error) };
    answer.with(shown(&app, &visit, &viewer, form))
}

/// What is wrong with a wish, in the reader's words; none for what is wrong with the controller.
fn unmade(visit: &Visit, wish: &Wish, refused: &ApiError) -> Option<(FormError, Answer)> {
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    let known = wish.scopes.iter().all(|key| Scope::from_key(key).is_some());
    let (key, field, status) = match refused.code() {
        "tokens_full" => ("tokens-full", "name", StatusCode::CONFLICT),
        "scope_not_yours" => ("tokens-scopes-wrong", "scopes", StatusCode::FORBIDDEN),
        "unusable_request" if wish.scopes.is_empty() || !known => ("tokens-scopes-wrong", "scopes", unfit),
        "unusable_request" if !(1..=tokens::DAYS_MAX).contains(&wish.days) => {
            ("tokens-days-wrong", "days", unfit)
        }
        "unusable_request" => ("people-name-wrong", "name", unfit),
        _other => return None,
    };
    let s = out_of_doors(visit);
    Some((FormError { title: s.t("tokens-failed"), text: s.t(key), field }, Answer::of(status)))
}

/// `POST /me/tokens/{id}/revoke`.
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Response {
    let Ok(id) = id.parse().map(TokenId) else {
        return Refusal::new(&visit, Problem::NotFound).into_response();
    };
    match tokens::revoke(&app, &viewer, id, visit.now).await {
        Ok(()) => see_other("/me?done=token", Vec::new()),
        Err(error) if error.status() == StatusCode::NOT_FOUND => {
            Refusal::new(&visit, Problem::NotFound).into_response()
        }
        Err(_) => Refusal::new(&visit, Problem::Busy).into_response(),
    }
}

fn surround(visit: &Visit) -> Surround {
    let mut s = visit.surround(Entry::Me, Vec::new());
    s.crumbs = vec![Crumb { path: Entry::Me.path().to_owned(), name: s.t(Entry::Me.key()) }];
    s
}
