//! Enrichment from a file: which sub-order each row means, what is wrong with it, and taking the
//! rows in one change, with the file.

use super::many::{self, Row};
use super::{BillTo, Enrich, EnrichDo, bill_to, closed, faults};
use crate::address::Address;
use crate::change::{Change, Context};
use crate::code::Because;
use crate::decision::Decision;
use crate::id::{Id, Kind};
use crate::order::{BillingAccount, Order, OrderView, SubOrder};
use crate::programme::Programme;
use crate::quote::{Import, ImportFile, ImportReport, ImportState};
use crate::refusal::{Fault, Refusal};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// A row of a file, read: it names a sub-order by its id, by the name of its site, or by both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRow {
    /// As a person counts it.
    pub row: u32,
    pub sub_order: Option<Id>,
    pub name: Option<String>,
    /// At most one of each kind.
    pub own: Vec<EnrichDo>,
    /// Whether nothing in the file itself stands against it. If something does, `own` is what
    /// could be read, so that everything else that is wrong is told too.
    pub sound: bool,
}

/// A row that can be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedRow {
    pub row: u32,
    pub sub_order: Id,
    /// Of its site.
    pub name: String,
    pub own: Vec<EnrichDo>,
}

/// Rows beside the order's sub-orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matched {
    /// In the order of the file.
    pub sound: Vec<MatchedRow>,
    /// What is wrong with the others, by row. A pointer names the kind and its member,
    /// `/installation/requested_start`, or what names the sub-order; it is empty for the row.
    pub faults: Vec<(u32, Fault)>,
}

/// Finds the sub-order of each row, and everything that stands against its enrichments.
pub fn match_rows(
    ctx: &Context,
    programme: &Programme,
    order: &Order,
    subs: &[SubOrder],
    accounts: &BTreeMap<Id, BillingAccount>,
    rows: Vec<NamedRow>,
) -> Matched {
    let names = Names::of(subs);
    let mut taken: HashMap<Id, u32> = HashMap::new();
    let mut matched = Matched::default();
    for row in rows {
        let found = names.find(&row).and_then(|sub| match taken.entry(sub.id) {
            Entry::Occupied(first) => {
                let detail = format!("row {} enriches {} already", first.get(), sub.name);
                Err(Fault::new(row.named_at(), Because::Duplicate, detail))
            }
            Entry::Vacant(free) => {
                free.insert(row.row);
                Ok(sub)
            }
        });
        let sub = match found {
            Ok(sub) => sub,
            Err(fault) => {
                matched.faults.push((row.row, fault));
                continue;
            }
        };
        let mut wrong = closed(ctx, programme, order, sub);
        for fault in &mut wrong {
            row.named_at().clone_into(&mut fault.pointer);
        }
        wrong.extend(row.own.iter().flat_map(|what| against(ctx, programme, accounts, what)));
        if wrong.is_empty() && row.sound {
            let NamedRow { row, own, .. } = row;
            let name = sub.name.clone();
            matched.sound.push(MatchedRow { row, sub_order: sub.id, name, own });
        } else {
            matched.faults.extend(wrong.into_iter().map(|fault| (row.row, fault)));
        }
    }
    matched
}

/// What is wrong with one enrichment.
fn against(
    ctx: &Context,
    programme: &Programme,
    accounts: &BTreeMap<Id, BillingAccount>,
    what: &EnrichDo,
) -> Vec<Fault> {
    let wrong = match what.clone().with(accounts) {
        Ok(enrich) => faults(&enrich, programme, ctx.now.date()),
        Err(fault) => vec![fault],
    };
    let word = what.kind().word();
    let at = |fault: Fault| Fault { pointer: format!("/{word}{}", fault.pointer), ..fault };
    wrong.into_iter().map(at).collect()
}

impl NamedRow {
    /// Where it names its sub-order.
    const fn named_at(&self) -> &'static str {
        if self.sub_order.is_some() { "/sub_order" } else { "/site" }
    }
}

/// An order's sub-orders by what may name them.
struct Names<'a> {
    ids: HashMap<Id, &'a SubOrder>,
    /// In small letters; none where several have the name.
    names: HashMap<String, Option<&'a SubOrder>>,
}

