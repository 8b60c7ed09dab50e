//! The list of items as people read it: in an order of their choice, narrowed, with counts of what it could be narrowed to.
//!
//! Enters: a filter, an order, and the item behind which a page begins. Leaves: rows, and counts. Numbers of items are
//! ordered first and only those of the page are read whole. A count is the number of rows that a click on it gives: rows that
//! match all filters of the other kinds. Never holds a name in a cursor: a page begins behind an item, by its number.

use std::collections::BTreeMap;

use holdfast_protocol::custody::State;
use holdfast_protocol::ids::{ItemId, ModelId};
use holdfast_protocol::time::WallMs;

use super::{ItemFilter, ListedItem, ListedRow, Searches, SearchesNames, Text, listed, state_of};
use crate::store::{Store, StoreError};

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ByItem {
    /// What somebody has to look after first, then the newest change.
    Attention,
    /// What people call it.
    Name,
    /// Maker and name of its model.
    Model,
    /// The programme's title.
    Programme,
    /// Who has it.
    Custodian,
    /// The region in which it works.
    Region,
    /// When its last event was recorded.
    Changed,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The first of the alphabet, the earliest; what needs attention.
    Up,
    /// The other way around.
    Down,
}

/// Which items a list shows, beside what [`ItemFilter`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Narrowed<'a> {
    /// The rest of the filter.
    pub filter: ItemFilter<'a>,
    /// In this region; empty text for none.
    pub region: Option<&'a str>,
    /// Only what somebody has to look after.
    pub attention: bool,
    /// What arrived before this moment, and is not accepted, takes long; what was sent [`ON_THE_WAY_MS`] before it, too.
    pub long: WallMs,
    /// Offers that end later wait for their answer.
    pub now: WallMs,
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceOfItem {
    /// The last item of it.
    pub item: ItemId,
    /// When that had changed.
    pub changed: WallMs,
    /// Whether somebody has to look after it.
    pub attention: bool,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The item with what it refers to.
    pub listed: ListedItem,
    /// To whom it is offered, while that waits for an answer.
    pub offered_to: Option<String>,
    /// Whether somebody has to look after it.
    pub attention: bool,
}

/// What a list could be narrowed to: number, name and rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemFacets {
    /// By state.
    pub states: Vec<(State, u64)>,
    /// What somebody has to look after, under the other filters.
    pub attention: u64,
    /// The same without any filter.
    pub attention_in_all: u64,
    /// By programme, by title.
    pub programmes: Vec<(i64, String, u64)>,
    /// By custodian, by name.
    pub custodians: Vec<(i64, String, u64)>,
    /// By model, by name.
    pub models: Vec<(i64, String, u64)>,
    /// By region.
    pub regions: Vec<(String, u64)>,
    /// Rows without any filter.
    pub everything: u64,
}

impl ItemFacets {
    /// Under all filters but the state.
    #[must_use]
    pub fn any_state(&self) -> u64 {
        self.states.iter().map(|(_, count)| count).sum()
    }
}

/// States in which somebody has to look after an item, whatever the clock says: it is missing, or does not work.
const TROUBLED: [State; 3] = [State::Lost, State::Stolen, State::InRepair];

/// How much longer than a wait for acceptance a journey may take: with its 72 hours, 14 days.
const ON_THE_WAY_MS: i64 = 11 * 86_400_000;

/// `$19`: what takes long; `$20`: now.
macro_rules! attention {
    () => {
        "(i.state IN ('lost', 'stolen', 'in_repair') OR (i.state = 'received' AND i.since_ms < $19) \
         OR (i.state = 'in_transit' AND i.since_ms < $19 - 950400000) \
         OR i.id IN (SELECT x.item_id FROM handovers h JOIN handover_items x ON x.handover_id = h.id \
          WHERE h.open = 1 AND h.ends_ms > $20))"
    };
}

macro_rules! where_listed {
    () => {
        concat!(
            where_item!(),
            " AND ($21 IS NULL OR ($21 = '' AND i.site_id IS NULL) \
              OR i.site_id IN (SELECT id FROM sites WHERE region = $21)) AND ($22 = 0 OR ",
            attention!(),
            ") "
        )
    };
}

macro_rules! bind_listed {
    ($query:expr, $narrowed:expr) => {{
        let narrowed: &Narrowed<'_> = $narrowed;
        bind_filter!($query, &narrowed.filter)
            .bind(narrowed.long.0)
            .bind(narrowed.now.0)
            .bind(narrowed.region)
            .bind(i64::from(narrowed.attention))
    }};
}

