//! Hosts and ports as requests and lists name them.

use std::net::{IpAddr, Ipv6Addr};

/// An entry of a list of origins, or a host, that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin: write SCHEME://HOST, SCHEME://HOST:PORT or SCHEME://HOST:*, null, or all alone")]
pub struct BadPattern(pub(crate) String);

/// A host in lower case (an IPv6 address without its brackets), and what follows its colon.
pub(crate) fn host_and_port(authority: &str) -> Option<(String, Option<&str>)> {
    let (host, rest) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (host, rest) = bracketed.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, rest)
        }
        None => match authority.find(':') {
            Some(colon) => authority.split_at(colon),
            None => (authority, ""),
        },
    };
    let port = match rest.strip_prefix(':') {
        Some(port) => Some(port),
        None if rest.is_empty() => None,
        None => return None,
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    (!host.is_empty() && host.bytes().all(fits)).then(|| (host.to_ascii_lowercase(), port))
}

pub(crate) fn is_local(host: &str) -> bool {
    let ip = host.parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
}
