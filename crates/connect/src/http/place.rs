//! A configured URL: over TLS, unless it stays on this machine.

use crate::webhook::Failure;
use crate::webhook::resolve::{Guard, SystemResolver};
use crate::webhook::walls::{Reach, address, is_localhost, read_url};
use reqwest::{ClientBuilder, Url};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Why a configured URL is refused. Without the URL, which may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    #[error("{0}")]
    Form(Failure),
    #[error("the URL must be https: only this machine itself may be asked by http")]
    NotHttps,
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    url: Url,
    on_this_machine: bool,
}

impl Place {
    pub(super) fn read(text: &str) -> Result<Self, BadUrl> {
        let url = read_url(text).map_err(BadUrl::Form)?;
        let host = url.host_str().unwrap_or_default();
        let loopback = address(host).as_ref().is_some_and(IpAddr::is_loopback);
        let on_this_machine = loopback || url.domain().is_some_and(is_localhost);
        if url.scheme() != "https" && !on_this_machine {
            return Err(BadUrl::NotHttps);
        }
        Ok(Self { url, on_this_machine })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Holds the client to it, whatever a name or a header may say later.
    pub(super) fn guard(&self, builder: ClientBuilder, patience: Duration) -> ClientBuilder {
        if !self.on_this_machine {
            return builder.https_only(true);
        }
        let resolver = Arc::new(SystemResolver);
        builder.dns_resolver(Guard { resolver, reach: Reach::Loopback, patience })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        for url in [
            "https://bureau.example.com/v1/assess?key=1",
            "https://10.0.0.7:8443/assess",
            "http://127.0.0.1:9000/assess",
            "http://[::1]:9000/assess",
            "http://localhost/assess",
        ] {
            assert!(Place::read(url).is_ok(), "{url}");
        }
        for (url, why) in [
            ("http://bureau.example.com/", BadUrl::NotHttps),
            ("http://10.0.0.7/", BadUrl::NotHttps),
            ("http://localhost.example.com/", BadUrl::NotHttps),
            ("ftp://bureau.example.com/", BadUrl::Form(Failure::NotHttps)),
            ("bureau.example.com", BadUrl::Form(Failure::BadUrl)),
            ("https://u:p@bureau.example.com/", BadUrl::Form(Failure::Userinfo)),
            ("https://bureau.example.com/#part", BadUrl::Form(Failure::Fragment)),
        ] {
            assert_eq!(Place::read(url).map(|_| ()), Err(why), "{url}");
            assert!(!why.to_string().contains("example"));
        }
    }
}
