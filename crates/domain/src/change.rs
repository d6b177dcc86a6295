//! A decision as a value: the rows to write with the versions they were read at, what
//! happened, and the work left for later. The store commits it whole or not at all.

mod context;
mod joined;

pub use context::{Context, Due, Reading};

use crate::contract::{Contract, Document};
use crate::credit::{CreditCheck, DataKey};
use crate::customer::Account;
use crate::customer::terms::AccountTerms;
use crate::delivery::{Planned, Replay};
use crate::event::{Event, Happened};
use crate::exception::ExceptionRequest;
use crate::id::{Id, Kind};
use crate::job::{Job, Work};
use crate::letter::LetterOfAgency;
use crate::opportunity::Opportunity;
use crate::order::{BillingAccount, CustomerGroup, IdentifierRow, Order, SubOrder};
use crate::party::{Credential, Partner, Tenant};
use crate::promotion::{Release, Spend};
use crate::publication::{CatalogueFiles, CatalogueVersion};
use crate::quote::{AddressesRequested, Import, ImportFile, Quote, Site};
use crate::test_clock::{ClockJobs, TestClock};
use crate::time::Moment;
use crate::webhook::WebhookEndpoint;

/// One object as it shall be from now on.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    Partner(Partner),
    Credential(Credential),
    CatalogueVersion(Box<CatalogueVersion>),
    CatalogueFiles(CatalogueFiles),
    Account(Account),
    AccountTerms(Box<AccountTerms>),
    ExceptionRequest(ExceptionRequest),
    LetterOfAgency(Box<LetterOfAgency>),
    Opportunity(Opportunity),
    Quote(Box<Quote>),
    Site(Box<Site>),
    Import(Box<Import>),
    ImportFile(ImportFile),
    CreditCheck(Box<CreditCheck>),
    DataKey(DataKey),
    Contract(Box<Contract>),
    Document(Document),
    Order(Box<Order>),
    SubOrder(Box<SubOrder>),
    Identifier(IdentifierRow),
    BillingAccount(BillingAccount),
    CustomerGroup(CustomerGroup),
    WebhookEndpoint(WebhookEndpoint),
    TestClock(TestClock),
}

impl Record {
    /// The object that the record is, and the whole that it is a part of.
    pub const fn concerns(&self) -> (Id, Option<Id>) {
        match self {
            Self::Partner(r) => (r.id, None),
            Self::Credential(r) => (r.id, None),
            Self::CatalogueVersion(r) => (r.id, None),
            Self::CatalogueFiles(r) => (r.catalogue, None),
            Self::Account(r) => (r.id, None),
            Self::AccountTerms(r) => (r.account, None),
            Self::ExceptionRequest(r) => (r.id, None),
            Self::LetterOfAgency(r) => (r.id, None),
            Self::Opportunity(r) => (r.id, None),
            Self::Quote(r) => (r.id, None),
            Self::Site(r) => (r.id, Some(r.quote)),
            Self::Import(r) => (r.id, Some(r.quote)),
            Self::ImportFile(r) => (r.import, None),
            Self::CreditCheck(r) => (r.id, None),
            Self::DataKey(r) => (r.subject, None),
            Self::Contract(r) => (r.id, None),
            Self::Document(r) => (r.contract, None),
            Self::Order(r) => (r.id, None),
            Self::SubOrder(r) => (r.id, Some(r.order)),
            Self::Identifier(r) => (r.order, r.sub_order),
            Self::BillingAccount(r) => (r.id, None),
            Self::CustomerGroup(r) => (r.id, None),
            Self::WebhookEndpoint(r) => (r.id, None),
            Self::TestClock(r) => (r.id, None),
        }
    }
}

