//! What a page tells of one item beside the item itself: where it stood, in which hand-overs it was, who is who.
//!
//! Enters: numbers. Leaves: rows. Who may see them is asked before.

use std::collections::BTreeMap;

use holdfast_protocol::custody::handover::HandoverId;
use holdfast_protocol::ids::{ItemId, NodeId, PersonId};
use holdfast_protocol::time::WallMs;

use crate::store::{Store, StoreError};

/// Hand-overs of one item that a page tells of, the newest first.
const HANDOVERS_MAX: i64 = 20;

/// An item at a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Number of the site.
    pub site: i64,
    /// Its code name.
    pub name: String,
    /// Its region, or empty.
    pub region: String,
    /// In or as which computer.
    pub node: Option<NodeId>,
    /// Since when.
    pub from: WallMs,
    /// Until when.
    pub to: Option<WallMs>,
}

type DeploymentRow = (i64, String, String, Option<String>, i64, Option<i64>);

impl Store {
    /// Where an item stood, the newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn deployments(&self, item: ItemId) -> Result<Vec<Deployment>, StoreError> {
        let rows: Vec<DeploymentRow> = sqlx::query_as(
            "SELECT s.id, s.name, s.region, d.node_id, d.from_ms, d.to_ms FROM deployments d \
             JOIN sites s ON s.id = d.site_id WHERE d.item_id = $1 ORDER BY d.number DESC",
        )
        .bind(item.0)
        .fetch_all(self.read())
        .await?;
        let row = |(site, name, region, node, from, to): DeploymentRow| Deployment {
            site,
            name,
            region,
            node: node.and_then(|node| node.parse().ok()),
            from: WallMs(from),
            to: to.map(WallMs),
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// The hand-overs of an item, the newest first: names, the sides' names, whether it is open.
    ///
    /// # Errors
    /// What the database says.
    pub async fn handovers_of(
        &self,
        item: ItemId,
    ) -> Result<Vec<(HandoverId, String, String, WallMs)>, StoreError> {
        let rows: Vec<(Vec<u8>, String, String, i64)> = sqlx::query_as(
            "SELECT h.id, g.name, t.name, h.offered_ms FROM handover_items x JOIN handovers h ON h.id = x.handover_id \
             JOIN parties g ON g.id = h.giver JOIN parties t ON t.id = h.taker WHERE x.item_id = $1 \
             ORDER BY h.number DESC LIMIT $2",
        )
        .bind(item.0)
        .bind(HANDOVERS_MAX)
        .fetch_all(self.read())
        .await?;
        rows.into_iter()
            .map(|(id, giver, taker, offered)| {
                let id = <[u8; 16]>::try_from(id).map_err(|_| StoreError::Value { what: "handovers.id" })?;
                Ok((HandoverId(id), giver, taker, WallMs(offered)))
            })
            .collect()
    }

    /// Of which party each of these people is, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn parties_of(&self, people: &[PersonId]) -> Result<BTreeMap<PersonId, String>, StoreError> {
        let numbers: Vec<i64> = people.iter().map(|person| person.0).collect();
        let wanted = serde_json::to_string(&numbers).map_err(|_| StoreError::Value { what: "people.id" })?;
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT p.id, a.name FROM people p JOIN parties a ON a.id = p.party_id \
             WHERE p.id IN (SELECT value FROM json_each($1))",
        )
        .bind(wanted)
        .fetch_all(self.read())
        .await?;
        Ok(rows.into_iter().map(|(person, party)| (PersonId(person), party)).collect())
    }

    /// Names of parties, by number.
    ///
    /// # Errors
    /// What the database says.
    pub async fn named_parties(&self, ids: &[i64]) -> Result<BTreeMap<i64, String>, StoreError> {
        let wanted = serde_json::to_string(ids).map_err(|_| StoreError::Value { what: "parties.id" })?;
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, name FROM parties WHERE id IN (SELECT value FROM json_each($1))")
                .bind(wanted)
                .fetch_all(self.read())
                .await?;
        Ok(rows.into_iter().collect())
    }
}
