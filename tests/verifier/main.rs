//! A checker written in another language from docs/formats alone agrees with ours, on genuine and on altered files.
//!
//! Enters: the cases of the harness. Leaves: a comparison of `tests/verifier/verify.py` (Debian's python3-cryptography) with our
//! checker. The browser suite compares the page `/verify` on the same cases.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use holdfast_tests::evidence::cases;
use serde_json::Value;

/// Debian's Python: a virtual environment of the caller's need not have the library.
const PYTHON: &str = "/usr/bin/python3";

/// The files that are, and one whose only change is by who may change it: the item's code is the controller's word.
const GENUINE: [&str; 6] = [
    "genuine",
    "genuine on paper",
    "genuine by a person's word",
    "genuine by the controller's clock",
    "genuine of a week that ran",
    "another item",
];

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("verifier-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn the_checker_in_another_language_agrees_on_every_genuine_and_altered_file() {
    let folder = folder();
    let lines: Vec<Value> = cases(&folder).iter().map(holdfast_tests::evidence::Case::line).collect();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let list = folder.join("cases.jsonl");
    fs::write(&list, &text).expect("the cases are written");
    let genuine: Vec<&str> = lines
        .iter()
        .filter(|line| line["verdict"] == "genuine")
        .filter_map(|line| line["name"].as_str())
        .collect();
    assert_eq!(genuine, GENUINE);
    for line in lines.iter().filter(|line| line["exact"] == false) {
        assert_ne!(line["verdict"], "genuine", "{}", line["name"]);
    }
    let has_library = Command::new(PYTHON).args(["-c", "import cryptography"]).output();
    if !has_library.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {PYTHON} has no cryptography; tests/run installs python3-cryptography");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("verifier/verify.py");
    let output = Command::new(PYTHON).arg(script).arg("--cases").arg(&list).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), lines.len());
    let differ: Vec<String> = lines
        .iter()
        .zip(&answers)
        .filter(|(ours, theirs)| {
            ours["verdict"] != theirs["verdict"]
                || (ours["exact"] == true && ours["steps"] != theirs["steps"])
        })
        .map(|(ours, theirs)| {
            format!("{}: ours {} {}, theirs {theirs}", ours["name"], ours["verdict"], ours["steps"])
        })
        .collect();
    assert!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), lines.len(), differ.join("\n"));
    println!("{} files, {} of them genuine: both checkers say the same", lines.len(), genuine.len());
    drop(fs::remove_dir_all(&folder));
}
