use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who counts as one client when places are shared out: an IPv4 address, a /64 of IPv6 (what one household gets), or
/// everybody on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Client {
    /// This machine.
    Local,
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// The first 64 bits of an IPv6 address.
    V6([u8; 8]),
}

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        match address {
            _ if address.to_canonical().is_loopback() => Self::Local,
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => from_v6(address),
        }
    }
}

fn from_v6(address: Ipv6Addr) -> Client {
    match address.to_ipv4_mapped() {
        Some(address) => Client::V4(address),
        None => {
            let [a, b, c, d, e, f, g, h, ..] = address.octets();
            Client::V6([a, b, c, d, e, f, g, h])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_has_one_key() {
        let of = |text: &str| Client::from(text.parse::<IpAddr>().unwrap());
        for local in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(of(local), Client::Local, "{local}");
        }
        assert_eq!(of("10.0.0.1"), of("::ffff:10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
