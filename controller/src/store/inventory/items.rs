//! Items: one row a thing, its identifiers, and finding it.
//!
//! Enters: checked values, a filter that says whose items a person may see. Leaves: items, page by page, newest change
//! first. The columns of an item's state are written by [`super::custody`] alone.

use holdfast_protocol::custody::State;
use holdfast_protocol::identifier::{Kind, Sensitivity};
use holdfast_protocol::ids::{
    ContainerId, DonationId, ItemCode, ItemId, LineId, ModelId, NodeId, PartyId, PersonId, ProgrammeId,
    SiteId,
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
    /// Those a person handles: what their party has or is promised, what stands at sites assigned to them, and what the
    /// parties of those sites have.
    Handled {
        /// Who.
        by: PersonId,
        /// Of which party.
        party: PartyId,
    },
}

impl Whose {
    /// As the statements take it: which rule, and the numbers of a party and of a person.
    const fn bound(self) -> (i64, i64, i64) {
        match self {
            Self::All => (0, 0, 0),
            Self::HeldBy(party) => (1, party.0, 0),
            Self::GivenBy(party) => (2, party.0, 0),
            Self::Handled { by, party } => (3, party.0, by.0),
        }
    }
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
    /// Under this programme.
    pub programme: Option<ProgrammeId>,
    /// Whether identifiers of this sensitivity are searched.
    pub searches: Searches,
    /// Whether names are searched: they are what people wrote.
    pub names: SearchesNames,
}

/// Whether a search may look into the names of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchesNames {
    /// It may.
    Yes,
    /// Who may not read them may not find them either.
    No,
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
            programme: None,
            searches: Searches::Nothing,
            names: SearchesNames::Yes,
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

/// What an item refers to, in words: what a list shows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Maker and name of its model.
    pub model: String,
    /// Who has it.
    pub custodian: String,
    /// To whom it is promised.
    pub allocated_to: Option<String>,
    /// What it is packed in.
    pub container: Option<String>,
    /// Where it works: code name and region.
    pub site: Option<(String, String)>,
    /// Under which donation.
    pub donation: Option<(DonationId, String)>,
    /// Under which programme.
    pub programme: Option<String>,
}

/// An item with what it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedItem {
    /// The item.
    pub item: Item,
    /// What it refers to.
    pub names: Names,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    code: String,
    name: String,
    model_id: i64,
    line_id: Option<i64>,
    state: String,
    custodian: i64,
    allocated_to: Option<i64>,
    container_id: Option<i64>,
    site_id: Option<i64>,
    node_id: Option<String>,
    since_ms: i64,
    changed_ms: i64,
    version: i64,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    item: Row,
    maker: String,
    model_name: String,
    custodian_name: String,
    allocated_name: Option<String>,
    container_name: Option<String>,
    site_name: Option<String>,
    site_region: Option<String>,
    donation_id: Option<i64>,
    donation_title: Option<String>,
    programme_title: Option<String>,
}

macro_rules! item_columns {
    () => {
        "i.id, i.code, i.name, i.model_id, i.line_id, i.state, i.custodian, i.allocated_to, i.container_id, i.site_id, \
         i.node_id, i.since_ms, i.changed_ms, i.version"
    };
}

macro_rules! select_item {
    ($end:expr) => {
        concat!("SELECT ", item_columns!(), " FROM items i ", $end)
    };
}

/// The names stand around the page of items, so that only what is shown is looked up.
macro_rules! select_listed {
    ($items:expr) => {
        concat!(
            "SELECT i.*, m.maker, m.name AS model_name, p.name AS custodian_name, a.name AS allocated_name, \
             c.name AS container_name, s.name AS site_name, s.region AS site_region, d.id AS donation_id, \
             d.title AS donation_title, g.title AS programme_title FROM (",
            $items,
            ") i JOIN models m ON m.id = i.model_id JOIN parties p ON p.id = i.custodian \
             LEFT JOIN parties a ON a.id = i.allocated_to LEFT JOIN containers c ON c.id = i.container_id \
             LEFT JOIN sites s ON s.id = i.site_id LEFT JOIN donation_lines l ON l.id = i.line_id \
             LEFT JOIN donations d ON d.id = l.donation_id LEFT JOIN programmes g ON g.id = d.programme_id \
             ORDER BY i.changed_ms DESC, i.id DESC"
        )
    };
}

