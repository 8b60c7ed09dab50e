//! Who can open a backup: age recipients (X25519), and the file with the secret key that belongs on another machine.
//!
//! Enters: what a person named. Leaves: recipients, or identities, or a refusal. A new key goes to the file that was named
//! and nowhere else; only its recipient is shown.

use std::fmt::Write as _;
use std::path::Path;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::files::{self, Access};

use super::BackupError;
use super::manifest::shown_time;

/// What a secret key of age begins with.
const SECRET_PREFIX: &str = "AGE-SECRET-KEY-1";

/// Reads a recipient.
///
/// # Errors
/// [`BackupError::Recipient`]; [`BackupError::SecretKeyHere`], without showing it.
pub fn recipient(text: &str) -> Result<Recipient, BackupError> {
    let text = text.trim();
    if text.to_ascii_uppercase().starts_with(SECRET_PREFIX) {
        return Err(BackupError::SecretKeyHere);
    }
    Recipient::from_str(text).map_err(|_| BackupError::Recipient { text: text.to_owned() })
}

/// Makes a key, writes it to `path`, and gives its recipient.
///
/// # Errors
/// [`BackupError::Exists`]; a file that cannot be written.
pub fn make(path: &Path, now: WallMs) -> Result<Recipient, BackupError> {
    if path.exists() {
        return Err(BackupError::Exists { path: path.to_owned() });
    }
    let identity = Identity::generate();
    let recipient = identity.to_public();
    let mut text = String::new();
    // Writing to a String does not fail. The form is that of age-keygen.
    let _written = writeln!(
        text,
        "# A key that opens backups of Holdfast. Keep it off the controller.\n# created: {}\n# public key: {recipient}\n{}",
        shown_time(now),
        identity.to_string().expose_secret()
    );
    files::write_durably(path, text.as_bytes(), Access::Secret)?;
    Ok(recipient)
}

/// Reads the keys of a file: lines of age keys, and comments.
///
/// # Errors
/// [`BackupError::Key`]; a file that others may read, or that is not there.
pub fn read(path: &Path) -> Result<Vec<Identity>, BackupError> {
    files::require_private(path)?;
    let text = files::read_text(path)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys: Result<Vec<Identity>, _> = lines.map(Identity::from_str).collect();
    match keys {
        Ok(keys) if !keys.is_empty() => Ok(keys),
        Ok(_) | Err(_) => Err(BackupError::Key { path: path.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_once_and_read_again_and_its_secret_is_never_taken_for_a_recipient() {
        let folder = crate::api::testing::folder();
        let path = folder.path().join("backup.key");
        let made = make(&path, WallMs(1_795_514_531_000)).expect("made");
        let keys = read(&path).expect("read");
        assert_eq!(
            keys.iter().map(|key| key.to_public().to_string()).collect::<Vec<_>>(),
            [made.to_string()]
        );
        assert!(matches!(make(&path, WallMs(0)), Err(BackupError::Exists { .. })));

        let text = std::fs::read_to_string(&path).expect("text");
        let secret = text.lines().last().expect("the key");
        let refused = recipient(secret).expect_err("refused");
        assert!(matches!(refused, BackupError::SecretKeyHere) && !refused.to_string().contains(secret));
        assert!(matches!(recipient("age1qqq"), Err(BackupError::Recipient { .. })));
        assert!(recipient(&format!(" {made}\n")).is_ok());

        std::fs::write(&path, "# nothing\n").expect("written");
        assert!(matches!(read(&path), Err(BackupError::Key { .. })));
    }
}
