//! Settings that actions use, and the carrier's files read at start.

use domain::catalogue::{Catalogue, CatalogueFault, FaultKind};
use domain::credit::{CREDIT, CreditPolicy};
use domain::programme::{PROGRAMMES, Programmes};
use domain::serviceability::{SERVICEABILITY, ServiceTable};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::path::Path;

/// What an installation may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Days that an idempotency key and its answer are kept.
    pub idempotency_days: u32,
    /// Milliseconds that a job is leased for; its calls are cut off before that.
    pub lease_ms: i64,
    /// Milliseconds that one call of a connector may take.
    pub connector_timeout_ms: i64,
    /// Jobs worked on at the same time.
    pub jobs_at_once: usize,
    /// Webhook endpoints sent to at the same time.
    pub endpoints_at_once: usize,
    /// Events that one read looks at, at most, for a reader who wants only some of them.
    pub feed_window: u32,
    /// Days that the log of a finished webhook delivery is kept.
    pub delivery_log_days: u32,
    /// Answers of outside address and serviceability services that are kept, and for how many
    /// milliseconds. None where what answers is built in: it knows without asking.
    pub answers_kept: usize,
    pub answers_kept_ms: i64,
    /// Working days within which operations decide on an exception request.
    pub exception_target_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            idempotency_days: 30,
            lease_ms: 60_000,
            connector_timeout_ms: 20_000,
            jobs_at_once: 32,
            endpoints_at_once: 256,
            feed_window: 10_000,
            delivery_log_days: 30,
            answers_kept: 0,
            answers_kept_ms: 86_400_000,
            exception_target_days: 2,
        }
    }
}

/// A catalogue folder that cannot be used.
#[derive(Debug)]
pub struct Unsound {
    /// Every mistake of every file.
    pub faults: Vec<CatalogueFault>,
    /// The files as they were read, each a name and its text.
    pub files: Vec<(String, String)>,
}

impl Unsound {
    /// The mistakes, one a line, with file, line and remedy.
    pub fn lines(&self) -> Vec<String> {
        self.faults.iter().map(ToString::to_string).collect()
    }
}

/// Reads a catalogue folder: its `*.toml` files, of which `programmes.toml` has the programmes,
/// `credit.toml` the credit policy, `serviceability.toml` what the network can do, and the others
/// the catalogue. None: what is shipped with the program. Every mistake is said, one a line, with
/// file, line and remedy.
pub fn load_catalogue(folder: Option<&Path>) -> Result<(Catalogue, Programmes), Vec<String>> {
    read_catalogue(folder).map_err(|unsound| unsound.lines())
}

/// As [`load_catalogue`], with the mistakes in their parts.
pub fn read_catalogue(folder: Option<&Path>) -> Result<(Catalogue, Programmes), Unsound> {
    let Some(folder) = folder else {
        let none = |faults| Unsound { faults, files: Vec::new() };
        let catalogue = Catalogue::shipped().map_err(none)?;
        return Ok((catalogue, Programmes::shipped().map_err(none)?));
    };
    let files =
        read_folder(folder).map_err(|fault| Unsound { faults: vec![fault], files: Vec::new() })?;
    let named = |one: &str| text_of(&files, one);
    let programmes = named(PROGRAMMES).map_or_else(Programmes::shipped, Programmes::parse);
    let credit = named(CREDIT).map_or_else(CreditPolicy::shipped, CreditPolicy::parse);
    let service = named(SERVICEABILITY).map(ServiceTable::parse);
    let service = service.and_then(Result::err).unwrap_or_default();
    let products: Vec<_> = files.iter().filter(|(name, _)| is_product(name)).cloned().collect();
    let faults = match (Catalogue::parse(&products), programmes, credit) {
        (Ok(catalogue), Ok(programmes), Ok(credit)) => {
            let mut faults = programmes.misfits(&catalogue);
            faults.extend(service);
            if faults.is_empty() {
                return Ok((catalogue, programmes.with_credit(credit)));
            }
            faults
        }
        (catalogue, programmes, credit) => {
            let mut faults = catalogue.err().unwrap_or_default();
            faults.extend(programmes.err().unwrap_or_default());
            faults.extend(credit.err().unwrap_or_default());
            faults.extend(service);
            faults
        }
    };
    Err(Unsound { faults, files })
}

/// The table of serviceability of a catalogue folder; the shipped one where the folder has none.
pub fn load_serviceability(folder: Option<&Path>) -> Result<ServiceTable, Vec<String>> {
    let lines = |faults: Vec<CatalogueFault>| faults.iter().map(ToString::to_string).collect();
    let Some(folder) = folder else { return ServiceTable::shipped().map_err(lines) };
    let files = read_folder(folder).map_err(|fault| vec![fault.to_string()])?;
    let text = text_of(&files, SERVICEABILITY);
    text.map_or_else(ServiceTable::shipped, ServiceTable::parse).map_err(lines)
}

fn text_of<'f>(files: &'f [(String, String)], name: &str) -> Option<&'f str> {
    files.iter().find(|(file, _)| file == name).map(|(_, text)| text.as_str())
}

/// Whether a file is of the catalogue itself: prices, not who sells them, to whom, or what the
/// network can.
fn is_product(name: &str) -> bool {
    ![PROGRAMMES, CREDIT, SERVICEABILITY].contains(&name)
}

/// The files of a catalogue folder that a publication takes: all but the programmes, the credit
/// policy and the serviceability.
///
/// # Errors
/// A folder that cannot be read.
pub fn catalogue_files(folder: &Path) -> Result<Vec<(String, String)>, CatalogueFault> {
    let mut files = read_folder(folder)?;
    files.retain(|(name, _)| is_product(name));
    Ok(files)
}

fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, CatalogueFault> {
    let unreadable = |path: &Path, why: &dyn Display, remedy: &str| CatalogueFault {
        file: path.display().to_string(),
        line: 1,
        kind: FaultKind::Missing,
        message: why.to_string(),
        remedy: remedy.to_owned(),
    };
    let wrong = |path: &Path, e: std::io::Error| {
        unreadable(path, &e, "Name a folder that can be read, with a file of text for each product")
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| wrong(folder, e))? {
        let path = entry.map_err(|e| wrong(folder, e))?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|e| wrong(&path, e))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, text));
        }
    }
    files.sort();
    if files.is_empty() {
        let remedy = "Name the folder with carrier.toml and the products";
        return Err(unreadable(folder, &"there is no .toml file", remedy));
    }
    Ok(files)
}
