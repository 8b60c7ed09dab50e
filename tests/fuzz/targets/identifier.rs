//! Identifiers of equipment and what a taker says of a hand-over: what was read is canonical, and an answer written again
//! reads the same.

use holdfast_protocol::custody::What;
use holdfast_protocol::custody::handover::Answer;
use holdfast_protocol::identifier::{self, Kind, SERIAL_CHARACTERS_MAX};
use holdfast_protocol::ids::ItemCode;

pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for kind in Kind::ALL {
        if let Ok(value) = kind.parse(&text) {
            assert_eq!(kind.parse(&value).as_ref(), Ok(&value), "{kind:?} of {text:?}");
            assert!(value.is_ascii() && value.len() <= SERIAL_CHARACTERS_MAX + 2, "{value}");
        }
    }
    if let Ok(value) = identifier::parse_gtin(&text) {
        assert_eq!(identifier::parse_gtin(&value).as_ref(), Ok(&value));
    }
    if let Ok(code) = text.parse::<ItemCode>() {
        assert_eq!(code.shown().parse(), Ok(code));
    }
    if let Ok(answer) = serde_json::from_slice::<Answer>(bytes) {
        let again = serde_json::to_vec(&answer).expect("plain values");
        assert!(serde_json::from_slice::<Answer>(&again).is_ok_and(|again| again == answer));
    }
    if let Ok(what) = serde_json::from_slice::<What>(bytes) {
        let again = serde_json::to_vec(&what).expect("plain values");
        assert!(serde_json::from_slice::<What>(&again).is_ok_and(|again| again == what));
    }
}
