//! Who may name what: the core reads no clock and does no I/O; SQL and MQTT stay in their folders.
//!
//! Enters: Rust files. Leaves: a finding for each line of code that names what its place must not. Comments, literals
//! and modules of unit tests do not count; the tests crate is exempt, for it stands in for the world.

use crate::code::{names, only_code, without_tests};
use crate::tree::{File, Finding, expect_lines, expect_none, files};

/// What does I/O or reads a clock; protocol is pure.
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "tokio",
    "nix",
];

/// Ways of reading a clock. `elapsed` reads one too.
const CLOCKS: [&str; 6] =
    ["SystemTime::now", "Instant::now", "clock_gettime", "clock_getres", "Utc::now", ".elapsed("];

/// The folders (or modules of that name) that may name a crate.
const CONFINED: [(&str, &[&str]); 3] = [
    ("sqlx", &["controller/src/store", "controller/src/history"]),
    ("libsqlite3_sys", &["controller/src/store", "controller/src/history"]),
    ("rumqttc", &["agent/src/link", "controller/src/door", "controller/src/bus"]),
];

/// `std::{fs, net::…}` written out, so that a group hides nothing: each member becomes `std::member` on its line.
fn spell_out_groups(code: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut inside = false;
    for line in code.lines() {
        let mut spelt = line.to_owned();
        let group = if inside { Some(line) } else { line.split_once("std::{").map(|(_, members)| members) };
        if let Some(members) = group {
            let (members, closed) =
                members.split_once('}').map_or((members, false), |(members, _)| (members, true));
            inside = !closed;
            for member in members.split(',') {
                spelt.push_str(&format!(" std::{}", member.trim()));
            }
        }
        lines.push(spelt);
    }
    lines
}

fn code_lines(file: &File) -> Vec<String> {
    if file.path.ends_with("tests.rs") || file.path.contains("/tests/") {
        return vec![];
    }
    spell_out_groups(without_tests(&only_code(&file.text)))
}

fn naming(file: &File, name: &str, why: &str) -> Vec<Finding> {
    let lines = code_lines(file);
    let hits = lines.iter().zip(1..).filter(|(line, _)| names(line, name));
    hits.map(|(_, number)| file.finding(number, format!("names {name}: {why}"))).collect()
}

fn impure_protocol(files: &[File]) -> Vec<Finding> {
    let ours = files.iter().filter(|file| file.is_rust() && file.is_in("protocol/src"));
    ours.flat_map(|file| {
        let of_one = |name: &&str| naming(file, name, "protocol does no I/O and reads no clock");
        IMPURE.iter().flat_map(of_one).collect::<Vec<_>>()
    })
    .collect()
}

fn stray_clocks(files: &[File]) -> Vec<Finding> {
    let shells = ["agent/src", "controller/src", "provisioning/src"];
    let read_by = |file: &&File| {
        let of = |shell: &&str| file.is_in(shell) && file.path != format!("{shell}/clock.rs");
        file.is_rust() && shells.iter().any(of)
    };
    files
        .iter()
        .filter(read_by)
        .flat_map(|file| {
            let of_one = |name: &&str| naming(file, name, "only the crate's clock.rs reads a clock");
            CLOCKS.iter().flat_map(of_one).collect::<Vec<_>>()
        })
        .collect()
}

fn strays_of_confined_crates(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, places) in CONFINED {
        let outside = |file: &&File| {
            file.is_rust() && !file.is_in("tests") && !places.iter().any(|place| file.is_in(place))
        };
        let why = format!("only {} may", places.join(", "));
        found.extend(files.iter().filter(outside).flat_map(|file| naming(file, name, &why)));
    }
    found
}

#[test]
fn protocol_is_pure() {
    expect_none("protocol names no I/O and no clock", &impure_protocol(&files()));
}

#[test]
fn an_impure_protocol_is_found() {
    let sample = "//! std::fs in a comment.\nuse std::{collections::BTreeMap, fs};\nfn a() -> std::time::Instant { b() }\n\
                  const X: &str = \"tokio\";\nuse std::{\n    io,\n    net::TcpStream,\n};\n";
    expect_lines(&impure_protocol(&[File::new("protocol/src/x.rs", sample)]), &[2, 7, 3]);
    expect_lines(&impure_protocol(&[File::new("agent/src/x.rs", sample)]), &[]);
}

#[test]
fn clocks_are_read_in_clock_rs_alone() {
    expect_none("only clock.rs reads a clock; cores receive `now`", &stray_clocks(&files()));
}

#[test]
fn a_stray_clock_is_found() {
    let sample = "fn a() {\n    let b = tokio::time::Instant::now();\n    b.elapsed();\n}\n#[cfg(test)]\nmod tests {\n    \
                  fn c() { Instant::now(); }\n}\n";
    expect_lines(&stray_clocks(&[File::new("agent/src/link/driver.rs", sample)]), &[2, 3]);
    expect_lines(&stray_clocks(&[File::new("agent/src/clock.rs", sample)]), &[]);
}

#[test]
fn sql_and_mqtt_stay_in_their_folders() {
    expect_none("SQL in store and history, MQTT in link, door and bus", &strays_of_confined_crates(&files()));
}

#[test]
fn a_stray_use_of_sqlx_is_found() {
    let sample = "use sqlx::Row;\n// rumqttc\n";
    expect_lines(&strays_of_confined_crates(&[File::new("controller/src/api/nodes.rs", sample)]), &[1]);
    expect_lines(&strays_of_confined_crates(&[File::new("controller/src/store.rs", sample)]), &[]);
    expect_lines(&strays_of_confined_crates(&[File::new("controller/src/store/nodes.rs", sample)]), &[]);
    expect_lines(&strays_of_confined_crates(&[File::new("controller/src/storefront.rs", sample)]), &[1]);
}
