//! The command line of the inventory: items, hand-overs, donations, models.
//!
//! Enters: words. Leaves: typed arguments. Which events, states and kinds there are is the controller's to say.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::week::Week;

use super::Json;

const ITEM_LIST: &str = "\
Examples:
  holdfast item list
  holdfast item list --state in_service --json";

const ITEM_FIND: &str = "\
Example:
  holdfast item find SN-0041";

const ITEM_SHOW: &str = "\
Example:
  holdfast item show 41";

const ITEM_NEW: &str = "\
Example:
  holdfast item new --model 3 --custodian 1 --line 7 --name \"Terminal 41\" --carries serial=SN-0041";

const ITEM_RECORD: &str = "\
Examples:
  holdfast item record stored 41 42
  holdfast item record allocated 41 42 --with to=5
  holdfast item record deployed 41 --with site=3 --with node=7k2m9qxd
  holdfast item record lost 41 --note \"not in the lorry\"

What was accepted, returned or differs is recorded by a hand-over alone.";

const ITEM_BIND: &str = "\
Example:
  holdfast item bind 41 --node 7K2M-9QXD

An accepted item that is recorded as deployed with a node is bound by that.";

const EVIDENCE_LIST: &str = "\
Example:
  holdfast evidence list 41";

const EVIDENCE_GET: &str = "\
Examples:
  holdfast evidence get 41 2026-W48
  holdfast evidence get 41 2026-W48 --out birch.json";

const EVIDENCE_KEY: &str = "\
Examples:
  holdfast evidence key
  holdfast evidence key --out fleet.json

Without --out it is kept beside the sign-in, where `holdfast verify` finds it.";

const VERIFY: &str = "\
Examples:
  holdfast verify holdfast-evidence-7k2m9qxd-2026-W48.json
  holdfast verify birch.json --key fleet.json --json

Nothing is sent anywhere. Exit codes: 0 genuine, 5 not genuine, 6 cannot tell.";

const HANDOVER_LIST: &str = "\
Example:
  holdfast handover list --open";

const HANDOVER_OFFER: &str = "\
Examples:
  holdfast handover offer --to 5 41 42 43 --note \"truck 7\"
  holdfast handover offer --to 1 --return 41";

const HANDOVER_ANSWER: &str = "\
Examples:
  holdfast handover answer 00112233445566778899aabbccddeeff
  holdfast handover answer 00112233445566778899aabbccddeeff --short 43 --damaged \"42=a dent\"";

const HANDOVER_WITHDRAW: &str = "\
Example:
  holdfast handover withdraw 00112233445566778899aabbccddeeff";

const DONATION_LIST: &str = "\
Example:
  holdfast donation list";

const DONATION_SHOW: &str = "\
Example:
  holdfast donation show 3";

const DONATION_NEW: &str = "\
Example:
  holdfast donation new --title \"Fifty terminals\" --share 4=10000 --line 3=50";

const MODEL_LIST: &str = "\
Example:
  holdfast model list";

