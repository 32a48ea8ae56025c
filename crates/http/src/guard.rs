//! Between a server and the pages and names that it does not answer.

use std::{
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};

use futures::future::Either;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use tower::{Layer, Service};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::{
    hosts::Hosts,
    origins::{Origins, Trust},
};

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
