//! `holdfast site place set`.
//!
//! Enters: a site, and a place by file, standard input or prompt. Leaves: the place at the controller, which seals it. No
//! message repeats a coordinate, and none is taken from the command line.

use std::path::Path;

use holdfast_provisioning::client::Client;
use holdfast_provisioning::files;
use hyper::Method;
use serde::{Deserialize, Serialize};

use super::args::Common;
use super::failure::{Exit, Failure};
use super::pager;
use super::people_args::{Place, Site};
use super::session::{body_of, signed_in};
use super::terminal::{Terminal, all_of_stdin};

const SITES: &str = "/api/v1/sites";

#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(Debug, PartialEq))]
#[serde(deny_unknown_fields)]
struct Degrees {
    latitude: f64,
    longitude: f64,
    #[serde(default)]
    note: String,
}

pub(crate) async fn run(site: Site, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    let Site::Place(Place::Set { site, file }) = site;
    let text = match file.as_deref() {
        Some(path) if path == Path::new("-") => all_of_stdin()?,
        Some(path) => files::read_text(path)?,
        None => terminal.ask("Degrees north and east:", "a file with the place, or - for standard input")?,
    };
    set(&client, &site, &read(&text)?, terminal).await
}

async fn set(client: &Client, site: &str, place: &Degrees, terminal: &Terminal) -> Result<(), Failure> {
    let id = pager::number_of(client, SITES, "/site", site).await?;
    client.ask(Method::PUT, &format!("{SITES}/{id}/place"), Some(body_of(place)?)).await?;
    terminal.say(&format!("The place of site {id} is kept, sealed."));
    Ok(())
}

/// JSON, or two numbers with blanks or a comma between them. What is wrong is said without repeating what was read.
fn read(text: &str) -> Result<Degrees, Failure> {
    let wrong = || {
        Failure::new(Exit::Usage, "this is not a place")
            .why("it is neither two numbers nor JSON with latitude, longitude and note alone")
            .todo("write degrees north, then degrees east, with decimal points: 50.45010 30.52340")
    };
    let text = text.trim();
    let place = if text.starts_with('{') {
        serde_json::from_str(text).map_err(|_| wrong())?
    } else {
        let numbers: Option<Vec<f64>> = text
            .split(|char: char| char == ',' || char.is_whitespace())
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().ok())
            .collect();
        let Some([latitude, longitude]) = numbers.as_deref() else { return Err(wrong()) };
        Degrees { latitude: *latitude, longitude: *longitude, note: String::new() }
    };
    let within = |value: f64, most: f64| value.is_finite() && value.abs() <= most;
    if within(place.latitude, 90.0) && within(place.longitude, 180.0) { Ok(place) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_two_numbers_or_as_json() {
        let place = |note: &str| Degrees { latitude: 50.25, longitude: -30.5, note: note.into() };
        for text in
            ["50.25 -30.5", " 50.25, -30.5\n", "50.25,-30.5", "{\"latitude\":50.25,\"longitude\":-30.5}"]
        {
            assert_eq!(read(text).ok(), Some(place("")), "{text}");
        }
        let with_note = "{\"latitude\":50.25,\"longitude\":-30.5,\"note\":\"gate\"}";
        assert_eq!(read(with_note).ok(), Some(place("gate")));
    }

    #[test]
    fn what_is_no_place_is_refused_and_not_repeated() {
        for text in [
            "",
            "50.25",
            "50,25 30,55",
            "50.25 30.5 1",
            "91.77 30.5",
            "50.25 181.77",
            "NaN 30.5",
            "inf 1",
            "{\"latitude\":50.77}",
            "{\"latitude\":50.77,\"longitude\":1,\"x\":1}",
            "{\"latitude\":\"50.77\"}",
        ] {
            let failure = read(text).expect_err(text);
            assert_eq!(failure.exit, Exit::Usage, "{text}");
            assert!(!failure.to_string().contains(".77"), "{text}");
        }
    }
}
