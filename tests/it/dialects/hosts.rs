//! A family by host name, as on the published hosts.

use super::Published;
use crate::world::World;
use serde_json::json;
use web::{Dialects, Family};

#[tokio::test]
async fn the_common_prefix_is_answered_by_the_family_of_the_host_and_of_no_other() {
    let hosts = vec![
        ("order-eapi.example.com".to_owned(), Family::Aiab),
        ("Ordering-Apex.example.com".to_owned(), Family::Apex),
    ];
    let world = World::start_speaking(Dialects { hosts, ..Dialects::default() }).await;
    let partner = Published::of(&world, "aiab", "aiab").await;
    let at = async |host: &str, path: &str| {
        let headers = [
            ("client_id", partner.client_id.as_str()),
            ("client_secret", partner.client_secret.as_str()),
            ("x-trace-id", "1325r364"),
            ("host", host),
        ];
        partner.raw("POST", path, Some(&json!({})), &headers).await
    };
    for host in ["order-eapi.example.com", "ORDER-EAPI.example.com:8443"] {
        let reply = at(host, "/api/v1/creditCheck/aiab?x=1").await;
        assert_eq!(reply.header("x-trace-id"), "1325r364");
        let body = reply.expect(422);
        assert_eq!(body["code"], 422, "in AIAB's manner: {body:#}");
    }
    let body = at("ordering-apex.example.com", "/api/v1/creditCheck-apex").await.expect(422);
    assert_eq!(body["status"], "Failed", "in APEX's manner: {body:#}");
    let body = at("ordering-apex.example.com", "/api/v1/creditCheck/aiab").await.expect(404);
    assert_eq!(body["errorCode"], "unknown_route", "{body:#}");
    // A name that nobody configured has no family, and the mounts answer at every name.
    at("elsewhere.example.com", "/api/v1/creditCheck/aiab").await.refused(404, "unknown_route");
    at("elsewhere.example.com", "/aiab/api/v1/creditCheck/aiab").await.expect(422);
}
