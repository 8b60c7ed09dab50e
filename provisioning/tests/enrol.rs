//! Enrolment over real TLS, by the shipped program, against a server made for the test: what a false, a deaf, a forgetful
//! and a hesitating controller lead to.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use holdfast_protocol::enrolment::{ENROL_PATH, EnrolRequest, EnrolResponse};
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::ticket::{Approval, SignedTicket};
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::authority::{self, Authority};
use holdfast_provisioning::{clock, csr, identity_folder, ticket};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;

/// How the test's controller behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Answers.
    Good,
    /// Issues, and loses its first answer on the way.
    LosesTheFirstAnswer,
    /// Lets the node wait twice.
    Hesitates,
    /// Refuses as an expired ticket is refused.
    Refuses,
}

struct Controller {
    authority: Authority,
    manner: Manner,
    /// Certificates given, by the hash of the key.
    given: Mutex<HashMap<[u8; 32], String>>,
    asked: AtomicU32,
}

impl Controller {
    /// What a request is answered; `None` breaks the connection.
    fn answer(&self, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let request: EnrolRequest = serde_json::from_slice(body).expect("a request");
        let signed = SignedTicket::parse(&request.ticket).expect("a ticket");
        assert!(ticket::signature_holds(&self.authority, &signed));
        let key = csr::read(&request.csr_pem).expect("a certificate request");
        let code = ticket::code(key.spki_der(), &signed.ticket.id);
        if self.manner == Manner::Refuses {
            let problem = serde_json::json!({"code": "ticket_expired", "title": "The ticket has expired",
                "detail": "It ended yesterday. Ask for a new one."});
            return Some((403, problem.to_string().into_bytes()));
        }
        if self.manner == Manner::Hesitates && asked < 2 {
            let waiting = EnrolResponse::Waiting { code };
            return Some((200, serde_json::to_vec(&waiting).expect("JSON")));
        }
        let [a, b, c, d, e, ..] = key.sha256();
        let node = NodeId::from_bytes([a, b, c, d, e]);
        let mut given = self.given.lock().expect("not poisoned");
        let certificate_pem = given
            .entry(key.sha256())
            .or_insert_with(|| self.authority.issue_node(&key, node, clock::wall()).expect("issued").pem)
            .clone();
        if self.manner == Manner::LosesTheFirstAnswer && asked == 0 {
            return None;
        }
        let issued = EnrolResponse::Issued {
            node,
            fleet: self.authority.fleet().to_owned(),
            certificate_pem,
            authority_pem: self.authority.intermediate_pem().to_owned(),
            mqtt: Vec::new(),
            enrolled_s: 1,
            code,
        };
        Some((200, serde_json::to_vec(&issued).expect("JSON")))
    }
}

struct Bench {
    folder: PathBuf,
    controller: Arc<Controller>,
    address: SocketAddr,
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

impl Bench {
    async fn new(manner: Manner) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("holdfast-enrol-suite-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let authority = authority::create(&folder.join("keys"), clock::wall()).expect("made").authority;
        let server = authority.issue_server(&["127.0.0.1".into()], clock::wall()).expect("issued");
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_protocol_versions(&[&rustls::version::TLS13])
                .expect("TLS 1.3")
                .with_no_client_auth()
                .with_single_cert(server.chain, server.key)
                .expect("a pair");
        let controller = Arc::new(Controller {
            authority,
            manner,
            given: Mutex::new(HashMap::new()),
            asked: AtomicU32::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), Arc::clone(&controller)));
        Self { folder, controller, address }
    }

    fn ticket_for(&self, address: SocketAddr, now: WallMs) -> SignedTicket {
        let wanted = ticket::Wanted {
            serial: String::new(),
            urls: vec![format!("https://{address}")],
            valid_s: 3600,
            approval: Approval::Automatic,
        };
        ticket::issue(&self.controller.authority, wanted, now).expect("issued")
    }

    fn identity(&self) -> PathBuf {
        self.folder.join("identity")
    }

