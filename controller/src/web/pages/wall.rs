//! The overview for a screen on a wall: counts and the queue, large, without anything to click but the way out.
//!
//! Enters: the model's overview. Leaves: the page. It is the only one that loads itself anew: by the script where it runs,
//! which survives a controller that is away for a while, and by the browser where it does not.

use askama::Template;

use super::overview::{CountLine, NeedRow, count_line, need_row};
use super::render;
use crate::model::Overview;
use crate::web::strip;
use crate::web::surround::Surround;

/// Seconds between two loads: nodes report each minute.
const RELOAD_S: u32 = 30;
/// Lines of the queue: at 4 m they must be large, and so many fit on a screen of 1080 lines.
const LINES: usize = 8;

#[derive(Template)]
#[template(path = "wall.html")]
struct WallTemplate<'a> {
    s: &'a Surround,
    reload: u32,
    first: String,
    counts: Vec<CountLine>,
    needs: Vec<NeedRow>,
    more: Option<String>,
}

/// The page `/?view=wall`.
#[must_use]
pub fn wall(s: &Surround, model: &Overview) -> String {
    let nobody_yet = model.nodes.total == 0;
    let first = if nobody_yet { s.t("overview-empty") } else { s.n("overview-needs", &model.needs_total) };
    let needs: Vec<NeedRow> = model.needs.iter().take(LINES).map(|need| need_row(s, need)).collect();
    let more = model.needs_total.saturating_sub(strip::count(needs.len()));
    let counts = vec![
        count_line(s, "/sites", "count-sites", &model.sites),
        count_line(s, "/nodes", "count-nodes", &model.nodes),
    ];
    let more = (more > 0).then(|| s.n("wall-more", &more));
    render(&WallTemplate { s, reload: RELOAD_S, first, counts, needs, more })
}
