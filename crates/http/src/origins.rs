use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
    sync::Arc,
    task::{Context, Poll},
};

use futures::future::Either;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use tower::{Layer, Service};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

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

/// An entry of a list of origins, or a host, that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin: write SCHEME://HOST, SCHEME://HOST:PORT or SCHEME://HOST:*, null, or all alone")]
pub struct BadPattern(String);

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
    fn of(&self, headers: &HeaderMap) -> Result<Trust, String> {
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

/// A host in lower case (an IPv6 address without its brackets), and what follows its colon.
fn host_and_port(authority: &str) -> Option<(String, Option<&str>)> {
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

fn is_local(host: &str) -> bool {
    let ip = host.parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
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
    fn is_itself(&self, headers: &HeaderMap) -> bool {
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

    fn check<B>(&self, request: &Request<B>) -> Result<(), String> {
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

/// Refuses requests of pages that may not talk to a server, before anything of them is read, and tells the service
/// behind it by a [`Trust`] among the request's extensions what the others may do.
#[derive(Clone, Debug)]
pub struct Guard {
    origins: Arc<Origins>,
    hosts: Arc<Hosts>,
    hint: &'static str,
}

impl Guard {
    /// `hint` says what to do about a refusal.
    pub fn new(origins: Origins, hosts: Hosts, hint: &'static str) -> Self {
        Self {
            origins: Arc::new(origins),
            hosts: Arc::new(hosts),
            hint,
        }
    }

    /// The headers by which browsers let allowed pages read answers; it belongs behind the guard.
    pub fn cors(&self) -> CorsLayer {
        let origins = self.origins.clone();
        let allowed = move |origin: &HeaderValue, _: &http::request::Parts| {
            origin.to_str().is_ok_and(|origin| origins.trust(origin).is_some())
        };
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(allowed))
            .allow_methods([Method::POST, Method::GET])
            .allow_headers(AllowHeaders::mirror_request())
            .allow_private_network(true)
    }

    fn check<B>(&self, request: &Request<B>) -> Result<Trust, String> {
        self.hosts.check(request)?;
        let trust = self.origins.of(request.headers());
        let several = request.headers().get_all(header::ORIGIN).iter().count() > 1;
        match trust {
            Err(_) if !several && self.hosts.is_itself(request.headers()) => Ok(Trust::Full),
            trust => trust,
        }
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, service: S) -> Self::Service {
        Guarded {
            service,
            guard: self.clone(),
        }
    }
}

/// A service behind a [`Guard`].
#[derive(Clone, Debug)]
pub struct Guarded<S> {
    service: S,
    guard: Guard,
}

impl<S, A, B> Service<Request<A>> for Guarded<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    B: From<String>,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<B>, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<A>) -> Self::Future {
        match self.guard.check(&request) {
            Ok(trust) => {
                request.extensions_mut().insert(trust);
                Either::Left(self.service.call(request))
            }
            Err(reason) => {
                tracing::debug!(reason, "refused");
                let mut refused = Response::new(B::from(format!("{reason}; {}\n", self.guard.hint)));
                *refused.status_mut() = StatusCode::FORBIDDEN;
                let plain = HeaderValue::from_static("text/plain; charset=utf-8");
                refused.headers_mut().insert(header::CONTENT_TYPE, plain);
                Either::Right(ready(Ok(refused)))
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

    #[test]
    fn several_origins_or_hosts_are_none() {
        let request = |headers: &[(&'static str, &'static str)]| {
            let mut request = Request::new(());
            for (name, value) in headers {
                request.headers_mut().append(*name, HeaderValue::from_static(value));
            }
            Guard::new(Origins::default(), Hosts::default(), "").check(&request)
        };
        assert_eq!(request(&[("host", "localhost:1")]), Ok(Trust::Full));
        let local = ("origin", "http://localhost");
        assert_eq!(request(&[("host", "localhost:1"), local]), Ok(Trust::Full));
        assert!(request(&[("host", "localhost:1"), local, ("origin", "https://evil.example")]).is_err());
        assert!(request(&[("host", "evil.example")]).is_err());
        // Some programs name the server itself as their origin.
        let itself = ("origin", "http://10.1.1.1:9944");
        assert_eq!(request(&[("host", "10.1.1.1:9944"), itself]), Ok(Trust::Full));
        assert!(request(&[("host", "10.1.1.2:9944"), itself]).is_err());
        assert!(request(&[("host", "10.1.1.1:9945"), itself]).is_err());
        assert!(request(&[("host", "10.1.1.1:9944"), itself, itself]).is_err());
        let rebound = [("host", "evil.example"), ("origin", "http://evil.example")];
        let mut any = Request::new(());
        for (name, value) in rebound {
            any.headers_mut().append(name, HeaderValue::from_static(value));
        }
        let guard = Guard::new(Origins::default(), "all".parse().unwrap(), "");
        assert!(guard.check(&any).is_err(), "any name is no origin of its own");
        assert!(request(&[("host", "localhost"), ("host", "evil.example")]).is_err());
    }
}
