//! The README's block "By hand", word for word, as a person types it into a shell.
//!
//! Enters: README.md, the programs; building them is left out. Leaves: what the block prints. It runs in a fresh folder with
//! a network of its own, because the block names the usual ports; a terminal answers what `holdfast login` asks.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use holdfast_tests::folder::Folder;
use holdfast_tests::programs::{Programs, repository};
use holdfast_tests::wait::wait_until;
use nix::unistd::Uid;

use crate::stage::SOON;

/// The issue's promise: under twenty lines.
const LINES_MAX: usize = 20;
/// What is asked, and what is answered. The password is nobody's.
const ANSWERS: [(&str, &str); 3] = [
    ("Type yes to go on:", "yes\n"),
    ("Choose a password:", "a row of larches by the river\n"),
    ("The same again:", "a row of larches by the river\n"),
];

/// The lines between the fences below the heading.
fn block(readme: &str) -> anyhow::Result<Vec<&str>> {
    let below = readme.split_once("\n## By hand").context("README.md has no part \"By hand\"")?.1;
    let lines: Vec<&str> =
        below.lines().skip_while(|line| *line != "```").skip(1).take_while(|line| *line != "```").collect();
    anyhow::ensure!(!lines.is_empty() && lines.len() < LINES_MAX, "{} lines", lines.len());
    Ok(lines)
}

/// The block as a script: `cargo` does nothing, the network is brought up, and what runs beside ends with it.
fn script(lines: &[&str]) -> String {
    format!(
        "set -euo pipefail\ncargo() {{ :; }}\nip link set lo up\ntrap 'kill $(jobs -p) && wait' EXIT\n{}\n",
        lines.join("\n")
    )
}

#[test]
fn the_block_of_the_readme_works_word_for_word() -> anyhow::Result<()> {
    let (folder, programs) = (Folder::new("by-hand")?, Programs::find()?);
    let readme = std::fs::read_to_string(repository().join("README.md"))?;
    let path = folder.path();
    std::fs::write(path.join("by-hand.sh"), script(&block(&readme)?))?;
    std::fs::create_dir(path.join("target"))?;
    let built = programs.controller.parent().context("programs in a folder")?;
    std::os::unix::fs::symlink(built, path.join("target/release"))?;

    let (output, pty) = (path.join("output.txt"), nix::pty::openpty(None, None)?);
    let file = File::create(&output)?;
    let own_network = if Uid::effective().is_root() { "-n" } else { "-rn" };
    let mut child = Command::new("unshare")
        .args([own_network, "bash", "by-hand.sh"])
        .current_dir(path)
        .env("XDG_CONFIG_HOME", path.join("config"))
        .stdin(pty.slave)
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .context("running unshare (package util-linux)")?;
    let mut terminal = File::from(pty.master);
    let said = || std::fs::read_to_string(&output).unwrap_or_default();
    let mut answers = ANSWERS.iter().peekable();
    let status = wait_until("the block to end", SOON * 2, || {
        let words = said();
        if let Some((_, answer)) = answers.next_if(|(question, _)| words.contains(question)) {
            terminal.write_all(answer.as_bytes()).map_err(|error| error.to_string())?;
        }
        child.try_wait().map_err(|error| error.to_string())?.ok_or(words)
    })?;
    let words = said();
    anyhow::ensure!(status.success() && answers.next().is_none(), "{status}:\n{words}");
    let list = words.rsplit_once("NODE ").context("no list of nodes")?.1;
    anyhow::ensure!(list.contains("Birch 114"), "the node is not listed:\n{words}");
    only_its_folder(path)
}

/// Everything it wrote lies in one folder, besides the sign-in of the person.
fn only_its_folder(path: &Path) -> anyhow::Result<()> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    anyhow::ensure!(names == ["by-hand.sh", "config", "hf", "output.txt", "target"], "{names:?}");
    Ok(())
}

#[test]
fn a_block_that_is_not_there_or_too_long_is_found() {
    assert!(block("# X\n\n## By hand\n```\n```\n").is_err());
    assert!(block("# X\n").is_err());
    assert!(block(&format!("# X\n## By hand\n```\n{}```\n", "true\n".repeat(20))).is_err());
    assert!(block("# X\n## By hand\n```\none\ntwo\n```\nthree\n").is_ok_and(|lines| lines == ["one", "two"]));
}
