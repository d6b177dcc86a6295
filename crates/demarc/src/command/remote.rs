//! The server that a partner's commands speak to, over HTTP, and the secret they come with.

use crate::client::Client;
use crate::failure::{Failure, Outcome};
use app::{OsRandom, Random as _};
use clap::Args;

/// Where the server is, and who asks.
#[derive(Debug, Clone, Args)]
pub(super) struct Remote {
    /// The server
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8480",
        env = "DEMARC_SERVER"
    )]
    pub(super) server: String,
    /// The variable of the environment that has the credential's secret
    #[arg(long, value_name = "NAME", default_value = "DEMARC_SECRET")]
    pub(super) secret_env: String,
}

impl Remote {
    /// The server's address without a slash at its end.
    pub(super) fn base(&self) -> Outcome<&str> {
        let base = self.server.trim_end_matches('/');
        if base.starts_with("http://") || base.starts_with("https://") {
            return Ok(base);
        }
        Err(Failure::usage("--server: expected a URL such as http://127.0.0.1:8480"))
    }

    pub(super) fn secret(&self) -> Outcome<String> {
        secret_in(&self.secret_env)?.ok_or_else(|| {
            let name = &self.secret_env;
            Failure::usage(format!("{name}: set it to the secret of a credential (dmc_test_…)"))
        })
    }

    pub(super) fn client(&self) -> Outcome<Client> {
        Ok(Client::new(self.base()?, &self.secret()?, OsRandom.seed())?)
    }
}

/// The secret in a variable of the environment, if it is set.
pub(super) fn secret_in(name: &str) -> Outcome<Option<String>> {
    match std::env::var(name) {
        Ok(secret) if secret.starts_with("dmc_") => Ok(Some(secret)),
        Ok(secret) if secret.is_empty() => Ok(None),
        Err(std::env::VarError::NotPresent) => Ok(None),
        // Never repeated: whatever it is, it may be a secret.
        _ => Err(Failure::usage(format!("{name}: it is no secret of a credential (dmc_…)"))),
    }
}
