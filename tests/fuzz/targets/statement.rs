//! `statement::Statement::decode`: what was read and written again is the same bytes, and what is signed of it stands in them.
//! `week::Week` reads what it writes.

use holdfast_protocol::statement::{DIGEST_BYTES, Head, STATEMENT_BYTES_MAX, Statement};
use holdfast_protocol::week::Week;

pub(crate) fn run(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(week) = text.parse::<Week>()
    {
        assert_eq!(week.to_string(), text);
    }
    let Ok(statement) = Statement::decode(bytes) else { return };
    assert!(bytes.len() <= STATEMENT_BYTES_MAX);
    let again = statement.encode();
    assert_eq!(Statement::decode(&again).as_ref(), Ok(&statement));
    let head = statement.head.encode();
    assert!(again.starts_with(&head), "the head is what comes first");
    assert_eq!(head.len(), statement.head.prefix().len() + DIGEST_BYTES * statement.openings.len());
    assert_eq!(Head::decode(&head).as_ref(), Ok(&statement.head));
}
