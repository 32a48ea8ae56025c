//! Pages by their origins: who may talk to a server through a browser.

use std::str::FromStr;

use http::{HeaderMap, header};

use crate::authority::{BadPattern, host_and_port, is_local};

/// What a request may do, by the page that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// What is safe to let every listed page do.
    Limited,
    /// Everything: it comes from no page, or from one of this machine, or one that the user named.
    Full,
}

/// Pages that may talk to a server through a browser, by their origins (`scheme://host[:port]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    rules: Vec<(Pattern, Trust)>,
    others: Option<Trust>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// Of pages without an origin: files, sandboxed frames.
    Null,
    /// Any port of localhost and of loopback addresses, over http and https.
    Local,
    Exact {
        scheme: String,
        host: String,
        port: Port,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    Any,
    Only(Option<u16>),
}

impl Default for Origins {
    /// Pages of this machine.
    fn default() -> Self {
        Self {
            rules: vec![(Pattern::Local, Trust::Full)],
            others: None,
        }
    }
}

impl FromStr for Origins {
    type Err = BadPattern;

    /// A list with commas, whose pages get full trust, or `all`, which lets in every page with limited trust.
    fn from_str(list: &str) -> Result<Self, BadPattern> {
        if list.trim() == "all" {
            return Ok(Self {
                rules: vec![(Pattern::Local, Trust::Full)],
                others: Some(Trust::Limited),
            });
        }
        let rules = list
            .split(',')
            .map(|entry| Ok((pattern(entry.trim())?, Trust::Full)))
            .collect::<Result<_, _>>()?;
        Ok(Self { rules, others: None })
    }
}

impl Origins {
    /// Lets in one more page, with limited trust.
    ///
    /// # Errors
    /// If that is no origin.
    pub fn with_limited(mut self, origin: &str) -> Result<Self, BadPattern> {
        self.rules.push((pattern(origin)?, Trust::Limited));
        Ok(self)
    }

    /// What a page of an origin may do; `None`: nothing.
    pub fn trust(&self, origin: &str) -> Option<Trust> {
        let known = self.rules.iter().filter(|(pattern, _)| pattern.matches(origin));
        known.map(|(_, trust)| *trust).max().or(self.others)
    }

    /// What a request may do, by its headers.
    pub(crate) fn of(&self, headers: &HeaderMap) -> Result<Trust, String> {
        let mut given = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = given.next() else {
            return Ok(Trust::Full);
        };
        let origin = match (origin.to_str(), given.next()) {
            (Ok(origin), None) => origin,
            _ => return Err("the request names no origin, or several".to_owned()),
        };
        self.trust(origin)
            .ok_or_else(|| format!("pages of {origin} may not talk to this server"))
    }
}

/// Scheme, host and port of an origin, in lower case.
fn parts(origin: &str) -> Option<(String, String, Option<&str>)> {
    let (scheme, authority) = origin.split_once("://")?;
    let (host, port) = host_and_port(authority)?;
    let scheme = scheme.to_ascii_lowercase();
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    (!scheme.is_empty() && plain(&scheme)).then_some((scheme, host, port))
}

fn port_of(scheme: &str, port: Option<&str>) -> Option<Option<u16>> {
    let port = match port {
        Some(digits) => Some(digits.parse().ok()?),
        None => None,
    };
    Some(match (scheme, port) {
        ("http" | "ws", Some(80)) | ("https" | "wss", Some(443)) => None,
        (_, port) => port,
    })
}

fn pattern(text: &str) -> Result<Pattern, BadPattern> {
    if text == "null" {
        return Ok(Pattern::Null);
    }
    let bad = || BadPattern(text.to_owned());
    let (scheme, host, port) = parts(text).ok_or_else(bad)?;
    let port = match port {
        Some("*") => Port::Any,
        port => Port::Only(port_of(&scheme, port).ok_or_else(bad)?),
    };
    Ok(Pattern::Exact { scheme, host, port })
}

impl Pattern {
    fn matches(&self, origin: &str) -> bool {
        if origin == "null" {
            return *self == Self::Null;
        }
        let Some((of_scheme, of_host, of_port)) = parts(origin) else {
            return false;
        };
        let Some(of_port) = port_of(&of_scheme, of_port) else {
            return false;
        };
        match self {
            Self::Null => false,
            Self::Local => matches!(&of_scheme[..], "http" | "https") && is_local(&of_host),
            Self::Exact { scheme, host, port } => {
                *scheme == of_scheme
                    && *host == of_host
                    && match port {
                        Port::Any => true,
                        Port::Only(port) => *port == of_port,
                    }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine_are_trusted_and_no_others() {
        let origins = Origins::default();
        for local in [
            "http://localhost",
            "http://localhost:3000",
            "https://LOCALHOST:1",
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://[::1]:9",
            "http://app.localhost:5173",
        ] {
            assert_eq!(origins.trust(local), Some(Trust::Full), "{local}");
        }
        for foreign in [
            "https://evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://evil.example:9944",
            "http://evillocalhost",
            "http://localhost@evil.example",
            "http://localhost:3000/",
            "http://localhost:99999",
            "http://10.0.0.1",
            "ftp://localhost",
            "chrome-extension://abc",
            "null",
            "localhost",
            "http://",
            "",
            "*",
        ] {
            assert_eq!(origins.trust(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn lists_name_exactly_whom_they_let_in() {
        let origins: Origins = "https://app.example, http://dev.example:*,http://other.example:8080,null"
            .parse()
            .unwrap();
        for (origin, trust) in [
            ("https://app.example", Some(Trust::Full)),
            ("https://app.example:443", Some(Trust::Full)),
            ("https://app.example:444", None),
            ("http://app.example", None),
            ("https://x.app.example", None),
            ("http://dev.example", Some(Trust::Full)),
            ("http://dev.example:77", Some(Trust::Full)),
            ("http://other.example:8080", Some(Trust::Full)),
            ("http://other.example", None),
            ("null", Some(Trust::Full)),
            ("http://localhost", None),
        ] {
            assert_eq!(origins.trust(origin), trust, "{origin}");
        }
        let all: Origins = "all".parse().unwrap();
        assert_eq!(all.trust("https://evil.example"), Some(Trust::Limited));
        assert_eq!(all.trust("null"), Some(Trust::Limited));
        assert_eq!(all.trust("http://localhost:1"), Some(Trust::Full));
        let guest = Origins::default().with_limited("https://polkadot.js.org").unwrap();
        assert_eq!(guest.trust("https://polkadot.js.org"), Some(Trust::Limited));
        assert_eq!(guest.trust("http://polkadot.js.org"), None);
        for bad in [
            "app.example",
            "https://",
            "all,https://a.example",
            "https://a.example:x",
            "https://a b",
            "",
        ] {
            assert!(bad.parse::<Origins>().is_err(), "{bad}");
        }
    }
}
