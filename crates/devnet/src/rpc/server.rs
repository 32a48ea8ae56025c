//! Listening.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use jsonrpsee::server::{RandomStringIdProvider, Server, ServerConfig, ServerHandle};
use tower_http::cors::CorsLayer;

use super::{RpcConfig, limits::MESSAGE_BYTES_MAX, methods};
use crate::{Devnet, Error};

/// Subscriptions of one connection, as in a Substrate node.
const SUBSCRIPTIONS_MAX: u32 = 1024;

/// A running server. It ends when this is dropped; [`RpcHandle::stop`] waits for that.
pub struct RpcHandle {
    addresses: Vec<SocketAddr>,
    servers: Vec<ServerHandle>,
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

    /// Stops listening, and waits until all connections are closed.
    pub async fn stop(self) {
        for server in &self.servers {
            // It says only that it was stopped before.
            let _ = server.stop();
        }
        for server in self.servers {
            server.stopped().await;
        }
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
    let server_config = ServerConfig::builder()
        .max_request_body_size(MESSAGE_BYTES_MAX)
        .max_response_body_size(MESSAGE_BYTES_MAX)
        .max_connections(config.connections_max)
        .max_subscriptions_per_connection(SUBSCRIPTIONS_MAX)
        .set_id_provider(RandomStringIdProvider::new(16))
        .build();
    let module = methods(devnet, config)?;
    let (mut addresses, mut servers) = (Vec::new(), Vec::new());
    for (address, listener) in listeners {
        let server = Server::builder()
            .set_config(server_config.clone())
            .set_http_middleware(tower::ServiceBuilder::new().layer(CorsLayer::permissive()))
            .build_from_tcp(listener)
            .map_err(|source| Error::Listen { address, source })?;
        servers.push(server.start(module.clone()));
        addresses.push(address);
    }
    Ok(RpcHandle { addresses, servers })
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
    bound.map_err(|source| Error::Listen { address, source })
}
