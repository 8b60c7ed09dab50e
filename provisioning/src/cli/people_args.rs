//! The part of the command line about people, parties and places.
//!
//! Enters: words. Leaves: typed arguments. A place is taken from standard input or a file, never from an option: other users of
//! the machine can read a command line, and a shell keeps it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::Json;

const PERSON_LIST: &str = "\
Examples:
  holdfast person list
  holdfast person list --json";

const PERSON_SHOW: &str = "\
Examples:
  holdfast person show 7
  holdfast person show olena --json";

const PERSON_NEW: &str = "\
Examples:
  holdfast person new olena --role operator
  holdfast person new petro --party 3 --role recipient --out code.txt";

const PERSON_ROLES: &str = "\
Examples:
  holdfast person roles olena operator
  holdfast person roles 7 field_engineer back_office

The roles named are the ones the person has afterwards.";

const PERSON_LOCK: &str = "\
Example:
  holdfast person lock olena --reason \"telephone lost\"";

const PERSON_UNLOCK: &str = "\
Example:
  holdfast person unlock olena";

const PERSON_INVITE: &str = "\
Examples:
  holdfast person invite olena
  holdfast person invite 7 --out code.txt";

const PARTY_LIST: &str = "\
Examples:
  holdfast party list
  holdfast party list --json";

const PARTY_NEW: &str = "\
Examples:
  holdfast party new \"Water utility\" --kind recipient --country UA";

const TOKEN_NEW: &str = "\
Examples:
  holdfast token new \"stock count\" --scope items:read --save token.txt
  holdfast token new watch --scope nodes:read --scope sites:read --days 30

The scopes are those that your roles could use: holdfast token list names them.";

const TOKEN_LIST: &str = "\
Examples:
  holdfast token list
  holdfast token list --json";

const TOKEN_REVOKE: &str = "\
Example:
  holdfast token revoke 7";

const PLACE_SET: &str = "\
Examples:
  holdfast site place set \"Birch 114\"
  holdfast site place set 12 place.json
  holdfast site place set 12 - < place.txt

The place is two numbers in degrees, north then east: 50.45010 30.52340
or JSON: {\"latitude\": 50.45010, \"longitude\": 30.52340, \"note\": \"north gate\"}
Without a file it is asked for.";

#[derive(Debug, Subcommand)]
pub(crate) enum Person {
    /// List people with roles, state and last sign-in
    #[command(after_help = PERSON_LIST)]
    List(Json),
    /// Show one person
    #[command(after_help = PERSON_SHOW)]
    Show {
        /// Number or name
        #[arg(value_name = "PERSON")]
        who: String,
        #[command(flatten)]
        json: Json,
    },
    /// Invite a new person: the code is shown once
    #[command(after_help = PERSON_NEW)]
    New(PersonNew),
    /// Give a person these roles and no others
    #[command(after_help = PERSON_ROLES)]
    Roles {
        /// Number or name
        #[arg(value_name = "PERSON")]
        who: String,
        /// administrator, operator, `field_engineer`, `back_office`, recipient, donor or auditor
        #[arg(value_name = "ROLE", required = true)]
        roles: Vec<String>,
    },
    /// Let a person in no more, and end their sessions
    #[command(after_help = PERSON_LOCK)]
    Lock {
        /// Number or name
        #[arg(value_name = "PERSON")]
        who: String,
        /// Why, for the audit; asked for when left out
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Let a locked person in again
    #[command(after_help = PERSON_UNLOCK)]
    Unlock {
        /// Number or name
        #[arg(value_name = "PERSON")]
        who: String,
    },
    /// Invite a person again, to choose a new password: the code is shown once
    #[command(after_help = PERSON_INVITE)]
    Invite {
        /// Number or name
        #[arg(value_name = "PERSON")]
        who: String,
        #[command(flatten)]
        shown: CodeShown,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PersonNew {
    /// The name they sign in with
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Number of their party; 1 is whoever runs the fleet
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) party: i64,
    /// A role; may be given more than once
    #[arg(long = "role", value_name = "ROLE", required = true)]
    pub(crate) roles: Vec<String>,
    #[command(flatten)]
    pub(crate) shown: CodeShown,
}

/// Where the code of an invitation goes.
#[derive(Debug, Args)]
pub(crate) struct CodeShown {
    /// Write the code into a new file, mode 0600, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Party {
    /// List parties
    #[command(after_help = PARTY_LIST)]
    List(Json),
    /// Make a party
    #[command(after_help = PARTY_NEW)]
    New {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        /// operator, `back_office`, donor, recipient or carrier
        #[arg(long, value_name = "KIND")]
        kind: String,
        /// Its country, ISO 3166-1, such as UA
        #[arg(long, value_name = "CODE", default_value = "")]
        country: String,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token: shown once
    #[command(after_help = TOKEN_NEW)]
    New(TokenNew),
    /// List your tokens, and the scopes you could make one for
    #[command(after_help = TOKEN_LIST)]
    List(Json),
    /// Take a token back, at once
    #[command(after_help = TOKEN_REVOKE)]
    Revoke {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: i64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TokenNew {
    /// What you call it: which program, on which machine
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What it is for, such as nodes:read; may be given more than once
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    pub(crate) scopes: Vec<String>,
    /// How many days it holds, 365 at most
    #[arg(long, value_name = "NUMBER", default_value_t = 90)]
    pub(crate) days: i64,
    /// Write it into a new file, mode 0600, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// File with your password, or a code of your app, in its first line; - for standard input. Needed when the sign-in is
    /// older than five minutes; asked for when left out
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Site {
    /// The exact place of a site
    #[command(subcommand)]
    Place(Place),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Place {
    /// Enter where a site is; kept sealed
    #[command(after_help = PLACE_SET)]
    Set {
        /// Number or code name of the site
        #[arg(value_name = "SITE")]
        site: String,
        /// File with the place; - for standard input
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}
