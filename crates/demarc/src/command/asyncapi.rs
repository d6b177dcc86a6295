//! `demarc asyncapi`: the document that the server answers at /asyncapi.json.

use crate::failure::Outcome;

pub(super) fn run() -> Outcome {
    super::print_json(&web::asyncapi())
}
