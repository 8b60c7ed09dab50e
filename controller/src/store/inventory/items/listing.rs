//! The list of items as people read it: in an order of their choice, narrowed, with counts of what it could be narrowed to.
//!
//! Enters: a filter, an order, and the item behind which a page begins. Leaves: rows, and counts. Numbers of items are
//! ordered first and only those of the page are read whole. A count is the number of rows that a click on it gives: rows that
//! match all filters of the other kinds. Never holds a name in a cursor: a page begins behind an item, by its number.

use std::collections::BTreeMap;

use holdfast_protocol::custody::State;
use holdfast_protocol::ids::{ItemId, ModelId};
use holdfast_protocol::time::WallMs;

use sqlx::{QueryBuilder, Sqlite};

use super::{ItemFilter, ListedItem, ListedRow, Searches, SearchesNames, Text, Whose, listed, state_of};
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

/// A statement that says no more than what is asked: SQLite reads every part of a WHERE for every row, and fifteen parts that
/// hold for all rows cost 30,000 rows more than the work itself.
type Sql = QueryBuilder<Sqlite>;

/// The numbers of items that somebody has to look after, each part by an index of its own.
fn push_attention(sql: &mut Sql, narrowed: &Narrowed<'_>) {
    sql.push("(SELECT id FROM items WHERE state IN ('lost', 'stolen', 'in_repair') ");
    sql.push("UNION ALL SELECT id FROM items WHERE state = 'received' AND since_ms < ")
        .push_bind(narrowed.long.0);
    sql.push(" UNION ALL SELECT id FROM items WHERE state = 'in_transit' AND since_ms < ");
    sql.push_bind(narrowed.long.0.saturating_sub(ON_THE_WAY_MS));
    sql.push(" UNION ALL SELECT x.item_id FROM handovers h JOIN handover_items x ON x.handover_id = h.id ");
    sql.push("WHERE h.open = 1 AND h.ends_ms > ").push_bind(narrowed.now.0).push(")");
}

fn push_whose(sql: &mut Sql, whose: Whose) {
    match whose {
        Whose::All => {}
        Whose::HeldBy(party) => {
            sql.push(" AND (i.custodian = ").push_bind(party.0);
            sql.push(" OR i.allocated_to = ").push_bind(party.0).push(")");
        }
        Whose::GivenBy(party) => {
            sql.push(" AND i.line_id IN (SELECT l.id FROM donation_lines l JOIN donation_shares s ");
            sql.push("ON s.donation_id = l.donation_id WHERE s.party_id = ").push_bind(party.0).push(")");
        }
        Whose::Handled { by, party } => {
            sql.push(" AND (i.custodian = ").push_bind(party.0);
            sql.push(" OR i.allocated_to = ").push_bind(party.0);
            sql.push(" OR i.site_id IN (SELECT site_id FROM person_sites WHERE person_id = ").push_bind(by.0);
            sql.push(") OR i.custodian IN (SELECT s.party_id FROM sites s JOIN person_sites ps ON ps.site_id = s.id ");
            sql.push("WHERE s.party_id IS NOT NULL AND ps.person_id = ").push_bind(by.0).push("))");
        }
    }
}

