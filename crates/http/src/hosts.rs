//! Names by which a server may be asked for.

use std::{net::IpAddr, str::FromStr};

use http::{HeaderMap, HeaderValue, Request, header};

use crate::authority::{BadPattern, host_and_port, is_local};

/// Names by which a server may be asked for. A page can give its own name the address of this machine, and is of one
/// origin with the server then; so only addresses, localhost and these names are answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    names: Vec<String>,
    all: bool,
}

impl FromStr for Hosts {
    type Err = BadPattern;

    /// A list of names with commas, or `all`.
    fn from_str(list: &str) -> Result<Self, BadPattern> {
        if list.trim() == "all" {
            return Ok(Self {
                names: Vec::new(),
                all: true,
            });
        }
        let names = list.split(',').map(|name| match host_and_port(name.trim()) {
            Some((name, None)) => Ok(name),
            _ => Err(BadPattern(name.to_owned())),
        });
        Ok(Self {
            names: names.collect::<Result<_, _>>()?,
            all: false,
        })
    }
}

impl Hosts {
    /// Whether a server may be asked for by this `Host`, which may have a port.
    pub fn admits(&self, authority: &str) -> bool {
        let Some((host, port)) = host_and_port(authority) else {
            return false;
        };
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return false;
        }
        self.all || self.knows(&host)
    }

    fn knows(&self, host: &str) -> bool {
        is_local(host) || host.parse::<IpAddr>().is_ok() || self.names.iter().any(|name| name == host)
    }

    /// Whether an origin is the very server that is asked. No server here has pages, so that is what programs call
    /// themselves which send an origin because browsers do.
    pub(crate) fn is_itself(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else {
            return false;
        };
        let authority = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
            && host_and_port(host).is_some_and(|(host, _)| self.knows(&host))
    }

    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), String> {
        let mut given = request.headers().get_all(header::HOST).iter();
        let host = given.next().map(HeaderValue::to_str);
        let named = request.uri().authority().map(http::uri::Authority::as_str);
        match (host, given.next(), named) {
            (_, Some(_), _) | (Some(Err(_)), ..) => {
                Err("the request names several hosts, or none that can be read".to_owned())
            }
            (Some(Ok(host)), None, None) if self.admits(host) => Ok(()),
            (Some(Ok(host)), None, Some(named)) if self.admits(host) && self.admits(named) => Ok(()),
            (None, None, Some(named)) if self.admits(named) => Ok(()),
            // Only HTTP/1.0, which no browser speaks, does without.
            (None, None, None) => Ok(()),
            (Some(Ok(host)), ..) => Err(format!("this server is not asked for as {host}")),
            (None, ..) => Err("this server is not asked for by that name".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_of_this_machine_are_refused() {
        let hosts = Hosts::default();
        for known in [
            "localhost:9944",
            "127.0.0.1:9944",
            "[::1]:9944",
            "192.168.1.7:9944",
            "LocalHost",
            "10.0.0.1",
        ] {
            assert!(hosts.admits(known), "{known}");
        }
        for name in [
            "evil.example:9944",
            "evil.example",
            "localhost.evil.example:80",
            "",
            ":80",
            "localhost:x",
            "[::1",
        ] {
            assert!(!hosts.admits(name), "{name}");
        }
        let named: Hosts = "chain,Node.Example".parse().unwrap();
        assert!(named.admits("chain:9944") && named.admits("node.example") && !named.admits("other:1"));
        assert!("all".parse::<Hosts>().unwrap().admits("other:1"));
        assert!("a:1".parse::<Hosts>().is_err());
    }
}
