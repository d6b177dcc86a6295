//! The closed lists of words that members of answers can be, from the domain's own tables, so
//! that a generated client gets them as enumerations.

use domain::catalogue::EnrichmentKind;
use domain::code::{Because, Code};
use domain::contract::ContractPhase;
use domain::credit::CreditPhase;
use domain::customer::lookup::Reason;
use domain::exception::ExceptionPhase;
use domain::journey::Standing;
use domain::letter::LetterPhase;
use domain::order::{IdentifierKind, OrderState, SubOrderPhase};
use domain::pricing::NearMissCode;
use domain::programme::Stage;
use domain::publication::CataloguePhase;
use domain::quote::{FeasibilityPhase, ImportState, Level, QuotePhase, Touch};
use domain::sandbox::Place;
use domain::serviceability::{Confidence, Reach, Technology};
use domain::test_clock::ClockPhase;
use serde_json::Value;

type Words = Vec<&'static str>;

fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Words {
    all.iter().map(|one| word(*one)).collect()
}

/// The kinds of numbers that somebody gives.
fn given_kinds() -> Words {
    let given = IdentifierKind::ALL.iter().filter(|kind| !kind.is_derived());
    given.map(|kind| kind.word()).collect()
}

/// Schema, member, and the words it can be.
fn lists() -> Vec<(&'static str, &'static str, Words)> {
    let exception = words(ExceptionPhase::ALL, ExceptionPhase::word);
    let sub_order = words(SubOrderPhase::ALL, SubOrderPhase::word);
    let order: Words = OrderState::words().collect();
    vec![
        ("ExceptionRequest", "state", exception.clone()),
        ("ExceptionInShort", "state", exception),
        ("LetterOfAgency", "state", words(LetterPhase::ALL, LetterPhase::word)),
        ("Quote", "state", words(QuotePhase::ALL, QuotePhase::word)),
        ("Quote", "level", words(&Level::ALL, Level::word)),
        ("Feasibility", "state", words(FeasibilityPhase::ALL, FeasibilityPhase::word)),
        ("PreviewPrice", "state", words(QuotePhase::ALL, QuotePhase::word)),
        ("PreviewPrice", "level", words(&Level::ALL, Level::word)),
        ("PreviewSite", "touch", words(&Touch::ALL, Touch::word)),
        ("CreditCheck", "state", words(CreditPhase::ALL, CreditPhase::word)),
        ("CatalogueVersion", "state", words(CataloguePhase::ALL, CataloguePhase::word)),
        ("TestClock", "state", words(ClockPhase::ALL, ClockPhase::word)),
        ("ScriptedValue", "place", words(&Place::ALL, Place::word)),
        ("Contract", "state", words(ContractPhase::ALL, ContractPhase::word)),
        ("OrderInShort", "state", order.clone()),
        ("OrderMilestones", "state", order),
        ("SubOrderProgress", "state", sub_order.clone()),
        ("HandedOffSubOrder", "state", sub_order),
        ("Identifier", "kind", words(IdentifierKind::ALL, IdentifierKind::word)),
        ("NewIdentifier", "kind", given_kinds()),
        ("JourneyStage", "stage", words(Stage::ALL, Stage::word)),
        ("JourneyStage", "status", words(&Standing::ALL, Standing::word)),
        ("EnrichmentStatus", "kind", words(&EnrichmentKind::ALL, EnrichmentKind::word)),
        ("Problem", "code", words(Code::ALL, Code::as_str)),
        ("Fault", "code", words(Because::ALL, Because::as_str)),
        ("ImportFault", "code", words(Because::ALL, Because::as_str)),
        ("AccountFault", "code", words(Because::ALL, Because::as_str)),
        ("MatchReason", "code", Reason::CODES.to_vec()),
        ("Import", "state", words(&ImportState::ALL, ImportState::word)),
        ("Serviceability", "reach", words(Reach::ALL, Reach::word)),
        ("Serviceability", "confidence", words(Confidence::ALL, Confidence::word)),
        ("Access", "technology", words(Technology::ALL, Technology::word)),
        ("AlternateAccess", "technology", words(Technology::ALL, Technology::word)),
        ("AddressResult", "result", vec!["match", "close_match", "ambiguous", "no_match"]),
        (
            "AddressValidation",
            "state",
            vec![
                "unchecked",
                "requested",
                "match",
                "close_match",
                "ambiguous",
                "no_match",
                "accepted",
            ],
        ),
        ("Step", "kind", vec!["list", "term", "volume", "promotion", "discount", "net"]),
        ("NearMiss", "code", words(&NearMissCode::ALL, NearMissCode::word)),
        ("Me", "role", vec!["partner", "operations"]),
        ("Me", "environment", vec!["test", "live"]),
    ]
}

/// Puts the lists into the document. A member that is not there is a mistake in this file.
pub(super) fn put(document: &mut Value) -> Result<(), String> {
    for (schema, member, words) in lists() {
        let pointer = format!("/components/schemas/{schema}/properties/{member}");
        let found = document.pointer_mut(&pointer).and_then(Value::as_object_mut);
        let found = found.ok_or_else(|| format!("the document has no {pointer}"))?;
        let mut allowed: Vec<Value> = words.into_iter().map(Into::into).collect();
        let types = found.get("type").and_then(Value::as_array);
        if types.is_some_and(|types| types.iter().any(|word| word == "null")) {
            allowed.push(Value::Null);
        }
        found.insert("enum".to_owned(), allowed.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_list_finds_its_member() {
        let mut document = crate::openapi();
        assert_eq!(super::put(&mut document), Ok(()));
        let states = &document["components"]["schemas"]["Quote"]["properties"]["state"]["enum"];
        assert_eq!(states[0], "draft");
    }
}