    async fn enrol(&self, ticket: &SignedTicket, more: &[&str]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["enrol", "--no-input", "--stdin", "--identity"])
            .arg(self.identity())
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("started");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(ticket.text().as_bytes()).await.expect("written");
        drop(stdin);
        child.wait_with_output().await.expect("ended")
    }

    fn node(&self) -> Option<NodeId> {
        identity_folder::identity(&self.identity()).expect("read").map(|identity| identity.node)
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, controller: Arc<Controller>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let (acceptor, controller) = (acceptor.clone(), Arc::clone(&controller));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                let controller = Arc::clone(&controller);
                async move {
                    assert_eq!(request.uri().path(), ENROL_PATH);
                    let body = request.into_body().collect().await.expect("whole").to_bytes();
                    let (status, body) = controller
                        .answer(&body)
                        .ok_or_else(|| std::io::Error::other("the answer is lost"))?;
                    let response = Response::builder().status(status).body(Full::new(Bytes::from(body)));
                    Ok::<_, std::io::Error>(response.expect("a response"))
                }
            });
            // A connection that the test breaks ends here with an error.
            drop(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await,
            );
        });
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed")
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("is there").permissions().mode() & 0o777
}

#[tokio::test]
async fn a_ticket_becomes_an_identity_and_a_second_run_changes_nothing() {
    let bench = Bench::new(Manner::Good).await;
    let ticket = bench.ticket_for(bench.address, clock::wall());
    let first = bench.enrol(&ticket, &[]).await;
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    let node = bench.node().expect("enrolled");
    assert_eq!(String::from_utf8_lossy(&first.stdout).trim(), node.shown());
    for (file, expected) in
        [("node.key", 0o600), ("spool.key", 0o600), ("node.crt", 0o644), ("node.json", 0o644)]
    {
        assert_eq!(mode(&bench.identity().join(file)), expected, "{file}");
    }
    let before = std::fs::read(bench.identity().join("node.key")).expect("read");
    let second = bench.enrol(&ticket, &[]).await;
    assert_eq!(code(&second), 0, "{}", stderr(&second));
    assert_eq!(std::fs::read(bench.identity().join("node.key")).expect("read"), before);
    assert_eq!(bench.controller.asked.load(Ordering::SeqCst), 1, "asked once");
}

