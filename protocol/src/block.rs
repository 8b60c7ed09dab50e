//! Block format 1: a batch of frames at a fixed step, encoded by column, decodable without any other block.
//!
//! Enters: a [`Block`], or bytes. Leaves: bytes, or a [`Block`]. Each column is stored raw, as deltas or as deltas of
//! deltas, whichever is shortest, or once if it never changes; then everything is compressed by zstd if that helps.
//! Sizes are checked before anything is allocated. The page is docs/formats/block.md. Never looks a field up: unknown
//! fields pass through.

use crate::field::FieldId;
use crate::frame::{Column, Frame, INSTANCE_BYTES_MAX};
use crate::time::BootMs;
use crate::wire::{self, Reader, WireError};

/// First byte of a block.
pub const VERSION: u8 = 1;
/// Most frames in a block: an hour at the default step of 10 s.
pub const FRAMES_MAX: usize = 360;
/// Most columns in a block: 50 node-wide ones, and 1,950 more for disks, interfaces and sensors.
pub const COLUMNS_MAX: usize = 2_000;
/// Most cells (frames x columns). At 16 bytes a cell in memory, a decoded block holds 1.6 MB at most.
pub const CELLS_MAX: usize = 100_000;
/// Most bytes before compression: every cell at a varint's longest (10 bytes) would be 1 MB.
pub const PLAIN_BYTES_MAX: usize = 1 << 20;
/// Shortest step, in milliseconds; tests use it, fields run at 10,000.
pub const STEP_MS_MIN: u64 = 100;
/// Longest step, in milliseconds: a day.
pub const STEP_MS_MAX: u64 = 86_400_000;
/// zstd's level; docs/benchmarks.md has bytes and time by level.
const ZSTD_LEVEL: i32 = 9;

const STORED: u8 = 0;
const ZSTD: u8 = 1;

const ORDER_MASK: u8 = 0b0000_0011;
const CONSTANT: u8 = 3;
const HOLES: u8 = 0b0000_0100;

/// Frames by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Milliseconds from one frame to the next.
    pub step_ms: u64,
    /// When the first frame was taken, on the node's own scale; the record's header carries it.
    pub first_at: BootMs,
    /// How many frames, 1 to [`FRAMES_MAX`].
    pub frames: usize,
    /// In order of column, each with `frames` values; `None` is "no reading". A column without any reading is absent.
    pub columns: Vec<(Column, Vec<Option<i64>>)>,
}

/// Why bytes are not a block, or frames cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// A version this program does not know.
    #[error("block version {0} is not known here (known: {VERSION}); update this program")]
    Version(u8),
    /// The compression byte is not known.
    #[error("compression {0} is not known here")]
    Compression(u8),
    /// The compressed part does not decompress to the size it states.
    #[error("the compressed part is damaged or does not hold the {stated} bytes that it states")]
    Damaged {
        /// Bytes stated.
        stated: usize,
    },
    /// More cells than [`CELLS_MAX`].
    #[error("{frames} frames of {columns} columns are more than {CELLS_MAX} cells")]
    TooLarge {
        /// Frames stated.
        frames: usize,
        /// Columns stated.
        columns: usize,
    },
    /// Columns out of order, or twice.
    #[error("column {index} is out of order or there twice")]
    Order {
        /// Index of the column.
        index: usize,
    },
    /// A column's shape byte is not known.
    #[error("column {index} has shape {shape}, which is not known here")]
    Shape {
        /// Index of the column.
        index: usize,
        /// The byte.
        shape: u8,
    },
    /// A value was cut or out of range.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// No frame at all.
    #[error("a block holds at least one frame")]
    Empty,
}

impl Block {
    /// Lays frames out by column. Each frame goes to the slot nearest to its instant; of two in one slot the later stays.
    ///
    /// # Errors
    /// [`BlockError::Empty`] without a frame, [`BlockError::TooLarge`] past a limit, [`BlockError::Wire`] for a step out
    /// of range.
    pub fn from_frames(frames: &[Frame], step_ms: u64) -> Result<Self, BlockError> {
        let (Some(first), Some(last)) = (frames.first(), frames.last()) else {
            return Err(BlockError::Empty);
        };
        check_step(step_ms, 0)?;
        let slot = |at: BootMs| {
            let slots = (at.since_ms(first.at).saturating_add(step_ms / 2)) / step_ms;
            usize::try_from(slots).unwrap_or(usize::MAX)
        };
        let count = slot(last.at).saturating_add(1);
        if count > FRAMES_MAX {
            return Err(BlockError::TooLarge { frames: count, columns: 0 });
        }
        let mut columns = std::collections::BTreeMap::<Column, Vec<Option<i64>>>::new();
        for frame in frames {
            let index = slot(frame.at);
            for (column, value) in &frame.readings {
                if !columns.contains_key(column) {
                    columns.insert(column.clone(), vec![None; count]);
                }
                if let Some(cell) = columns.get_mut(column).and_then(|values| values.get_mut(index)) {
                    *cell = Some(*value);
                }
            }
        }
        check_cells(count, columns.len())?;
        Ok(Self { step_ms, first_at: first.at, frames: count, columns: columns.into_iter().collect() })
    }

