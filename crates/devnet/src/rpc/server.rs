//! Listening.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use jsonrpsee::core::middleware::RpcServiceBuilder;
use jsonrpsee::server::{
    BatchRequestConfig, PingConfig, RandomStringIdProvider, Server, ServerConfig, ServerHandle, stop_channel,
};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tributary_http::Guard;

use super::{
    config::RpcConfig,
    gate::{Gate, Lanes},
    limits::MESSAGE_BYTES_MAX,
    methods::methods,
};
use crate::{Devnet, Error};

/// Subscriptions of one connection, as in a Substrate node.
const SUBSCRIPTIONS_MAX: u32 = 1024;
/// Messages of one connection that wait to be sent, as in a Substrate node.
const MESSAGES_MAX: u32 = 64;
/// Calls of one batch.
const BATCH_MAX: u32 = 1000;
/// WebSockets are asked for a sign of life this often, and closed if there is none for a while, as in a Substrate node.
const PING_EVERY: Duration = Duration::from_secs(30);
const INACTIVE_MAX: Duration = Duration::from_secs(60);
const PINGS_MISSED_MAX: usize = 3;
/// Connections are counted elsewhere; this is the most that the library's own count can be.
const NO_LIMIT: u32 = 1 << 20;
/// What to do about a refusal.
const HINT: &str = "the chain's --rpc-cors and --rpc-hosts say which pages and names it answers";

/// A running server. It ends when this is dropped; [`RpcHandle::stop`] waits for that.
pub struct RpcHandle {
    addresses: Vec<SocketAddr>,
    _methods: ServerHandle,
    task: JoinHandle<()>,
    stop: DropGuard,
}

impl RpcHandle {
    /// Where it listens, the first port first.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The URL for clients on this machine.
    pub fn url(&self) -> String {
        let port = self.addresses.first().map_or(0, SocketAddr::port);
        format!("ws://127.0.0.1:{port}")
    }

    /// Stops listening, and waits until all connections are closed: those that do not end by themselves are cut, after
    /// a second if they only wait, after five in any case.
    pub async fn stop(self) {
        let Self {
            _methods: methods,
            task,
            stop,
            ..
        } = self;
        drop(stop);
        // It says only that it was stopped before.
        let _ = methods.stop();
        let _ = task.await;
    }
}

/// Serves `devnet` over WebSocket and HTTP on each port of `config`.
///
/// # Errors
/// [`Error::Listen`] if a port is taken. Of the two loopback addresses, one that this machine does not have is left
/// out.
pub async fn serve(devnet: Devnet, config: RpcConfig) -> Result<RpcHandle, Error> {
    let mut listeners = Vec::new();
    for port in std::iter::once(config.port).chain(config.second_port) {
        listeners.extend(listen(port, config.all_interfaces)?);
    }
    let (addresses, listeners): (Vec<SocketAddr>, Vec<TcpListener>) = listeners.into_iter().unzip();
    let listeners = listeners
        .into_iter()
        .zip(&addresses)
        .map(|(listener, address)| tokio::net::TcpListener::from_std(listener).map_err(fail(*address)))
        .collect::<Result<Vec<_>, _>>()?;
    let server_config = ServerConfig::builder()
        .max_request_body_size(MESSAGE_BYTES_MAX)
        .max_response_body_size(MESSAGE_BYTES_MAX)
        .max_connections(NO_LIMIT)
        .max_subscriptions_per_connection(SUBSCRIPTIONS_MAX)
        .set_message_buffer_capacity(MESSAGES_MAX)
        .set_batch_request_config(BatchRequestConfig::Limit(BATCH_MAX))
        .enable_ws_ping(
            PingConfig::new()
                .ping_interval(PING_EVERY)
                .inactive_limit(INACTIVE_MAX)
                .max_failures(PINGS_MISSED_MAX),
        )
        .set_id_provider(RandomStringIdProvider::new(16))
        .build();
    let guard = Guard::new(config.origins.clone(), config.hosts.clone(), HINT);
    let http = tower::ServiceBuilder::new().layer(guard.clone()).layer(guard.cors());
    let lanes = Arc::new(Lanes::of_server());
    let gate = Gate::new(
        config.methods,
        config.all_interfaces,
        MESSAGE_BYTES_MAX as usize,
        lanes.clone(),
    );
    let limits = config.connections.clone();
    let module = methods(devnet, config, lanes)?;
    let builder = Server::builder()
        .set_config(server_config)
        .set_http_middleware(http)
        .to_service_builder();
    let (stopped, handle) = stop_channel();
    let make = move |peer: &tributary_http::Peer| {
        let rpc = RpcServiceBuilder::new().layer(gate.of_connection(peer.connection));
        builder
            .clone()
            .set_rpc_middleware(rpc)
            .build(module.clone(), stopped.clone())
    };
    let cancel = CancellationToken::new();
    let name = format!("the JSON-RPC on {}", addresses[0]);
    let task = tributary_http::spawn(name, listeners, limits, make, cancel.clone());
    Ok(RpcHandle {
        addresses,
        _methods: handle,
        task,
        stop: cancel.drop_guard(),
    })
}

fn fail(address: SocketAddr) -> impl Fn(std::io::Error) -> Error {
    move |source| Error::Listen { address, source }
}

/// Takes one port on both loopback addresses, or on all interfaces.
fn listen(port: u16, all_interfaces: bool) -> Result<Vec<(SocketAddr, TcpListener)>, Error> {
    let (v4, v6): (IpAddr, IpAddr) = if all_interfaces {
        (Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into())
    } else {
        (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into())
    };
    let first = bind(SocketAddr::new(v4, port))?;
    // With port 0 the second address has to take what the first one got.
    let port = first.0.port();
    match bind(SocketAddr::new(v6, port)) {
        Ok(second) => Ok(vec![first, second]),
        // `::` covers IPv4 too on most systems, and a machine may have no IPv6 at all.
        Err(Error::Listen { source, .. }) if all_interfaces || source.kind() != std::io::ErrorKind::AddrInUse => {
            Ok(vec![first])
        }
        Err(error) => Err(error),
    }
}

fn bind(address: SocketAddr) -> Result<(SocketAddr, TcpListener), Error> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok((listener.local_addr()?, listener))
    });
    bound.map_err(fail(address))
}
