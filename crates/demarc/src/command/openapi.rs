//! `demarc openapi`: the document that the server answers at /openapi.json, or that of a family of
//! published interfaces.

use crate::failure::Outcome;
use clap::{Args, ValueEnum};
use web::Family;

#[derive(Debug, Args)]
pub(super) struct Openapi {
    /// The document of these published interfaces instead of the native one
    #[arg(long, value_name = "FAMILY")]
    family: Option<FamilyWord>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FamilyWord {
    Apex,
    Alliance,
    Aiab,
}

impl From<FamilyWord> for Family {
    fn from(word: FamilyWord) -> Self {
        match word {
            FamilyWord::Apex => Self::Apex,
            FamilyWord::Alliance => Self::Alliance,
            FamilyWord::Aiab => Self::Aiab,
        }
    }
}

pub(super) fn run(asked: &Openapi) -> Outcome {
    super::print_json(&match asked.family {
        None => web::openapi(),
        Some(family) => web::family_document(family.into()),
    })
}