impl Record {
    /// The space that the record lives in.
    pub const fn tenant(&self) -> Tenant {
        match self {
            Self::Partner(r) => r.tenant,
            Self::Credential(r) => r.tenant,
            Self::CatalogueVersion(r) => r.tenant,
            Self::CatalogueFiles(r) => r.tenant,
            Self::Account(r) => r.tenant,
            Self::AccountTerms(r) => r.tenant,
            Self::ExceptionRequest(r) => r.tenant,
            Self::LetterOfAgency(r) => r.tenant,
            Self::Opportunity(r) => r.tenant,
            Self::Quote(r) => r.tenant,
            Self::Site(r) => r.tenant,
            Self::Import(r) => r.tenant,
            Self::ImportFile(r) => r.tenant,
            Self::CreditCheck(r) => r.tenant,
            Self::DataKey(r) => r.tenant,
            Self::Contract(r) => r.tenant,
            Self::Document(r) => r.tenant,
            Self::Order(r) => r.tenant,
            Self::SubOrder(r) => r.tenant,
            Self::Identifier(r) => r.tenant,
            Self::BillingAccount(r) => r.tenant,
            Self::CustomerGroup(r) => r.tenant,
            Self::WebhookEndpoint(r) => r.tenant,
            Self::TestClock(r) => r.tenant,
        }
    }
}

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Insert,
    /// Only if the stored version is still this one.
    Update {
        read_at: u64,
    },
    /// Only if the stored version is still this one.
    Remove {
        read_at: u64,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    pub record: Record,
    pub mode: Mode,
}

/// What a job's outcome does to the job itself, in the same commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settle {
    /// Done: forget it.
    Done { job: Id, epoch: u64 },
    /// Not yet: due again later.
    Again { job: Id, epoch: u64, due: Due, tries: u32, why: Option<String> },
    /// Given up; kept for a person to look at.
    Quarantine { job: Id, epoch: u64, at: Moment, why: String },
    /// Moved by a person: ready again, as if never tried.
    Retry { job: Id, epoch: u64, due_at: Moment, why: String },
    /// Moved by a person: taken out.
    PutAside { job: Id, epoch: u64, at: Moment, why: String },
}

/// An object that is its own aggregate: it has a version, and each change of it is an event.
pub trait Object: Into<Record> + Clone {
    fn id(&self) -> Id;
    fn tenant(&self) -> Tenant;
    fn version(&self) -> u64;
    fn set_version(&mut self, version: u64);
    /// The word for its state, if it has states.
    fn state(&self) -> Option<&'static str>;
}

macro_rules! object {
    ($($type:ty, $variant:ident, $wrap:expr, $state:expr;)*) => {$(
        impl From<$type> for Record {
            fn from(value: $type) -> Self { Self::$variant($wrap(value)) }
        }
        impl Object for $type {
            fn id(&self) -> Id { self.id }
            fn tenant(&self) -> Tenant { self.tenant }
            fn version(&self) -> u64 { self.version }
            fn set_version(&mut self, version: u64) { self.version = version; }
            fn state(&self) -> Option<&'static str> { ($state)(self) }
        }
    )*};
}

object! {
    Partner, Partner, std::convert::identity, |_: &Partner| None;
    Credential, Credential, std::convert::identity, |c: &Credential| Some(if c.revoked_at.is_some() { "revoked" } else { "active" });
    CatalogueVersion, CatalogueVersion, Box::new, |c: &CatalogueVersion| Some(c.state.word());
    Account, Account, std::convert::identity, |_: &Account| None;
    ExceptionRequest, ExceptionRequest, std::convert::identity, |e: &ExceptionRequest| Some(e.state.word());
    LetterOfAgency, LetterOfAgency, Box::new, |l: &LetterOfAgency| Some(l.state.word());
    Opportunity, Opportunity, std::convert::identity, |_: &Opportunity| None;
    Quote, Quote, Box::new, |q: &Quote| Some(q.state.word());
    Site, Site, Box::new, |_: &Site| None;
    Import, Import, Box::new, |_: &Import| None;
    CreditCheck, CreditCheck, Box::new, |c: &CreditCheck| Some(c.state.word());
    Contract, Contract, Box::new, |c: &Contract| Some(c.state.word());
    Order, Order, Box::new, |_: &Order| None;
    SubOrder, SubOrder, Box::new, |s: &SubOrder| Some(s.state.word());
    BillingAccount, BillingAccount, std::convert::identity, |_: &BillingAccount| None;
    CustomerGroup, CustomerGroup, std::convert::identity, |_: &CustomerGroup| None;
    WebhookEndpoint, WebhookEndpoint, std::convert::identity, |e: &WebhookEndpoint| Some(e.state.word());
}

