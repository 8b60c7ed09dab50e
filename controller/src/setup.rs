//! What is done once for a fleet: its folder, its keys, its configuration, and the first administrator's code.
//!
//! Enters: a folder and the names of the controller. Leaves: both secrets that are shown once (the root key's passphrase and
//! the code), or a refusal that says what is there already. Never overwrites: a second `init` changes nothing. The keys are
//! made last: whatever fails before leaves a folder without keys, on which `init` is simply run again.

use std::path::{Path, PathBuf};

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::authority::{self, Authority, AuthorityError};
use holdfast_provisioning::files::{self, Access, FileError};
use holdfast_provisioning::root_key::Passphrase;

use crate::api::session::{CODE_LIFE_MS, new_first_code};
use crate::config::{Config, ConfigError, DATA_FILE, Settings};
use crate::store::{Store, StoreError};
use crate::supervise::{self, FolderError, KEYS_FOLDER};

/// What `init` shows, once.
#[derive(Debug)]
pub struct Made {
    /// The fleet: 16 hexadecimal digits.
    pub fleet: String,
    /// SHA-256 of the root's public key: what `holdfast login` asks a person to compare.
    pub root_sha256: [u8; 32],
    /// Opens the root key's file.
    pub passphrase: Passphrase,
    /// The root key's file.
    pub root_key_file: PathBuf,
    /// The configuration file that was written, or was there.
    pub config_file: PathBuf,
    /// The first administrator's code.
    pub code: String,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// There is a fleet.
    #[error(
        "{path} holds the fleet {fleet} already, and {who}; nothing was changed. To begin another fleet, name another folder \
         with --data"
    )]
    Exists {
        /// Which folder.
        path: PathBuf,
        /// Its fleet.
        fleet: String,
        /// Whether somebody can sign in.
        who: &'static str,
    },
    /// There is an administrator, so no first one can be made.
    #[error("this fleet has an administrator already; sign in with that name")]
    HasAdministrator,
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The names.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keys.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The registry.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Randomness.
    #[error("no random numbers can be had from the system")]
    Random,
}

/// Makes a fleet in `data`. Without names the certificate gets those of the defaults.
///
/// # Errors
/// [`SetupError`].
pub async fn init(data: &Path, names: &[String], now: WallMs) -> Result<Made, SetupError> {
    let keys = data.join(KEYS_FOLDER);
    if keys.is_dir() {
        return Err(exists(data, &keys).await);
    }
    let config_file = data.join(DATA_FILE);
    let text = files::read_text_if_there(&config_file)?;
    let (mut settings, _) =
        Config::from_text(text.as_deref().unwrap_or_default(), Some(&config_file), Some(data))?;
    if !names.is_empty() {
        settings.server.names = names.to_vec();
        // What the file would say is checked as a file is, before anything is made.
        Config::from_text(&settings.effective(), Some(&config_file), Some(data))?;
    }
    files::create_private_folder(data)?;
    supervise::private(data)?;
    let _lock = supervise::lock(data)?;
    if text.is_none() {
        files::write_durably(&config_file, first_config(&settings).as_bytes(), Access::Public)?;
    }
    // The registry first: where it finds no room, no key was made whose passphrase nobody has seen.
    let code = new_code(data, now).await?;
    let created = authority::create(&keys, now)?;
    // From here on nothing may fail: the passphrase is in memory alone. A server certificate that finds no room is made by
    // the first `run`.
    let _made_at_start = created.authority.issue_server(&settings.server.names, now);
    Ok(Made {
        fleet: created.authority.fleet().to_owned(),
        root_sha256: created.authority.root_sha256(),
        passphrase: created.passphrase,
        root_key_file: created.root_key_file,
        config_file,
        code,
    })
}