    /// When frame `index` was taken.
    #[must_use]
    pub fn at(&self, index: usize) -> BootMs {
        let steps = u64::try_from(index).unwrap_or(u64::MAX);
        self.first_at.plus_ms(self.step_ms.saturating_mul(steps))
    }

    /// The newest reading of a column, with its frame's index.
    #[must_use]
    pub fn newest(&self, column: &Column) -> Option<(usize, i64)> {
        let index = self.columns.binary_search_by(|(candidate, _)| candidate.cmp(column)).ok()?;
        let (_, values) = self.columns.get(index)?;
        values.iter().enumerate().rev().find_map(|(at, value)| value.map(|value| (at, value)))
    }
}

/// Writes a block. The first frame's instant is not in it: the record's header carries it.
///
/// # Errors
/// [`BlockError::Empty`], [`BlockError::TooLarge`] or [`BlockError::Wire`] when the block breaks a limit.
pub fn encode(block: &Block) -> Result<Vec<u8>, BlockError> {
    let plain = encode_plain(block)?;
    let packed =
        zstd::bulk::compress(&plain, ZSTD_LEVEL).ok().filter(|packed| packed.len() + 3 < plain.len());
    let mut out = vec![VERSION];
    match packed {
        Some(packed) => {
            out.push(ZSTD);
            wire::put_length(&mut out, plain.len());
            out.extend_from_slice(&packed);
        }
        None => {
            out.push(STORED);
            out.extend_from_slice(&plain);
        }
    }
    Ok(out)
}

/// Reads a block; `first_at` comes from the record's header.
///
/// # Errors
/// Any [`BlockError`]; no input makes this panic or hold more than a decoded block of [`CELLS_MAX`] cells.
pub fn decode(bytes: &[u8], first_at: BootMs) -> Result<Block, BlockError> {
    let mut reader = Reader::new(bytes);
    let version = reader.u8()?;
    if version != VERSION {
        return Err(BlockError::Version(version));
    }
    match reader.u8()? {
        STORED => decode_plain(reader.bytes(reader.left())?, first_at),
        ZSTD => {
            let stated = reader.count(PLAIN_BYTES_MAX, "plain size")?;
            let packed = reader.bytes(reader.left())?;
            let plain = zstd::bulk::decompress(packed, stated).map_err(|_| BlockError::Damaged { stated })?;
            if plain.len() != stated {
                return Err(BlockError::Damaged { stated });
            }
            decode_plain(&plain, first_at)
        }
        other => Err(BlockError::Compression(other)),
    }
}

fn check_step(step_ms: u64, at: usize) -> Result<(), WireError> {
    if (STEP_MS_MIN..=STEP_MS_MAX).contains(&step_ms) {
        Ok(())
    } else {
        Err(WireError::Range { at, what: "step" })
    }
}

fn check_cells(frames: usize, columns: usize) -> Result<(), BlockError> {
    let cells = frames.saturating_mul(columns);
    if frames > FRAMES_MAX || columns > COLUMNS_MAX || cells > CELLS_MAX {
        return Err(BlockError::TooLarge { frames, columns });
    }
    Ok(())
}

