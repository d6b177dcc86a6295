//! The tables of objects: the document, the columns beside it, the events, and what there must be
//! one of: what it belongs to, and, where it excludes others, itself.

mod made;
mod told;

use super::alternatives::{VERSIONS, versions};
use super::pages::{BY_ID, pages, place};
use super::{Audit, Invariant};
use crate::ask::doc_in;
use crate::{Row, Statement, Store, StoreError};
use domain::change::{Mode, Object};
use domain::id::Kind;
use domain::quote::Site;
use made::Made;
use serde::de::DeserializeOwned;
use told::{events, told};

/// A page of a table: tenant, id, version, the noun's own columns as its insert names them, the
/// document; then what `more` counts.
macro_rules! page {
    ($table:literal, $own:literal, $($more:expr),*) => {
        concat!(
            "select t.tenant, t.id, t.version, ", $own, "t.doc", $($more,)* " from ", $table,
            " t where (t.tenant, t.id) > ($1, $2) order by t.tenant, t.id limit $3"
        )
    };
}
/// How many events it has, the sequences of the first and the last; then the first, and the one
/// that its version names.
macro_rules! events {
    () => {
        ", (select count(*) from event e where e.tenant = t.tenant and e.object = t.id), \
          (select min(e.sequence) from event e where e.tenant = t.tenant and e.object = t.id), \
          (select max(e.sequence) from event e where e.tenant = t.tenant and e.object = t.id), \
          (select e.doc from event e where e.tenant = t.tenant and e.object = t.id \
          and e.sequence = 1), (select e.doc from event e where e.tenant = t.tenant \
          and e.object = t.id and e.sequence = t.version)"
    };
}
/// One if it is in the carrier's own space.
macro_rules! carriers {
    () => {
        ", case when t.tenant in ('carrier.live', 'carrier.test') then 1 else 0 end"
    };
}
/// One if it is in a partner's space; and how many partners have the space that it is in.
macro_rules! partners {
    () => {
        concat!(
            ", case when t.tenant in ('carrier.live', 'carrier.test') then 0 else 1 end",
            partner!()
        )
    };
}
macro_rules! partner {
    () => {
        ", case when t.tenant in ('carrier.live', 'carrier.test') then 1 else \
          (select count(*) from partner p where p.id = substr(t.tenant, 1, 15) and p.tenant = \
          case when t.tenant like '%.live' then 'carrier.live' else 'carrier.test' end) end"
    };
}
/// How many rows of the partner's own space it refers to: one.
macro_rules! parent {
    ($table:literal, $key:literal, $column:literal) => {
        concat!(
            ", (select count(*) from ",
            $table,
            " p where p.tenant = t.tenant and p.",
            $key,
            " = t.",
            $column,
            ")"
        )
    };
}
/// The same of an end customer, if it names one: those are in the carrier's space.
macro_rules! customer {
    () => {
        ", case when t.account is null then 1 else (select count(*) from account p \
          where p.id = t.account and p.tenant = \
          case when t.tenant like '%.live' then 'carrier.live' else 'carrier.test' end) end"
    };
}
/// How many there are like it of which there may be one.
macro_rules! only {
    ($table:literal, $column:literal) => {
        concat!(
            ", (select count(*) from ",
            $table,
            " o where o.tenant = t.tenant and o.",
            $column,
            " = t.",
            $column,
            ")"
        )
    };
    ($table:literal, $column:literal, $states:literal) => {
        concat!(
            ", case when t.state in (",
            $states,
            ") then (select count(*) from ",
            $table,
            " o where o.tenant = t.tenant and o.",
            $column,
            " = t.",
            $column,
            " and o.state in (",
            $states,
            ")) else 1 end"
        )
    };
}

pub(super) const PARTNER: &str = page!("partner", "t.sp_id, ", events!(), carriers!());
pub(super) const CREDENTIAL: &str =
    page!("credential", "t.secret_sha256, ", events!(), carriers!());
pub(super) const CATALOGUE_VERSION: &str = page!(
    "catalogue_version",
    "t.label, t.digest, t.state, t.number, t.effective_at, ",
    events!(),
    carriers!(),
    parent!("catalogue_files", "digest", "digest")
);
pub(super) const ACCOUNT: &str =
    page!("account", "t.name_key, t.city, t.state, t.zip, t.owner, ", events!(), carriers!());
pub(super) const EXCEPTION_REQUEST: &str = page!(
    "exception_request",
    "t.environment, t.account, t.state, ",
    events!(),
    partners!(),
    customer!(),
    only!("exception_request", "account", "'open'")
);
pub(super) const LETTER_OF_AGENCY: &str = page!(
    "letter_of_agency",
    "t.environment, t.account, t.state, ",
    events!(),
    partners!(),
    customer!(),
    only!("letter_of_agency", "account", "'generated'")
);
pub(super) const OPPORTUNITY: &str =
    page!("opportunity", "t.account, ", events!(), partners!(), customer!());
