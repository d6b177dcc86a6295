//! `demarc restore`: a backup into an empty place, checked before a server can start on it.

use super::backup::{apart, give_name, seconds};
use super::{Place, print, print_json};
use crate::config::Config;
use crate::failure::{Failure, Outcome, at};
use crate::figures;
use crate::stop::Stop;
use crate::wire;
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use store::audit::{Audit, audit};
use store::backup::{self, sqlite::Depth};
use store::{Engine, Sqlite, Store};
use tempfile::TempPath;

#[derive(Debug, Args)]
#[command(after_help = "\
Only into an empty place: a data folder without a database, or an empty PostgreSQL database. The
file is checked first, brought up to this program's schema, and looked through for anything that
must hold and does not (demarc doctor --deep does the same). A SQLite file gets the database's
name only after that; a PostgreSQL dump is loaded in one transaction.

Examples:
  demarc restore demarc-2026-11-22.backup --data /var/lib/demarc
  DEMARC_DATABASE=postgres://demarc:secret@db.example.com/fresh demarc restore demarc.dump

Exit codes: 0 restored and sound, 1 not restored or not sound, 2 asked for wrongly.")]
pub(super) struct Restore {
    /// A file that `demarc backup` made
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put a SQLite file in place even if something in it does not hold
    #[arg(long)]
    unsound: bool,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

impl Restore {
    pub(super) async fn run(self) -> Outcome {
        let config = self.place.load()?;
        let mut stop = Stop::listen()?;
        let begun = Instant::now();
        let restored = tokio::select! {
            restored = self.restore(&config) => restored?,
            () = stop.told() => return Err(Failure::failed("told to stop: nothing was restored")),
        };
        let took = begun.elapsed();
        let place = config.database_name();
        if self.json {
            print_json(&shape(&place, &restored, seconds(took)))?;
        } else {
            let of = |table| figures::count(restored.of(table));
            print(&format!(
                "Restored {place} in {}: {} partners, {} quotes, {} contracts, {} orders, \
                 {} events; {}",
                figures::span(took),
                of("partner"),
                of("quote"),
                of("contract"),
                of("orders"),
                of("event"),
                if restored.is_sound() { "everything holds" } else { "not everything holds" }
            ))?;
        }
        if restored.is_sound() {
            return Ok(());
        }
        let lines = restored.lines().join("\n");
        Err(Failure::failed(format!("{lines}\nthe database {place} is in place, but not sound")))
    }

    async fn restore(&self, config: &Config) -> Outcome<Audit> {
        let file = &self.file;
        let sqlite = backup::sqlite::is_file(file).map_err(|e| Failure::usage(e.to_string()))?;
        let dump = backup::postgres::is_dump(file).map_err(|e| Failure::usage(e.to_string()))?;
        let wrong = |say: &str| Err(Failure::usage(format!("{}: {say}", file.display())));
        match (&config.postgres, sqlite, dump) {
            (None, true, _) => self.file_into_folder(config).await,
            (Some(url), _, true) => {
                backup::postgres::check(file).await?;
                let into = at::<store::StoreError>(format!("database {url}"));
                backup::postgres::load(url.secret(), file).await.map_err(into)?;
                look(wire::engine(config, false).await?).await
            }
            (None, _, true) => wrong(
                "it is a backup of a PostgreSQL database: name an empty one with DEMARC_DATABASE",
            ),
            (Some(_), true, _) => {
                wrong("it is a backup of a SQLite database: name a data folder with --data instead")
            }
            _ => wrong("it is no backup: neither a SQLite database nor a dump of PostgreSQL"),
        }
    }

    /// Everything happens in a folder of its own beside; the last step gives the file its name.
    async fn file_into_folder(&self, config: &Config) -> Outcome<Audit> {
        let target = config.database();
        vacant(&target)?;
        whole(&self.file)?;
        std::fs::create_dir_all(&config.data).map_err(at(config.data.display()))?;
        let beside = tempfile::Builder::new().prefix(".restore-").tempdir_in(&config.data);
        let beside = beside.map_err(at(config.data.display()))?;
        let copy = beside.path().join("database");
        let (from, to) = (self.file.clone(), copy.clone());
        apart(move || {
            let failed = |e| store::StoreError::Unavailable(format!("{}: {e}", to.display()));
            // First as it lies there, so that what is refused costs no copy.
            backup::sqlite::check(&from, Depth::Quick)?;
            std::fs::copy(&from, &to).map_err(failed)?;
            backup::sqlite::check(&to, Depth::Deep).map(drop)
        })
        .await?;
        let engine = Sqlite::open(&copy, store::Options::default())?;
        let restored = look(Arc::new(engine)).await?;
        if !restored.is_sound() && !self.unsound {
            let lines = restored.lines().join("\n");
            return Err(Failure::failed(format!(
                "{lines}\n{}: nothing was restored, because not everything in it holds; \
                 --unsound puts it in place nevertheless",
                self.file.display()
            )));
        }
        if beside.path().join("database-wal").exists() {
            return Err(Failure::failed(format!("{}: its log was left over", copy.display())));
        }
        let copy = TempPath::try_from_path(copy).map_err(at(target.display()))?;
        give_name(copy, &target, &config.data)?;
        Ok(restored)
    }
}

/// Refuses a place that holds a database, or what is left of one.
fn vacant(target: &Path) -> Outcome {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = target.as_os_str().to_owned();
        name.push(end);
        let there = PathBuf::from(name);
        if there.symlink_metadata().is_ok() {
            return Err(Failure::usage(format!(
                "{}: it is there already, and a restore overwrites nothing; name an empty folder \
                 with --data, or move it away",
                there.display()
            )));
        }
    }
    Ok(())
}

/// Refuses a file that has a log beside it: without that it is not the whole.
fn whole(file: &Path) -> Outcome {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(Path::new(&log)).is_ok_and(|log| log.len() > 0) {
        return Err(Failure::usage(format!(
            "{}: it is the file of a database in use; make a backup of it with `demarc backup`",
            file.display()
        )));
    }
    Ok(())
}

/// Brings the schema up to date, looks through everything, and lets go of the database.
async fn look(engine: Arc<dyn Engine>) -> Outcome<Audit> {
    let store = Store::open(engine).await?;
    let found = audit(&store).await;
    store.close().await?;
    Ok(found?)
}

/// What was found, as JSON.
pub(super) fn violations(found: &Audit) -> Value {
    found
        .violated
        .iter()
        .map(|(invariant, v)| {
            json!({ "invariant": invariant.name(), "count": v.count, "first": v.first })
        })
        .collect()
}

fn shape(place: &str, restored: &Audit, seconds: Value) -> Value {
    json!({
        "database": place, "seconds": seconds, "tables": restored.rows,
        "sound": restored.is_sound(), "violations": violations(restored),
    })
}
