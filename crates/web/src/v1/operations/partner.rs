//! Partners and the credentials that act for them.

mod legal;

use legal::LegalBody;

use crate::answer::{Answered, draw_version, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::shape::{At, Faults, ListOf, Nothing};
use app::partner::{CredentialAdd, CredentialRevoke, Minted, PartnerAdd};
use axum::body::Body;
use domain::code::Because;
use domain::id::Id;
use domain::party::{Credential, Partner, Right, Role};
use domain::refusal::Fault;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(partners_list, partner_add))
        .routes(routes!(credential_add))
        .routes(routes!(credential_revoke))
}

/// A solution provider, or a distributor that has solution providers beneath it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Partner)]
struct PartnerBody {
    id: String,
    name: String,
    /// The code of the programme that it works under.
    #[schema(example = "alliance")]
    programme: String,
    /// The code of its tier in the catalogue.
    #[schema(example = "premier")]
    tier: String,
    /// The distributor above it.
    distributor_id: Option<String>,
    /// The carrier's own number for it as a solution provider: `spId` in the published interfaces.
    #[schema(example = "A-06399x")]
    sp_id: Option<String>,
    legal: Option<LegalBody>,
    version: u64,
    created_at: String,
}

impl From<&Partner> for PartnerBody {
    fn from(partner: &Partner) -> Self {
        Self {
            id: partner.id.to_string(),
            name: partner.name.clone(),
            programme: partner.programme.clone(),
            tier: partner.tier.clone(),
            distributor_id: partner.distributor.map(|id| id.to_string()),
            sp_id: partner.sp_id.clone(),
            legal: partner.legal.as_deref().map(Into::into),
            version: partner.version,
            created_at: partner.created_at.to_string(),
        }
    }
}

/// A partner to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPartner {
    #[schema(min_length = 1, max_length = 200, example = "Example Solutions")]
    name: String,
    /// The code of the programme that it works under.
    #[schema(min_length = 1, max_length = 50, example = "alliance")]
    programme: String,
    /// The code of its tier in the catalogue; it bounds the discount that needs no approval.
    #[schema(min_length = 1, max_length = 50, example = "premier")]
    tier: String,
    /// The distributor above it.
    #[serde(default)]
    #[schema(min_length = 15, max_length = 18)]
    distributor_id: Option<String>,
    /// The carrier's own number for it as a solution provider: `spId` in the published interfaces.
    /// No other partner of the environment has it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, pattern = "^[!-~]+$", example = "A-06399x")]
    sp_id: Option<String>,
    /// Without it the credit of a partner that is checked itself is asked for by its name alone.
    #[serde(default)]
    legal: Option<LegalBody>,
}

/// Add a partner
///
/// In the environment of the credential that asks. It can do nothing until it has a credential.
#[utoipa::path(post, path = "/v1/operations/partners", operation_id = "partner_add",
    tag = "Operations", request_body = NewPartner,
    responses((status = 201, description = "Added", body = PartnerBody)))]
async fn partner_add(command: Command<NewPartner>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let distributor = faults.maybe_id("/distributor_id", body.distributor_id.as_ref());
    let distributor = faults.finish(Some(distributor)).at(&place)?;
    let NewPartner { name, programme, tier, sp_id, legal, .. } = body;
    let legal = legal.map(Into::into);
    let action = PartnerAdd { name, programme, tier, distributor, sp_id, legal };
    perform(&app, &call, &place, action, |partner| {
        draw_version(StatusCode::CREATED, &PartnerBody::from(partner), partner.version)
    })
    .await
}

/// List partners
///
/// All of this environment, oldest first, on one page.
#[utoipa::path(get, path = "/v1/operations/partners", operation_id = "partners_list",
    tag = "Operations",
    responses((status = 200, description = "All partners", body = ListOf<PartnerBody>)))]
async fn partners_list(reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let partners = app.partners_list(&caller).await.at(&place)?;
    let items: Vec<PartnerBody> = partners.iter().map(Into::into).collect();
    Ok(ok(&ListOf { items, next_cursor: None }))
}

/// What a credential may do.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CredentialRole)]
enum RoleWord {
    /// Acts for one partner.
    Partner,
    /// Acts for several partners, one in each call.
    Connector,
    /// The carrier's own people.
    Operations,
}

/// What a credential of operations may do beyond others.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CredentialRight)]
pub(in crate::v1) enum RightWord {
    /// See the tax id of an application in clear.
    RevealTaxIds,
}

