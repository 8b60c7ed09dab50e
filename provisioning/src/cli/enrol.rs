//! `holdfast enrol`: makes this machine a node.
//!
//! Enters: a ticket. Leaves: an identity folder, or a failure after which the same command goes on where it stopped. While
//! a person has to approve, it shows the code and asks again, less and less often, until told to stop.

use std::path::Path;
use std::time::Duration;

use holdfast_protocol::enrolment::EnrolResponse;
use holdfast_protocol::identity::NodeIdentity;
use holdfast_protocol::ticket::SignedTicket;
use holdfast_provisioning::identity_folder::{self, Again, Begun};
use holdfast_provisioning::{enrol, files, inventory};

use super::args::Enrol;
use super::failure::{Exit, Failure};
use super::terminal::{Terminal, all_of_stdin};

/// First pause while a person has to approve; doubled each time.
const PAUSE_MIN: Duration = Duration::from_secs(2);
/// Longest pause: a person who has approved watches the node. A question and its answer are about 4 KB: 240 KB an hour.
const PAUSE_MAX: Duration = Duration::from_secs(60);

pub(crate) async fn run(arguments: &Enrol, terminal: &Terminal) -> Result<(), Failure> {
    let folder = &arguments.identity;
    if arguments.code {
        return show_code(folder, terminal);
    }
    let again = if arguments.re_enrol { Again::ReEnrol } else { Again::Resume };
    if again == Again::Resume
        && let Some(identity) = identity_folder::identity(folder)?
        && arguments.ticket.is_none()
        && arguments.ticket_file.is_none()
        && !arguments.stdin
    {
        return already(&identity, terminal);
    }
    let ticket = ticket(arguments, terminal)?;
    let pending = match identity_folder::begin(folder, ticket.clone(), again)? {
        Begun::Already(identity) => return already(&identity, terminal),
        Begun::Ask(pending) => pending,
    };
    let request = pending.request(inventory::serials(Path::new("/sys")))?;
    let mut pause = PAUSE_MIN;
    loop {
        let asked = async {
            match enrol::ask(&ticket.ticket, &request).await? {
                EnrolResponse::Waiting { code } => {
                    if pause == PAUSE_MIN {
                        terminal.say(&format!(
                            "This node waits to be approved. Its code is {code}. Tell it to an operator, who compares it \
                             and approves: holdfast ticket approve {code}"
                        ));
                    }
                    tokio::time::sleep(pause).await;
                    Ok::<_, Failure>(None)
                }
                issued @ EnrolResponse::Issued { .. } => Ok(Some(issued)),
            }
        };
        let answer = tokio::select! {
            answered = asked => answered?,
            _ = tokio::signal::ctrl_c() => return Err(stopped()),
        };
        if let Some(answer) = answer
            && let Some(identity) = identity_folder::finish(folder, &pending, answer)?
        {
            return enrolled(&identity, folder, terminal);
        }
        pause = PAUSE_MAX.min(pause * 2);
    }
}

fn ticket(arguments: &Enrol, terminal: &Terminal) -> Result<SignedTicket, Failure> {
    let text = if let Some(text) = &arguments.ticket {
        text.clone()
    } else if let Some(path) = &arguments.ticket_file {
        files::read_text(path)?
    } else if arguments.stdin {
        all_of_stdin()?
    } else {
        terminal.ask_secret("Ticket (scan or paste, not shown):", "--ticket-file or --stdin")?
    };
    SignedTicket::parse(&text).map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

fn show_code(folder: &Path, terminal: &Terminal) -> Result<(), Failure> {
    match identity_folder::code(folder)? {
        Some(code) => terminal.print(&code),
        None => Err(Failure::new(Exit::Failed, "there is no code yet")
            .why(format!("no enrolment was begun in {}", folder.display()))
            .todo("run: holdfast enrol --ticket-file FILE")),
    }
}

fn already(identity: &NodeIdentity, terminal: &Terminal) -> Result<(), Failure> {
    terminal.say("This machine is a node already; nothing was changed. For a second identity: --re-enrol.");
    terminal.print(&identity.node.shown())
}

fn enrolled(identity: &NodeIdentity, folder: &Path, terminal: &Terminal) -> Result<(), Failure> {
    terminal.say(&format!(
        "Enrolled in fleet {}. Code {}. The identity is in {}; the agent takes it from there by itself. Destroy the ticket.",
        identity.fleet,
        identity.code,
        folder.display()
    ));
    terminal.print(&identity.node.shown())
}

fn stopped() -> Failure {
    Failure::new(Exit::Failed, "stopped")
        .why("the key of this node is kept; the ticket still belongs to it")
        .todo("run the same command with the same ticket to go on")
}
