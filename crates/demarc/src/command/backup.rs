//! `demarc backup`: one file with everything that the database holds, taken beside a running
//! server. What goes into it is the store's; here is where it lies and what is said of it.

use super::{Place, print, print_json, table};
use crate::config::Config;
use crate::failure::{Failure, Outcome, at};
use crate::figures;
use crate::stop::Stop;
use clap::Args;
use serde_json::{Map, Value, json};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use store::StoreError;
use store::backup::{self, Copied};
use tempfile::TempPath;

#[derive(Debug, Args)]
#[command(after_help = "\
The server goes on serving. The file is one moment of the database; it is written under another
name beside FILE, read and checked, brought to the disk, and only then called FILE. A FILE that
is there is never overwritten.

SQLite: a copy without free space. PostgreSQL: `pg_dump` in its custom format, which must be on
this machine and not older than the server. Configuration and catalogue are not in it.

Examples:
  demarc backup /var/backups/demarc-2026-11-22.backup
  DEMARC_DATABASE=postgres://demarc:secret@db.example.com/demarc demarc backup demarc.dump --json

docs/backup.md: schedules, what may be lost between copies, continuous protection.")]
pub(super) struct Backup {
    /// The file to make
    #[arg(value_name = "FILE", required_unless_present = "to")]
    file: Option<PathBuf>,
    /// The same, by name
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    to: Option<PathBuf>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

impl Backup {
    pub(super) async fn run(self) -> Outcome {
        let config = self.place.load()?;
        let Some(file) = self.file.or(self.to) else {
            return Err(Failure::usage("name the file to make"));
        };
        let folder = folder(&file)?;
        let mut stop = Stop::listen()?;
        let begun = Instant::now();
        // Made for its owner alone, and removed if anything goes wrong.
        let partial = tempfile::Builder::new().prefix(".demarc-backup-").tempfile_in(&folder);
        let partial = partial.map_err(at(folder.display()))?.into_temp_path();
        let copied = tokio::select! {
            copied = copy(&config, &partial) => copied?,
            () = stop.told() => return Err(Failure::failed("told to stop: no backup was made")),
        };
        give_name(partial, &file, &folder)?;
        let took = begun.elapsed();
        if self.json {
            return print_json(&shape(&config, &file, &copied, took));
        }
        eprintln!(
            "Backed up {} to {}: {} in {}. Restore: demarc restore {} --data DIR",
            config.database_name(),
            file.display(),
            figures::bytes(copied.bytes),
            figures::span(took),
            file.display()
        );
        let mut rows = table(&["table", "rows"]);
        for (name, count) in &copied.tables {
            rows.add_row([name.clone(), figures::count(*count)]);
        }
        print(&rows.to_string())
    }
}

/// The folder that the file will be in, if the file can be made there.
fn folder(file: &Path) -> Outcome<PathBuf> {
    if file.symlink_metadata().is_ok() {
        let say = format!("{}: it is there already; a backup overwrites nothing", file.display());
        return Err(Failure::usage(say));
    }
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
    if folder.is_dir() {
        Ok(folder)
    } else {
        Err(Failure::usage(format!("{}: there is no such folder", folder.display())))
    }
}

async fn copy(config: &Config, partial: &Path) -> Outcome<Copied> {
    if let Some(url) = &config.postgres {
        let dumped = backup::postgres::dump(url.secret(), partial).await;
        return dumped.map_err(at(format!("database {url}")));
    }
    let database = config.database();
    if !database.exists() {
        let say = format!("{}: there is no database", database.display());
        return Err(Failure::usage(say));
    }
    let partial = partial.to_owned();
    Ok(apart(move || {
        backup::sqlite::copy(&database, &partial)?;
        backup::sqlite::check(&partial, backup::sqlite::Depth::Deep)
    })
    .await?)
}

/// Does what blocks on a thread that nobody waits for at the end: who is told to stop goes.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (done, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // Whoever asked may be gone.
        let _ = done.send(work());
    });
    answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("it broke off".to_owned())))
}

/// Gives a finished file its name, unless somebody else has taken it meanwhile; durably.
pub(super) fn give_name(partial: TempPath, file: &Path, folder: &Path) -> Outcome {
    File::open(&partial).and_then(|f| f.sync_all()).map_err(at(file.display()))?;
    partial.persist_noclobber(file).map_err(|e| at(file.display())(e.error))?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(at(folder.display()))
}

fn shape(config: &Config, file: &Path, copied: &Copied, took: Duration) -> Value {
    let tables: Map<String, Value> =
        copied.tables.iter().map(|(name, rows)| (name.clone(), json!(rows))).collect();
    json!({
        "database": config.database_name(), "file": file.display().to_string(),
        "bytes": copied.bytes, "seconds": seconds(took), "schema": copied.schema,
        "tables": tables,
    })
}

/// With three decimals.
pub(super) fn seconds(time: Duration) -> Value {
    let ms = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    json!(f64::from(ms) / 1000.0)
}
