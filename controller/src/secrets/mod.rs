//! Secrets that the registry holds: sealed values, second factors, recovery codes.
//!
//! Enters: plain values and a key that lies outside the database. Leaves: what may be stored, and answers to what people
//! type. A copy of the database alone opens none of it. Never logs, never shows a secret twice.

pub mod recovery;
pub mod seal;
pub mod totp;
