use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Sleep,
};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::{Limits, connection::Connection};

/// A socket that can be cut, whoever has it, and that is cut if its client reads nothing for too long, or too slowly.
pub struct Socket {
    stream: TcpStream,
    connection: Arc<Connection>,
    write_pause_max: Duration,
    write_bytes_min: u64,
    /// Reading and writing may be done by two tasks, and each has to be woken.
    cut_read: Pin<Box<WaitForCancellationFutureOwned>>,
    cut_write: Pin<Box<WaitForCancellationFutureOwned>>,
    stalled: Option<Stalled>,
    waits: Waits,
}

/// A write that waits for the client to read.
struct Stalled {
    since: Instant,
    /// The client has so long.
    end: Pin<Box<Sleep>>,
}

/// How the client has read since it last took enough.
#[derive(Default)]
struct Waits {
    /// Time that writes have waited for it.
    time: Duration,
    /// What it took meanwhile.
    bytes: u64,
}

impl Socket {
    pub fn new(stream: TcpStream, connection: Arc<Connection>, limits: &Limits) -> Self {
        let cut = || Box::pin(connection.cut.clone().cancelled_owned());
        Self {
            cut_read: cut(),
            cut_write: cut(),
            stream,
            connection,
            write_pause_max: limits.write_pause_max,
            write_bytes_min: limits.write_bytes_min,
            stalled: None,
            waits: Waits::default(),
        }
    }

    fn written(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(result) = &written {
            if let Some(stalled) = self.stalled.take() {
                self.connection.flows();
                self.waits.time += stalled.since.elapsed();
            }
            self.waits.bytes += result.as_ref().map_or(0, |bytes| *bytes as u64);
            if self.waits.bytes >= self.write_bytes_min {
                self.waits = Waits::default();
            }
            return written;
        }
        let stalled = match &mut self.stalled {
            Some(stalled) => stalled,
            free => {
                self.connection.stalled(Instant::now());
                free.insert(Stalled {
                    since: Instant::now(),
                    // Only the time counts that is spent waiting: a server that has little to say makes nobody slow.
                    end: Box::pin(tokio::time::sleep(self.write_pause_max.saturating_sub(self.waits.time))),
                })
            }
        };
        ready!(stalled.end.as_mut().poll(context));
        self.connection.cut.cancel();
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client reads nothing, or too slowly",
        )))
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the connection was cut")
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.cut_read.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(cut()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.connection.heard(Instant::now());
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.cut_write.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(cut()));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.cut_write.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(cut()));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
