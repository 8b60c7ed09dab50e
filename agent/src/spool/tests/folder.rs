//! The same spool on a real file system.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::super::SpoolError;
use super::super::files::FileDisk;
use super::*;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("holdfast-spool-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open_folder(path: &Path) -> Spool<FileDisk> {
    Spool::open(FileDisk::open(path).expect("folder"), key(), small(), EPOCH).expect("opens").0
}

#[test]
fn a_spool_in_a_real_folder_comes_back_after_a_stop_and_after_a_kill() {
    let folder = Folder::new("again");
    let mut spool = open_folder(&folder.0);
    store_blocks(&mut spool, 20);
    spool.acknowledge(&ack(11, &[])).expect("acknowledged");
    spool.close().expect("closed");
    let mut spool = open_folder(&folder.0);
    assert_eq!(waiting(&mut spool), (11..=20).rev().collect::<Vec<_>>());
    store_blocks(&mut spool, 2);
    drop(spool);
    let mut spool = open_folder(&folder.0);
    assert_eq!(waiting(&mut spool), (11..=22).rev().collect::<Vec<_>>());
    for sequence in waiting(&mut spool) {
        assert_eq!(spool.read(Sequence(sequence)).expect("read"), content(Sequence(sequence), 100));
    }
}

#[test]
fn files_are_for_the_agent_alone_and_no_record_is_readable_in_them() {
    let folder = Folder::new("private");
    let mut spool = open_folder(&folder.0);
    spool.append(draft(Kind::Event), |_| b"generator stopped at the school".to_vec()).expect("appended");
    spool.sync().expect("synced");
    let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder.0), 0o700);
    for entry in std::fs::read_dir(&folder.0).expect("listed") {
        let path = entry.expect("entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let bytes = std::fs::read(&path).expect("read");
        assert!(!bytes.windows(9).any(|window| window == b"generator"));
    }
}

#[test]
fn one_folder_serves_one_spool() {
    let folder = Folder::new("locked");
    let spool = open_folder(&folder.0);
    assert!(matches!(FileDisk::open(&folder.0), Err(SpoolError::InUse)));
    drop(spool);
    assert!(FileDisk::open(&folder.0).is_ok());
}

#[test]
fn a_folder_that_cannot_be_made_is_named_with_what_to_do() {
    let folder = Folder::new("blocked");
    std::fs::write(&folder.0, b"a file where the folder should be").expect("written");
    let error = FileDisk::open(&folder.0).expect_err("no folder");
    assert!(matches!(error, SpoolError::Io { .. }), "{error}");
    std::fs::remove_file(&folder.0).expect("removed");
}
