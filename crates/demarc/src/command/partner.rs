//! `demarc partner`: partners, on the database itself, beside a running server or without one.

mod legal;

use self::legal::Entity;
use super::{Place, Space, print, print_json, table};
use crate::failure::{Failure, Outcome};
use crate::wire;
use app::partner::PartnerAdd;
use clap::{Args, Subcommand};
use domain::id::{Id, Kind};
use domain::party;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum Partner {
    /// Add a partner; prints its id
    Add(Box<Add>),
    /// List the partners
    List(List),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  demarc partner add --name 'Northwind Networks' --programme alliance --tier premier \
    --sp-id A-06399x")]
pub(super) struct Add {
    /// The partner's name
    #[arg(long)]
    name: String,
    /// The programme it works under: alliance, aiab, apex, or the catalogue's own
    #[arg(long)]
    programme: String,
    /// Its tier in the catalogue; bounds the discount that needs no approval
    #[arg(long)]
    tier: String,
    /// The distributor above it
    #[arg(long, value_name = "PARTNER_ID", value_parser = partner_id)]
    distributor: Option<Id>,
    /// The carrier's own number for it as a solution provider: 1 to 40 visible characters
    #[arg(long, value_name = "SP_ID", value_parser = sp_id)]
    sp_id: Option<String>,
    #[command(flatten)]
    legal: Entity,
    /// Which space it belongs to
    #[arg(long, value_enum, default_value_t = Space::Test)]
    environment: Space,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Which space to list
    #[arg(long, value_enum, default_value_t = Space::Test)]
    environment: Space,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Reads a partner's id.
pub(super) fn partner_id(text: &str) -> Result<Id, String> {
    let id: Id = text.parse().map_err(|e| format!("{e}"))?;
    if id.is(Kind::Partner) {
        Ok(id)
    } else {
        Err(format!("a partner's id begins with {}", Kind::Partner.prefix()))
    }
}

fn sp_id(text: &str) -> Result<String, String> {
    let is = party::is_sp_id(text);
    is.then(|| text.to_owned()).ok_or_else(|| "it has 1 to 40 visible ASCII characters".to_owned())
}

impl Partner {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(list) => list.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> Outcome {
        if self.name.trim().is_empty() {
            return Err(Failure::usage("--name: it is empty; give the partner's name"));
        }
        let config = self.place.load()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let add = PartnerAdd {
            name: self.name.trim().to_owned(),
            programme: self.programme,
            tier: self.tier,
            distributor: self.distributor,
            sp_id: self.sp_id,
            legal: self.legal.entity(),
        };
        let partner = app.system_add_partner(self.environment.into(), &add).await?;
        app.store.close().await?;
        if self.json {
            return print_json(&shape(&partner));
        }
        eprintln!(
            "Added {} ({} environment). Next: demarc credential add --role partner --partner {}",
            partner.name,
            partner.tenant.environment.as_str(),
            partner.id
        );
        print(&partner.id.to_string())
    }
}

impl List {
    async fn run(self) -> Outcome {
        let config = self.place.load()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let partners = app.store.ask(store::partner::list(self.environment.into())).await?;
        app.store.close().await?;
        if self.json {
            let items: Vec<_> = partners.iter().map(shape).collect();
            return print_json(&json!({ "items": items }));
        }
        if partners.is_empty() {
            eprintln!("There is no partner yet: demarc partner add --help");
            return Ok(());
        }
        let mut table =
            table(&["id", "name", "programme", "tier", "distributor", "sp id", "created at"]);
        for p in &partners {
            let distributor = p.distributor.map(|d| d.to_string()).unwrap_or_default();
            let (id, at) = (p.id.to_string(), p.created_at.to_string());
            let sp_id = p.sp_id.clone().unwrap_or_default();
            table.add_row([&id, &p.name, &p.programme, &p.tier, &distributor, &sp_id, &at]);
        }
        print(&table.to_string())
    }
}

/// As the API shows a partner.
fn shape(p: &party::Partner) -> Value {
    json!({
        "id": p.id.to_string(), "name": p.name, "programme": p.programme, "tier": p.tier,
        "distributor_id": p.distributor.map(|d| d.to_string()),
        "sp_id": p.sp_id,
        "legal": legal::shape(p.legal.as_deref()),
        "environment": p.tenant.environment.as_str(),
        "version": p.version, "created_at": p.created_at.to_string(),
    })
}
