//! Outages that are over and not yet told to the agent, which writes a record of each.
//!
//! Enters: outages, one at a time. Leaves: the same to a channel, in order, as far as it has room. Never waits. What the
//! channel does not take waits here; of more than [`UNTOLD_MAX`] the shortest goes. An operator asks how long the site was
//! dark and how it is now: the longest outages answer the first and the latest answers the second, while the shortest of
//! seventeen that came while the agent hung is the one least missed.

use tokio::sync::mpsc;

use super::Outage;

/// Outages that wait beside those in the channel: each takes a lost session and a new one, so sixteen are minutes in which
/// the agent took in none.
pub(super) const UNTOLD_MAX: usize = 16;

/// Outages in the order in which they were.
#[derive(Debug, Default)]
pub(super) struct Untold {
    waiting: Vec<Outage>,
}

impl Untold {
    /// Takes one in; answers the one that went for it, if one had to.
    pub(super) fn push(&mut self, outage: Outage) -> Option<Outage> {
        let length_ms = |outage: &Outage| outage.ended.since_ms(outage.began);
        let shortest = self.waiting.iter().enumerate().min_by_key(|(_, outage)| length_ms(outage));
        let dropped = shortest.map(|(at, _)| at).filter(|_| self.waiting.len() >= UNTOLD_MAX);
        let dropped = dropped.map(|at| self.waiting.remove(at));
        self.waiting.push(outage);
        dropped
    }

    /// Tells what the channel takes.
    pub(super) fn tell(&mut self, to: &mpsc::Sender<Outage>) {
        let taken = self.waiting.iter().take_while(|outage| to.try_send(**outage).is_ok()).count();
        self.waiting.drain(..taken);
    }
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::event::OutageCause;
    use holdfast_protocol::time::BootMs;

    use super::*;

    fn outage(began: u64, length: u64) -> Outage {
        let (began, ended) = (BootMs(began), BootMs(began + length));
        Outage { cause: OutageCause::Silent, began, ended, attempts: 1 }
    }

    #[test]
    fn the_longest_and_the_latest_are_kept_and_told_in_order() {
        let mut untold = Untold::default();
        let lengths = |number: u64| if number == 3 { 900_000 } else { 1_000 + number };
        for number in 0..40 {
            untold.push(outage(number * 1_000_000, lengths(number)));
        }
        let (to, mut told) = mpsc::channel(UNTOLD_MAX);
        untold.tell(&to);
        let mut came = Vec::new();
        while let Ok(outage) = told.try_recv() {
            came.push(outage.began.0 / 1_000_000);
        }
        assert_eq!(came.len(), UNTOLD_MAX);
        assert!(came.is_sorted() && came.contains(&3), "the longest: {came:?}");
        assert_eq!(came.last(), Some(&39), "the latest, although it is not the longest");
    }

    #[test]
    fn what_the_channel_does_not_take_waits_for_the_next_call() {
        let mut untold = Untold::default();
        let (to, mut told) = mpsc::channel(1);
        assert_eq!(untold.push(outage(1, 10)), None);
        assert_eq!(untold.push(outage(2, 10)), None);
        untold.tell(&to);
        assert_eq!(told.try_recv().ok(), Some(outage(1, 10)));
        assert!(told.try_recv().is_err());
        untold.tell(&to);
        assert_eq!(told.try_recv().ok(), Some(outage(2, 10)));
    }
}
