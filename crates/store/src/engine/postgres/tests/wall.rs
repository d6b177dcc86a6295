//! Row-level security, the second wall: what it keeps from whom when the first is gone. Each
//! text of each noun is run without its conditions, so that only the wall is left.

use super::*;
use crate::{MIGRATIONS, Sight};
use domain::id::{Id, Kind};
use domain::party::{Environment, Tenant};
use std::fs;

/// Who asks the system's own questions, and why nobody's sight will do.
const AS_SYSTEM: &[(&str, &str)] = &[
    ("ask.rs: Query::new(\"\"", "what is left behind when a question is taken out: never asked"),
    ("ask.rs: Query::new(\"\"", "the same"),
    ("backup.rs: Query::new(HISTORY", "the schema has no tenant"),
    ("credential.rs: Query::new(BY_SECRET", "authentication: a sight is made of its answer"),
    (
        "data_key.rs: Query::new(ANYWHERE",
        "the carrier's keys are handled by the command line alone",
    ),
    ("data_key.rs: Query::new(COUNT", "the same"),
    ("data_key.rs: Query::new(NOT_BY", "the same"),
    ("delivery.rs: Query::new(DUE", "the sender sends for all"),
    ("delivery.rs: Query::new(NEXT_TURN", "the same"),
    ("delivery.rs: Query::new(WAITING", "a count for the figures, of no tenant"),
    ("engine.rs: Change::new([Statement::new(TOUCH", "readiness has no tenant"),
    ("engine.rs: Query::new(LOOK", "the same"),
    ("feed.rs: Change::new(statements", "events of all tenants are placed in one order"),
    ("feed.rs: Query::new(STATE", "whether any tenant's event waits for its place"),
    ("job.rs: Query::new(DUE", "the worker works for all"),
    ("job.rs: Query::new(NEXT", "the same"),
    ("job.rs: Query::new(OPEN", "a count for the figures, of no tenant"),
    ("standing.rs: Query::new(NEWEST", "how the whole installation stands"),
    ("standing.rs: Query::new(OVERDUE", "the same"),
    ("standing.rs: Query::new(QUARANTINED", "the same"),
    ("store.rs: Change::new([statement]", "sweeps what is past its time, whosever it is"),
    ("store.rs: Change::new(claims.collect::<Vec<_>>(", "the worker claims for all"),
    ("turn.rs: Change::new([claim]", "the sender takes turns of all"),
];

#[test]
fn what_runs_as_the_system_is_a_closed_list() {
    let mut found = Vec::new();
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() || name == "change.rs" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in ["Query::new(", "Change::new("] {
            for rest in text.split(word).skip(1) {
                let argument = rest.split([',', ')']).next().unwrap_or_default();
                found.push(format!("{name}: {word}{argument}"));
            }
        }
    }
    found.sort();
    let listed: Vec<_> = AS_SYSTEM.iter().map(|(what, _)| (*what).to_owned()).collect();
    assert_eq!(found, listed, "name a sight (`within`), or give a reason here");
}

/// Texts that only the system runs.
fn is_system(sql: &str) -> bool {
    crate::feed::SQL.contains(&sql)
        || crate::audit::SQL.contains(&sql)
        || crate::standing::SQL.contains(&sql)
        || sql.contains(" from sender_turn where lease_until")
        || sql == "select count(*) from delivery where state = 'pending'"
        || sql.starts_with("delete from delivery")
        || sql.contains("where secret_sha256 =")
        || sql.contains(" from job where state")
        || sql.starts_with("delete from idempotency") && sql.contains("order by forget_at")
        // Sealing anew what another of the carrier's keys has sealed.
        || sql.contains(" from data_key where sealed <> ''")
        // Bringing older accounts into the lookup's index, and its size.
        || sql.starts_with("select doc from account where indexed = 0")
        || sql.starts_with("select (select count(*) from account_word)")
}

