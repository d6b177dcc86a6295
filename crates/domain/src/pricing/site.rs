//! One site's price: its lines, and its share in what the quote adds up to.

use super::refusal::{self, PriceRefusal, RefusalCode};
use super::sale::{Part, Sale};
use super::selection::{Listed, Selection};
use super::waterfall::Reductions;
use super::{LinePrice, Share, SitePrice, StepKind, Totals, near};
use crate::catalogue::{ChargeKind, Promotion};
use crate::id::Id;
use crate::money::{Money, Overflow};
use std::collections::BTreeMap;

/// Prices one site. None: it cannot be, and the refusals say why.
pub(super) fn price(
    site: Id,
    index: usize,
    selection: &Selection<'_>,
    sale: &Sale<'_>,
    refusals: &mut Vec<PriceRefusal>,
) -> Option<SitePrice> {
    let mut lines = Vec::with_capacity(selection.offering.components.len());
    let before = refusals.len();
    let part = sale.part(selection.offering)?;
    let reductions = sale.reductions(part, selection);
    for listed in selection.lines() {
        let Some(listed) = listed else {
            let detail = format!("{} has no price for it", selection.offering.name);
            let code = RefusalCode::ConfigurationNotSold;
            refusals.push(PriceRefusal::of_site(code, site, index, detail));
            continue;
        };
        match line(&listed, &reductions) {
            Ok(line) => lines.push(line),
            Err(mut refusal) => {
                (refusal.site, refusal.index) = (Some(site), Some(index));
                refusals.push(refusal);
            }
        }
    }
    if refusals.len() > before {
        return None;
    }
    let totals = Totals::sum(lines.iter().map(|l| &l.totals));
    let summed =
        totals.and_then(|totals| Ok((totals, share(selection, &lines, &totals, part, sale)?)));
    let Ok((totals, share)) = summed else {
        refusals.push(refusal::overflow(Some(site), Some(index)));
        return None;
    };
    Some(SitePrice {
        site,
        offering: selection.offering.code.clone(),
        zone: selection.zone.name.clone(),
        term_months: selection.term.months,
        lead_days: selection.lead_days(),
        lines,
        totals,
        share: Some(share),
    })
}

fn share(
    selection: &Selection<'_>,
    lines: &[LinePrice],
    totals: &Totals,
    part: &Part<'_>,
    sale: &Sale<'_>,
) -> Result<Share, Overflow> {
    let mut given_by = BTreeMap::new();
    for promotion in sale.promotions.iter().filter(|p| selection.has_line_for(p)) {
        let amount = given(promotion, lines, selection.term.months)?;
        given_by.insert(promotion.code.clone(), amount);
    }
    let near = near::of_site(selection, totals, &given_by, part, sale);
    Ok(Share::new(part.basis.clone(), given_by, near))
}

/// What a promotion takes off these lines, over the term.
fn given(promotion: &Promotion, lines: &[LinePrice], months: u32) -> Result<Money, Overflow> {
    let mut amount = Money::ZERO;
    for line in lines {
        let (charge, times) = match promotion.charge {
            ChargeKind::Mrc => (&line.mrc, months),
            ChargeKind::Nrc => (&line.nrc, 1),
        };
        // The rule names the promotion, whose code is its own.
        let steps = charge
            .steps
            .iter()
            .filter(|step| step.kind == StepKind::Promotion && step.rule == promotion.rule);
        for step in steps {
            amount = amount.checked_sub(step.amount.times(i64::from(times))?)?;
        }
    }
    Ok(amount)
}

/// Prices one component; the refusal does not know its site.
fn line(listed: &Listed<'_>, reductions: &Reductions<'_>) -> Result<LinePrice, PriceRefusal> {
    let component = listed.component;
    let mrc = reductions.waterfall(listed, ChargeKind::Mrc)?;
    let nrc = reductions.waterfall(listed, ChargeKind::Nrc)?;
    let totals = Totals::of_line(mrc.net, nrc.net, reductions.site.term.months)
        .map_err(|Overflow| refusal::overflow(None, None))?;
    Ok(LinePrice {
        component: component.code.clone(),
        name: component.name.clone(),
        item_type: component.item_type.clone(),
        quantity: listed.quantity,
        mrc,
        nrc,
        totals,
    })
}
