//! A frame: one row of readings at one instant of the node's own time.
//!
//! Enters: readings as probes deliver them. Leaves: a map from column to a whole number of resolutions. A reading that
//! was not had is absent; it is never zero.

use std::collections::BTreeMap;

use crate::field::{Field, FieldId};
use crate::time::BootMs;

/// Longest instance name in bytes; mount points and interface names are shorter (IFNAMSIZ is 16), longer ones are cut by
/// the probe.
pub const INSTANCE_BYTES_MAX: usize = 64;

/// Which reading: a field, and which copy of it (a mount point, an interface), empty where there is one on a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Column {
    /// The field.
    pub field: FieldId,
    /// The copy, at most [`INSTANCE_BYTES_MAX`] bytes.
    pub instance: Box<str>,
}

impl Column {
    /// The column of a field that is there once on a node.
    #[must_use]
    pub fn node(field: FieldId) -> Self {
        Self { field, instance: "".into() }
    }

    /// The column of one copy of a field; a longer name is cut at a character's edge.
    #[must_use]
    pub fn of(field: FieldId, instance: &str) -> Self {
        let mut end = instance.len().min(INSTANCE_BYTES_MAX);
        while !instance.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        Self { field, instance: instance.get(..end).unwrap_or_default().into() }
    }
}

/// One row of readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// When, on the node's own scale.
    pub at: BootMs,
    /// Each reading as a whole number of its field's resolutions.
    pub readings: BTreeMap<Column, i64>,
}

impl Frame {
    /// An empty frame.
    #[must_use]
    pub const fn new(at: BootMs) -> Self {
        Self { at, readings: BTreeMap::new() }
    }

    /// Adds a value in the field's unit; what cannot be true is left out.
    pub fn put(&mut self, field: &Field, instance: &str, value: f64) {
        if let Some(steps) = field.quantise(value) {
            self.readings.insert(Column::of(field.id, instance), steps);
        }
    }
}
