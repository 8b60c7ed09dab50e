//! Each decoder has a fuzz target.
//!
//! Enters: the source, and the targets under `tests/fuzz`. A decoder is a public function of protocol whose name is, or
//! begins with, `decode` or `parse`; and, in any crate, what a comment marks with "Decoder: fuzzed as `name`".
//! Leaves: a finding for each without a target that names its module, or is called as the mark says.

use crate::code::{names, only_code, without_tests};
use crate::tree::{File, Finding, expect_lines, expect_none, files};

const TARGETS: &str = "tests/fuzz";
// Put together, so that this file does not mark itself.
const MARK: &str = concat!("Decoder: fuzzed", " as `");

/// `protocol/src/block/mod.rs` and `protocol/src/block.rs` are `block`; `protocol/src/ledger/receipt.rs` is `receipt`.
fn module(path: &str) -> &str {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    stem.rsplit('/').next().unwrap_or(stem)
}

fn declares_decoder(line: &str) -> bool {
    let after =
        line.trim_start().strip_prefix("pub ").map(|rest| rest.strip_prefix("const ").unwrap_or(rest));
    let name = after.and_then(|rest| rest.strip_prefix("fn "));
    name.is_some_and(|name| name.starts_with("decode") || name.starts_with("parse"))
}

fn unfuzzed(files: &[File]) -> Vec<Finding> {
    let targets: Vec<&File> = files.iter().filter(|file| file.is_rust() && file.is_in(TARGETS)).collect();
    if targets.is_empty() {
        return vec![];
    }
    let targeted = |module: &str| {
        let path = format!("{module}::");
        targets
            .iter()
            .any(|target| self::module(&target.path) == module || names(&only_code(&target.text), &path))
    };
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_in("tests")) {
        let code = only_code(&file.text);
        let decoder = without_tests(&code).lines().zip(1..).find(|(line, _)| declares_decoder(line));
        if let Some((_, number)) =
            decoder.filter(|_| file.is_in("protocol/src") && !targeted(module(&file.path)))
        {
            let module = module(&file.path);
            found.push(file.finding(number, format!("no target under {TARGETS} names {module}::")));
        }
        for (line, number) in file.text.lines().zip(1..) {
            let marked =
                line.split_once(MARK).and_then(|(_, rest)| rest.split_once('`')).map(|(name, _)| name);
            if let Some(name) =
                marked.filter(|name| !targets.iter().any(|target| module(&target.path) == *name))
            {
                found.push(file.finding(number, format!("there is no {TARGETS}/…/{name}.rs")));
            }
        }
    }
    found
}

#[test]
fn every_decoder_has_a_fuzz_target() {
    expect_none("each decoder is fuzzed", &unfuzzed(&files()));
}

#[test]
fn a_decoder_without_a_target_is_found() {
    let block = || File::new("protocol/src/block/mod.rs", "//! x\n\npub fn decode(bytes: &[u8]) {}\n");
    let ack = || File::new("protocol/src/ack.rs", "impl Ack {\n    pub fn decode_from(bytes: &[u8]) {}\n}\n");
    let door = || File::new("controller/src/door/codec.rs", &format!("/// {MARK}mqtt`.\nfn read() {{}}\n"));
    let target = File::new("tests/fuzz/targets/all.rs", "fn main() { block::decode(&[]); }\n");
    expect_lines(&unfuzzed(&[block(), ack(), door(), target]), &[2, 1]);
    let targets = ["block", "ack", "mqtt"].map(|name| File::new(&format!("tests/fuzz/{name}.rs"), ""));
    expect_lines(&unfuzzed(&targets.into_iter().chain([block(), ack(), door()]).collect::<Vec<_>>()), &[]);
    expect_lines(&unfuzzed(&[block(), ack()]), &[]);
}
