//! What every database of the controller has to do, shown on real files: the traps of SQLite and of sqlx, one test each,
//! and the refusals.

use std::time::Duration;

use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::time::WallMs;
use sqlx::sqlite::SqliteConnection;

use super::connect::{self, SQLITE_MIN};
use super::nodes::NodeRecord;
use super::scratch::Scratch;
use super::{MIGRATIONS, REGISTRY_FILE, Store, StoreError};

fn node(number: u8) -> NodeRecord {
    NodeRecord {
        id: NodeId::from_bytes([number; 5]),
        key_sha256: [number; 32],
        certificate_der: vec![0x30, number],
        certificate_ends: WallMs(2_000_000_000_000),
        enrolled: WallMs(1_795_514_531_000),
        code: "7K2M-9QXD".into(),
        site: None,
        revoked: None,
        ticket: Some([number; 8]),
    }
}

async fn pragma(connection: &mut SqliteConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.expect("a pragma answers")
}

/// Writes until the database says no.
async fn fill(store: &Store) -> StoreError {
    let blob = vec![7_u8; 20_000];
    for number in 0..10_000_u32 {
        let mut record = node(1);
        let [a, b, c, d] = number.to_le_bytes();
        record.id = NodeId::from_bytes([9, a, b, c, d]);
        record.key_sha256 = [0; 32];
        record.key_sha256[..4].copy_from_slice(&number.to_le_bytes());
        record.certificate_der.clone_from(&blob);
        if let Err(error) = store.insert_node(&record).await {
            return error;
        }
    }
    panic!("200 MB were taken");
}

#[tokio::test]
async fn a_node_and_a_site_come_back_as_they_were_stored() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    let site = store.insert_site("Birch 114", "UA-63", WallMs(5)).await.unwrap();
    let stored = NodeRecord { site: Some(site.id), ..node(1) };
    store.insert_node(&stored).await.unwrap();
    assert_eq!(store.node(stored.id).await.unwrap(), Some(stored.clone()));
    assert_eq!(store.node_by_key(&stored.key_sha256).await.unwrap(), Some(stored.clone()));
    assert_eq!(store.nodes(None, 10).await.unwrap(), std::slice::from_ref(&stored));
    assert_eq!(store.nodes(Some(stored.id), 10).await.unwrap(), []);
    assert_eq!(store.site_by_name("Birch 114").await.unwrap(), Some(site.clone()));
    assert!(store.revoke_node(stored.id, WallMs(9)).await.unwrap());
    assert!(!store.revoke_node(stored.id, WallMs(10)).await.unwrap());
    assert_eq!(store.node(stored.id).await.unwrap().and_then(|node| node.revoked), Some(WallMs(9)));
    let unknown = NodeRecord { site: Some(SiteId(77)), ..node(2) };
    assert!(store.insert_node(&unknown).await.is_err(), "foreign keys are checked");
}

/// Trap 12: a value that is there already is a conflict, not a failure.
#[tokio::test]
async fn a_second_node_with_the_same_key_is_a_conflict() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    store.insert_node(&node(1)).await.unwrap();
    let twin = NodeRecord { id: NodeId::from_bytes([2; 5]), ..node(1) };
    assert!(matches!(store.insert_node(&twin).await, Err(StoreError::Conflict(Some(_)))));
    let gone = store.renew_node(twin.id, &[1], WallMs(1)).await;
    assert!(matches!(gone, Err(StoreError::Conflict(None))), "{gone:?}");
}

/// Trap 1: sqlx does not see that SQLite has rolled back by itself; without the guard the connection is of no use again.
#[tokio::test]
async fn a_full_disk_is_told_by_name_and_the_writer_works_again_when_there_is_room() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    // One connection, this one; a new one knows nothing of the limit: room has been made.
    sqlx::query("PRAGMA max_page_count = 60").execute(&store.pools.write).await.unwrap();
    let error = fill(&store).await;
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert!(error.to_string().contains("full") && error.is_temporary());
    for number in 1..=20 {
        store.insert_node(&node(number)).await.expect("the connection that was full is not put back");
    }
}

/// The same on a disk that is full in truth. Needs root, to mount a small one.
#[tokio::test]
async fn a_disk_that_is_full_in_truth_leaves_the_file_sound() {
    let folder = Scratch::new();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=3m", "none"])
        .arg(folder.path())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        eprintln!("skipped: no tmpfs can be mounted here; the limit of pages stands for it");
        return;
    }
    let store = Store::open(folder.path()).await.unwrap();
    store.insert_node(&node(200)).await.unwrap();
    let error = fill(&store).await;
    let grown = std::process::Command::new("mount")
        .args(["-o", "remount,size=64m"])
        .arg(folder.path())
        .status()
        .is_ok_and(|status| status.success());
    let again = store.insert_node(&node(201)).await;
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(store.read()).await.unwrap();
    let kept = store.node(NodeId::from_bytes([200; 5])).await.unwrap();
    store.close().await;
    let unmounted = std::process::Command::new("umount").arg(folder.path()).status();
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert!(grown && unmounted.is_ok());
    again.expect("there is room again");
    assert_eq!(sound, "ok");
    assert!(kept.is_some(), "what was committed before is there");
}

