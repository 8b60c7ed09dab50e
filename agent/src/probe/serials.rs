//! Serials that the machine shows of itself: SMBIOS, disks, network hardware. What a `statement` is made of.
//!
//! Enters: `/sys`, and udev's data in `/run/udev`, as files below a root. Leaves: at most `CLAIMS_MAX` claims, in one order
//! for one machine. What is there and may not be read is claimed as that, a maker's placeholder as no serial, and what does
//! not exist is not claimed. Asks no device and runs no program: everything read here lies in the kernel's or udev's memory.

use std::io;

use holdfast_protocol::identifier::is_placeholder;
use holdfast_protocol::statement::{CLAIMS_MAX, Claim, Seen, Source};

use super::source::{ProbeError, Root};

/// Block devices without hardware of their own begin like this.
const NO_HARDWARE: [&str; 9] = ["loop", "ram", "zram", "sr", "fd", "nbd", "dm-", "md", "drbd"];
/// SMBIOS UUIDs that boards carry by the thousand.
const SHARED_UUIDS: [&str; 2] =
    ["03000200-0400-0500-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc"];
/// `addr_assign_type` of an address that is the hardware's own (kernel: NET_ADDR_PERM).
const PERMANENT: &str = "0";
/// Bytes before the serial in a SCSI page 80h: type, page, length.
const PAGE_HEAD_BYTES: usize = 4;

/// Reads all of them.
#[must_use]
pub fn observe(root: &Root) -> Vec<Claim> {
    let mut claims = smbios(root);
    claims.extend(names(root, "sys/block").iter().filter_map(|name| disk(root, name)));
    claims.extend(names(root, "sys/class/net").iter().filter_map(|name| interface(root, name)));
    claims.truncate(CLAIMS_MAX);
    claims
}

fn smbios(root: &Root) -> Vec<Claim> {
    let file = |name: &str| format!("sys/class/dmi/id/{name}");
    let claim = |source, serial: &str, detail: &str| {
        let seen = seen(root, &file(serial))?;
        let detail = text(root, &file(detail)).ok().flatten().unwrap_or_default();
        Some(Claim { source, part: String::new(), seen, detail })
    };
    [
        claim(Source::System, "product_serial", "product_name"),
        claim(Source::SystemUuid, "product_uuid", ""),
        claim(Source::Board, "board_serial", "board_name"),
        claim(Source::Chassis, "chassis_serial", ""),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn disk(root: &Root, name: &str) -> Option<Claim> {
    let folder = format!("sys/block/{name}");
    if NO_HARDWARE.iter().any(|prefix| name.starts_with(prefix))
        || !root.path(&folder).join("device").exists()
    {
        return None;
    }
    // NVMe and MMC, virtio, udev's own reading, the page that SCSI and SATA disks answer with.
    let sources = [format!("{folder}/device/serial"), format!("{folder}/serial")];
    let found = sources.iter().filter_map(|path| seen(root, path));
    let device = text(root, &format!("{folder}/dev")).ok().flatten();
    let udev =
        device.and_then(|device| property(root, &format!("run/udev/data/b{device}"), "ID_SERIAL_SHORT"));
    let found = found.chain(udev.map(judge)).chain(page_80(root, &format!("{folder}/device/vpd_pg80")));
    let seen = best(found);
    let detail = text(root, &format!("{folder}/device/model")).ok().flatten().unwrap_or_default();
    Some(Claim { source: Source::Disk, part: name.to_owned(), seen, detail })
}

/// Interfaces without a device behind them (bridges, tunnels, containers) have addresses made up by software.
fn interface(root: &Root, name: &str) -> Option<Claim> {
    let folder = format!("sys/class/net/{name}");
    let device = root.path(&folder).join("device");
    if !device.exists() {
        return None;
    }
    let driver = std::fs::read_link(device.join("driver")).ok();
    let detail = driver.and_then(|path| path.file_name()?.to_str().map(str::to_owned)).unwrap_or_default();
    let own = text(root, &format!("{folder}/addr_assign_type"))
        .ok()
        .flatten()
        .is_some_and(|kind| kind == PERMANENT);
    let seen = if own {
        seen(root, &format!("{folder}/address")).map_or(Seen::NotReadable, address)
    } else {
        // Somebody gave it another address. udev keeps a name made of the one it found first.
        let index = text(root, &format!("{folder}/ifindex")).ok().flatten();
        let named =
            index.and_then(|index| property(root, &format!("run/udev/data/n{index}"), "ID_NET_NAME_MAC"));
        named.and_then(|name| from_name(&name)).map_or(Seen::NotReadable, judge)
    };
    Some(Claim { source: Source::Interface, part: name.to_owned(), seen, detail })
}

/// InfiniBand and others have longer addresses, which are no MAC.
fn address(seen: Seen) -> Seen {
    match seen {
        Seen::Serial(text) if text.len() != 17 => Seen::NoSerial,
        Seen::Serial(_) | Seen::NotReadable | Seen::NoSerial => seen,
    }
}

/// `enx525400123456` is `52:54:00:12:34:56`.
fn from_name(name: &str) -> Option<String> {
    let digits = name.get(3..).filter(|digits| digits.len() == 12)?;
    let pairs: Option<Vec<&str>> = (0..6).map(|pair| digits.get(pair * 2..pair * 2 + 2)).collect();
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| pairs.map(|pairs| pairs.join(":")))?
}

/// A serial wins over a refusal, that over a placeholder; nothing at all is no serial.
fn best(found: impl Iterator<Item = Seen>) -> Seen {
    let rank = |seen: &Seen| match seen {
        Seen::Serial(_) => 0,
        Seen::NotReadable => 1,
        Seen::NoSerial => 2,
    };
    found.min_by_key(rank).unwrap_or(Seen::NoSerial)
}

fn seen(root: &Root, path: &str) -> Option<Seen> {
    match text(root, path) {
        Ok(Some(text)) => Some(judge(text)),
        Ok(None) => None,
        Err(()) => Some(Seen::NotReadable),
    }
}

fn judge(text: String) -> Seen {
    let folded = text.to_ascii_lowercase();
    let zero_address = folded.bytes().all(|byte| matches!(byte, b'0' | b':'));
    let broadcast = folded.bytes().all(|byte| matches!(byte, b'f' | b':'));
    if zero_address || broadcast || is_placeholder(&text) || SHARED_UUIDS.contains(&folded.as_str()) {
        Seen::NoSerial
    } else {
        Seen::Serial(text)
    }
}

/// A file's one line without control characters and spaces around it; `None` where there is no such file, an error where it
/// may not be read.
fn text(root: &Root, path: &str) -> Result<Option<String>, ()> {
    match root.text(path) {
        Ok(text) => {
            let text: String = text.chars().filter(|c| !c.is_control()).collect();
            Ok(Some(text.trim().to_owned()))
        }
        Err(ProbeError::Read { source, .. }) if is_absent(&source) => Ok(None),
        Err(_) => Err(()),
    }
}

fn is_absent(error: &io::Error) -> bool {
    // ENODEV, ENXIO: the file is there for a device that does not have this.
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory
    ) || matches!(error.raw_os_error(), Some(6 | 19))
}

