//! One file from many, and back: tar, then zstd, then age (docs/formats/backup.md).
//!
//! Enters: a manifest and files; or a stream and keys. Leaves: a stream; or the files in a folder, each compared with the
//! manifest while it is read. Whatever a hostile file says, no more is written than its manifest names, and nothing outside
//! the folder.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use age::x25519::{Identity, Recipient};
use holdfast_provisioning::csr::hex;
use holdfast_provisioning::files;
use ring::digest::{Context, SHA256};

use super::BackupError;
use super::manifest::{Entry, MANIFEST_BYTES_MAX, MANIFEST_FILE, Manifest};

/// Databases of readings shrink to a third at this level, at 200 MB/s; higher ones win little and take the node's time.
const ZSTD_LEVEL: i32 = 3;
/// What is read at once.
const PIECE_BYTES: usize = 128 * 1024;

/// Writes the manifest and its files from `folder`. Gives back the writer, with everything in it.
///
/// # Errors
/// [`BackupError::Io`], [`BackupError::Encrypt`].
pub fn write<W: Write>(
    out: W,
    manifest: &Manifest,
    folder: &Path,
    recipients: &[Recipient],
) -> Result<W, BackupError> {
    let wrong = |error| BackupError::io("write the backup from", folder)(error);
    let named = recipients.iter().map(|recipient| -> &dyn age::Recipient { recipient });
    let sealed = age::Encryptor::with_recipients(named).map_err(BackupError::Encrypt)?;
    let sealed = sealed.wrap_output(out).map_err(wrong)?;
    let packed = zstd::Encoder::new(sealed, ZSTD_LEVEL).map_err(wrong)?;
    let mut archive = tar::Builder::new(packed);
    let text = serde_json::to_vec(manifest).map_err(io::Error::from).map_err(wrong)?;
    append(&mut archive, MANIFEST_FILE, size(&text), manifest.made_ms, text.as_slice()).map_err(wrong)?;
    for entry in &manifest.files {
        let path = folder.join(&entry.name);
        let file = File::open(&path).map_err(BackupError::io("read", &path))?;
        append(&mut archive, &entry.name, entry.bytes, manifest.made_ms, file).map_err(wrong)?;
    }
    let packed = archive.into_inner().map_err(wrong)?;
    packed.finish().and_then(age::stream::StreamWriter::finish).map_err(wrong)
}

fn append<W: Write>(
    archive: &mut tar::Builder<W>,
    name: &str,
    bytes: u64,
    made_ms: i64,
    data: impl Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(made_ms / 1_000).unwrap_or(0));
    archive.append_data(&mut header, name, data)
}

/// Opens a backup with one of `keys` and lays its files into `to`, which must be empty.
///
/// # Errors
/// [`BackupError::WrongKey`], [`BackupError::Damaged`], [`BackupError::Newer`], [`BackupError::Io`].
pub fn read(input: impl Read, keys: &[Identity], to: &Path) -> Result<Manifest, BackupError> {
    let opened = age::Decryptor::new(input).map_err(of_age)?;
    let named = keys.iter().map(|key| -> &dyn age::Identity { key });
    let plain = opened.decrypt(named).map_err(of_age)?;
    let packed = zstd::Decoder::new(plain).map_err(|_| BackupError::damaged("it cannot be unpacked"))?;
    let mut archive = tar::Archive::new(packed);
    let mut entries = archive.entries().map_err(|error| cut(&error))?;
    let mut first =
        entries.next().ok_or_else(|| BackupError::damaged("it is empty"))?.map_err(|error| cut(&error))?;
    let is_manifest = first.path_bytes().as_ref() == MANIFEST_FILE.as_bytes();
    if !is_manifest || first.size() > MANIFEST_BYTES_MAX {
        return Err(BackupError::damaged("it does not begin with a manifest"));
    }
    let mut text = Vec::new();
    first.by_ref().take(MANIFEST_BYTES_MAX).read_to_end(&mut text).map_err(|error| cut(&error))?;
    let manifest = Manifest::parse(&text)?;
    for wanted in &manifest.files {
        let lacks = || BackupError::damaged(format!("{} is missing", wanted.name));
        let mut entry = entries.next().ok_or_else(lacks)?.map_err(|error| cut(&error))?;
        let fits = entry.path_bytes().as_ref() == wanted.name.as_bytes()
            && entry.header().entry_type().is_file()
            && entry.size() == wanted.bytes;
        if !fits {
            return Err(BackupError::damaged(format!("{} is not where its manifest says", wanted.name)));
        }
        lay(&mut entry, wanted, to)?;
    }
    if entries.next().is_some() {
        return Err(BackupError::damaged("it holds more than its manifest says"));
    }
    // What lies behind the archive's end is read too: a file that was cut there fails here.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(|error| cut(&error))?;
    Ok(manifest)
}

fn lay(from: &mut impl Read, wanted: &Entry, to: &Path) -> Result<(), BackupError> {
    let path = to.join(&wanted.name);
    let wrong = |error| BackupError::io("write", &path)(error);
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        files::create_private_folder(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(wrong)?;
    let mut hash = Context::new(&SHA256);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = from.read(&mut piece).map_err(|error| cut(&error))?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
        file.write_all(bytes).map_err(wrong)?;
    }
    file.sync_all().map_err(wrong)?;
    if hex(hash.finish().as_ref()) != wanted.sha256 {
        return Err(BackupError::damaged(format!("{} is not as it was", wanted.name)));
    }
    Ok(())
}