/// Heads of all columns first, then all maps of holes, then all values: like stands by like, which zstd rewards.
fn encode_plain(block: &Block) -> Result<Vec<u8>, BlockError> {
    if block.frames == 0 {
        return Err(BlockError::Empty);
    }
    check_step(block.step_ms, 0)?;
    check_cells(block.frames, block.columns.len())?;
    let mut instances: Vec<&str> = block.columns.iter().map(|(column, _)| &*column.instance).collect();
    instances.push("");
    instances.sort_unstable();
    instances.dedup();

    let mut heads = Vec::new();
    wire::put_varint(&mut heads, block.step_ms);
    wire::put_length(&mut heads, block.frames);
    wire::put_length(&mut heads, instances.len() - 1);
    instances.iter().skip(1).for_each(|instance| wire::put_text(&mut heads, instance));
    wire::put_length(&mut heads, block.columns.len());

    let (mut holes, mut values) = (Vec::new(), Vec::new());
    let mut field_before = 0;
    for (index, (column, cells)) in block.columns.iter().enumerate() {
        if cells.len() != block.frames || column.instance.len() > INSTANCE_BYTES_MAX {
            return Err(BlockError::Order { index });
        }
        let field = u64::from(column.field.0);
        let step = field.checked_sub(field_before).ok_or(BlockError::Order { index })?;
        field_before = field;
        wire::put_varint(&mut heads, step);
        wire::put_length(&mut heads, instances.binary_search(&&*column.instance).unwrap_or(0));
        heads.push(put_cells(cells, &mut holes, &mut values));
    }
    heads.append(&mut holes);
    heads.append(&mut values);
    Ok(heads)
}

/// Appends one column's map of holes and values; answers its shape.
fn put_cells(cells: &[Option<i64>], holes: &mut Vec<u8>, values: &mut Vec<u8>) -> u8 {
    let present: Vec<i64> = cells.iter().flatten().copied().collect();
    let mut shape = 0;
    if present.len() != cells.len() {
        shape |= HOLES;
        for eight in cells.chunks(8) {
            holes.push(eight.iter().rev().fold(0, |byte, cell| byte << 1 | u8::from(cell.is_some())));
        }
    }
    if let Some(first) = present.first()
        && present.iter().all(|value| value == first)
    {
        wire::put_zigzag(values, *first);
        return shape | CONSTANT;
    }
    let mut best: Option<(u8, Vec<u8>)> = None;
    let mut numbers = present;
    for order in 0..CONSTANT {
        let mut bytes = Vec::with_capacity(numbers.len() * 2);
        numbers.iter().for_each(|value| wire::put_zigzag(&mut bytes, *value));
        if best.as_ref().is_none_or(|(_, shortest)| bytes.len() < shortest.len()) {
            best = Some((order, bytes));
        }
        difference(&mut numbers);
    }
    if let Some((order, mut bytes)) = best {
        values.append(&mut bytes);
        shape |= order;
    }
    shape
}

/// Replaces each value but the first by its distance from the one before; wraps, so that any values come back.
fn difference(values: &mut [i64]) {
    let mut before = 0_i64;
    for value in values {
        let here = *value;
        *value = here.wrapping_sub(before);
        before = here;
    }
}

/// The inverse of [`difference`].
fn accumulate(values: &mut [i64]) {
    let mut sum = 0_i64;
    for value in values {
        sum = sum.wrapping_add(*value);
        *value = sum;
    }
}

fn decode_plain(plain: &[u8], first_at: BootMs) -> Result<Block, BlockError> {
    let mut reader = Reader::new(plain);
    let step_ms = reader.varint()?;
    check_step(step_ms, reader.at())?;
    let frames = reader.count(FRAMES_MAX, "number of frames")?;
    if frames == 0 {
        return Err(BlockError::Empty);
    }
    let mut instances = vec![""];
    for _ in 0..reader.count(COLUMNS_MAX, "number of instances")? {
        instances.push(reader.text(INSTANCE_BYTES_MAX, "instance")?);
    }
    let count = reader.count(COLUMNS_MAX, "number of columns")?;
    check_cells(frames, count)?;
    let mut heads: Vec<(Column, u8)> = Vec::with_capacity(count);
    let mut field = 0_u64;
    for index in 0..count {
        let (column, shape) = decode_head(&mut reader, &mut field, &instances)?;
        if heads.last().is_some_and(|(before, _)| *before >= column) {
            return Err(BlockError::Order { index });
        }
        if shape & !(ORDER_MASK | HOLES) != 0 {
            return Err(BlockError::Shape { index, shape });
        }
        heads.push((column, shape));
    }
    let mut present = Vec::with_capacity(count);
    for (_, shape) in &heads {
        present.push(if shape & HOLES == 0 {
            vec![true; frames]
        } else {
            decode_holes(&mut reader, frames)?
        });
    }
    let mut columns = Vec::with_capacity(count);
    for ((column, shape), present) in heads.into_iter().zip(present) {
        columns.push((column, decode_cells(&mut reader, shape & ORDER_MASK, &present)?));
    }
    reader.end()?;
    Ok(Block { step_ms, first_at, frames, columns })
}

