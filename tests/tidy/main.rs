//! The rules of the repository, checked on the repository itself.
//!
//! Enters: every file that git tracks or would track, and `cargo metadata`. Leaves: findings, each with file and line.
//! One file a topic; each rule is a function from files to findings, so it is tested twice: on the real tree, where it
//! must find nothing, and on a small sample that breaks it, where it must find that.

mod code;
mod decoders;
mod documents;
mod edges;
mod purity;
mod shape;
mod tree;
