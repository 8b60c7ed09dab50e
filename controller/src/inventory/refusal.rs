//! Refusals of the inventory in the words of the core that refused, each with a stable code.
//!
//! Enters: errors of custody, hand-overs, donations and the registry. Leaves: problem documents. What is not in sight is
//! refused like what does not exist.

use axum::http::StatusCode;
use holdfast_protocol::custody::Refusal;
use holdfast_protocol::custody::handover::HandoverRefusal;

use crate::api::problem::ApiError;
use crate::api::versions::stale;
use crate::store::StoreError;
use crate::store::inventory::custody::CustodyError;
use crate::store::inventory::donations::DonationError;
use crate::store::inventory::handovers::HandoverError;

/// The refusal of an event.
#[must_use]
pub fn custody(error: CustodyError) -> ApiError {
    let conflict = |code, item: holdfast_protocol::ids::ItemId, why: &dyn std::fmt::Display| {
        ApiError::new(StatusCode::CONFLICT, code, "Cannot be recorded", format!("Item {}: {why}.", item.0))
    };
    match error {
        CustodyError::NoItem { .. } => ApiError::not_found("item"),
        CustodyError::Refused { item, refusal } => conflict(code_of(&refusal), item, &refusal),
        CustodyError::Stale { .. } => stale(),
        CustodyError::NotHeld { item } => ApiError::new(
            StatusCode::FORBIDDEN,
            "not_in_custody",
            "Not in your custody",
            format!(
                "Item {} is not in your party's custody. Whoever has it records this, or hands it over to you first.",
                item.0
            ),
        ),
        CustodyError::Taken { kind, by } => ApiError::new(
            StatusCode::CONFLICT,
            "identifier_taken",
            "Another item carries this",
            format!("Item {} carries this {} already. Look at both type plates.", by.0, kind.word()),
        ),
        CustodyError::OtherAct => other_act(),
        CustodyError::Limit(why) => ApiError::unusable(format!("The request does not fit: {why}.")),
        CustodyError::Store(error) => store(error),
    }
}

/// The stable code of why an event may not be.
const fn code_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Beginning => "custody_beginning",
        Refusal::State { .. } => "custody_state",
        Refusal::Earlier { .. } => "custody_earlier",
        Refusal::Future { .. } => "custody_future",
        Refusal::NothingToVoid => "custody_nothing_to_void",
        Refusal::NotNewest => "custody_not_newest",
        Refusal::Foundation => "custody_foundation",
        Refusal::TooMany => "custody_too_many",
    }
}

/// The refusal of a hand-over.
#[must_use]
pub fn handover(error: HandoverError) -> ApiError {
    let conflict = |code, why: String| {
        ApiError::new(StatusCode::CONFLICT, code, "The hand-over cannot be recorded", format!("{why}."))
    };
    match error {
        HandoverError::Nothing => ApiError::not_found("hand-over"),
        HandoverError::Refused(refusal) => match refusal {
            HandoverRefusal::NotYours(_) => ApiError::new(
                StatusCode::FORBIDDEN,
                "handover_not_yours",
                "Not your side of the hand-over",
                format!("Nothing was recorded: {refusal}."),
            ),
            HandoverRefusal::Over(_) => conflict("handover_over", format!("Nothing was recorded: {refusal}")),
            HandoverRefusal::OneParty
            | HandoverRefusal::Lines
            | HandoverRefusal::End
            | HandoverRefusal::Incomplete { .. }
            | HandoverRefusal::Words
            | HandoverRefusal::OverMany => {
                ApiError::unusable(format!("The request does not fit: {refusal}."))
            }
        },
        // What is not the giver's is, to the giver, not there.
        HandoverError::NotTheirs { .. } => ApiError::not_found("item"),
        error @ HandoverError::InAnother { item } => {
            conflict("handover_in_another", format!("Item {}: {error}", item.0))
        }
        error @ HandoverError::State { item, .. } => {
            conflict("handover_state", format!("Item {}: {error}", item.0))
        }
        HandoverError::Custody(error) => custody(error),
    }
}

/// The refusal of a donation.
#[must_use]
pub fn donation(error: DonationError) -> ApiError {
    match error {
        DonationError::Shares { .. } | DonationError::Count => {
            ApiError::unusable(format!("The donation does not fit: {error}."))
        }
        DonationError::Store(error) => store(error),
    }
}

/// The refusal of the registry, where something was to be made or changed.
#[must_use]
pub fn store(error: StoreError) -> ApiError {
    match error {
        StoreError::Conflict(None) => stale(),
        StoreError::Conflict(Some(_)) => ApiError::new(
            StatusCode::CONFLICT,
            "taken",
            "Taken already",
            "A name, title or number that has to be unique is taken already. Look in the list, or take another.",
        ),
        StoreError::Missing(_) => ApiError::new(
            StatusCode::BAD_REQUEST,
            "missing_reference",
            "Refers to nothing",
            "Something that this refers to by its number is not there. Read the lists again.",
        ),
        StoreError::OtherAct => other_act(),
        error @ (StoreError::Full(_)
        | StoreError::Busy(_)
        | StoreError::Unavailable(_)
        | StoreError::NotWritable { .. }
        | StoreError::Newer { .. }
        | StoreError::Foreign { .. }
        | StoreError::Damaged(_)
        | StoreError::TooOld { .. }
        | StoreError::Value { .. }
        | StoreError::Inconsistent { .. }
        | StoreError::Other(_)) => error.into(),
    }
}

fn other_act() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "other_act",
        "The key was used for another request",
        "Another request was made under this Idempotency-Key. Take a new key for a new request.",
    )
}

/// 403: a role that does not record this.
#[must_use]
pub fn not_your_part(word: &str) -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "not_your_part",
        "Not for your role",
        format!("Your roles do not record \"{word}\". Ask somebody whose do; docs/inventory.md lists them."),
    )
}

/// 409: only the two sides of a hand-over.
#[must_use]
pub fn by_handover(word: &str) -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "by_handover",
        "Only by a hand-over",
        format!(
            "\"{word}\" is recorded, and undone, by a hand-over alone: the giver offers, the taker answers. Offer one."
        ),
    )
}