/// Trap 3: with a plain BEGIN most of these fail at once with "database is locked".
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_tasks_that_read_and_then_write_all_commit() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    store.insert_site("counter", "0", WallMs(0)).await.unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    let mut tx = store.write().await.unwrap();
                    let count: i64 = sqlx::query_scalar("SELECT made_ms FROM sites WHERE name = 'counter'")
                        .fetch_one(&mut *tx)
                        .await
                        .unwrap();
                    sqlx::query("UPDATE sites SET made_ms = $1 WHERE name = 'counter'")
                        .bind(count + 1)
                        .execute(&mut *tx)
                        .await
                        .unwrap();
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let counter = store.site_by_name("counter").await.unwrap().unwrap();
    assert_eq!(counter.made, WallMs(200), "no update was lost");
    assert_eq!(store.pools.write.options().get_max_connections(), 1);
}

/// Trap 4: the log grows while a reader holds it, and must shrink again.
#[tokio::test]
async fn the_log_is_cut_back_after_a_reader_that_held_it() {
    let folder = Scratch::new();
    let path = folder.path().join(REGISTRY_FILE);
    let options = connect::options(&path).pragma("journal_size_limit", "100000");
    let pools = connect::open_with(&path, &MIGRATIONS, options).await.unwrap();
    let wal = || std::fs::metadata(path.with_extension("sqlite-wal")).map_or(0, |found| found.len());
    let write = async |name: String| {
        let mut tx = pools.begin().await.unwrap();
        super::sites::insert_site(&mut tx, &name, &"x".repeat(200_000), WallMs(0)).await.unwrap();
        tx.commit().await.unwrap();
    };
    let mut reader = pools.read.begin().await.unwrap();
    let _old: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sites").fetch_one(&mut *reader).await.unwrap();
    for number in 0..40 {
        write(format!("held {number}")).await;
    }
    let held = wal();
    reader.rollback().await.unwrap();
    for number in 0..3 {
        write(format!("free {number}")).await;
        sqlx::query("PRAGMA wal_checkpoint(RESTART)").execute(&pools.write).await.unwrap();
    }
    write("last".into()).await;
    assert!(held > 4_000_000, "the reader held the log: {held} bytes");
    assert!(wal() < 1_000_000, "the log was cut back: {} bytes", wal());
}

/// Trap 5.
#[tokio::test]
async fn the_sqlite_inside_has_the_fix_of_the_log_and_cannot_be_swapped_for_an_older_one() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    let found: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(store.read()).await.unwrap();
    let parts: Vec<u32> = found.split('.').map(|part| part.parse().unwrap()).collect();
    assert!((parts[0], parts[1], parts[2]) >= SQLITE_MIN, "{found}");
}

/// Trap 6: on every connection of both pools, not once.
#[tokio::test]
async fn every_connection_has_every_setting() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    let mut connections = vec![store.pools.write.acquire().await.unwrap()];
    for _ in 0..store.pools.read.options().get_max_connections() {
        connections.push(store.pools.read.acquire().await.unwrap());
    }
    assert_eq!(connections.len(), 5);
    for connection in &mut connections {
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut **connection).await.unwrap();
        assert_eq!(mode, "wal");
        assert_eq!(pragma(connection, "PRAGMA synchronous").await, 2, "2 is FULL");
        assert_eq!(pragma(connection, "PRAGMA foreign_keys").await, 1);
        assert_eq!(pragma(connection, "PRAGMA busy_timeout").await, 5_000);
        assert_eq!(pragma(connection, "PRAGMA cache_size").await, -8_192);
        assert_eq!(pragma(connection, "PRAGMA journal_size_limit").await, 64 << 20);
    }
}

/// Trap 8: pages wait 5 s at most, and their storm does not take the writer's connection.
#[tokio::test]
async fn readers_that_hold_every_connection_do_not_stop_a_write() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..store.pools.read.options().get_max_connections() {
        held.push(store.read().acquire().await.unwrap());
    }
    store.insert_node(&node(1)).await.expect("the writer has a pool of its own");
    for pool in [&store.pools.read, &store.pools.write] {
        assert_eq!(pool.options().get_acquire_timeout(), Duration::from_secs(5));
    }
    assert!(store.read().try_acquire().is_none());
}

/// Trap 9: a string that is put together at run time cannot become SQL unless somebody vouches for it.
#[test]
fn nobody_vouches_for_sql_that_was_put_together() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    let mut folders = vec![source.join("store"), source.join("history")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            seen += usize::from(text.contains("sqlx::query"));
            let vouched = ["Assert", "SqlSafe"].concat();
            assert!(!text.contains(&vouched), "{} vouches for SQL", path.display());
        }
    }
    assert!(seen > 5, "the files with SQL were found");
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_with_what_to_do() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'of the future', 1, x'00', 0)",
    )
    .execute(&store.pools.write)
    .await
    .unwrap();
    store.close().await;
    let error = Store::open(folder.path()).await.expect_err("newer");
    assert!(matches!(error, StoreError::Newer { migration: 9999, .. }), "{error:?}");
    let text = error.to_string();
    for part in [REGISTRY_FILE, "newer version", "restore the backup"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_migration_that_was_edited_is_refused() {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1")
        .execute(&store.pools.write)
        .await
        .unwrap();
    store.close().await;
    assert!(matches!(Store::open(folder.path()).await, Err(StoreError::Foreign { migration: 1, .. })));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    // Not even root makes a file in /proc.
    let error = Store::open(std::path::Path::new("/proc")).await.expect_err("not writable");
    assert!(matches!(error, StoreError::NotWritable { .. }), "{error:?}");
    assert!(error.to_string().contains("/proc") && error.to_string().contains("user"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_apart_from_a_full_disk() {
    let folder = Scratch::new();
    std::fs::write(folder.path().join(REGISTRY_FILE), vec![b'x'; 8_192]).unwrap();
    let error = Store::open(folder.path()).await.expect_err("no database");
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
}
