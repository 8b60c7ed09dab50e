//! Orders of lists, and pages in them: where a row stands, and where a reader goes on.
//!
//! Enters: rows with their places. Leaves: a page and its cursor. A cursor is the place of the last row, not a count, so
//! that rows that change while someone reads are neither skipped in bulk nor repeated; it names the order it belongs to.
//! No cursor holds a name: it ends in browser histories. Rows without a value come last in both directions. Pure.

use std::cmp::Ordering;

use holdfast_protocol::ids::{NodeId, SiteId};

use super::QueryError;
use super::text::natural;

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    /// Needs a person first: the word, then late, then what has waited longest.
    #[default]
    Need,
    /// Code name; a node's is its id.
    Name,
    /// The site's code name.
    Site,
    /// Region.
    Region,
    /// When it was last heard; the longest ago first.
    Heard,
    /// Interface of the connection.
    Route,
    /// Round trip.
    Delay,
    /// Records that wait.
    Backlog,
    /// Records lost.
    Lost,
    /// The agent's version.
    Agent,
    /// How many nodes.
    Nodes,
    /// Maker and name of the model.
    Model,
    /// The programme's title.
    Programme,
    /// Who has it.
    Custodian,
    /// When its last event was recorded; the newest first.
    Changed,
}

impl SortKey {
    /// Orders of the list of nodes.
    pub const OF_NODES: &[Self] = &[
        Self::Need,
        Self::Name,
        Self::Site,
        Self::Region,
        Self::Heard,
        Self::Route,
        Self::Delay,
        Self::Backlog,
        Self::Lost,
        Self::Agent,
    ];
    /// Orders of the list of sites.
    pub const OF_SITES: &[Self] =
        &[Self::Need, Self::Name, Self::Region, Self::Heard, Self::Nodes, Self::Backlog];

    /// Orders of the list of items.
    pub const OF_ITEMS: &[Self] =
        &[Self::Need, Self::Name, Self::Model, Self::Programme, Self::Custodian, Self::Region, Self::Changed];

    /// In addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::Name => "name",
            Self::Site => "site",
            Self::Region => "region",
            Self::Heard => "heard",
            Self::Route => "route",
            Self::Delay => "delay",
            Self::Backlog => "backlog",
            Self::Lost => "lost",
            Self::Agent => "agent",
            Self::Nodes => "nodes",
            Self::Model => "model",
            Self::Programme => "programme",
            Self::Custodian => "custodian",
            Self::Changed => "changed",
        }
    }

    /// Which way a reader most likely wants it first: the largest figure, else the first of the alphabet.
    #[must_use]
    pub const fn first_way(self) -> Direction {
        match self {
            Self::Delay | Self::Backlog | Self::Lost | Self::Nodes | Self::Changed => Direction::Down,
            Self::Need
            | Self::Name
            | Self::Site
            | Self::Region
            | Self::Heard
            | Self::Route
            | Self::Agent
            | Self::Model
            | Self::Programme
            | Self::Custodian => Direction::Up,
        }
    }
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Smallest, earliest, most urgent first.
    #[default]
    Up,
    /// The other way around.
    Down,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// By what.
    pub by: SortKey,
    /// Which way.
    pub direction: Direction,
}

impl Order {
    /// As it is written in an address: `heard`, `-heard`.
    #[must_use]
    pub fn key(self) -> String {
        let sign = match self.direction {
            Direction::Up => "",
            Direction::Down => "-",
        };
        format!("{sign}{}", self.by.key())
    }

    /// Reads it; only orders that the list has.
    ///
    /// # Errors
    /// [`QueryError::Ask`].
    pub fn from_key(text: &str, of: &[SortKey]) -> Result<Self, QueryError> {
        let (direction, name) =
            text.strip_prefix('-').map_or((Direction::Up, text), |rest| (Direction::Down, rest));
        let by = of.iter().copied().find(|by| by.key() == name).ok_or(QueryError::Ask {
            parameter: "sort",
            why: "this list has no such order; name one of its columns, with `-` in front for the other way",
        })?;
        Ok(Self { by, direction })
    }
}

/// A row's value in an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Severity, not late, since when.
    Need(u8, bool, i64),
    /// A figure or an instant.
    Whole(i64),
    /// Text as it sorts, and what a cursor holds of it: the text itself, or a site's number instead of its name.
    Text(String, Written),
}

/// What a cursor holds of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// The text: a version, a region, an interface.
    Itself(String),
    /// The site of this number has it as its name.
    NameOf(i64),
}

impl Value {
    /// A text that may stand in an address.
    pub fn text(text: &str) -> Self {
        Self::Text(natural(text), Written::Itself(text.to_owned()))
    }

    /// A site's name.
    pub fn name(name: &str, site: SiteId) -> Self {
        Self::Text(natural(name), Written::NameOf(site.0))
    }

