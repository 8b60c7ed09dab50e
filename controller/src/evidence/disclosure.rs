//! What a donor may take away of a single item. Pure.
//!
//! Enters: the donation's disclosure policy, a week, the present. Leaves: leave, or why not. A file is of one item and
//! names its serial: it is given only where the policy lets serials be told and lets a figure point at one item, and as
//! late as everything else (docs/decisions/0007-evidence-file.md). It never holds a place.

use holdfast_protocol::time::WallMs;
use holdfast_protocol::week::{DAY_MS, Week};

use crate::store::inventory::terms::Disclosure;

/// Why a donor is not given a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// Serials are not told.
    Serials,
    /// Nothing is told of fewer items than this.
    FewItems(u16),
    /// Not yet; from then on.
    Until(WallMs),
}

/// Whether a policy lets anything be told of a single item.
///
/// # Errors
/// [`Withheld::Serials`] or [`Withheld::FewItems`].
pub fn single_items(policy: Disclosure) -> Result<(), Withheld> {
    if !policy.serials {
        return Err(Withheld::Serials);
    }
    if policy.least_items > 1 {
        return Err(Withheld::FewItems(policy.least_items));
    }
    Ok(())
}

/// Whether a donor may have the file of a week.
///
/// # Errors
/// [`Withheld`].
pub fn of_week(policy: Disclosure, week: Week, now: WallMs) -> Result<(), Withheld> {
    single_items(policy)?;
    // Where nothing is told late, a week is told while it runs.
    if policy.delay_days == 0 && now >= week.start() {
        return Ok(());
    }
    let from = week.end().plus_ms(i64::from(policy.delay_days).saturating_mul(DAY_MS));
    if now < from { Err(Withheld::Until(from)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_given_only_where_serials_and_single_items_are_told_and_late() {
        let week: Week = "2026-W48".parse().expect("a week");
        let open = Disclosure { serials: true, least_items: 1, delay_days: 3, ..Disclosure::USUAL };
        let from = week.end().plus_ms(3 * DAY_MS);
        assert_eq!(of_week(open, week, from), Ok(()));
        assert_eq!(of_week(open, week, from.plus_ms(-1)), Err(Withheld::Until(from)));
        assert_eq!(of_week(Disclosure::USUAL, week, from), Err(Withheld::Serials));
        assert_eq!(of_week(Disclosure { serials: false, ..open }, week, from), Err(Withheld::Serials));
        assert_eq!(of_week(Disclosure { least_items: 2, ..open }, week, from), Err(Withheld::FewItems(2)));
        let prompt = Disclosure { delay_days: 0, ..open };
        assert_eq!(of_week(prompt, week, week.start()), Ok(()), "a week that runs");
        assert!(of_week(prompt, week, week.start().plus_ms(-1)).is_err());
    }
}
