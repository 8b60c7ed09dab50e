//! The on-disk queue of a node: everything it has said and the controller has not yet acknowledged.
//!
//! Records enter as opaque bytes with a little metadata, get the next sequence number, and leave when [`Spool::acknowledge`]
//! covers them, never before: PUBACK frees nothing here. Pure over the [`Disk`] port: no clock, no waiting, no thread.
//!
//! # The order of durable steps is the design
//! *Handing out a number.* Before the first of each [`RESERVED_AHEAD`] numbers is handed out, the state file that says "no
//! number from N on was ever used" is durable. After a crash numbering goes on at N. So a number is never used twice,
//! even on a disk that lies about syncing: the reservation went to it dozens of records before the record did, and a
//! number used twice would be the one silent loss, since the controller takes the second record for the first sent again.
//!
//! *Storing a record.* [`Spool::append`] seals it and keeps it in memory. [`Spool::sync`] writes it, syncs the file, and for
//! a new file syncs the folder. Only then does [`Spool::pending`] show it, so only then can it be sent. When a sync fails,
//! the bytes are written again from memory, for pages that failed to reach the disk may count as clean afterwards, and to a
//! new file, for a bad sector stays under the old one.
//!
//! *Freeing.* An acknowledgement is noted in memory. When every record of a closed segment is done, first the state that
//! says so becomes durable, then the file is removed. In between, and whenever acknowledgements were only in memory, a
//! crash means sending again, which the controller passes over.
//!
//! *Dropping.* Without room the oldest blocks go, by whole files, in the same order: they are declared lost, the state that
//! says so becomes durable, the file is removed. Only when the disk itself is full, so that even the state cannot be
//! written, the file goes first; a crash before the state follows leaves a gap.
//!
//! *Starting* is one path, the same after a clean stop and a crash ([`recovery`]): read the state, read every segment, cut
//! torn ends, sync everything that will be relied upon, and account for every number ever reserved: it is done, it is
//! there, or it is declared lost. That is what lets `below` of an acknowledgement advance past a power cut.
//!
//! *The state* is written to a temporary file, synced, renamed over the older of two copies, and the folder synced.
//!
//! *Reading what cannot be read.* A failure of the disk may pass, so it gives nothing up: the other copy of the state
//! stands, a segment is read page by page, and what no page gives waits in its file, which is neither cut nor removed,
//! until [`Spool::look_again`] or the next start can read it. Only when room runs out does it go, counted and said.
//!
//! # What may lie in the folder
//! `NNNNNNNN.seg`, `state-0`, `state-1`, `state.tmp`, `lock`; the bytes of each are on the page docs/formats/spool.md. A
//! file of another epoch, key or later version stops the start with nothing changed.

mod acknowledge;
mod crypt;
mod disk;
mod entry;
mod error;
#[cfg(any(test, feature = "simulation"))]
pub mod faulty;
pub mod files;
#[cfg(test)]
mod forgetful;
mod index;
mod lane;
mod limits;
mod lookup;
#[cfg(test)]
mod model;
mod pieces;
mod queue;
mod ranges;
mod recovery;
mod retention;
mod rollback;
mod segment;
mod send;
mod state;
#[cfg(test)]
mod tests;

pub use acknowledge::{Acknowledged, Reconciled};
pub use crypt::SpoolKey;
pub use disk::Disk;
pub use entry::{Damage, EntryMeta, Urgency};
pub use error::SpoolError;
pub use limits::Limits;
pub use queue::{Draft, RESERVED_AHEAD, Spool, Stats};
pub use recovery::Recovery;
pub use retention::{Loss, LossCounts};
pub use rollback::Beyond;
pub use segment::{Bad, Decoded, FORMAT, Found, Header, HeaderDamage, decode_segment};
pub use send::Pending;
pub use state::is_state;
