use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::{sync::Notify, time::Sleep};

use crate::{Limits, connection::Connection};

/// An error of a service or a body.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a body ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It comes too slowly.
    #[error("the body of the request comes too slowly")]
    Slow,
    /// It breaks off, or its form is wrong.
    #[error("the body of the request broke off")]
    Off,
}

/// Raised by a body that breaks. The server then drops the request, whatever its service makes of it.
#[derive(Default)]
pub struct Alarm {
    raised: parking_lot::Mutex<Option<Broken>>,
    notify: Notify,
}

impl Alarm {
    fn raise(&self, broken: Broken) {
        *self.raised.lock() = Some(broken);
        self.notify.notify_one();
    }

    pub async fn raised(&self) -> Broken {
        loop {
            if let Some(broken) = *self.raised.lock() {
                return broken;
            }
            self.notify.notified().await;
        }
    }
}

/// The body of a request, which has to come within its time limits.
pub struct RequestBody {
    inner: Incoming,
    connection: Arc<Connection>,
    alarm: Arc<Alarm>,
    limits: Arc<Limits>,
    clocks: Option<Clocks>,
    broken: Option<Broken>,
    is_over: bool,
}

/// Started when the body is first asked for.
struct Clocks {
    whole: Pin<Box<Sleep>>,
    pause: Pin<Box<Sleep>>,
    since_pause: u64,
}

impl RequestBody {
    pub(crate) fn new(inner: Incoming, connection: Arc<Connection>, alarm: Arc<Alarm>, limits: Arc<Limits>) -> Self {
        let is_over = inner.is_end_stream();
        Self {
            inner,
            connection,
            alarm,
            limits,
            clocks: None,
            broken: None,
            is_over,
        }
    }

    /// Whether the client is too slow by now.
    fn is_slow(&mut self, context: &mut Context<'_>) -> bool {
        let limits = &self.limits;
        let clocks = self.clocks.get_or_insert_with(|| Clocks {
            whole: Box::pin(tokio::time::sleep(limits.body_time_max)),
            pause: Box::pin(tokio::time::sleep(limits.body_pause_max)),
            since_pause: 0,
        });
        if clocks.whole.as_mut().poll(context).is_ready() {
            return true;
        }
        while clocks.pause.as_mut().poll(context).is_ready() {
            if clocks.since_pause < limits.body_bytes_min {
                return true;
            }
            clocks.since_pause = 0;
            let next = tokio::time::Instant::now() + limits.body_pause_max;
            clocks.pause.as_mut().reset(next);
        }
        false
    }

    /// The first time, only the server is told, which drops whoever reads this; the second time the reader is.
    fn break_off(&mut self, broken: Broken, context: &Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.broken.replace(broken).is_some() {
            return Poll::Ready(Some(Err(broken.into())));
        }
        self.alarm.raise(broken);
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(broken) = self.broken {
            return self.break_off(broken, context);
        }
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                if let Some(clocks) = &mut self.clocks {
                    clocks.since_pause += bytes;
                }
                if self.inner.is_end_stream() && !self.is_over {
                    self.is_over = true;
                    self.connection.received();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                tracing::debug!(%error, "a body broke off");
                self.break_off(Broken::Off, context)
            }
            Poll::Ready(None) => {
                if !self.is_over {
                    self.is_over = true;
                    self.connection.received();
                }
                Poll::Ready(None)
            }
            Poll::Pending => {
                if self.is_slow(context) {
                    return self.break_off(Broken::Slow, context);
                }
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The body of an answer: the service's, or a text of the server itself.
pub struct ResponseBody<B> {
    kind: Kind<B>,
    connection: Arc<Connection>,
}

enum Kind<B> {
    Text(Option<Bytes>),
    Service(Pin<Box<B>>),
}

impl<B> ResponseBody<B> {
    pub(crate) fn text(text: String, connection: Arc<Connection>) -> Self {
        Self {
            kind: Kind::Text(Some(text.into())),
            connection,
        }
    }

    pub(crate) fn service(body: B, connection: Arc<Connection>) -> Self {
        Self {
            kind: Kind::Service(Box::pin(body)),
            connection,
        }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.kind {
            Kind::Text(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
            Kind::Service(body) => body.as_mut().poll_frame(context).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Text(text) => text.is_none(),
            Kind::Service(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Text(text) => SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64)),
            Kind::Service(body) => body.size_hint(),
        }
    }
}

impl<B> Drop for ResponseBody<B> {
    fn drop(&mut self) {
        self.connection.answered(Instant::now());
    }
}
