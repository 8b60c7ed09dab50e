//! The way of the crawl: every row of the table with every number of the world, the links of the pages, the feed, and the acts
//! that ask why; as everybody.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use axum::http::StatusCode;
use holdfast_protocol::week::Week;
use http_body_util::BodyExt;
use serde_json::json;

use super::search::{Doc, Kind};
use super::world::{Visitor, World};
use crate::access::{Reach, Verb};
use crate::api::testing::{Bench, Sent, bearer};
use crate::clock::Clock;

/// Pages that one visitor reads at most; a crawl that needs more goes in circles.
const ANSWERS_MAX: usize = 1_500;
/// How long a feed may say nothing before it has said all.
const QUIET: Duration = Duration::from_millis(60);

/// What the parts of paths are filled with.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pub(super) sites: Vec<String>,
    pub(super) nodes: Vec<String>,
    pub(super) people: Vec<String>,
    pub(super) parties: Vec<String>,
    pub(super) items: Vec<String>,
    pub(super) codes: Vec<String>,
    pub(super) donations: Vec<String>,
    pub(super) handovers: Vec<String>,
    pub(super) models: Vec<String>,
    pub(super) programmes: Vec<String>,
    pub(super) containers: Vec<String>,
    pub(super) lists: Vec<String>,
    pub(super) exports: Vec<String>,
    pub(super) proposals: Vec<String>,
}

/// Something that somebody was shown and must not see.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Leak {
    pub(super) kind: Kind,
    visitor: &'static str,
    path: String,
    canary: String,
}

#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) leaks: BTreeSet<Leak>,
    /// Kinds that somebody found whom they are for.
    pub(super) allowed: BTreeSet<Kind>,
    /// Rows whose path cannot be filled.
    pub(super) unfilled: Vec<&'static str>,
    /// Answers that were read.
    pub(super) fetched: usize,
}

/// Every path that a row's path stands for; none where the crawl does not know what to put in.
pub(super) fn filled(path: &str, ids: &Ids) -> Option<Vec<String>> {
    let Some((before, rest)) = path.split_once('{') else { return Some(vec![path.to_owned()]) };
    let (part, after) = rest.split_once('}')?;
    let noun = before.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let acts = || ["lock", "unlock", "sessions", "factor", "invite"].map(str::to_owned).to_vec();
    let values = match (noun, part) {
        ("sites", "id" | "site") => ids.sites.clone(),
        ("nodes", "id") => ids.nodes.clone(),
        ("people", "id") => ids.people.clone(),
        ("parties", "id") => ids.parties.clone(),
        ("items" | "equipment", "id") => ids.items.clone(),
        ("i" | "equipment", "code") => ids.codes.clone(),
        ("donations", "id") => ids.donations.clone(),
        ("handovers", "id") => ids.handovers.clone(),
        ("models", "id") => ids.models.clone(),
        ("programmes", "id") => ids.programmes.clone(),
        ("containers", "id") => ids.containers.clone(),
        ("imports" | "import", "id") => ids.lists.clone(),
        ("provider-exports" | "provider", "id") => ids.exports.clone(),
        ("proposals", "id") => ids.proposals.clone(),
        ("evidence", "week") => weeks(),
        ("act", "act") => acts(),
        // Style, script, icons: their names are in the pages, whose links are followed.
        ("static", "file") => vec!["none.css".to_owned()],
        _unknown => return None,
    };
    let mut out = Vec::new();
    for value in values {
        out.extend(filled(&format!("{before}{value}{after}"), ids)?);
    }
    Some(out)
}

/// The week that runs, and the one before.
fn weeks() -> Vec<String> {
    let this = Week::of(Clock.wall());
    [this.and_then(Week::before), this].into_iter().flatten().map(|week| week.to_string()).collect()
}

/// What is asked of a path besides itself: both kinds of files, a chart's field.
fn variants(path: &str) -> Vec<String> {
    let end = path.rsplit('/').next().unwrap_or_default();
    match end {
        "export" => ["csv", "xlsx"].map(|format| format!("{path}?format={format}")).to_vec(),
        "chart" | "chart.csv" | "chart.xlsx" | "history" => vec![format!("{path}?field=link_rtt_ms")],
        _plain => vec![path.to_owned()],
    }
}

/// Everybody's crawl, or one visitor's.
pub(super) async fn crawl(world: &World, links: Links, only: Option<&str>) -> Found {
    let mut found = Found::default();
    let table = world.bench.app.access.table;
    for row in table.iter().filter(|row| row.verb == Verb::Get || row.reach == Reach::Reasoned) {
        if filled(row.path, &world.ids).is_none() {
            found.unfilled.push(row.path);
        }
    }
    let asked = |visitor: &&Visitor| only.is_none_or(|only| visitor.name == only);
    for visitor in world.visitors.iter().filter(asked) {
        visit(world, visitor, links, &mut found).await;
        feed(world, visitor, &mut found).await;
        acts(world, visitor, &mut found).await;
    }
    found
}

fn headers(visitor: &Visitor) -> Vec<(&'static str, String)> {
    let mut headers = vec![("accept", "text/html,*/*".to_owned())];
    headers.extend(visitor.credential.as_deref().map(bearer));
    headers
}

/// Whether the links of a page are followed: those of every row are, what they lead to is read and no further. Filters of a list
/// lead to one another without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    Followed,
    Left,
}

