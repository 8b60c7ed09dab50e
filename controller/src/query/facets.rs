//! Facets: what a list could be narrowed to, and how many rows each would show.
//!
//! Enters: each row's values, and which filters it fails. Leaves: counts. A facet's figure is the number of rows that a
//! click on it gives: rows that match all filters of the other kinds. Pure.

use std::collections::BTreeMap;

use holdfast_protocol::ids::SiteId;
use holdfast_protocol::presence::StateWord;

use crate::model::SiteRef;

/// Values that a facet offers at most: the 27 regions of Ukraine fit; the search finds the sites that are left out.
const VALUES_MAX: usize = 30;

/// Kinds of filter that have a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The state's word.
    Word,
    /// Late.
    Late,
    /// The region.
    Region,
    /// The agent's version.
    Agent,
    /// The site.
    Site,
}

/// Which filters a row fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fails {
    only: Option<Kind>,
    many: bool,
    beyond: bool,
}

impl Fails {
    /// With this filter, if it is set, matching or not.
    #[must_use]
    pub fn with(self, kind: Kind, matches: bool) -> Self {
        match (matches, self.only) {
            (true, _) => self,
            (false, None) => Self { only: Some(kind), ..self },
            (false, Some(_)) => Self { many: true, ..self },
        }
    }

    /// With a filter that has no facet, such as a search.
    #[must_use]
    pub fn with_text(self, matches: bool) -> Self {
        Self { beyond: self.beyond || !matches, ..self }
    }

    /// Whether the row is in the list.
    #[must_use]
    pub const fn none(self) -> bool {
        self.only.is_none() && !self.beyond
    }

    /// Whether the row counts for facets of this kind: it fails no other filter.
    fn counts(self, kind: Kind) -> bool {
        !self.beyond && !self.many && self.only.is_none_or(|only| only == kind)
    }
}

/// Counts of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By word, in the words' order, zeros included.
    pub words: Vec<(StateWord, u64)>,
    /// Under all filters but the word: what "all" gives.
    pub any_word: u64,
    /// Late.
    pub late: u64,
    /// By region, by name; empty text for none.
    pub regions: Vec<(String, u64)>,
    /// By version, newest first.
    pub agents: Vec<(String, u64)>,
    /// By site, by name; only of nodes.
    pub sites: Vec<(SiteRef, u64)>,
    /// Values that are left out of the last three, because there are too many.
    pub left_out: usize,
    /// Rows without any filter.
    pub everything: u64,
}

/// What a row says to its facets.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its word.
    pub word: StateWord,
    /// Whether it is late.
    pub late: bool,
    /// Its region, if it has a site.
    pub region: Option<&'a str>,
    /// Its site.
    pub site: Option<SiteId>,
}

/// Counts while a list is walked.
#[derive(Debug, Default)]
pub struct Tally<'a> {
    words: BTreeMap<usize, u64>,
    any_word: u64,
    late: u64,
    regions: BTreeMap<&'a str, u64>,
    agents: BTreeMap<&'a str, u64>,
    sites: BTreeMap<SiteId, u64>,
    everything: u64,
}

impl<'a> Tally<'a> {
    /// Counts a row.
    pub fn take(&mut self, told: Told<'a>, agents: &[&'a str], fails: Fails) {
        self.everything = self.everything.saturating_add(1);
        if fails.counts(Kind::Word) {
            let at = StateWord::ALL.iter().position(|word| *word == told.word).unwrap_or(0);
            add(self.words.entry(at).or_default());
            add(&mut self.any_word);
        }
        if told.late && fails.counts(Kind::Late) {
            add(&mut self.late);
        }
        if let Some(region) = told.region.filter(|_| fails.counts(Kind::Region)) {
            add(self.regions.entry(region).or_default());
        }
        if fails.counts(Kind::Agent) {
            agents.iter().for_each(|agent| add(self.agents.entry(*agent).or_default()));
        }
        if let Some(site) = told.site.filter(|_| fails.counts(Kind::Site)) {
            add(self.sites.entry(site).or_default());
        }
    }

    /// The counts. `chosen` are values that stay even when nothing matches them, `site` gives a site by its number.
    #[must_use]
    pub fn done(self, chosen: Chosen<'_>, site: impl Fn(SiteId) -> Option<SiteRef>) -> Facets {
        let words = StateWord::ALL.into_iter().enumerate();
        let owned = |(name, count): (&str, u64)| (name.to_owned(), count);
        let regions: Vec<_> = self.regions.into_iter().map(owned).collect();
        let mut agents: Vec<_> = self.agents.into_iter().map(owned).collect();
        agents.sort_by_key(|(agent, _)| std::cmp::Reverse(super::text::natural(agent)));
        let mut sites: Vec<_> =
            self.sites.into_iter().filter_map(|(id, count)| site(id).map(|site| (site, count))).collect();
        sites.sort_by_key(|(site, _)| super::text::natural(&site.name));
        let mut left_out = 0;
        let mut out = Facets {
            words: words.map(|(at, word)| (word, self.words.get(&at).copied().unwrap_or(0))).collect(),
            any_word: self.any_word,
            late: self.late,
            regions: most(regions, &mut left_out, |region| chosen.region == Some(region.as_str())),
            agents: most(agents, &mut left_out, |agent| chosen.agent == Some(agent.as_str())),
            sites: most(sites, &mut left_out, |site| chosen.site == Some(site.id)),
            left_out: 0,
            everything: self.everything,
        };
        out.left_out = left_out;
        if let Some(region) = chosen.region.filter(|wanted| out.regions.iter().all(|(it, _)| it != wanted)) {
            out.regions.push((region.to_owned(), 0));
        }
        if let Some(agent) = chosen.agent.filter(|wanted| out.agents.iter().all(|(it, _)| it != wanted)) {
            out.agents.push((agent.to_owned(), 0));
        }
        let missing = chosen.site.filter(|wanted| out.sites.iter().all(|(it, _)| it.id != *wanted));
        out.sites.extend(missing.and_then(site).map(|site| (site, 0)));
        out
    }
}