/// The text without any condition that has a value, and without its limit.
fn bare(sql: &str) -> String {
    let (head, tail) = sql.split_once(" where ").unwrap_or((sql, ""));
    // What an update sets stays as it is, and what it takes from is left whole.
    let head = without(&taking_nothing(head), |column| format!("{column} = {column}"));
    let tail = without(tail, |_| "true".to_owned());
    let tail = tail.replace(" = (select", " in (select").replace("s.state = p.column1", "true");
    // The limit of a look into another table stays.
    let tail = match tail.rsplit_once(" limit ") {
        Some((before, after)) if !after.contains(')') => before,
        _ => &tail,
    };
    let all = if tail.is_empty() { head } else { format!("{head} where {tail}") };
    assert!(!all.contains('$'), "`{all}` keeps a value of `{sql}`: teach this test its form");
    all
}

/// Without each ` - $n`.
fn taking_nothing(sql: &str) -> String {
    let mut parts = sql.split(" - $");
    let first = parts.next().unwrap_or_default().to_owned();
    let digit = |c: char| c.is_ascii_digit();
    parts.fold(first, |kept, part| kept + part.trim_start_matches(digit))
}

/// Replaces each `column operator $n`, each `column in (…)` that is no select, each `$n = ''`, each
/// `state = 'word'` or `feasibility = 'word'`, and each `flag = 0`.
fn without(sql: &str, replacement: impl Fn(&str) -> String) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let mut kept: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        let next = |ahead: usize| words.get(at + ahead).copied().unwrap_or_default();
        let compares = ["=", "<", ">", "<=", ">=", "<>", "like"].contains(&next(1));
        let of_words = ["state", "feasibility"].iter().any(|column| word.ends_with(column));
        let a_state = of_words && next(2).starts_with('\'') || next(2) == "0";
        if next(1) == "in" && next(2).starts_with('(') && !next(2).starts_with("(select") {
            let ends = (at + 2..words.len()).find(|&at| words[at].contains(')'));
            let end = ends.unwrap_or(words.len() - 1);
            let closers = words[end].matches(')').count() - 1;
            kept.push(format!("true{}", ")".repeat(closers)));
            at = end + 1;
        } else if compares && word.starts_with('$') && next(2) == "case" {
            // A value beside a choice: all of it goes.
            let ends = (at..words.len()).find(|&at| words[at].starts_with("end"));
            let end = ends.unwrap_or(words.len() - 1);
            kept.push(format!("true{}", words[end].trim_start_matches("end")));
            at = end + 1;
        } else if compares && (a_state || word.contains('$') || next(2).contains('$')) {
            let opened = word.len() - word.trim_start_matches('(').len();
            let column = word.trim_start_matches('(');
            let closing = next(2).rsplit('\'').next().unwrap_or_default().trim_start_matches('$');
            let closing = closing.trim_start_matches(|c: char| c.is_ascii_digit());
            kept.push(format!("{}{}{closing}", "(".repeat(opened), replacement(column)));
            at += 3;
        } else {
            kept.push(word.to_owned());
            at += 1;
        }
    }
    kept.join(" ")
}

