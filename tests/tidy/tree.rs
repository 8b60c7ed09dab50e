//! The files that the rules look at, and what a rule finds.
//!
//! Enters: the repository's folder. Leaves: paths from its root with their text; files that are not UTF-8 are left out.
//! Untracked files count as long as git does not ignore them: a rule must speak before the commit, not after it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One file: its path from the root of the repository, with `/`, and its text.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the file lies in the folder, or is the module of that name (`store` is `store/…` and `store.rs`).
    pub(crate) fn is_in(&self, place: &str) -> bool {
        let rest = self.path.strip_prefix(place);
        rest.is_some_and(|rest| rest.starts_with('/') || rest == ".rs" || rest.is_empty())
    }

    pub(crate) fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into() }
    }
}

/// Something that breaks a rule. Lines count from 1.
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.what)
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every text file of the repository.
pub(crate) fn files() -> Vec<File> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git starts");
    assert!(listing.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listing.stderr));
    let names = String::from_utf8_lossy(&listing.stdout).into_owned();
    // Regular files alone: what else git would track (a link, a pipe of somebody's trial) is not text of ours.
    let regular = |path: &&str| fs::symlink_metadata(root().join(path)).is_ok_and(|found| found.is_file());
    let read = |path: &str| fs::read_to_string(root().join(path)).ok().map(|text| File::new(path, &text));
    let files: Vec<File> =
        names.split('\0').filter(|path| !path.is_empty()).filter(regular).filter_map(read).collect();
    assert!(files.iter().any(|file| file.path == "Cargo.toml"), "git lists no Cargo.toml");
    files
}

/// The real tree must break no rule.
pub(crate) fn expect_none(rule: &str, findings: &[Finding]) {
    let list: String = findings.iter().map(|finding| format!("  {finding}\n")).collect();
    assert!(findings.is_empty(), "{rule}\n{list}");
}

/// A sample must break the rule on exactly these lines.
pub(crate) fn expect_lines(findings: &[Finding], lines: &[usize]) {
    let found: Vec<usize> = findings.iter().map(|finding| finding.line).collect();
    let list: String = findings.iter().map(|finding| format!("  {finding}\n")).collect();
    assert_eq!(found, lines, "found:\n{list}");
}