impl From<RightWord> for Right {
    fn from(word: RightWord) -> Self {
        match word {
            RightWord::RevealTaxIds => Self::RevealTaxIds,
        }
    }
}

impl From<Right> for RightWord {
    fn from(right: Right) -> Self {
        match right {
            Right::RevealTaxIds => Self::RevealTaxIds,
        }
    }
}

/// A credential, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Credential)]
struct CredentialBody {
    id: String,
    name: String,
    role: RoleWord,
    /// The partners that it acts for.
    partner_ids: Vec<String>,
    /// Of operations only.
    rights: Vec<RightWord>,
    version: u64,
    created_at: String,
    revoked_at: Option<String>,
}

impl From<&Credential> for CredentialBody {
    fn from(credential: &Credential) -> Self {
        let (role, partners) = match &credential.role {
            Role::Partner { partner } => (RoleWord::Partner, std::slice::from_ref(partner)),
            Role::Connector { partners } => (RoleWord::Connector, &partners[..]),
            Role::Operations => (RoleWord::Operations, &[][..]),
        };
        Self {
            id: credential.id.to_string(),
            name: credential.name.clone(),
            role,
            partner_ids: partners.iter().map(ToString::to_string).collect(),
            rights: credential.rights.iter().map(|right| (*right).into()).collect(),
            version: credential.version,
            created_at: credential.created_at.to_string(),
            revoked_at: credential.revoked_at.map(|at| at.to_string()),
        }
    }
}

/// A credential to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCredential {
    /// Who will use it, so that it can be found again; histories name operations by it.
    #[schema(min_length = 1, max_length = 200, example = "Example Solutions, ordering system")]
    name: String,
    role: RoleWord,
    /// The partners that it acts for: one for `partner`, at least one for `connector`, none for
    /// `operations`.
    #[serde(default)]
    #[schema(max_items = 100)]
    partner_ids: Vec<String>,
    /// For `operations` only, and only those that the credential that asks has itself.
    #[serde(default)]
    #[schema(max_items = 10)]
    rights: Vec<RightWord>,
}

impl NewCredential {
    fn role(&self, faults: &mut Faults) -> Option<Role> {
        let partners = faults.ids("/partner_ids", &self.partner_ids);
        repeated(&partners, faults);
        let given = self.partner_ids.len();
        match self.role {
            RoleWord::Operations if given == 0 => Some(Role::Operations),
            RoleWord::Partner if given == 1 => {
                partners.first().map(|partner| Role::Partner { partner: *partner })
            }
            RoleWord::Connector if given > 0 => Some(Role::Connector { partners }),
            role => {
                faults.push(wrong_count(role, given));
                None
            }
        }
    }
}

fn wrong_count(role: RoleWord, given: usize) -> Fault {
    let (detail, expected) = match role {
        RoleWord::Partner => ("a partner's credential acts for one partner", "one id"),
        RoleWord::Connector => ("a connector acts for partners", "at least one id"),
        RoleWord::Operations => ("operations act for no partner", "no id"),
    };
    let because = if given == 0 { Because::Missing } else { Because::Conflicting };
    Fault::new("/partner_ids", because, detail).expected(expected)
}

fn repeated(partners: &[Id], faults: &mut Faults) {
    for (at, id) in partners.iter().enumerate() {
        if partners.iter().take(at).any(|earlier| earlier == id) {
            let detail = format!("{id} stands twice");
            faults.push(Fault::new("/partner_ids", Because::Duplicate, detail));
        }
    }
}

/// A fresh credential.
#[derive(Debug, Serialize, ToSchema)]
struct CredentialMinted {
    credential: CredentialBody,
    /// For the Authorization header. Shown in the first answer only and never kept: null in a
    /// replayed answer. If it was lost, revoke the credential and add another.
    secret: Option<String>,
}

impl CredentialMinted {
    fn of(minted: &Minted, secret: Option<String>) -> Self {
        Self { credential: (&minted.credential).into(), secret }
    }
}

/// Add a credential
///
/// In the environment of the credential that asks. The answer has the secret, once: what is
/// kept for replays is the same answer without it.
#[utoipa::path(post, path = "/v1/operations/credentials", operation_id = "credential_add",
    tag = "Operations", request_body = NewCredential,
    responses((status = 201, description = "Added", body = CredentialMinted)))]