pub(super) const QUOTE: &str = page!(
    "quote",
    "t.environment, t.opportunity, t.account, t.subject, t.number, t.alternative, t.revision, \
     t.state, t.feasibility, ",
    events!(),
    partners!(),
    customer!(),
    parent!("opportunity", "id", "opportunity"),
    versions!()
);
pub(super) const SITE: &str = page!(
    "site",
    "t.quote, t.position, t.address, t.configured, t.basis, ",
    partners!(),
    parent!("quote", "id", "quote")
);
pub(super) const IMPORT: &str = page!(
    "import",
    "t.quote, ",
    partners!(),
    parent!("quote", "id", "quote"),
    parent!("import_file", "import", "id")
);
pub(super) const CREDIT_CHECK: &str = page!(
    "credit_check",
    "t.environment, t.subject, t.quote, t.state, t.tax_id, ",
    events!(),
    partners!(),
    parent!("quote", "id", "quote"),
    only!("credit_check", "subject", "'requested', 'in_review'")
);
pub(super) const CONTRACT: &str = page!(
    "contract",
    "t.quote, t.state, ",
    events!(),
    partners!(),
    parent!("quote", "id", "quote"),
    parent!("document", "contract", "id"),
    only!("contract", "quote", "'generated', 'sent', 'viewed', 'signed'")
);
pub(super) const ORDERS: &str = page!(
    "orders",
    "t.quote, t.account, t.contract, t.number, t.purchase_order, ",
    events!(),
    partners!(),
    customer!(),
    parent!("quote", "id", "quote"),
    only!("orders", "quote")
);
pub(super) const SUB_ORDER: &str = page!(
    "sub_order",
    "t.orders, t.quote, t.site, t.position, t.state, t.billing_account, t.sub_account, ",
    events!(),
    partners!(),
    parent!("orders", "id", "orders"),
    parent!("quote", "id", "quote"),
    parent!("site", "id", "site"),
    only!("sub_order", "site")
);
pub(super) const BILLING_ACCOUNT: &str = page!("billing_account", "", events!(), partners!());
pub(super) const CUSTOMER_GROUP: &str = page!("customer_group", "t.name, ", events!(), partners!());
pub(super) const WEBHOOK_ENDPOINT: &str = page!(
    "webhook_endpoint",
    "t.state, ",
    events!(),
    partner!(),
    ", case when t.state = 'active' then (select count(*) from sender_turn s \
      where s.tenant = t.tenant and s.endpoint = t.id) else 1 end"
);

