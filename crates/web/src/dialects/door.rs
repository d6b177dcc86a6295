//! The doors of the published interfaces: a caller by `client_id` and `client_secret`, a traced
//! call, a body in which unknown members are tolerated and logged.
//!
//! * [`Said`]: a caller with a body.
//! * [`Asked`]: a caller with query parameters.

use super::{Dialects, Hop};
use crate::State;
use crate::door::{Manner, Place, Refused, admit, fingerprint, idempotency_key, json, typed};
use crate::params::Params;
use crate::sandbox::refuse_in_live;
use crate::schema::Schemas;
use crate::v1::shape::At;
use app::{Action, Answer, Call, Caller, Key, Problem};
use axum::extract::{FromRequest, FromRequestParts, Request};
use domain::code::Code;
use domain::id::Id;
use domain::refusal::Refusal;
use domain::time::Moment;
use http::HeaderMap;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// A caller with a body, as one of the published calls.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) app: Arc<app::App>,
    pub(super) call: Call,
    pub(super) place: Place,
    pub(super) set: Arc<Dialects>,
    value: Value,
    schemas: Arc<Schemas>,
}

/// A caller that only reads.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) app: Arc<app::App>,
    pub(super) caller: Caller,
    pub(super) place: Place,
    query: Option<String>,
}

impl Said {
    /// Whether the body has a member of that name at its top.
    pub(super) fn has(&self, member: &str) -> bool {
        self.value.get(member).is_some()
    }

    /// The body, of the form that the family's document says. Members that it does not know are
    /// logged by name: publishers add some.
    pub(super) fn read<T: ToSchema + DeserializeOwned>(&self) -> Result<T, Refused> {
        let body = typed(&self.value, &self.schemas).map_err(|r| self.place.refuse(r))?;
        self.log_unknown::<T>();
        Ok(body)
    }

    fn log_unknown<T: DeserializeOwned>(&self) {
        const MOST: usize = 20;
        let mut unknown = Vec::new();
        let known = serde_ignored::deserialize::<_, _, T>(&self.value, |path| {
            if unknown.len() < MOST {
                unknown.push(path.to_string());
            }
        });
        if known.is_ok() && !unknown.is_empty() {
            let (request, members) = (self.place.request, unknown.join(", "));
            tracing::info!(%request, members, "members of the body are not known");
        }
    }

    /// Says what members are called here: a refusal's pointers begin as `names` has it, each with
    /// the native pointer before it.
    pub(super) fn naming(&mut self, names: &'static [(&'static str, &'static str)]) {
        if let Manner::Family(hop) = &mut self.place.manner {
            hop.names = names;
        }
    }

    /// The hop, for answers that repeat its headers in their body.
    pub(super) fn hop(&self) -> Option<&Hop> {
        match &self.place.manner {
            Manner::Family(hop) => Some(hop),
            Manner::Native => None,
        }
    }

    /// Performs an action and answers the ids that `made` takes from its view. They alone are
    /// kept with an Idempotency-Key: answers are drawn from what the things are by then.
    pub(super) async fn perform<A: Action>(
        &self,
        action: A,
        made: impl Fn(&A::View) -> Vec<Id> + Send + Sync,
    ) -> Result<Vec<Id>, Refused> {
        let keep = |view: &A::View| {
            let ids: Vec<String> = made(view).iter().map(Id::to_string).collect();
            Answer { status: 200, headers: Vec::new(), body: ids.join(" ") }
        };
        let done = self.app.perform(&self.call, action, keep).await;
        let done = done.map_err(|problem| self.place.refuse(problem))?;
        Ok(done.answer.body.split_whitespace().filter_map(|id| id.parse().ok()).collect())
    }

    /// The same where a view always has one thing.
    pub(super) async fn perform_one<A: Action>(
        &self,
        action: A,
        made: impl Fn(&A::View) -> Id + Send + Sync,
    ) -> Result<Id, Refused> {
        let ids = self.perform(action, |view| vec![made(view)]).await?;
        ids.first().copied().ok_or_else(|| {
            tracing::error!(request = %self.place.request, "an action named nothing that it made");
            self.place.refuse(Refusal::new(Code::Internal, "the server failed"))
        })
    }

    /// Performs a further action of the same call, under no key.
    pub(super) async fn then<A: Action>(&self, action: A) -> Result<(), Refused> {
        let call = Call { key: None, ..self.call.clone() };
        let nothing =
            |_: &A::View| Answer { status: 200, headers: Vec::new(), body: String::new() };
        let done = self.app.perform(&call, action, nothing).await;
        done.map(drop).map_err(|problem| self.place.refuse(problem))
    }