/// Everything that one decision changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    pub puts: Vec<Put>,
    pub requested: Option<AddressesRequested>,
    pub events: Vec<Event>,
    pub jobs: Vec<Job>,
    pub settle: Option<Settle>,
    /// Webhook deliveries that do not follow from subscriptions.
    pub plans: Vec<Planned>,
    pub replay: Option<Replay>,
    /// What a signature uses of promotions.
    pub spends: Vec<Spend>,
    /// What the end of a contract gives back of them.
    pub releases: Vec<Release>,
    /// What a test clock does to the jobs of its partner.
    pub clock_jobs: Option<ClockJobs>,
    /// The clocks of partners by which parts of this were decided, beside the whole's.
    pub clocks: Vec<Reading>,
    /// What was done before and is answered again, written as it was read. It changes nothing;
    /// where what can be read may still vanish, writing it confirms that it is there.
    pub rests_on: Option<Put>,
    /// Beside what others of its kind the new object was decided.
    pub siblings: Option<Siblings>,
}

/// Holds only if what was there beside a new object is still all: where no unique index could tell
/// that somebody was faster. Credit checks of a subject, and letters of agency for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Siblings {
    pub tenant: Tenant,
    /// The new object. Its kind is theirs.
    pub written: Id,
    /// What they all are about.
    pub about: Id,
    /// How many there were.
    pub others: u64,
}

impl Siblings {
    /// Of an object that is not among `others`.
    pub fn of<T: Object>(written: &T, about: Id, others: usize) -> Self {
        let others = u64::try_from(others).unwrap_or(u64::MAX);
        Self { tenant: written.tenant(), written: written.id(), about, others }
    }
}

impl Change {
    /// Nothing, because it was done before: `effect` shows it.
    pub fn resting_on<T: Object>(effect: &T) -> Self {
        let mode = Mode::Update { read_at: effect.version() };
        let rests_on = Some(Put { record: effect.clone().into(), mode });
        Self { rests_on, ..Self::default() }
    }

    /// Whether there is nothing to write.
    pub const fn is_empty(&self) -> bool {
        self.puts.is_empty()
            && self.requested.is_none()
            && self.events.is_empty()
            && self.jobs.is_empty()
            && self.settle.is_none()
            && self.spends.is_empty()
            && self.releases.is_empty()
            && self.clock_jobs.is_none()
    }

    /// The partner whose test clock this goes by, in the test environment.
    pub fn clocked(&self) -> Option<Tenant> {
        let puts = self.puts.iter().map(|put| put.record.tenant());
        let all = puts.chain(self.events.iter().map(|event| event.tenant));
        let mut all = all.chain(self.jobs.iter().map(|job| job.tenant));
        all.find(|tenant| tenant.may_have_clock())
    }

    /// A test clock as it shall be. It has no events: what time brings has.
    pub fn put_clock(&mut self, mut clock: TestClock) -> TestClock {
        let read_at = clock.version;
        let mode = if read_at == 0 { Mode::Insert } else { Mode::Update { read_at } };
        clock.version += 1;
        self.puts.push(Put { record: Record::TestClock(clock.clone()), mode });
        clock
    }

    /// A new object, with its first event. Returns it as stored: version 1.
    pub fn insert<T: Object>(&mut self, ctx: &mut Context, mut object: T, what: Happened) -> T {
        object.set_version(1);
        self.record_event(ctx, &object, what);
        self.puts.push(Put { record: object.clone().into(), mode: Mode::Insert });
        object
    }