/// Whose: `$1` says by which rule, `$2` is a party, `$3` a person.
macro_rules! where_whose {
    () => {
        "($1 = 0 OR ($1 = 1 AND (i.custodian = $2 OR i.allocated_to = $2)) OR ($1 = 2 AND EXISTS \
         (SELECT 1 FROM donation_lines l JOIN donation_shares s ON s.donation_id = l.donation_id \
          WHERE l.id = i.line_id AND s.party_id = $2)) \
         OR ($1 = 3 AND (i.custodian = $2 OR i.allocated_to = $2 \
          OR i.site_id IN (SELECT site_id FROM person_sites WHERE person_id = $3) \
          OR i.custodian IN (SELECT s.party_id FROM sites s JOIN person_sites ps ON ps.site_id = s.id \
           WHERE ps.person_id = $3 AND s.party_id IS NOT NULL))))"
    };
}

/// Each thing that is searched has a part of its own, which an index answers: joined by OR they would be asked of every row
/// of items, and a search in 30,000 took 40 ms in place of 7.
macro_rules! where_item {
    () => {
        concat!(
            "WHERE ",
            where_whose!(),
            " AND ($4 IS NULL OR i.state = $4) AND ($5 IS NULL OR i.custodian = $5) \
             AND ($6 IS NULL OR i.line_id IN (SELECT id FROM donation_lines WHERE donation_id = $6)) \
             AND ($7 IS NULL OR i.model_id = $7) AND ($8 IS NULL OR i.container_id = $8) \
             AND ($9 IS NULL OR i.site_id = $9) AND ($10 IS NULL OR i.node_id = $10) \
             AND ($11 IS NULL OR i.line_id IN (SELECT dl.id FROM donation_lines dl JOIN donations dd \
              ON dd.id = dl.donation_id WHERE dd.programme_id = $11)) \
             AND ($12 IS NULL OR i.id IN (SELECT n.id FROM items n WHERE n.code LIKE $12 || '%' ESCAPE '!' \
              UNION SELECT n.id FROM items n WHERE $18 = 1 AND n.name_fold LIKE '%' || $13 || '%' ESCAPE '!' \
              UNION SELECT item_id FROM item_identifiers WHERE $14 >= 1 \
               AND kind IN ('serial', 'disk_serial', 'ups_serial') AND value LIKE '%' || $15 || '%' ESCAPE '!' \
              UNION SELECT item_id FROM item_identifiers WHERE $14 >= 2 \
               AND kind IN ('serial', 'disk_serial', 'ups_serial', 'kit', 'utid', 'imei', 'mac', 'smbios_uuid', \
                'tpm_key') AND value IN ($16, $17))) "
        )
    };
}

/// Binds what [`where_item`] needs.
macro_rules! bind_filter {
    ($query:expr, $filter:expr) => {{
        let filter: &ItemFilter<'_> = $filter;
        let (rule, party, person) = filter.whose.bound();
        let text = Text::of(filter.text);
        let searches = match filter.searches {
            Searches::Nothing => 0_i64,
            Searches::Plain => 1,
            Searches::All => 2,
        };
        $query
            .bind(rule)
            .bind(party)
            .bind(person)
            .bind(filter.state.map(State::word))
            .bind(filter.custodian.map(|party| party.0))
            .bind(filter.donation.map(|id| id.0))
            .bind(filter.model.map(|id| id.0))
            .bind(filter.container.map(|id| id.0))
            .bind(filter.site.map(|id| id.0))
            .bind(filter.node.map(|id| id.to_string()))
            .bind(filter.programme.map(|id| id.0))
            .bind(text.code)
            .bind(text.name)
            .bind(searches)
            .bind(text.serial)
            .bind(text.upper)
            .bind(text.lower)
            .bind(i64::from(filter.names == SearchesNames::Yes))
    }};
}

mod listing;

