//! Gathers frames into blocks, column by column, as the block format holds them.
//!
//! Enters: frames, in order. Leaves: blocks and their encoded bodies, each small enough for a record. A frame that does not
//! fit behind the others (too far away after a sleep, too many cells) closes the block before it. Missed ticks are holes.
//! Pure: no clock, no file.

use std::collections::BTreeMap;

use holdfast_protocol::block::{self, Block, BlockError, CELLS_MAX, COLUMNS_MAX, FRAMES_MAX};
use holdfast_protocol::frame::{Column, Frame};
use holdfast_protocol::record::RECORD_BYTES_MAX;
use holdfast_protocol::time::BootMs;

/// Largest body: a record less room for its header, which takes at most 60 bytes.
const BODY_BYTES_MAX: usize = RECORD_BYTES_MAX - 128;

/// Frames that are not yet in a block. Held by column, 16 bytes a cell: an hour of 80 columns at 10 s is 460 kB.
#[derive(Debug)]
pub struct Gather {
    step_ms: u64,
    first: Option<BootMs>,
    frames: usize,
    columns: BTreeMap<Column, Vec<Option<i64>>>,
}

/// The body of a record of kind block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// When its first frame was taken.
    pub first_at: BootMs,
    /// The encoded block.
    pub bytes: Vec<u8>,
    /// How many frames, holes included.
    pub frames: usize,
}

impl Gather {
    /// An empty one for frames `step_ms` apart.
    #[must_use]
    pub const fn new(step_ms: u64) -> Self {
        Self { step_ms, first: None, frames: 0, columns: BTreeMap::new() }
    }

    /// Adds a frame; the block that had to be closed before it, if one had to. Of two frames in one slot the later stays.
    #[must_use]
    pub fn push(&mut self, mut frame: Frame) -> Option<Block> {
        // More columns than a block can hold cannot be told at all: the last in order are left out.
        while frame.readings.len() > COLUMNS_MAX {
            frame.readings.pop_last();
        }
        let closed = if self.fits(&frame) { None } else { self.close() };
        let first = *self.first.get_or_insert(frame.at);
        let index = self.slot(first, frame.at);
        self.frames = self.frames.max(index.saturating_add(1));
        for (column, value) in frame.readings {
            let values = self.columns.entry(column).or_default();
            values.resize(self.frames, None);
            if let Some(cell) = values.get_mut(index) {
                *cell = Some(value);
            }
        }
        closed
    }

    /// All frames so far as a block, or none without any.
    #[must_use]
    pub fn close(&mut self) -> Option<Block> {
        let first_at = self.first.take()?;
        let frames = std::mem::take(&mut self.frames);
        let mut columns: Vec<_> = std::mem::take(&mut self.columns).into_iter().collect();
        for (_, values) in &mut columns {
            values.resize(frames, None);
        }
        Some(Block { step_ms: self.step_ms, first_at, frames, columns })
    }

    fn slot(&self, first: BootMs, at: BootMs) -> usize {
        let slots = at.since_ms(first).saturating_add(self.step_ms / 2) / self.step_ms;
        usize::try_from(slots).unwrap_or(usize::MAX)
    }

    fn fits(&self, frame: &Frame) -> bool {
        let Some(first) = self.first else { return true };
        let frames = self.slot(first, frame.at).saturating_add(1).max(self.frames);
        let new = frame.readings.keys().filter(|column| !self.columns.contains_key(*column)).count();
        let columns = self.columns.len().saturating_add(new);
        frames <= FRAMES_MAX && columns <= COLUMNS_MAX && frames.saturating_mul(columns) <= CELLS_MAX
    }
}