#[tokio::test]
async fn a_false_authority_gets_no_ticket_and_the_ticket_is_still_good() {
    let (genuine, false_one) = (Bench::new(Manner::Good).await, Bench::new(Manner::Good).await);
    // The genuine fleet's ticket, but its address leads to somebody else.
    let ticket = genuine.ticket_for(false_one.address, clock::wall());
    let refused = genuine.enrol(&ticket, &[]).await;
    assert_eq!(code(&refused), 5, "{}", stderr(&refused));
    assert!(stderr(&refused).contains("Nothing was sent"), "{}", stderr(&refused));
    assert_eq!(false_one.controller.asked.load(Ordering::SeqCst), 0, "the ticket was not sent");
    assert_eq!(genuine.node(), None);
    let good = genuine.enrol(&genuine.ticket_for(genuine.address, clock::wall()), &[]).await;
    assert_eq!(code(&good), 0, "{}", stderr(&good));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_key_and_gives_the_same_certificate() {
    let bench = Bench::new(Manner::LosesTheFirstAnswer).await;
    let ticket = bench.ticket_for(bench.address, clock::wall());
    let lost = bench.enrol(&ticket, &[]).await;
    assert_eq!(code(&lost), 3, "{}", stderr(&lost));
    assert_eq!(bench.node(), None);
    let again = bench.enrol(&ticket, &[]).await;
    assert_eq!(code(&again), 0, "{}", stderr(&again));
    let given = bench.controller.given.lock().expect("not poisoned").clone();
    assert_eq!(given.len(), 1, "one key, one certificate");
    let stored = std::fs::read_to_string(bench.identity().join("node.crt")).expect("read");
    assert_eq!(given.into_values().next(), Some(stored));
}

#[tokio::test]
async fn a_node_that_has_to_wait_shows_its_code_and_is_enrolled_in_the_end() {
    let bench = Bench::new(Manner::Hesitates).await;
    let ticket = bench.ticket_for(bench.address, clock::wall());
    let waited = bench.enrol(&ticket, &[]).await;
    assert_eq!(code(&waited), 0, "{}", stderr(&waited));
    let code = identity_folder::code(&bench.identity()).expect("read").expect("a code");
    assert_eq!(stderr(&waited).matches(&format!("Its code is {code}")).count(), 1, "{}", stderr(&waited));
    assert_eq!(bench.controller.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_controllers_words_with_exit_code_4() {
    let bench = Bench::new(Manner::Refuses).await;
    let refused = bench.enrol(&bench.ticket_for(bench.address, clock::wall()), &[]).await;
    assert_eq!(code(&refused), 4, "{}", stderr(&refused));
    assert!(stderr(&refused).contains("ticket_expired"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("Ask for a new one"), "{}", stderr(&refused));
}

#[tokio::test]
async fn nobody_listening_a_cut_ticket_and_no_ticket_are_told_apart() {
    let bench = Bench::new(Manner::Good).await;
    let unused = TcpListener::bind("127.0.0.1:0").await.expect("bound").local_addr().expect("bound");
    let deaf = bench.enrol(&bench.ticket_for(unused, clock::wall()), &[]).await;
    assert_eq!(code(&deaf), 3, "{}", stderr(&deaf));
    let run = |arguments: &'static [&'static str]| {
        Command::new(env!("CARGO_BIN_EXE_holdfast")).args(arguments).stdin(Stdio::null()).output()
    };
    let cut = run(&["enrol", "HF1ABC", "--identity", "/nonexistent/identity"]).await.expect("ended");
    assert_eq!(code(&cut), 2, "{}", stderr(&cut));
    let none = run(&["enrol", "--no-input", "--identity", "/nonexistent/identity"]).await.expect("ended");
    assert_eq!(code(&none), 2, "{}", stderr(&none));
    assert!(stderr(&none).contains("--ticket-file"), "{}", stderr(&none));
}

#[tokio::test]
async fn a_new_identity_is_made_only_when_told_to() {
    let bench = Bench::new(Manner::Good).await;
    let first = bench.enrol(&bench.ticket_for(bench.address, clock::wall()), &[]).await;
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    let node = bench.node();
    let other = bench.ticket_for(bench.address, clock::wall());
    assert_eq!(code(&bench.enrol(&other, &[]).await), 0);
    assert_eq!(bench.node(), node, "another ticket alone changes nothing");
    let told = bench.enrol(&other, &["--re-enrol"]).await;
    assert_eq!(code(&told), 0, "{}", stderr(&told));
    assert_ne!(bench.node(), node);
}

#[tokio::test]
async fn the_agents_status_is_shown_and_a_missing_agent_is_unreachable() {
    let bench = Bench::new(Manner::Good).await;
    let socket = bench.folder.join("agent.sock");
    let run = |arguments: &'static [&'static str]| {
        Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["status", "--socket"])
            .arg(&socket)
            .args(arguments)
            .output()
    };
    let missing = run(&[]).await.expect("ended");
    assert_eq!(code(&missing), 3, "{}", stderr(&missing));
    let listener = tokio::net::UnixListener::bind(&socket).expect("bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let line = b"{\"schema\":1,\"node\":\"7k2m9qxd\",\"link\":{\"connected\":true}}\n";
            stream.write_all(line).await.expect("written");
        }
    });
    let shown = run(&["--color", "never"]).await.expect("ended");
    assert_eq!(code(&shown), 0, "{}", stderr(&shown));
    assert!(String::from_utf8_lossy(&shown.stdout).contains("node 7K2M-9QXD"));
    let json = run(&["--json"]).await.expect("ended");
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(value["schema"], 1);
}
