//! Settings that actions use, and the carrier's files read at start.

use domain::catalogue::Catalogue;
use domain::programme::Programmes;
use serde::{Deserialize, Serialize};
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
    /// Days that the log of a finished webhook delivery is kept.
    pub delivery_log_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            idempotency_days: 30,
            lease_ms: 60_000,
            connector_timeout_ms: 20_000,
            jobs_at_once: 32,
            endpoints_at_once: 256,
            delivery_log_days: 30,
        }
    }
}

/// Reads a catalogue folder: its `*.toml` files, of which `programmes.toml` has the programmes
/// and the others the catalogue. None: what is shipped with the program. Every mistake is said,
/// one a line, with file, line and remedy.
pub fn load_catalogue(folder: Option<&Path>) -> Result<(Catalogue, Programmes), Vec<String>> {
    let Some(folder) = folder else {
        let catalogue = Catalogue::shipped().map_err(|f| f.iter().map(line).collect::<Vec<_>>())?;
        return Ok((catalogue, Programmes::shipped()?));
    };
    let mut faults = Vec::new();
    let mut files = read_folder(folder)?;
    let at = files.iter().position(|(name, _)| name == PROGRAMMES);
    let programmes = match at.map(|at| files.swap_remove(at)) {
        Some((_, text)) => Programmes::parse(&text),
        None => Programmes::shipped(),
    };
    let programmes = programmes
        .map_err(|f| faults.extend(f.into_iter().map(|f| format!("{PROGRAMMES}: {f}"))))
        .ok();
    let catalogue = Catalogue::parse(&files).map_err(|f| faults.extend(f.iter().map(line))).ok();
    match (catalogue, programmes) {
        (Some(catalogue), Some(programmes)) => {
            let faults = unknown_offerings(&catalogue, &programmes);
            if faults.is_empty() { Ok((catalogue, programmes)) } else { Err(faults) }
        }
        _ => Err(faults),
    }
}

const PROGRAMMES: &str = "programmes.toml";

fn line(fault: &domain::catalogue::CatalogueFault) -> String {
    format!("{}:{}: {}. {}", fault.file, fault.line, fault.message, fault.remedy)
}

fn unknown_offerings(catalogue: &Catalogue, programmes: &Programmes) -> Vec<String> {
    let unknown = programmes.all().iter().flat_map(|p| {
        let missing = p.offerings.iter().filter(|o| catalogue.offering(o).is_none());
        missing
            .map(|o| format!("{PROGRAMMES}: programme {} sells {o}, which no file offers", p.code))
    });
    unknown.collect()
}

fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Vec<String>> {
    let wrong = |path: &Path, e: std::io::Error| vec![format!("{}: {e}", path.display())];
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
        return Err(vec![format!("{}: there is no .toml file", folder.display())]);
    }
    Ok(files)
}
