//! Packing lists: any bytes give a list or a refusal; a list stays within its limits, and what it would make reads the same
//! when it is written as CSV and read again.

use holdfast_controller::import::columns::Purpose;
use holdfast_controller::import::judge::{Carriers, Draft, Known, Models};
use holdfast_controller::import::{
    CELL_CHARACTERS_MAX, COLUMNS_MAX, FINDINGS_MAX, Header, ITEMS_MAX, Progress, Settings, provider, read,
};
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::ModelId;

pub(crate) fn run(bytes: &[u8]) {
    if let Some(parts) = holdfast_controller::web::multipart::parts("multipart/form-data; boundary=x7", bytes)
    {
        assert!(parts.file.is_none_or(|(_, file)| file.len() < bytes.len()));
    }
    let (settings, progress) = (Settings::default(), Progress::default());
    let Ok(mut grid) = read(bytes, &settings, &progress) else { return };
    assert!(grid.width() <= COLUMNS_MAX && !grid.is_empty());
    let mut before = 0;
    for row in grid.rows() {
        assert!(row.number > before, "rows rise");
        before = row.number;
        assert!(row.cells().all(|(_, text)| text.chars().count() <= CELL_CHARACTERS_MAX));
    }
    if before.is_multiple_of(7) {
        let header = Header::find(&mut grid, &settings, Purpose::Account);
        provider::statements(&grid, &header, &progress).expect("nobody stops it");
        return;
    }
    let header = Header::find(&mut grid, &settings, Purpose::PackingList);
    let known = |id, name: &str, must_carry: &[Kind]| Known {
        id: ModelId(id),
        maker: "Maker".into(),
        name: name.into(),
        gtin: None,
        must_carry: must_carry.to_vec(),
    };
    let models = Models::of(vec![known(1, "Terminal", &[Kind::Kit]), known(2, "Cable", &[])]);
    let draft = Draft::of(&grid, &header, &settings, &models, &progress).expect("nobody stops it");
    let report = draft.judge((&grid, &header), &settings, &models, (&[], &Carriers::new()));
    let rows = usize::try_from(report.counts.values().sum::<u32>()).unwrap_or(usize::MAX);
    assert_eq!(rows, report.rows.len(), "every row has one fate");
    assert!(report.items.len() <= ITEMS_MAX + 1);
    assert!(report.rows.iter().all(|row| row.findings.len() <= FINDINGS_MAX));
    for (kind, value) in report.items.iter().flat_map(|item| &item.identifiers) {
        assert_eq!(kind.parse(value).as_ref(), Ok(value), "identifiers are in their one form");
    }
}
