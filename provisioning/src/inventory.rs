//! The serials that a machine shows of itself, for the enrolment request.
//!
//! Enters: `/sys`, read as text. Leaves: at most 64 serials of at most 64 bytes. What cannot be read (most serials need
//! root) or is a maker's placeholder is left out: an inventory is help for people, never proof.

use std::fs;
use std::path::Path;

use holdfast_protocol::enrolment::{ObservedSerial, SERIAL_BYTES_MAX, SERIALS_MAX};

/// What makers write where a serial should be, lower case.
const PLACEHOLDERS: [&str; 8] = [
    "none",
    "default string",
    "not specified",
    "not applicable",
    "to be filled by o.e.m.",
    "system serial number",
    "0",
    "0123456789",
];

/// Reads the serials under `sys`, which is `/sys` on a machine.
#[must_use]
pub fn serials(sys: &Path) -> Vec<ObservedSerial> {
    let mut found = Vec::new();
    let mut add = |kind: &str, part: &str, path: &Path| {
        if let Some(serial) = serial_at(path) {
            found.push(ObservedSerial { kind: kind.to_owned(), part: cut(part), serial });
        }
    };
    let dmi = sys.join("class/dmi/id");
    add("system", "", &dmi.join("product_serial"));
    add("board", "", &dmi.join("board_serial"));
    for disk in entries(&sys.join("block")) {
        let device = sys.join("block").join(&disk).join("device");
        let serial =
            ["serial", "vpd_pg80", "wwid"].iter().map(|file| device.join(file)).find(|path| path.exists());
        if let Some(path) = serial {
            add("disk", &disk, &path);
        }
    }
    for interface in entries(&sys.join("class/net")) {
        let folder = sys.join("class/net").join(&interface);
        // Interfaces without a device behind them (bridges, tunnels, containers) have addresses made up by software.
        if folder.join("device").exists() {
            add("interface", &interface, &folder.join("address"));
        }
    }
    found.truncate(SERIALS_MAX);
    found
}

fn serial_at(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let text: String = String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control()).collect();
    let text = text.trim();
    let folded = text.to_lowercase();
    let repeated = text.chars().all(|c| matches!(c, '0' | ':' | '-' | ' '));
    if text.is_empty() || repeated || PLACEHOLDERS.contains(&folded.as_str()) {
        return None;
    }
    Some(cut(text))
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(SERIAL_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

fn entries(folder: &Path) -> Vec<String> {
    let Ok(listed) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        listed.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn put(sys: &Path, path: &str, text: &str) {
        let path = sys.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    #[test]
    fn serials_of_board_disk_and_interface_are_found_and_placeholders_are_not() {
        let scratch = Scratch::new();
        let sys = scratch.path();
        put(sys, "class/dmi/id/product_serial", "To Be Filled By O.E.M.\n");
        put(sys, "class/dmi/id/board_serial", " SN-77 \n");
        put(sys, "block/nvme0n1/device/serial", "S4EVNX0R123456     \n");
        put(sys, "block/loop0/size", "8\n");
        put(sys, "class/net/eth0/device/vendor", "0x8086\n");
        put(sys, "class/net/eth0/address", "52:54:00:12:34:56\n");
        put(sys, "class/net/lo/address", "00:00:00:00:00:00\n");
        put(sys, "class/net/docker0/address", "02:42:ac:11:00:01\n");
        let found: Vec<(String, String, String)> =
            serials(sys).into_iter().map(|seen| (seen.kind, seen.part, seen.serial)).collect();
        let wanted = [
            ("board", "", "SN-77"),
            ("disk", "nvme0n1", "S4EVNX0R123456"),
            ("interface", "eth0", "52:54:00:12:34:56"),
        ];
        assert_eq!(found, wanted.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
    }

    #[test]
    fn a_machine_with_too_many_and_too_long_serials_stays_within_the_request() {
        let scratch = Scratch::new();
        for number in 0..SERIALS_MAX + 9 {
            put(scratch.path(), &format!("block/sd{number:03}/device/serial"), &"ї".repeat(70));
        }
        let found = serials(scratch.path());
        assert_eq!(found.len(), SERIALS_MAX);
        assert!(found.iter().all(|seen| seen.serial.len() <= SERIAL_BYTES_MAX && !seen.serial.is_empty()));
    }

    #[test]
    fn a_machine_that_shows_nothing_has_no_serials() {
        assert_eq!(serials(Path::new("/nonexistent")), Vec::new());
    }
}