impl<'a> Names<'a> {
    fn of(subs: &'a [SubOrder]) -> Self {
        let mut names: HashMap<String, Option<&SubOrder>> = HashMap::with_capacity(subs.len());
        for sub in subs {
            let named = names.entry(sub.name.to_lowercase());
            named.and_modify(|other| *other = None).or_insert(Some(sub));
        }
        Self { ids: subs.iter().map(|sub| (sub.id, sub)).collect(), names }
    }

    fn find(&self, row: &NamedRow) -> Result<&'a SubOrder, Fault> {
        let named = row.name.as_ref().map(|name| name.to_lowercase());
        if let Some(id) = row.sub_order {
            let detail = "the order has no such sub-order";
            let sub = self.ids.get(&id).copied();
            let sub = sub.ok_or_else(|| Fault::new("/sub_order", Because::UnknownId, detail))?;
            if named.is_some_and(|named| named != sub.name.to_lowercase()) {
                let detail = "the sub-order is of another site";
                let fault = Fault::new("/site", Because::Conflicting, detail);
                return Err(fault.expected(sub.name.clone()));
            }
            return Ok(sub);
        }
        match named.and_then(|named| self.names.get(&named)) {
            Some(Some(sub)) => Ok(sub),
            Some(None) => {
                let detail = "several sub-orders have this site's name";
                let fault = Fault::new("/site", Because::Conflicting, detail);
                Err(fault.expected("the sub-order's id, in a column Sub-Order"))
            }
            None => {
                let detail = "the order has no site of this name";
                let fault = Fault::new("/site", Because::NotAllowedValue, detail);
                Err(fault.expected("the name as the order's sub-orders have it"))
            }
        }
    }
}

/// A file that sub-orders shall be enriched from, read and matched.
#[derive(Debug, Clone, PartialEq)]
pub struct EnrichImport {
    pub report: ImportReport,
    /// Whether the file as a whole was not understood.
    pub broken: bool,
    /// Whether the sound rows may be taken without the others.
    pub partial: bool,
    /// The file with its faults, as it is kept.
    pub body: String,
}

/// What an import of enrichments did.
#[derive(Debug, Clone, PartialEq)]
pub struct EnrichImported {
    pub import: Import,
    pub enriched: OrderView,
}

/// Takes these rows of a file: all of its rows, or nothing; with `partial`, the sound ones. A new
/// billing account that several rows describe alike is made once.
pub fn enrich_import(
    ctx: &mut Context,
    programme: &Programme,
    order: &Order,
    mut rows: Vec<Row>,
    asked: EnrichImport,
) -> Result<Decision<EnrichImported>, Refusal> {
    let whole = asked.report.faults_count == 0;
    if asked.broken || rows.is_empty() || !(whole || asked.partial) {
        return Err(asked.report.refused());
    }
    let mut change = Change::default();
    accounts_once(ctx, &mut change, order, &mut rows);
    let Decision { mut change, view: enriched } =
        many::enrich_rows(ctx, programme, order, Vec::new(), rows, change)?;
    let (tenant, id) = (order.tenant, ctx.ids.next(Kind::Import));
    let import = change.insert_part(Import {
        id,
        tenant,
        version: 0,
        quote: order.quote,
        order: Some(order.id),
        state: if whole { ImportState::Committed } else { ImportState::Partial },
        report: asked.report,
        created_at: ctx.now,
    });
    change.insert_import_file(ImportFile { tenant, import: id, body: asked.body });
    Ok(Decision { change, view: EnrichImported { import, enriched } })
}

/// Makes each new billing account once, and bills every row that describes it to that one.
fn accounts_once(ctx: &mut Context, change: &mut Change, order: &Order, rows: &mut [Row]) {
    let mut made: HashMap<(String, Address, bool), BillingAccount> = HashMap::new();
    for what in rows.iter_mut().flat_map(|row| &mut row.own) {
        let Enrich::Billing { to, billing } = what else { continue };
        let BillTo::New { name, address, .. } = &**to else { continue };
        let account = match made.entry((name.clone(), address.clone(), billing.paperless)) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => {
                let to = BillTo::clone(to);
                new.insert(bill_to(ctx, change, order.tenant, to, billing.paperless)).clone()
            }
        };
        **to = BillTo::Existing(account);
    }
}

#[cfg(test)]
mod tests;