/// Values that are filtered by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chosen<'a> {
    /// Region.
    pub region: Option<&'a str>,
    /// Version.
    pub agent: Option<&'a str>,
    /// Site.
    pub site: Option<SiteId>,
}

fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}

/// The values that most rows have, in the order they came in; a chosen one is always among them.
pub fn most<T>(values: Vec<(T, u64)>, left_out: &mut usize, chosen: impl Fn(&T) -> bool) -> Vec<(T, u64)> {
    let mut counts: Vec<u64> = values.iter().map(|(_, count)| *count).collect();
    counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
    let least = counts.get(VALUES_MAX.saturating_sub(1)).copied().unwrap_or(0);
    let mut room = VALUES_MAX;
    let before = values.len();
    let kept: Vec<_> = values
        .into_iter()
        .filter(|(value, count)| {
            let fits = *count >= least && room > 0;
            room = room.saturating_sub(usize::from(fits));
            fits || chosen(value)
        })
        .collect();
    *left_out = left_out.saturating_add(before.saturating_sub(kept.len()));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(word: StateWord, late: bool, region: &str) -> Told<'_> {
        Told { word, late, region: Some(region), site: None }
    }

    #[test]
    fn a_facet_counts_the_rows_that_a_click_on_it_gives() {
        // Filtered by "No report" and UA-63.
        let rows = [
            (StateWord::NoReport, "UA-63", "0.1.0"),
            (StateWord::NoReport, "UA-32", "0.1.0"),
            (StateWord::Ok, "UA-63", "0.2.0"),
            (StateWord::Ok, "UA-32", "0.2.0"),
        ];
        let mut tally = Tally::default();
        for (word, region, agent) in rows {
            let fails = Fails::default()
                .with(Kind::Word, word == StateWord::NoReport)
                .with(Kind::Region, region == "UA-63");
            tally.take(told(word, false, region), &[agent], fails);
        }
        let chosen = Chosen { region: Some("UA-63"), ..Chosen::default() };
        let facets = tally.done(chosen, |_| None);
        let word = |wanted| facets.words.iter().find(|(word, _)| *word == wanted).map(|(_, count)| *count);
        assert_eq!((word(StateWord::NoReport), word(StateWord::Ok), facets.any_word), (Some(1), Some(1), 2));
        assert_eq!(facets.regions, [("UA-32".to_owned(), 1), ("UA-63".to_owned(), 1)]);
        assert_eq!(facets.agents, [("0.1.0".to_owned(), 1)]);
        assert_eq!(facets.everything, 4);
    }

    #[test]
    fn what_is_chosen_stays_even_when_nothing_matches_and_the_rest_is_cut_to_the_most_counted() {
        let names: Vec<String> = (0..50).map(|number| format!("UA-{number:02}")).collect();
        let mut tally = Tally::default();
        for (index, name) in names.iter().enumerate() {
            for _ in 0..=index {
                tally.take(told(StateWord::Ok, true, name), &[], Fails::default());
            }
        }
        let chosen = Chosen { region: Some("UA-00"), agent: Some("9"), site: None };
        let facets = tally.done(chosen, |_| None);
        assert_eq!(facets.regions.len(), VALUES_MAX + 1);
        assert_eq!((facets.regions[0].0.as_str(), facets.regions[VALUES_MAX].0.as_str()), ("UA-00", "UA-49"));
        assert_eq!(facets.agents, [("9".to_owned(), 0)]);
        assert_eq!(facets.left_out, 50 - VALUES_MAX - 1);
    }
}
