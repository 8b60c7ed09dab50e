//! The part of the command line about the audit log.
//!
//! Enters: words. Leaves: typed arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::Json;

const LIST: &str = "\
Examples:
  holdfast audit list
  holdfast audit list --action person_lock --json
  holdfast audit list --thing \"site 3\" --most 500";

const EXPORT: &str = "\
Example:
  holdfast audit export audit.jsonl";

const VERIFY: &str = "\
Examples:
  holdfast audit verify
  holdfast audit verify --head 2026-11-24.json
  holdfast audit verify audit.jsonl --head 2026-11-24.json --head 2026-12-24.json

Without a file the controller's own log is read, whole. A file is what `holdfast audit export` wrote, or the CSV of the page
/audit without a filter. A head is a file of the folder audit-heads in the controller's data folder; one that was copied away
in time is what a forger cannot change.";

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Read the newest entries
    #[command(after_help = LIST)]
    List(AuditList),
    /// Write the whole log into a new file, one JSON line an entry
    #[command(after_help = EXPORT)]
    Export {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Check that no entry was altered, taken out, put in or cut off: 0 whole, 5 not as it was written, 6 cannot tell
    #[command(after_help = VERIFY)]
    Verify {
        /// A log that was taken away
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// A head that was written down; may be given more than once
        #[arg(long = "head", value_name = "FILE")]
        heads: Vec<PathBuf>,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AuditList {
    /// By this person, by their number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) person: Option<i64>,
    /// This action alone, such as `person_lock`
    #[arg(long, value_name = "KEY")]
    pub(crate) action: Option<String>,
    /// To this thing alone, such as \"site 3\"
    #[arg(long, value_name = "THING")]
    pub(crate) thing: Option<String>,
    /// Ended so: done or refused
    #[arg(long, value_name = "WORD")]
    pub(crate) result: Option<String>,
    /// Most entries that are read
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    pub(crate) most: usize,
    #[command(flatten)]
    pub(crate) json: Json,
}
