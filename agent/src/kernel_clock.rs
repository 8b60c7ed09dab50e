//! What the kernel says of its own wall clock: adjtimex(2), read only.
//!
//! Enters: nothing. Leaves: whether something disciplines the clock, and the largest error it admits. `modes` is 0, so the
//! call changes nothing and needs no capability. With `link::tcp_info` the only place of the agent with `unsafe`: nix has no
//! wrapper for it.

use nix::libc;

/// The kernel's word on its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KernelClock {
    /// Whether `STA_UNSYNC` is clear and the clock is in a good state.
    pub(crate) synchronised: bool,
    /// `maxerror`, rounded up to milliseconds.
    pub(crate) error_ms: u64,
}

/// Asks the kernel; `None` where the call is forbidden or unknown.
#[expect(unsafe_code, reason = "adjtimex has no safe wrapper; see the module text")]
pub(crate) fn read() -> Option<KernelClock> {
    // SAFETY: timex is plain old data, for which all-zero bytes are a value; `modes` 0 asks for a reading.
    let mut timex: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live, exclusively borrowed timex that the kernel fills in; nothing keeps it.
    let state = unsafe { libc::adjtimex(&raw mut timex) };
    if state < 0 {
        return None;
    }
    let error_us = u64::try_from(timex.maxerror).unwrap_or(u64::MAX);
    Some(KernelClock {
        synchronised: state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0,
        error_ms: error_us.div_ceil(1_000),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_answers_and_never_claims_trust_with_the_largest_error() {
        let clock = read().expect("adjtimex is allowed to everybody");
        // The kernel raises maxerror to 16 s (NTP_PHASE_LIMIT) exactly when it gives up on the clock.
        assert!(!clock.synchronised || clock.error_ms < 16_000, "{clock:?}");
    }
}
