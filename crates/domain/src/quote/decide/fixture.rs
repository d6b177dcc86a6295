//! A quote and its store in memory, for tests of what is decided about it.

use super::{
    AskPrice, Configure, DiscountVerdict, FeasibilityVerdict, NewSite, Rules, discount_decide,
    feasibility_decide, feasibility_request, quote_price, sites_add, sites_configure,
};
use crate::address::{Address, Avps};
use crate::catalogue::{Catalogue, Choice};
use crate::change::{Change, Context, Mode, Record};
use crate::decision::Decision;
use crate::id::{Id, Ids, Kind};
use crate::law::{MOST_NAMED, QuoteFile};
use crate::party::{Actor, Environment, Tenant};
use crate::programme::{Programme, Programmes};
use crate::quote::{
    Alternative, Approvals, BillingPreferences, Feasibility, Quote, QuoteSites, QuoteState, Site,
    Tally, Validation,
};
use crate::refusal::Refusal;
use crate::time::Moment;
use std::sync::{Arc, LazyLock};

pub(super) static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::shipped().unwrap());
static PROGRAMMES: LazyLock<Programmes> = LazyLock::new(|| Programmes::shipped().unwrap());

pub(super) fn alliance() -> &'static Programme {
    PROGRAMMES.get("alliance").unwrap()
}

/// All that is stored of one quote.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) ctx: Context,
    pub(super) quote: Quote,
    pub(super) sites: Vec<Site>,
    pub(super) tier: &'static str,
    pub(super) programme: Programme,
}

pub(super) fn partner() -> Id {
    Id::new(Kind::Partner, 1_790_000_000_000, 1)
}

pub(super) fn address(zip: &str) -> Address {
    Address {
        street: "233 S WACKER DR".into(),
        unit: None,
        city: "CHICAGO".into(),
        state: "IL".into(),
        zip: zip.into(),
        country: "US".into(),
    }
}

pub(super) fn features(speed: &str, term: &str) -> Vec<Choice> {
    [("Port Speed", speed), ("Access Speed", speed), ("Term", term)]
        .map(|(f, v)| Choice { feature: f.into(), value: v.into() })
        .into()
}

pub(super) fn discount(percent: &str) -> AskPrice {
    AskPrice { discount_percent: Some(percent.parse().unwrap()), ..AskPrice::default() }
}

impl Desk {
    /// An empty quote.
    pub(super) fn open() -> Self {
        let now = Moment::parse("2026-11-20T09:00:00Z").unwrap();
        let tenant = Tenant::carrier(Environment::Test);
        let ids = Ids::new(now.ms(), 1000);
        let credential = Id::new(Kind::Partner, now.ms(), 2);
        let actor = Actor::Operations { name: "night shift".into(), credential };
        let quote = Quote {
            id: Id::new(Kind::Quote, now.ms(), 1),
            tenant,
            version: 1,
            opportunity: Id::new(Kind::Opportunity, now.ms(), 1),
            account: None,
            number: "Q-1".into(),
            alternative: Alternative::FIRST,
            revision: 1,
            replaces: None,
            name: "Branches".into(),
            programme: "alliance".into(),
            billing: BillingPreferences::default(),
            state: QuoteState::Draft,
            feasibility: Feasibility::Unasked,
            counter: None,
            sites_added: 0,
            tally: Tally::default(),
            approvals: Approvals::default(),
            created_at: now,
        };
        let ctx = Context { now, ids, actor, request: None, clock: None };
        let programme = alliance().clone();
        Self { ctx, quote, sites: Vec::new(), tier: "standard", programme }
    }

    /// With so many configured sites whose addresses are valid.
    pub(super) fn with_sites(count: usize) -> Self {
        let mut desk = Self::open();
        desk.add(count);
        desk.configure(None, "OFF_ADI_MID_MARKET", features("1G", "36")).unwrap();
        desk.validate();
        desk
    }

