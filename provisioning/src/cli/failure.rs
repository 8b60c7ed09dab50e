//! Why a command did not do what was asked: what failed, why, what to do, and the exit code.
//!
//! Enters: errors of the library. Leaves: three short lines for a person. Never shows a ticket, a token or a password.

use std::error::Error;
use std::fmt;
use std::io;

use holdfast_provisioning::client::ClientError;
use holdfast_provisioning::credentials::CredentialsError;
use holdfast_provisioning::enrol::AskError;
use holdfast_provisioning::files::FileError;
use holdfast_provisioning::identity_folder::IdentityError;
use rustls::CertificateError;

/// Exit codes, the same for all commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Failed,
    Usage,
    Unreachable,
    Refused,
    NotGenuine,
    CannotTell,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Refused => 4,
            Self::NotGenuine => 5,
            Self::CannotTell => 6,
        }
    }
}

/// A failure as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    what: String,
    why: String,
    todo: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), why: String::new(), todo: String::new() }
    }

    pub(crate) fn why(self, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..self }
    }

    pub(crate) fn todo(self, todo: impl Into<String>) -> Self {
        Self { todo: todo.into(), ..self }
    }

    /// "could not `what`", because of `error`.
    pub(crate) fn failed(what: &str, error: &dyn Error) -> Self {
        Self::new(Exit::Failed, format!("could not {what}")).why(chain(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "holdfast: {}", self.what)?;
        for (mark, text) in [("why:", &self.why), ("do: ", &self.todo)] {
            if !text.is_empty() {
                write!(f, "\n  {mark} {text}")?;
            }
        }
        Ok(())
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

fn cause(error: &dyn Error) -> String {
    error.source().map(chain).unwrap_or_default()
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let text = error.to_string();
        match error {
            ClientError::Connect { ref source, .. } => {
                Self::new(Exit::Unreachable, &text).why(chain(source)).todo(
                    "check the link and the address, and that the controller runs; then run the same command again",
                )
            }
            ClientError::Slow { .. } => Self::new(Exit::Unreachable, text)
                .todo("nothing is lost; run the same command again when the link is better"),
            ClientError::Broken { .. } => Self::new(Exit::Unreachable, &text)
                .why(cause(&error))
                .todo("nothing is lost; run the same command again"),
            ClientError::NotGenuine { .. } => Self::new(Exit::NotGenuine, text)
                .todo("somebody may be in between, or the address is another fleet's; tell an administrator"),
            ClientError::Certificate { ref source, .. } => {
                Self::new(Exit::NotGenuine, text).why(source.to_string()).todo(certificate_advice(source))
            }
            ClientError::Tls(source) => Self::failed("set up TLS", &source),
            ClientError::Refused { status, problem } => {
                let exit = match (status, problem.code.as_str()) {
                    (_, "ticket_altered") => Exit::NotGenuine,
                    (400 | 413, _) => Exit::Usage,
                    (401 | 403 | 409 | 412 | 429, _) => Exit::Refused,
                    _ => Exit::Failed,
                };
                Self::new(exit, format!("{} ({})", problem.title, problem.code)).why(problem.detail)
            }
            ClientError::Unexpected { .. } => Self::new(Exit::CannotTell, text)
                .todo("check the address, and that this program has the controller's version"),
        }
    }
}

fn certificate_advice(error: &rustls::Error) -> &'static str {
    use CertificateError as Bad;
    let rustls::Error::InvalidCertificate(bad) = error else { return "tell an administrator" };
    if matches!(bad, Bad::NotValidForName | Bad::NotValidForNameContext { .. }) {
        "use an address that is in it, or add this one to server.names in the controller's configuration"
    } else if matches!(
        bad,
        Bad::Expired | Bad::ExpiredContext { .. } | Bad::NotValidYet | Bad::NotValidYetContext { .. }
    ) {
        "compare this machine's clock with a watch; if it is right, restart the controller, which renews it"
    } else {
        "tell an administrator"
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Client(error) => error.into(),
            AskError::Address(_) => Self::new(Exit::Usage, error.to_string())
                .why(cause(&error))
                .todo("set tickets.urls in the controller's configuration and make a new ticket"),
            AskError::Request(source) => Self::failed("write the request", &source),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        let advice = [
            (
                io::ErrorKind::PermissionDenied,
                "run it as the user the file belongs to, or as root, or name another place",
            ),
            (io::ErrorKind::StorageFull, "free space on this disk and run the same command again"),
            (io::ErrorKind::NotFound, "check the path"),
        ];
        let kind = error.source.kind();
        let todo = advice.iter().find(|(of, _)| *of == kind).map_or("", |(_, todo)| todo);
        Self::new(Exit::Failed, error.to_string()).why(cause(&error)).todo(todo)
    }
}

impl From<CredentialsError> for Failure {
    fn from(error: CredentialsError) -> Self {
        match error {
            CredentialsError::File(error) => error.into(),
            CredentialsError::Content { .. } | CredentialsError::Nowhere => {
                Self::new(Exit::Usage, error.to_string())
            }
        }
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::File(error) => error.into(),
            IdentityError::Unfit { .. } => Self::new(Exit::CannotTell, error.to_string()),
            IdentityError::Key { .. } | IdentityError::Identity { .. } | IdentityError::Make => {
                Self::new(Exit::Failed, error.to_string()).why(cause(&error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_provisioning::api::Problem;

    use super::*;

    #[test]
    fn a_failure_says_what_failed_why_and_what_to_do_on_lines_of_their_own() {
        let failure = Failure::new(Exit::Usage, "could not x").why("because y").todo("do z");
        assert_eq!(failure.to_string(), "holdfast: could not x\n  why: because y\n  do:  do z");
        assert_eq!(Failure::new(Exit::Failed, "x").to_string(), "holdfast: x");
    }

    #[test]
    fn refusals_of_the_controller_map_to_the_documented_exit_codes() {
        let refused = |status, code: &str| {
            let problem = Problem { code: code.into(), title: "T".into(), ..Problem::default() };
            Failure::from(ClientError::Refused { status, problem }).exit.code()
        };
        assert_eq!(refused(403, "ticket_expired"), 4);
        assert_eq!(refused(409, "ticket_used"), 4);
        assert_eq!(refused(412, "stale"), 4);
        assert_eq!(refused(401, "sign_in"), 4);
        assert_eq!(refused(403, "ticket_altered"), 5);
        assert_eq!(refused(400, "unusable_request"), 2);
        assert_eq!(refused(404, "not_found"), 1);
        assert_eq!(refused(503, "unavailable"), 1);
    }
}
