//! What of an item a viewer is shown. Pure.
//!
//! Enters: an item with its names, and a standpoint. Leaves: a view in which what is not granted is missing and named in
//! `left_out`, so that nothing and "not shown to you" are told apart.

use holdfast_protocol::custody::State;
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{ItemCode, ItemId, LineId, NodeId};
use holdfast_protocol::time::WallMs;
use serde::Serialize;

use super::Standpoint;
use crate::access::Shows;
use crate::store::inventory::items::{ListedItem, is_secret};
use crate::store::inventory::provider::ProviderSays;

/// A thing that is referred to: its number and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Number.
    pub id: i64,
    /// What it is called.
    pub name: String,
}

/// A site, by code name and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteView {
    /// Number.
    pub id: i64,
    /// Code name.
    pub name: String,
    /// ADM1 region, or empty.
    pub region: String,
}

/// What a satellite provider said of an item last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderView {
    /// As of when.
    pub as_of: WallMs,
    /// When the item was last active, if it says so.
    pub last_active: Option<WallMs>,
    /// How much data it used; left out for who is not shown how a node fares.
    pub data_bytes: Option<u64>,
    /// How much it proves: somebody's word, whatever else is known.
    pub level: &'static str,
}

/// What a provider said, as one viewer sees it.
#[must_use]
pub fn provider(standpoint: &Standpoint, says: Option<ProviderSays>) -> Option<ProviderView> {
    let says = says.filter(|_| standpoint.shows(Shows::StateWord))?;
    let data_bytes = says.data_bytes.filter(|_| standpoint.shows(Shows::NodeHealth));
    Some(ProviderView { as_of: says.as_of, last_active: says.last_active, data_bytes, level: "E1" })
}

/// An item as one viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemView {
    /// Number.
    pub id: ItemId,
    /// What is on its label.
    pub code: ItemCode,
    /// The code as people read it.
    pub shown: String,
    /// What people call it.
    pub name: Option<String>,
    /// Which model.
    pub model: Named,
    /// Under which line of a donation.
    pub line: Option<LineId>,
    /// Under which donation.
    pub donation: Option<Named>,
    /// Under which programme.
    pub programme: Option<String>,
    /// Its state.
    pub state: State,
    /// Since when.
    pub since: WallMs,
    /// Who has it.
    pub custodian: Option<Named>,
    /// To whom it is promised.
    pub allocated_to: Option<Named>,
    /// What it is packed in.
    pub container: Option<Named>,
    /// Where it works.
    pub site: Option<SiteView>,
    /// In or as which computer; none for a thing without an agent.
    pub node: Option<NodeId>,
    /// When its last event was recorded.
    pub changed: WallMs,
    /// Counts changes: the ETag.
    pub version: i64,
    /// Kinds of fields that are not shown to this viewer.
    pub left_out: Vec<&'static str>,
}

/// An identifier as a viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentifierView {
    /// What it is.
    pub kind: Kind,
    /// Its value; none while it is masked.
    pub value: Option<String>,
}

/// The kinds of fields that an item's view leaves out, and what a program is told of it.
const MASKED: [(Shows, &str); 4] = [
    (Shows::FreeText, "free_text"),
    (Shows::Parties, "parties"),
    (Shows::Custodian, "custodian"),
    (Shows::Region, "site"),
];

/// The view of an item.
#[must_use]
pub fn item(standpoint: &Standpoint, listed: ListedItem) -> ItemView {
    let ListedItem { item, names } = listed;
    let shows = |kind| standpoint.shows(kind);
    let named = |id: i64, name: String| Named { id, name };
    let site = item.site.zip(names.site).filter(|_| shows(Shows::Region));
    let holder = shows(Shows::Custodian);
    let parties = shows(Shows::Parties);
    ItemView {
        id: item.id,
        code: item.code,
        shown: item.code.shown(),
        name: Some(item.name).filter(|name| !name.is_empty() && shows(Shows::FreeText)),
        model: named(item.model.0, names.model),
        line: item.line,
        donation: names.donation.filter(|_| parties).map(|(id, title)| named(id.0, title)),
        programme: names.programme.filter(|_| parties),
        state: item.state,
        since: item.since,
        custodian: holder.then(|| named(item.custodian.0, names.custodian)),
        allocated_to: item
            .allocated_to
            .zip(names.allocated_to)
            .filter(|_| holder)
            .map(|(id, name)| named(id.0, name)),
        container: item
            .container
            .zip(names.container)
            .filter(|_| shows(Shows::FreeText))
            .map(|(id, name)| named(id.0, name)),
        site: site.map(|(id, (name, region))| SiteView { id: id.0, name, region }),
        node: item.node.filter(|_| shows(Shows::Region)),
        changed: item.changed,
        version: item.version,
        left_out: MASKED.iter().filter(|(kind, _)| !shows(*kind)).map(|(_, word)| *word).collect(),
    }
}

