//! Whole lists, read page by page, and the row that a person means by a number or a name.
//!
//! Enters: a list's address, a word. Leaves: its rows as JSON. A name is compared here: none goes into an address.

use holdfast_provisioning::client::Client;
use serde::Deserialize;
use serde_json::Value;

use super::failure::{Exit, Failure};
use super::session::get;

/// Most pages of a list that are read: 5,000 rows at 50 a page. More are cut, and it is said.
const PAGES_MAX: usize = 100;

#[derive(Deserialize)]
struct Listed {
    rows: Vec<Value>,
    next: Option<Value>,
}

/// All rows, and whether there would be more.
pub(crate) async fn all(client: &Client, base: &str) -> Result<(Vec<Value>, bool), Failure> {
    let (mut rows, mut after) = (Vec::new(), None::<String>);
    for _ in 0..PAGES_MAX {
        let path = after.map_or_else(|| base.to_owned(), |after| format!("{base}?after={after}"));
        let page: Listed = get(client, &path).await?;
        rows.extend(page.rows);
        after = page.next.map(|next| next.as_str().map_or_else(|| next.to_string(), str::to_owned));
        if after.is_none() {
            return Ok((rows, false));
        }
    }
    Ok((rows, true))
}

/// The number of the row that is meant: a number is one, anything else is a name in any capital letters. `at` is where rows
/// keep both, as a JSON pointer.
pub(crate) async fn number_of(client: &Client, base: &str, at: &str, wanted: &str) -> Result<i64, Failure> {
    if let Ok(number) = wanted.parse() {
        return Ok(number);
    }
    let (rows, _) = all(client, base).await?;
    named(&rows, at, wanted).ok_or_else(|| {
        Failure::new(Exit::Failed, format!("nothing here has the name {wanted:?}"))
            .why("the name was compared with every row of the list that you may see")
            .todo("look for it in the list, or give its number")
    })
}

fn named(rows: &[Value], at: &str, wanted: &str) -> Option<i64> {
    let folded = wanted.trim().to_lowercase();
    let row = rows.iter().filter_map(|row| row.pointer(at)).find(|row| {
        row.get("name").and_then(Value::as_str).is_some_and(|name| name.to_lowercase() == folded)
    });
    row.and_then(|row| row.get("id")).and_then(Value::as_i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_found_whole_and_in_any_capital_letters() {
        let rows = [json!({"id": 3, "name": "Олена"}), json!({"id": 4, "name": "Olena"})];
        assert_eq!(named(&rows, "", "олена"), Some(3));
        assert_eq!(named(&rows, "", "OLENA "), Some(4));
        assert_eq!(named(&rows, "", "Olen"), None);
        assert_eq!(named(&[json!({"site": {"id": 9, "name": "Birch"}})], "/site", "birch"), Some(9));
    }
}
