//! What separately deployed programs of Holdfast must agree on, byte for byte or word for word.
//!
//! Enters: bytes and values. Leaves: values and bytes. Pure: no file, no socket, no clock, no randomness, no async;
//! every decoder is total, within a stated size. Formats are fixed by golden vectors in `protocol/vectors` and described
//! in `docs/formats`, a page each.

pub mod ack;
pub mod block;
pub mod custody;
pub mod enrolment;
pub mod event;
pub mod evidence;
pub mod field;
pub mod frame;
pub mod identifier;
pub mod identity;
pub mod ids;
pub mod lost;
pub mod presence;
pub mod record;
pub mod statement;
pub mod status;
pub mod ticket;
pub mod time;
pub mod topic;
pub mod units;
pub mod week;
pub mod wire;

/// Version and commit of this build, as every program's `--version` prints it.
pub const PROGRAM_VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("HOLDFAST_COMMIT"), ")");