/// Encodes a block, in halves when it is too large for one record. A single frame that is too large is an error.
///
/// # Errors
/// [`BlockError`] of the block format.
pub fn bodies(block: Block) -> Result<Vec<Body>, BlockError> {
    let mut done = Vec::new();
    let mut waiting = vec![block];
    while let Some(block) = waiting.pop() {
        match block::encode(&block) {
            Ok(bytes) if bytes.len() <= BODY_BYTES_MAX => {
                done.push(Body { first_at: block.first_at, frames: block.frames, bytes });
            }
            Ok(_) | Err(_) if block.frames > 1 => {
                let (early, late) = halve(block);
                waiting.extend([late, early]);
            }
            Ok(_) => return Err(BlockError::TooLarge { frames: block.frames, columns: block.columns.len() }),
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

fn halve(block: Block) -> (Block, Block) {
    let half = block.frames / 2;
    let late_at = block.at(half);
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for (column, mut values) in block.columns {
        let behind = values.split_off(half.min(values.len()));
        for (half, values) in [(&mut early, values), (&mut late, behind)] {
            // A column without any reading is absent.
            if values.iter().any(Option::is_some) {
                half.push((column.clone(), values));
            }
        }
    }
    let step_ms = block.step_ms;
    (
        Block { step_ms, first_at: block.first_at, frames: half, columns: early },
        Block { step_ms, first_at: late_at, frames: block.frames.saturating_sub(half), columns: late },
    )
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::field;

    use super::*;

    fn frame(at: u64, readings: &[(&str, i64)]) -> Frame {
        let mut frame = Frame::new(BootMs(at));
        for (name, value) in readings {
            frame.readings.insert(Column::of(field::DISK_USED, name), *value);
        }
        frame
    }

    #[test]
    fn missed_ticks_are_holes_and_jitter_is_none() {
        let mut gather = Gather::new(10_000);
        for (at, value) in [(3, 1), (10_009, 2), (39_998, 5)] {
            assert_eq!(gather.push(frame(at, &[("a", value)])), None);
        }
        let block = gather.close().expect("frames");
        assert_eq!((block.first_at, block.frames), (BootMs(3), 5));
        assert_eq!(block.columns[0].1, [Some(1), Some(2), None, None, Some(5)]);
        assert_eq!(gather.close(), None, "nothing is told twice");
    }

    #[test]
    fn a_gathered_block_is_the_block_that_the_format_makes_of_the_frames() {
        let frames = [
            frame(0, &[("a", 1), ("b", 2)]),
            frame(10_000, &[("c", 9)]),
            frame(30_000, &[("a", 4), ("c", 8)]),
        ];
        let mut gather = Gather::new(10_000);
        for frame in frames.clone() {
            assert_eq!(gather.push(frame), None);
        }
        assert_eq!(gather.close(), Block::from_frames(&frames, 10_000).ok());
    }

    #[test]
    fn a_long_sleep_closes_the_block_before_it() {
        let mut gather = Gather::new(10_000);
        assert_eq!(gather.push(frame(0, &[("a", 1)])), None);
        let closed = gather.push(frame(10_000 * 3_600, &[("a", 2)])).expect("too far behind");
        assert_eq!((closed.first_at, closed.frames), (BootMs(0), 1));
        let next = gather.close().expect("the frame after the sleep");
        assert_eq!((next.first_at, next.frames), (BootMs(36_000_000), 1));
    }

    #[test]
    fn cells_columns_and_frames_stay_within_the_formats_limits() {
        let mut gather = Gather::new(100);
        let names: Vec<String> = (0..3_000).map(|number| format!("{number:04}")).collect();
        let readings: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 7)).collect();
        let mut blocks = Vec::new();
        for tick in 0..200 {
            blocks.extend(gather.push(frame(tick * 100, &readings)));
        }
        blocks.extend(gather.close());
        assert_eq!(blocks.iter().map(|block| block.frames).sum::<usize>(), 200, "no frame is lost");
        for block in blocks {
            assert!(block::encode(&block).is_ok());
        }
        for tick in 0..FRAMES_MAX + 1 {
            let closed = gather.push(frame(u64::try_from(tick).expect("small") * 100, &[("a", 1)]));
            assert_eq!(closed.is_some(), tick == FRAMES_MAX);
        }
    }

    #[test]
    fn a_block_too_large_for_a_record_becomes_several_that_hold_the_same() {
        // Values without pattern: nothing to compress.
        let mut random = fastrand::Rng::with_seed(7);
        let mut gather = Gather::new(10_000);
        for tick in 0..40 {
            let mut frame = Frame::new(BootMs(tick * 10_000));
            for number in 0..2_000 {
                frame.readings.insert(Column::of(field::DISK_USED, &number.to_string()), random.i64(..) >> 1);
            }
            assert_eq!(gather.push(frame), None);
        }
        let block = gather.close().expect("frames");
        let bodies = bodies(block.clone()).expect("each half fits at last");
        assert!(bodies.len() > 1);
        let mut cells = 0;
        for body in &bodies {
            assert!(body.bytes.len() <= BODY_BYTES_MAX);
            let half = block::decode(&body.bytes, body.first_at).expect("whole");
            cells += half.columns.iter().flat_map(|(_, values)| values).flatten().count();
        }
        assert_eq!(cells, 40 * 2_000);
        assert_eq!(bodies.iter().map(|body| body.frames).sum::<usize>(), 40);
    }

    #[test]
    fn a_frame_without_readings_is_still_a_sign_of_life() {
        let mut gather = Gather::new(10_000);
        assert_eq!(gather.push(Frame::new(BootMs(5))), None);
        let bodies = bodies(gather.close().expect("a frame")).expect("encodes");
        let block = block::decode(&bodies[0].bytes, BootMs(5)).expect("whole");
        assert_eq!((block.frames, block.columns.len()), (1, 0));
    }
}