fn decode_head(
    reader: &mut Reader<'_>,
    field: &mut u64,
    instances: &[&str],
) -> Result<(Column, u8), BlockError> {
    *field = field.saturating_add(reader.varint_max(u64::from(u16::MAX), "field")?);
    let number = u16::try_from(*field).map_err(|_| WireError::Range { at: reader.at(), what: "field" })?;
    let index = reader.count(COLUMNS_MAX, "instance index")?;
    let instance =
        instances.get(index).ok_or(WireError::Range { at: reader.at(), what: "instance index" })?;
    Ok((Column { field: FieldId(number), instance: (*instance).into() }, reader.u8()?))
}

fn decode_holes(reader: &mut Reader<'_>, frames: usize) -> Result<Vec<bool>, BlockError> {
    let bytes = reader.bytes(frames.div_ceil(8))?;
    let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
    Ok(bits.take(frames).collect())
}

fn decode_cells(
    reader: &mut Reader<'_>,
    order: u8,
    present: &[bool],
) -> Result<Vec<Option<i64>>, BlockError> {
    let count = present.iter().filter(|there| **there).count();
    let mut values = if order == CONSTANT && count > 0 {
        vec![reader.zigzag()?; count]
    } else {
        (0..count).map(|_| reader.zigzag()).collect::<Result<Vec<_>, _>>()?
    };
    if order != CONSTANT {
        (0..order).for_each(|_| accumulate(&mut values));
    }
    let mut values = values.into_iter();
    Ok(present.iter().map(|there| if *there { values.next() } else { None }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random_block(random: &mut fastrand::Rng) -> Block {
        let frames = random.usize(1..=40);
        let mut columns = std::collections::BTreeMap::new();
        for _ in 0..random.usize(0..12) {
            let column = Column::of(FieldId(random.u16(..)), ["", "eth0", "/", "ґєії"][random.usize(..4)]);
            let kind = random.u8(..5);
            let mut at = random.i64(..) >> random.u8(..64);
            let values = (0..frames)
                .map(|_| {
                    at = match kind {
                        0 => at,
                        1 => at.wrapping_add(7),
                        2 => at.wrapping_add(random.i64(0..1000)),
                        3 => random.i64(-50..50),
                        _ => random.i64(..),
                    };
                    (kind != 3 || random.bool()).then_some(at)
                })
                .collect();
            columns.insert(column, values);
        }
        Block {
            step_ms: 10_000,
            first_at: BootMs(random.u64(..)),
            frames,
            columns: columns.into_iter().collect(),
        }
    }

    #[test]
    fn any_block_comes_back_as_it_was() {
        for seed in 0..2_000 {
            let block = random_block(&mut fastrand::Rng::with_seed(seed));
            let bytes = encode(&block).expect("within limits");
            assert_eq!(decode(&bytes, block.first_at), Ok(block), "seed {seed}");
        }
    }

    #[test]
    fn no_damage_makes_the_decoder_panic() {
        for seed in 0..20_000 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut bytes = encode(&random_block(&mut random)).expect("within limits");
            for _ in 0..random.usize(1..4) {
                let index = random.usize(..bytes.len());
                bytes[index] = random.u8(..);
            }
            bytes.truncate(random.usize(..=bytes.len()));
            let _ = decode(&bytes, BootMs(0));
        }
    }

    #[test]
    fn a_small_input_cannot_state_a_large_block() {
        let mut plain = vec![];
        wire::put_varint(&mut plain, 10_000);
        wire::put_length(&mut plain, FRAMES_MAX);
        wire::put_length(&mut plain, 0);
        wire::put_length(&mut plain, COLUMNS_MAX);
        let mut bytes = vec![VERSION, STORED];
        bytes.extend(plain);
        assert_eq!(
            decode(&bytes, BootMs(0)),
            Err(BlockError::TooLarge { frames: FRAMES_MAX, columns: COLUMNS_MAX })
        );
    }

    #[test]
    fn a_missed_frame_is_a_hole_and_not_a_zero() {
        let mut early = Frame::new(BootMs(1_000));
        early.readings.insert(Column::node(FieldId(1)), 5);
        let mut late = Frame::new(BootMs(21_040));
        late.readings.insert(Column::node(FieldId(1)), 6);
        let block = Block::from_frames(&[early, late], 10_000).expect("two frames");
        assert_eq!(block.columns, vec![(Column::node(FieldId(1)), vec![Some(5), None, Some(6)])]);
        assert_eq!(block.newest(&Column::node(FieldId(1))), Some((2, 6)));
        assert_eq!(block.at(2), BootMs(21_000));
    }
}
