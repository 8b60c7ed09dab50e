//! The machine of a simulated node, as far as its serials go: the files that an agent reads of a real one, made up.
//!
//! Enters: the node's folder and seed. Leaves: a folder that stands for `/`, the same for the same seed.

use std::io;
use std::path::{Path, PathBuf};

/// Makes the files below `data`; answers the folder that stands for `/`.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn make(data: &Path, seed: u64) -> io::Result<PathBuf> {
    let root = data.join("machine");
    let address = format!("52:54:00:{:02x}:{:02x}:{:02x}", seed >> 16 & 0xff, seed >> 8 & 0xff, seed & 0xff);
    for (path, text) in [
        ("sys/class/dmi/id/product_name", "Simulated server".to_owned()),
        ("sys/class/dmi/id/product_serial", format!("SIM-{seed:06}")),
        ("sys/class/dmi/id/product_uuid", format!("5f3c1a00-0000-4000-8000-{seed:012x}")),
        ("sys/class/dmi/id/board_serial", "To be filled by O.E.M.".to_owned()),
        ("sys/block/nvme0n1/device/model", "Simulated disk".to_owned()),
        ("sys/block/nvme0n1/device/serial", format!("SIMDISK{seed:08}")),
        ("sys/class/net/eth0/device/vendor", "0x0000".to_owned()),
        ("sys/class/net/eth0/addr_assign_type", "0".to_owned()),
        ("sys/class/net/eth0/address", address),
    ] {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&root))?;
        std::fs::write(path, text + "\n")?;
    }
    Ok(root)
}