    /// A count.
    pub fn count(count: u64) -> Self {
        Self::Whole(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// A figure that is never negative: its bits are in its order (IEEE 754, 5.10).
    pub fn figure(figure: f64) -> Self {
        Self::Whole(i64::try_from(figure.max(0.0).to_bits()).unwrap_or(i64::MAX))
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<I> {
    /// Its value; rows without one come last.
    pub value: Option<Value>,
    /// Decides between equal values.
    pub id: I,
}

impl<I: Ord> Place<I> {
    /// Compares two places of one order.
    pub fn compare(&self, other: &Self, direction: Direction) -> Ordering {
        let by_value = match (&self.value, &other.value) {
            (Some(one), Some(two)) => match direction {
                Direction::Up => one.cmp(two),
                Direction::Down => two.cmp(one),
            },
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then_with(|| self.id.cmp(&other.id))
    }
}

/// An id that a cursor can hold.
pub trait Id: Copy + Ord {
    /// As text.
    fn write(self) -> String;
    /// From text.
    fn read(text: &str) -> Option<Self>;
}

/// A site's number with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteNumber(pub SiteId);

impl Id for NodeId {
    fn write(self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Id for SiteNumber {
    fn write(self) -> String {
        self.0.0.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(|id| Self(SiteId(id)))
    }
}

/// Sorts rows and gives the page behind a place: its rows, and the place of the last one if others follow.
pub fn page<T, I: Id>(
    mut rows: Vec<(Place<I>, T)>,
    direction: Direction,
    after: Option<&Place<I>>,
    many: usize,
) -> (Vec<T>, Option<Place<I>>) {
    rows.sort_unstable_by(|(one, _), (two, _)| one.compare(two, direction));
    let start = after.map_or(0, |after| {
        rows.partition_point(|(place, _)| place.compare(after, direction) != Ordering::Greater)
    });
    let more = rows.len() > start.saturating_add(many);
    let shown = rows.into_iter().skip(start).take(many);
    let (mut places, items): (Vec<Place<I>>, Vec<T>) = shown.unzip();
    (items, places.pop().filter(|_| more))
}

/// A place as text: order, value, id.
pub fn cursor<I: Id>(order: Order, place: &Place<I>) -> String {
    let value = match &place.value {
        None => String::new(),
        Some(Value::Need(severity, in_time, since)) => format!("{severity}_{}_{since}", u8::from(*in_time)),
        Some(Value::Whole(whole)) => whole.to_string(),
        Some(Value::Text(_, Written::Itself(text))) => {
            format!("x{}", text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
        Some(Value::Text(_, Written::NameOf(site))) => format!("s{site}"),
    };
    format!("{}.{value}.{}", order.key(), place.id.write())
}

/// The place that a cursor names. `name` gives a site's name by its number.
///
/// # Errors
/// [`QueryError::Ask`] for a cursor of another order, and for text that is no cursor.
pub fn from_cursor<I: Id>(
    text: &str,
    order: Order,
    name: impl Fn(SiteId) -> Option<String>,
) -> Result<Place<I>, QueryError> {
    let none = QueryError::Ask { parameter: "after", why: "hand back `next` of the page before, unchanged" };
    let mut parts = text.split('.');
    let (Some(key), Some(value), Some(id), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(none);
    };
    if key != order.key() {
        return Err(QueryError::Ask {
            parameter: "after",
            why: "this place belongs to another order; leave `after` out to begin at the first page of this one",
        });
    }
    let value = if value.is_empty() {
        Some(None)
    } else if order.by == SortKey::Need {
        need(value).map(Some)
    } else if let Some(hex) = value.strip_prefix('x') {
        from_hex(hex).map(|text| Some(Value::text(&text)))
    } else if let Some(site) = value.strip_prefix('s') {
        let site = site.parse().ok().map(SiteId);
        site.and_then(|site| name(site).map(|name| Some(Value::name(&name, site))))
    } else {
        value.parse().ok().map(|whole| Some(Value::Whole(whole)))
    };
    let (Some(value), Some(id)) = (value, I::read(id)) else { return Err(none) };
    Ok(Place { value, id })
}

fn need(text: &str) -> Option<Value> {
    let mut parts = text.split('_');
    let severity = parts.next()?.parse().ok()?;
    let in_time = match parts.next()? {
        "0" => false,
        "1" => true,
        _other => return None,
    };
    let since = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(Value::Need(severity, in_time, since))
}

fn from_hex(hex: &str) -> Option<String> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|at| hex.get(at..at.saturating_add(2)).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Rows with many equal and some missing values.
    fn rows(random: &mut fastrand::Rng, by: SortKey) -> Vec<(Place<SiteNumber>, i64)> {
        let many = random.i64(0..260);
        (0..many)
            .map(|id| {
                let value = match by {
                    SortKey::Need => Value::Need(random.u8(0..3), random.bool(), random.i64(-3..3)),
                    SortKey::Name | SortKey::Site => Value::name(&named(SiteId(id % 40)), SiteId(id % 40)),
                    SortKey::Region
                    | SortKey::Route
                    | SortKey::Agent
                    | SortKey::Model
                    | SortKey::Programme
                    | SortKey::Custodian => Value::text(&format!("0.{}.ї", random.u8(0..12))),
                    SortKey::Delay => Value::figure(f64::from(random.u8(0..9)) / 3.0),
                    SortKey::Heard | SortKey::Backlog | SortKey::Lost | SortKey::Nodes | SortKey::Changed => {
                        Value::Whole(random.i64(-5..5))
                    }
                };
                (Place { value: (random.u8(0..5) > 0).then_some(value), id: SiteNumber(SiteId(id)) }, id)
            })
            .collect()
    }

    fn named(site: SiteId) -> String {
        format!("Birch {}", site.0 % 7)
    }

    #[test]
    fn paging_any_order_visits_each_row_exactly_once_and_in_order() {
        for seed in 0..60 {
            let mut random = fastrand::Rng::with_seed(seed);
            let keys = [SortKey::OF_NODES, SortKey::OF_SITES].concat();
            let by = *random.choice(&keys).expect("there are some");
            let direction = if random.bool() { Direction::Up } else { Direction::Down };
            let order = Order { by, direction };
            let rows = rows(&mut random, by);
            let (many, name) = (random.usize(1..60), |site| Some(named(site)));
            let (whole, none) = page(rows.clone(), direction, None, usize::MAX);
            assert!(none.is_none());
            let (mut after, mut seen) = (None, Vec::new());
            loop {
                let (items, next) = page(rows.clone(), direction, after.as_ref(), many);
                assert!(items.len() <= many, "seed {seed}");
                seen.extend(items);
                let Some(next) = next else { break };
                let text = cursor(order, &next);
                let back = from_cursor(&text, order, name).expect("our own cursor");
                assert_eq!(back, next, "seed {seed}: {text}");
                after = Some(back);
            }
            assert_eq!(seen, whole, "seed {seed}, {order:?}");
            assert_eq!(
                seen.iter().collect::<BTreeSet<_>>().len(),
                rows.len(),
                "seed {seed}: a row is there twice"
            );
        }
    }

    #[test]
    fn rows_without_a_value_come_last_in_both_directions() {
        for direction in [Direction::Up, Direction::Down] {
            let place = |value, id| (Place { value, id: SiteNumber(SiteId(id)) }, id);
            let rows = vec![place(None, 1), place(Some(Value::Whole(2)), 2), place(Some(Value::Whole(3)), 3)];
            assert_eq!(page(rows, direction, None, 9).0.last(), Some(&1), "{direction:?}");
        }
    }

    #[test]
    fn a_cursor_of_another_order_or_of_nothing_is_refused_and_says_what_to_do() {
        let heard = Order { by: SortKey::Heard, direction: Direction::Down };
        let place = Place { value: Some(Value::Whole(5)), id: SiteNumber(SiteId(3)) };
        let text = cursor(heard, &place);
        assert_eq!(text, "-heard.5.3");
        let read = |text: &str, order| from_cursor::<SiteNumber>(text, order, |_| None);
        assert_eq!(read(&text, heard).expect("its own"), place);
        let other = Order { by: SortKey::Heard, direction: Direction::Up };
        for order in [other, Order::default()] {
            let refused = read(&text, order).expect_err("another order").to_string();
            assert!(refused.contains("another order") && refused.contains("leave `after` out"), "{refused}");
        }
        for text in
            ["", "rubbish", "-heard", "-heard..", "-heard.x.3", "-heard.xzz.3", "-heard.5.3.1", "-heard.s9.3"]
        {
            let refused = read(text, heard);
            let fine = matches!(&refused, Err(QueryError::Ask { parameter: "after", .. }));
            // Empty hexadecimal is empty text.
            assert!(fine || text == "-heard.x.3", "{text}: {refused:?}");
        }
    }

    #[test]
    fn an_order_is_read_as_it_is_written_and_only_where_the_list_has_it() {
        for by in SortKey::OF_NODES {
            for direction in [Direction::Up, Direction::Down] {
                let order = Order { by: *by, direction };
                assert_eq!(Order::from_key(&order.key(), SortKey::OF_NODES).expect("written here"), order);
            }
        }
        for text in ["nodes", "", "-", "--name", "Name", "rubbish"] {
            assert!(Order::from_key(text, SortKey::OF_NODES).is_err(), "{text}");
        }
    }

    #[test]
    fn no_cursor_holds_a_name() {
        let place = Place { value: Some(Value::name("Birch 114", SiteId(7))), id: SiteNumber(SiteId(7)) };
        assert_eq!(cursor(Order { by: SortKey::Name, direction: Direction::Up }, &place), "name.s7.7");
    }
}