const MODEL_NEW: &str = "\
Example:
  holdfast model new --name \"Terminal 3\" --maker Maker --category terminal --must-carry kit";

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// List the weeks of an item, with how far each shows that it works
    #[command(after_help = EVIDENCE_LIST)]
    List {
        /// Number of the item
        #[arg(value_name = "NUMBER")]
        item: i64,
        #[command(flatten)]
        json: Json,
    },
    /// Take the evidence of an item and a week away as a file
    #[command(after_help = EVIDENCE_GET)]
    Get {
        /// Number of the item
        #[arg(value_name = "NUMBER")]
        item: i64,
        /// The week, by ISO 8601
        #[arg(value_name = "WEEK")]
        week: Week,
        /// Where to keep it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Get the fleet's verification key, with which files are checked
    #[command(after_help = EVIDENCE_KEY)]
    Key {
        /// Where to keep it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
#[command(after_help = VERIFY)]
pub(crate) struct Verify {
    /// The evidence file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The fleet's verification key [default: the one that `holdfast evidence key` kept]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Item {
    /// List items, the newest change first
    #[command(after_help = ITEM_LIST)]
    List {
        /// Only in this state, such as `in_service`
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Find items by label, name or part of a serial (3 characters or more)
    #[command(after_help = ITEM_FIND)]
    Find {
        /// What to look for
        #[arg(value_name = "TEXT")]
        text: String,
        #[command(flatten)]
        json: Json,
    },
    /// Show one item with what happened to it
    #[command(after_help = ITEM_SHOW)]
    Show {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: i64,
        #[command(flatten)]
        json: Json,
    },
    /// Register an item
    #[command(after_help = ITEM_NEW)]
    New {
        /// Number of its model
        #[arg(long, value_name = "NUMBER")]
        model: i64,
        /// Number of the party that has it
        #[arg(long, value_name = "NUMBER")]
        custodian: i64,
        /// Number of the line of a donation
        #[arg(long, value_name = "NUMBER")]
        line: Option<i64>,
        /// What people call it
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// What it carries: KIND=VALUE, such as serial=SN-1; again for more
        #[arg(long = "carries", value_name = "KIND=VALUE", value_parser = pair)]
        carries: Vec<(String, String)>,
        #[command(flatten)]
        json: Json,
    },
    /// Bind an accepted item's serials to a node's key, so that the node's word counts as evidence
    #[command(after_help = ITEM_BIND)]
    Bind {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: i64,
        /// The node that observes its serials
        #[arg(long, value_name = "NODE")]
        node: NodeId,
        #[command(flatten)]
        json: Json,
    },
    /// Record what happened to items
    #[command(after_help = ITEM_RECORD)]
    Record {
        /// What: stored, deployed, removed, lost, found, counted and so on
        #[arg(value_name = "WHAT")]
        what: String,
        /// Numbers of the items
        #[arg(value_name = "NUMBER", required = true)]
        items: Vec<i64>,
        /// The event's own fields: NAME=VALUE, such as site=3
        #[arg(long = "with", value_name = "NAME=VALUE", value_parser = pair)]
        with: Vec<(String, String)>,
        /// A remark
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Handover {
    /// List hand-overs, newest first
    #[command(after_help = HANDOVER_LIST)]
    List {
        /// Only those that wait for an answer
        #[arg(long)]
        open: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Offer items to a party
    #[command(after_help = HANDOVER_OFFER)]
    Offer {
        /// Number of the party that takes
        #[arg(long, value_name = "NUMBER")]
        to: i64,
        /// Number of the donor or carrier for whom the back office offers
        #[arg(long, value_name = "NUMBER")]
        from: Option<i64>,
        /// It is a return
        #[arg(long = "return")]
        back: bool,
        /// A remark
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Numbers of the items
        #[arg(value_name = "NUMBER", required = true)]
        items: Vec<i64>,
        #[command(flatten)]
        json: Json,
    },
    /// Answer an offer: what is not named otherwise is accepted
    #[command(after_help = HANDOVER_ANSWER)]
    Answer {
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
        /// Taken although damaged: NUMBER=WHAT IS DAMAGED
        #[arg(long, value_name = "NUMBER=TEXT", value_parser = pair)]
        damaged: Vec<(String, String)>,
        /// Not there
        #[arg(long, value_name = "NUMBER")]
        short: Vec<i64>,
        /// Something else is there: NUMBER=WHAT IS THERE
        #[arg(long, value_name = "NUMBER=TEXT", value_parser = pair)]
        wrong_serial: Vec<(String, String)>,
        /// There, and not taken
        #[arg(long, value_name = "NUMBER")]
        refused: Vec<i64>,
        #[command(flatten)]
        json: Json,
    },
    /// Take an offer back
    #[command(after_help = HANDOVER_WITHDRAW)]
    Withdraw {
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Donation {
    /// List donations, newest first
    #[command(after_help = DONATION_LIST)]
    List(Json),
    /// Show one with what became of each line
    #[command(after_help = DONATION_SHOW)]
    Show {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: i64,
        #[command(flatten)]
        json: Json,
    },
    /// Record a donation of one donor
    #[command(after_help = DONATION_NEW)]
    New {
        /// What it is called
        #[arg(long, value_name = "TEXT")]
        title: String,
        /// Number of a donor and its share in basis points of 10,000: NUMBER=POINTS; again for more
        #[arg(long = "share", value_name = "NUMBER=POINTS", value_parser = pair, required = true)]
        shares: Vec<(String, String)>,
        /// Number of a model and how many of it: NUMBER=COUNT; again for more
        #[arg(long = "line", value_name = "NUMBER=COUNT", value_parser = pair)]
        lines: Vec<(String, String)>,
        /// Number of the programme
        #[arg(long, value_name = "NUMBER")]
        programme: Option<i64>,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Model {
    /// List models by maker and name
    #[command(after_help = MODEL_LIST)]
    List(Json),
    /// Make a model
    #[command(after_help = MODEL_NEW)]
    New {
        /// Its name
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// Its maker
        #[arg(long, value_name = "TEXT")]
        maker: Option<String>,
        /// A short word, such as terminal
        #[arg(long, value_name = "WORD")]
        category: String,
        /// The number under its bar code
        #[arg(long, value_name = "DIGITS")]
        gtin: Option<String>,
        /// What each item of it must carry, such as kit; again for more
        #[arg(long = "must-carry", value_name = "KIND")]
        must_carry: Vec<String>,
        #[command(flatten)]
        json: Json,
    },
}

/// The two sides of `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let sides = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, value) = sides.ok_or_else(|| format!("{text:?} has no two sides: write NAME=VALUE"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
