//! Server time and size of the pages of a large fleet, asked for as a signed-in browser does.
//!
//! Enters: how many nodes, how many requests. Leaves: two tables. Time is from the first byte of a request to the last of the
//! answer, over plain HTTP on loopback, connecting included, all nodes connected meanwhile. Size is what crosses the wire,
//! headers included, gzip asked for; style, modules and icons of a first visit are counted beside the page.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_tests::controller::ADMINISTRATOR;
use holdfast_tests::http::Client;
use serde_json::json;

use super::gauge::{self, at, float, thousands};
use super::load;
use super::payload::Bodies;
use super::stage::Stage;

/// What is asked for; each shows 50 rows at most.
const PAGES: [&str; 3] = ["/", "/sites", "/nodes"];
/// Not counted, of each page.
const WARM_UP: u16 = 10;
/// Longest time for one answer.
const LIMIT: Duration = Duration::from_secs(10);

/// A browser, as far as a server sees.
#[derive(Debug, Clone)]
pub(super) struct Browser {
    port: u16,
    cookie: String,
}

/// Measures and prints.
///
/// # Errors
/// When the controller cannot be started, or refuses.
pub(crate) async fn run(data: &Path, nodes: u16, requests: u16) -> anyhow::Result<()> {
    let mut stage = Stage::new(data, "pages")?;
    let sites = usize::from(nodes.div_ceil(4));
    let members = load::enrol(&stage.client, usize::from(nodes), sites).await?;
    let bodies = Arc::new(Bodies::new(1)?);
    let open = load::connect(&members, stage.ports.mqtt, &bodies).await?;
    let browser = Browser::sign_in(stage.ports.http, &stage.password()?)?;
    let id = stage.id()?;
    let measured = tokio::task::spawn_blocking(move || times(&browser, requests, id)).await??;
    println!("{nodes} connected nodes at {sites} sites, {requests} requests of each page.\n");
    println!("| page | p50 | p99 | slowest | processor time | gzip | plain | first visit, gzip |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for line in measured {
        println!("{line}");
    }
    for connection in open {
        connection.close().await?;
    }
    stage.stop()
}

fn times(browser: &Browser, requests: u16, id: u32) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    for page in PAGES {
        let mut took = Vec::new();
        for _ in 0..WARM_UP {
            browser.get(page, Accept::Gzip)?;
        }
        let spent = gauge::processor(id)?;
        for _ in 0..requests {
            let begin = Instant::now();
            browser.get(page, Accept::Gzip)?;
            took.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        let spent = gauge::processor(id)?.saturating_sub(spent);
        let plain = browser.get(page, Accept::Plain)?;
        let packed = browser.get(page, Accept::Gzip)?.len();
        let mut first = packed;
        for asset in assets(&String::from_utf8_lossy(&plain)) {
            first += browser.get(&asset, Accept::Gzip)?.len();
        }
        let size = |bytes: usize| thousands(float(u64::try_from(bytes).unwrap_or(u64::MAX)));
        lines.push(format!(
            "| `{page}` | {:.1} ms | {:.1} ms | {:.1} ms | {:.1} ms | {} B | {} B | {} B |",
            at(&took, 0.5),
            at(&took, 0.99),
            at(&took, 1.0),
            spent.as_secs_f64() * 1e3 / f64::from(requests),
            size(packed),
            size(plain.len()),
            size(first)
        ));
    }
    Ok(lines)
}

/// What a page names below `/static/`, each once.
fn assets(page: &str) -> BTreeSet<String> {
    let named = page.match_indices("/static/").map(|(place, _)| {
        let rest = page.get(place..).unwrap_or_default();
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "/._-".contains(*c)).collect()
    });
    named.collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    Gzip,
    Plain,
}

impl Browser {
    pub(super) fn sign_in(port: u16, password: &str) -> anyhow::Result<Self> {
        let body = json!({"name": ADMINISTRATOR, "password": password});
        let answer = Client::new(port).request("POST", "/api/v1/session", Some(&body))?;
        let cookie = answer.headers.iter().find(|(name, _)| name == "set-cookie");
        let cookie =
            cookie.and_then(|(_, value)| value.split(';').next()).context("a sign-in without a cookie")?;
        Ok(Self { port, cookie: cookie.to_owned() })
    }

    /// The answer as it came, head included; it has to be 200.
    pub(super) fn get(&self, path: &str, accept: Accept) -> anyhow::Result<Vec<u8>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(LIMIT))?;
        let encoding = match accept {
            Accept::Gzip => "Accept-Encoding: gzip\r\n",
            Accept::Plain => "",
        };
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nAccept: text/html,*/*\r\n\
             Accept-Language: en\r\nCookie: {}\r\n{encoding}\r\n",
            self.port, self.cookie
        );
        stream.write_all(head.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let status = answer.get(9..12).unwrap_or_default();
        anyhow::ensure!(status == b"200", "GET {path}: {}", String::from_utf8_lossy(status));
        Ok(answer)
    }
}
