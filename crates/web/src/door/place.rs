//! Where an answer goes: the request's id, its path, and in whose manner a refusal is drawn.

use crate::State;
use crate::dialects::{self, Hop};
use crate::problem;
use app::Problem;
use axum::response::{IntoResponse, Response};
use domain::id::Id;
use http::request::Parts;

/// The request's id, put there by the outermost layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Id);

/// In whose manner a refusal is drawn.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// As RFC 9457 has it.
    Native,
    /// As a family of published interfaces would.
    Family(Box<Hop>),
}

/// A problem on its way out, with what it needs to be drawn.
#[derive(Debug)]
pub(crate) struct Refused {
    problem: Box<Problem>,
    place: Place,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Place { request, instance, manner } = self.place;
        let refusal = problem::told(*self.problem, request, &instance);
        match manner {
            Manner::Native => problem::refused(&refusal, request, &instance),
            Manner::Family(hop) => dialects::refused(&refusal, request, &hop),
        }
    }
}

/// What a handler needs to draw its own problems.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) request: Id,
    instance: String,
    pub(crate) manner: Manner,
}

impl Place {
    pub(crate) fn of(parts: &Parts, state: &State) -> Self {
        Self::in_manner(parts, state, Manner::Native)
    }

    pub(crate) fn in_manner(parts: &Parts, state: &State, manner: Manner) -> Self {
        let request = parts.extensions.get::<RequestId>().map_or_else(|| state.fresh(), |r| r.0);
        Self { request, instance: parts.uri.path().to_owned(), manner }
    }

    pub(crate) fn refuse(&self, problem: impl Into<Problem>) -> Refused {
        Refused { problem: Box::new(problem.into()), place: self.clone() }
    }
}
