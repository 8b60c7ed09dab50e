//! The command line: subcommands, options, their help.
//!
//! Enters: words. Leaves: typed arguments; wrong use ends the program with exit code 2 and says what is right. No option
//! takes a secret: those come by file, standard input or prompt.

mod inventory;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use holdfast_protocol::ids::NodeId;
use holdfast_provisioning::client::Address;
pub(crate) use inventory::{Donation, EvidenceCommand, Handover, Item, Model, Verify};

use super::{audit_args, people_args};

const EXIT_CODES: &str = "Exit codes: 0 done, 1 done and something failed, 2 wrong use, 3 could not reach agent or \
                          controller, 4 refused, 5 not genuine, 6 cannot tell.";

const EXAMPLES: &str = "\
Examples:
  holdfast login https://controller.example:8443 --name admin
  holdfast ticket new --site \"Birch 114\" --region UA-63 --out ticket.txt
  holdfast enrol --ticket-file ticket.txt
  holdfast status
  holdfast node list";

const LOGIN: &str = "\
Examples:
  holdfast login https://controller.example:8443 --name admin
  holdfast login https://127.0.0.1:8443 --name admin --first-code-file code.txt
  holdfast login http://127.0.0.1:8080 --name admin --password-file password.txt

A controller that was just started is waited for, up to 10 s.";

const LOGOUT: &str = "\
Example:
  holdfast logout";

const TICKET_NEW: &str = "\
Examples:
  holdfast ticket new --site \"Birch 114\" --region UA-63
  holdfast ticket new --valid 14d --approve --out ticket.txt";

const TICKET_LIST: &str = "\
Examples:
  holdfast ticket list
  holdfast ticket list --json";

const TICKET_REVOKE: &str = "\
Example:
  holdfast ticket revoke 3f9c02ab";

const TICKET_APPROVE: &str = "\
Example:
  holdfast ticket approve 7K2M-9QXD";

const ENROL: &str = "\
Examples:
  holdfast enrol
  holdfast enrol --ticket-file ticket.txt
  holdfast enrol --ticket-file ticket.txt --identity hf/node/identity
  holdfast enrol --code

Without a ticket it asks for one: scan or paste it. What was cut short goes on with the same command.";

const NODE_LIST: &str = "\
Examples:
  holdfast node list
  holdfast node list --sort -delay
  holdfast node list --json";

const NODE_SHOW: &str = "\
Example:
  holdfast node show 7K2M-9QXD";

const NODE_REVOKE: &str = "\
Example:
  holdfast node revoke 7K2M-9QXD --reason \"stolen on the way\"";

const STATUS: &str = "\
Examples:
  holdfast status
  holdfast status --json
  holdfast status --socket hf/node/agent.sock

An agent that was just started is waited for, up to 10 s.";

const COMPLETION: &str = "\
Examples:
  holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast
  holdfast completion zsh > /usr/local/share/zsh/site-functions/_holdfast
  holdfast completion fish > ~/.config/fish/completions/holdfast.fish";

