//! Items: one row a thing, its identifiers, and finding it.
//!
//! Enters: checked values, a filter that says whose items a person may see. Leaves: items, page by page, newest change
//! first. The columns of an item's state are written by [`super::custody`] alone.

use holdfast_protocol::custody::State;
use holdfast_protocol::identifier::{Kind, Sensitivity};
use holdfast_protocol::ids::{
    ContainerId, DonationId, ItemCode, ItemId, LineId, ModelId, NodeId, PartyId, SiteId,
};
use holdfast_protocol::time::WallMs;

use crate::store::people::fold;
use crate::store::{Store, StoreError};

/// Shortest fragment that is searched: two characters would find half the inventory.
pub const FRAGMENT_CHARACTERS_MIN: usize = 3;
/// Most identifiers of an item.
pub const IDENTIFIERS_MAX: usize = 32;

/// An item as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Number.
    pub id: ItemId,
    /// What is on its label.
    pub code: ItemCode,
    /// What people call it, or empty.
    pub name: String,
    /// Which model.
    pub model: ModelId,
    /// Under which line of which donation.
    pub line: Option<LineId>,
    /// Its state.
    pub state: State,
    /// Who answers for it.
    pub custodian: PartyId,
    /// To whom it is promised.
    pub allocated_to: Option<PartyId>,
    /// What it is packed in.
    pub container: Option<ContainerId>,
    /// Where it works.
    pub site: Option<SiteId>,
    /// In or as which computer.
    pub node: Option<NodeId>,
    /// Since when it is in this state.
    pub since: WallMs,
    /// When its last event was recorded.
    pub changed: WallMs,
    /// Counts events: the ETag of the API.
    pub version: i64,
}

/// Whose items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// All.
    All,
    /// Those a party has, or is promised.
    HeldBy(PartyId),
    /// Those a party gave, alone or with others.
    GivenBy(PartyId),
}

/// Which items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemFilter<'a> {
    /// Whose: what the viewer may see at all.
    pub whose: Whose,
    /// In this state.
    pub state: Option<State>,
    /// That this party has.
    pub custodian: Option<PartyId>,
    /// Of this donation.
    pub donation: Option<DonationId>,
    /// Of this model.
    pub model: Option<ModelId>,
    /// In this container.
    pub container: Option<ContainerId>,
    /// At this site.
    pub site: Option<SiteId>,
    /// In or as this computer.
    pub node: Option<NodeId>,
    /// Begin of the code, part of the name, or part of an identifier.
    pub text: Option<&'a str>,
    /// Whether identifiers of this sensitivity are searched.
    pub searches: Searches,
}

/// Which identifiers a search may look into: what a person may not read they may not find either, or they could spell it
/// out fragment by fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searches {
    /// None.
    Nothing,
    /// The plain ones.
    Plain,
    /// All; secret ones in full only, for the same reason.
    All,
}

impl ItemFilter<'_> {
    /// All items of these.
    #[must_use]
    pub const fn of(whose: Whose) -> Self {
        Self {
            whose,
            state: None,
            custodian: None,
            donation: None,
            model: None,
            container: None,
            site: None,
            node: None,
            text: None,
            searches: Searches::Nothing,
        }
    }
}

/// Where a page ended: the newest change first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// When the last item of it changed.
    pub changed: WallMs,
    /// Which it was.
    pub item: ItemId,
}

type Row = (
    i64,
    String,
    String,
    i64,
    Option<i64>,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    i64,
    i64,
    i64,
);

macro_rules! select_item {
    ($end:literal) => {
        concat!(
            "SELECT i.id, i.code, i.name, i.model_id, i.line_id, i.state, i.custodian, i.allocated_to, i.container_id, ",
            "i.site_id, i.node_id, i.since_ms, i.changed_ms, i.version FROM items i ",
            $end
        )
    };
}

