//! The page of the dictionary is made from the dictionary; this test keeps it so.
//!
//! To write it anew: `HOLDFAST_WRITE_VECTORS=1 cargo test -p holdfast-protocol --test formats`.

use std::fmt::Write as _;
use std::path::PathBuf;

use holdfast_protocol::field::{DICTIONARY_VERSION, FIELDS, Kind, PerInstance};

#[test]
fn the_page_of_the_dictionary_says_what_the_dictionary_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/formats/dictionary.md");
    let page = page();
    if std::env::var_os("HOLDFAST_WRITE_VECTORS").is_some() {
        std::fs::write(&path, &page).expect("writing the page");
    }
    assert_eq!(std::fs::read_to_string(&path).expect("docs/formats/dictionary.md"), page);
}

fn page() -> String {
    let mut page = format!(
        "# Dictionary of readings, version {DICTIONARY_VERSION}\n\n\
         Made from `protocol/src/field.rs`; a test compares. Numbers are for ever. On the wire a reading is a whole number\n\
         of resolutions. Numbers from 32,768 on are for readings that other programs hand to an agent. A field of a later\n\
         version is kept and shown by its number.\n\n\
         | number | name | unit | kind | resolution | largest | one for each | source |\n|---|---|---|---|---|---|---|---|\n"
    );
    for field in FIELDS {
        let kind = match field.kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
            Kind::State => "state",
        };
        let per = match field.per {
            PerInstance::Node => "node",
            PerInstance::Mount => "mount point",
            PerInstance::Device => "block device",
            PerInstance::Interface => "network interface",
            PerInstance::Sensor => "sensor",
        };
        let (id, name, unit) = (field.id.0, field.name, field.unit.symbol());
        let (resolution, max, source) = (field.resolution, field.max, field.source);
        writeln!(page, "| {id} | `{name}` | {unit} | {kind} | {resolution} | {max} | {per} | {source} |")
            .expect("writing to a string");
    }
    page
}
