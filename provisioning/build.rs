//! Hands the commit's date to the program: the earliest second at which it can be running, for machines without a clock.
//! `SOURCE_DATE_EPOCH` from the environment, else git's word, else 0, which promises nothing.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo::rerun-if-changed=../.git/HEAD");
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let built = given.or_else(from_git).and_then(|text| text.trim().parse::<u32>().ok()).unwrap_or(0);
    println!("cargo::rustc-env=HOLDFAST_BUILT_S={built}");
}

fn from_git() -> Option<String> {
    let output = Command::new("git").args(["log", "-1", "--format=%ct"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