macro_rules! where_item {
    () => {
        "WHERE ($1 = 0 OR ($1 = 1 AND (i.custodian = $2 OR i.allocated_to = $2)) OR ($1 = 2 AND EXISTS \
         (SELECT 1 FROM donation_lines l JOIN donation_shares s ON s.donation_id = l.donation_id \
          WHERE l.id = i.line_id AND s.party_id = $2))) \
         AND ($3 IS NULL OR i.state = $3) AND ($4 IS NULL OR i.custodian = $4) \
         AND ($5 IS NULL OR i.line_id IN (SELECT id FROM donation_lines WHERE donation_id = $5)) \
         AND ($6 IS NULL OR i.model_id = $6) AND ($7 IS NULL OR i.container_id = $7) \
         AND ($8 IS NULL OR i.site_id = $8) AND ($9 IS NULL OR i.node_id = $9) \
         AND ($10 IS NULL OR i.code LIKE $10 || '%' OR i.name_fold LIKE '%' || $11 || '%' ESCAPE '!' \
          OR i.id IN (SELECT item_id FROM item_identifiers WHERE ($12 >= 1 AND kind IN ('serial', 'disk_serial', 'ups_serial') \
           AND value LIKE '%' || $13 || '%' ESCAPE '!') OR ($12 >= 2 AND value IN ($14, $15)))) "
    };
}

/// Binds what [`where_item`] needs.
macro_rules! bind_filter {
    ($query:expr, $filter:expr) => {{
        let filter: &ItemFilter<'_> = $filter;
        let (whose, party) = match filter.whose {
            Whose::All => (0_i64, 0_i64),
            Whose::HeldBy(party) => (1, party.0),
            Whose::GivenBy(party) => (2, party.0),
        };
        let text = Text::of(filter.text);
        let searches = match filter.searches {
            Searches::Nothing => 0_i64,
            Searches::Plain => 1,
            Searches::All => 2,
        };
        $query
            .bind(whose)
            .bind(party)
            .bind(filter.state.map(State::word))
            .bind(filter.custodian.map(|party| party.0))
            .bind(filter.donation.map(|id| id.0))
            .bind(filter.model.map(|id| id.0))
            .bind(filter.container.map(|id| id.0))
            .bind(filter.site.map(|id| id.0))
            .bind(filter.node.map(|id| id.to_string()))
            .bind(text.code)
            .bind(text.name)
            .bind(searches)
            .bind(text.serial)
            .bind(text.upper)
            .bind(text.lower)
    }};
}

/// A typed text in the forms in which the columns hold it.
#[derive(Debug, Default)]
struct Text {
    code: Option<String>,
    name: Option<String>,
    serial: Option<String>,
    upper: Option<String>,
    lower: Option<String>,
}

impl Text {
    fn of(text: Option<&str>) -> Self {
        let Some(text) = text.map(str::trim).filter(|text| text.chars().count() >= FRAGMENT_CHARACTERS_MIN)
        else {
            return Self::default();
        };
        let compact: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        Self {
            code: Some(escaped(&compact.to_lowercase())),
            name: Some(escaped(&fold(text))),
            serial: Some(escaped(&text.to_ascii_uppercase())),
            upper: Some(compact.to_ascii_uppercase()),
            lower: Some(text.to_ascii_lowercase()),
        }
    }
}

/// Signs that LIKE would take for something else. A code holds none of them, so there they find nothing.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, character| {
        if matches!(character, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(character);
        out
    })
}

