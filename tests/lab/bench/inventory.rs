//! The inventory at the size that was asked for: lists and searches among 30,000 items at 10,000 sites while records come in.
//!
//! Enters: how many sites, items and requests. Leaves: a table. The items are written by the controller's own store while it
//! is stopped, as a packing list would be; each page is asked for as a signed-in browser does, over plain HTTP on
//! loopback, connecting included, while nodes report 200 records a second over mutual TLS.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_controller::store::Store;
use holdfast_controller::store::inventory::catalogue::ModelValues;
use holdfast_controller::store::inventory::custody::{Act, NewItem, Only};
use holdfast_controller::store::inventory::donations::{DonationValues, NewLine};
use holdfast_controller::store::inventory::terms::{Disclosure, DonationState, TitlePasses, Tlp};
use holdfast_controller::store::parties::{PartyKind, PartyValues};
use holdfast_protocol::custody::What;
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{ItemCode, ItemId, LineId, ModelId, PartyId, PersonId, SiteId};
use holdfast_protocol::time::WallMs;
use tokio::task::JoinSet;

use super::gauge::{at, float, thousands};
use super::load::{self, Connection, Member};
use super::pages::{Accept, Browser};
use super::payload::{Bodies, Source};
use super::stage::Stage;

/// What is asked for: name and address.
const ASKED: [(&str, &str); 9] = [
    ("list, attention first", "/equipment"),
    ("list by custodian", "/equipment?sort=custodian"),
    ("list by region", "/equipment?sort=region"),
    ("list by model, down", "/equipment?sort=-model"),
    ("narrowed by state and region", "/equipment?state=in_service&region=UA-07"),
    ("search, part of a serial", "/equipment?text=sn-0041"),
    ("search, part of a name", "/equipment?text=thing%20123"),
    ("search by the API", "/api/v1/items?text=sn-0041"),
    ("sites", "/sites?sort=name"),
];
/// Nodes that report meanwhile, each so often: 200 records a second.
const NODES: usize = 20;
const EVERY: Duration = Duration::from_millis(100);
/// Not counted, of each page.
const WARM_UP: usize = 5;
/// Items of one act.
const A_TIME: usize = 5_000;
/// Parties and models among which the items are spread.
const PARTIES: usize = 200;
const MODELS: usize = 30;
/// When all of it happened.
const THEN: WallMs = WallMs(1_790_000_000_000);

/// Measures and prints.
///
/// # Errors
/// When the controller cannot be started, or refuses.
pub(crate) async fn run(data: &Path, sites: u16, items: u32, requests: u16) -> anyhow::Result<()> {
    let mut stage = Stage::new(data, "inventory")?;
    let members = load::enrol(&stage.client, NODES, NODES).await?;
    stage.stop()?;
    let begin = Instant::now();
    fill(&stage.data(), usize::from(sites), usize::try_from(items)?).await?;
    let filled = begin.elapsed();
    stage.start()?;
    let browser = Browser::sign_in(stage.ports.http, &stage.password()?)?;
    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let reports = tokio::spawn(report(members, stage.ports.mqtt, Arc::clone(&stop), Arc::clone(&sent)));
    let begin = Instant::now();
    let requests = usize::from(requests);
    let measured = tokio::task::spawn_blocking(move || times(&browser, requests)).await?;
    let (records, seconds) = (sent.load(Ordering::Relaxed), begin.elapsed().as_secs_f64());
    stop.store(true, Ordering::Relaxed);
    reports.await??;
    let lines = measured?;
    println!(
        "{} items at {sites} sites, {PARTIES} parties, {MODELS} models, written in {:.0} s; {requests} requests of each; \
         {:.0} records a second came in meanwhile.\n",
        thousands(float(u64::from(items))),
        filled.as_secs_f64(),
        float(records) / seconds.max(0.001)
    );
    println!("| asked | p50 | p99 | slowest | gzip |\n|---|---:|---:|---:|---:|");
    lines.iter().for_each(|line| println!("{line}"));
    stage.stop()
}

