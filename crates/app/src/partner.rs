//! Actions on partners and credentials: operations', and the command line's.

use crate::caller::secret_sha256;
use crate::{Action, App, Caller, Decided, Problem};
use domain::change::{Change, Context};
use domain::code::{Because, Code};
use domain::credit::hidden_tax_ids;
use domain::decision::Decision;
use domain::event::{EventKind, Happened};
use domain::id::{Id, Kind};
use domain::party::{
    Actor, Credential, Environment, LegalEntity, Partner, Right, Role, Tenant, is_sp_id,
};
use domain::refusal::{Fault, Refusal};

/// Adds a partner.
#[derive(Debug, Clone)]
pub struct PartnerAdd {
    pub name: String,
    /// A programme's code.
    pub programme: String,
    /// A tier's code.
    pub tier: String,
    pub distributor: Option<Id>,
    /// The carrier's own number for it as a solution provider.
    pub sp_id: Option<String>,
    pub legal: Option<LegalEntity>,
}

impl PartnerAdd {
    async fn add(&self, app: &App, at: Environment, ctx: &mut Context) -> Decided<Partner> {
        let mut faults = Vec::new();
        if app.programmes.get(&self.programme).is_none() {
            let known: Vec<_> = app.programmes.all().iter().map(|p| p.code.as_str()).collect();
            let fault = Fault::new("/programme", Because::NotAllowedValue, "no such programme");
            faults.push(fault.expected(known.join(", ")));
        }
        let catalogue = app.in_force(at, ctx.now).await?;
        if catalogue.tier(&self.tier).is_none() {
            let known: Vec<_> = catalogue.tiers().iter().map(|t| &*t.code).collect();
            let fault = Fault::new("/tier", Because::NotAllowedValue, "no such tier");
            faults.push(fault.expected(known.join(", ")));
        }
        if let Some(id) = self.distributor
            && app.store.ask(store::partner::by_id(at, id)).await?.is_none()
        {
            faults.push(Fault::new("/distributor_id", Because::UnknownId, "no such partner"));
        }
        if self.sp_id.as_ref().is_some_and(|sp_id| !is_sp_id(sp_id)) {
            let fault =
                Fault::new("/sp_id", Because::BadFormat, "not a solution provider's number");
            faults.push(fault.expected("1 to 40 visible ASCII characters"));
        }
        // It applies as this where its own credit is checked.
        let texts = self.legal.iter().flat_map(LegalEntity::texts);
        let placed = |(member, text)| (format!("/legal/{member}"), text);
        faults.extend(hidden_tax_ids(texts.map(placed), None));
        if !faults.is_empty() {
            return Err(Refusal::new(Code::InvalidBody, "the partner is not valid")
                .with(faults)
                .into());
        }
        self.is_alone(app, at).await?;
        let partner = Partner {
            id: ctx.ids.next(Kind::Partner),
            tenant: Tenant::carrier(at),
            version: 0,
            name: self.name.clone(),
            programme: self.programme.clone(),
            tier: self.tier.clone(),
            distributor: self.distributor,
            sp_id: self.sp_id.clone(),
            legal: self.legal.clone().map(Box::new),
            created_at: ctx.now,
        };
        let mut change = Change::default();
        let view = change.insert(ctx, partner, Happened::new(EventKind::PartnerAdded));
        Ok(Decision { change, view })
    }

    /// No two partners of an environment have one number; an index holds it against haste.
    async fn is_alone(&self, app: &App, at: Environment) -> Result<(), Problem> {
        let Some(sp_id) = &self.sp_id else { return Ok(()) };
        let Some(other) = app.store.ask(store::partner::by_sp_id(at, sp_id)).await? else {
            return Ok(());
        };
        let detail = format!("the partner {} has the sp_id {sp_id} already", other.id);
        let fault = Fault::new("/sp_id", Because::Duplicate, detail.clone());
        Err(Refusal::new(Code::AlreadyExists, detail).with(vec![fault]).into())
    }
}

impl Action for PartnerAdd {
    type View = Partner;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Partner> {
        self.add(app, caller.operations()?, ctx).await
    }
}

/// Adds a credential. Its secret is in the view and nowhere else: it is shown once.
#[derive(Debug, Clone)]
pub struct CredentialAdd {
    pub name: String,
    pub role: Role,
    /// For operations only.
    pub rights: Vec<Right>,
}

/// A fresh credential with its secret.
#[derive(Debug, Clone)]
pub struct Minted {
    pub credential: Credential,
    pub secret: String,
}

