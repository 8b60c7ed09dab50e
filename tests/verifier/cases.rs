//! `evidence-cases`: writes evidence files, genuine and altered, with our own checker's answers, a JSON object a line.
//!
//! Enters: nothing. Leaves: lines on standard output, for checkers in other languages. The keys are made for each run.

use std::io::Write;

use holdfast_tests::evidence::cases;

fn main() -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("holdfast-evidence-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let cases = cases(&folder);
    std::fs::remove_dir_all(&folder)?;
    let mut out = std::io::stdout().lock();
    for case in cases {
        writeln!(out, "{}", case.line())?;
    }
    Ok(())
}
