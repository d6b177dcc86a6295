//! TLS for outgoing requests: which implementation of it this process uses.

/// Makes `ring` the TLS implementation of this process, unless it has one already.
///
/// MUST come before the first `reqwest` client of a process is built; repeating it does nothing.
pub fn provide() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody else may have been quicker; then theirs is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}