/// Reports of all nodes, until somebody says stop.
async fn report(
    members: Vec<Member>,
    port: u16,
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
) -> anyhow::Result<()> {
    let bodies = Arc::new(Bodies::new(1)?);
    let mut tasks = JoinSet::new();
    for member in members {
        let (bodies, stop, sent) = (Arc::clone(&bodies), Arc::clone(&stop), Arc::clone(&sent));
        tasks.spawn(async move {
            let mut connection = Connection::open(&member, port).await?;
            let mut source = Source::new(member.node);
            let mut beat = tokio::time::interval(EVERY);
            while !stop.load(Ordering::Relaxed) {
                beat.tick().await;
                connection.report(&mut source, &bodies).await?;
                sent.fetch_add(1, Ordering::Relaxed);
            }
            connection.close().await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

fn times(browser: &Browser, requests: usize) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    for (name, path) in ASKED {
        for _ in 0..WARM_UP {
            browser.get(path, Accept::Gzip)?;
        }
        let (mut took, mut size) = (Vec::with_capacity(requests), 0);
        for _ in 0..requests {
            let begin = Instant::now();
            size = browser.get(path, Accept::Gzip)?.len();
            took.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        lines.push(format!(
            "| {name}, `{path}` | {:.1} ms | {:.1} ms | {:.1} ms | {} B |",
            at(&took, 0.5),
            at(&took, 0.99),
            at(&took, 1.0),
            thousands(float(u64::try_from(size)?))
        ));
    }
    Ok(lines)
}

/// Sites, parties, models, donations, items in service at the sites, in store, in repair, lost, and on the way.
async fn fill(data: &Path, sites: usize, items: usize) -> anyhow::Result<()> {
    let store = Store::open(data).await?;
    let by = PersonId(1);
    let mut places = Vec::with_capacity(sites);
    for number in 0..sites {
        let region = format!("UA-{:02}", number % 27);
        places.push(store.insert_site(&format!("Site {number:05}"), &region, THEN).await?.id);
    }
    let (parties, models) = parties_and_models(&store).await?;
    let lines = lines(&store, &parties, &models).await?;
    let mut ids: Vec<ItemId> = Vec::with_capacity(items);
    for (turn, from) in (0..items).step_by(A_TIME).enumerate() {
        let many = A_TIME.min(items - from);
        let new: Vec<NewItem> = (from..from + many).map(|at| item(at, &parties, &models, &lines)).collect();
        let act = Act { id: act_id(turn), what: What::Counted, happened: THEN, by, note: String::new() };
        ids.extend(store.register_items(&new, &act, THEN, None).await?);
    }
    states(&store, &ids, &places, by).await?;
    store.close().await;
    Ok(())
}

async fn parties_and_models(store: &Store) -> anyhow::Result<(Vec<PartyId>, Vec<ModelId>)> {
    let (mut parties, mut models) = (Vec::new(), Vec::new());
    for number in 0..PARTIES {
        let kind = if number % 10 == 0 { PartyKind::Donor } else { PartyKind::Recipient };
        let values = PartyValues { name: format!("Party {number:03}"), kind, country: "UA".to_owned() };
        parties.push(store.insert_party(&values, THEN).await?.id);
    }
    for number in 0..MODELS {
        let values = ModelValues {
            name: format!("Model {number:02}"),
            maker: "Maker".to_owned(),
            category: "terminal".to_owned(),
            gtin: None,
            must_carry: vec![Kind::Serial],
        };
        models.push(store.insert_model(&values, THEN, None).await?.id);
    }
    Ok((parties, models))
}

/// A donation of each model, under ten programmes.
async fn lines(store: &Store, parties: &[PartyId], models: &[ModelId]) -> anyhow::Result<Vec<LineId>> {
    let mut lines = Vec::new();
    for (number, model) in models.iter().enumerate() {
        let programme = if number < 10 {
            Some(store.insert_programme(&format!("Programme {number}"), "", Tlp::Green, THEN, None).await?)
        } else {
            None
        };
        let donor = *parties.first().context("no party")?;
        let values = DonationValues {
            title: format!("Donation {number:02}"),
            programme,
            state: DonationState::Agreed,
            title_passes: TitlePasses::OnAcceptance,
            terms_sha256: None,
            disclosure: Disclosure::USUAL,
            shares: [(donor, 10_000)].into(),
        };
        let line = NewLine { model: *model, quantity: 2_000, note: String::new() };
        let donation = store.insert_donation(&values, &[line], THEN, None).await?;
        lines.extend(store.lines(donation).await?.first().map(|line| line.id));
    }
    Ok(lines)
}

fn item(at: usize, parties: &[PartyId], models: &[ModelId], lines: &[LineId]) -> NewItem {
    let of = at % models.len().max(1);
    let number = u32::try_from(at).unwrap_or(u32::MAX).to_be_bytes();
    let [a, b, c, d] = number;
    NewItem {
        code: ItemCode::from_bytes([1, a, b, c, d]),
        name: format!("Thing {at}"),
        model: models.get(of).copied().unwrap_or(ModelId(1)),
        line: lines.get(of).copied(),
        identifiers: vec![(Kind::Serial, format!("SN-{at:06}")), (Kind::Kit, format!("KIT{at:08}"))],
        custodian: parties.get(at % parties.len().max(1)).copied().unwrap_or(PartyId(1)),
    }
}

/// Of ten: six in service, two in store, one on its way; of a hundred, three in repair and one lost.
async fn states(store: &Store, ids: &[ItemId], places: &[SiteId], by: PersonId) -> anyhow::Result<()> {
    let mut turn = 10_000;
    let mut record = async |items: &[ItemId], what: What| {
        turn += 1;
        let act = Act {
            id: act_id(turn),
            what,
            happened: THEN.plus_ms(i64::try_from(turn)?),
            by,
            note: String::new(),
        };
        store.record(items, &act, Only::default(), act.happened).await?;
        anyhow::Ok(())
    };
    let of = |wanted: fn(usize) -> bool| -> Vec<ItemId> {
        ids.iter().enumerate().filter(|(at, _)| wanted(*at)).map(|(_, id)| *id).collect()
    };
    let stored = of(|at| at % 10 < 8 || at % 100 == 98);
    for part in stored.chunks(A_TIME) {
        record(part, What::Stored).await?;
    }
    let working = of(|at| at % 10 < 6);
    let each = working.len().div_ceil(places.len().max(1)).max(1);
    for (items, site) in working.chunks(each).zip(places) {
        record(items, What::Deployed { site: *site, node: None }).await?;
    }
    for part in of(|at| at % 10 == 8 && at % 100 != 98).chunks(A_TIME) {
        record(part, What::Allocated { to: PartyId(2) }).await?;
        record(part, What::Departed).await?;
    }
    for part in of(|at| at % 100 == 98).chunks(A_TIME) {
        record(part, What::SentToRepair).await?;
    }
    for part in of(|at| at % 100 == 99).chunks(A_TIME) {
        record(part, What::Lost).await?;
    }
    Ok(())
}

fn act_id(turn: usize) -> [u8; 16] {
    let mut id = [7_u8; 16];
    id.iter_mut().zip(turn.to_be_bytes()).for_each(|(to, from)| *to = from);
    id
}