impl CredentialAdd {
    async fn add(&self, app: &App, at: Environment, ctx: &mut Context) -> Decided<Minted> {
        let partners = match &self.role {
            Role::Operations => &[][..],
            Role::Partner { partner } => std::slice::from_ref(partner),
            Role::Connector { partners } => partners,
        };
        let mut faults = Vec::new();
        for (place, id) in partners.iter().enumerate() {
            if app.store.ask(store::partner::by_id(at, *id)).await?.is_none() {
                let pointer = format!("/partner_ids/{place}");
                faults.push(Fault::new(pointer, Because::UnknownId, "no such partner"));
            }
        }
        if !faults.is_empty() {
            let refusal = Refusal::new(Code::UnknownReference, "no such partner");
            return Err(refusal.with(faults).into());
        }
        self.role.may_have(&self.rights)?;
        let secret = secret(at, app.random.bytes());
        let credential = Credential {
            id: ctx.ids.next(Kind::Credential),
            tenant: Tenant::carrier(at),
            version: 0,
            name: self.name.clone(),
            role: self.role.clone(),
            rights: self.rights.clone(),
            secret_sha256: secret_sha256(&secret),
            created_at: ctx.now,
            revoked_at: None,
        };
        let mut change = Change::default();
        let credential = change.insert(ctx, credential, Happened::new(EventKind::CredentialAdded));
        Ok(Decision { change, view: Minted { credential, secret } })
    }
}

impl Action for CredentialAdd {
    type View = Minted;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Minted> {
        // Nobody gives what they do not have.
        for right in &self.rights {
            caller.may(*right)?;
        }
        self.add(app, caller.operations()?, ctx).await
    }
}

/// `dmc_test_` or `dmc_live_` and 64 hexadecimal digits: 256 random bits, easy for a secret
/// scanner to find.
fn secret(environment: Environment, bytes: [u8; 32]) -> String {
    use std::fmt::Write as _;
    let start = format!("dmc_{}_", environment.as_str());
    bytes.iter().fold(start, |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // Writing to a String cannot fail.
        text
    })
}

/// Revokes a credential. Felt here at once, on other nodes within two seconds.
#[derive(Debug, Clone, Copy)]
pub struct CredentialRevoke {
    pub credential: Id,
}

impl CredentialRevoke {
    async fn revoke(&self, app: &App, at: Environment, ctx: &mut Context) -> Decided<Credential> {
        let found = app.store.ask(store::credential::by_id(at, self.credential)).await?;
        let credential = found.ok_or_else(|| Refusal::not_found("credential"))?;
        if credential.revoked_at.is_some() {
            return Err(Refusal::state("credential", "revoked", "revoked again").into());
        }
        let revoked = Credential { revoked_at: Some(ctx.now), ..credential };
        let mut change = Change::default();
        let what = Happened::new(EventKind::CredentialRevoked).from("active");
        let view = change.update(ctx, revoked, what);
        app.known().clear();
        Ok(Decision { change, view })
    }
}

impl Action for CredentialRevoke {
    type View = Credential;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Credential> {
        self.revoke(app, caller.operations()?, ctx).await
    }
}

impl App {
    /// The partners of an environment, for operations.
    pub async fn partners_list(&self, caller: &Caller) -> Result<Vec<Partner>, Problem> {
        let environment = caller.operations()?;
        Ok(self.store.ask(store::partner::list(environment)).await?)
    }
}

/// What the command line does on the database itself, without a caller.
impl App {
    pub async fn system_add_partner(
        &self,
        at: Environment,
        add: &PartnerAdd,
    ) -> Result<Partner, Problem> {
        let mut ctx = self.context(Actor::System, None);
        let decision = add.add(self, at, &mut ctx).await?;
        self.system_save(&ctx, decision).await
    }

    pub async fn system_add_credential(
        &self,
        at: Environment,
        add: &CredentialAdd,
    ) -> Result<Minted, Problem> {
        let mut ctx = self.context(Actor::System, None);
        let decision = add.add(self, at, &mut ctx).await?;
        self.system_save(&ctx, decision).await
    }

    pub async fn system_revoke_credential(
        &self,
        at: Environment,
        revoke: CredentialRevoke,
    ) -> Result<Credential, Problem> {
        let mut ctx = self.context(Actor::System, None);
        let decision = revoke.revoke(self, at, &mut ctx).await?;
        self.system_save(&ctx, decision).await
    }

    pub(crate) async fn system_save<V>(
        &self,
        ctx: &Context,
        decision: Decision<V>,
    ) -> Result<V, Problem> {
        match self.save(ctx, &decision, None).await? {
            store::Committed::Done => Ok(decision.view),
            _ => Err(Refusal::new(Code::Busy, "somebody else changed it meanwhile").into()),
        }
    }
}