/// All that narrows; `found` are the numbers that a search found, as a list in JSON.
fn push_where(sql: &mut Sql, narrowed: &Narrowed<'_>, found: Option<&str>) {
    let filter = &narrowed.filter;
    sql.push(" WHERE 1 = 1");
    push_whose(sql, filter.whose);
    if let Some(state) = filter.state {
        sql.push(" AND i.state = ").push_bind(state.word());
    }
    let numbers = [
        (" AND i.custodian = ", filter.custodian.map(|id| id.0)),
        (" AND i.model_id = ", filter.model.map(|id| id.0)),
        (" AND i.container_id = ", filter.container.map(|id| id.0)),
        (" AND i.site_id = ", filter.site.map(|id| id.0)),
    ];
    for (column, id) in numbers {
        if let Some(id) = id {
            sql.push(column).push_bind(id);
        }
    }
    if let Some(node) = filter.node {
        sql.push(" AND i.node_id = ").push_bind(node.to_string());
    }
    if let Some(donation) = filter.donation {
        sql.push(" AND i.line_id IN (SELECT id FROM donation_lines WHERE donation_id = ");
        sql.push_bind(donation.0).push(")");
    }
    if let Some(programme) = filter.programme {
        sql.push(" AND i.line_id IN (SELECT dl.id FROM donation_lines dl JOIN donations dd ON dd.id = dl.donation_id ");
        sql.push("WHERE dd.programme_id = ").push_bind(programme.0).push(")");
    }
    if let Some(region) = narrowed.region {
        sql.push(if region.is_empty() { " AND (i.site_id IS NULL OR " } else { " AND (" });
        sql.push("i.site_id IN (SELECT id FROM sites WHERE region = ")
            .push_bind(region.to_owned())
            .push("))");
    }
    if let Some(found) = found {
        sql.push(" AND i.id IN (SELECT value FROM json_each(").push_bind(found.to_owned()).push("))");
    }
    if narrowed.attention {
        sql.push(" AND i.id IN ");
        push_attention(sql, narrowed);
    }
}

/// An order by a text: where it is joined, and what it is.
struct ByText {
    join: &'static str,
    key: &'static str,
}

const BY_NAME: ByText = ByText { join: "", key: "NULLIF(i.name_fold, '')" };
const BY_MODEL: ByText = ByText { join: " JOIN models m ON m.id = i.model_id", key: "m.name_fold" };
const BY_CUSTODIAN: ByText = ByText { join: " JOIN parties p ON p.id = i.custodian", key: "p.name_fold" };
const BY_REGION: ByText =
    ByText { join: " LEFT JOIN sites s ON s.id = i.site_id", key: "NULLIF(s.region, '')" };
const BY_PROGRAMME: ByText = ByText {
    join: " LEFT JOIN donation_lines l ON l.id = i.line_id LEFT JOIN donations d ON d.id = l.donation_id \
           LEFT JOIN programmes g ON g.id = d.programme_id",
    key: "g.title_fold",
};

