//! The pages about people over the whole HTTP side: who may have them, pages of the list, an invitation and its code.

use axum::http::StatusCode;

use crate::access::{Role, SessionKind};
use crate::api::testing::{Answered, Bench, Sent, cookie};
use crate::store::invitations::{Invitation, Invited};
use crate::store::parties::OWN_PARTY;

async fn desk(role: Role) -> (Bench, String) {
    let bench = Bench::new().await;
    let later = bench.app.clock.wall().plus_ms(3_600_000);
    let token = bench.session(&[role], SessionKind::Browser, later).await;
    (bench, token)
}

async fn get(bench: &Bench, token: &str, path: &str) -> Answered {
    let headers = vec![cookie(token), ("accept", "text/html".to_owned())];
    bench.send("GET", path, Sent { headers, ..Sent::default() }).await
}

async fn post(bench: &Bench, token: &str, form: &str) -> Answered {
    let headers = vec![cookie(token), ("content-type", "application/x-www-form-urlencoded".to_owned())];
    bench.post_form("/people/invite", form, headers).await
}

#[tokio::test]
async fn an_invitation_keeps_what_was_typed_and_shows_its_code_once() {
    let (bench, token) = desk(Role::Administrator).await;
    assert!(get(&bench, &token, "/people").await.text.contains("href=\"/people/invite\""), "a way there");
    let bare = post(&bench, &token, "name=Olena+%3Cb%3E&party=1").await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("value=\"Olena &#60;b&#62;\"") && bare.text.contains("href=\"#roles\""));
    let nowhere = post(&bench, &token, "name=Olena&party=99&role=operator").await;
    assert!(nowhere.text.contains("href=\"#party\""));
    assert!(nowhere.text.contains("value=\"operator\" checked"), "the role is kept");
    let made = post(&bench, &token, "name=Olena&party=1&role=operator&role=back_office").await;
    assert_eq!((made.status, made.header("cache-control")), (StatusCode::OK, "no-store"));
    let code = made.text.split("<code class=\"secret\">").nth(1).and_then(|rest| rest.split('<').next());
    let code = code.expect("a code");
    assert_eq!(code.len(), 19, "{code}");
    let list = get(&bench, &token, "/people").await.text;
    assert!(list.contains("Olena") && list.contains("Invited") && !list.contains(code));
    let again = post(&bench, &token, "name=OLENA&party=1&role=operator").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("href=\"#name\"") && !again.text.contains("class=\"secret\""));
}

#[tokio::test]
async fn administrators_alone_have_the_pages_and_an_entry_in_the_menu() {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Administrator) {
        let (bench, token) = desk(role).await;
        for path in ["/people", "/people/invite"] {
            assert_eq!(get(&bench, &token, path).await.status, StatusCode::FORBIDDEN, "{path} as {role:?}");
        }
        let made = post(&bench, &token, "name=Olena&party=1&role=administrator").await;
        assert_eq!(made.status, StatusCode::FORBIDDEN, "{role:?}");
        assert!(!get(&bench, &token, "/me").await.text.contains("href=\"/people\""), "{role:?}");
    }
}

#[tokio::test]
async fn pages_of_the_list_follow_one_another_without_a_name_in_the_address() {
    let (bench, token) = desk(Role::Administrator).await;
    let now = bench.app.clock.wall();
    let by = bench.app.store.members(None, 1, now).await.expect("asked")[0].id;
    for number in 0_u8..60 {
        let name = format!("member {number:02}");
        let invited = Invited { name: &name, party: OWN_PARTY, roles: &[Role::Operator] };
        let invitation = Invitation { code_sha256: [number; 32], ends: now.plus_ms(1_000), by };
        bench.app.store.invite(&invited, invitation, now).await.expect("invited");
    }
    let first = get(&bench, &token, "/people").await.text;
    assert_eq!(first.matches("<th scope=\"row\">").count(), 50);
    let next = first.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let next = next.expect("a next page");
    assert!(next.trim_start_matches("/people?after=").parse::<i64>().is_ok(), "{next}");
    let second = get(&bench, &token, next).await.text;
    assert_eq!(second.matches("<th scope=\"row\">").count(), 11);
    assert!(second.contains("member 59") && !second.contains("rel=\"next\""));
    assert_eq!(get(&bench, &token, "/people?after=x").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(get(&bench, &token, "/people?after=999").await.status, StatusCode::BAD_REQUEST);
}
