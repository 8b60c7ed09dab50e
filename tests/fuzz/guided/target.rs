//! One libFuzzer program for each target of `tests/fuzz/targets`: the program's name says which.
//!
//! Enters: bytes of libFuzzer's choice. Leaves: nothing, or the target's panic, whose input libFuzzer keeps.

#![no_main]

#[path = "../targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let target = targets::find(env!("CARGO_BIN_NAME")).expect("a program for each target");
    (target.run)(bytes);
});