/// Of what somebody has to look after, of the rest, or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Needing,
    Rest,
    Both,
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
        let found = self.found(&narrowed.filter).await?;
        let found = found.as_deref();
        let asked = (narrowed, found);
        let ids = match by {
            ByItem::Attention => self.by_attention(asked, way, after, most).await?,
            // The newest first is "up" for attention, and "down" for the time itself.
            ByItem::Changed => self.by_change(asked, Part::Both, way == Way::Down, after, most).await?,
            ByItem::Name => self.by_text(&BY_NAME, asked, way, after, most).await?,
            ByItem::Model => self.by_text(&BY_MODEL, asked, way, after, most).await?,
            ByItem::Programme => self.by_text(&BY_PROGRAMME, asked, way, after, most).await?,
            ByItem::Custodian => self.by_text(&BY_CUSTODIAN, asked, way, after, most).await?,
            ByItem::Region => self.by_text(&BY_REGION, asked, way, after, most).await?,
        };
        self.rows_of(&ids, narrowed).await
    }

    /// The numbers that a search finds, once for a page and all its counts; none where nothing is searched.
    async fn found(&self, filter: &ItemFilter<'_>) -> Result<Option<String>, StoreError> {
        if filter.text.is_none() {
            return Ok(None);
        }
        let only = ItemFilter {
            text: filter.text,
            searches: filter.searches,
            names: filter.names,
            ..ItemFilter::of(Whose::All)
        };
        let query = sqlx::query_scalar(concat!("SELECT i.id FROM items i ", where_item!()));
        let ids: Vec<i64> = bind_filter!(query, &only).fetch_all(self.read()).await?;
        serde_json::to_string(&ids).map(Some).map_err(|_| StoreError::Value { what: "items.id" })
    }

    async fn by_text(
        &self,
        order: &ByText,
        (narrowed, found): (&Narrowed<'_>, Option<&str>),
        way: Way,
        after: Option<PlaceOfItem>,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let ByText { join, key } = order;
        let mut sql = Sql::new("SELECT i.id FROM items i");
        sql.push(join);
        push_where(&mut sql, narrowed, found);
        if let Some(after) = after {
            let mut of = Sql::new("SELECT ");
            of.push(key).push(" FROM items i").push(join).push(" WHERE i.id = ").push_bind(after.item.0);
            let text: Option<Option<String>> = of.build_query_scalar().fetch_optional(self.read()).await?;
            let than = match way {
                Way::Up => " > ",
                Way::Down => " < ",
            };
            match text.flatten() {
                // Rows without a text come last both ways.
                None => {
                    sql.push(" AND ").push(key).push(" IS NULL AND i.id > ").push_bind(after.item.0);
                }
                Some(text) => {
                    sql.push(" AND (").push(key).push(" IS NULL OR ").push(key).push(than);
                    sql.push_bind(text.clone()).push(" OR (").push(key).push(" = ").push_bind(text);
                    sql.push(" AND i.id > ").push_bind(after.item.0).push("))");
                }
            }
        }
        sql.push(" ORDER BY ").push(key).push(" IS NULL, ").push(key).push(match way {
            Way::Up => " ASC",
            Way::Down => " DESC",
        });
        sql.push(", i.id LIMIT ").push_bind(most);
        Ok(sql.build_query_scalar().fetch_all(self.read()).await?)
    }

    async fn by_change(
        &self,
        (narrowed, found): (&Narrowed<'_>, Option<&str>),
        part: Part,
        newest_first: bool,
        after: Option<PlaceOfItem>,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::new("SELECT i.id FROM items i");
        push_where(&mut sql, narrowed, found);
        match part {
            Part::Both => {}
            Part::Needing => {
                sql.push(" AND i.id IN ");
                push_attention(&mut sql, narrowed);
            }
            Part::Rest => {
                sql.push(" AND i.id NOT IN ");
                push_attention(&mut sql, narrowed);
            }
        }
        if let Some(after) = after {
            sql.push(" AND (i.changed_ms, i.id) ").push(if newest_first { "< (" } else { "> (" });
            sql.push_bind(after.changed.0).push(", ").push_bind(after.item.0).push(")");
        }
        sql.push(if newest_first {
            " ORDER BY i.changed_ms DESC, i.id DESC LIMIT "
        } else {
            " ORDER BY i.changed_ms, i.id LIMIT "
        });
        sql.push_bind(most);
        Ok(sql.build_query_scalar().fetch_all(self.read()).await?)
    }

    /// First the few that need somebody, then the rest along the index of changes, which ends with the page.
    async fn by_attention(
        &self,
        asked: (&Narrowed<'_>, Option<&str>),
        way: Way,
        after: Option<PlaceOfItem>,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let parts = match way {
            Way::Up => [(Part::Needing, true), (Part::Rest, false)],
            Way::Down => [(Part::Rest, false), (Part::Needing, true)],
        };
        let mut ids: Vec<i64> = Vec::new();
        let mut passed = after.is_some();
        for (part, attention) in parts {
            let here = after.filter(|after| after.attention == attention);
            passed = passed && here.is_none();
            let left = most.saturating_sub(i64::try_from(ids.len()).unwrap_or(most));
            if passed || left == 0 {
                continue;
            }
            ids.extend(self.by_change(asked, part, way == Way::Up, here, left).await?);
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
        let found = self.found(&filter).await?;
        let found = found.as_deref();
        let of = |filter| Narrowed { filter, ..*narrowed };
        let states = of(ItemFilter { state: None, ..filter });
        let programmes = of(ItemFilter { programme: None, ..filter });
        let custodians = of(ItemFilter { custodian: None, ..filter });
        let models = of(ItemFilter { model: None, ..filter });
        let regions = Narrowed { region: None, ..*narrowed };
        let needing = Narrowed { attention: true, ..*narrowed };
        let everything =
            Narrowed { filter: ItemFilter::of(filter.whose), region: None, attention: false, ..*narrowed };
        let needing_in_all = Narrowed { attention: true, ..everything };
        let first = async {
            let states = self.states_of((&states, found)).await?;
            let counts = (
                self.count((&needing, found)).await?,
                self.count((&needing_in_all, None)).await?,
                self.count((&everything, None)).await?,
            );
            Ok::<_, StoreError>((states, counts, self.named(PROGRAMMES, (&programmes, found)).await?))
        };
        let second = async {
            Ok::<_, StoreError>((
                self.named(CUSTODIANS, (&custodians, found)).await?,
                self.named(MODELS, (&models, found)).await?,
                self.regions_of((&regions, found)).await?,
            ))
        };
        // Two readers side by side: a page waits for its longest part.
        let ((states, counts, programmes), (custodians, models, regions)) = tokio::try_join!(first, second)?;
        let (attention, attention_in_all, everything) = counts;
        Ok(ItemFacets {
            states,
            attention,
            attention_in_all,
            programmes,
            custodians,
            models,
            regions,
            everything,
        })
    }

    async fn states_of(
        &self,
        (narrowed, found): (&Narrowed<'_>, Option<&str>),
    ) -> Result<Vec<(State, u64)>, StoreError> {
        let mut sql = Sql::new("SELECT i.state, COUNT(*) FROM items i");
        push_where(&mut sql, narrowed, found);
        sql.push(" GROUP BY i.state");
        let rows: Vec<(String, i64)> = sql.build_query_as().fetch_all(self.read()).await?;
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
        let found = self.found(&narrowed.filter).await?;
        self.count((narrowed, found.as_deref())).await
    }

    async fn count(&self, (narrowed, found): (&Narrowed<'_>, Option<&str>)) -> Result<u64, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM items i");
        push_where(&mut sql, narrowed, found);
        let count: i64 = sql.build_query_scalar().fetch_one(self.read()).await?;
        Ok(whole(count))
    }

    async fn named(
        &self,
        (of, join): (&'static str, &'static str),
        (narrowed, found): (&Narrowed<'_>, Option<&str>),
    ) -> Result<Vec<(i64, String, u64)>, StoreError> {
        let mut sql = Sql::new("SELECT n.id, n.name, SUM(f.c) FROM (SELECT ");
        sql.push(of).push(" AS k, COUNT(*) AS c FROM items i");
        push_where(&mut sql, narrowed, found);
        sql.push(" GROUP BY 1) f ").push(join).push(" GROUP BY n.id ORDER BY n.fold, n.id");
        let rows: Vec<(i64, String, i64)> = sql.build_query_as().fetch_all(self.read()).await?;
        Ok(rows.into_iter().map(|(id, name, count)| (id, name, whole(count))).collect())
    }

    async fn regions_of(
        &self,
        (narrowed, found): (&Narrowed<'_>, Option<&str>),
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let all = self.count((narrowed, found)).await?;
        let mut sql = Sql::new("SELECT s.region, COUNT(*) FROM items i JOIN sites s ON s.id = i.site_id");
        push_where(&mut sql, narrowed, found);
        sql.push(" AND s.region <> '' GROUP BY 1 ORDER BY 1");
        let rows: Vec<(String, i64)> = sql.build_query_as().fetch_all(self.read()).await?;
        let mut regions: Vec<(String, u64)> =
            rows.into_iter().map(|(region, count)| (region, whole(count))).collect();
        let placed = regions.iter().map(|(_, count)| count).sum();
        let nowhere = all.saturating_sub(placed);
        if nowhere > 0 {
            regions.insert(0, (String::new(), nowhere));
        }
        Ok(regions)
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

const CUSTODIANS: (&str, &str) =
    ("i.custodian", "JOIN (SELECT id, name, name_fold AS fold FROM parties) n ON n.id = f.k");
const MODELS: (&str, &str) = (
    "i.model_id",
    "JOIN (SELECT id, trim(maker || ' ' || name) AS name, name_fold AS fold FROM models) n ON n.id = f.k",
);
const PROGRAMMES: (&str, &str) = (
    "i.line_id",
    "JOIN donation_lines l ON l.id = f.k JOIN donations d ON d.id = l.donation_id \
     JOIN (SELECT id, title AS name, title_fold AS fold FROM programmes) n ON n.id = d.programme_id",
);

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