/// By a text, rows without one last both ways. `$23` says whether the page begins behind an item, `$24` is that item's text,
/// `$25` its number; `$26` the rows.
macro_rules! by_text {
    ($join:expr, $key:expr, $than:expr, $way:expr) => {
        concat!(
            "SELECT i.id FROM items i ",
            $join,
            where_listed!(),
            "AND ($23 = 0 OR (",
            $key,
            " IS NULL) > ($24 IS NULL) OR ((",
            $key,
            " IS NULL) = ($24 IS NULL) AND (COALESCE(",
            $key,
            ", '') ",
            $than,
            " COALESCE($24, '') OR (COALESCE(",
            $key,
            ", '') = COALESCE($24, '') AND i.id > $25)))) ORDER BY ",
            $key,
            " IS NULL, ",
            $key,
            $way,
            ", i.id LIMIT $26"
        )
    };
}

/// The statements of an order by a text: an item's text, and the numbers of a page up and down.
macro_rules! order_by {
    ($join:expr, $key:expr) => {
        ByText {
            key: concat!("SELECT ", $key, " FROM items i ", $join, "WHERE i.id = $1"),
            up: by_text!($join, $key, ">", " ASC"),
            down: by_text!($join, $key, "<", " DESC"),
        }
    };
}

/// See [`order_by`].
struct ByText {
    key: &'static str,
    up: &'static str,
    down: &'static str,
}

const BY_NAME: ByText = order_by!("", "NULLIF(i.name_fold, '')");
const BY_MODEL: ByText = order_by!("JOIN models m ON m.id = i.model_id ", "m.name_fold");
const BY_CUSTODIAN: ByText = order_by!("JOIN parties p ON p.id = i.custodian ", "p.name_fold");
const BY_REGION: ByText = order_by!("LEFT JOIN sites s ON s.id = i.site_id ", "NULLIF(s.region, '')");
const BY_PROGRAMME: ByText = order_by!(
    "LEFT JOIN donation_lines l ON l.id = i.line_id LEFT JOIN donations d ON d.id = l.donation_id \
     LEFT JOIN programmes g ON g.id = d.programme_id ",
    "g.title_fold"
);

/// By the newest or oldest change. `$23` and `$24` are where the page before ended, `$25` the rows.
macro_rules! by_change {
    ($and:expr, $than:expr, $way:expr) => {
        concat!(
            "SELECT i.id FROM items i ",
            where_listed!(),
            $and,
            "AND ($23 IS NULL OR (i.changed_ms, i.id) ",
            $than,
            " ($23, $24)) ORDER BY i.changed_ms ",
            $way,
            ", i.id ",
            $way,
            " LIMIT $25"
        )
    };
}

