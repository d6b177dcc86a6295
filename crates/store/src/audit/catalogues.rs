//! Versions of the catalogue: their files, who agreed to them, and the offers that name them.

use super::pages::{BY_ID, page, pages, place};
use super::{Audit, Invariant, PAGE};
use crate::ask::{Ask, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use domain::catalogue::digest;
use domain::publication::CatalogueVersion;
use domain::quote::Quote;
use std::collections::BTreeMap;

pub(super) const VERSIONS: &str = page!("catalogue_version");
/// With how many versions name them.
pub(super) const FILES: &str = "select f.tenant, f.digest, f.body, \
    (select count(*) from catalogue_version v where v.tenant = f.tenant and v.digest = f.digest) \
    from catalogue_files f where (f.tenant, f.digest) > ($1, $2) \
    order by f.tenant, f.digest limit $3";
pub(super) const OFFERS: &str = page!("quote");
pub(super) const LABEL: &str = "select label from catalogue_version \
    where tenant = $1 and digest = $2 order by id limit 1";

/// Reads every version, every file and every offer.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    pages(store, audit, ("catalogue_files", FILES, BY_ID), |rows, audit| {
        for row in rows {
            if let Some(what) = misfiled(row) {
                let say = format!("{}: {what}", place("catalogue_files", row));
                audit.blame(Invariant::CataloguesHaveFiles, say);
            }
        }
    })
    .await?;
    // A roll-back has the files of an earlier version, or those of the configuration.
    let mut agreed: Vec<CatalogueVersion> = Vec::new();
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(VERSIONS, [tenant, id, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        agreed.extend(rows.iter().filter_map(|row| doc_in(row, 2).ok()));
        let Some(last) = rows.last() else { break };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
    for version in &agreed {
        if !is_agreed(version, &agreed) {
            let say = format!("catalogue_version {}: one person published it", version.id);
            audit.blame(Invariant::CataloguesWereAgreed, say);
        }
    }
    offers(store, audit).await
}

/// What is wrong with kept files.
fn misfiled(row: &Row) -> Option<&'static str> {
    if row.int(3).ok()? == 0 {
        return Some("they are no version's");
    }
    let Ok(files) = doc_in::<BTreeMap<String, String>>(row, 2) else {
        return Some("they make no sense");
    };
    let texts = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    (row.text(1) != Ok(digest(texts).as_str())).then_some("they are not those of the digest")
}

/// Whether two people stand behind it.
fn is_agreed(version: &CatalogueVersion, all: &[CatalogueVersion]) -> bool {
    let Some(publication) = version.publication() else { return true };
    if let Some(rolled) = version.rolls_back {
        let rolled = all.iter().find(|other| other.id == rolled);
        return rolled.is_some_and(|rolled| rolled.rolled_back_by == Some(version.id));
    }
    publication.by.is_second_to(&version.proposed_by)
}

/// Reads every offer that names a catalogue by its digest.
async fn offers(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(OFFERS, [tenant, id, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        let mut asked = Vec::new();
        let mut asks = Vec::new();
        for quote in rows.iter().filter_map(|row| doc_in::<Quote>(row, 2).ok()) {
            let Some(offer) = quote.offer() else { continue };
            let Some(digest) = offer.catalogue.as_deref() else { continue };
            let carrier = format!("carrier.{}", quote.tenant.environment.as_str());
            let query = Query::new(LABEL, [carrier.into(), digest.into()]);
            let read =
                |rows: Vec<Row>| rows.first().map(|r| r.text(0).map(str::to_owned)).transpose();
            asks.push(Ask { query, read });
            asked.push((quote.id, offer.catalogue_version.clone()));
        }
        for ((quote, named), label) in asked.into_iter().zip(store.ask(asks).await?) {
            // The configuration's own is no row.
            if label.as_ref().is_some_and(|label| *label != named) {
                let say = format!("quote {quote}: it names {named}, its digest another");
                audit.blame(Invariant::OffersNameTheirCatalogue, say);
            }
        }
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}
