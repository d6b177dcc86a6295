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
pub(in crate::v1) const TOLD: u32 = 100;
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
    /// Whether scripted values have no place in it.
    pub(super) live: bool,
    pub(super) back: Back,
}

/// Whether the file is wanted back, with what is wrong in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::v1) enum Back {
    No,
    /// To be kept, if it is taken.
    Taken,
    /// To be answered, whatever is wrong with it.
    Always,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) asked: ImportSites,
    /// The first rows as they would become sites.
    pub(super) first: Vec<Sound>,
    /// The file, if it is wanted back.
    pub(super) file: Vec<u8>,
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
    let bytes = annotated(&table, &found.faults, asked.back, refused)?;
    let report = report(file, &table, &as_read(&found), asked.told);
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
        body: if asked.back == Back::Taken {
            kept(table.format, bytes.clone())
        } else {
            String::new()
        },
    };
    Ok(Examined { asked, first, file: bytes })
}

/// The file with its faults, if it is wanted back.
pub(in crate::v1) fn annotated(
    table: &Table,
    faults: &[sheet::Fault],
    back: Back,
    refused: bool,
) -> Result<Vec<u8>, Refusal> {
    match back {
        Back::No => Ok(Vec::new()),
        Back::Taken if refused => Ok(Vec::new()),
        Back::Taken | Back::Always => sheet::annotate(table, faults).map_err(|f| unread(&f)),
    }
}

/// A file as it is kept: as text.
pub(in crate::v1) fn kept(format: Format, bytes: Vec<u8>) -> String {
    if format == Format::Xlsx {
        return STANDARD.encode(bytes);
    }
    // Written from texts, so it is one.
    String::from_utf8(bytes).unwrap_or_default()
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

/// What was found in a table.
pub(in crate::v1) struct Found<'a> {
    pub(in crate::v1) columns: Vec<ImportColumn>,
    /// How many rows can be taken.
    pub(in crate::v1) sound: usize,
    pub(in crate::v1) faults: &'a [sheet::Fault],
    pub(in crate::v1) notes: &'a [sheet::Note],
}

pub(in crate::v1) fn report(
    file: &Sent,
    table: &Table,
    found: &Found<'_>,
    told: u32,
) -> ImportReport {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let most = usize::try_from(told).unwrap_or(usize::MAX);
    let few = usize::try_from(TOLD).unwrap_or(usize::MAX);
    let note = |n: &sheet::Note| ImportNote { place: place(&n.place), detail: n.detail.clone() };
    ImportReport {
        format: table.format.word().to_owned(),
        sheet: table.sheet.clone(),
        bytes: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
        sha256: file.sha256(),
        columns: found.columns.clone(),
        rows: count(table.rows.len()),
        sound: count(found.sound),
        notes_count: count(found.notes.len()),
        notes: found.notes.iter().take(few).map(note).collect(),
        faults_count: count(found.faults.len()),
        faults: found.faults.iter().take(most).map(fault).collect(),
    }
}

fn as_read(found: &Understood) -> Found<'_> {
    Found {
        columns: found.columns.iter().map(column).collect(),
        sound: found.sound.len(),
        faults: &found.faults,
        notes: &found.notes,
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
