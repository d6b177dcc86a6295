//! Every step of the schema, in order.

use crate::Migration;

/// The schema, one step after the other.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "start",
        sql: include_str!("../migrations/0001_start.sql"),
        postgres: "",
    },
    Migration {
        number: 2,
        name: "events",
        sql: include_str!("../migrations/0002_events.sql"),
        postgres: include_str!("../migrations/0002_events.postgres.sql"),
    },
    Migration {
        number: 3,
        name: "jobs",
        sql: include_str!("../migrations/0003_jobs.sql"),
        postgres: "",
    },
    Migration {
        number: 4,
        name: "wall",
        sql: include_str!("../migrations/0004_wall.sql"),
        postgres: include_str!("../migrations/0004_wall.postgres.sql"),
    },
    Migration {
        number: 5,
        name: "promotions",
        sql: include_str!("../migrations/0005_promotions.sql"),
        postgres: include_str!("../migrations/0005_promotions.postgres.sql"),
    },
    Migration {
        number: 6,
        name: "tallies",
        sql: include_str!("../migrations/0006_tallies.sql"),
        postgres: "",
    },
    Migration {
        number: 7,
        name: "sub-orders",
        sql: include_str!("../migrations/0007_sub_orders.sql"),
        postgres: "",
    },
    Migration {
        number: 8,
        name: "imports",
        sql: include_str!("../migrations/0008_imports.sql"),
        postgres: include_str!("../migrations/0008_imports.postgres.sql"),
    },
    Migration {
        number: 9,
        name: "alternatives",
        sql: include_str!("../migrations/0009_alternatives.sql"),
        postgres: "",
    },
    Migration {
        number: 10,
        name: "catalogues",
        sql: include_str!("../migrations/0010_catalogues.sql"),
        postgres: include_str!("../migrations/0010_catalogues.postgres.sql"),
    },
    Migration {
        number: 11,
        name: "feasibility",
        sql: include_str!("../migrations/0011_feasibility.sql"),
        postgres: "",
    },
    Migration {
        number: 12,
        name: "customers",
        sql: include_str!("../migrations/0012_customers.sql"),
        postgres: include_str!("../migrations/0012_customers.postgres.sql"),
    },
    Migration {
        number: 14,
        name: "credit",
        sql: include_str!("../migrations/0014_credit.sql"),
        postgres: include_str!("../migrations/0014_credit.postgres.sql"),
    },
    Migration {
        number: 15,
        name: "test-clocks",
        sql: include_str!("../migrations/0015_test_clocks.sql"),
        postgres: include_str!("../migrations/0015_test_clocks.postgres.sql"),
    },
    Migration {
        number: 16,
        name: "sp-ids",
        sql: include_str!("../migrations/0016_sp_ids.sql"),
        postgres: "",
    },
    Migration {
        number: 17,
        name: "identifiers",
        sql: include_str!("../migrations/0017_identifiers.sql"),
        postgres: include_str!("../migrations/0017_identifiers.postgres.sql"),
    },
    Migration {
        number: 18,
        name: "order-numbers",
        sql: include_str!("../migrations/0018_order_numbers.sql"),
        postgres: include_str!("../migrations/0018_order_numbers.postgres.sql"),
    },
    Migration {
        number: 19,
        name: "letters",
        sql: include_str!("../migrations/0019_letters.sql"),
        postgres: include_str!("../migrations/0019_letters.postgres.sql"),
    },
    Migration {
        number: 20,
        name: "forgetting",
        sql: include_str!("../migrations/0020_forgetting.sql"),
        postgres: "",
    },
];
