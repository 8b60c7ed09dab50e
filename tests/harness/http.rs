//! A small HTTP/1.1 client for loopback: one request a connection, JSON both ways.
//!
//! Enters: method, path, token, body. Leaves: status and body. Speaks plain HTTP to 127.0.0.1 only.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

/// How long one request may take.
const LIMIT: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header lines, as they came.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none, with its beginning.
    pub fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("status {}: {:.300}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

/// A client of one port.
#[derive(Debug, Clone)]
pub struct Client {
    port: u16,
    token: Option<String>,
}

impl Client {
    /// A client without credentials.
    #[must_use]
    pub const fn new(port: u16) -> Self {
        Self { port, token: None }
    }

    /// The same client, signed in.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { port: self.port, token: Some(token.to_owned()) }
    }

    /// The same client, as somebody who is not signed in: entering by a session's token ends that session.
    #[must_use]
    pub const fn without_token(&self) -> Self {
        Self { port: self.port, token: None }
    }

    /// The token it is signed in with.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// `GET`, which has to succeed.
    ///
    /// # Errors
    /// Another status than 200, or no JSON.
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.request("GET", path, None)?;
        anyhow::ensure!(
            answer.status == 200,
            "GET {path}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        answer.json()
    }

    /// Any request.
    ///
    /// # Errors
    /// When the connection fails or the answer is no HTTP.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream =
            TcpStream::connect_timeout(&address, LIMIT).context("connecting to the controller")?;
        stream.set_read_timeout(Some(LIMIT))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        if let Some(token) = &self.token {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).context("reading the answer")?;
        parse(&bytes)
    }
}

fn parse(bytes: &[u8]) -> anyhow::Result<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").context("an answer without a head")?;
    let (head, rest) = bytes.split_at(end);
    let head = std::str::from_utf8(head)?;
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .context("an answer without a status")?
        .parse()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = rest.get(4..).unwrap_or_default();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunk(body)? } else { body.to_vec() };
    Ok(Answer { status, headers, body })
}

fn unchunk(mut bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let end = bytes.windows(2).position(|two| two == b"\r\n").context("a cut chunk")?;
        let size =
            usize::from_str_radix(std::str::from_utf8(bytes.get(..end).unwrap_or_default())?.trim(), 16)?;
        if size == 0 {
            return Ok(out);
        }
        let from = end + 2;
        out.extend_from_slice(bytes.get(from..from + size).context("a cut chunk")?);
        bytes = bytes.get(from + size + 2..).context("a cut chunk")?;
    }
}
