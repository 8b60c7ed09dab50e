//! Lists as people send them, and as nobody should: each is read, or refused in words that say what to do.

use std::io::{Cursor, Write};

use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{ItemId, LineId, ModelId};
use rust_xlsxwriter::{Format, Formula, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::columns::Purpose;
use super::header::{Again, Lines};
use super::judge::{Carriers, Draft, Given, Known, Models};
use super::report::{Finding, RowReport, Stop, What};
use super::*;

fn models() -> Models {
    let known = |id, maker: &str, name: &str, gtin: Option<&str>, must_carry: &[Kind]| Known {
        id: ModelId(id),
        maker: maker.into(),
        name: name.into(),
        gtin: gtin.map(str::to_owned),
        must_carry: must_carry.to_vec(),
    };
    Models::of(vec![
        known(1, "Maker", "Terminal 3", Some("04006381333931"), &[Kind::Kit, Kind::Serial]),
        known(2, "Maker", "Router", None, &[Kind::Imei]),
        known(3, "", "Cable", None, &[]),
        known(4, "Other", "Router", None, &[]),
    ])
}

const LINES: [Given; 3] = [
    Given { id: LineId(11), model: ModelId(1), quantity: 4, registered: 1 },
    Given { id: LineId(12), model: ModelId(2), quantity: 2, registered: 0 },
    Given { id: LineId(13), model: ModelId(3), quantity: 900, registered: 0 },
];

fn judged(bytes: &[u8], settings: &Settings, carriers: &Carriers) -> Result<Report, ReadError> {
    let progress = Progress::default();
    let mut grid = read(bytes, settings, &progress)?;
    let header = Header::find(&mut grid, settings, Purpose::PackingList);
    let draft = Draft::of(&grid, &header, settings, &models(), &progress)?;
    assert!(carriers.keys().all(|key| draft.keys().contains(key)), "what is registered is asked for");
    Ok(draft.judge((&grid, &header), settings, &models(), (&LINES, carriers)))
}

fn report(text: &str) -> Report {
    judged(text.as_bytes(), &Settings::default(), &Carriers::new()).expect("a list")
}

fn refused(bytes: &[u8]) -> ReadError {
    judged(bytes, &Settings::default(), &Carriers::new()).expect_err("refused")
}

fn row(report: &Report, number: u32) -> &RowReport {
    report.rows.iter().find(|row| row.row == number).expect("the row")
}

fn finding(column: u16, what: What) -> Finding {
    Finding { column: Some(column), what }
}

const MESSY: &str = "\
\u{feff}Gift House;;;;;\r\n\
Packing list 17 / Пакувальний лист;;;;;\r\n\
;;;;;\r\n\
№;Найменування;Kit No.;S/N;К-сть;Коробка\r\n\
1;Terminal 3;KIT 0000 0001;sn-1;1;A1\r\n\
2;maker  TERMINAL-3;kit00000002;'sn-2;1 шт.;\"A\r\n2\"\r\n\
;;;;;\r\n\
3;Terminal 3;KIT00000002;SN-3;;\r\n\
4;Terminal 9;KIT00000004;SN-4;;\r\n\
5;Terminal 3;;SN-5;;\r\n\
6;Terminal 3;KIT00000006;Default string;;\r\n\
7;Terminal 3;;;5;\r\n\
8;Cable;;;20;B\r\n\
№;Найменування;Kit No.;S/N;К-сть;Коробка\r\n\
Разом;;;;32;\r\n";

#[test]
fn a_messy_list_tells_every_rows_fate_by_row_and_cell() {
    let report = report(MESSY);
    assert_eq!(report.heading_row, 4);
    assert_eq!(row(&report, 5).fate, Fate::New);
    assert_eq!(row(&report, 6).fate, Fate::New, "{:?}", row(&report, 6));
    assert_eq!(row(&report, 7).fate, Fate::Blank);
    let wanted = [
        (8, Fate::Repeated, finding(2, What::Repeated(Kind::Kit, 6))),
        (9, Fate::UnknownModel, finding(1, What::UnknownModel("Terminal 9".into()))),
        (10, Fate::MissingIdentifier, Finding { column: None, what: What::Missing(Kind::Kit) }),
        (12, Fate::QuantityWithoutSerials, Finding { column: None, what: What::QuantityWithoutSerials(5) }),
    ];
    for (number, fate, finding) in wanted {
        let row = row(&report, number);
        assert_eq!((row.fate, row.findings.as_slice()), (fate, [finding].as_slice()), "row {number}");
    }
    assert!(matches!(
        row(&report, 11).findings.as_slice(),
        [Finding { column: Some(3), what: What::Wrong(_) }]
    ));
    assert_eq!((row(&report, 13).fate, row(&report, 13).items), (Fate::New, 20), "cables carry nothing");
    assert_eq!(
        (row(&report, 14).fate, row(&report, 15).fate),
        (Fate::Blank, Fate::Blank),
        "headings again, a sum"
    );
    assert_eq!(
        (report.items.len(), report.problems(), report.unknown.as_slice()),
        (22, 5, ["Terminal 9".to_owned()].as_slice())
    );
    assert_eq!(report.stop(), Some(Stop::Problems(5)));
    let made = report.items.first().expect("an item");
    assert_eq!(made.identifiers, [(Kind::Kit, "KIT00000001".to_owned()), (Kind::Serial, "SN-1".to_owned())]);
    assert_eq!(made.note, "carton A1");
    let examples: Vec<&str> = report.columns.iter().map(|column| column.example.as_str()).collect();
    assert_eq!(
        examples,
        ["1", "Terminal 3", "…0001", "sn-1", "1", "A1"],
        "a column of KIT numbers shows none"
    );
    let other = super::tests::report("thing,model\nKIT00000001,Cable\n");
    assert_eq!(
        other.columns.first().map(|column| column.example.as_str()),
        Some("…0001"),
        "however it is headed"
    );
    assert_eq!(row(&report, 5).shown, "…0001", "a KIT number is masked");
}

#[test]
fn a_wrong_check_digit_is_told_with_the_one_that_was_expected() {
    let report = report("IMEI,Model,EAN\n490154203237519,Maker Router,4006381333932\n");
    let texts: Vec<String> = report
        .rows
        .iter()
        .flat_map(|row| row.findings.iter())
        .map(|found| format!("{} {}", found.letters(), found.what.text()))
        .collect();
    assert_eq!(report.rows.first().map(|row| row.fate), Some(Fate::WrongIdentifier));
    assert!(texts.iter().any(|text| text.starts_with("A ") && text.contains("should be 8")), "{texts:?}");
    assert!(texts.iter().any(|text| text.starts_with("C ") && text.contains("should be 1")), "{texts:?}");
}

#[test]
fn what_is_registered_is_told_with_its_item_and_can_be_left_out() {
    let text = "model,kit,sn\nTerminal 3,KIT00000001,SN-1\nTerminal 3,KIT00000002,SN-2\n";
    let key = (Kind::Kit, "KIT00000001".to_owned(), 0);
    let carriers = Carriers::from([(key, (ItemId(7), "7K2M-9QXD".to_owned()))]);
    let stopped = judged(text.as_bytes(), &Settings::default(), &carriers).expect("a list");
    assert_eq!(row(&stopped, 2).fate, Fate::Registered);
    assert!(row(&stopped, 2).findings.iter().any(|found| found.what.text().contains("7K2M-9QXD")));
    let settings = Settings { registered: Again::LeftOut, ..Settings::default() };
    let left = judged(text.as_bytes(), &settings, &carriers).expect("a list");
    assert_eq!((row(&left, 2).fate, left.items.len(), left.stop()), (Fate::LeftOut, 1, None));
    assert_ne!(left.digest(), stopped.digest(), "a commit is held to what was shown");
}

#[test]
fn models_are_found_by_name_maker_gtin_alias_and_choice_and_never_by_luck() {
    let by = |text: &str, settings: &Settings| {
        judged(text.as_bytes(), settings, &Carriers::new()).expect("a list")
    };
    let none = Settings::default();
    assert_eq!(
        by("model,imei\nRouter,490154203237518\n", &none).rows.first().map(|row| row.fate),
        Some(Fate::UnknownModel),
        "two makers"
    );
    assert_eq!(by("maker,model,imei\nMaker,Router,490154203237518\n", &none).items.len(), 1);
    assert_eq!(by("gtin,kit,sn\n4006381333931,KIT00000001,SN-1\n", &none).items.len(), 1);
    let both = by("model,gtin,kit,sn\nCable,4006381333931,KIT00000001,SN-1\n", &none);
    assert!(both.rows.iter().any(|row| row.findings.iter().any(|found| found.what == What::OtherModel)));
    let alias = Settings { models: [("terminal MK3".to_owned(), ModelId(1))].into(), ..Settings::default() };
    assert_eq!(by("model,kit,sn\nTerminal Mk-3,KIT00000001,SN-1\n", &alias).items.len(), 1);
    let chosen = Settings { model: Some(ModelId(1)), ..Settings::default() };
    assert_eq!(by("kit,sn\nKIT00000001,SN-1\n", &chosen).items.len(), 1);
    assert_eq!(
        by("kit,sn\nKIT00000001,SN-1\n", &none).rows.first().map(|row| row.fate),
        Some(Fate::UnknownModel)
    );
    let other = "model,n\nRouter,1\n";
    let settings = Settings { models: [("Router".to_owned(), ModelId(4))].into(), ..Settings::default() };
    assert_eq!(by(other, &settings).rows.first().map(|row| row.fate), Some(Fate::NoLine));
    let added = Settings { lines: Lines::AreAdded, ..settings };
    assert_eq!(by(other, &added).models.first().map(|sum| (sum.new, sum.line)), Some((1, None)));
}

#[test]
fn a_list_of_one_column_and_one_without_known_headings_are_read_as_somebody_says() {
    let cables = Settings { model: Some(ModelId(4)), lines: Lines::AreAdded, ..Settings::default() };
    let one = judged(b"Serial\nSN-1\nSN-2\n", &cables, &Carriers::new()).expect("a list");
    assert_eq!(one.items.len(), 2);
    let none = report("alpha,beta\nTerminal 3,KIT00000001\n");
    assert_eq!((none.items.len(), none.stop()), (0, Some(Stop::Nothing)), "nothing is guessed");
    let columns = [("A".to_owned(), Field::Model), ("B".to_owned(), Field::Serial)].into();
    let said =
        Settings { columns, models: [("Terminal 3".to_owned(), ModelId(3))].into(), ..Settings::default() };
    assert_eq!(
        judged(b"alpha,beta\nTerminal 3,SN-1\n", &said, &Carriers::new()).expect("a list").items.len(),
        1
    );
    assert_eq!(report("model,kit,sn\n").stop(), Some(Stop::Nothing), "headings alone");
    let twice = report("sn,model,sn\nSN-1,Cable,SN-2\n");
    assert!(twice.notes.contains(&Note::HeadedAlike { heading: "sn".into(), first: 0, second: 2 }));
    assert_eq!(
        twice.items.first().map(|item| item.identifiers.clone()),
        Some(vec![(Kind::Serial, "SN-1".to_owned())])
    );
}

#[test]
fn names_and_remarks_go_in_unharmed() {
    let names = ["ґєії \"їжак\" O'Neil", "שלום עולם", "😀 e\u{301}", "ąęłż"];
    for name in names {
        let text = format!("model,name\nCable,\"{}\"\n", name.replace('"', "\"\""));
        assert_eq!(report(&text).items.first().map(|item| item.name.clone()).as_deref(), Some(name));
    }
}

/// What our own export writes is read back as it was, formulas' signs and all.
#[test]
fn what_an_export_defused_comes_back_as_it_was() {
    use crate::export::{Cell, Column, Table};
    let hostile = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "ґ😀e\u{301}\"", "שלום"];
    let rows =
        hostile.iter().map(|name| vec![Cell::Text("Cable".into()), Cell::Text((*name).to_owned())]).collect();
    let columns = vec![Column::plain("Model"), Column::plain("Name")];
    let table = Table {
        title: "t".into(),
        made_at: holdfast_protocol::time::WallMs(0),
        notes: Vec::new(),
        columns,
        rows,
    };
    for format in [crate::export::Format::Csv, crate::export::Format::Xlsx] {
        let bytes = table.write(format).expect("a file");
        let report = judged(&bytes, &Settings::default(), &Carriers::new()).expect("a list");
        let names: Vec<&str> = report.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, hostile, "{format:?}");
    }
}

