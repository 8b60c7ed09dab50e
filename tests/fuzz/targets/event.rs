//! `event::Event::decode`: what was read and written again reads the same.

use holdfast_protocol::event::Event;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(event) = Event::decode(bytes) else { return };
    let again = event.encode();
    assert!(again.len() <= bytes.len(), "{event:?} grew");
    assert_eq!(Event::decode(&again), Ok(event));
}