/// A new code for the first administrator, in place of an earlier one.
///
/// # Errors
/// [`SetupError::HasAdministrator`] when one was made; others as they say.
pub async fn first_code(data: &Path, now: WallMs) -> Result<String, SetupError> {
    if !data.join(KEYS_FOLDER).is_dir() {
        return Err(FolderError::Empty { path: data.to_path_buf() }.into());
    }
    supervise::private(data)?;
    new_code(data, now).await
}

/// The fleet of a data folder, and SHA-256 of its root's public key.
///
/// # Errors
/// [`SetupError`].
pub fn fleet(data: &Path) -> Result<(String, [u8; 32]), SetupError> {
    let keys = data.join(KEYS_FOLDER);
    if !keys.is_dir() {
        return Err(FolderError::Empty { path: data.to_path_buf() }.into());
    }
    let authority = Authority::load(&keys)?;
    Ok((authority.fleet().to_owned(), authority.root_sha256()))
}

async fn new_code(data: &Path, now: WallMs) -> Result<String, SetupError> {
    let (code, sha256) = new_first_code().map_err(|_| SetupError::Random)?;
    let store = Store::open(data).await?;
    let kept = store.keep_first_code(&sha256, now, now.plus_ms(CODE_LIFE_MS)).await;
    store.close().await;
    if kept? { Ok(code) } else { Err(SetupError::HasAdministrator) }
}

async fn exists(data: &Path, keys: &Path) -> SetupError {
    let fleet = match Authority::load(keys) {
        Ok(authority) => authority.fleet().to_owned(),
        Err(error) => return error.into(),
    };
    let anybody = match Store::open(data).await {
        Ok(store) => {
            let anybody = store.anybody().await;
            store.close().await;
            anybody
        }
        Err(error) => Err(error),
    };
    let who = match anybody {
        Ok(true) => "it has an administrator",
        Ok(false) => {
            "it has no administrator yet: `holdfast-controller first-code` prints a code to make one"
        }
        Err(error) => return error.into(),
    };
    SetupError::Exists { path: data.to_path_buf(), fleet, who }
}

/// The file that `init` leaves: what it was told, and where the rest is described.
fn first_config(settings: &Settings) -> String {
    let names: Vec<String> = settings.server.names.iter().map(|name| format!("{name:?}")).collect();
    format!(
        "# Configuration of this controller. Keys that are left out have their defaults; docs/configuration.md lists all.\n\
         # `holdfast-controller check-config` prints what is in effect.\n\n\
         [server]\nnames = [{}]\n",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallMs = WallMs(1_795_514_531_000);

    #[tokio::test]
    async fn init_makes_a_fleet_once_and_a_second_one_says_what_is_there() {
        let folder = crate::api::testing::folder();
        let data = folder.path().join("data");
        let names = vec!["controller.example".to_owned(), "192.0.2.7".to_owned()];
        let made = init(&data, &names, NOW).await.expect("made");
        assert_eq!(made.fleet.len(), 16);
        assert_eq!(made.code.len(), 19, "four groups of four");
        assert!(made.root_key_file.exists());
        let config = Config::load(Some(&made.config_file), Some(&data)).expect("the file it wrote").1;
        assert_eq!(config.names, names);

        let again = init(&data, &names, NOW).await.expect_err("refused").to_string();
        assert!(again.contains(&made.fleet) && again.contains("no administrator yet"), "{again}");
        let (fleet, root_sha256) = fleet(&data).expect("the fleet");
        assert_eq!((fleet, root_sha256), (made.fleet.clone(), made.root_sha256));
        let other = first_code(&data, NOW).await.expect("another code");
        assert_ne!(other, made.code);
        assert!(matches!(first_code(folder.path(), NOW).await, Err(SetupError::Folder(_))));
    }

    #[tokio::test]
    async fn a_name_that_cannot_stand_in_a_certificate_leaves_nothing_behind() {
        let folder = crate::api::testing::folder();
        let data = folder.path().join("data");
        let refused = init(&data, &["https://controller.example".to_owned()], NOW).await;
        assert!(matches!(refused, Err(SetupError::Config(_))));
        assert!(!data.exists());
    }
}
