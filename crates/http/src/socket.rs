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

use crate::connection::Connection;

/// A socket that can be cut, whoever has it, and that is cut if its client reads nothing for too long.
pub struct Socket {
    stream: TcpStream,
    connection: Arc<Connection>,
    write_pause_max: Duration,
    /// Reading and writing may be done by two tasks, and each has to be woken.
    cut_read: Pin<Box<WaitForCancellationFutureOwned>>,
    cut_write: Pin<Box<WaitForCancellationFutureOwned>>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub fn new(stream: TcpStream, connection: Arc<Connection>, write_pause_max: Duration) -> Self {
        let cut = || Box::pin(connection.cut.clone().cancelled_owned());
        Self {
            cut_read: cut(),
            cut_write: cut(),
            stream,
            connection,
            write_pause_max,
            stalled: None,
        }
    }

    fn written(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            if self.stalled.take().is_some() {
                self.connection.flows();
            }
            return written;
        }
        if self.stalled.is_none() {
            self.stalled = Some(Box::pin(tokio::time::sleep(self.write_pause_max)));
            self.connection.stalled(Instant::now());
        }
        if let Some(stalled) = &mut self.stalled {
            ready!(stalled.as_mut().poll(context));
        }
        self.connection.cut.cancel();
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client reads nothing")))
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
