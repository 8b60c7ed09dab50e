//! The commands of `holdfast-controller` about backups. Part of the program, not of the library.
//!
//! Enters: what was typed. Leaves: what was made, for people, and what it cannot know. The logic is in `backup`.

use std::path::PathBuf;

use clap::Args;
use holdfast_controller::backup::manifest::{Manifest, shown_time};
use holdfast_controller::backup::schedule::Plan;
use holdfast_controller::backup::state::{RESTORED_FILE, Restored, Running, State};
use holdfast_controller::backup::{BackupError, keys, make as making, restore as restoring};
use holdfast_controller::clock::Clock;
use holdfast_controller::supervise;
use holdfast_protocol::time::WallMs;

use super::{FAILED, Failure, Place, REFUSED, WRONG_USE, folder_code, runtime, say, store_code};

/// `backup`
#[derive(Debug, Args)]
#[command(after_help = "Example: holdfast-controller backup --to /mnt/stick --recipient age1…")]
pub(super) struct Make {
    #[command(flatten)]
    place: Place,
    /// A folder, or a new file [default: backup.folder of the configuration]
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
    /// Who can open it, as `backup-key` printed it; give it once for each [default: backup.recipients]
    #[arg(long = "recipient", value_name = "AGE1")]
    recipients: Vec<String>,
    /// Leave readings out: registry, keys and configuration alone.
    #[arg(long)]
    without_history: bool,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

/// `backup-key`
#[derive(Debug, Args)]
#[command(after_help = "Example: holdfast-controller backup-key --out backup.key")]
pub(super) struct Key {
    /// The new file of the key, mode 0600.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// `backup-proof`
#[derive(Debug, Args)]
#[command(after_help = "Example: holdfast-controller backup-proof k3m9-…")]
pub(super) struct Proof {
    #[command(flatten)]
    place: Place,
    /// The words.
    #[arg(value_name = "WORDS")]
    words: String,
}

/// `restore`
#[derive(Debug, Args)]
#[command(
    after_help = "Example: holdfast-controller restore backup.age --key backup.key --data /var/lib/holdfast-controller"
)]
pub(super) struct Restore {
    /// The backup.
    #[arg(value_name = "FILE", required_unless_present = "looked_through")]
    file: Option<PathBuf>,
    /// The file of its key.
    #[arg(long, value_name = "FILE", required_unless_present = "looked_through")]
    key: Option<PathBuf>,
    /// The folder to make; it must be new or empty.
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    data: Option<PathBuf>,
    /// Make nothing: unpack it to a scratch folder, look through all of it, take the folder away.
    #[arg(long)]
    check: bool,
    /// Where the scratch folder of --check is made [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR", requires = "check")]
    scratch: Option<PathBuf>,
    /// Say that you looked through what a restore cannot know; the health page then stops asking.
    #[arg(long, conflicts_with_all = ["file", "check"])]
    looked_through: bool,
}

pub(super) fn make(wish: &Make) -> Result<(), Failure> {
    let (_, config) = wish.place.load()?;
    supervise::private(&config.data).map_err(BackupError::from)?;
    let recipients =
        if wish.recipients.is_empty() { config.backup.recipients.clone() } else { wish.recipients.clone() };
    let plan = Plan { recipients, ..config.backup };
    let to = wish.to.clone().or(plan.folder.clone()).ok_or_else(no_target)?;
    let wished = making::Wish {
        data: config.data,
        config: config.file,
        to,
        recipients: plan.readers()?,
        with_history: plan.with_history && !wish.without_history,
    };
    let made = runtime()?.block_on(Box::pin(making::make(&wished, Clock)))?;
    if wish.json {
        let text = serde_json::json!({
            "schema": 1,
            "file": made.path,
            "bytes": made.bytes,
            "took_ms": made.took_ms,
            "made": shown_time(made.manifest.made()),
            "fleet": made.manifest.fleet,
            "rows": made.manifest.rows,
        });
        return say(&format!("{text}\n"));
    }
    say(&format!(
        "{}\n{} bytes, {}; made, opened again and compared in {} ms.\nTo test it where its key is: holdfast-controller restore {} --key FILE --check\n",
        made.path.display(),
        made.bytes,
        held(&made.manifest),
        made.took_ms,
        made.path.file_name().unwrap_or_default().display(),
    ))
}

pub(super) fn key(wish: &Key) -> Result<(), Failure> {
    let recipient = keys::make(&wish.out, Clock.wall())?;
    say(&format!(
        "{recipient}\n\nThe key is in {}. Keep it, and a copy, off the controller: who has it reads every backup, and without it \
         nobody does.\nOn the controller: backup.recipients = [\"{recipient}\"], or backup --recipient {recipient}\n",
        wish.out.display()
    ))
}

