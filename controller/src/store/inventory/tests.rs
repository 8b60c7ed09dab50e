//! The inventory over a real registry: the usual life of things, what is refused, and that a refusal leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_protocol::custody::event::VoidReason;
use holdfast_protocol::custody::handover::{
    Answer, Difference, Handover, HandoverId, HandoverRefusal, Line as Said, Outcome, Purpose,
};
use holdfast_protocol::custody::{Refusal, State, What};
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{ItemCode, ItemId, ModelId, PartyId, PersonId, SiteId};
use holdfast_protocol::time::WallMs;

use super::catalogue::ModelValues;
use super::custody::{Act, CustodyError, NewItem, Only};
use super::donations::{DonationFilter, DonationValues, NewLine, WHOLE};
use super::handovers::HandoverError;
use super::items::{After, Item, ItemFilter, Searches, Whose};
use super::terms::{Disclosure, DonationState, TitlePasses};
use crate::access::Role;
use crate::store::parties::{PartyKind, PartyValues};
use crate::store::scratch::Scratch;
use crate::store::{Store, StoreError};

const DAY_MS: i64 = 86_400_000;

/// A registry with a donor, a recipient, a site, a donation and `items` items of it, with the donor.
struct World {
    store: Store,
    _folder: Scratch,
    by: PersonId,
    donor: PartyId,
    recipient: PartyId,
    site: SiteId,
    model: ModelId,
    items: Vec<ItemId>,
}

fn act(id: u8, what: What) -> Act {
    Act { id: [id; 16], what, happened: WallMs(i64::from(id) * 1000), by: PersonId(1), note: String::new() }
}

const fn at(version: i64) -> Only {
    Only { version: Some(version), held_by: None }
}

async fn world(items: u8) -> World {
    let folder = Scratch::new();
    let store = Store::open(folder.path()).await.unwrap();
    let by = store.insert_person("Officer", "hash", &[Role::BackOffice], WallMs(1)).await.unwrap();
    let mut parties = Vec::new();
    for (name, kind) in [("Donor", PartyKind::Donor), ("Utility", PartyKind::Recipient)] {
        let values = PartyValues { name: name.to_owned(), kind, country: String::new() };
        parties.push(store.insert_party(&values, WallMs(1)).await.unwrap().id);
    }
    let (donor, recipient) = (parties[0], parties[1]);
    let site = store.insert_site("Birch 114", "UA-63", WallMs(1)).await.unwrap().id;
    let model = ModelValues {
        name: "Terminal".to_owned(),
        maker: "Maker".to_owned(),
        category: "terminal".to_owned(),
        gtin: None,
        must_carry: vec![Kind::Kit],
    };
    let model = store.insert_model(&model, WallMs(1), None).await.unwrap().id;
    let donation = DonationValues {
        title: "Terminals".to_owned(),
        programme: None,
        state: DonationState::Agreed,
        title_passes: TitlePasses::OnAcceptance,
        terms_sha256: None,
        disclosure: Disclosure::USUAL,
        shares: [(donor, WHOLE)].into(),
    };
    let line = NewLine { model, quantity: 50, note: String::new() };
    let donation = store.insert_donation(&donation, &[line], WallMs(1), None).await.unwrap();
    let line = store.lines(donation).await.unwrap()[0].id;
    let new = |number: u8| NewItem {
        code: ItemCode::from_bytes([number; 5]),
        name: format!("Terminal {number}"),
        model,
        line: Some(line),
        identifiers: vec![
            (Kind::Kit, format!("KIT0000{number:04}")),
            (Kind::Serial, format!("SN-{number:04}")),
        ],
        custodian: donor,
    };
    let news: Vec<NewItem> = (1..=items).map(new).collect();
    let registered = act(1, What::Registered { custodian: donor });
    let items = store.register_items(&news, &registered, WallMs(1000), None).await.unwrap();
    World { store, _folder: folder, by, donor, recipient, site, model, items }
}

impl World {
    async fn record(&self, item: usize, id: u8, what: What) -> Result<(), CustodyError> {
        let now = WallMs(i64::from(id) * 1000);
        self.store.record(&[self.items[item]], &act(id, what), Only::default(), now).await.map(|_| ())
    }

    async fn item(&self, item: usize) -> Item {
        self.store.item(self.items[item], Whose::All).await.unwrap().expect("registered")
    }

    fn handover(&self, id: u8, items: &[ItemId]) -> Handover {
        let items: BTreeSet<ItemId> = items.iter().copied().collect();
        let now = WallMs(i64::from(id) * 1000);
        let ends = now.plus_ms(14 * DAY_MS);
        let parties = (self.donor, self.recipient);
        Handover::offer(HandoverId([id; 16]), parties, Purpose::Delivery, items, now, ends).expect("an offer")
    }