impl Store {
    /// Items, the newest change first, behind `after`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn items(
        &self,
        filter: &ItemFilter<'_>,
        after: Option<After>,
        most: i64,
    ) -> Result<Vec<Item>, StoreError> {
        let (changed, id) = after.map_or((i64::MAX, i64::MAX), |after| (after.changed.0, after.item.0));
        let query = sqlx::query_as(select_item_page());
        let rows: Vec<Row> =
            bind_filter!(query, filter).bind(changed).bind(id).bind(most).fetch_all(self.read()).await?;
        rows.into_iter().map(item).collect()
    }

    /// How many items the filter finds, by state.
    ///
    /// # Errors
    /// What the database says.
    pub async fn items_by_state(&self, filter: &ItemFilter<'_>) -> Result<Vec<(State, u64)>, StoreError> {
        let query = sqlx::query_as(concat!(
            "SELECT i.state, COUNT(*) FROM items i ",
            where_item!(),
            "GROUP BY i.state"
        ));
        let rows: Vec<(String, i64)> = bind_filter!(query, filter).fetch_all(self.read()).await?;
        rows.into_iter()
            .map(|(word, count)| Ok((state_of(&word)?, u64::try_from(count).unwrap_or_default())))
            .collect()
    }

    /// One item, if it is among those of `whose`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn item(&self, id: ItemId, whose: Whose) -> Result<Option<Item>, StoreError> {
        let (whose, party) = match whose {
            Whose::All => (0_i64, 0_i64),
            Whose::HeldBy(party) => (1, party.0),
            Whose::GivenBy(party) => (2, party.0),
        };
        let row: Option<Row> = sqlx::query_as(select_item!(
            "WHERE i.id = $3 AND ($1 = 0 OR ($1 = 1 AND (i.custodian = $2 OR i.allocated_to = $2)) OR ($1 = 2 AND EXISTS \
             (SELECT 1 FROM donation_lines l JOIN donation_shares s ON s.donation_id = l.donation_id \
              WHERE l.id = i.line_id AND s.party_id = $2)))"
        ))
        .bind(whose)
        .bind(party)
        .bind(id.0)
        .fetch_optional(self.read())
        .await?;
        row.map(item).transpose()
    }

    /// The item of a code.
    ///
    /// # Errors
    /// What the database says.
    pub async fn item_by_code(&self, code: ItemCode) -> Result<Option<Item>, StoreError> {
        let row: Option<Row> = sqlx::query_as(select_item!("WHERE i.code = $1"))
            .bind(code.to_string())
            .fetch_optional(self.read())
            .await?;
        row.map(item).transpose()
    }

    /// The item that carries an identifier.
    ///
    /// # Errors
    /// What the database says.
    pub async fn item_by_identifier(
        &self,
        kind: Kind,
        value: &str,
        model: ModelId,
    ) -> Result<Option<Item>, StoreError> {
        let row: Option<Row> = sqlx::query_as(select_item!(
            "JOIN item_identifiers d ON d.item_id = i.id WHERE d.kind = $1 AND d.value = $2 AND d.scope = $3"
        ))
        .bind(kind.word())
        .bind(value)
        .bind(scope(kind, model))
        .fetch_optional(self.read())
        .await?;
        row.map(item).transpose()
    }

    /// The identifiers of an item, by kind.
    ///
    /// # Errors
    /// What the database says.
    pub async fn identifiers(&self, item: ItemId) -> Result<Vec<(Kind, String)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT kind, value FROM item_identifiers WHERE item_id = $1 ORDER BY kind, value",
        )
        .bind(item.0)
        .fetch_all(self.read())
        .await?;
        let known = |(kind, value): (String, String)| Kind::from_word(&kind).map(|kind| (kind, value));
        Ok(rows.into_iter().filter_map(known).collect())
    }
}

const fn select_item_page() -> &'static str {
    concat!(
        "SELECT i.id, i.code, i.name, i.model_id, i.line_id, i.state, i.custodian, i.allocated_to, i.container_id, ",
        "i.site_id, i.node_id, i.since_ms, i.changed_ms, i.version FROM items i ",
        where_item!(),
        "AND (i.changed_ms, i.id) < ($16, $17) ORDER BY i.changed_ms DESC, i.id DESC LIMIT $18"
    )
}

/// Within which numbers a value is one of its kind: makers number their own things, so two of them may have one serial.
pub(super) const fn scope(kind: Kind, model: ModelId) -> i64 {
    match kind {
        Kind::Serial | Kind::UpsSerial => model.0,
        Kind::DiskSerial
        | Kind::Kit
        | Kind::Utid
        | Kind::Imei
        | Kind::Mac
        | Kind::SmbiosUuid
        | Kind::TpmKey => 0,
    }
}

/// Whether an identifier is masked until a reasoned look.
#[must_use]
pub const fn is_secret(kind: Kind) -> bool {
    matches!(kind.sensitivity(), Sensitivity::Secret)
}

pub(super) fn state_of(word: &str) -> Result<State, StoreError> {
    State::from_word(word).ok_or(StoreError::Value { what: "items.state" })
}

pub(super) fn item(row: Row) -> Result<Item, StoreError> {
    let (
        id,
        code,
        name,
        model,
        line,
        state,
        custodian,
        allocated,
        container,
        site,
        node,
        since,
        changed,
        version,
    ) = row;
    let node = node.map(|node| node.parse::<NodeId>()).transpose();
    Ok(Item {
        id: ItemId(id),
        code: code.parse().map_err(|_| StoreError::Value { what: "items.code" })?,
        name,
        model: ModelId(model),
        line: line.map(LineId),
        state: state_of(&state)?,
        custodian: PartyId(custodian),
        allocated_to: allocated.map(PartyId),
        container: container.map(ContainerId),
        site: site.map(SiteId),
        node: node.map_err(|_| StoreError::Value { what: "items.node_id" })?,
        since: WallMs(since),
        changed: WallMs(changed),
        version,
    })
}