/// Brings nodes to life, and looks after a fleet from a terminal.
#[derive(Debug, Parser)]
#[command(name = "holdfast", version = holdfast_protocol::PROGRAM_VERSION, after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Ask nothing: fail and name the option that is missing
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Take plain questions as answered with yes
    #[arg(long, global = true)]
    pub(crate) yes: bool,
    /// Colours: auto, always or never; `NO_COLOR` and TERM=dumb are obeyed
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// File of the sign-in [default: `$XDG_CONFIG_HOME/holdfast/credentials.toml`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in to a controller
    #[command(after_help = LOGIN)]
    Login(Login),
    /// Sign out, and forget the sign-in
    #[command(after_help = LOGOUT)]
    Logout,
    /// Enrolment tickets: make, list, take back, approve
    #[command(subcommand)]
    Ticket(Ticket),
    /// Make this machine a node, by a ticket
    #[command(after_help = ENROL)]
    Enrol(Enrol),
    /// Nodes of the fleet, as the controller knows them
    #[command(subcommand)]
    Node(Node),
    /// Sites: their exact places
    #[command(subcommand)]
    Site(people_args::Site),
    /// People: list, invite, give roles, lock
    #[command(subcommand)]
    Person(people_args::Person),
    /// Parties: the organisations that give, run, carry and receive
    #[command(subcommand)]
    Party(people_args::Party),
    /// Tokens with which programs ask as you: make, list, take back
    #[command(subcommand)]
    Token(people_args::Token),
    /// The audit log: read it, take it away, check that nothing was altered
    #[command(subcommand)]
    Audit(audit_args::Audit),
    /// Items of equipment: list, show, register, record what happens to them
    #[command(subcommand)]
    Item(Item),
    /// Evidence that an item works: list, take away as a file, get the key to check with
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Check an evidence file, with no network: genuine, not genuine, or cannot tell
    Verify(Verify),
    /// Hand-overs: list, offer, answer, take back
    #[command(subcommand)]
    Handover(Handover),
    /// Donations and what became of them
    #[command(subcommand)]
    Donation(Donation),
    /// Kinds of equipment
    #[command(subcommand)]
    Model(Model),
    /// What the agent on this machine says of itself
    #[command(after_help = STATUS)]
    Status(Status),
    /// Print what a shell needs to complete this command
    #[command(after_help = COMPLETION)]
    Completion {
        /// Which shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
}

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The controller: `https://host:port`, or `http://127.0.0.1:port` on its own machine
    #[arg(value_name = "URL")]
    pub(crate) url: Address,
    /// Your name there
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// File with your password in its first line; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Where a second factor is set up: file with a code of the app or a recovery code in its first line; - for the next line of
    /// standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) code_file: Option<PathBuf>,
    /// Make the first administrator: file with the one-time code of `holdfast-controller init`; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) first_code_file: Option<PathBuf>,
    /// SHA-256 of the fleet root's public key, 64 hexadecimal digits; without it the fingerprint is shown to compare
    #[arg(long, value_name = "HEX", value_parser = fingerprint)]
    pub(crate) root_sha256: Option<[u8; 32]>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ticket {
    /// Make a ticket: shown once, as text and QR code
    #[command(after_help = TICKET_NEW)]
    New(TicketNew),
    /// List tickets, newest first
    #[command(after_help = TICKET_LIST)]
    List(Json),
    /// Take back a ticket that is not used
    #[command(after_help = TICKET_REVOKE)]
    Revoke {
        /// Its id, or the eight characters shown of it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Approve the node that waits under this code; compare it with what the node shows
    #[command(after_help = TICKET_APPROVE)]
    Approve {
        /// The eight-character code
        #[arg(value_name = "CODE")]
        code: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TicketNew {
    /// Code name of the site where the node will work; made if it is new
    #[arg(long, value_name = "NAME")]
    pub(crate) site: Option<String>,
    /// Region of a new site, ISO 3166-2, such as UA-63
    #[arg(long, value_name = "CODE", requires = "site")]
    pub(crate) region: Option<String>,
    /// Serial of the item the ticket is for
    #[arg(long = "for", value_name = "SERIAL")]
    pub(crate) serial: Option<String>,
    /// How long it holds: 30m, 24h, 14d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = duration_s)]
    pub(crate) valid: u64,
    /// A person has to approve the node
    #[arg(long)]
    pub(crate) approve: bool,
    /// Write the ticket's text into a new file, mode 0600, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Draw the QR code with # only
    #[arg(long)]
    pub(crate) ascii: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print one JSON object with a schema number
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Enrol {
    /// The ticket's text; other users of this machine may see it while the command runs
    #[arg(value_name = "TICKET", conflicts_with_all = ["ticket_file", "stdin"])]
    pub(crate) ticket: Option<String>,
    /// File with the ticket's text
    #[arg(long, value_name = "FILE", conflicts_with = "stdin")]
    pub(crate) ticket_file: Option<PathBuf>,
    /// Read the ticket's text from standard input
    #[arg(long)]
    pub(crate) stdin: bool,
    /// The identity folder
    #[arg(long, value_name = "DIR", default_value = holdfast_provisioning::identity_folder::DEFAULT_FOLDER)]
    pub(crate) identity: PathBuf,
    /// Make a new identity although there is one; needs a new ticket
    #[arg(long)]
    pub(crate) re_enrol: bool,
    /// Show the eight-character code and do nothing else
    #[arg(long, conflicts_with_all = ["ticket", "ticket_file", "stdin", "re_enrol"])]
    pub(crate) code: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Node {
    /// List nodes with their states
    #[command(after_help = NODE_LIST)]
    List {
        /// Order: need, name, site, region, heard, route, delay, backlog, lost or agent; `-` in front turns it around
        #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
        sort: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Show one node whole
    #[command(after_help = NODE_SHOW)]
    Show {
        /// Its id, such as 7K2M-9QXD
        #[arg(value_name = "ID")]
        id: NodeId,
        #[command(flatten)]
        json: Json,
    },
    /// Shut a node out, at once and for good
    #[command(after_help = NODE_REVOKE)]
    Revoke {
        /// Its id, such as 7K2M-9QXD
        #[arg(value_name = "ID")]
        id: NodeId,
        /// Why, for the audit
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The agent's socket
    #[arg(long, value_name = "PATH", default_value = "/run/holdfast/agent.sock")]
    pub(crate) socket: PathBuf,
    #[command(flatten)]
    pub(crate) json: Json,
}

fn fingerprint(text: &str) -> Result<[u8; 32], String> {
    holdfast_provisioning::csr::sha256_from_hex(text)
        .ok_or_else(|| "write the 64 hexadecimal digits that `holdfast-controller init` shows".to_owned())
}

/// Seconds of `90s`, `30m`, `24h`, `14d`.
fn duration_s(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is not a length of time: write 30m, 24h or 14d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).and_then(|digits| digits.parse::<u64>().ok()).ok_or_else(wrong)?;
    number.checked_mul(seconds).filter(|total| *total > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn lengths_of_time_are_read_and_others_are_refused_with_the_form() {
        assert_eq!(duration_s("30m"), Ok(1800));
        assert_eq!(duration_s("14d"), Ok(1_209_600));
        for text in ["", "h", "24", "1.5h", "-1h", "0h", "99999999999999999999d", "24h "] {
            assert!(duration_s(text).is_err_and(|error| error.contains("24h")), "{text}");
        }
    }

    /// The words of a command line, quotes taken off, without where its input comes from and its output goes.
    fn words(line: &str) -> Vec<String> {
        let command = line.split(['<', '>']).next().unwrap_or_default();
        let parts = command.split('"').enumerate().flat_map(|(number, part)| {
            if number % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        });
        parts.collect()
    }

    #[test]
    fn every_command_has_an_example_and_every_example_is_right() {
        fn check(command: &clap::Command, path: &str) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples: Vec<&str> =
                help.lines().filter_map(|line| line.strip_prefix("  holdfast ")).collect();
            assert!(command.has_subcommands() || !examples.is_empty(), "{path} has no example");
            for example in examples {
                let line = format!("holdfast {example}");
                assert!(line.starts_with(path), "{line} stands under {path}");
                if let Err(error) = Arguments::try_parse_from(words(&line)) {
                    panic!("{line}: {error}");
                }
            }
            for below in command.get_subcommands() {
                check(below, &format!("{path} {}", below.get_name()));
            }
        }
        check(&Arguments::command(), "holdfast");
    }

    #[test]
    fn no_option_takes_a_secret() {
        fn check(command: &clap::Command) {
            for option in command.get_arguments().filter(|option| option.get_long().is_some()) {
                let name = option.get_long().expect("filtered");
                let secret = ["password", "token", "secret"].iter().any(|word| name.contains(word))
                    || name.contains("first-code")
                    || name == "ticket";
                assert!(!secret || name.ends_with("-file"), "--{name}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&Arguments::command());
    }
}
