//! What each subcommand does; the work itself is the library's.
//!
//! Enters: parsed arguments. Leaves: output, or a [`failure::Failure`] with its exit code.

pub(crate) mod args;
mod audit;
mod audit_args;
mod completion;
mod enrol;
mod evidence;
pub(crate) mod failure;
mod inventory;
mod login;
mod nodes;
mod pager;
mod patience;
mod people;
mod people_args;
mod places;
mod session;
mod status;
pub(crate) mod terminal;
mod tickets;
mod tokens;

use args::{Arguments, Command};
use failure::Failure;
use terminal::Terminal;

/// Does what the command line asks.
pub(crate) async fn run(arguments: Arguments, terminal: &Terminal) -> Result<(), Failure> {
    let common = arguments.common;
    match arguments.command {
        Command::Login(login) => login::login(&login, &common, terminal).await,
        Command::Logout => login::logout(&common, terminal).await,
        Command::Ticket(ticket) => tickets::run(ticket, &common, terminal).await,
        Command::Enrol(enrol) => enrol::run(&enrol, terminal).await,
        Command::Node(node) => nodes::run(node, &common, terminal).await,
        Command::Site(site) => places::run(site, &common, terminal).await,
        Command::Person(person) => people::person(person, &common, terminal).await,
        Command::Party(party) => people::party(party, &common, terminal).await,
        Command::Token(token) => tokens::run(token, &common, terminal).await,
        Command::Audit(audit) => audit::run(audit, &common, terminal).await,
        Command::Item(item) => inventory::item(item, &common, terminal).await,
        Command::Evidence(command) => evidence::run(command, &common, terminal).await,
        Command::Verify(verify) => evidence::verify(&verify, &common, terminal),
        Command::Handover(handover) => inventory::handover(handover, &common, terminal).await,
        Command::Donation(donation) => inventory::donation(donation, &common, terminal).await,
        Command::Model(model) => inventory::model(model, &common, terminal).await,
        Command::Status(status) => status::run(&status, terminal).await,
        Command::Completion { shell } => completion::run(shell, terminal),
    }
}