/// The identifiers of an item: serials where they are granted, secret ones always masked here.
#[must_use]
pub fn identifiers(standpoint: &Standpoint, of: Vec<(Kind, String)>) -> Vec<IdentifierView> {
    let plain = standpoint.shows(Shows::SerialNumbers);
    let view =
        |(kind, value)| IdentifierView { kind, value: Some(value).filter(|_| plain && !is_secret(kind)) };
    of.into_iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::ids::{DonationId, ModelId, PartyId, PersonId, SiteId};

    use super::*;
    use crate::access::{Access, Role};
    use crate::store::inventory::items::{Item, Names};

    fn listed() -> ListedItem {
        let item = Item {
            id: ItemId(5),
            code: ItemCode::from_bytes([1; 5]),
            name: "The one by the mill".to_owned(),
            model: ModelId(2),
            line: Some(LineId(3)),
            state: State::InService,
            custodian: PartyId(4),
            allocated_to: None,
            container: None,
            site: Some(SiteId(6)),
            node: None,
            since: WallMs(7),
            changed: WallMs(8),
            version: 9,
        };
        let names = Names {
            model: "Maker Terminal".to_owned(),
            custodian: "Water utility".to_owned(),
            allocated_to: None,
            container: None,
            site: Some(("Birch 114".to_owned(), "UA-63".to_owned())),
            donation: Some((DonationId(1), "Fifty terminals".to_owned())),
            programme: None,
        };
        ListedItem { item, names }
    }

    fn seen_by(role: Role) -> (ItemView, String) {
        let standpoint = Standpoint::new(Access::SHIPPED, PersonId(1), PartyId(4), vec![role]);
        let view = item(&standpoint, listed());
        let text = serde_json::to_string(&view).expect("plain values");
        (view, text)
    }

    #[test]
    fn an_auditor_sees_state_and_label_and_nothing_that_betrays_a_place() {
        let (view, text) = seen_by(Role::Auditor);
        for word in ["Water", "Birch", "UA-63", "mill", "Fifty"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        assert_eq!(view.left_out, ["free_text", "parties", "custodian", "site"]);
        assert_eq!(view.state, State::InService);
    }

    #[test]
    fn the_back_office_and_the_holder_see_all_of_it() {
        for role in [Role::BackOffice, Role::Recipient] {
            let (view, text) = seen_by(role);
            assert!(text.contains("Water utility") && text.contains("Birch 114"), "{role:?}: {text}");
            assert_eq!(view.left_out, Vec::<&str>::new(), "{role:?}");
        }
    }

    #[test]
    fn a_secret_identifier_is_masked_for_everybody() {
        let carried = || vec![(Kind::Serial, "SN-1".to_owned()), (Kind::Kit, "KIT00000001".to_owned())];
        for role in Role::ALL {
            let standpoint = Standpoint::new(Access::SHIPPED, PersonId(1), PartyId(4), vec![role]);
            let seen = identifiers(&standpoint, carried());
            assert_eq!(seen.last().and_then(|one| one.value.clone()), None, "{role:?}");
            assert_eq!(
                seen.first().is_some_and(|one| one.value.is_some()),
                role != Role::Donor || {
                    // A donor's own items, where their serials were granted at all.
                    standpoint.shows(Shows::SerialNumbers)
                }
            );
        }
    }
}