pub use listing::{ByItem, ItemFacets, Listing, Narrowed, PlaceOfItem, Way};

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
pub(super) fn escaped(text: &str) -> String {
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
    ) -> Result<Vec<ListedItem>, StoreError> {
        let (changed, id) = after.map_or((i64::MAX, i64::MAX), |after| (after.changed.0, after.item.0));
        let query = sqlx::query_as(select_listed!(select_item!(concat!(
            where_item!(),
            "AND (i.changed_ms, i.id) < ($19, $20) ORDER BY i.changed_ms DESC, i.id DESC LIMIT $21"
        ))));
        let rows: Vec<ListedRow> =
            bind_filter!(query, filter).bind(changed).bind(id).bind(most).fetch_all(self.read()).await?;
        rows.into_iter().map(listed).collect()
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
        Ok(self.listed_item(id, whose).await?.map(|listed| listed.item))
    }

    /// One item with what it refers to, if it is among those of `whose`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn listed_item(&self, id: ItemId, whose: Whose) -> Result<Option<ListedItem>, StoreError> {
        let (rule, party, person) = whose.bound();
        let row: Option<ListedRow> =
            sqlx::query_as(select_listed!(select_item!(concat!("WHERE i.id = $4 AND ", where_whose!()))))
                .bind(rule)
                .bind(party)
                .bind(person)
                .bind(id.0)
                .fetch_optional(self.read())
                .await?;
        row.map(listed).transpose()
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

/// Within which numbers a value is one of its kind: makers number their own things, so two of them may have one serial.
#[must_use]
pub const fn scope(kind: Kind, model: ModelId) -> i64 {
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

fn item(row: Row) -> Result<Item, StoreError> {
    let node = row.node_id.map(|node| node.parse::<NodeId>()).transpose();
    Ok(Item {
        id: ItemId(row.id),
        code: row.code.parse().map_err(|_| StoreError::Value { what: "items.code" })?,
        name: row.name,
        model: ModelId(row.model_id),
        line: row.line_id.map(LineId),
        state: state_of(&row.state)?,
        custodian: PartyId(row.custodian),
        allocated_to: row.allocated_to.map(PartyId),
        container: row.container_id.map(ContainerId),
        site: row.site_id.map(SiteId),
        node: node.map_err(|_| StoreError::Value { what: "items.node_id" })?,
        since: WallMs(row.since_ms),
        changed: WallMs(row.changed_ms),
        version: row.version,
    })
}

fn listed(row: ListedRow) -> Result<ListedItem, StoreError> {
    let names = Names {
        model: format!("{} {}", row.maker, row.model_name).trim().to_owned(),
        custodian: row.custodian_name,
        allocated_to: row.allocated_name,
        container: row.container_name,
        site: row.site_name.map(|name| (name, row.site_region.unwrap_or_default())),
        donation: row.donation_id.map(DonationId).zip(row.donation_title),
        programme: row.programme_title,
    };
    Ok(ListedItem { item: item(row.item)?, names })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    #[tokio::test]
    async fn a_search_asks_indices_and_reads_no_row_that_it_does_not_find() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let filter =
            ItemFilter { text: Some("sn-0041"), searches: Searches::All, ..ItemFilter::of(Whose::All) };
        let query = sqlx::query_as(concat!("EXPLAIN QUERY PLAN SELECT i.id FROM items i ", where_item!()));
        let plan: Vec<(i64, i64, i64, String)> =
            bind_filter!(query, &filter).fetch_all(store.read()).await.unwrap();
        let steps: Vec<&str> = plan.iter().map(|(_, _, _, step)| step.as_str()).collect();
        assert!(
            !steps.iter().any(|step| step.starts_with("SCAN")
                && !step.contains("USING COVERING INDEX")
                && *step != "SCAN i"),
            "{steps:#?}"
        );
        assert!(steps.iter().any(|step| step.contains("items_by_name")), "{steps:#?}");
        assert!(!steps.iter().any(|step| step.contains("SCAN item_identifiers")), "{steps:#?}");
    }

    #[test]
    fn every_kind_of_identifier_is_searched() {
        for kind in Kind::ALL {
            assert!(where_item!().contains(&format!("'{}'", kind.word())), "{}", kind.word());
        }
    }
}
