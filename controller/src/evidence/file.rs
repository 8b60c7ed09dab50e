//! Makes the evidence file of one item and week.
//!
//! Enters: a window, the binding it rests on, the bodies of its statements, certificates. Leaves: a sealed file. Of each
//! statement it holds the signed head and the one claim that names the bound serial; all other claims stay digests. It never
//! holds a place, a site, a person, a party, an address, or a secret identifier.

use holdfast_protocol::evidence::{Binding as Said, Evidence, FORMAT, Hex, Shown, Stated, VERSION};
use holdfast_protocol::ids::ItemCode;
use holdfast_protocol::statement::{Seen, Statement};
use holdfast_protocol::time::WallMs;

use super::keep::is_observed;
use super::window::{Counted, Window};
use crate::app::App;
use crate::store::StoreError;
use crate::store::inventory::bindings::Binding;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the window rests on is not there any more, or cannot be read.
    #[error("what the week rests on cannot be read: {0}")]
    Gone(&'static str),
}

/// The sealed file of a window.
///
/// # Errors
/// [`FileError`].
pub async fn make(
    app: &App,
    (code, model): (ItemCode, String),
    (window, bindings): (&Window, &[Binding]),
    now: WallMs,
) -> Result<Vec<u8>, FileError> {
    let mut evidence = Evidence {
        format: FORMAT.to_owned(),
        version: VERSION,
        fleet: app.authority.fleet().to_owned(),
        made_ms: now.0,
        item: code,
        model,
        week: window.week,
        level: window.level,
        observations: u32::try_from(window.counted.len()).unwrap_or(u32::MAX),
        longest_gap_ms: window.longest_gap_ms,
        binding: None,
        statements: Vec::new(),
        certificates: Vec::new(),
        ledger: None,
        key: app.evidence_key.public(),
    };
    if is_observed(window) {
        let binding = bindings.iter().find(|binding| Some(binding.id) == window.binding);
        let binding = binding.ok_or(FileError::Gone("the binding"))?;
        for counted in &window.counted {
            let body = app.history.statement(counted.key).await?;
            let stated = body.and_then(|body| stated(counted, &body));
            evidence.statements.push(stated.ok_or(FileError::Gone("a statement"))?);
        }
        let node = app.store.node(binding.node).await?.ok_or(FileError::Gone("the node"))?;
        evidence.certificates =
            [node.certificate_der.as_slice(), app.authority.intermediate(), app.authority.root()]
                .map(|der| Hex(der.to_vec()))
                .to_vec();
        evidence.binding = Some(said(binding));
    }
    app.evidence_key.seal(&evidence).ok_or(FileError::Gone("the file as JSON"))
}

fn said(binding: &Binding) -> Said {
    Said {
        kind: binding.kind,
        value: binding.value.clone(),
        node: binding.node,
        key_sha256: Hex(binding.key_sha256.to_vec()),
        bound_ms: binding.from.0,
        ended_ms: binding.to.map(|to| to.0),
        by_sha256: Hex(binding.by_sha256().to_vec()),
    }
}

fn stated(counted: &Counted, body: &[u8]) -> Option<Stated> {
    let statement = Statement::decode(body).ok()?;
    let opening = statement.openings.get(counted.place)?;
    let claim = &opening.claim;
    let Seen::Serial(serial) = &claim.seen else { return None };
    Some(Stated {
        head: Hex(statement.head.encode()),
        signature: Hex(statement.signature.to_vec()),
        clock: counted.moment.clock,
        at_ms: counted.moment.at.0,
        error_ms: counted.moment.error_ms,
        shown: Shown {
            place: counted.place,
            salt: Hex(opening.salt.to_vec()),
            source: claim.source.word()?.to_owned(),
            part: claim.part.clone(),
            serial: serial.clone(),
            detail: claim.detail.clone(),
        },
    })
}
