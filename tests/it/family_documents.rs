//! The document of each family: valid, whole, bounded, with an exchange for each operation, and
//! served where it is said to be.

use crate::document::{SCHEMA, bounded, examples, fits, references};
use crate::world::World;
use serde_json::Value;
use web::{Family, family_document};

#[test]
fn the_document_of_each_family_is_valid_openapi_and_whole() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let validator = jsonschema::options().build(&schema).expect("the schema compiles");
    for family in Family::ALL {
        let document = family_document(family);
        fits(&validator, &document, family.word());
        assert!(references(&document) > 50, "{family:?}");
        for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
            assert!(jsonschema::meta::is_valid(schema), "{family:?}: {name}");
        }
    }
}

#[test]
fn each_request_of_a_family_is_bounded_and_tolerates_unknown_members() {
    for family in Family::ALL {
        assert!(bounded(&family_document(family), false) > 8, "{family:?}");
    }
}

#[test]
fn each_operation_of_a_family_has_a_recorded_exchange_of_its_form() {
    for family in Family::ALL {
        assert!(examples(&family_document(family)) > 20, "{family:?}");
    }
}

#[tokio::test]
async fn the_document_of_each_family_is_served_and_offered_by_the_page() {
    let world = World::start().await;
    let anybody = world.client("");
    let page = anybody.get("/docs").await.text;
    for family in Family::ALL {
        let path = format!("/{}/openapi.json", family.word());
        let served = anybody.get(&path).await;
        assert_eq!(served.header("content-type"), "application/json");
        assert_eq!(served.expect(200), family_document(family));
        assert!(page.contains(&format!("url: \"{path}\"")), "{path}");
    }
    anybody.get("/v2/openapi.json").await.refused(404, "unknown_route");
}
