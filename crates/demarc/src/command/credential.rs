//! `demarc credential`: credentials, on the database itself. A secret is printed once, on stdout.

use super::partner::partner_id;
use super::{Place, Space, print, print_json};
use crate::failure::{Failure, Outcome};
use crate::wire;
use app::partner::{CredentialAdd, CredentialRevoke};
use clap::{Args, Subcommand, ValueEnum};
use domain::id::{Id, Kind};
use domain::party::{Right, Role};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(super) enum Credential {
    /// Make a credential; prints its secret, this once
    Add(Add),
    /// Revoke a credential; running servers follow within two seconds
    Revoke(Revoke),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleWord {
    /// The carrier's people
    Operations,
    /// Acts for one partner
    Partner,
    /// Acts for several partners, one a call
    Connector,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RightWord {
    /// See the tax id of an application in clear
    RevealTaxIds,
}

impl From<RightWord> for Right {
    fn from(word: RightWord) -> Self {
        match word {
            RightWord::RevealTaxIds => Self::RevealTaxIds,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  demarc credential add --role operations
  demarc credential add --role operations --right reveal-tax-ids --name 'credit desk'
  demarc credential add --role partner --partner a0P…
  SECRET=$(demarc credential add --role operations) && \\
    curl -H \"Authorization: Bearer $SECRET\" http://127.0.0.1:8480/v1/me

Only the secret's hash is stored: what is lost cannot be shown again, only replaced.")]
pub(super) struct Add {
    /// What it may do
    #[arg(long, value_enum)]
    role: RoleWord,
    /// The partner it acts for; several times for a connector
    #[arg(long, value_name = "PARTNER_ID", value_parser = partner_id)]
    partner: Vec<Id>,
    /// What it may do beyond others of operations; several times for several
    #[arg(long, value_enum, value_name = "RIGHT")]
    right: Vec<RightWord>,
    /// Its name, as histories show it [default: the role]
    #[arg(long)]
    name: Option<String>,
    /// Which space it opens
    #[arg(long, value_enum, default_value_t = Space::Test)]
    environment: Space,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// The credential's id, as `add` said it
    id: String,
    /// Which space it belongs to
    #[arg(long, value_enum, default_value_t = Space::Test)]
    environment: Space,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Not left to clap, which would repeat the text on stderr: it may be a secret.
fn credential_id(text: &str) -> Outcome<Id> {
    let id = text.parse::<Id>().ok().filter(|id| id.is(Kind::Credential));
    id.ok_or_else(|| {
        let prefix = Kind::Credential.prefix();
        Failure::usage(format!("ID: give the credential's id ({prefix}…), not its secret"))
    })
}

impl Credential {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add(add) => add.run().await,
            Self::Revoke(revoke) => revoke.run().await,
        }
    }
}

fn role(word: RoleWord, partners: Vec<Id>) -> Outcome<Role> {
    match (word, partners.as_slice()) {
        (RoleWord::Operations, []) => Ok(Role::Operations),
        (RoleWord::Operations, _) => {
            Err(Failure::usage("--partner: operations act for no partner; leave it out"))
        }
        (RoleWord::Partner, [partner]) => Ok(Role::Partner { partner: *partner }),
        (RoleWord::Partner, _) => Err(Failure::usage(
            "--partner: a partner's credential takes exactly one (`demarc partner list`)",
        )),
        (RoleWord::Connector, []) => {
            Err(Failure::usage("--partner: a connector takes at least one (`demarc partner list`)"))
        }
        (RoleWord::Connector, _) => Ok(Role::Connector { partners }),
    }
}

impl Add {
    async fn run(self) -> Outcome {
        let word = self.role;
        let rights: Vec<Right> = self.right.iter().map(|right| (*right).into()).collect();
        let role = role(word, self.partner)?;
        let allowed = role.may_have(&rights);
        allowed.map_err(|r| Failure::usage(format!("--right: {}", r.detail)))?;
        let config = self.place.load()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let default_name = word.to_possible_value().map(|v| v.get_name().to_owned());
        let name = self.name.or(default_name).unwrap_or_default();
        let add = CredentialAdd { name, role, rights };
        let minted = app.system_add_credential(self.environment.into(), &add).await?;
        app.store.close().await?;
        let credential = &minted.credential;
        if self.json {
            return print_json(&json!({
                "credential": {
                    "id": credential.id.to_string(), "name": credential.name,
                    "environment": credential.tenant.environment.as_str(),
                    "created_at": credential.created_at.to_string(),
                },
                "secret": minted.secret,
            }));
        }
        eprintln!(
            "Added credential {} \"{}\" ({} environment). Its secret, shown this once:",
            credential.id,
            credential.name,
            credential.tenant.environment.as_str()
        );
        print(&minted.secret)
    }
}

impl Revoke {
    async fn run(self) -> Outcome {
        let revoke = CredentialRevoke { credential: credential_id(&self.id)? };
        let config = self.place.load()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let revoked = app.system_revoke_credential(self.environment.into(), revoke).await?;
        app.store.close().await?;
        if self.json {
            return print_json(&json!({
                "credential": {
                    "id": revoked.id.to_string(), "name": revoked.name,
                    "revoked_at": revoked.revoked_at.map(|at| at.to_string()),
                },
            }));
        }
        eprintln!("Revoked credential {} \"{}\".", revoked.id, revoked.name);
        Ok(())
    }
}