impl Store {
    /// Rows of the list behind a place, in an order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_items(
        &self,
        narrowed: &Narrowed<'_>,
        (by, way): (ByItem, Way),
        after: Option<PlaceOfItem>,
        most: i64,
    ) -> Result<Vec<Listing>, StoreError> {
        let ids = match by {
            ByItem::Attention => self.by_attention(narrowed, way, after, most).await?,
            ByItem::Changed => {
                let sql = match way {
                    Way::Up => by_change!("", ">", "ASC"),
                    Way::Down => by_change!("", "<", "DESC"),
                };
                self.by_change(sql, narrowed, after, most).await?
            }
            ByItem::Name => self.by_text(&BY_NAME, narrowed, way, after, most).await?,
            ByItem::Model => self.by_text(&BY_MODEL, narrowed, way, after, most).await?,
            ByItem::Programme => self.by_text(&BY_PROGRAMME, narrowed, way, after, most).await?,
            ByItem::Custodian => self.by_text(&BY_CUSTODIAN, narrowed, way, after, most).await?,
            ByItem::Region => self.by_text(&BY_REGION, narrowed, way, after, most).await?,
        };
        self.rows_of(&ids, narrowed).await
    }

    async fn by_text(
        &self,
        order: &ByText,
        narrowed: &Narrowed<'_>,
        way: Way,
        after: Option<PlaceOfItem>,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let key: Option<String> = match after {
            None => None,
            Some(after) => {
                sqlx::query_scalar(order.key).bind(after.item.0).fetch_optional(self.read()).await?.flatten()
            }
        };
        let query = sqlx::query_scalar(match way {
            Way::Up => order.up,
            Way::Down => order.down,
        });
        let query = bind_listed!(query, narrowed)
            .bind(i64::from(after.is_some()))
            .bind(key)
            .bind(after.map(|after| after.item.0))
            .bind(most);
        Ok(query.fetch_all(self.read()).await?)
    }

    async fn by_change(
        &self,
        sql: &'static str,
        narrowed: &Narrowed<'_>,
        after: Option<PlaceOfItem>,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let query = sqlx::query_scalar(sql);
        let query = bind_listed!(query, narrowed)
            .bind(after.map(|after| after.changed.0))
            .bind(after.map(|after| after.item.0))
            .bind(most);
        Ok(query.fetch_all(self.read()).await?)
    }

    /// First the few that need somebody, then the rest along the index of changes, which ends with the page.
    async fn by_attention(
        &self,
        narrowed: &Narrowed<'_>,
        way: Way,
        after: Option<PlaceOfItem>,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let (needing, rest) = match way {
            Way::Up => (
                by_change!(concat!("AND ", attention!(), " "), "<", "DESC"),
                by_change!(concat!("AND NOT ", attention!(), " "), "<", "DESC"),
            ),
            Way::Down => (
                by_change!(concat!("AND ", attention!(), " "), ">", "ASC"),
                by_change!(concat!("AND NOT ", attention!(), " "), ">", "ASC"),
            ),
        };
        let first_needing = way == Way::Up;
        let parts =
            if first_needing { [(needing, true), (rest, false)] } else { [(rest, false), (needing, true)] };
        let mut ids: Vec<i64> = Vec::new();
        let mut passed = after.is_some();
        for (sql, attention) in parts {
            let here = after.filter(|after| after.attention == attention);
            passed = passed && here.is_none();
            let left = most.saturating_sub(i64::try_from(ids.len()).unwrap_or(most));
            if passed || left == 0 {
                continue;
            }
            ids.extend(self.by_change(sql, narrowed, here, left).await?);
        }
        Ok(ids)
    }

    /// The items of these numbers, in their order, with what waits for an answer.
    async fn rows_of(&self, ids: &[i64], narrowed: &Narrowed<'_>) -> Result<Vec<Listing>, StoreError> {
        let wanted = serde_json::to_string(ids).map_err(|_| StoreError::Value { what: "items.id" })?;
        let rows: Vec<ListedRow> =
            sqlx::query_as(select_listed!(select_item!("WHERE i.id IN (SELECT value FROM json_each($1))")))
                .bind(&wanted)
                .fetch_all(self.read())
                .await?;
        let offered: Vec<(i64, String)> = sqlx::query_as(
            "SELECT x.item_id, p.name FROM handovers h JOIN handover_items x ON x.handover_id = h.id \
             JOIN parties p ON p.id = h.taker WHERE h.open = 1 AND h.ends_ms > $1 \
             AND x.item_id IN (SELECT value FROM json_each($2))",
        )
        .bind(narrowed.now.0)
        .bind(&wanted)
        .fetch_all(self.read())
        .await?;
        let mut offered: BTreeMap<i64, String> = offered.into_iter().collect();
        let mut by_id = BTreeMap::new();
        for row in rows {
            let listed = listed(row)?;
            let offered_to = offered.remove(&listed.item.id.0);
            let since = listed.item.since;
            let late = (listed.item.state == State::Received && since < narrowed.long)
                || (listed.item.state == State::InTransit && since < narrowed.long.plus_ms(-ON_THE_WAY_MS));
            let attention = TROUBLED.contains(&listed.item.state) || late || offered_to.is_some();
            by_id.insert(listed.item.id.0, Listing { listed, offered_to, attention });
        }
        Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
    }

    /// Counts of the list.
    ///
    /// # Errors
    /// What the database says.
    pub async fn item_facets(&self, narrowed: &Narrowed<'_>) -> Result<ItemFacets, StoreError> {
        let filter = narrowed.filter;
        let of = |filter| Narrowed { filter, ..*narrowed };
        let states = of(ItemFilter { state: None, ..filter });
        let programmes = of(ItemFilter { programme: None, ..filter });
        let custodians = of(ItemFilter { custodian: None, ..filter });
        let models = of(ItemFilter { model: None, ..filter });
        let regions = Narrowed { region: None, ..*narrowed };
        let needing = Narrowed { attention: true, ..*narrowed };
        let everything = Narrowed {
            filter: ItemFilter {
                searches: Searches::Nothing,
                names: SearchesNames::No,
                ..ItemFilter::of(filter.whose)
            },
            region: None,
            attention: false,
            ..*narrowed
        };
        Ok(ItemFacets {
            states: self.states_of(&states).await?,
            attention: self.count_items(&needing).await?,
            attention_in_all: self.count_items(&Narrowed { attention: true, ..everything }).await?,
            programmes: self.named(PROGRAMMES, &programmes).await?,
            custodians: self.named(CUSTODIANS, &custodians).await?,
            models: self.named(MODELS, &models).await?,
            regions: self.regions_of(&regions).await?,
            everything: self.count_items(&everything).await?,
        })
    }

    async fn states_of(&self, narrowed: &Narrowed<'_>) -> Result<Vec<(State, u64)>, StoreError> {
        let query = sqlx::query_as(concat!(
            "SELECT i.state, COUNT(*) FROM items i ",
            where_listed!(),
            "GROUP BY i.state"
        ));
        let rows: Vec<(String, i64)> = bind_listed!(query, narrowed).fetch_all(self.read()).await?;
        let mut counts = Vec::with_capacity(rows.len());
        for (word, count) in rows {
            counts.push((state_of(&word)?, whole(count)));
        }
        counts.sort_unstable();
        Ok(counts)
    }

    /// How many rows the list has.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_items(&self, narrowed: &Narrowed<'_>) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar(concat!("SELECT COUNT(*) FROM items i ", where_listed!()));
        let count: i64 = bind_listed!(query, narrowed).fetch_one(self.read()).await?;
        Ok(whole(count))
    }

    async fn named(
        &self,
        sql: &'static str,
        narrowed: &Narrowed<'_>,
    ) -> Result<Vec<(i64, String, u64)>, StoreError> {
        let query = sqlx::query_as(sql);
        let rows: Vec<(i64, String, i64)> = bind_listed!(query, narrowed).fetch_all(self.read()).await?;
        Ok(rows.into_iter().map(|(id, name, count)| (id, name, whole(count))).collect())
    }

    async fn regions_of(&self, narrowed: &Narrowed<'_>) -> Result<Vec<(String, u64)>, StoreError> {
        let query = sqlx::query_as(concat!(
            "SELECT COALESCE(s.region, ''), COUNT(*) FROM items i LEFT JOIN sites s ON s.id = i.site_id ",
            where_listed!(),
            "GROUP BY 1 ORDER BY 1"
        ));
        let rows: Vec<(String, i64)> = bind_listed!(query, narrowed).fetch_all(self.read()).await?;
        Ok(rows.into_iter().map(|(region, count)| (region, whole(count))).collect())
    }

    /// Lines of donations that gave this model: number, the donation's title, the line's remark.
    ///
    /// # Errors
    /// What the database says.
    pub async fn lines_of_model(&self, model: ModelId) -> Result<Vec<(i64, String, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT l.id, d.title, l.note FROM donation_lines l JOIN donations d ON d.id = l.donation_id \
             WHERE l.model_id = $1 ORDER BY d.title_fold, l.id LIMIT 500",
        )
        .bind(model.0)
        .fetch_all(self.read())
        .await?)
    }
}

macro_rules! named {
    ($of:expr, $join:expr) => {
        concat!(
            "SELECT n.id, n.name, SUM(f.c) FROM (SELECT ",
            $of,
            " AS k, COUNT(*) AS c FROM items i ",
            where_listed!(),
            "GROUP BY 1) f ",
            $join,
            " GROUP BY n.id ORDER BY n.fold, n.id"
        )
    };
}

const CUSTODIANS: &str =
    named!("i.custodian", "JOIN (SELECT id, name, name_fold AS fold FROM parties) n ON n.id = f.k");
const MODELS: &str = named!(
    "i.model_id",
    "JOIN (SELECT id, trim(maker || ' ' || name) AS name, name_fold AS fold FROM models) n ON n.id = f.k"
);
const PROGRAMMES: &str = named!(
    "i.line_id",
    "JOIN donation_lines l ON l.id = f.k JOIN donations d ON d.id = l.donation_id \
     JOIN (SELECT id, title AS name, title_fold AS fold FROM programmes) n ON n.id = d.programme_id"
);

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
