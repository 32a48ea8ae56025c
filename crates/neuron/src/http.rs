//! HTTP clients of neurons.

use std::{
    net::IpAddr,
    sync::{Arc, Once},
};

use reqwest::Url;

use crate::reach::Reach;

/// Redirects that are followed at most.
const REDIRECTS_MAX: usize = 5;

/// One provider of cryptography for TLS in the process; whoever embeds this may have chosen another before.
fn choose_provider() {
    static CHOSEN: Once = Once::new();
    CHOSEN.call_once(|| {
        // An error says that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// For neurons, which sign what they say and are named by address: plain HTTP, no proxy, no redirects.
pub fn peers() -> reqwest::ClientBuilder {
    choose_provider();
    reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
}

/// For what is at a URL that a stranger wrote: as [`at`], but only where the reach goes, by whatever name.
///
/// # Errors
/// What the URL's address is, if it is not called.
pub fn within(reach: Reach, url: &str) -> Result<reqwest::ClientBuilder, String> {
    let parsed = Url::parse(url).map_err(|error| format!("it is not a URL: {error}"))?;
    if let Some(refusal) = refused(reach, &parsed) {
        return Err(refusal);
    }
    let follow = move |attempt: reqwest::redirect::Attempt<'_>| {
        if attempt.previous().len() > REDIRECTS_MAX {
            return attempt.error("too many redirects");
        }
        match refused(reach, attempt.url()) {
            Some(refusal) => attempt.error(refusal),
            None => attempt.follow(),
        }
    };
    Ok(at(url)
        .dns_resolver(Arc::new(reach))
        .redirect(reqwest::redirect::Policy::custom(follow)))
}

/// Why a URL with an address in it is not called. Names are checked when they are resolved.
fn refused(reach: Reach, url: &Url) -> Option<String> {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let what = reach.refuses_ip(bare.parse::<IpAddr>().ok()?)?;
    Some(format!("{host} is {what} and is not called"))
}

/// For what is at a URL: as for [`peers`] if it is plain HTTP to an address or to this machine, else with HTTPS, the
/// system's certificates and its proxy.
pub fn at(url: &str) -> reqwest::ClientBuilder {
    if is_address(url) {
        peers()
    } else {
        choose_provider();
        reqwest::Client::builder()
    }
}

fn is_address(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    url.scheme() == "http" && (host == "localhost" || bare.parse::<IpAddr>().is_ok())
}

/// What went wrong, with all causes: the outermost alone says little.
pub fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The body of an answer, at most so many bytes.
///
/// # Errors
/// What went wrong, in words.
pub async fn body(mut answer: reqwest::Response, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(reason)? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(format!("it is larger than {bytes_max} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_do_not_choose_what_is_called() {
        for url in [
            "http://127.0.0.1:9944",
            "http://0.0.0.0/x",
            "http://[::1]/",
            "http://2130706433/",
            "http://0x7f.1/",
            "https://169.254.169.254/latest",
        ] {
            assert!(within(Reach::Public, url).is_err(), "{url}");
        }
        assert!(within(Reach::Private, "http://127.0.0.1:8091/x").is_ok());
        assert!(within(Reach::Private, "http://169.254.169.254/latest").is_err());
        assert!(within(Reach::Public, "https://example.org/file").is_ok());
    }

    #[test]
    fn addresses_are_told_from_names() {
        for url in [
            "http://127.0.0.1:80/a",
            "http://[::1]:8402",
            "http://localhost",
            "http://10.1.2.3",
        ] {
            assert!(is_address(url), "{url}");
        }
        for url in [
            "https://127.0.0.1",
            "http://example.org",
            "ftp://127.0.0.1",
            "127.0.0.1:80",
            "",
        ] {
            assert!(!is_address(url), "{url}");
        }
    }
}