async fn credential_add(command: Command<NewCredential>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let role = body.role(&mut faults);
    let role = faults.finish(role).at(&place)?;
    // The drawn answer is stored for replays, and a secret is never stored: it is put into the
    // answer after the commit.
    let shown = Mutex::new(None);
    let rights = body.rights.into_iter().map(Into::into).collect();
    let action = CredentialAdd { name: body.name, role, rights };
    let answered = perform(&app, &call, &place, action, |minted| {
        let whole = CredentialMinted::of(minted, Some(minted.secret.clone()));
        let whole = serde_json::to_string(&whole).unwrap_or_default();
        shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner).replace(whole);
        let kept = CredentialMinted::of(minted, None);
        draw_version(StatusCode::CREATED, &kept, minted.credential.version)
    })
    .await;
    let mut response = answered?;
    let whole = shown.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    // A replay answers for another commit, whose secret is gone.
    if let Some(whole) = whole.filter(|_| !response.headers().contains_key(REPLAYED)) {
        *response.body_mut() = Body::from(whole);
    }
    Ok(response)
}

const REPLAYED: &str = "idempotency-replayed";

/// What became of a credential.
#[derive(Debug, Serialize, ToSchema)]
struct CredentialRevoked {
    credential: CredentialBody,
}

/// Revoke a credential
///
/// For good. Every server refuses it within two seconds.
#[utoipa::path(post, path = "/v1/operations/credentials/{id}/revoke",
    operation_id = "credential_revoke", tag = "Operations",
    params(("id" = String, Path, description = "The credential's id")), request_body = Nothing,
    responses((status = 200, description = "Revoked", body = CredentialRevoked)))]
async fn credential_revoke(PathId(credential): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    perform(&app, &call, &place, CredentialRevoke { credential }, |credential| {
        let body = CredentialRevoked { credential: credential.into() };
        draw_version(StatusCode::OK, &body, credential.version)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::Kind;

    fn role_of(role: RoleWord, partner_ids: &[&str]) -> Result<Role, Vec<(String, Because)>> {
        let partner_ids = partner_ids.iter().map(ToString::to_string).collect();
        let mut faults = Faults::default();
        let role = NewCredential { name: String::new(), role, partner_ids, rights: Vec::new() }
            .role(&mut faults);
        let places = |f: &Fault| (f.pointer.clone(), f.because);
        faults.finish(role).map_err(|refusal| refusal.faults.iter().map(places).collect())
    }

    fn at_partner_ids<T>(because: Because) -> Result<T, Vec<(String, Because)>> {
        Err(vec![("/partner_ids".to_owned(), because)])
    }

    #[test]
    fn each_role_takes_its_own_number_of_partners() {
        let (one, two) = (Id::new(Kind::Partner, 1, 1), Id::new(Kind::Partner, 2, 2));
        let (a, b) = (one.to_string(), two.to_string());
        assert_eq!(role_of(RoleWord::Operations, &[]), Ok(Role::Operations));
        assert_eq!(role_of(RoleWord::Partner, &[&a]), Ok(Role::Partner { partner: one }));
        let both = Role::Connector { partners: vec![one, two] };
        assert_eq!(role_of(RoleWord::Connector, &[&a, &b]), Ok(both));

        assert_eq!(role_of(RoleWord::Partner, &[]), at_partner_ids(Because::Missing));
        assert_eq!(role_of(RoleWord::Connector, &[]), at_partner_ids(Because::Missing));
        assert_eq!(role_of(RoleWord::Partner, &[&a, &b]), at_partner_ids(Because::Conflicting));
        assert_eq!(role_of(RoleWord::Operations, &[&a]), at_partner_ids(Because::Conflicting));
    }

    #[test]
    fn a_partner_named_twice_is_a_fault() {
        let id = Id::new(Kind::Partner, 1, 1).to_string();
        let twice = role_of(RoleWord::Connector, &[&id, &id]);
        assert_eq!(twice, at_partner_ids(Because::Duplicate));
    }

    #[test]
    fn what_is_not_an_id_is_named_by_its_place() {
        let id = Id::new(Kind::Partner, 1, 1).to_string();
        let wrong = role_of(RoleWord::Connector, &[&id, "no id"]);
        assert_eq!(wrong, Err(vec![("/partner_ids/1".to_owned(), Because::NotAnId)]));
    }
}
