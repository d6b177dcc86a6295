//! A file becomes words of the domain: the report, and rows that may become sites.

use crate::door::Sent;
use crate::sandbox::refuse_rows;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::catalogue::Catalogue;
use domain::code::{Because, Code};
use domain::quote::{
    ImportColumn, ImportFault, ImportNote, ImportPlace, ImportReport, ImportRow, ImportSites,
    NewSite,
};
use domain::refusal::{Fault, Refusal};
use sheet::{Format, Sold, Sound, Table, Understood, Use};

/// How many faults and notes are told and kept unless more are asked for.
pub(super) const TOLD: u32 = 100;
/// How many rows a preview shows as sites.
const SHOWN: usize = 20;

/// How a file shall be read.
#[derive(Debug)]
pub(super) struct Asked {
    /// The product of rows that name none.
    pub(super) default: Option<String>,
    pub(super) sheet: Option<String>,
    /// How many faults to tell.
    pub(super) told: u32,
    pub(super) partial: bool,
    /// Codes of what the caller may sell.
    pub(super) offerings: Vec<String>,
    /// Whether the file is wanted back.
    pub(super) keep: bool,
    /// Whether scripted values have no place in it.
    pub(super) live: bool,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) asked: ImportSites,
    /// The first rows as they would become sites.
    pub(super) first: Vec<Sound>,
}

pub(super) fn examine(
    catalogue: &Catalogue,
    file: &Sent,
    asked: &Asked,
) -> Result<Examined, Refusal> {
    let table =
        sheet::read(&file.bytes, file.format, asked.sheet.as_deref()).map_err(|f| unread(&f))?;
    let default = asked.default.as_deref();
    let found = sheet::understand(&table, Sold { catalogue, offerings: &asked.offerings, default });
    if asked.live {
        let row = |sound: &Sound| (sound.row, sound.name.clone(), sound.address.street.clone());
        refuse_rows(found.sound.iter().map(row))?;
    }
    let refused = found.broken || (!found.faults.is_empty() && !asked.partial);
    let body = if asked.keep && !refused { kept(&table, &found)? } else { String::new() };
    let report = report(file, &table, &found, asked.told);
    let first = found.sound.iter().take(SHOWN).cloned().collect();
    let row = |Sound { name, address, configuration, .. }| ImportRow {
        site: NewSite { name, address },
        configuration,
    };
    let asked = ImportSites {
        report,
        rows: found.sound.into_iter().map(row).collect(),
        broken: found.broken,
        partial: asked.partial,
        body,
    };
    Ok(Examined { asked, first })
}

/// The file with its faults, as text.
fn kept(table: &Table, found: &Understood) -> Result<String, Refusal> {
    let bytes = sheet::annotate(table, &found.faults).map_err(|f| unread(&f))?;
    if table.format == Format::Xlsx {
        return Ok(STANDARD.encode(bytes));
    }
    // Written from texts, so it is one.
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// A file that is no table at all.
pub(in crate::v1) fn unread(fault: &sheet::Fault) -> Refusal {
    let told = self::fault(fault);
    let place = Fault {
        pointer: told.pointer(),
        because: fault.code,
        detail: format!("{}. {}", fault.detail, fault.remedy),
        expected: fault.expected.clone(),
    };
    Refusal::new(Code::InvalidBody, "the file cannot be read").with(vec![place])
}

fn report(file: &Sent, table: &Table, found: &Understood, told: u32) -> ImportReport {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let most = usize::try_from(told).unwrap_or(usize::MAX);
    let few = usize::try_from(TOLD).unwrap_or(usize::MAX);
    let note = |n: &sheet::Note| ImportNote { place: place(&n.place), detail: n.detail.clone() };
    ImportReport {
        format: table.format.word().to_owned(),
        sheet: table.sheet.clone(),
        bytes: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
        sha256: file.sha256(),
        columns: found.columns.iter().map(column).collect(),
        rows: count(table.rows.len()),
        sound: count(found.sound.len()),
        notes_count: count(found.notes.len()),
        notes: found.notes.iter().take(few).map(note).collect(),
        faults_count: count(found.faults.len()),
        faults: found.faults.iter().take(most).map(fault).collect(),
    }
}

fn column(column: &sheet::Column) -> ImportColumn {
    let (means, feature) = match &column.used {
        Use::Known(means) => (Some(means.word().to_owned()), None),
        Use::Feature(name) => (Some("feature".to_owned()), Some(name.clone())),
        Use::Ignored => (None, None),
    };
    ImportColumn { column: column.letters.clone(), heading: column.heading.clone(), means, feature }
}

fn place(place: &sheet::Place) -> ImportPlace {
    let sheet::Place { row, column, heading } = place.clone();
    ImportPlace { row, column, heading }
}

fn fault(fault: &sheet::Fault) -> ImportFault {
    let code: Because = fault.code;
    ImportFault {
        place: place(&fault.place),
        value: fault.value.clone(),
        code: code.as_str().to_owned(),
        detail: fault.detail.clone(),
        expected: fault.expected.clone(),
        remedy: fault.remedy.clone(),
    }
}
