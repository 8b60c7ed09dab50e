//! One HTTPS request at a time, with every step bounded; and plain HTTP, to this machine alone.
//!
//! Enters: an address, whom to trust, a request of a few kilobytes. Leaves: status and body, or what failed at which step.
//! Never follows a redirect, never uses a proxy, never sends over a connection that is not verified, never keeps a
//! connection.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, IF_MATCH};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::api::Problem;
use crate::trust::{self, RootPin};

/// Reaching the server, TLS included. A satellite link with 700 ms of round trip and two lost packets needs 8 s.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// The whole answer. A page of 100 rows has 32 KB: 30 s at 10 kbit/s.
const ANSWER_LIMIT: Duration = Duration::from_secs(45);
/// Largest answer: 100 nodes with all they say are under 200 KB.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Port of an address that names none: pages, API and enrolment.
const HTTPS_PORT: u16 = 8443;
/// Port of a plain address that names none: the controller's loopback listener.
const HTTP_PORT: u16 = 8080;

/// Where a controller answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    scheme: Scheme,
    host: String,
    port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Https,
    LoopbackHttp,
}

/// Text that is not an address of a controller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a URL of the expected form.
    #[error("{0:?} is not an address of a controller: write https://host:port, without a path")]
    Form(String),
    /// Plain HTTP to another machine.
    #[error(
        "http:// goes unprotected; it is for this machine alone (127.0.0.1, [::1], localhost). Write https://"
    )]
    Plain,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let form = || AddressError::Form(text.chars().take(100).collect());
        let (scheme, rest) = if let Some(rest) = text.strip_prefix("https://") {
            (Scheme::Https, rest)
        } else if let Some(rest) = text.strip_prefix("http://") {
            (Scheme::LoopbackHttp, rest)
        } else {
            return Err(form());
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let default = match scheme {
            Scheme::Https => HTTPS_PORT,
            Scheme::LoopbackHttp => HTTP_PORT,
        };
        let (host, port) = split_port(rest, default).ok_or_else(form)?;
        if ServerName::try_from(host).is_err() {
            return Err(form());
        }
        let loopback =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if scheme == Scheme::LoopbackHttp && !loopback {
            return Err(AddressError::Plain);
        }
        Ok(Self { scheme, host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Https => "https",
            Scheme::LoopbackHttp => "http",
        };
        write!(f, "{scheme}://{}", self.authority())
    }
}

impl Address {
    /// Whether the other end has to prove who it is.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

fn split_port(text: &str, default: u16) -> Option<(&str, u16)> {
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port != 0);
    if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        return match behind.strip_prefix(':') {
            Some(number) => Some((host, port(number)?)),
            None => behind.is_empty().then_some((host, default)),
        };
    }
    match text.split_once(':') {
        Some((host, number)) => Some((host, port(number)?)),
        None => Some((text, default)),
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection.
    #[error("could not reach {address}")]
    Connect {
        /// Where.
        address: Address,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The other end is not this fleet's controller.
    #[error(
        "{address} is not this fleet's controller: its certificates do not lead to the expected root. Nothing was sent \
         to it"
    )]
    NotGenuine {
        /// Where.
        address: Address,
    },
    /// It is this fleet's controller, but its certificate does not hold for this name or at this time.
    #[error("the certificate of {address} does not hold here")]
    Certificate {
        /// Where.
        address: Address,
        /// Why: its name or its time.
        #[source]
        source: rustls::Error,
    },
    /// The TLS library cannot be set up.
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
    /// No answer in time.
    #[error("{address} did not answer within {} s", limit.as_secs())]
    Slow {
        /// Where.
        address: Address,
        /// How long was waited.
        limit: Duration,
    },
    /// The connection broke, or the answer is not HTTP, or too large.
    #[error("the answer of {address} did not arrive whole")]
    Broken {
        /// Where.
        address: Address,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The controller refused.
    #[error("{}", .problem.detail)]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its words.
        problem: Problem,
    },
    /// The answer is not what this version expects.
    #[error("{address} answered something that this version does not understand (HTTP {status})")]
    Unexpected {
        /// Where.
        address: Address,
        /// HTTP status.
        status: u16,
    },
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// Asks one controller.
pub struct Client {
    address: Address,
    tls: Arc<ClientConfig>,
    token: Option<String>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of `address` that trusts the root of `pin` and no other; without a pin, nobody over TLS, so that only plain
    /// HTTP on this machine works.
    ///
    /// # Errors
    /// [`ClientError::Tls`].
    pub fn new(address: Address, pin: Option<RootPin>, token: Option<String>) -> Result<Self, ClientError> {
        // No key has this hash.
        let pin = pin.unwrap_or(RootPin { sha256: [0; 32], earliest_s: 0 });
        Ok(Self { address, tls: Arc::new(trust::pinned(pin)?), token })
    }

