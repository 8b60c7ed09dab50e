//! What is altered, taken out, put in or cut off is found; what is whole is not suspected.

use super::*;

fn entry(number: u64, reason: &str) -> Entry {
    Entry {
        number,
        at_ms: 1_795_528_931_000 + i64::try_from(number).expect("small"),
        person: Some(number % 3).filter(|person| *person > 0),
        action: "person_lock".into(),
        thing: format!("person {number}"),
        result: "done".into(),
        reason: reason.into(),
        previous: None,
    }
}

/// A log of which the first two entries were written before there was a chain.
fn log(count: u64) -> (Vec<Entry>, Head) {
    let (mut head, mut entries) = (Head::genesis(), Vec::new());
    for number in 1..=count {
        let previous = (number > 2).then_some(head.sha256);
        let entry = Entry { previous, ..entry(number, "telephone lost") };
        head = head.then(&entry);
        entries.push(entry);
    }
    (entries, head)
}

fn walked(entries: &[Entry], known: Vec<Head>) -> Result<Ended, Fault> {
    let mut walk = Walk::new(known);
    entries.iter().try_for_each(|entry| walk.step(entry))?;
    walk.end()
}

#[test]
fn the_hash_is_the_one_of_the_format_page() {
    assert_eq!(
        hex(&Head::genesis().sha256.0),
        "b02de7fe91f70faef4d0410ddc594cc74db3863a5961773b89c55ebc54afeb02"
    );
    let first = Entry {
        number: 1,
        at_ms: 1_795_528_931_000,
        person: None,
        action: "sign_in".into(),
        thing: String::new(),
        result: "refused".into(),
        reason: "wrong name or password".into(),
        previous: None,
    };
    assert_eq!(
        hex(&Head::genesis().then(&first).sha256.0),
        "a43d439e0d3e09c07b6268ce145e3096230ae1fdfdb0ecd15aff7c64a1306f69"
    );
    let second = Entry {
        number: 2,
        at_ms: 1_795_528_931_500,
        person: Some(7),
        action: "place_show".into(),
        thing: "site 3".into(),
        result: "done".into(),
        reason: "водій питає, де ворота".into(),
        previous: None,
    };
    let third = Head::genesis().then(&first).then(&second);
    assert_eq!(hex(&third.sha256.0), "8cfbc718201baf412be1908f29d976ae5f6f6d1e430185415eebf717b0c74552");
}

#[test]
fn a_whole_log_is_whole_and_a_known_head_says_how_far() {
    let (entries, head) = log(9);
    assert_eq!(walked(&entries, vec![head]), Ok(Ended { head, known_to: Some(9) }));
    assert_eq!(walked(&entries, Vec::new()), Ok(Ended { head, known_to: None }));
    let earlier = walked(&entries[..5], Vec::new()).expect("whole").head;
    assert_eq!(walked(&entries, vec![earlier]), Ok(Ended { head, known_to: Some(5) }));
    assert_eq!(walked(&[], vec![Head::genesis()]).map(|ended| ended.head.number), Ok(0));
}

#[test]
fn one_altered_byte_of_any_field_of_any_entry_is_found() {
    let (entries, head) = log(6);
    for at in 0..entries.len() {
        let changes: [&dyn Fn(&mut Entry); 6] = [
            &|entry| entry.at_ms ^= 1,
            &|entry| entry.person = Some(entry.person.map_or(1, |person| person + 8)),
            &|entry| entry.action = "person_lack".into(),
            &|entry| entry.thing.push('0'),
            &|entry| entry.result = "dune".into(),
            &|entry| entry.reason = entry.reason.replacen('t', "T", 1),
        ];
        for change in changes {
            let mut altered = entries.clone();
            change(&mut altered[at]);
            assert!(walked(&altered, vec![head]).is_err(), "entry {}", at + 1);
        }
    }
    let mut moved = entries.clone();
    moved[3].thing = "person 4telephone".into();
    moved[3].reason = " lost".into();
    assert!(walked(&moved, vec![head]).is_err(), "a byte that moved from one field to the next");
}

