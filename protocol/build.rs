//! Hands the commit to `--version`: `HOLDFAST_COMMIT` from the environment, else git's word, else "unknown".
//!
//! A development build says "dev": it would have to be built anew, and all that depends on it, after each commit.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=HOLDFAST_COMMIT");
    let given = std::env::var("HOLDFAST_COMMIT").ok();
    let commit = if std::env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        given.unwrap_or_else(|| "dev".to_owned())
    } else {
        // Each commit of a checkout adds a line here.
        println!("cargo::rerun-if-changed=../.git/logs/HEAD");
        given.or_else(from_git).unwrap_or_else(|| "unknown".to_owned())
    };
    println!("cargo::rustc-env=HOLDFAST_COMMIT={commit}");
}

fn from_git() -> Option<String> {
    let output = Command::new("git").args(["rev-parse", "--short=9", "HEAD"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
