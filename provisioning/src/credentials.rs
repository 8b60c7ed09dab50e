//! What `holdfast login` keeps: which controller, its root, and the person's token.
//!
//! Enters and leaves: one small TOML file, mode 0600, in the person's configuration folder. A file that others may read is
//! refused. Never holds a password.

use std::fmt;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::client::Address;
use crate::csr::{hex, sha256_from_hex};
use crate::files::{self, Access, FileError};

/// The version of the file that this module reads and writes.
const VERSION: u32 = 1;

/// A sign-in.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The controller.
    pub address: Address,
    /// SHA-256 of the fleet root's public key; `None` with plain HTTP on this machine.
    pub root_sha256: Option<[u8; 32]>,
    /// Who is signed in.
    pub name: String,
    /// The token.
    pub token: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("address", &self.address).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    controller: String,
    #[serde(default)]
    root_sha256: Option<String>,
    name: String,
    token: String,
}

/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its content.
    #[error("{} cannot be read as credentials; run `holdfast login` again", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
    },
    /// Nowhere to keep it.
    #[error("neither XDG_CONFIG_HOME nor HOME is set; name a file with --credentials")]
    Nowhere,
}

/// Where credentials are kept: `$XDG_CONFIG_HOME/holdfast/credentials.toml`, or under `$HOME/.config`.
///
/// # Errors
/// [`CredentialsError::Nowhere`].
pub fn default_path() -> Result<PathBuf, CredentialsError> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    set("XDG_CONFIG_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".config")))
        .map(|base| base.join("holdfast").join("credentials.toml"))
        .ok_or(CredentialsError::Nowhere)
}

/// Reads them; `None` when nobody has signed in.
///
/// # Errors
/// [`CredentialsError`].
pub fn load(path: &Path) -> Result<Option<Credentials>, CredentialsError> {
    let Some(text) = files::read_text_if_there(path)? else { return Ok(None) };
    files::require_private(path)?;
    let content = || CredentialsError::Content { path: path.to_owned() };
    let stored: Stored = toml::from_str(&text).map_err(|_| content())?;
    if stored.version != VERSION {
        return Err(content());
    }
    let root_sha256 = match stored.root_sha256 {
        Some(text) => Some(sha256_from_hex(&text).ok_or_else(content)?),
        None => None,
    };
    let address = stored.controller.parse().map_err(|_| content())?;
    Ok(Some(Credentials { address, root_sha256, name: stored.name, token: stored.token }))
}

/// Keeps them, durably, mode 0600, in a folder that is made 0700.
///
/// # Errors
/// [`CredentialsError`].
pub fn save(path: &Path, credentials: &Credentials) -> Result<(), CredentialsError> {
    let mut text = format!("version = {VERSION}\n");
    let mut line = |key: &str, value: &str| {
        // Writing to a String does not fail.
        let _written = writeln!(text, "{key} = {}", toml_string(value));
    };
    line("controller", &credentials.address.to_string());
    if let Some(root) = credentials.root_sha256 {
        line("root_sha256", &hex(&root));
    }
    line("name", &credentials.name);
    line("token", &credentials.token);
    files::create_private_folder(files::folder_of(path))?;
    files::write_durably(path, text.as_bytes(), Access::Secret)?;
    Ok(())
}

/// Forgets them. Nothing happens when there are none.
///
/// # Errors
/// [`CredentialsError`].
pub fn forget(path: &Path) -> Result<(), CredentialsError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(FileError { what: "remove", path: path.to_owned(), source }.into())
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A TOML basic string (TOML 1.0, "String").
fn toml_string(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            c if c.is_control() => {
                let _written = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::scratch::Scratch;

    fn sample() -> Credentials {
        Credentials {
            address: "https://controller.example:8443".parse().expect("an address"),
            root_sha256: Some([7; 32]),
            name: "Ірина \"І\" \\ \u{7f}\n".into(),
            token: "0123abc".into(),
        }
    }

    #[test]
    fn credentials_come_back_whatever_the_name_and_their_file_is_0600() {
        let scratch = Scratch::new();
        let path = scratch.path().join("holdfast").join("credentials.toml");
        assert_eq!(load(&path).expect("read"), None);
        save(&path, &sample()).expect("kept");
        assert_eq!(load(&path).expect("read"), Some(sample()));
        assert_eq!(std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        forget(&path).expect("gone");
        forget(&path).expect("gone already");
        assert_eq!(load(&path).expect("read"), None);
    }

    #[test]
    fn credentials_that_others_may_read_are_refused() {
        let scratch = Scratch::new();
        let path = scratch.path().join("credentials.toml");
        save(&path, &sample()).expect("kept");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("loosened");
        assert!(matches!(load(&path), Err(CredentialsError::File(_))));
    }

    #[test]
    fn another_version_or_a_broken_file_asks_for_a_new_sign_in() {
        let scratch = Scratch::new();
        let path = scratch.path().join("credentials.toml");
        for text in ["version = 2\ncontroller = \"https://x\"\nname = \"a\"\ntoken = \"t\"\n", "nonsense", ""]
        {
            files::write_durably(&path, text.as_bytes(), Access::Secret).expect("written");
            assert!(matches!(load(&path), Err(CredentialsError::Content { .. })), "{text}");
        }
    }
}
