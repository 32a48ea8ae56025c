use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::future::join_all;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::Body;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{Service, ServiceExt as _};

use crate::{
    Bounds, Client, Limits, RequestBody, ResponseBody, Taken, Wording,
    body::{Alarm, BoxError, Broken},
    connection::Connection,
    process_places::{BOOKS, next_server},
    socket::Socket,
};

/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// How long a server waits when the system has no descriptors.
const BACK_OFF: Duration = Duration::from_millis(50);
const BACK_OFF_MAX: Duration = Duration::from_secs(1);
/// Between two lines about the same trouble.
const REPORT_EVERY: Duration = Duration::from_secs(60);
/// How long cut connections may take to end.
const CUT_TIME_MAX: Duration = Duration::from_secs(1);

/// Who is at the other end; among the extensions of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whom it counts as.
    pub client: Client,
    /// The number of its connection, which no other of this process has.
    pub connection: u64,
}

/// A server: its limits, and who is connected to it.
struct Door {
    id: u64,
    name: String,
    limits: Arc<Limits>,
    tracker: TaskTracker,
    closing: CancellationToken,
    reported_full: Mutex<Option<Instant>>,
}

/// Serves what `make` makes for each connection on all of `listeners`, until `cancel`; then requests under way are
/// finished, as long as the limits allow. The task ends when no connection is left. `name` is for messages.
pub fn spawn<M, S, B>(
    name: impl Into<String>,
    listeners: Vec<TcpListener>,
    limits: Limits,
    make: M,
    cancel: CancellationToken,
) -> JoinHandle<()>
where
    M: Fn(&Peer) -> S + Send + Sync + 'static,
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let door = Arc::new(Door {
        id: next_server(),
        name: name.into(),
        limits: Arc::new(limits),
        tracker: TaskTracker::new(),
        closing: cancel,
        reported_full: Mutex::default(),
    });
    tokio::spawn(async move {
        join_all(listeners.into_iter().map(|listener| door.accept(listener, &make))).await;
        door.drain().await;
    })
}

impl Door {
    async fn accept<M, S, B>(self: &Arc<Self>, listener: TcpListener, make: &M)
    where
        M: Fn(&Peer) -> S,
        S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut back_off = None;
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.closing.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => {
                    back_off = None;
                    if let Some((connection, socket, peer, bounds)) = self.admit(stream, address) {
                        let service = make(&peer);
                        tokio::spawn(serve(self.clone(), connection, socket, peer, bounds, service));
                    }
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    let pause = match back_off {
                        None => {
                            tracing::warn!(
                                %error,
                                "{} takes no connections for now; the limit of open files may be too low (ulimit -n)",
                                self.name
                            );
                            BACK_OFF
                        }
                        Some(pause) => BACK_OFF_MAX.min(pause * 2),
                    };
                    back_off = Some(pause);
                    tokio::select! {
                        () = self.closing.cancelled() => return,
                        () = tokio::time::sleep(pause) => {}
                    }
                }
            }
        }
    }

    /// Gives a new connection a place, or turns it away.
    fn admit(&self, stream: TcpStream, address: SocketAddr) -> Option<(Arc<Connection>, Socket, Peer, Bounds)> {
        let client = Client::from(address.ip());
        let cut = CancellationToken::new();
        let now = Instant::now();
        let mut books = BOOKS.lock();
        let bounds = self.limits.bounds(client, books.budget());
        let taken = books.take(self.id, client, bounds, cut.clone(), now);
        drop(books);
        match taken {
            Ok(Taken { id, evicted }) => {
                if let Some(evicted) = evicted {
                    evicted.cancel();
                    self.report_full("those that keep it waiting make room");
                }
                // Answers are small, and clients wait for them.
                let _ = stream.set_nodelay(true);
                let connection = Arc::new(Connection::new(id, cut, self.tracker.token(), now));
                let socket = Socket::new(stream, connection.clone(), &self.limits);
                let peer = Peer {
                    address,
                    client,
                    connection: id,
                };
                Some((connection, socket, peer, bounds))
            }
            Err(full) => {
                self.report_full(&full.to_string());
                let text = format!("{full}; try again");
                let (kind, text) = self.limits.wording.of(StatusCode::SERVICE_UNAVAILABLE, &text);
                let answer = format!(
                    "HTTP/1.1 503 Service Unavailable\r\ncontent-type: {kind}\r\nretry-after: 1\r\n\
                     connection: close\r\ncontent-length: {}\r\n\r\n{text}",
                    text.len()
                );
                // A fresh socket takes so few bytes; if not, it is closed without them.
                let _ = stream.try_write(answer.as_bytes());
                None
            }
        }
    }

    fn report_full(&self, what: &str) {
        let mut reported = self.reported_full.lock();
        let now = Instant::now();
        if reported.is_none_or(|last| now.saturating_duration_since(last) >= REPORT_EVERY) {
            *reported = Some(now);
            tracing::warn!("{} has all the connections that it takes: {what}", self.name);
        }
    }

    /// Waits for the connections to end: for those at work until the deadline, for those that it waits for not so long.
    async fn drain(&self) {
        self.tracker.close();
        let started = Instant::now();
        let mut gone = pin!(self.tracker.wait());
        while started.elapsed() < self.limits.stop_time_max {
            if tokio::time::timeout(Duration::from_millis(50), &mut gone).await.is_ok() {
                return;
            }
            if let Some(before) = Instant::now().checked_sub(self.limits.stop_patience) {
                BOOKS
                    .lock()
                    .at(self.id, Some(before))
                    .for_each(CancellationToken::cancel);
            }
        }
        let mut left = 0;
        BOOKS.lock().at(self.id, None).for_each(|cut| {
            cut.cancel();
            left += 1;
        });
        if left > 0 {
            tracing::warn!("{} cut {left} connections that did not end", self.name);
        }
        let _ = tokio::time::timeout(CUT_TIME_MAX, gone).await;
    }
}

