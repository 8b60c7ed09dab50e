//! The agent's MQTT decoder (`link::codec::Decoder`): total, and however a stream is cut, the same packets come out.

use holdfast_agent::link::codec::{CodecError, Decoder, Incoming};

pub(crate) fn run(bytes: &[u8]) {
    let whole = decode(bytes.chunks(bytes.len().max(1)));
    assert_eq!(decode(bytes.chunks(1)), whole, "cut into single bytes");
    assert_eq!(decode(bytes.chunks(7)), whole, "cut into sevens");
}

fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Incoming>, Option<CodecError>) {
    let mut decoder = Decoder::default();
    let mut packets = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        loop {
            match decoder.packet() {
                Ok(Some(packet)) => packets.push(packet),
                Ok(None) => break,
                Err(error) => return (packets, Some(error)),
            }
        }
    }
    (packets, None)
}
