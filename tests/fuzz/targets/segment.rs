//! The agent's `spool::decode_segment`: every byte is accounted for once, numbers rise; as it comes, and as the script of
//! a segment whose checksums fit, which random bytes never have.

use holdfast_agent::spool::decode_segment;

/// Bytes of a segment's header.
const HEADER_BYTES: usize = 32;

pub(crate) fn run(bytes: &[u8]) {
    check(bytes);
    check(&scripted(bytes));
}

fn check(bytes: &[u8]) {
    let decoded = decode_segment(bytes);
    let mut stretches: Vec<(usize, usize)> = decoded.bad.iter().map(|bad| (bad.offset, bad.length)).collect();
    let mut passed = 0;
    for found in &decoded.entries {
        assert!(found.meta.first.0 > passed && found.meta.first <= found.meta.last, "numbers rise");
        passed = found.meta.last.0;
        let record_bytes = usize::try_from(found.meta.record_bytes).expect("32 bits");
        stretches.push((found.offset, record_bytes + 68));
    }
    stretches.sort_unstable();
    let mut end = 0;
    for (offset, length) in stretches {
        assert!(offset >= end && length > 0, "a byte is taken twice at {offset}");
        end = offset + length;
    }
    assert!(end <= bytes.len(), "{end} is behind the end");
    assert!(decoded.good_end() <= bytes.len().max(HEADER_BYTES));
    if decoded.header.is_ok() && bytes.len() > HEADER_BYTES {
        let first = decoded.entries.first().map(|found| found.offset);
        let bad = decoded.bad.first().map(|bad| bad.offset);
        assert_eq!(
            first.into_iter().chain(bad).min(),
            Some(HEADER_BYTES),
            "bytes behind the header are skipped"
        );
    }
}

/// Of each 8 bytes: length of the record, step of the number, kind, flags, and what is damaged.
fn scripted(bytes: &[u8]) -> Vec<u8> {
    let mut out = b"HFSPOOL\n\x01\0\0\0\x07\0\0\0\x01\0\0\0keyname!".to_vec();
    out = super::with_checksum(&out);
    let mut last = 0_u32;
    for eight in bytes.chunks_exact(8) {
        let [length_low, length_high, step, span, kind, flags, damage, fill] =
            eight.first_chunk().expect("eight");
        let length = u32::from(*length_low) | (u32::from(*length_high) << 8);
        let first = last.wrapping_add(u32::from(*step));
        last = first.wrapping_add(u32::from(*span));
        let mut entry = b"\xf5HFe".to_vec();
        entry.extend(length.to_le_bytes());
        entry.extend(first.to_le_bytes());
        entry.extend(last.to_le_bytes());
        entry.extend([*kind, *flags, 0, 0]);
        entry.extend([0; 12]);
        entry.extend([*fill; 12]);
        entry = super::with_checksum(&entry);
        let sealed = usize::try_from(length % 64).expect("small") + 16;
        entry.extend(std::iter::repeat_n(*fill, sealed));
        entry = super::with_checksum(&entry);
        let at = usize::from(*damage) % entry.len();
        if *damage > 100
            && let Some(byte) = entry.get_mut(at)
        {
            *byte ^= *fill;
        }
        out.extend(entry);
    }
    out
}
