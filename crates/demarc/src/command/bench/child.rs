//! Servers in processes of their own, as `demarc serve` starts them.

use super::base::Database;
use super::process;
use crate::client::Client;
use crate::failure::{Failure, Outcome, at};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How soon `demarc serve` answers, and how much it holds when idle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Starts {
    /// With a database to be made.
    pub(super) first: Duration,
    /// With a database that is there.
    pub(super) again: Duration,
    pub(super) idle_rss: Option<u64>,
    /// Size of the program's file, in bytes.
    pub(super) binary: u64,
}

/// A server that is not ready by then never will be.
const LONGEST: Duration = Duration::from_secs(30);

/// The server is measured, not what it lets in, and delivery takes no time.
const UNLIMITED: [(&str, &str); 9] = [
    ("DEMARC_FULFILMENT__WORKING_DAY_MS", "0"),
    ("DEMARC_LIMITS__TEST_PER_SECOND", "0"),
    ("DEMARC_LIMITS__TEST_BURST", "0"),
    ("DEMARC_LIMITS__CONCURRENT", "0"),
    ("DEMARC_LIMITS__WAITING", "0"),
    ("DEMARC_LIMITS__IN_FLIGHT", "0"),
    ("DEMARC_LIMITS__WAITING_IN_FLIGHT", "0"),
    ("DEMARC_LIMITS__OLDEST_MS", "0"),
    ("DEMARC_LOG__FILTER", "error"),
];

/// The process; killed when nobody holds it any more.
#[derive(Debug)]
pub(super) struct Served {
    process: Child,
    /// Without a slash at its end.
    pub(super) url: String,
}

impl Served {
    /// A server for load.
    pub(super) async fn start(database: &Database, folder: &Path) -> Outcome<Self> {
        start(database, folder, &UNLIMITED).await.map(|(_, served)| served)
    }

    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts it twice on one file.
pub(super) async fn measure(folder: &Path) -> Outcome<Starts> {
    let program = std::env::current_exe().map_err(at("this program"))?;
    let binary = std::fs::metadata(&program).map_err(at(program.display()))?.len();
    let data = Database::in_folder(folder)?;
    let (first, served) = start(&data, folder, &[]).await?;
    drop(served);
    let (again, served) = start(&data, folder, &[]).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(Starts { first, again, idle_rss: process::rss(served.id()), binary })
}

async fn start(
    database: &Database,
    folder: &Path,
    settings: &[(&str, &str)],
) -> Outcome<(Duration, Served)> {
    let program = std::env::current_exe().map_err(at("this program"))?;
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr());
    let address = free.map_err(at("a free port"))?.to_string();
    let mut command = Command::new(&program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEMARC_") {
            command.env_remove(name);
        }
    }
    command.envs(settings.iter().copied()).args(["serve", "--listen", &address]);
    match &database.url {
        Some(url) => command.env("DEMARC_DATABASE", url),
        None => command.arg("--data").args(database.folder.as_ref().map(tempfile::TempDir::path)),
    };
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(if settings.is_empty() { Stdio::null() } else { Stdio::inherit() });
    let url = format!("http://{address}");
    let client = Client::new(&url, "", 0)?;
    let begun = Instant::now();
    let process = command.spawn().map_err(at(program.display()))?;
    let mut served = Served { process, url };
    loop {
        if client.get("/readyz").await.is_ok_and(|answer| answer.status.as_u16() == 200) {
            return Ok((begun.elapsed(), served));
        }
        if let Some(status) = served.process.try_wait().map_err(at("demarc serve"))? {
            return Err(Failure::failed(format!("demarc serve ended early: {status}")));
        }
        if begun.elapsed() > LONGEST {
            return Err(Failure::failed("demarc serve is not ready after 30 s"));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
