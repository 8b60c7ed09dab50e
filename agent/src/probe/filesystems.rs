//! Space on the machine's own file systems: which mounts of /proc/self/mountinfo count, and statvfs(3) of each.
//!
//! Enters: the file's text. Leaves: size, used (blocks − free, as `df`), available and inodes used of at most
//! [`MOUNTS_MAX`] mounts. Network and pseudo file systems are never asked, for statvfs on a dead server does not return; what
//! is left can still hang (a dying disk, an unanswered FUSE daemon), so the probe runs on its own thread. Each file system is
//! told once, by its shortest mount point: the sandbox and containers bind the same one to many places. A mount that another
//! one covers is left out, since statvfs would speak of the other.

use std::collections::BTreeMap;

use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;
use nix::sys::statvfs::statvfs;

use super::source::{ProbeError, Root};
use super::{Place, Plan, Probe, TIME_OUT_DEFAULT, put, real};

/// Most mounts that are reported. The shortest mount points stay: those are the ones a system cannot do without.
pub const MOUNTS_MAX: usize = 16;
/// File systems without a /dev source that hold data of this machine all the same.
const OWN_WITHOUT_DEVICE: [&str; 4] = ["zfs", "btrfs", "bcachefs", "ubifs"];
/// File systems on a device that cannot fill up: images, always 100 % used.
const READ_ONLY_KINDS: [&str; 4] = ["squashfs", "iso9660", "erofs", "udf"];

/// The probe.
#[derive(Debug)]
pub struct FileSystemProbe {
    root: Root,
}

/// A mount that is reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mount {
    /// Where, with the kernel's escapes undone.
    pub point: String,
    /// Which file system: the kernel's device number as text.
    pub device: String,
}

impl FileSystemProbe {
    /// A probe of the machine below `root`.
    #[must_use]
    pub const fn new(root: Root) -> Self {
        Self { root }
    }
}

impl Probe for FileSystemProbe {
    fn name(&self) -> &'static str {
        "filesystems"
    }

    fn plan(&self) -> Plan {
        Plan { every: std::time::Duration::ZERO, time_out: TIME_OUT_DEFAULT, place: Place::Thread }
    }

    fn read(&mut self, _now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let text = self.root.text("proc/self/mountinfo")?;
        let mut failure = None;
        for mount in reported(&text) {
            if let Err(error) = read_mount(&mount.point, frame) {
                failure
                    .get_or_insert_with(|| ProbeError::Other(format!("statvfs of {}: {error}", mount.point)));
            }
        }
        failure.map_or(Ok(()), Err)
    }
}

fn read_mount(point: &str, frame: &mut Frame) -> Result<(), nix::Error> {
    let space = match statvfs(point) {
        Ok(space) => space,
        // Unmounted meanwhile, or below a folder that the sandbox hides: not this machine's trouble.
        Err(nix::Error::ENOENT | nix::Error::EACCES) => return Ok(()),
        Err(error) => return Err(error),
    };
    let block = space.fragment_size();
    let bytes = |blocks: u64| real(blocks.saturating_mul(block));
    put(frame, field::DISK_SIZE, point, bytes(space.blocks()));
    put(frame, field::DISK_USED, point, bytes(space.blocks().saturating_sub(space.blocks_free())));
    put(frame, field::DISK_AVAILABLE, point, bytes(space.blocks_available()));
    // btrfs and others have no fixed number of inodes and say 0.
    if space.files() > 0 {
        let used = space.files().saturating_sub(space.files_free());
        put(frame, field::DISK_INODES_USED, point, real(used) * 100.0 / real(space.files()));
    }
    Ok(())
}

/// The mounts of /proc/self/mountinfo (proc(5)) that are reported; lines of another shape are passed over.
#[must_use]
pub fn reported(text: &str) -> Vec<Mount> {
    // The last mount on a point is the one that is seen there.
    let mut seen = BTreeMap::<&str, Option<&str>>::new();
    for line in text.lines() {
        let Some((mount, source)) = line.split_once(" - ") else { continue };
        let mut mount = mount.split_ascii_whitespace().skip(2);
        let (Some(device), Some(point)) = (mount.next(), mount.nth(1)) else { continue };
        let mut source = source.split_ascii_whitespace();
        let (Some(kind), Some(from)) = (source.next(), source.next()) else { continue };
        seen.insert(point, is_own(kind, from, point).then_some(device));
    }
    let mut by_device = BTreeMap::<&str, &str>::new();
    for (point, device) in seen {
        let Some(device) = device else { continue };
        let shortest = by_device.entry(device).or_insert(point);
        if point.len() < shortest.len() {
            *shortest = point;
        }
    }
    let mut mounts: Vec<Mount> = by_device
        .into_iter()
        .map(|(device, point)| Mount { point: unescape(point), device: device.to_owned() })
        .collect();
    mounts.sort_by(|a, b| (a.point.len(), &a.point).cmp(&(b.point.len(), &b.point)));
    mounts.truncate(MOUNTS_MAX);
    mounts
}