/// Trouble of one connection, which says nothing of the next.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

async fn serve<S, B>(
    door: Arc<Door>,
    connection: Arc<Connection>,
    socket: Socket,
    peer: Peer,
    bounds: Bounds,
    service: S,
) where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let limits = door.limits.clone();
    let tick = (limits.head_time_max.min(limits.idle_time_max) / 4).clamp(Duration::from_millis(20), CUT_TIME_MAX);
    let each = {
        let (connection, limits) = (connection.clone(), limits.clone());
        service_fn(move |request| {
            let connection = connection.clone();
            answer(service.clone(), request, connection, limits.clone(), peer, bounds)
        })
    };
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Heads are timed here, as a connection may be idle for longer than a head may take.
        .header_read_timeout(None)
        .max_header_size(HEAD_BYTES_MAX);
    let mut served = pin!(builder.serve_connection(TokioIo::new(socket), each).with_upgrades());
    let mut is_closing = false;
    loop {
        tokio::select! {
            ended = &mut served => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                }
                return;
            }
            () = door.closing.cancelled(), if !is_closing => {
                is_closing = true;
                served.as_mut().graceful_shutdown();
            }
            () = tokio::time::sleep(tick) => {
                if connection.is_overdue(&limits, Instant::now()) {
                    return;
                }
            }
        }
    }
}

async fn answer<S, B>(
    service: S,
    request: Request<Incoming>,
    connection: Arc<Connection>,
    limits: Arc<Limits>,
    peer: Peer,
    bounds: Bounds,
) -> Result<Response<ResponseBody<B>>, BoxError>
where
    S: Service<Request<RequestBody>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes>,
{
    connection.asked(!request.body().is_end_stream(), Instant::now());
    let alarm = Arc::new(Alarm::default());
    let mut request = request.map(|inner| RequestBody::new(inner, connection.clone(), alarm.clone(), limits.clone()));
    request.extensions_mut().insert(peer);
    let answered = tokio::select! {
        biased;
        broken = alarm.raised() => Err(broken),
        answered = service.oneshot(request) => Ok(answered.map_err(Into::into)?),
    };
    let response = match answered {
        Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS && !connection.last(bounds) => {
            let text = "too many lasting connections; try again";
            close_with(StatusCode::SERVICE_UNAVAILABLE, text, limits.wording, connection)
        }
        Ok(response) => response.map(|body| ResponseBody::service(body, connection)),
        Err(broken) => {
            let status = match broken {
                Broken::Slow => StatusCode::REQUEST_TIMEOUT,
                Broken::Off => StatusCode::BAD_REQUEST,
            };
            close_with(status, &broken.to_string(), limits.wording, connection)
        }
    };
    Ok(response)
}

fn close_with<B>(
    status: StatusCode,
    text: &str,
    wording: Wording,
    connection: Arc<Connection>,
) -> Response<ResponseBody<B>> {
    let (kind, text) = wording.of(status, text);
    let mut response = Response::new(ResponseBody::text(text, connection));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}
