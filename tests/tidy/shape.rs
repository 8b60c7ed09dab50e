//! The shape of source files: how they open, how long they are, and what is never, or almost never, in them.
//!
//! Enters: Rust files. Leaves: findings. A file over the limit, or with unsafe code, is on a list here with its one
//! reason; an entry that is no longer needed is a finding too.

use crate::code::{names, only_code};
use crate::tree::{File, Finding, expect_lines, expect_none, files};

/// House style: look hard at 400 lines, give a reason over 600.
const LONG: usize = 600;

/// Files that may be longer, each with the one machine it is.
const LONG_FILES: [(&str, &str); 0] = [];

/// Files with unsafe code, each with the one call that has no safe wrapper.
const UNSAFE_FILES: [(&str, &str); 2] =
    [("agent/src/kernel_clock.rs", "adjtimex"), ("agent/src/link/tcp_info.rs", "getsockopt with TCP_INFO")];
/// How many lines above an unsafe block its SAFETY text may begin.
const SAFETY_WITHIN: usize = 6;

// Put together here, so that this file does not hold what it looks for.
const TO_DO: &str = concat!("TO", "DO");
const FIX_ME: &str = concat!("FIX", "ME");
const TO_DO_MACRO: &str = concat!("todo", "!(");
const ALLOW: &str = concat!("[al", "low(");

fn unopened(files: &[File]) -> Vec<Finding> {
    let opens = |file: &&File| file.text.starts_with("//! ");
    let rust = files.iter().filter(|file| file.is_rust());
    let closed = rust.filter(|file| !opens(file));
    closed
        .map(|file| file.finding(1, "does not open with //!: what it is for, what enters, what leaves"))
        .collect()
}

fn too_long(files: &[File], listed: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let lines = file.text.lines().count();
        let on_list = listed.iter().any(|(path, _)| *path == file.path);
        if lines > LONG && !on_list {
            found.push(
                file.finding(lines, format!("over {LONG} lines and not on the list of tests/tidy/shape.rs")),
            );
        }
        if lines <= LONG && on_list {
            found.push(file.finding(lines, "no longer long: take it off the list of tests/tidy/shape.rs"));
        }
    }
    let gone = listed.iter().filter(|(path, _)| !files.iter().any(|file| file.path == *path));
    found.extend(
        gone.map(|(path, _)| File::new(path, "").finding(1, "is on the list of long files and not there")),
    );
    found
}

fn never_written(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (line, number) in file.text.lines().zip(1..) {
            if line.contains(ALLOW) {
                found.push(
                    file.finding(number, "suppresses a lint for good: use #[expect(lint, reason = \"…\")]"),
                );
            }
            if line.contains(TO_DO_MACRO) || line.contains(TO_DO) || line.contains(FIX_ME) {
                found.push(
                    file.finding(number, "leaves work behind: do it, or say in a document what is not there"),
                );
            }
        }
    }
    found
}

fn unjustified_unsafe(files: &[File], listed: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let on_list = listed.iter().any(|(path, _)| *path == file.path);
        let code = only_code(&file.text);
        let mut used = false;
        for (number, _) in (1..).zip(code.lines()).filter(|(_, line)| names(line, "unsafe")) {
            used = true;
            let mut above = file.text.lines().take(number).skip(number.saturating_sub(SAFETY_WITHIN + 1));
            if !on_list {
                found.push(file.finding(number, "unsafe code, and not on the list of tests/tidy/shape.rs"));
            } else if !above.any(|line| line.contains("// SAFETY: ")) {
                found.push(file.finding(number, "unsafe code without a SAFETY text right above it"));
            }
        }
        if on_list && !used {
            found.push(file.finding(1, "has no unsafe code: take it off the list of tests/tidy/shape.rs"));
        }
    }
    found
}

#[test]
fn unsafe_code_is_listed_and_says_why_it_is_sound() {
    expect_none("unsafe code is on a list, with a SAFETY text", &unjustified_unsafe(&files(), &UNSAFE_FILES));
}

#[test]
fn unjustified_unsafe_code_is_found() {
    let bare = || File::new("a.rs", "//! unsafe\nfn a() {\n    unsafe { b() }\n}\n");
    let told = File::new("b.rs", "fn a() {\n    // SAFETY: b takes nothing.\n    unsafe { b() }\n}\n");
    let none = File::new("c.rs", "fn a() {}\n");
    expect_lines(&unjustified_unsafe(&[bare(), told, none], &[("b.rs", "b"), ("c.rs", "was")]), &[3, 1]);
    expect_lines(&unjustified_unsafe(&[bare()], &[("a.rs", "b")]), &[3]);
}

#[test]
fn every_module_says_what_it_is_for() {
    expect_none("every .rs file opens with //!", &unopened(&files()));
}

#[test]
fn a_module_without_its_opening_is_found() {
    let opened = File::new("a.rs", "//! What for.\nuse x;\n");
    let closed = File::new("b.rs", "use x;\n//! too late\n");
    expect_lines(&unopened(&[opened, closed, File::new("c.md", "text\n")]), &[1]);
}

#[test]
fn long_files_have_a_reason() {
    expect_none("files over 600 lines are listed with a reason", &too_long(&files(), &LONG_FILES));
}

#[test]
fn a_long_file_and_a_stale_entry_are_found() {
    let long = File::new("long.rs", &"\n".repeat(LONG + 1));
    let short = File::new("short.rs", "\n");
    expect_lines(&too_long(&[long, short], &[]), &[LONG + 1]);
    let long = File::new("long.rs", &"\n".repeat(LONG + 1));
    expect_lines(&too_long(&[long], &[("long.rs", "one table")]), &[]);
    let short = File::new("short.rs", "\n");
    expect_lines(&too_long(&[short], &[("short.rs", "was long"), ("gone.rs", "was there")]), &[1, 1]);
}

#[test]
fn no_lint_is_allowed_and_no_work_is_left_behind() {
    expect_none("no allow attribute, no note of work to do", &never_written(&files()));
}

#[test]
fn an_allowed_lint_and_left_work_are_found() {
    let sample = format!("#{ALLOW}dead_code)]\nfn a() {{\n    {TO_DO_MACRO});\n}}\n// {TO_DO}: later\n");
    expect_lines(&never_written(&[File::new("a.rs", &sample)]), &[1, 3, 5]);
}
