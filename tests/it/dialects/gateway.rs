//! What every call of a family meets before its own business: credential, trace, form.

use super::Published;
use crate::world::World;
use serde_json::{Value, json};

/// A call of each family that any partner may make.
const ANY: [(&str, &str, &str); 3] = [
    ("apex", "apex", "/creditCheck-apex"),
    ("alliance", "alliance", "/creditCheck"),
    ("aiab", "aiab", "/creditCheck/aiab"),
];

#[tokio::test]
async fn a_wrong_pair_of_id_and_secret_is_answered_as_a_gateway_does() {
    let world = World::start().await;
    for (family, programme, path) in ANY {
        let known = Published::of(&world, family, programme).await;
        let other = Published::of(&world, family, programme).await;
        let path = format!("/{family}/api/v1{path}");
        let (id, secret) = (known.client_id.as_str(), known.client_secret.as_str());
        let wrong: [&[(&str, &str)]; 5] = [
            &[],
            &[("client_id", id)],
            &[("client_secret", secret)],
            &[("client_id", id), ("client_secret", "dmc_test_00")],
            &[("client_id", id), ("client_secret", &other.client_secret)],
        ];
        for headers in wrong {
            let reply = known.raw("POST", &path, Some(&json!({})), headers).await;
            assert_eq!(reply.header("www-authenticate"), "Client-ID-Enforcement");
            let body = reply.expect(401);
            assert_eq!(body, json!({ "error": "Invalid client id or secret" }), "{headers:?}");
        }
    }
}

#[tokio::test]
async fn a_call_is_refused_without_its_trace_and_given_its_headers_back() {
    let world = World::start().await;
    for (family, programme, path) in ANY {
        let partner = Published::of(&world, family, programme).await;
        let path = format!("/{family}/api/v1{path}");
        let (id, secret) = (partner.client_id.as_str(), partner.client_secret.as_str());
        let mut headers = vec![("client_id", id), ("client_secret", secret)];
        let untraced = partner.raw("POST", &path, Some(&json!({})), &headers).await;
        let body = untraced.expect(400);
        assert_eq!(body["errorCode"], "invalid_header", "{body:#}");
        assert_eq!(body["errors"][0]["path"], "/headers/x-trace-id");
        let long = "x".repeat(129);
        headers.push(("x-trace-id", &long));
        assert_eq!(
            partner.raw("POST", &path, Some(&json!({})), &headers).await.expect(400)["errors"][0]["code"],
            "bad_format"
        );
        headers.pop();
        headers.extend([
            ("x-trace-id", "1325r364"),
            ("x-transaction-id", "1234"),
            ("source", "crm"),
        ]);
        let traced = partner.raw("POST", &path, Some(&json!({})), &headers).await;
        assert_eq!(traced.header("x-trace-id"), "1325r364");
        assert_eq!(traced.header("x-transaction-id"), "1234");
        let body = traced.expect(422);
        assert_eq!(body["traceId"], "1325r364");
        let missing = |fault: &Value| fault["code"] == "missing" && fault["path"] == "/quoteId";
        assert!(body["errors"].as_array().expect("errors").iter().any(missing), "{body:#}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_the_manner_of_the_family() {
    let world = World::start().await;
    for (family, programme, path) in ANY {
        let partner = Published::of(&world, family, programme).await;
        let body = partner.get("/no-such-call").await.expect(404);
        assert_eq!(body["errorCode"], "unknown_route", "{body:#}");
        let body = partner.send("DELETE", path, None, &[]).await.expect(405);
        assert_eq!(body["errorCode"], "method_not_allowed", "{body:#}");
        let said = if family == "aiab" { &body["message"] } else { &body["status"] };
        assert_eq!(*said, "Failed", "{body:#}");
    }
}