/// A property in udev's data of a device: a line `E:KEY=value`.
fn property(root: &Root, path: &str, key: &str) -> Option<String> {
    let text = root.text(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("E:")?.strip_prefix(key)?.strip_prefix('='));
    line.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn page_80(root: &Root, path: &str) -> Option<Seen> {
    match std::fs::read(root.path(path)) {
        Ok(bytes) => {
            let serial = String::from_utf8_lossy(bytes.get(PAGE_HEAD_BYTES..)?).into_owned();
            Some(judge(serial.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()))
        }
        Err(error) if is_absent(&error) => None,
        Err(_) => Some(Seen::NotReadable),
    }
}

/// Names in a folder, sorted: the kernel's order changes with each boot.
fn names(root: &Root, folder: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(root.path(folder)) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::*;
    use crate::testing::Folder;

    fn put(folder: &Folder, path: &str, text: impl AsRef<[u8]>) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn read(folder: &Folder) -> Vec<(Source, String, Seen, String)> {
        let claims = observe(&Root::recorded(folder.path()));
        claims.into_iter().map(|claim| (claim.source, claim.part, claim.seen, claim.detail)).collect()
    }

    fn serial(text: &str) -> Seen {
        Seen::Serial(text.to_owned())
    }

    #[test]
    fn what_a_machine_shows_of_itself_is_claimed_and_placeholders_are_no_serials() {
        let folder = Folder::new("serials");
        put(&folder, "sys/class/dmi/id/product_serial", " SN-77 \n");
        put(&folder, "sys/class/dmi/id/product_name", "Field server\n");
        put(&folder, "sys/class/dmi/id/product_uuid", "03000200-0400-0500-0006-000700080009\n");
        put(&folder, "sys/class/dmi/id/board_serial", "To be filled by O.E.M.\n");
        put(&folder, "sys/class/dmi/id/chassis_serial", "FFFFFFFF\n");
        put(&folder, "sys/block/nvme0n1/device/serial", "S4EVNX0R123456     \n");
        put(&folder, "sys/block/nvme0n1/device/model", "Model 980\n");
        put(&folder, "sys/block/loop0/device/serial", "no hardware\n");
        put(&folder, "sys/block/sda/device/vpd_pg80", b"\0\x80\0\x08WD-1234 ");
        put(&folder, "sys/block/sdb/device/model", "stick\n");
        put(&folder, "sys/block/sdb/dev", "8:16\n");
        put(
            &folder,
            "run/udev/data/b8:16",
            "S:disk/by-id/x\nE:ID_SERIAL_SHORT=AA04012\nE:ID_SERIAL=x_AA04012\n",
        );
        put(&folder, "sys/block/vda/device/vendor", "0x1af4\n");
        let none = String::new;
        let wanted = [
            (Source::System, none(), serial("SN-77"), "Field server".to_owned()),
            (Source::SystemUuid, none(), Seen::NoSerial, none()),
            (Source::Board, none(), Seen::NoSerial, none()),
            (Source::Chassis, none(), Seen::NoSerial, none()),
            (Source::Disk, "nvme0n1".to_owned(), serial("S4EVNX0R123456"), "Model 980".to_owned()),
            (Source::Disk, "sda".to_owned(), serial("WD-1234"), none()),
            (Source::Disk, "sdb".to_owned(), serial("AA04012"), "stick".to_owned()),
            (Source::Disk, "vda".to_owned(), Seen::NoSerial, none()),
        ];
        assert_eq!(read(&folder), wanted);
    }

    #[test]
    fn only_an_interfaces_own_address_is_claimed() {
        let folder = Folder::new("addresses");
        for (name, kind, address) in [
            ("eth0", "0\n", "52:54:00:12:34:56\n"),
            ("eth1", "3\n", "02:00:00:00:00:01\n"),
            ("eth2", "1\n", "02:00:00:00:00:02\n"),
            ("eth3", "0\n", "00:00:00:00:00:00\n"),
        ] {
            put(&folder, &format!("sys/class/net/{name}/device/vendor"), "0x8086\n");
            put(&folder, &format!("sys/class/net/{name}/addr_assign_type"), kind);
            put(&folder, &format!("sys/class/net/{name}/address"), address);
        }
        put(&folder, "sys/class/net/docker0/address", "02:42:ac:11:00:01\n");
        put(&folder, "sys/class/net/eth1/ifindex", "3\n");
        put(&folder, "run/udev/data/n3", "E:ID_NET_NAME_MAC=enx3cecef0000aa\n");
        std::os::unix::fs::symlink("../drivers/igc", folder.path().join("sys/class/net/eth0/device/driver"))
            .expect("linked");
        let wanted = [
            (Source::Interface, "eth0".to_owned(), serial("52:54:00:12:34:56"), "igc".to_owned()),
            (Source::Interface, "eth1".to_owned(), serial("3c:ec:ef:00:00:aa"), String::new()),
            (Source::Interface, "eth2".to_owned(), Seen::NotReadable, String::new()),
            (Source::Interface, "eth3".to_owned(), Seen::NoSerial, String::new()),
        ];
        assert_eq!(read(&folder), wanted);
    }

    #[test]
    fn what_may_not_be_read_is_claimed_as_that_and_never_as_absent() {
        // root may read everything: a link that leads in a circle is refused to root as well.
        let folder = Folder::new("refused");
        put(&folder, "sys/class/dmi/id/product_serial", "SN-77\n");
        let path = folder.path().join("sys/class/dmi/id/board_serial");
        std::os::unix::fs::symlink(&path, &path).expect("linked");
        assert_eq!(
            read(&folder).into_iter().map(|(source, _, seen, _)| (source, seen)).collect::<Vec<_>>(),
            [(Source::System, serial("SN-77")), (Source::Board, Seen::NotReadable)]
        );
        let path = folder.path().join("sys/class/dmi/id/product_serial");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("set");
        if std::fs::read(&path).is_err() {
            assert_eq!(read(&folder).first().map(|claim| claim.2.clone()), Some(Seen::NotReadable));
        }
    }

    #[test]
    fn a_machine_without_end_stays_within_the_format_and_one_that_shows_nothing_claims_nothing() {
        let folder = Folder::new("many");
        for number in 0..CLAIMS_MAX + 9 {
            put(&folder, &format!("sys/block/sd{number:03}/device/serial"), "X1");
        }
        assert_eq!(read(&folder).len(), CLAIMS_MAX);
        assert_eq!(observe(&Root::recorded(Path::new("/nonexistent"))), Vec::new());
    }

    #[test]
    fn this_machine_can_be_read() {
        let claims = observe(&Root::machine());
        assert!(claims.iter().all(|claim| claim.source.word().is_some()), "{claims:?}");
    }
}