fn workbook(fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn a_formula_is_taken_as_it_was_stored_and_never_calculated() {
    let bytes = workbook(|sheet| {
        for (at, text) in (0_u16..).zip(["Model", "Kit", "S/N", "Qty"]) {
            sheet.write_string(0, at, text).expect("written");
        }
        sheet
            .write_formula(1, 0, Formula::new("=\"Term\"&\"inal 3\"").set_result("Terminal 3"))
            .expect("written");
        sheet.write_string(1, 1, "KIT00000001").expect("written");
        sheet.write_formula(1, 2, Formula::new("=\"SN-\"&ROW()").set_result("SN-77")).expect("written");
        sheet.write_formula(1, 3, Formula::new("=1/0").set_result("#DIV/0!")).expect("written");
        sheet.merge_range(3, 0, 4, 1, "note", &Format::new()).expect("merged");
    });
    let report = judged(&bytes, &Settings::default(), &Carriers::new()).expect("a list");
    assert!(report.notes.contains(&Note::Formulas { cells: 3, row: 2, column: 0 }), "{:?}", report.notes);
    assert!(report.notes.contains(&Note::Merged { areas: 1, row: 4, column: 0 }), "{:?}", report.notes);
    let row = row(&report, 2);
    assert_ne!(row.fate, Fate::New, "an error is no number: {row:?}");
    assert_eq!(row.model, Some(ModelId(1)));
}

#[test]
fn numbers_keep_their_digits_or_are_told_to_have_lost_them() {
    let bytes = workbook(|sheet| {
        for (at, text) in (0_u16..).zip(["Model", "IMEI", "S/N"]) {
            sheet.write_string(0, at, text).expect("written");
        }
        sheet.write_string(1, 0, "Maker Router").expect("written");
        sheet.write_number(1, 1, 490_154_203_237_518.0).expect("written");
        sheet.write_number(1, 2, 41.0).expect("written");
        sheet.write_string(2, 0, "Maker Router").expect("written");
        sheet.write_number(2, 1, 8_938_003_990_000_000_000.0).expect("written");
    });
    let report = judged(&bytes, &Settings::default(), &Carriers::new()).expect("a list");
    let made = report.items.first().expect("an item");
    assert_eq!(
        made.identifiers,
        [(Kind::Imei, "490154203237518".to_owned()), (Kind::Serial, "41".to_owned())]
    );
    assert_eq!(row(&report, 3).fate, Fate::Unreadable);
    let shortened = super::tests::report("model,imei\nMaker Router,\"4,90154E+14\"\n");
    assert_eq!(shortened.rows.first().map(|row| row.fate), Some(Fate::Unreadable), "{:?}", shortened.rows);
}

#[test]
fn of_several_sheets_one_is_chosen_and_it_is_said() {
    let mut book = Workbook::new();
    for (name, model) in [("Cover", "-"), ("Список", "Cable")] {
        let sheet = book.add_worksheet().set_name(name).expect("named");
        sheet.write_string(0, 0, "Model").expect("written");
        sheet.write_string(1, 0, model).expect("written");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let settings = Settings { sheet: Some("Список".into()), ..Settings::default() };
    let report = judged(&bytes, &settings, &Carriers::new()).expect("a list");
    assert_eq!(report.items.len(), 1);
    let of = vec!["Cover".to_owned(), "Список".to_owned()];
    assert!(report.notes.contains(&Note::Sheets { chosen: "Список".into(), of: of.clone() }));
    let missing = Settings { sheet: Some("x".into()), ..Settings::default() };
    assert_eq!(judged(&bytes, &missing, &Carriers::new()).expect_err("refused"), ReadError::Sheet { of });
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("begun");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("an archive").into_inner()
}

#[test]
fn what_is_no_list_is_refused_in_its_own_words() {
    let good = workbook(|sheet| drop(sheet.write_string(0, 0, "Model")));
    for (bytes, wanted) in [
        (Vec::new(), ReadError::Empty),
        (b" \r\n\r\n ".to_vec(), ReadError::Empty),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old".to_vec(), ReadError::OldWorkbook),
        (b"%PDF-1.7".to_vec(), ReadError::Other { kind: "PDF" }),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), ReadError::NotText),
        (archive(&[("a.txt", b"x")]), ReadError::Other { kind: "zip archive" }),
        (archive(&[("word/document.xml", b"x")]), ReadError::Other { kind: "text document" }),
        (archive(&[("xl/workbook.xml", b"<x/>"), ("xl/vbaProject.bin", b"x")]), ReadError::Macros),
        (good.get(..good.len() / 2).expect("half").to_vec(), ReadError::Damaged),
        (archive(&[("xl/workbook.xml", b"<x/>")]), ReadError::Damaged),
        (vec![b'a'; UPLOAD_BYTES_MAX + 1], ReadError::Large),
    ] {
        assert_eq!(refused(&bytes), wanted);
    }
}

