//! What a webhook's URL may be: judged from the URL alone, before any name is resolved.

use super::{Failure, is_public};
use reqwest::Url;
use std::net::IpAddr;

/// What webhooks may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walls {
    /// Whether this machine itself may be reached, by `http` too and on any port: for a sandbox
    /// whose receivers run beside it. Only URLs that name it do: `localhost`, 127.0.0.0/8, `::1`.
    pub loopback: bool,
    /// The ports allowed everywhere else.
    pub ports: Vec<u16>,
}

/// `https`, and what many use beside it.
const PORTS: [u16; 2] = [443, 8443];

/// Longer URLs are refused: many servers refuse them too (RFC 9110 §4.1).
const LONGEST: usize = 2048;

impl Walls {
    /// Public addresses only.
    pub fn public() -> Self {
        Self { loopback: false, ports: PORTS.to_vec() }
    }

    /// Public addresses and this machine.
    pub fn sandbox() -> Self {
        Self { loopback: true, ..Self::public() }
    }
}

/// A URL that passed, as it will be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    reach: Reach,
}

/// Where a target's addresses must lie, all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Public,
    Loopback,
}

impl Reach {
    pub(crate) fn holds(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Loopback => address.is_loopback(),
        }
    }
}

impl Target {
    /// The URL in its normal form.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.reach == Reach::Loopback
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The host if it is an address.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        address(self.url.host_str()?)
    }

    /// The host if it is a name; an address has been judged already.
    pub(crate) fn name(&self) -> Option<&str> {
        self.url.domain()
    }
}

/// Reads a URL that can be read one way only, of `https` or `http`, without a user's name and
/// without a fragment.
pub(crate) fn read_url(text: &str) -> Result<Url, Failure> {
    // Parsers repair these, each in its own way.
    let repaired = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    let (scheme, rest) = text.split_once("://").ok_or(Failure::BadUrl)?;
    if text.len() > LONGEST || text.contains(repaired) || rest.starts_with('/') {
        return Err(Failure::BadUrl);
    }
    let url = Url::parse(text).map_err(|_| Failure::BadUrl)?;
    if !scheme.eq_ignore_ascii_case(url.scheme()) {
        return Err(Failure::BadUrl);
    }
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Failure::NotHttps);
    }
    url.host_str().ok_or(Failure::BadUrl)?;
    // The parser drops an empty `@`; it is not meant for us either.
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Failure::Userinfo);
    }
    if url.fragment().is_some() {
        return Err(Failure::Fragment);
    }
    Ok(url)
}

/// Judges a URL by itself. A name passes if it could be public; whether its addresses are is asked
/// when they are known, on every connection.
pub fn check_url(text: &str, walls: &Walls) -> Result<Target, Failure> {
    let url = read_url(text)?;
    let host = url.host_str().ok_or(Failure::BadUrl)?;
    let reach = judge(&url, host, walls)?;
    if reach == Reach::Public && url.scheme() != "https" {
        return Err(Failure::NotHttps);
    }
    let port = url.port_or_known_default().unwrap_or(0);
    let open = if reach == Reach::Loopback { port != 0 } else { walls.ports.contains(&port) };
    if !open {
        return Err(Failure::ForbiddenPort);
    }
    Ok(Target { url, reach })
}

/// The parser has read every notation of an address (decimal, octal, short, mapped) into the usual
/// one; what it left as a name is one.
fn judge(url: &Url, host: &str, walls: &Walls) -> Result<Reach, Failure> {
    if let Some(address) = address(host) {
        let reaches = [Reach::Public, Reach::Loopback];
        let allowed = |r: &Reach| *r == Reach::Public || walls.loopback;
        let reach = reaches.into_iter().filter(allowed).find(|r| r.holds(address));
        return reach.ok_or(Failure::ForbiddenAddress);
    }
    let name = url.domain().ok_or(Failure::BadUrl)?;
    if is_localhost(name) && walls.loopback {
        return Ok(Reach::Loopback);
    }
    if is_private_name(name) { Err(Failure::ForbiddenName) } else { Ok(Reach::Public) }
}

pub(crate) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Names that public DNS does not have (RFC 6761, 6762, 7686, 8375, 9476 and ICANN's `internal`),
/// names of one label, which only a search list completes, and names that are not names.
fn is_private_name(name: &str) -> bool {
    const ENDS: [&str; 8] =
        ["localhost", "local", "internal", "onion", "alt", "test", "invalid", "home.arpa"];
    let labels_hold = name.len() <= 253 && name.split('.').all(is_label);
    let ends_in = |end: &str| {
        name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !labels_hold || !name.contains('.') || ENDS.iter().any(|end| ends_in(end))
}

fn is_label(label: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let edged = label.starts_with('-') || label.ends_with('-');
    (1..=63).contains(&label.len()) && label.bytes().all(plain) && !edged
}

/// A host that is an address, an IPv6 one within its brackets.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}