    /// Sends a request and takes the answer if its status is 2xx.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, ClientError> {
        self.answer(self.request(method, path, body)?).await
    }

    /// Sends a change that was made on this version of what it changes (RFC 9110, 13.1.1).
    ///
    /// # Errors
    /// As [`Client::ask`]; status 412 when somebody else was first.
    pub async fn change(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
        version: i64,
    ) -> Result<Answer, ClientError> {
        let mut request = self.request(method, path, Some(body))?;
        let tag = HeaderValue::try_from(format!("\"{version}\"")).map_err(|error| self.broken(error))?;
        request.headers_mut().insert(IF_MATCH, tag);
        self.answer(request).await
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Answer, ClientError> {
        let answer = self.send(request).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let status = answer.status;
        let problem =
            serde_json::from_slice::<Problem>(&answer.body).ok().filter(|problem| !problem.code.is_empty());
        Err(problem.map_or_else(
            || ClientError::Unexpected { address: self.address.clone(), status },
            |problem| ClientError::Refused { status, problem },
        ))
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, ClientError> {
        let slow = |limit| ClientError::Slow { address: self.address.clone(), limit };
        match self.address.scheme {
            Scheme::LoopbackHttp => {
                let stream =
                    timeout(CONNECT_LIMIT, self.connect()).await.map_err(|_| slow(CONNECT_LIMIT))??;
                timeout(ANSWER_LIMIT, self.exchange(stream, request)).await.map_err(|_| slow(ANSWER_LIMIT))?
            }
            Scheme::Https => {
                let tls = self.tls_connect(Arc::clone(&self.tls));
                let stream = timeout(CONNECT_LIMIT, tls).await.map_err(|_| slow(CONNECT_LIMIT))??;
                timeout(ANSWER_LIMIT, self.exchange(stream, request)).await.map_err(|_| slow(ANSWER_LIMIT))?
            }
        }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Request<Full<Bytes>>, ClientError> {
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.address.authority())
            .header(ACCEPT, "application/json");
        if let Some(token) = &self.token {
            let mut value =
                HeaderValue::try_from(format!("Bearer {token}")).map_err(|error| self.broken(error))?;
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        if body.is_some() {
            builder = builder.header(CONTENT_TYPE, "application/json");
        }
        builder.body(Full::new(Bytes::from(body.unwrap_or_default()))).map_err(|error| self.broken(error))
    }

    async fn connect(&self) -> Result<TcpStream, ClientError> {
        TcpStream::connect((self.address.host.as_str(), self.address.port))
            .await
            .map_err(|source| ClientError::Connect { address: self.address.clone(), source })
    }

    async fn tls_connect(
        &self,
        config: Arc<ClientConfig>,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, ClientError> {
        let stream = self.connect().await?;
        let name = ServerName::try_from(self.address.host.clone()).map_err(|error| self.broken(error))?;
        TlsConnector::from(config).connect(name, stream).await.map_err(|error| self.tls_error(error))
    }

    fn tls_error(&self, error: std::io::Error) -> ClientError {
        let address = self.address.clone();
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)) => {
                ClientError::NotGenuine { address }
            }
            Some(tls @ rustls::Error::InvalidCertificate(_)) => {
                ClientError::Certificate { address, source: tls.clone() }
            }
            Some(_) | None => ClientError::Connect { address, source: error },
        }
    }

    async fn exchange<S>(&self, stream: S, request: Request<Full<Bytes>>) -> Result<Answer, ClientError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.broken(error))?;
        let asked = async {
            let response = sender.send_request(request).await.map_err(|error| self.broken(error))?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
            let body =
                body.map_err(|source| ClientError::Broken { address: self.address.clone(), source })?;
            Ok(Answer { status, body: body.to_bytes().to_vec() })
        };
        tokio::pin!(connection);
        tokio::pin!(asked);
        // The connection has to be driven beside the request; it usually outlives the answer, which is then enough.
        tokio::select! {
            biased;
            answer = &mut asked => answer,
            ended = &mut connection => match ended {
                Err(error) => Err(self.broken(error)),
                Ok(()) => asked.await,
            },
        }
    }

    fn broken(&self, error: impl std::error::Error + Send + Sync + 'static) -> ClientError {
        ClientError::Broken { address: self.address.clone(), source: Box::new(error) }
    }
}

