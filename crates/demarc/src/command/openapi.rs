//! `demarc openapi`: the document that the server answers at /openapi.json.

use crate::failure::Outcome;

pub(super) fn run() -> Outcome {
    super::print_json(&web::openapi())
}
