//! Reading and writing of the small pieces that all formats share: fixed integers, varints, length-prefixed text.
//!
//! Enters: a byte slice or values. Leaves: values or bytes. Numbers are little-endian; varints are LEB128 of at most ten
//! bytes, in their shortest form only, so that each value has exactly one encoding. Never reads past the slice, never
//! allocates more than the slice it was given could hold.

/// Why bytes were not taken. `at` is the offset in the slice where reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The slice ended inside a value.
    #[error("the data ends at byte {at}, inside a value")]
    Truncated {
        /// Offset of the value.
        at: usize,
    },
    /// A varint was longer than it needs to be, or held more than 64 bits.
    #[error("the number at byte {at} is not a shortest-form varint of at most 64 bits")]
    Varint {
        /// Offset of the varint.
        at: usize,
    },
    /// A value lies outside the range that its place allows.
    #[error("the value at byte {at} is out of range: {what}")]
    Range {
        /// Offset just after the value.
        at: usize,
        /// Which value.
        what: &'static str,
    },
    /// Text was not UTF-8.
    #[error("the text at byte {at} is not UTF-8")]
    Text {
        /// Offset of the text.
        at: usize,
    },
    /// Bytes were left over behind the last value.
    #[error("{left} bytes are left over behind byte {at}")]
    Trailing {
        /// Offset of the first byte left over.
        at: usize,
        /// How many there are.
        left: usize,
    },
}

/// A cursor over bytes that came from elsewhere.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `all`.
    #[must_use]
    pub const fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    /// Offset of the next byte.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.all.len().saturating_sub(self.at)
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// [`WireError::Truncated`] when fewer are left.
    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8], WireError> {
        let end = self.at.checked_add(n).ok_or(WireError::Truncated { at: self.at })?;
        let taken = self.all.get(self.at..end).ok_or(WireError::Truncated { at: self.at })?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let at = self.at;
        self.bytes(N)?.try_into().map_err(|_| WireError::Truncated { at })
    }

    /// One byte.
    ///
    /// # Errors
    /// [`WireError::Truncated`].
    pub fn u8(&mut self) -> Result<u8, WireError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// Two bytes, little-endian.
    ///
    /// # Errors
    /// [`WireError::Truncated`].
    pub fn u16(&mut self) -> Result<u16, WireError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four bytes, little-endian.
    ///
    /// # Errors
    /// [`WireError::Truncated`].
    pub fn u32(&mut self) -> Result<u32, WireError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A LEB128 varint in shortest form.
    ///
    /// # Errors
    /// [`WireError::Truncated`] or [`WireError::Varint`].
    pub fn varint(&mut self) -> Result<u64, WireError> {
        let start = self.at;
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.u8()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(WireError::Varint { at: start });
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                let padded = byte == 0 && shift > 0;
                return if padded { Err(WireError::Varint { at: start }) } else { Ok(value) };
            }
        }
        Err(WireError::Varint { at: start })
    }

    /// A varint that must lie within `0..=max`.
    ///
    /// # Errors
    /// As [`Reader::varint`], and [`WireError::Range`] naming `what`.
    pub fn varint_max(&mut self, max: u64, what: &'static str) -> Result<u64, WireError> {
        let value = self.varint()?;
        if value > max { Err(WireError::Range { at: self.at, what }) } else { Ok(value) }
    }

    /// A varint that fits 32 bits.
    ///
    /// # Errors
    /// As [`Reader::varint_max`].
    pub fn varint_u32(&mut self, what: &'static str) -> Result<u32, WireError> {
        let value = self.varint()?;
        u32::try_from(value).map_err(|_| WireError::Range { at: self.at, what })
    }

    /// A varint count that may not exceed `max`, as a `usize`.
    ///
    /// # Errors
    /// As [`Reader::varint_max`].
    pub fn count(&mut self, max: usize, what: &'static str) -> Result<usize, WireError> {
        let value = usize::try_from(self.varint()?).map_err(|_| WireError::Range { at: self.at, what })?;
        if value > max { Err(WireError::Range { at: self.at, what }) } else { Ok(value) }
    }

    /// A signed number as a zigzag varint.
    ///
    /// # Errors
    /// As [`Reader::varint`].
    pub fn zigzag(&mut self) -> Result<i64, WireError> {
        Ok(from_zigzag(self.varint()?))
    }

    /// Text of at most `max` bytes behind a varint length.
    ///
    /// # Errors
    /// [`WireError::Range`] naming `what` when longer, [`WireError::Text`] when not UTF-8.
    pub fn text(&mut self, max: usize, what: &'static str) -> Result<&'a str, WireError> {
        let length = self.count(max, what)?;
        let at = self.at;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| WireError::Text { at })
    }

    /// Says that nothing may be left.
    ///
    /// # Errors
    /// [`WireError::Trailing`].
    pub const fn end(&self) -> Result<(), WireError> {
        match self.left() {
            0 => Ok(()),
            left => Err(WireError::Trailing { at: self.at, left }),
        }
    }
}

/// Appends a LEB128 varint.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Appends a signed number as a zigzag varint.
pub fn put_zigzag(out: &mut Vec<u8>, value: i64) {
    put_varint(out, to_zigzag(value));
}

/// Appends text behind its varint length.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put_length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

/// Appends a length or count as a varint.
pub fn put_length(out: &mut Vec<u8>, length: usize) {
    put_varint(out, u64::try_from(length).unwrap_or(u64::MAX));
}

/// Maps small magnitudes of either sign to small numbers: 0, -1, 1, -2 … to 0, 1, 2, 3 …
#[must_use]
pub const fn to_zigzag(value: i64) -> u64 {
    (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned()
}

/// The inverse of [`to_zigzag`].
#[must_use]
pub const fn from_zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ (value & 1).cast_signed().wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_come_back_and_have_one_form() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            let mut reader = Reader::new(&out);
            assert_eq!(reader.varint(), Ok(value));
            assert_eq!(reader.end(), Ok(()));
        }
        assert_eq!(Reader::new(&[0x80, 0x00]).varint(), Err(WireError::Varint { at: 0 }));
        assert_eq!(Reader::new(&[0xff; 11]).varint(), Err(WireError::Varint { at: 0 }));
        assert_eq!(Reader::new(&[0x80]).varint(), Err(WireError::Truncated { at: 1 }));
    }

    #[test]
    fn zigzag_comes_back_at_the_ends() {
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(from_zigzag(to_zigzag(value)), value);
        }
    }

    #[test]
    fn text_longer_than_allowed_is_refused_by_name() {
        let mut out = Vec::new();
        put_text(&mut out, "interface");
        assert_eq!(Reader::new(&out).text(4, "instance"), Err(WireError::Range { at: 1, what: "instance" }));
    }
}
