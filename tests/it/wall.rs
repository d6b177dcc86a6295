//! The second wall, seen from the door: what partners do there lies behind it.

use crate::world::World;
use domain::party::{Environment, Tenant};
use serde_json::json;
use std::collections::BTreeSet;
use store::{Engine as _, Query, Sight};

async fn tenants(world: &World, sight: impl Into<Sight>, sql: &'static str) -> BTreeSet<String> {
    let query = Query::within(sight, sql, []);
    let rows = world.engine().read(vec![query]).await.expect("rows").remove(0);
    rows.iter().map(|row| row.text(0).expect("a tenant").to_owned()).collect()
}

#[tokio::test]
async fn what_partners_do_is_kept_apart_by_the_database_itself() {
    let world = World::start().await;
    for programme in ["aiab", "alliance"] {
        let partner = world.partner(programme).await;
        let body = json!({ "name": "Sample Bakery", "new_customer": { "name": "Sample Bakery",
            "address": { "street": "1 Main St", "city": "Dallas", "state": "TX", "zip": "75202" },
        } });
        partner.post("/v1/opportunities", &body).await.expect(201);
    }
    let carrier = Tenant::carrier(Environment::Test);
    let of = "select tenant from opportunity";
    let partners = tenants(&world, Sight::System, of).await;
    assert_eq!(partners.len(), 2, "{partners:?}");
    for sql in [of, "select tenant from event", "select tenant from idempotency"] {
        for partner in &partners {
            let own: Tenant = partner.parse().expect("a tenant");
            assert_eq!(tenants(&world, own, sql).await, BTreeSet::from([partner.clone()]), "{sql}");
        }
        assert!(tenants(&world, Environment::Test, sql).await.len() >= 2, "{sql}");
        assert!(tenants(&world, Environment::Live, sql).await.is_empty(), "{sql}");
    }
    // End customers are the carrier's; each partner reads its own prospect among them.
    let customers = "select tenant || owner from account";
    assert_eq!(tenants(&world, carrier, customers).await.len(), 2);
    for partner in &partners {
        let own: Tenant = partner.parse().expect("a tenant");
        let prospect = format!("{carrier}{}", own.partner.expect("a partner").short());
        assert_eq!(tenants(&world, own, customers).await, BTreeSet::from([prospect]));
    }
}
