//! TLS to the server: whether the URL asks for it, and by which roots the server is known. The
//! server's certificate and name are verified whenever TLS is used; there is no way to skip it.

use crate::StoreError;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::{borrow::Cow, path::Path, sync::Arc};
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The driver knows `disable`, `prefer` and `require`. With us `require` verifies the whole
/// certificate, which elsewhere is called `verify-full`.
pub(super) fn known_mode(url: &str) -> Cow<'_, str> {
    let Some((place, options)) = url.split_once('?') else { return Cow::Borrowed(url) };
    let options: Vec<&str> = options
        .split('&')
        .map(|option| if option == "sslmode=verify-full" { "sslmode=require" } else { option })
        .collect();
    Cow::Owned(format!("{place}?{}", options.join("&")))
}

/// How to meet the servers of `config`. A Unix socket stays within the machine and is plain.
pub(super) fn connector(
    config: &mut Config,
    root_certificate: Option<&Path>,
) -> Result<MakeRustlsConnect, StoreError> {
    if config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_))) {
        config.ssl_mode(SslMode::Disable);
    }
    let roots = match config.get_ssl_mode() {
        SslMode::Disable => RootCertStore::empty(),
        _ => roots(root_certificate)?,
    };
    // Named, so that it does not depend on what else is linked in.
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| StoreError::ours(format!("TLS: {e}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(client))
}

/// Those of the file, and no others, if there is one; else the system's.
fn roots(file: Option<&Path>) -> Result<RootCertStore, StoreError> {
    let Some(file) = file else {
        let mut roots = RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs();
        for error in &system.errors {
            tracing::warn!(%error, "some of the system's root certificates cannot be read");
        }
        // What a system keeps there may be older than what is accepted today.
        let _ = roots.add_parsable_certificates(system.certs);
        return Ok(roots);
    };
    let unusable = |problem: String| StoreError::Engine {
        statement: format!("postgres.root_certificate {}", file.display()),
        message: problem,
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|e| unusable(e.to_string()))? {
        let certificate = certificate.map_err(|e| unusable(e.to_string()))?;
        roots.add(certificate).map_err(|e| unusable(e.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unusable("there is no certificate in it; PEM is expected".to_owned()));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verify_full_is_require_and_nothing_else_is_touched() {
        for (url, known) in [
            ("postgres://h/d", "postgres://h/d"),
            ("postgres://h/d?sslmode=verify-full", "postgres://h/d?sslmode=require"),
            (
                "postgres://h/d?a=b&sslmode=verify-full&c=d",
                "postgres://h/d?a=b&sslmode=require&c=d",
            ),
            ("postgres://h/d?sslmode=disable", "postgres://h/d?sslmode=disable"),
            ("postgres://h/d?sslmode=verify-ca", "postgres://h/d?sslmode=verify-ca"),
        ] {
            assert_eq!(known_mode(url), known);
        }
    }
}
