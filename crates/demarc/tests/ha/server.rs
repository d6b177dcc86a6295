//! `demarc serve` as a process of its own, at an address that it keeps when it is started again.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server, killed when the test ends.
pub(crate) struct Server {
    folder: PathBuf,
    database: String,
    listen: String,
    process: Option<Child>,
}

impl Server {
    /// Starts one and waits until it serves.
    pub(crate) fn start(folder: &Path, database: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = free.local_addr().unwrap().to_string();
        drop(free);
        let (folder, database) = (folder.to_owned(), database.to_owned());
        let mut server = Self { folder, database, listen, process: None };
        server.start_again();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Starts it where it was and waits until it serves.
    pub(crate) fn start_again(&mut self) {
        let mut process = command(&self.folder, &self.database)
            .args(["serve", "--listen", &self.listen])
            .env("DEMARC_LOG__FORMAT", "json")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        loop {
            let line = log.next().expect("the server ended early").unwrap();
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
            if line["message"] == "serving" {
                break;
            }
        }
        // What else it says must not fill the pipe.
        std::thread::spawn(move || log.for_each(drop));
        self.process = Some(process);
    }

    /// Tells it to end, waits until it has, and answers how long that took.
    pub(crate) fn end(&mut self) -> Duration {
        let mut process = self.process.take().unwrap();
        let begun = Instant::now();
        let told = Command::new("kill").arg("-TERM").arg(process.id().to_string()).status();
        assert!(told.unwrap().success());
        assert_eq!(process.wait().unwrap().code(), Some(0), "an orderly end");
        begun.elapsed()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The secret of a new operations credential.
pub(crate) fn operations(folder: &Path, database: &str) -> String {
    let add = ["credential", "add", "--role", "operations", "--json"];
    let made = command(folder, database).args(add).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    made["secret"].as_str().unwrap().to_owned()
}

fn command(folder: &Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demarc"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEMARC_") {
            command.env_remove(name);
        }
    }
    command.env("DEMARC_DATABASE", database).current_dir(folder).stdin(Stdio::null());
    command
}
