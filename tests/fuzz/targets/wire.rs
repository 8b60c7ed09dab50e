//! `wire::Reader`: each value has one encoding, and reading never goes behind the end. The first byte of each step says
//! which reader is tried.

use holdfast_protocol::wire::{self, Reader};

pub(crate) fn run(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    while let Ok(step) = reader.u8() {
        let (at, left) = (reader.at(), reader.left());
        let mut again = Vec::new();
        let read = match step % 8 {
            0 => reader.varint().map(|value| wire::put_varint(&mut again, value)),
            1 => reader.zigzag().map(|value| wire::put_zigzag(&mut again, value)),
            2 => reader.text(64, "text").map(|value| wire::put_text(&mut again, value)),
            3 => reader.u16().map(|value| again.extend(value.to_le_bytes())),
            4 => reader.u32().map(|value| again.extend(value.to_le_bytes())),
            5 => reader.bytes(usize::from(step)).map(|value| again.extend(value)),
            6 => reader.count(1_000, "count").map(|value| wire::put_length(&mut again, value)),
            _ => reader.varint_max(1 << 20, "value").map(|value| wire::put_varint(&mut again, value)),
        };
        assert_eq!(reader.at() + reader.left(), bytes.len(), "the reader left its bytes");
        assert_eq!(reader.end().is_ok(), reader.left() == 0);
        match read {
            Ok(()) => assert_eq!(Some(again.as_slice()), bytes.get(at..reader.at()), "one encoding"),
            Err(_) => assert!(reader.left() <= left, "reading went backwards"),
        }
    }
}