/// Opens a connection and closes it: whether anybody listens there.
///
/// # Errors
/// [`ClientError::Connect`] and [`ClientError::Slow`].
pub async fn reach(address: &Address) -> Result<(), ClientError> {
    let client = Client::new(address.clone(), None, None)?;
    let slow = |_| ClientError::Slow { address: address.clone(), limit: CONNECT_LIMIT };
    timeout(CONNECT_LIMIT, client.connect()).await.map_err(slow)?.map(drop)
}

/// Looks which root a server shows, without trusting it and without sending anything.
///
/// # Errors
/// [`ClientError`]; [`ClientError::Unexpected`] when it shows none.
pub async fn root_shown(address: &Address) -> Result<[u8; 32], ClientError> {
    let (config, seen) = trust::observing()?;
    let config = Arc::new(config);
    let client = Client { address: address.clone(), tls: Arc::clone(&config), token: None };
    let slow = |_| ClientError::Slow { address: address.clone(), limit: CONNECT_LIMIT };
    let ended = timeout(CONNECT_LIMIT, client.tls_connect(config)).await.map_err(slow)?;
    match (seen.root_sha256(), ended) {
        (Some(root), _) => Ok(root),
        (None, Err(error @ (ClientError::Connect { .. } | ClientError::Broken { .. }))) => Err(error),
        (None, _) => Err(ClientError::Unexpected { address: address.clone(), status: 0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_names_literals_and_default_ports() {
        for (text, shown) in [
            ("https://controller.example", "https://controller.example:8443"),
            ("https://controller.example:443/", "https://controller.example:443"),
            ("https://192.0.2.7:8443", "https://192.0.2.7:8443"),
            ("https://[2001:db8::7]", "https://[2001:db8::7]:8443"),
            ("http://localhost:9000", "http://localhost:9000"),
            ("http://[::1]", "http://[::1]:8080"),
        ] {
            assert_eq!(text.parse::<Address>().expect(text).to_string(), shown);
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_alone_and_other_forms_are_refused() {
        assert_eq!("http://controller.example".parse::<Address>(), Err(AddressError::Plain));
        assert_eq!("http://192.0.2.7:80".parse::<Address>(), Err(AddressError::Plain));
        for text in [
            "",
            "controller.example",
            "ftp://x",
            "https://",
            "https://a/b",
            "https://a:0",
            "https://a:99999",
            "https://user@host",
            "https://[::1",
            "https://[x]:1",
        ] {
            assert!(matches!(text.parse::<Address>(), Err(AddressError::Form(_))), "{text}");
        }
    }
}