    /// Reads `object` until `settled` says so, or the family's patience is over.
    pub(super) async fn settle<T, F>(
        &self,
        object: Id,
        read: impl Fn() -> F + Send + Sync,
        settled: impl Fn(&T) -> bool + Send + Sync,
    ) -> Result<T, Refused>
    where
        F: Future<Output = Result<T, Problem>> + Send,
    {
        let found = self.app.wait_until(object, self.set.patience, read, settled).await;
        found.map_err(|problem| self.place.refuse(problem))
    }

    pub(super) const fn caller(&self) -> &Caller {
        &self.call.caller
    }

    /// The caller's time, at which things are drawn: what was done before this is over by then.
    pub(super) async fn now(&self) -> Result<Moment, Refused> {
        self.app.now(self.caller()).await.at(&self.place)
    }
}

impl Asked {
    /// The query parameters, to be taken out one by one.
    pub(super) fn params(&self) -> Params {
        Params::parse(self.query.as_deref())
    }

    /// The caller's time, at which things are drawn.
    pub(super) async fn now(&self) -> Result<Moment, Refused> {
        self.app.now(&self.caller).await.at(&self.place)
    }
}

/// Who calls, and where the answer goes. The credential comes first, as at a gateway.
async fn caller(
    parts: &Parts,
    state: &State,
    sp: Option<&str>,
) -> Result<(Caller, Place), Refused> {
    let place = place(parts, state);
    let caller = known(&parts.headers, state, sp).await.map_err(|p| place.refuse(p))?;
    admit(parts, state, &caller).map_err(|r| place.refuse(r))?;
    traced(parts).map_err(|r| place.refuse(r))?;
    Ok((caller, place))
}

fn place(parts: &Parts, state: &State) -> Place {
    // Every path of a family has its hop from the layer around it.
    let hop = parts.extensions.get::<Hop>().cloned();
    let manner = hop.map_or(Manner::Native, |hop| Manner::Family(Box::new(hop)));
    Place::in_manner(parts, state, manner)
}

fn traced(parts: &Parts) -> Result<(), Refusal> {
    parts.extensions.get::<Hop>().map_or(Ok(()), |hop| hop.is_traced(&parts.headers))
}

async fn known(headers: &HeaderMap, state: &State, sp: Option<&str>) -> Result<Caller, Problem> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    let (Some(id), Some(secret)) = (text("client_id"), text("client_secret")) else {
        let detail = "client_id or client_secret is missing";
        return Err(Refusal::new(Code::Unauthenticated, detail).into());
    };
    state.app.authenticate_sp(id, secret, sp.or_else(|| text("spid"))).await
}

/// The solution provider that a body names.
fn sp_id(value: &Value) -> Option<&str> {
    value.get("spId").and_then(Value::as_str).map(str::trim).filter(|sp| !sp.is_empty())
}

impl FromRequest<State> for Said {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &State) -> Result<Self, Refused> {
        let (parts, rest) = request.into_parts();
        // For whom a connector calls stands in the body, so that it is read first; what is wrong
        // with it is said once the caller is known.
        let request = Request::from_parts(parts.clone(), rest);
        let value = json(request, state.options.max_body_bytes).await;
        let sp = value.as_ref().ok().and_then(sp_id);
        let (caller, place) = caller(&parts, state, sp).await?;
        let value = value.map_err(|r| place.refuse(r))?;
        refuse_in_live(&caller, &value).map_err(|r| place.refuse(r))?;
        let key = if parts.headers.contains_key("idempotency-key") {
            let name = idempotency_key(&parts.headers).map_err(|r| place.refuse(r))?;
            let fingerprint = fingerprint(&parts.method, parts.uri.path(), &value);
            Some(Key { name, fingerprint })
        } else {
            None
        };
        let call = Call { caller, request: place.request, key, until: state.gate.until() };
        let (app, set) = (state.app.clone(), state.options.dialects.clone());
        let schemas = state.families.schemas(&parts);
        Ok(Self { app, call, place, set, value, schemas })
    }
}

impl FromRequestParts<State> for Asked {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Refused> {
        let query = parts.uri.query().map(str::to_owned);
        let sp: Vec<(String, String)> =
            serde_urlencoded::from_str(query.as_deref().unwrap_or_default()).unwrap_or_default();
        let sp = sp.iter().find(|(name, _)| name == "spId").map(|(_, value)| value.as_str());
        let (caller, place) = caller(parts, state, sp).await?;
        Ok(Self { app: state.app.clone(), caller, place, query })
    }
}
