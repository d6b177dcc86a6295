//! Pages that are drawn from the code: `docs/errors.md`, `docs/invariants.md` and
//! `docs/states.md`, and the tables of headings in `docs/imports.md` and of scripted values in
//! `docs/sandbox.md`.
//! This proves them current; `BLESS=1` writes them.

use domain::code::{Because, Code};
use domain::contract::ContractPhase;
use domain::credit::CreditPhase;
use domain::exception::ExceptionPhase;
use domain::job::JobPhase;
use domain::letter::LetterPhase;
use domain::order::SubOrderPhase;
use domain::programme::Programmes;
use domain::publication::CataloguePhase;
use domain::quote::{FeasibilityPhase, QuotePhase};
use domain::sandbox::{Place, VALUES};
use domain::test_clock::ClockPhase;
use domain::webhook::EndpointPhase;
use std::fmt::Write as _;
use std::path::Path;
use store::audit::Invariant;

fn is_current(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, text).expect("the page is written");
        return;
    }
    let stored = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(stored == text, "docs/{name} is not what the code says: cargo xtask bless");
}

#[test]
fn the_page_of_errors_is_what_the_registry_says() {
    let mut page = String::from(
        "# Errors\n\nDrawn from the registry in `crates/domain/src/code.rs`; `demarc errors` and \
         `GET /errors` print the same.\n\nEvery refusal is a problem after RFC 9457. `code` is \
         stable; `retryable` says whether the same request may succeed: `never` as it is, \
         `same_key` with the same Idempotency-Key, `after` what `errors` names has happened.\n\n\
         ## Problems\n\n| status | code | meaning | what to do | retryable |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    let mut codes: Vec<Code> = Code::ALL.to_vec();
    codes.sort_by_key(|c| (web::status(*c).as_u16(), c.as_str()));
    for code in codes {
        let status = web::status(code).as_u16();
        let retryable = serde_json::to_value(web::retryable(code)).expect("a word");
        let retryable = retryable.as_str().unwrap_or_default();
        let (word, title, remedy) = (code.as_str(), code.title(), code.remedy());
        let _ = writeln!(page, "| {status} | `{word}` | {title} | {remedy} | `{retryable}` |");
    }
    page.push_str(
        "\n## Faults\n\nOne place that is wrong, or one thing that is still missing, in \
         `errors[].code` and in a journey's `missing`.\n\n| code | meaning | what to do |\n\
         | --- | --- | --- |\n",
    );
    for because in Because::ALL {
        let (word, title, remedy) = (because.as_str(), because.title(), because.remedy());
        let _ = writeln!(page, "| `{word}` | {title} | {remedy} |");
    }
    is_current("errors.md", &page);
}

#[test]
fn the_page_of_invariants_is_what_the_list_says() {
    let mut page = format!(
        "# Invariants\n\nDrawn from the list in `crates/store/src/audit/invariant.rs`: {} \
         sentences that hold over a whole database, whatever was done to its server. `demarc \
         doctor --deep`, every `demarc restore`, the tests and every row of `cargo xtask \
         torture` read all rows and look for what breaks one. A violation is reported by the \
         name, with how often it was found and the first five places. For each name the tests \
         have a damage to a database that is found by it, on SQLite and on PostgreSQL.\n",
        Invariant::ALL.len()
    );
    let mut subject = "";
    for invariant in Invariant::ALL {
        if invariant.subject() != subject {
            subject = invariant.subject();
            let _ = writeln!(page, "\n## {subject}\n\n| name | what holds |\n| --- | --- |");
        }
        let _ = writeln!(page, "| `{}` | {} |", invariant.name(), invariant.sentence());
    }
    is_current("invariants.md", &page);
}

#[test]
fn the_page_of_imports_has_every_heading_that_is_understood() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/imports.md");
    let mut page = std::fs::read_to_string(&file).expect("the page");
    for (what, all) in
        [("headings", sheet::headings()), ("enrichment headings", sheet::enrichments::headings())]
    {
        let (begin, end) = (format!("<!-- {what} -->\n"), format!("<!-- end of {what} -->\n"));
        let (before, rest) = page.split_once(&begin).expect("where the table begins");
        let (_, after) = rest.split_once(&end).expect("where the table ends");
        let mut table = String::from("| column | also called |\n| --- | --- |\n");
        for (title, others) in all {
            let _ = writeln!(table, "| {title} | {} |", others.join(", "));
        }
        page = format!("{before}{begin}{table}{end}{after}");
    }
    is_current("imports.md", &page);
}