    /// What would be loaded, with the sites that `which` takes.
    pub(super) fn file(&self, which: impl Fn(&Site) -> bool) -> QuoteFile {
        let most = usize::try_from(MOST_NAMED).unwrap();
        let first = |lacks: fn(&Site) -> bool| {
            self.sites.iter().filter(|site| lacks(site)).take(most).cloned().collect::<Vec<_>>()
        };
        QuoteFile {
            quote: self.quote.clone(),
            sites: self.sites.iter().filter(|site| which(site)).cloned().collect(),
            unpassed: first(|site| site.passed().is_none()),
            unconfigured: first(|site| site.configuration.is_none()),
            account: None,
            exceptions: Vec::new(),
            credit: Vec::new(),
            contracts: Vec::new(),
            promotions: Vec::new(),
            order: None,
            sub_orders: Vec::new(),
            catalogue: Arc::new(Catalogue::shipped().unwrap()),
            sold_under: None,
        }
    }

    pub(super) fn whole(&self) -> QuoteFile {
        self.file(|_| true)
    }

    /// Decides by `rule` and stores what it would write.
    pub(super) fn perform<V>(
        &mut self,
        rule: impl FnOnce(&mut Context, Rules<'_>, &QuoteFile) -> Result<Decision<V>, Refusal>,
    ) -> Result<V, Refusal> {
        let file = self.whole();
        let rules = Rules { programme: &self.programme, partner: partner() };
        let Decision { change, view } = rule(&mut self.ctx, rules, &file)?;
        self.store(change);
        Ok(view)
    }

    fn store(&mut self, change: Change) {
        if let Some(requested) = change.requested {
            let open = self.sites.iter_mut().filter(|site| site.is_open());
            let asked = open.map(|site| {
                (site.version, site.validation) = (site.version + 1, Validation::Requested);
            });
            assert_eq!(asked.count(), usize::try_from(requested.sites).unwrap());
        }
        for put in change.puts {
            match (put.record, put.mode) {
                (Record::Quote(quote), _) => self.quote = *quote,
                (Record::Site(site), Mode::Insert) => self.sites.push(*site),
                (Record::Site(site), Mode::Update { .. }) => {
                    let old = self.sites.iter_mut().find(|old| old.id == site.id).unwrap();
                    *old = *site;
                }
                (Record::Site(site), Mode::Remove { .. }) => {
                    self.sites.retain(|old| old.id != site.id);
                }
                (Record::Import(_) | Record::ImportFile(_), _) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(self.quote.tally, Tally::of(&self.sites));
    }

    pub(super) fn add(&mut self, count: usize) {
        let new = |n: usize| NewSite { name: format!("Site {n}"), address: address("60606") };
        let new = (0..count).map(new).collect();
        self.perform(|ctx, rules, file| sites_add(ctx, rules, file, new)).unwrap();
    }

    pub(super) fn configure(
        &mut self,
        sites: Option<Vec<Id>>,
        offering: &str,
        choices: Vec<Choice>,
    ) -> Result<QuoteSites, Refusal> {
        let configure = Configure { sites, offering: offering.into(), choices };
        self.perform(|ctx, rules, file| sites_configure(ctx, rules, file, &SHIPPED, configure))
    }

    /// Every address is found as it was given.
    pub(super) fn validate(&mut self) {
        for site in &mut self.sites {
            let avps = Avps::Match { address: site.given.clone() };
            site.validation = Validation::Answered { avps, at: self.ctx.now };
        }
        self.quote.tally = Tally::of(&self.sites);
    }

    pub(super) fn price(&mut self, ask: AskPrice) -> Result<QuoteSites, Refusal> {
        let tier = self.tier;
        self.perform(|ctx, rules, file| quote_price(ctx, rules, tier, file, &SHIPPED, ask))
    }

    pub(super) fn decide(&mut self, verdict: DiscountVerdict) -> Result<Quote, Refusal> {
        self.perform(|ctx, _, file| discount_decide(ctx, &file.quote, verdict))
    }

    pub(super) fn ask_feasibility(&mut self) -> Result<Quote, Refusal> {
        self.perform(feasibility_request)
    }

    pub(super) fn answer(&mut self, verdict: FeasibilityVerdict) -> Result<QuoteSites, Refusal> {
        self.perform(|ctx, _, file| feasibility_decide(ctx, &file.quote, &file.sites, verdict))
    }
}
