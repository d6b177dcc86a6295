//! Sites come from a file, all rows or the sound ones, each with its configuration.

use super::super::edits::{Edits, QuoteSites};
use super::Rules;
use super::sites::{room_for, sold};
use crate::catalogue::Configuration;
use crate::change::Context;
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::Kind;
use crate::law::QuoteFile;
use crate::programme::Stage;
use crate::quote::{Import, ImportFile, ImportReport, ImportState, NewSite};
use crate::refusal::Refusal;
use std::collections::BTreeSet;

/// A row of a file, read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    pub site: NewSite,
    pub configuration: Option<Configuration>,
}

/// A file that sites shall come from.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportSites {
    pub report: ImportReport,
    /// The rows that can become sites, in the order of the file.
    pub rows: Vec<ImportRow>,
    /// Whether the file as a whole was not understood.
    pub broken: bool,
    /// Whether the sound rows may be taken without the others.
    pub partial: bool,
    /// The file with its faults, as it is kept.
    pub body: String,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub import: Import,
    pub touched: QuoteSites,
}

/// Whether a quote could take these sites now.
pub fn import_possible(
    ctx: &Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    sites: usize,
) -> Result<(), Refusal> {
    file.gate(ctx, rules, Stage::Sites)?;
    room_for(file, sites, "")
}

/// Adds the sites of a file: all of its rows, or nothing; with `partial`, the sound ones.
pub fn sites_import(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    asked: ImportSites,
) -> Result<Decision<Imported>, Refusal> {
    import_possible(ctx, rules, file, asked.rows.len())?;
    let configured = asked.rows.iter().filter_map(|row| row.configuration.as_ref());
    let offerings: BTreeSet<&str> = configured.map(|chosen| &*chosen.offering).collect();
    for offering in offerings {
        sold(rules, &file.catalogue, offering, "")?;
    }
    let whole = asked.report.faults_count == 0;
    if asked.broken || asked.rows.is_empty() || !(whole || asked.partial) {
        return Err(asked.report.refused());
    }
    let (quote, from) = file.reopened(ctx)?;
    let (tenant, id) = (quote.tenant, ctx.ids.next(Kind::Import));
    let why = format!("import {id}: {} of {} rows", asked.rows.len(), asked.report.rows);
    let mut edits = Edits::of(quote);
    for ImportRow { site, configuration } in asked.rows {
        edits.join(ctx, site, configuration);
    }
    let Decision { mut change, view: touched } =
        edits.end(ctx, Happened::new(EventKind::QuoteImported).from(from).because(why));
    let import = change.insert_part(Import {
        id,
        tenant,
        version: 0,
        quote: touched.quote.id,
        order: None,
        state: if whole { ImportState::Committed } else { ImportState::Partial },
        report: asked.report,
        created_at: ctx.now,
    });
    change.insert_import_file(ImportFile { tenant, import: id, body: asked.body });
    Ok(Decision { change, view: Imported { import, touched } })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::code::Code;

    fn file_of(row: ImportRow) -> ImportSites {
        let report = ImportReport {
            format: "csv".into(),
            sheet: None,
            bytes: 1,
            sha256: String::new(),
            columns: Vec::new(),
            rows: 1,
            sound: 1,
            notes_count: 0,
            notes: Vec::new(),
            faults_count: 0,
            faults: Vec::new(),
        };
        ImportSites { report, rows: vec![row], broken: false, partial: false, body: String::new() }
    }

    #[test]
    fn a_file_brings_nothing_that_the_programme_does_not_sell() {
        let adi = SHIPPED.offering("OFF_ADI_MID_MARKET").unwrap();
        let configuration = adi.configure(&features("100M", "36")).unwrap();
        let row = || ImportRow {
            site: NewSite { name: "Branch".into(), address: address("60606") },
            configuration: Some(configuration.clone()),
        };
        let mut desk = Desk::open();
        desk.perform(|ctx, rules, file| sites_import(ctx, rules, file, file_of(row()))).unwrap();
        let mut desk = Desk::open();
        desk.programme.offerings.clear();
        let refused =
            desk.perform(|ctx, rules, file| sites_import(ctx, rules, file, file_of(row())));
        assert_eq!(refused.unwrap_err().code, Code::InvalidConfiguration);
        assert!(desk.sites.is_empty());
    }
}