fn is_own(kind: &str, from: &str, point: &str) -> bool {
    let on_device =
        from.starts_with("/dev/") && !from.starts_with("/dev/loop") && !from.starts_with("/dev/ram");
    let local = (on_device && !READ_ONLY_KINDS.contains(&kind)) || OWN_WITHOUT_DEVICE.contains(&kind);
    // The root counts whatever it is: overlay in a container, tmpfs on a machine that boots into memory. A root over the
    // network is left out like any other.
    let root = point == "/" && matches!(kind, "overlay" | "tmpfs" | "rootfs" | "ramfs");
    // `systemd` binds its stand-ins for hidden folders from below /run.
    (local || root)
        && !point.starts_with("/run/")
        && !point.starts_with("/proc/")
        && !point.starts_with("/sys/")
        && !point.starts_with("/dev/")
}

/// Undoes the kernel's octal escapes: `\040` is a space.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = (*first == b'\\').then(|| after.split_at_checked(3)).flatten();
        let value =
            escape.and_then(|(digits, _)| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match (value, escape) {
            (Some(value), Some((_, behind))) => {
                bytes.push(value);
                rest = behind;
            }
            (Some(_) | None, Some(_) | None) => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::source;

    const MOUNTINFO: &str = include_str!("../../test-data/proc/self/mountinfo");

    #[test]
    fn recorded_mounts_leave_own_file_systems_once_each() {
        let points: Vec<String> = reported(MOUNTINFO).into_iter().map(|mount| mount.point).collect();
        assert_eq!(points, ["/", "/boot", "/tank", "/srv/data disk"]);
    }

    #[test]
    fn network_file_systems_are_never_asked() {
        for kind in ["nfs", "nfs4", "cifs", "fuse.sshfs", "ceph", "9p", "autofs", "fuse.glusterfs"] {
            let line = format!(
                "40 1 0:50 / /mnt/far rw - {kind} server:/export rw\n41 1 0:51 / / rw - {kind} s:/ rw\n"
            );
            assert_eq!(reported(&line), [], "{kind}");
        }
    }

    #[test]
    fn a_mount_that_another_covers_is_left_out() {
        let text = "40 1 8:1 / /home rw - ext4 /dev/sda1 rw\n41 1 0:30 / /home ro - tmpfs tmpfs ro\n";
        assert_eq!(reported(text), []);
    }

    #[test]
    fn a_flood_of_mounts_is_bounded_and_hostile_lines_are_passed_over() {
        let mut text = String::from(" - \n1 2 3 - ext4\n- - - - -\n\\0 \\ \\9 x - y z\n");
        for number in 0..1_000 {
            text.push_str(&format!("{number} 1 9:{number} / /m{number:04} rw - ext4 /dev/sd{number} rw\n"));
        }
        assert_eq!(reported(&text).len(), MOUNTS_MAX);
        assert_eq!(unescape("a\\040b\\"), "a b\\");
        assert_eq!(unescape("\\999\\04"), "\\999\\04");
    }

    #[test]
    fn the_running_machines_disks_agree_with_df() {
        let mut frame = Frame::new(BootMs(0));
        FileSystemProbe::new(Root::machine()).read(BootMs(0), &mut frame).expect("a Linux machine");
        let output =
            std::process::Command::new("df").args(["-B1", "--output=size,used,avail,target"]).output();
        let text = String::from_utf8(output.expect("df runs").stdout).expect("text");
        let mut compared = 0;
        for line in text.lines().skip(1) {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            let [size, used, available, point] = words.as_slice() else { continue };
            for (id, shown) in
                [(field::DISK_SIZE, size), (field::DISK_USED, used), (field::DISK_AVAILABLE, available)]
            {
                let column = holdfast_protocol::frame::Column::of(id, point);
                let Some(steps) = frame.readings.get(&column) else { continue };
                let (read, shown) =
                    (field::by_id(id).expect("there").value(*steps), shown.parse::<f64>().expect("a number"));
                // A build may write meanwhile: 256 MiB or a hundredth.
                assert!(
                    (read - shown).abs() <= (shown * 0.01).max(268_435_456.0),
                    "{point}: {read} and {shown}"
                );
                compared += 1;
            }
        }
        assert!(compared >= 3, "df and the probe share no mount:\n{text}{frame:?}");
    }

    #[test]
    fn the_probe_reads_the_recorded_table_without_asking_far_servers() {
        // None of the recorded points but / exists here; the probe passes over those.
        let mut frame = Frame::new(BootMs(0));
        let _maybe = FileSystemProbe::new(source::recorded()).read(BootMs(0), &mut frame);
        assert!(frame.readings.keys().all(|column| &*column.instance != "/mnt/share"));
    }
}