/// Size and SHA-256 of a file.
///
/// # Errors
/// [`BackupError::Io`].
pub fn measure(path: &Path) -> Result<(u64, String), BackupError> {
    let wrong = |error| BackupError::io("read", path)(error);
    let mut file = File::open(path).map_err(wrong)?;
    let mut hash = Context::new(&SHA256);
    let mut piece = vec![0; PIECE_BYTES];
    let mut total: u64 = 0;
    loop {
        let read = file.read(&mut piece).map_err(wrong)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
        total = total.saturating_add(size(bytes));
    }
    Ok((total, hex(hash.finish().as_ref())))
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn cut(error: &io::Error) -> BackupError {
    BackupError::damaged(format!("it cannot be read to its end: {error}"))
}

fn of_age(error: age::DecryptError) -> BackupError {
    match error {
        age::DecryptError::DecryptionFailed
        | age::DecryptError::KeyDecryptionFailed
        | age::DecryptError::NoMatchingKeys => BackupError::WrongKey,
        other @ (age::DecryptError::ExcessiveWork { .. }
        | age::DecryptError::InvalidHeader
        | age::DecryptError::InvalidMac
        | age::DecryptError::Io(_)
        | age::DecryptError::UnknownFormat) => BackupError::damaged(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::manifest::FORMAT;

    fn staged(folder: &Path) -> Manifest {
        std::fs::create_dir(folder.join("keys")).expect("keys");
        std::fs::write(folder.join("holdfast.sqlite"), vec![7; 300_000]).expect("written");
        std::fs::write(folder.join("keys/ticket.key"), b"not a key").expect("written");
        let files = ["holdfast.sqlite", "keys/ticket.key"].map(|name| {
            let (bytes, sha256) = measure(&folder.join(name)).expect("measured");
            Entry { name: name.to_owned(), bytes, sha256 }
        });
        Manifest {
            format: FORMAT,
            program: "0.1.0".into(),
            fleet: "0123456789abcdef".into(),
            made_ms: 1_795_514_531_000,
            proof: "aaaa-bbbb-cccc-dddd".into(),
            files: files.to_vec(),
            rows: std::collections::BTreeMap::new(),
        }
    }

    fn empty(folder: &Path, name: &str) -> std::path::PathBuf {
        let path = folder.join(name);
        std::fs::create_dir(&path).expect("folder");
        path
    }

    #[test]
    fn it_opens_with_its_key_alone_and_any_flipped_or_missing_byte_is_found() {
        let folder = crate::api::testing::folder();
        let from = empty(folder.path(), "from");
        let manifest = staged(&from);
        let (right, wrong) = (Identity::generate(), Identity::generate());
        let whole = write(Vec::new(), &manifest, &from, &[right.to_public()]).expect("written");

        let to = empty(folder.path(), "to");
        let read_back = read(whole.as_slice(), std::slice::from_ref(&right), &to).expect("read");
        assert_eq!(read_back, manifest);
        assert_eq!(std::fs::read(to.join("keys/ticket.key")).expect("a file"), b"not a key");
        let other = read(whole.as_slice(), &[wrong], &empty(folder.path(), "wrong"));
        assert!(matches!(other, Err(BackupError::WrongKey)), "{other:?}");

        let seed = fastrand::u64(..);
        let mut random = fastrand::Rng::with_seed(seed);
        for number in 0..60 {
            let to = empty(folder.path(), &format!("flip{number}"));
            let mut bytes = whole.clone();
            let at = random.usize(..bytes.len());
            bytes[at] ^= 1 << random.u8(..8);
            assert!(
                read(bytes.as_slice(), std::slice::from_ref(&right), &to).is_err(),
                "seed {seed}: byte {at}"
            );
            let to = empty(folder.path(), &format!("cut{number}"));
            let cut = random.usize(..whole.len());
            let read = read(&whole[..cut], std::slice::from_ref(&right), &to);
            assert!(read.is_err(), "seed {seed}: cut at {cut}");
        }
    }

    #[test]
    fn a_manifest_that_does_not_fit_what_follows_is_refused() {
        let folder = crate::api::testing::folder();
        let from = empty(folder.path(), "from");
        let manifest = staged(&from);
        let key = Identity::generate();
        let mut number = 0;
        let mut refused = |change: &dyn Fn(&mut Manifest)| {
            number += 1;
            let mut claimed = manifest.clone();
            change(&mut claimed);
            // The archive is of the true files; only what the manifest claims differs.
            let mut archive = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).expect("zstd"));
            let text = serde_json::to_vec(&claimed).expect("JSON");
            append(&mut archive, MANIFEST_FILE, size(&text), 0, text.as_slice()).expect("manifest");
            for entry in &manifest.files {
                let file = File::open(from.join(&entry.name)).expect("file");
                append(&mut archive, &entry.name, entry.bytes, 0, file).expect("entry");
            }
            let packed = archive.into_inner().and_then(zstd::Encoder::finish).expect("packed");
            let sealed = age::encrypt(&key.to_public(), &packed).expect("sealed");
            read(sealed.as_slice(), std::slice::from_ref(&key), &empty(folder.path(), &format!("to{number}")))
        };
        assert!(refused(&|_| {}).is_ok());
        let changes: [&dyn Fn(&mut Manifest); 4] = [
            &|claimed| claimed.files[0].bytes -= 1,
            &|claimed| claimed.files[0].sha256 = "00".repeat(32),
            &|claimed| claimed.files.swap(0, 1),
            &|claimed| drop(claimed.files.pop()),
        ];
        for change in changes {
            let found = refused(change);
            assert!(matches!(found, Err(BackupError::Damaged { .. })), "{found:?}");
        }
    }
}