#[test]
fn a_bomb_is_found_before_anything_is_built_from_it() {
    let zeros = vec![b' '; 40 * 1024 * 1024];
    let bomb = archive(&[("xl/workbook.xml", b"<x/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    assert_eq!(refused(&bomb), ReadError::Bomb);
    let parts: Vec<(String, &[u8])> = (0..=PARTS_MAX).map(|at| (format!("{at}"), b"".as_slice())).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert_eq!(refused(&archive(&parts)), ReadError::Bomb);
}

/// Two cells in far corners would be a grid of 17 billion, were room made for all between them.
#[test]
fn cells_far_apart_cost_no_more_than_they_are() {
    let sheet = |cells: &str| {
        let body = format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1:XFD1048576\"/>\
             <sheetData>{cells}</sheetData></worksheet>"
        );
        let good = workbook(|sheet| drop(sheet.write_string(0, 0, "x")));
        let mut from = zip::ZipArchive::new(Cursor::new(good)).expect("an archive");
        let mut parts = Vec::new();
        for at in 0..from.len() {
            let mut part = from.by_index(at).expect("a part");
            let name = part.name().expect("a name").into_owned();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut part, &mut bytes).expect("read");
            if name.ends_with("sheet1.xml") {
                bytes = body.clone().into_bytes();
            }
            parts.push((name, bytes));
        }
        let parts: Vec<(&str, &[u8])> =
            parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        archive(&parts)
    };
    let inline = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let far = format!(
        "<row r=\"1\">{}</row><row r=\"1048576\">{}</row>",
        inline("A1", "Model"),
        inline("A1048576", "Cable")
    );
    let report = judged(&sheet(&far), &Settings::default(), &Carriers::new()).expect("a list");
    assert_eq!(report.rows.first().map(|row| (row.row, row.fate)), Some((1_048_576, Fate::New)));
    let wide = format!("<row r=\"1\">{}</row>", inline("XFD1", "Model"));
    assert_eq!(refused(&sheet(&wide)), ReadError::Columns { row: 1 });
    let back = format!("<row r=\"2\">{}</row><row r=\"1\">{}</row>", inline("A2", "a"), inline("A1", "b"));
    assert_eq!(refused(&sheet(&back)), ReadError::Order { row: 1 });
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&b;</t></is></c></row>";
    assert!(
        judged(&sheet(entities), &Settings::default(), &Carriers::new())
            .is_err_and(|error| error == ReadError::Damaged || error == ReadError::Empty)
    );
}

#[test]
fn two_hundred_thousand_rows_are_judged_and_more_are_refused() {
    let mut text = String::from("model,sn\n");
    for number in 1..ROWS_MAX {
        text.push_str(&format!("Cable,SN-{number}\n"));
    }
    let report = report(&text);
    assert_eq!(report.counts.get(&Fate::New).copied(), u32::try_from(ROWS_MAX - 1).ok());
    assert_eq!(report.stop(), Some(Stop::Many(ITEMS_MAX + 1)), "and no more of them is kept");
    text.push_str("Cable,SN-0\n");
    assert_eq!(refused(text.as_bytes()), ReadError::Rows);
}

#[test]
fn who_asks_to_stop_is_heard_and_progress_is_in_rows() {
    let progress = Progress::default();
    let mut grid = read(MESSY.as_bytes(), &Settings::default(), &progress).expect("a list");
    let header = Header::find(&mut grid, &Settings::default(), Purpose::PackingList);
    Draft::of(&grid, &header, &Settings::default(), &models(), &progress).expect("judged");
    assert_eq!(progress.figures(), (15, 15));
    progress.stop();
    assert_eq!(read(MESSY.as_bytes(), &Settings::default(), &progress), Err(ReadError::Stopped));
}

#[test]
fn a_providers_export_says_when_a_terminal_was_active() {
    let text = "Nickname,Kit Number,User Terminal ID,Last active,Data used (GB)\n\
                a,KIT00000001,ut01000000-00000000-0012ab34,2026-11-20T10:00:00Z,12.5\n\
                b,KIT00000002,,never,\nc,,,2026-11-20,1\n";
    let mut grid = read(text.as_bytes(), &Settings::default(), &Progress::default()).expect("a list");
    let header = Header::find(&mut grid, &Settings::default(), Purpose::Account);
    let said = provider::statements(&grid, &header, &Progress::default()).expect("statements");
    let figures: Vec<(u32, usize, Option<i64>, Option<u64>)> = said
        .iter()
        .map(|one| (one.row, one.carries.len(), one.last_active.map(|at| at.0), one.data_bytes))
        .collect();
    assert_eq!(
        figures,
        [
            (2, 2, Some(1_795_168_800_000), Some(12_500_000_000)),
            (3, 1, None, None),
            (4, 0, Some(1_795_132_800_000), Some(1_000_000_000))
        ]
    );
}