/// Every page, list and file, then what they lead to.
async fn visit(world: &World, visitor: &Visitor, links_of_rows: Links, found: &mut Found) {
    let rows = world.bench.app.access.table.iter().filter(|row| row.verb == Verb::Get);
    let paths = rows.filter(|row| row.path != "/api/v1/live").filter_map(|row| filled(row.path, &world.ids));
    let paths = paths.flatten().flat_map(|path| variants(&path));
    let mut queue: VecDeque<(String, Links)> = paths.map(|path| (path, links_of_rows)).collect();
    let mut seen: BTreeSet<String> = queue.iter().map(|(path, _)| path.clone()).collect();
    let mut answers = 0;
    while let Some((path, follow)) = queue.pop_front() {
        answers += 1;
        assert!(answers < ANSWERS_MAX, "{} goes in circles at {path}", visitor.name);
        let (status, bytes) = fetched(&world.bench, "GET", &path, headers(visitor), None).await;
        assert!(status.as_u16() < 500 || status == StatusCode::SERVICE_UNAVAILABLE, "{path}: {status}");
        judge(world, visitor, &path, &bytes, Asked::Nothing, found);
        for link in links(&bytes).into_iter().filter(|_| follow == Links::Followed) {
            if seen.insert(link.clone()) {
                queue.push_back((link, Links::Left));
            }
        }
    }
    found.fetched += answers;
}

/// Our own links of a page.
fn links(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let hrefs = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own = hrefs.map(|href| href.replace("&amp;", "&").replace("&#38;", "&"));
    own.map(|href| href.split('#').next().unwrap_or_default().to_owned())
        .filter(|href| href.starts_with('/') && !href.starts_with("//") && !href.starts_with("/static/"))
        .collect()
}

/// Status, head and body of an answer, the head as text before the body of pages.
async fn fetched(
    bench: &Bench,
    method: &str,
    path: &str,
    headers: Vec<(&'static str, String)>,
    reason: Option<Reason>,
) -> (StatusCode, Vec<u8>) {
    let mut sent = Sent { headers, ..Sent::default() };
    match reason {
        Some(Reason::Json) => sent.body = Some(json!({"reason": "the crawl asks what is shown"})),
        Some(Reason::Form) => sent.form = Some("reason=the+crawl+asks+what+is+shown".to_owned()),
        None => {}
    }
    let (parts, body) = bench.send_open(method, path, sent).await.into_parts();
    let mut bytes = body.collect().await.expect("a body").to_bytes().to_vec();
    let heads: Vec<String> = parts.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    if !bytes.starts_with(b"PK")
        && parts.headers.get("content-type").is_none_or(|kind| kind != "application/json")
    {
        bytes.extend_from_slice(heads.join("\n").as_bytes());
    }
    (parts.status, bytes)
}

#[derive(Debug, Clone, Copy)]
enum Reason {
    Json,
    Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nothing,
    Why,
}

fn judge(world: &World, visitor: &Visitor, path: &str, bytes: &[u8], asked: Asked, found: &mut Found) {
    let docs = Doc::all(bytes, path);
    for canary in &world.canaries {
        if !docs.iter().any(|doc| doc.has(&canary.form)) {
            continue;
        }
        let after_reason = asked == Asked::Why && canary.after_reason.contains(&visitor.name);
        if after_reason || canary.open_to.contains(&visitor.name) {
            found.allowed.insert(canary.kind);
        } else {
            let (kind, visitor, path) = (canary.kind, visitor.name, path.to_owned());
            found.leaks.insert(Leak { kind, visitor, path, canary: format!("{:?}", canary.form) });
        }
    }
}

/// The live feed: what it says of a fleet in which everything changes.
async fn feed(world: &World, visitor: &Visitor, found: &mut Found) {
    let sent = Sent { headers: headers(visitor), ..Sent::default() };
    let answered = world.bench.send_open("GET", "/api/v1/live", sent).await;
    let mut body = answered.into_body();
    let (app, now) = (&world.bench.app, world.bench.app.clock.now());
    for node in world.ids.nodes.iter().filter_map(|node| node.parse().ok()) {
        app.fleet.session_opened(node, now);
        app.fleet.session_closed(node, now);
        app.fleet.node_revoked(node, now);
    }
    app.fleet.tick(now);
    let mut said = Vec::new();
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(QUIET, body.frame()).await {
        said.extend(frame.into_data().map(|data| data.to_vec()).unwrap_or_default());
    }
    judge(world, visitor, "/api/v1/live", &said, Asked::Nothing, found);
}

/// The acts that ask why, as pages and over the API.
async fn acts(world: &World, visitor: &Visitor, found: &mut Found) {
    let rows = world.bench.app.access.table.iter();
    for row in rows.filter(|row| row.verb == Verb::Post && row.reach == Reach::Reasoned) {
        let reason = if row.path.starts_with("/api/") { Reason::Json } else { Reason::Form };
        for path in filled(row.path, &world.ids).unwrap_or_default() {
            let (status, bytes) = fetched(&world.bench, "POST", &path, headers(visitor), Some(reason)).await;
            assert!(status.as_u16() < 500, "{path}: {status}");
            judge(world, visitor, &path, &bytes, Asked::Why, found);
        }
    }
}
