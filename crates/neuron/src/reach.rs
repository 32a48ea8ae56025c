//! Which announced addresses a neuron calls.
//!
//! What an axon announces is a stranger's word. Whoever follows it blindly sends requests into its own machine or its
//! own network at that stranger's wish.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// How far a neuron goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reach {
    /// To addresses of the public Internet.
    #[default]
    Public,
    /// Also to this machine and to private networks: for a market on one machine or in one network.
    Private,
}

/// Whose an address can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Anybody,
    Neighbours(&'static str),
    Nobody(&'static str),
}

impl Reach {
    /// Why an address is not called, in words that follow "is"; `None` if it is.
    pub fn refuses(self, address: SocketAddr) -> Option<&'static str> {
        if address.port() == 0 {
            return Some("no address: its port is 0");
        }
        self.refuses_ip(address.ip())
    }

    /// As [`Self::refuses`], whatever the port.
    pub fn refuses_ip(self, ip: IpAddr) -> Option<&'static str> {
        match (owner(ip), self) {
            (Owner::Anybody, _) | (Owner::Neighbours(_), Self::Private) => None,
            (Owner::Neighbours(what) | Owner::Nobody(what), _) => Some(what),
        }
    }
}

fn owner(ip: IpAddr) -> Owner {
    match ip {
        IpAddr::V4(ip) => owner_v4(ip),
        IpAddr::V6(ip) => owner_v6(ip),
    }
}

/// By the IANA registry of special-purpose addresses.
fn owner_v4(ip: Ipv4Addr) -> Owner {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (0, ..) => Owner::Nobody("unspecified: it names no machine"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Owner::Neighbours("of a private network"),
        (100, 64..=127, _) => Owner::Neighbours("of a carrier's own network"),
        (127, ..) => Owner::Neighbours("a loopback address"),
        (169, 254, _) => Owner::Nobody("link-local"),
        (192, 0, 0) => Owner::Nobody("reserved for protocols"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Owner::Nobody("for documentation only"),
        (198, 18..=19, _) => Owner::Neighbours("for benchmarks of networks"),
        (224..=239, ..) => Owner::Nobody("a multicast group"),
        (240..=255, ..) => Owner::Nobody("reserved, or a broadcast"),
        _ => Owner::Anybody,
    }
}

fn owner_v6(ip: Ipv6Addr) -> Owner {
    let parts = ip.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        owner_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 1] => Owner::Neighbours("a loopback address"),
        // What leads to an IPv4 address is as good as that address.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            inner(high, low)
        }
        [0, 0, 0, 0, 0, 0, ..] => Owner::Nobody("unspecified: it names no machine"),
        [0x64, 0xff9b, 1, ..] => Owner::Neighbours("of a private network"),
        [0x100, 0, 0, ..] => Owner::Nobody("discarded by routers"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Owner::Nobody("for documentation only"),
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Owner::Neighbours("of a private network"),
        [0xfe80..=0xfebf, ..] => Owner::Nobody("link-local"),
        [0xff00..=0xffff, ..] => Owner::Nobody("a multicast group"),
        _ => Owner::Anybody,
    }
}

/// Resolves names, and passes over the addresses that are not called.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (called, refused): (Vec<_>, Vec<_>) = found.partition(|found| reach.refuses_ip(found.ip()).is_none());
            if called.is_empty()
                && let Some(first) = refused.first()
            {
                let what = reach.refuses_ip(first.ip()).unwrap_or_default();
                return Err(format!("{} is at {}, which is {what}", name.as_str(), first.ip()).into());
            }
            Ok(Box::new(called.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_their_owners() {
        let refused = |reach: Reach, ip: &str| reach.refuses_ip(ip.parse().unwrap()).is_some();
        for ip in [
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2002:808:808::1",
        ] {
            assert!(!refused(Reach::Public, ip) && !refused(Reach::Private, ip), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.20",
            "100.64.0.1",
            "198.18.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "fd00::1",
        ] {
            assert!(refused(Reach::Public, ip) && !refused(Reach::Private, ip), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::7f00:1",
            "::ffff:169.254.169.254",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "100::1",
        ] {
            assert!(refused(Reach::Public, ip) && refused(Reach::Private, ip), "{ip}");
        }
        assert!(Reach::Private.refuses("8.8.8.8:0".parse().unwrap()).is_some());
    }

    #[tokio::test]
    async fn names_lead_nowhere_else_than_addresses() {
        use std::str::FromStr as _;
        let name = || Name::from_str("localhost").unwrap();
        assert!(Reach::Public.resolve(name()).await.is_err());
        assert!(Reach::Private.resolve(name()).await.unwrap().next().is_some());
    }
}
