//! Round trip and retransmissions of a connection that exists anyway, from the kernel's TCP_INFO (tcp(7)).
//!
//! Enters: a connected socket. Leaves: figures, or none where the kernel has none. The one place of the agent with
//! `unsafe`: nix has no wrapper, and its macro would panic on a kernel that knows fewer fields. Sends nothing.

use std::os::fd::{AsRawFd, BorrowedFd};

use nix::libc;

/// What the kernel says of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TcpFigures {
    /// Smoothed round trip in microseconds.
    pub rtt_us: u32,
    /// Shortest round trip in microseconds; 0 where the kernel does not say (before Linux 4.9).
    pub rtt_us_min: u32,
    /// Segments sent again since the connection began.
    pub retransmits: u32,
    /// Segments sent and not yet acknowledged by the peer's kernel.
    pub unacked: u32,
}

/// Asks the kernel; `None` when it does not answer with at least the fields of Linux 2.6.
#[must_use]
#[expect(unsafe_code, reason = "getsockopt(TCP_INFO) has no safe wrapper; see the module text")]
pub fn read(socket: BorrowedFd<'_>) -> Option<TcpFigures> {
    // SAFETY: tcp_info is plain old data, for which all-zero bytes are a value.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let mut length = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).ok()?;
    // SAFETY: the pointer and length describe `info`, which outlives the call; the kernel writes at most `length` bytes
    // and stores how many. The descriptor is open for as long as `socket` is borrowed.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            std::ptr::from_mut(&mut info).cast(),
            &raw mut length,
        )
    };
    // A shorter answer leaves the tail zero: older kernels lack newer fields only.
    let needed = std::mem::offset_of!(libc::tcp_info, tcpi_total_retrans) + size_of::<u32>();
    if result != 0 || usize::try_from(length).ok()? < needed {
        return None;
    }
    Some(TcpFigures {
        rtt_us: info.tcpi_rtt,
        rtt_us_min: info.tcpi_min_rtt,
        retransmits: info.tcpi_total_retrans,
        unacked: info.tcpi_unacked,
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_real_connection_has_a_round_trip_and_a_file_has_none() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let mut client = TcpStream::connect(listener.local_addr().expect("bound")).expect("connected");
        let (mut server, _) = listener.accept().expect("accepted");
        client.write_all(b"ping").expect("written");
        server.read_exact(&mut [0; 4]).expect("read");
        let figures = read(client.as_fd()).expect("TCP_INFO");
        assert!(figures.rtt_us > 0 && figures.rtt_us < 10_000_000, "{figures:?}");
        let file = std::fs::File::open("/dev/null").expect("there");
        assert_eq!(read(file.as_fd()), None);
    }
}
