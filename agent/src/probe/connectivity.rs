//! The connection to the controller as the node sees it: session, route, round trip, retransmissions, outages.
//!
//! Enters: what the link observed of the connection that exists anyway, and the machine's routing tables. Leaves: the
//! `link_*` readings. Sends nothing: a probe packet costs bytes on a link that is paid by the byte.

use std::time::Duration;

use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;
use tokio::sync::watch;

use super::source::{ProbeError, Root};
use super::{Place, Plan, Probe, TIME_OUT_DEFAULT, put, real, route};
use crate::link::Observed;

/// The probe.
#[derive(Debug)]
pub struct ConnectivityProbe {
    root: Root,
    observed: watch::Receiver<Observed>,
}

impl ConnectivityProbe {
    /// A probe of what the link observes, on the machine below `root`.
    #[must_use]
    pub const fn new(root: Root, observed: watch::Receiver<Observed>) -> Self {
        Self { root, observed }
    }
}

impl Probe for ConnectivityProbe {
    fn name(&self) -> &'static str {
        "connectivity"
    }

    fn plan(&self) -> Plan {
        Plan { every: Duration::ZERO, time_out: TIME_OUT_DEFAULT, place: Place::Inline }
    }

    fn read(&mut self, _now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let local = {
            let seen = self.observed.borrow();
            put(frame, field::LINK_CONNECTED, "", if seen.connected_since.is_some() { 1.0 } else { 0.0 });
            for (id, us) in [(field::LINK_RTT, seen.rtt_us), (field::LINK_RTT_MIN, seen.rtt_us_min)] {
                if let Some(us) = us {
                    put(frame, id, "", f64::from(us) / 1_000.0);
                }
            }
            put(frame, field::LINK_RETRANSMITS, "", real(seen.retransmits));
            put(frame, field::LINK_RECONNECTS, "", real(seen.sessions));
            put(frame, field::LINK_OUTAGES, "", real(seen.outages));
            seen.local
        };
        let routes = self.root.text("proc/net/route")?;
        // The file is missing on a machine without IPv6.
        let inet6 = self.root.text("proc/net/if_inet6").unwrap_or_default();
        if let Some(interface) = route::interface(local, &routes, &inet6) {
            put(frame, field::LINK_ROUTE, interface, 1.0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::frame::Column;

    use super::*;
    use crate::probe::source;

    fn read(observed: Observed) -> Frame {
        let (_keep, receiver) = watch::channel(observed);
        let mut frame = Frame::new(BootMs(0));
        ConnectivityProbe::new(source::recorded(), receiver).read(BootMs(0), &mut frame).expect("whole");
        frame
    }

    #[test]
    fn a_live_connection_has_a_round_trip_and_the_interface_of_its_own_address() {
        let frame = read(Observed {
            connected_since: Some(BootMs(5)),
            local: "198.51.100.200".parse().ok(),
            rtt_us: Some(41_230),
            retransmits: 7,
            sessions: 3,
            outages: 2,
            ..Observed::default()
        });
        let steps = |id, instance| frame.readings.get(&Column::of(id, instance)).copied();
        assert_eq!(steps(field::LINK_CONNECTED, ""), Some(1));
        assert_eq!(steps(field::LINK_RTT, ""), Some(412));
        assert_eq!(steps(field::LINK_RTT_MIN, ""), None);
        assert_eq!(steps(field::LINK_RETRANSMITS, ""), Some(7));
        assert_eq!(steps(field::LINK_OUTAGES, ""), Some(2));
        assert_eq!(steps(field::LINK_ROUTE, "wwan0"), Some(1));
    }

    #[test]
    fn without_a_connection_there_is_no_round_trip_and_the_default_route_stands() {
        let frame = read(Observed::default());
        assert_eq!(frame.readings.get(&Column::node(field::LINK_CONNECTED)), Some(&0));
        assert_eq!(frame.readings.get(&Column::node(field::LINK_RTT)), None);
        assert_eq!(frame.readings.get(&Column::of(field::LINK_ROUTE, "enp3s0")), Some(&1));
    }
}