#[test]
fn an_entry_taken_out_put_in_exchanged_or_cut_off_is_found() {
    let (entries, head) = log(9);
    for at in 0..8 {
        let mut without = entries.clone();
        without.remove(at);
        assert!(matches!(walked(&without, vec![head]), Err(Fault::Gap { .. })), "entry {}", at + 1);
        for (number, entry) in without.iter_mut().enumerate() {
            entry.number = u64::try_from(number).expect("small") + 1;
        }
        assert!(walked(&without, vec![head]).is_err(), "numbered anew, entry {}", at + 1);
    }
    assert_eq!(walked(&entries[..8], vec![head]), Err(Fault::Short { number: 8, wanted: 9 }));
    let (mut forged, _) = log(8);
    let end = walked(&forged, Vec::new()).expect("whole").head;
    forged.push(Entry { previous: Some(end.sha256), ..entry(9, "nothing happened here") });
    assert_eq!(walked(&forged, vec![head]), Err(Fault::OtherHead { number: 9 }), "another end");
    let mut unchained = entries.clone();
    unchained[5].previous = None;
    assert_eq!(walked(&unchained, vec![head]), Err(Fault::Unchained { number: 6 }));
}

#[test]
fn a_file_of_json_lines_is_read_with_its_head_and_what_is_no_log_is_refused() {
    let (entries, head) = log(3);
    let mut text = format!("{}\n", serde_json::json!({"schema": 1, "head": head}));
    for entry in &entries {
        text.push_str(&serde_json::to_string(entry).expect("JSON"));
        text.push('\n');
    }
    let read_back = read(&text).expect("a log");
    assert_eq!(read_back.head, Some(head));
    assert_eq!(read_back.entries, entries.into_iter().map(|entry| vec![entry]).collect::<Vec<_>>());
    for wrong in ["", "{}", "{\"head\":{\"number\":1,\"sha256\":\"ab\"}}", "a,b\r\n1,2\r\n", "\"open"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    let cut = text.replacen("\"reason\"", "\"raeson\"", 1);
    assert_eq!(read(&cut).expect_err("an unknown field is missing another").line, 2);
}

#[test]
fn a_row_of_a_spreadsheet_is_read_as_it_was_and_as_it_may_have_been() {
    let row =
        |reason: &str| format!("h,h,h,h,h,h,h,h,h,h,h\r\n2,t,5,Olena,7,r,export,nodes,done,{reason},\r\n");
    let reasons = |text: &str| -> Vec<String> {
        let file = read(&row(text)).expect("a log");
        file.entries[0].iter().map(|entry| entry.reason.clone()).collect()
    };
    assert_eq!(reasons("plain"), ["plain"]);
    assert_eq!(reasons("\"a \"\"b\"\", c\""), ["a \"b\", c"]);
    assert_eq!(reasons("'=1+1"), ["=1+1", "'=1+1"]);
    assert_eq!(reasons("'quoted"), ["'quoted"]);
}

#[test]
fn a_file_whose_texts_could_be_formulas_is_whole_and_altered_ones_are_not() {
    let (mut head, mut text) = (Head::genesis(), "h,h,h,h,h,h,h,h,h,h,h\r\n".to_owned());
    let mut rows = Vec::new();
    for (number, reason) in (1..).zip(["=1+1", "'=1+1", "plain", "-5 degrees in there", "'quoted"]) {
        let entry = Entry { previous: Some(head.sha256), ..entry(number, reason) };
        let written = if reason.starts_with(['=', '-']) { format!("'{reason}") } else { reason.to_owned() };
        rows.push(format!(
            "{number},t,{},who,{},r,{},{},{},{written},{}\r\n",
            entry.at_ms,
            entry.person.map_or_else(String::new, |person| person.to_string()),
            entry.action,
            entry.thing,
            entry.result,
            hex(&head.sha256.0)
        ));
        head = head.then(&entry);
    }
    rows.reverse();
    text.extend(rows);
    let file = read(&text).expect("a log");
    assert_eq!(verify(&file, vec![head]), Ok(Ended { head, known_to: Some(5) }));
    assert_eq!(verify(&file, Vec::new()).map(|ended| ended.known_to), Ok(None), "nothing says where it ends");
    let altered = read(&text.replacen("plain", "plane", 1)).expect("a log");
    assert_eq!(verify(&altered, vec![head]), Err(Fault::Altered { number: 4 }));
}
