//! A TCP stream that counts its bytes, below TLS.
//!
//! Enters and leaves: bytes, unchanged. Leaves beside them: two counters. Never buffers.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How many bytes went either way.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) sent: Cell<u64>,
    pub(crate) received: Cell<u64>,
}

/// The stream.
#[derive(Debug)]
pub(crate) struct Counted {
    inner: TcpStream,
    counters: Rc<Counters>,
}

impl Counted {
    pub(crate) const fn new(inner: TcpStream, counters: Rc<Counters>) -> Self {
        Self { inner, counters }
    }

    pub(crate) const fn stream(&self) -> &TcpStream {
        &self.inner
    }
}

fn add(counter: &Cell<u64>, bytes: usize) {
    counter.set(counter.get().saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)));
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(cx, buf);
        add(&self.counters.received, buf.filled().len().saturating_sub(before));
        result
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(cx, bytes);
        if let Poll::Ready(Ok(written)) = result {
            add(&self.counters.sent, written);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
