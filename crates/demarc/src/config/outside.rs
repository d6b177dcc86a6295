//! The sections of outside services that may answer instead of what is built in: `address` and
//! `serviceability`.

use super::read::Reader;
use connect::http::{HttpJson, HttpOptions, Token};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An outside service, or none: then what is built in answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    url: Option<Url>,
    token: Option<Token>,
    timeout_ms: u32,
    connect_timeout_ms: u32,
}

/// It may hold a secret, so it is not shown.
#[derive(Clone, PartialEq, Eq)]
struct Url(String);

impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Url")
    }
}

/// The keys of one section.
struct Keys {
    url: &'static str,
    token: &'static str,
    token_file: &'static str,
    timeout_ms: &'static str,
    connect_timeout_ms: &'static str,
}

pub(super) fn address(r: &mut Reader) -> Service {
    service(
        r,
        Keys {
            url: "address.url",
            token: "address.token",
            token_file: "address.token_file",
            timeout_ms: "address.timeout_ms",
            connect_timeout_ms: "address.connect_timeout_ms",
        },
    )
}

pub(super) fn serviceability(r: &mut Reader) -> Service {
    service(
        r,
        Keys {
            url: "serviceability.url",
            token: "serviceability.token",
            token_file: "serviceability.token_file",
            timeout_ms: "serviceability.timeout_ms",
            connect_timeout_ms: "serviceability.connect_timeout_ms",
        },
    )
}

fn service(r: &mut Reader, keys: Keys) -> Service {
    let url = r.parsed(keys.url, None, |text| match text {
        "" | "builtin" => Ok(None),
        url => {
            let checked = HttpJson::new("the service", HttpOptions::to(url));
            checked.map(|_| Some(Url(url.to_owned()))).map_err(|e| e.to_string())
        }
    });
    let own = r.parsed(keys.token, None, |text| match text {
        "" => Ok(None),
        text => Token::read(text).map(Some).map_err(|e| e.to_string()),
    });
    let file = r.parsed(keys.token_file, None, |text| match text {
        "" => Ok(None),
        file => token_of(&PathBuf::from(file)).map(Some),
    });
    Service {
        url,
        token: own.or(file),
        timeout_ms: r.within(keys.timeout_ms, 5_000, 100..=60_000),
        connect_timeout_ms: r.within(keys.connect_timeout_ms, 2_000, 50..=60_000),
    }
}

fn token_of(file: &Path) -> Result<Token, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Token::read(&text).map_err(|e| format!("{}: {e}", file.display()))
}

impl Service {
    /// What is built in.
    pub(super) fn builtin() -> Self {
        Self { url: None, token: None, timeout_ms: 5_000, connect_timeout_ms: 2_000 }
    }

    /// How to ask it; none: what is built in answers.
    pub(crate) fn options(&self) -> Option<HttpOptions> {
        let url = self.url.as_ref()?;
        Some(HttpOptions {
            token: self.token.clone(),
            timeout: Duration::from_millis(u64::from(self.timeout_ms)),
            connect_timeout: Duration::from_millis(u64::from(self.connect_timeout_ms)),
            ..HttpOptions::to(url.0.clone())
        })
    }
}