pub(super) fn proof(wish: &Proof) -> Result<(), Failure> {
    let (_, config) = wish.place.load()?;
    let running = Running::begin(&config.data)?;
    let mut state = State::load(&config.data);
    let tested = state.prove(&wish.words, Clock.wall())?;
    state.save(&config.data)?;
    drop(running);
    say(&format!("The backup of {} was opened with its key.\n", shown_time(WallMs(tested.made_ms))))
}

pub(super) fn restore(wish: &Restore) -> Result<(), Failure> {
    match (&wish.file, &wish.key, &wish.data) {
        (Some(file), Some(key), _) if wish.check => {
            let scratch = wish.scratch.clone().unwrap_or_else(std::env::temp_dir);
            let keys = keys::read(key)?;
            let found = runtime()?.block_on(Box::pin(restoring::check(file, keys, &scratch)))?;
            say(&format!(
                "This backup can be restored: {}.\nTell its controller: holdfast-controller backup-proof {}\n",
                held(&found),
                found.proof
            ))
        }
        (Some(file), Some(key), Some(data)) => {
            let keys = keys::read(key)?;
            let (found, ended) =
                runtime()?.block_on(Box::pin(restoring::restore(file, keys, data, Clock.wall())))?;
            say(&format!(
                "{} holds {}.\n\n\
                 Ended, because it may have been used or taken back since: {} sessions, {} tokens of programs, {} \
                 invitations, {} tickets.\n\
                 What happened after {} is not in it. Look through, and do again what is needed:\n\
                 \x20 nodes revoked since then are let in again: holdfast node revoke\n\
                 \x20 nodes enrolled since then are not known: enrol them with --re-enrol\n\
                 \x20 people locked out, roles taken away and passwords changed since then are as before\n\
                 \x20 custody recorded since then is missing\n\
                 Nodes send what they still hold; what they had given up to the lost database is counted as lost, and shown.\n\
                 Then: holdfast-controller restore --looked-through --data {}\n",
                data.display(),
                held(&found),
                ended.sessions,
                ended.tokens,
                ended.invitations,
                ended.tickets,
                shown_time(found.made()),
                data.display(),
            ))
        }
        (_, _, Some(data)) => looked_through(data),
        (_, _, None) => {
            Err(Failure { code: WRONG_USE, error: anyhow::anyhow!("name the data folder with --data") })
        }
    }
}

fn looked_through(data: &std::path::Path) -> Result<(), Failure> {
    if Restored::load(data).is_none() {
        return say(&format!("Nothing waits: {} was not restored, or was looked through.\n", data.display()));
    }
    let path = data.join(RESTORED_FILE);
    std::fs::remove_file(&path).map_err(|error| Failure::of(FAILED, error))?;
    say("Noted.\n")
}

/// What a backup holds, in a line.
fn held(manifest: &Manifest) -> String {
    let rows = |table: &str| manifest.rows.values().find_map(|rows| rows.get(table)).copied();
    let count = |table: &str, words: &str| rows(table).map(|count| format!("{count} {words}"));
    let counts: Vec<String> = [
        count("nodes", "nodes"),
        count("items", "items"),
        count("people", "people"),
        count("records", "records"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let without = if rows("records").is_none() { ", without readings" } else { "" };
    format!("fleet {} as of {}: {}{without}", manifest.fleet, shown_time(manifest.made()), counts.join(", "))
}

fn no_target() -> Failure {
    Failure {
        code: WRONG_USE,
        error: anyhow::anyhow!("nothing says where to; name a folder with --to, or set backup.folder"),
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let code = match &error {
            BackupError::NoRecipient
            | BackupError::Recipient { .. }
            | BackupError::SecretKeyHere
            | BackupError::Key { .. } => WRONG_USE,
            BackupError::WrongKey
            | BackupError::Newer { .. }
            | BackupError::Exists { .. }
            | BackupError::Running { .. }
            | BackupError::Proof => REFUSED,
            BackupError::Folder(error) => folder_code(error),
            BackupError::Store(error) => store_code(error),
            BackupError::Damaged { .. }
            | BackupError::Io { .. }
            | BackupError::File(_)
            | BackupError::Authority(_)
            | BackupError::Random
            | BackupError::Encrypt(_)
            | BackupError::Task => FAILED,
        };
        Self::of(code, error)
    }
}
