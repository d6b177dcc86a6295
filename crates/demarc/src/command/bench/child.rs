//! A server in a process of its own: how soon it answers, how much it holds when idle.

use super::process;
use crate::client::Client;
use crate::failure::{Failure, Outcome, at};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What was measured of `demarc serve`.
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

/// The process; killed when nobody holds it any more.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it twice on one folder.
pub(super) async fn measure(folder: &Path) -> Outcome<Starts> {
    let program = std::env::current_exe().map_err(at("this program"))?;
    let binary = std::fs::metadata(&program).map_err(at(program.display()))?.len();
    let data = folder.join("served");
    let (first, served) = start(&program, folder, &data).await?;
    drop(served);
    let (again, served) = start(&program, folder, &data).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle_rss = process::rss(served.0.id());
    Ok(Starts { first, again, idle_rss, binary })
}

async fn start(program: &Path, folder: &Path, data: &Path) -> Outcome<(Duration, Served)> {
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr());
    let address = free.map_err(at("a free port"))?.to_string();
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEMARC_") {
            command.env_remove(name);
        }
    }
    command.args(["serve", "--listen", &address, "--data"]).arg(data);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let client = Client::new(&format!("http://{address}"), "", 0)?;
    let begun = Instant::now();
    let mut served = Served(command.spawn().map_err(at(program.display()))?);
    loop {
        if client.get("/readyz").await.is_ok_and(|answer| answer.status.as_u16() == 200) {
            return Ok((begun.elapsed(), served));
        }
        if let Some(status) = served.0.try_wait().map_err(at("demarc serve"))? {
            return Err(Failure::failed(format!("demarc serve ended early: {status}")));
        }
        if begun.elapsed() > LONGEST {
            return Err(Failure::failed("demarc serve is not ready after 30 s"));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
