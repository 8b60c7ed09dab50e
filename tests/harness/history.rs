//! Looks into a controller's history from outside, read-only, with the `sqlite3` program.
//!
//! Enters: the data folder, a query. Leaves: rows of text. Never writes: Debian 12's sqlite3 must not (it has the
//! WAL-reset fault), and reading a live WAL file with it is sound.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use holdfast_protocol::lost::Lost;

/// Runs a query; each row is its columns.
///
/// # Errors
/// When sqlite3 is missing or refuses.
pub fn rows(data: &Path, query: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let output = Command::new("sqlite3")
        .args(["-readonly", "-separator", "|"])
        .arg("-cmd")
        .arg(".timeout 5000")
        .arg(data.join("history.sqlite"))
        .arg(query)
        .output()
        .context("running sqlite3 (package sqlite3)")?;
    anyhow::ensure!(output.status.success(), "sqlite3: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect())
}

/// How many records are stored.
///
/// # Errors
/// As [`rows`].
pub fn record_count(data: &Path) -> anyhow::Result<u64> {
    let rows = rows(data, "SELECT COUNT(*) FROM records")?;
    Ok(rows.first().and_then(|row| row.first()).context("a count without a row")?.parse()?)
}

/// What is stored of one node: of each epoch the sequences, and the losses it declared.
#[derive(Debug, Default)]
pub struct Stored {
    /// Stored sequences of each epoch, ascending; a record that stands for others counts with its last.
    pub sequences: BTreeMap<u32, Vec<u32>>,
    /// Declared losses of each epoch.
    pub losses: BTreeMap<u32, Vec<Lost>>,
}

/// Reads all that is stored of a node.
///
/// # Errors
/// As [`rows`], or a body that does not decode.
pub fn stored(data: &Path, node: &str) -> anyhow::Result<Stored> {
    let mut stored = Stored::default();
    let query = format!(
        "SELECT s.epoch, r.key & 4294967295, r.kind, CASE r.kind WHEN 5 THEN hex(r.body) ELSE '' END \
         FROM records r JOIN streams s ON s.number = r.stream WHERE s.node = '{node}' ORDER BY r.key"
    );
    for row in rows(data, &query)? {
        let [epoch, sequence, kind, body] = row.as_slice() else {
            anyhow::bail!("a row of {} columns", row.len())
        };
        let epoch = epoch.parse()?;
        stored.sequences.entry(epoch).or_default().push(sequence.parse()?);
        if kind == "5" {
            let lost = Lost::decode(&unhex(body)?)?;
            stored.losses.entry(epoch).or_default().push(lost);
        }
    }
    Ok(stored)
}

fn unhex(text: &str) -> anyhow::Result<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|two| Ok(u8::from_str_radix(std::str::from_utf8(two)?, 16)?)).collect()
}
