//! The controller's door (`door::codec` and `door::engine`): total, bounded in what it holds, and however a stream is cut
//! it means the same; as it comes, and behind the opening of a good session.

use std::sync::LazyLock;
use std::time::Instant;

use holdfast_agent::link::codec::opening;
use holdfast_controller::door::Verdict;
use holdfast_controller::door::codec::{self, Order, PACKET_BYTES_MAX};
use holdfast_controller::door::engine::{Action, Engine, RECEIVE_MAX, WINDOW_BYTES_MAX};
use holdfast_protocol::ids::{BootCounter, Epoch};
use holdfast_protocol::status::Status;

use super::NODE;

/// Nothing here waits: one instant serves all.
static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(crate) fn run(bytes: &[u8]) {
    for order in [Order::First, Order::Later] {
        frame(bytes, order);
    }
    streams(bytes);
    let birth = Status::Birth { boot: BootCounter(1), epoch: Epoch(2), version: String::new() };
    let mut session = opening(NODE, &birth, &Status::Gone { boot: BootCounter(1) });
    session.extend_from_slice(bytes);
    streams(&session);
    settled(&session);
}

fn frame(bytes: &[u8], order: Order) {
    if let Ok(Some(length)) = codec::frame_length(bytes, order) {
        assert!(length <= PACKET_BYTES_MAX, "a frame of {length} bytes");
        if let Some(whole) = bytes.get(..length) {
            drop(codec::decode(whole, order));
        }
    }
}

fn streams(bytes: &[u8]) {
    let whole = feed(bytes.chunks(bytes.len().max(1)));
    assert_eq!(feed(bytes.chunks(1)), whole, "cut into single bytes");
    assert_eq!(feed(bytes.chunks(13)), whole, "cut into thirteens");
}

fn feed<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Action>, Vec<u8>) {
    let mut engine = Engine::new(NODE, *NOW);
    let (mut actions, mut output) = (Vec::new(), Vec::new());
    for piece in pieces {
        actions.extend(engine.input(piece, *NOW));
        output.extend_from_slice(&engine.take_output());
        assert!(engine.held_bytes() <= PACKET_BYTES_MAX, "{} bytes held", engine.held_bytes());
    }
    let ends = actions.iter().filter(|action| matches!(action, Action::End(_))).count();
    assert_eq!(ends, usize::from(engine.ended()), "an end is told once: {actions:?}");
    actions.extend(engine.cut());
    (actions, output)
}

/// As the session's task does it: publishes are answered, and nothing is read while the window is full.
fn settled(bytes: &[u8]) {
    let mut engine = Engine::new(NODE, *NOW);
    let mut owed = Vec::new();
    let mut owed_bytes = 0;
    for piece in bytes.chunks(8 * 1024) {
        if !engine.wants_input() {
            for packet in owed.drain(..) {
                engine.settle(packet, Verdict::Stored, *NOW);
            }
            owed_bytes = 0;
        }
        for action in engine.input(piece, *NOW) {
            if let Action::Record { packet, payload } = action {
                owed.push(packet);
                owed_bytes += payload.len();
            }
        }
        engine.take_output();
        assert!(owed.len() <= usize::from(RECEIVE_MAX), "{} publishes are owed", owed.len());
        assert!(owed_bytes <= WINDOW_BYTES_MAX + PACKET_BYTES_MAX, "{owed_bytes} bytes are owed");
    }
}