#[test]
fn the_page_of_the_sandbox_has_every_scripted_value() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sandbox.md");
    let stored = std::fs::read_to_string(&file).expect("the page");
    let (begin, end) = ("<!-- values -->\n", "<!-- end of values -->\n");
    let (before, rest) = stored.split_once(begin).expect("where the tables begin");
    let (_, after) = rest.split_once(end).expect("where the tables end");
    let mut tables = String::new();
    for place in Place::ALL {
        let mut rows = VALUES.iter().filter(|one| one.place == place).peekable();
        if rows.peek().is_some() {
            let _ = writeln!(tables, "\n### {}\n", place.title());
            tables.push_str("| value | outcome | what happens |\n| --- | --- | --- |\n");
        }
        for one in rows {
            let _ = writeln!(tables, "| `{}` | `{}` | {} |", one.value, one.outcome, one.sentence);
        }
    }
    is_current("sandbox.md", &format!("{before}{begin}{tables}\n{end}{after}"));
}

/// One noun's table as a diagram.
fn diagram(page: &mut String, noun: &str, moves: &[(&str, Vec<&str>)]) {
    let _ = writeln!(page, "\n## {noun}\n\n```mermaid\nstateDiagram-v2");
    for (from, next) in moves {
        for to in next.iter().filter(|to| *to != from) {
            let _ = writeln!(page, "  {from} --> {to}");
        }
        if next.is_empty() {
            let _ = writeln!(page, "  {from} --> [*]");
        }
    }
    page.push_str("```\n");
}

macro_rules! moves {
    ($phase:ty) => {
        <$phase>::ALL
            .iter()
            .map(|p| (p.word(), p.next().iter().map(|n| n.word()).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
}

#[test]
fn the_page_of_states_is_what_the_tables_say() {
    let mut page = String::from(
        "# States and the law of the flow\n\nDrawn from the code: the tables that the guards \
         read, and the shipped programmes. What the clock ends (an offer, an approval, an \
         envelope, a letter) is `expired`, or `lapsed` where nobody signed, from that moment on, \
         whether or not anybody looked. An order has no state of its own: it is a fold over its \
         sub-orders, `partial` when they ended differently.\n",
    );
    diagram(&mut page, "Catalogue version", &moves!(CataloguePhase));
    diagram(&mut page, "Exception request", &moves!(ExceptionPhase));
    diagram(&mut page, "Letter of agency", &moves!(LetterPhase));
    diagram(&mut page, "Quote version", &moves!(QuotePhase));
    diagram(&mut page, "Feasibility of a quote", &moves!(FeasibilityPhase));
    diagram(&mut page, "Credit check", &moves!(CreditPhase));
    diagram(&mut page, "Contract", &moves!(ContractPhase));
    diagram(&mut page, "Sub-order", &moves!(SubOrderPhase));
    diagram(&mut page, "Webhook endpoint", &moves!(EndpointPhase));
    diagram(&mut page, "Job", &moves!(JobPhase));
    diagram(&mut page, "Test clock", &moves!(ClockPhase));
    for programme in Programmes::shipped().expect("no mistake").all() {
        let _ = writeln!(page, "\n## What each stage needs: {}\n", programme.name);
        page.push_str("| stage | needs |\n| --- | --- |\n");
        for stage in &programme.stages {
            let needs: Vec<_> = programme.needs(*stage).iter().map(|n| n.title()).collect();
            let needs = if needs.is_empty() { "–".to_owned() } else { needs.join("; ") };
            let _ = writeln!(page, "| {} | {needs} |", stage.title());
        }
    }
    is_current("states.md", &page);
}
