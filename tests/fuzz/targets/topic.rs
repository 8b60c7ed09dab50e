//! `topic::Up::parse` and `topic::Down::parse`: a node gets its own topics and no others.

use holdfast_protocol::topic::{Down, Up, down_filter};

use super::NODE;

pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(up) = Up::parse(&text, NODE) {
        assert_eq!(up.of(NODE), text);
    }
    if let Some(down) = Down::parse(&text, NODE) {
        assert_eq!(down.of(NODE), text);
    }
    let own = [format!("u/{NODE}/"), format!("d/{NODE}/")].iter().any(|start| text.starts_with(start));
    assert!(own || (Up::parse(&text, NODE).is_none() && Down::parse(&text, NODE).is_none()), "{text:?}");
    assert!(Up::parse(&down_filter(NODE), NODE).is_none());
}