fn leaked(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

const TEST: Environment = Environment::Test;

fn partner(number: u32) -> Tenant {
    Tenant::partner(Id::new(Kind::Partner, 0, number), TEST)
}

/// Puts a row of a tenant, with a number of its own, into a table.
type Put = Box<dyn Fn(Tenant, i64) -> Statement>;

/// A database in which every table with a tenant has a row of each of three: two partners and
/// the carrier. Every text in a row is its tenant.
struct Filled {
    url: String,
    db: Arc<Postgres>,
    /// Each table, and how to put a row of a tenant into it.
    tables: Vec<(String, Put)>,
}

fn three() -> [Tenant; 3] {
    [partner(1), partner(2), Tenant::carrier(TEST)]
}

impl Filled {
    async fn new() -> Self {
        let url = Cluster::shared().database();
        let db = Arc::new(Postgres::connect(&url, PostgresOptions::default()).await.unwrap());
        db.migrate(MIGRATIONS).await.unwrap();
        let sql = "select table_name::text, string_agg(column_name, ','), \
            string_agg(case when data_type = 'text' then '$1' else '$2' end, ',') \
            from information_schema.columns where table_schema = 'public' and is_identity = 'NO' \
            group by 1 having bool_or(column_name = 'tenant') order by 1";
        let found = db.read(vec![Query::new(sql, [])]).await.unwrap().remove(0);
        let mut tables: Vec<(String, Put)> = Vec::new();
        for row in found {
            let text = |at| row.text(at).unwrap().to_owned();
            let (table, columns, values) = (text(0), text(1), text(2));
            let insert = format!("insert into {table} ({columns}) values ({values})");
            let put = move |tenant: Tenant, number: i64| {
                let insert = insert.replace("$1", &format!("'{tenant}'"));
                Statement::new(leaked(insert.replace("$2", &number.to_string())), [])
            };
            tables.push((table, Box::new(put)));
        }
        assert!(tables.len() > 20, "{}", tables.len());
        let rows = |(tenant, number)| tables.iter().map(move |(_, put)| put(tenant, number));
        let all: Vec<_> = three().into_iter().zip(1..).flat_map(rows).collect();
        assert!(db.write(change(all)).await.unwrap().is_done());
        Self { url, db, tables }
    }

    /// Whose texts an answer has.
    async fn seen(&self, sight: impl Into<Sight>, sql: &'static str) -> Vec<Tenant> {
        let query = Query::within(sight, sql, []);
        let rows = self.db.read(vec![query]).await.unwrap_or_else(|e| panic!("{e}")).remove(0);
        let of = |tenant: &Tenant| {
            let name = tenant.to_string();
            rows.iter()
                .any(|row| (0..).map_while(|at| row.opt_text(at).ok()).any(|t| t == Some(&name)))
        };
        three().into_iter().filter(of).collect()
    }

    /// How many rows a statement would touch.
    async fn touched(&self, sight: impl Into<Sight>, sql: &'static str) -> u64 {
        let statement = Statement::new(sql, []).expecting(99, Guard::None);
        match self.db.write(Change::within(sight, [statement])).await.unwrap() {
            Written::Refused { why: Why::RowCount(rows), .. } => rows,
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn with_its_conditions_gone_no_text_of_any_noun_sees_or_touches_what_is_foreign() {
    let filled = Filled::new().await;
    let [one, two, carrier] = three();
    let (mut reads, mut writes) = (0, 0);
    for sql in crate::ALL_SQL.iter().flat_map(|noun| noun.iter()).filter(|sql| !is_system(sql)) {
        if sql.starts_with("insert") {
            continue;
        }
        let sql = leaked(bare(sql));
        if sql.starts_with("select") {
            reads += 1;
            assert_eq!(filled.seen(Sight::System, sql).await, three(), "{sql}: it has no teeth");
            assert_eq!(filled.seen(TEST, sql).await, three(), "{sql}");
            assert_eq!(filled.seen(Environment::Live, sql).await, [], "{sql}");
            for own in [one, two, carrier] {
                assert_eq!(filled.seen(own, sql).await, [own], "{sql}");
            }
        } else {
            writes += 1;
            assert_eq!(filled.touched(Sight::System, sql).await, 3, "{sql}: it has no teeth");
            assert_eq!(filled.touched(Environment::Live, sql).await, 0, "{sql}");
            for own in [one, two, carrier] {
                assert_eq!(filled.touched(own, sql).await, 1, "{sql}");
            }
            assert_eq!(filled.touched(Sight::WithCarrier(one), sql).await, 2, "{sql}");
        }
    }
    assert!(reads > 40 && writes > 25, "{reads} reads, {writes} writes");
}

#[tokio::test]
async fn nothing_can_be_put_into_a_foreign_space() {
    let filled = Filled::new().await;
    let [one, two, carrier] = three();
    for (table, put) in &filled.tables {
        for foreign in [two, carrier] {
            let refused = filled.db.write(Change::within(one, [put(foreign, 9)])).await;
            let Err(StoreError::Engine { message, .. }) = refused else {
                panic!("{table}: {refused:?}")
            };
            assert!(message.contains("row-level security"), "{table}: {message}");
        }
        // The vocabulary has no key: a word may stand there twice.
        if table == "account_spelling" {
            continue;
        }
        // Where the wall has no objection, the primary key has.
        let twin = filled.db.write(Change::within(one, [put(one, 1)])).await;
        let why = Why::UniqueViolation;
        assert_eq!(twin, Ok(Written::Refused { statement: 0, guard: Guard::None, why }), "{table}");
    }
}

#[tokio::test]
async fn every_table_with_a_tenant_has_the_wall_and_who_says_nothing_sees_nothing() {
    let filled = Filled::new().await;
    let other = beside(&filled.url).await;
    for (table, _) in &filled.tables {
        let sql = "select relrowsecurity and relforcerowsecurity from pg_class where relname = $1";
        let walled: bool = other.query_one(sql, &[table]).await.unwrap().get(0);
        assert!(walled, "{table}: its migration must call raise_wall");
        let count = format!("select count(*) from {table}");
        for sight in ["", "set demarc.sight = '';", "set demarc.sight = ' ';"] {
            other.batch_execute(sight).await.unwrap();
            assert_eq!(other.query_one(&count, &[]).await.unwrap().get::<_, i64>(0), 0, "{table}");
        }
        other.batch_execute("reset demarc.sight").await.unwrap();
    }
    // What a transaction said is forgotten when it ends.
    let sql = "begin; set local demarc.sight = '*'; commit";
    other.batch_execute(sql).await.unwrap();
    let count = other.query_one("select count(*) from quote", &[]).await.unwrap();
    assert_eq!(count.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn a_partner_reads_the_carriers_customers_and_no_other_partners_prospects() {
    let filled = Filled::new().await;
    let [one, two, carrier] = three();
    let owner = |tenant: Tenant| tenant.partner.map_or("", |id| leaked(id.short().to_owned()));
    for (id, owner) in [("c", ""), ("p1", owner(one)), ("p2", owner(two))] {
        let sql = format!(
            "insert into account (tenant, id, version, name_key, city, state, zip, owner, doc) \
             values ('{carrier}', '{id}', 1, '', '', '', '', '{owner}', '{id}')"
        );
        let insert = [Statement::new(leaked(sql), [])];
        assert!(filled.db.write(Change::within(carrier, insert)).await.unwrap().is_done());
    }
    let sql = "select doc from account where tenant = 'carrier.test' and length(id) < 9 order by 1";
    for (sight, expected) in [
        (Sight::from(one), vec!["c", "p1"]),
        (two.into(), vec!["c", "p2"]),
        (carrier.into(), vec!["c", "p1", "p2"]),
        (Tenant { environment: Environment::Live, ..one }.into(), vec![]),
    ] {
        let rows = filled.db.read(vec![Query::within(sight, sql, [])]).await.unwrap().remove(0);
        let seen: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(seen, expected, "{sight:?}");
    }
    // Reading is all: of four rows of the carrier and one of its own, the one.
    assert_eq!(filled.touched(one, "update account set version = version").await, 1);
    assert_eq!(filled.touched(one, "delete from account").await, 1);
}

/// Few connections, many callers, no conditions: only what each transaction says of itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_that_share_connections_never_see_each_other() {
    const CALLERS: u32 = 32;
    const ROUNDS: u32 = 40;
    let filled = Filled::new().await;
    for statement_cache in [true, false] {
        let options = PostgresOptions { pool: 4, statement_cache, ..PostgresOptions::default() };
        let db = Arc::new(Postgres::connect(&filled.url, options).await.unwrap());
        let callers = (0..CALLERS).map(|caller| {
            let (db, own) = (Arc::clone(&db), partner(1 + caller % 2));
            tokio::spawn(async move {
                for round in 0..ROUNDS {
                    let all = |sight: Tenant| Query::within(sight, "select tenant from quote", []);
                    // Several sights in one transaction, now and then.
                    let asked = match round % 4 {
                        0 => vec![all(own), all(Tenant::carrier(TEST)), all(own)],
                        _ => vec![all(own)],
                    };
                    let sights: Vec<_> = asked.iter().map(|query| query.sight).collect();
                    let answers = db.read(asked).await.unwrap();
                    for (sight, rows) in sights.into_iter().zip(answers) {
                        assert_eq!(rows.len(), 1);
                        assert_eq!(rows[0].text(0), Ok(sight.to_string().as_str()));
                    }
                    if round % 8 == 0 {
                        let edit = "update quote set version = version + 1";
                        let edit = Statement::one(edit, [], Guard::Version);
                        let written = db.write(Change::within(own, [edit])).await.unwrap();
                        assert!(written.is_done(), "{written:?}");
                    }
                }
            })
        });
        for caller in futures::future::join_all(callers).await {
            caller.unwrap();
        }
        db.close().await.unwrap();
    }
}