    /// An object as it shall be; its version as read is what the write depends on.
    pub fn update<T: Object>(&mut self, ctx: &mut Context, mut object: T, what: Happened) -> T {
        let read_at = object.version();
        object.set_version(read_at + 1);
        self.record_event(ctx, &object, what);
        self.puts.push(Put { record: object.clone().into(), mode: Mode::Update { read_at } });
        object
    }

    /// A part of an aggregate (a site of a quote): versioned, but the event is the whole's.
    pub fn insert_part<T: Object>(&mut self, part: T) -> T {
        self.insert_shown(part, Clone::clone)
    }

    /// The same of one of very many, of which few are shown: answers what `shown` makes of it.
    pub fn insert_shown<T: Object, S>(&mut self, mut part: T, shown: impl FnOnce(&T) -> S) -> S {
        part.set_version(1);
        let shown = shown(&part);
        self.puts.push(Put { record: part.into(), mode: Mode::Insert });
        shown
    }

    pub fn update_part<T: Object>(&mut self, part: T) -> T {
        self.update_shown(part, Clone::clone)
    }

    /// The same of one of very many.
    pub fn update_shown<T: Object, S>(&mut self, mut part: T, shown: impl FnOnce(&T) -> S) -> S {
        let read_at = part.version();
        part.set_version(read_at + 1);
        let shown = shown(&part);
        self.puts.push(Put { record: part.into(), mode: Mode::Update { read_at } });
        shown
    }

    pub fn remove_part<T: Object>(&mut self, part: T) {
        let read_at = part.version();
        self.puts.push(Put { record: part.into(), mode: Mode::Remove { read_at } });
    }

    /// The immutable text of a contract.
    pub fn insert_document(&mut self, document: Document) {
        self.puts.push(Put { record: Record::Document(document), mode: Mode::Insert });
    }

    /// Where an identifier leads from now on, or no longer. What has it is updated beside.
    pub fn put_identifier(&mut self, row: IdentifierRow, mode: Mode) {
        self.puts.push(Put { record: Record::Identifier(row), mode });
    }

    /// The file of an import, with its faults.
    pub fn insert_import_file(&mut self, file: ImportFile) {
        self.puts.push(Put { record: Record::ImportFile(file), mode: Mode::Insert });
    }

    /// A new data key; another of the same customer and number was faster, if there is one.
    pub fn insert_data_key(&mut self, key: DataKey) {
        self.puts.push(Put { record: Record::DataKey(key), mode: Mode::Insert });
    }

    /// The files of a catalogue; those that are kept already are not written again.
    pub fn insert_catalogue_files(&mut self, files: CatalogueFiles) {
        self.puts.push(Put { record: Record::CatalogueFiles(files), mode: Mode::Insert });
    }

    /// Work for later, due at once or at a given moment.
    pub fn later(&mut self, ctx: &mut Context, tenant: Tenant, work: Work, due_at: Moment) {
        let id = ctx.ids.next(Kind::Job);
        let Due { at: due_at, by_clock } = ctx.due(due_at);
        self.jobs.push(Job { id, tenant, work, due_at, by_clock, tries: 0, epoch: 0 });
    }

    fn record_event<T: Object>(&mut self, ctx: &mut Context, object: &T, what: Happened) {
        let to = object.state();
        self.events.push(Event {
            id: ctx.ids.next(Kind::Event),
            tenant: object.tenant(),
            kind: what.kind.word().to_owned(),
            object: object.id(),
            sequence: object.version(),
            at: ctx.now,
            actor: ctx.actor.clone(),
            // An edit that leaves the state alone says so; only a new object comes from nowhere.
            from: what.from.or(to.filter(|_| object.version() > 1)).map(str::to_owned),
            to: to.map(str::to_owned),
            reason: what.reason,
            request: ctx.request,
        });
    }
}
