//! Pricing alone: the domain's own function, on one core, in this process.

use crate::failure::{Failure, Outcome};
use crate::flow::{self, OFFERING};
use domain::catalogue::{Catalogue, Choice, Configuration};
use domain::id::{Id, Kind};
use domain::pricing::{self, PriceAsk, SiteAsk};
use domain::time::Date;
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use std::time::Duration;

/// A size gets so much processor time in each of its turns.
const TURN: Duration = Duration::from_millis(300);
/// How often each size has its turn; the cheapest turn counts, since others only disturb.
const TURNS: usize = 5;
/// So many sites at least are priced between two looks at the clock: each is a call of the kernel,
/// which a quote of one site would feel.
const LOOK_EVERY: u32 = 100;

/// What it costs to price quotes of one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) sites: u32,
    /// Lines of one quote.
    pub(super) lines: u32,
    /// Processor time of one quote.
    pub(super) quote: Duration,
}

impl Size {
    /// Processor time of one line, in nanoseconds.
    pub(super) fn line_ns(&self) -> f64 {
        self.quote.as_secs_f64() * 1e9 / f64::from(self.lines.max(1))
    }
}

/// From one site to `most`, by tens; the sizes take turns.
pub(super) fn measure(most: u32) -> Outcome<Vec<Size>> {
    let catalogue = Catalogue::shipped().map_err(|_| Failure::failed("the shipped catalogue"))?;
    let sizes = [1, 10, 100, 1_000].into_iter().filter(|s| *s < most).chain([most]);
    let mut asks = Vec::new();
    for sites in sizes {
        asks.push((sites, ask(&catalogue, sites)?));
    }
    let mut found: Vec<Option<Size>> = vec![None; asks.len()];
    for _ in 0..TURNS {
        for (best, (sites, ask)) in found.iter_mut().zip(&asks) {
            let turn = turn(&catalogue, *sites, ask)?;
            if best.is_none_or(|best| turn.quote < best.quote) {
                *best = Some(turn);
            }
        }
    }
    Ok(found.into_iter().flatten().collect())
}

fn ask(catalogue: &Catalogue, sites: u32) -> Outcome<PriceAsk<'static>> {
    let day = catalogue.effective_from();
    let configuration = configuration(catalogue)?;
    let site = |number: u32| SiteAsk {
        site: Id::new(Kind::Site, 1_800_000_000_000, number),
        zip: "75202".to_owned(),
        configuration: configuration.clone(),
    };
    let sites = (1..=sites).map(site).collect();
    Ok(on(day, sites))
}

fn on(on: Date, sites: Vec<SiteAsk>) -> PriceAsk<'static> {
    PriceAsk {
        on,
        tier: "premier",
        programme: "alliance",
        discount_percent: Some(5.into()),
        promotions: Vec::new(),
        allowances: &[],
        sites,
    }
}

fn configuration(catalogue: &Catalogue) -> Outcome<Configuration> {
    let features = flow::features("500M", "1G", "36");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let choice = |f: &Value| Choice { feature: text(&f["name"]), value: text(&f["value"]) };
    let choices: Vec<_> = features.as_array().into_iter().flatten().map(choice).collect();
    let offering = catalogue.offering(OFFERING);
    let offering = offering.ok_or_else(|| Failure::failed("the offering is not sold"))?;
    offering.configure(&choices).map_err(|faults| Failure::failed(format!("{faults:?}")))
}

/// Processor time of this thread.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanos) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default())
}

fn turn(catalogue: &Catalogue, sites: u32, ask: &PriceAsk<'_>) -> Outcome<Size> {
    let (begun, mut quotes, mut lines) = (cpu(), 0_u32, 0_usize);
    let between_looks = (LOOK_EVERY / sites.max(1)).max(1);
    while cpu().saturating_sub(begun) < TURN {
        for _ in 0..between_looks {
            let priced = pricing::price(catalogue, std::hint::black_box(ask));
            let priced = priced.map_err(|refused| Failure::failed(format!("{refused:?}")))?;
            lines = priced.sites.iter().map(|site| site.lines.len()).sum();
            std::hint::black_box(&priced);
        }
        quotes += between_looks;
    }
    let quote = cpu().saturating_sub(begun) / quotes.max(1);
    Ok(Size { sites, lines: u32::try_from(lines).unwrap_or(u32::MAX), quote })
}