    async fn allocated(&self, id: u8) {
        let what = What::Allocated { to: self.recipient };
        self.store
            .record(&self.items, &act(id, what), Only::default(), WallMs(i64::from(id) * 1000))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_list_is_allocated_handed_over_one_short_and_deployed() {
    let world = world(3).await;
    world.allocated(2).await;
    let offer = world.handover(3, &world.items);
    world.store.offer(&offer, world.by, "truck 7", WallMs(3000)).await.unwrap();
    let mut lines: BTreeMap<ItemId, Said> = world.items.iter().map(|item| (*item, Said::Accepted)).collect();
    lines.insert(world.items[1], Said::Not { difference: Difference::Short, words: String::new() });
    let answer = Answer { lines, over: vec![] };
    let taker = (world.recipient, world.by);
    let done = world.store.answer(offer.id, answer.clone(), taker, WallMs(4000)).await.unwrap();
    assert_eq!(done.outcome(WallMs(4000)), Outcome::AcceptedWithDifferences);
    let (taken, short) = (world.item(0).await, world.item(1).await);
    assert_eq!((taken.state, taken.custodian, taken.allocated_to), (State::Accepted, world.recipient, None));
    assert_eq!(
        (short.state, short.custodian),
        (State::Allocated, world.donor),
        "what is short stays with the giver"
    );
    let again = world.store.answer(offer.id, answer, taker, WallMs(5000)).await;
    assert!(matches!(again, Err(HandoverError::Refused(HandoverRefusal::Over(_)))), "once");
    world.record(0, 6, What::Deployed { site: world.site, node: None }).await.unwrap();
    assert_eq!(world.item(0).await.site, Some(world.site));
    for item in &world.items {
        assert!(world.store.item_adds_up(*item).await.unwrap());
    }
    let lines = world
        .store
        .lines(world.store.donations(None, DonationFilter::default(), 1).await.unwrap()[0].id)
        .await
        .unwrap();
    let wanted: BTreeMap<String, u32> =
        [("accepted".to_owned(), 1), ("allocated".to_owned(), 1), ("in_service".to_owned(), 1)].into();
    assert_eq!(lines[0].items, wanted, "every row adds up");
}

#[tokio::test]
async fn what_the_table_refuses_leaves_no_trace_on_any_item_of_the_act() {
    let world = world(2).await;
    world.record(1, 2, What::Stored).await.unwrap();
    let both = act(3, What::Allocated { to: world.recipient });
    world.record(1, 3, What::Lost).await.unwrap();
    let refused =
        world.store.record(&world.items, &Act { id: [4; 16], ..both }, Only::default(), WallMs(4000)).await;
    let Err(CustodyError::Refused { item, refusal: Refusal::State { state, .. } }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((item, state), (world.items[1], "lost"));
    assert_eq!(world.item(0).await.state, State::Registered, "the first item of the act is as before");
    assert_eq!(world.store.item_events(world.items[0]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_act_that_is_sent_twice_is_recorded_once_and_another_of_its_id_is_refused() {
    let world = world(1).await;
    world.record(0, 2, What::Stored).await.unwrap();
    world.record(0, 2, What::Stored).await.unwrap();
    assert_eq!(world.store.item_events(world.items[0]).await.unwrap().len(), 2);
    assert_eq!(world.item(0).await.version, 3);
    assert!(matches!(world.record(0, 2, What::Lost).await, Err(CustodyError::OtherAct)));
}

#[tokio::test]
async fn whoever_read_an_older_version_is_told_so() {
    let world = world(1).await;
    let item = world.items[0];
    let version = world.item(0).await.version;
    let stored = act(2, What::Stored);
    world.store.record(&[item], &stored, at(version), WallMs(2000)).await.unwrap();
    world
        .store
        .record(&[item], &stored, at(version), WallMs(2000))
        .await
        .expect("the same act again is done");
    let other = world.store.record(&[item], &act(3, What::Lost), at(version), WallMs(3000)).await;
    assert!(matches!(other, Err(CustodyError::Stale { .. })));
}

#[tokio::test]
async fn voiding_a_deployment_takes_it_out_of_the_sites_record() {
    let world = world(1).await;
    world.record(0, 2, What::Stored).await.unwrap();
    world.record(0, 3, What::Deployed { site: world.site, node: None }).await.unwrap();
    let deployed = world.store.item_events(world.items[0]).await.unwrap()[2].event.id;
    let spans = |store: Store| async move {
        let rows: Vec<(i64, Option<i64>)> =
            sqlx::query_as("SELECT from_ms, to_ms FROM deployments ORDER BY number")
                .fetch_all(store.read())
                .await
                .unwrap();
        rows
    };
    assert_eq!(spans(world.store.clone()).await, [(3000, None)]);
    let void = What::Voided { event: deployed, reason: VoidReason::DidNotOccur };
    world.record(0, 4, void).await.unwrap();
    assert_eq!(spans(world.store.clone()).await, []);
    assert_eq!(world.item(0).await.state, State::InStore);
    world.record(0, 5, What::Deployed { site: world.site, node: None }).await.unwrap();
    world.record(0, 7, What::Removed).await.unwrap();
    assert_eq!(spans(world.store.clone()).await, [(5000, Some(7000))]);
    assert!(world.store.item_adds_up(world.items[0]).await.unwrap());
}

#[tokio::test]
async fn events_can_neither_be_changed_nor_deleted() {
    let world = world(1).await;
    for statement in ["UPDATE item_events SET note = 'other'", "DELETE FROM item_events"] {
        let mut tx = world.store.write().await.unwrap();
        let error = sqlx::query(statement).execute(&mut *tx).await.expect_err("append-only");
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

#[tokio::test]
async fn an_identifier_belongs_to_one_item_and_a_makers_serial_to_one_of_its_model() {
    let world = world(1).await;
    let new = |code: u8, model, identifiers| NewItem {
        code: ItemCode::from_bytes([code; 5]),
        name: String::new(),
        model,
        line: None,
        identifiers,
        custodian: world.donor,
    };
    let registered = || act(9, What::Registered { custodian: world.donor });
    let kit = vec![(Kind::Kit, "KIT00000001".to_owned())];
    let news = [new(80, world.model, vec![]), new(81, world.model, kit)];
    let taken = world.store.register_items(&news, &registered(), WallMs(9000), None).await;
    let Err(CustodyError::Taken { kind, by }) = taken else { panic!("{taken:?}") };
    assert_eq!((kind, by), (Kind::Kit, world.items[0]));
    assert_eq!(
        world.store.items(&ItemFilter::of(Whose::All), None, 10).await.unwrap().len(),
        1,
        "all or none"
    );
    let other = ModelValues {
        name: "Radio".to_owned(),
        maker: "Other".to_owned(),
        category: "radio".to_owned(),
        gtin: None,
        must_carry: vec![],
    };
    let other = world.store.insert_model(&other, WallMs(2), None).await.unwrap().id;
    let serial = vec![(Kind::Serial, "SN-0001".to_owned())];
    let ids = world
        .store
        .register_items(&[new(82, other, serial)], &registered(), WallMs(9000), None)
        .await
        .unwrap();
    let found = world.store.item_by_identifier(Kind::Serial, "SN-0001", other).await.unwrap().expect("there");
    assert_eq!(found.id, ids[0], "two makers may number alike");
}

#[tokio::test]
async fn only_the_custodian_offers_and_an_item_waits_in_one_hand_over() {
    let world = world(2).await;
    let offer = world.handover(3, &world.items);
    let early = world.store.offer(&offer, world.by, "", WallMs(3000)).await;
    assert!(matches!(early, Err(HandoverError::State { state: "registered", .. })), "not allocated yet");
    world.allocated(2).await;
    world.store.offer(&offer, world.by, "", WallMs(3000)).await.unwrap();
    world.store.offer(&offer, world.by, "", WallMs(3000)).await.expect("the same offer again is done");
    let second = world.handover(4, &world.items[..1]);
    let refused = world.store.offer(&second, world.by, "", WallMs(4000)).await;
    assert!(matches!(refused, Err(HandoverError::InAnother { .. })));
    let mut theirs = world.handover(5, &world.items[..1]);
    (theirs.giver, theirs.taker) = (world.recipient, world.donor);
    let refused = world.store.offer(&theirs, world.by, "", WallMs(5000)).await;
    assert!(matches!(refused, Err(HandoverError::NotTheirs { .. })));
    let open = world.store.handovers(None, Some(world.recipient), Some(WallMs(5000)), 10).await.unwrap();
    assert_eq!(open.len(), 1);
    world.store.withdraw(offer.id, (world.donor, world.by), WallMs(6000)).await.unwrap();
    assert_eq!(world.store.handovers(None, None, Some(WallMs(6000)), 10).await.unwrap(), []);
    world.store.offer(&second, world.by, "", WallMs(7000)).await.expect("free again");
}

#[tokio::test]
async fn an_offer_that_ended_by_time_frees_its_items() {
    let world = world(1).await;
    world.allocated(2).await;
    let offer = world.handover(3, &world.items);
    world.store.offer(&offer, world.by, "", WallMs(3000)).await.unwrap();
    let later = offer.ends.plus_ms(1);
    let parties = (world.donor, world.recipient);
    let items = world.items.iter().copied().collect();
    let ends = later.plus_ms(DAY_MS);
    let second = Handover::offer(HandoverId([9; 16]), parties, Purpose::Delivery, items, later, ends)
        .expect("an offer");
    world.store.offer(&second, world.by, "", later).await.expect("the first is over");
}

#[tokio::test]
async fn each_party_finds_its_own_items_and_no_others() {
    let world = world(3).await;
    world.record(0, 2, What::Allocated { to: world.recipient }).await.unwrap();
    let count = |whose| {
        let store = world.store.clone();
        async move { store.items(&ItemFilter::of(whose), None, 10).await.unwrap().len() }
    };
    assert_eq!(count(Whose::All).await, 3);
    assert_eq!(count(Whose::GivenBy(world.donor)).await, 3);
    assert_eq!(count(Whose::HeldBy(world.donor)).await, 3);
    assert_eq!(count(Whose::HeldBy(world.recipient)).await, 1, "what is promised to it");
    assert_eq!(count(Whose::GivenBy(world.recipient)).await, 0);
    let foreign = world.store.item(world.items[1], Whose::HeldBy(world.recipient)).await.unwrap();
    assert_eq!(foreign, None, "answered like one that does not exist");
}

#[tokio::test]
async fn a_search_finds_by_code_name_and_serial_and_never_by_part_of_a_secret() {
    let world = world(12).await;
    let find = |text: &'static str, searches| {
        let store = world.store.clone();
        async move {
            let filter = ItemFilter { text: Some(text), searches, ..ItemFilter::of(Whose::All) };
            let found = store.items(&filter, None, 50).await.unwrap();
            let counted: u64 =
                store.items_by_state(&filter).await.unwrap().iter().map(|(_, count)| count).sum();
            assert_eq!(counted, u64::try_from(found.len()).unwrap(), "count and page agree");
            found.len()
        }
    };
    assert_eq!(find("terminal 1", Searches::Nothing).await, 4, "1, 10, 11, 12");
    assert_eq!(find("sn-0012", Searches::Plain).await, 1);
    assert_eq!(find("n-001", Searches::Plain).await, 3, "10, 11, 12");
    assert_eq!(find("sn-0012", Searches::Nothing).await, 0);
    assert_eq!(find("kit 0000 0003", Searches::All).await, 1, "a secret one in full");
    assert_eq!(find("KIT0000", Searches::All).await, 0, "no part of a secret one");
    assert_eq!(find("KIT00000003", Searches::Plain).await, 0);
    let code = world.item(4).await.code.shown();
    let filter = ItemFilter { text: Some(&code), ..ItemFilter::of(Whose::All) };
    assert_eq!(
        world.store.items(&filter, None, 50).await.unwrap()[0].item.id,
        world.items[4],
        "as it is on the label"
    );
    assert_eq!(find("%%%", Searches::All).await, 0);
    assert_eq!(find("___", Searches::All).await, 0);
    assert_eq!(find("te", Searches::Nothing).await, 12, "too short to search: all");
}

#[tokio::test]
async fn pages_of_items_follow_one_another_without_hole_or_double() {
    let world = world(25).await;
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let page = world.store.items(&ItemFilter::of(Whose::All), after, 7).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(After { changed: last.item.changed, item: last.item.id });
        for item in &page {
            assert!(seen.insert(item.item.id), "{:?} twice", item.item.id);
        }
    }
    assert_eq!(seen.len(), 25);
}

#[tokio::test]
async fn what_refers_to_nothing_is_refused() {
    let world = world(1).await;
    let refused = world.record(0, 2, What::Allocated { to: PartyId(99) }).await;
    assert!(matches!(refused, Err(CustodyError::Store(StoreError::Missing(_)))), "{refused:?}");
    let nothing =
        world.store.record(&[ItemId(99)], &act(3, What::Stored), Only::default(), WallMs(3000)).await;
    assert!(
        matches!(nothing, Err(CustodyError::Refused { .. } | CustodyError::NoItem { .. })),
        "{nothing:?}"
    );
    let many = vec![ItemId(1); super::custody::ITEMS_AN_ACT_MAX + 1];
    let many = world.store.record(&many, &act(4, What::Stored), Only::default(), WallMs(4000)).await;
    assert!(matches!(many, Err(CustodyError::Limit(_))));
}