/// What there must be one of: what does not hold else, and what to say then.
type One = (Invariant, &'static str);

const CARRIERS: One = (Invariant::SpacesAreRight, "it is not in the carrier's space");
const PARTNERS: One = (Invariant::SpacesAreRight, "it is not in a partner's space");
const ITS_PARTNER: One = (Invariant::PartnersExist, "its partner is not there");
const CUSTOMER: One = (Invariant::CustomersExist, "its end customer is not there");
const OPPORTUNITY_OF: One = (Invariant::ParentsExist, "its opportunity is not there");
const QUOTE_OF: One = (Invariant::ParentsExist, "its quote is not there");
const ORDER_OF: One = (Invariant::ParentsExist, "its order is not there");
const SITE_OF: One = (Invariant::ParentsExist, "its site is not there");
const TEXT: One = (Invariant::TextsExist, "its text is not there");
const FILE: One = (Invariant::ImportsHaveFiles, "its file is not there");
const FILES: One = (Invariant::CataloguesHaveFiles, "its files are not there");
const TURN: One = (Invariant::EndpointsHaveTurns, "nobody sends to it");
const LIVE: One = (Invariant::OneContractIsLive, "another of its quote is out or signed too");
const UNDECIDED: One = (Invariant::OneCheckIsUndecided, "another of its subject is undecided too");
const OPEN: One = (Invariant::OneExceptionIsOpen, "another for its customer is open too");
const UNSIGNED: One = (Invariant::OneLetterIsUnsigned, "another for its customer is unsigned too");
const ORDERED: One = (Invariant::QuotesAreOrderedOnce, "another is of the same quote or site");

/// A table of objects.
struct Table {
    name: &'static str,
    page: &'static str,
    kind: Kind,
    /// Where the document is; before it stand the columns of the insert.
    doc: usize,
    /// Whether its changes are events of its own; a part's are its whole's.
    events: bool,
    /// What there must be one of, in the order of the counts.
    ones: &'static [One],
    look: fn(&Row, &Table, &mut Audit),
}

macro_rules! table {
    ($name:literal, $page:ident, $kind:ident, $own:literal, $events:literal, $ones:expr, $put:path) => {
        Table {
            name: $name,
            page: $page,
            kind: Kind::$kind,
            // Behind tenant, id, version and the noun's own.
            doc: 3 + $own,
            events: $events,
            ones: &$ones,
            look: |row, table, audit| look(row, table, audit, doc_in, $put),
        }
    };
}

#[rustfmt::skip]
const TABLES: &[Table] = &[
    table!("partner", PARTNER, Partner, 1, true, [CARRIERS], crate::partner::put),
    table!("credential", CREDENTIAL, Credential, 1, true, [CARRIERS], crate::credential::put),
    table!("catalogue_version", CATALOGUE_VERSION, Catalogue, 5, true, [CARRIERS, FILES],
        crate::publication::put),
    table!("account", ACCOUNT, Account, 5, true, [CARRIERS], crate::customer::put),
    table!("exception_request", EXCEPTION_REQUEST, ExceptionRequest, 3, true,
        [PARTNERS, ITS_PARTNER, CUSTOMER, OPEN], crate::exception::put),
    table!("letter_of_agency", LETTER_OF_AGENCY, LetterOfAgency, 3, true,
        [PARTNERS, ITS_PARTNER, CUSTOMER, UNSIGNED], crate::letter::put),
    table!("opportunity", OPPORTUNITY, Opportunity, 1, true,
        [PARTNERS, ITS_PARTNER, CUSTOMER], crate::opportunity::put),
    table!("quote", QUOTE, Quote, 9, true,
        [PARTNERS, ITS_PARTNER, CUSTOMER, OPPORTUNITY_OF, VERSIONS[0], VERSIONS[1], VERSIONS[2],
        VERSIONS[3]], crate::quote::put),
    Table {
        name: "site",
        page: SITE,
        kind: Kind::Site,
        doc: SITE_DOC,
        events: false,
        ones: &[PARTNERS, ITS_PARTNER, QUOTE_OF],
        // Its document and its columns are one.
        look: |row, table, audit| look(row, table, audit, site, crate::site::put),
    },
    table!("import", IMPORT, Import, 1, false, [PARTNERS, ITS_PARTNER, QUOTE_OF, FILE],
        crate::import::put),
    table!("credit_check", CREDIT_CHECK, CreditCheck, 5, true,
        [PARTNERS, ITS_PARTNER, QUOTE_OF, UNDECIDED], crate::credit::put),
    table!("contract", CONTRACT, Contract, 2, true,
        [PARTNERS, ITS_PARTNER, QUOTE_OF, TEXT, LIVE], crate::contract::put),
    table!("orders", ORDERS, Order, 5, true,
        [PARTNERS, ITS_PARTNER, CUSTOMER, QUOTE_OF, ORDERED], crate::order::put),
    table!("sub_order", SUB_ORDER, Order, 7, true,
        [PARTNERS, ITS_PARTNER, ORDER_OF, QUOTE_OF, SITE_OF, ORDERED], crate::order::put_sub),
    table!("billing_account", BILLING_ACCOUNT, Account, 0, true,
        [PARTNERS, ITS_PARTNER], crate::billing::put),
    table!("customer_group", CUSTOMER_GROUP, CustomerGroup, 1, true,
        [PARTNERS, ITS_PARTNER], crate::billing::put_group),
    table!("webhook_endpoint", WEBHOOK_ENDPOINT, WebhookEndpoint, 1, true,
        [ITS_PARTNER, TURN], crate::webhook::put_noun),
];

/// Where a site's document is: behind tenant, id, version and five columns of its own.
const SITE_DOC: usize = 8;

fn site(row: &Row, doc: usize) -> Result<Site, StoreError> {
    crate::site::read(row, [doc, 5, 2])
}

/// Reads every table of objects.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    for table in TABLES {
        pages(store, audit, (table.name, table.page, BY_ID), |rows, audit| {
            for row in rows {
                (table.look)(row, table, audit);
            }
        })
        .await?;
    }
    Ok(())
}

fn look<T: DeserializeOwned + Object + Made>(
    row: &Row,
    table: &Table,
    audit: &mut Audit,
    read: fn(&Row, usize) -> Result<T, StoreError>,
    put: fn(&T, Mode) -> Result<Statement, StoreError>,
) {
    let place = place(table.name, row);
    if !row.text(1).is_ok_and(|id| id.starts_with(table.kind.prefix())) {
        let say = format!("{place}: it does not begin with {}", table.kind.prefix());
        audit.blame(Invariant::IdsNameTheirKind, say);
    }
    let noun = match read(row, table.doc) {
        Err(e) => {
            audit.blame(Invariant::DocumentsParse, format!("{place}: {e}"));
            None
        }
        Ok(noun) => {
            if let Some(column) = disagreeing(row, table.doc, put(&noun, Mode::Insert)) {
                let say = format!("{place}: column {column} is not as in the document");
                audit.blame(Invariant::ColumnsAgree, say);
            }
            Some(noun)
        }
    };
    let mut next = table.doc + 1;
    if table.events {
        events(row, next, &place, audit);
        if let Some(noun) = &noun {
            told(row, next + 3, noun, &place, audit);
        }
        next += 5;
    }
    for (n, (invariant, what)) in table.ones.iter().enumerate() {
        if row.int(next + n) != Ok(1) {
            audit.blame(*invariant, format!("{place}: {what}"));
        }
    }
}

/// The first of the columns before the document that is not what an insert would write there.
fn disagreeing(row: &Row, doc: usize, insert: Result<Statement, StoreError>) -> Option<usize> {
    let insert = insert.ok()?;
    (0..doc).find(|column| row.value(*column) != insert.values.get(*column))
}
