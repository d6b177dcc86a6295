//! `demarc serve` as a process of its own, at an address that it keeps when it is started again.

use crate::database::Database;
use crate::plan::Plan;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The last lines of a server's log that are shown when something is wrong.
const KEPT: usize = 200;
/// A start or an end that takes longer is none.
const HANG: Duration = Duration::from_mins(1);

/// A server, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    program: PathBuf,
    folder: PathBuf,
    database: Database,
    listen: String,
    /// Set for every start.
    variables: Vec<(String, String)>,
    process: Option<Child>,
    log: Arc<Mutex<VecDeque<String>>>,
}

impl Server {
    /// One that works in `folder`, not yet started.
    pub(crate) fn new(plan: &Plan, folder: &Path, database: &Database) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let listen = free.local_addr().expect("an address").to_string();
        drop(free);
        let keys = format!("index {0}\nk1 {0}", "5e".repeat(32));
        Self {
            program: plan.demarc(),
            folder: folder.to_owned(),
            database: database.clone(),
            listen,
            variables: vec![("DEMARC_KEY_RING".to_owned(), keys)],
            process: None,
            log: Arc::default(),
        }
    }

    /// Starts one and waits until it serves.
    pub(crate) fn start(plan: &Plan, folder: &Path, database: &Database) -> Self {
        let mut server = Self::new(plan, folder, database);
        server.start_again();
        server
    }

    /// Sets a variable of its environment, for every start from now on.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Starts it where it was and waits until it serves; answers how long that took.
    pub(crate) fn start_again(&mut self) -> Duration {
        self.start_with(&[])
            .unwrap_or_else(|()| panic!("the server ended before it served:\n{}", self.log()))
    }

    /// The same with more variables, for this start only. An error: it ended before it served.
    pub(crate) fn start_with(&mut self, more: &[(&str, &str)]) -> Result<Duration, ()> {
        let begun = Instant::now();
        let mut process = self.spawn(more);
        let watched = watch(process.id());
        let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        // From here on it is killed with this, whatever happens.
        self.process = Some(process);
        let serving = lines.by_ref().map_while(Result::ok).any(|line| {
            let said: Option<Value> = serde_json::from_str(&line).ok();
            keep(&self.log, line);
            said.is_some_and(|said| said["message"] == "serving")
        });
        drop(watched);
        let took = begun.elapsed();
        // What else it says must not fill the pipe.
        let log = Arc::clone(&self.log);
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| keep(&log, line));
        });
        if serving { Ok(took) } else { Err(()) }
    }

    /// Starts it and kills it so long after, wherever it is by then.
    pub(crate) fn start_and_kill(&mut self, after: Duration) {
        self.process = Some(self.spawn(&[]));
        std::thread::sleep(after);
        self.kill();
    }

    fn spawn(&self, more: &[(&str, &str)]) -> Child {
        let variables = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        command(&self.program, &self.folder, &self.database)
            .args(["serve", "--listen", &self.listen])
            .env("DEMARC_LOG__FORMAT", "json")
            .envs(variables)
            .envs(more.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("demarc runs")
    }

    /// The last lines that it logged.
    pub(crate) fn log(&self) -> String {
        let log = self.log.lock().expect("no panic while it is held");
        log.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Whether it has ended by itself, and how.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut().and_then(|process| process.try_wait().expect("a child"))
    }

    /// Kills it where it stands, as `kill -9` does, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may have died already: that is what is wanted.
            let _ = process.kill();
            process.wait().expect("a child");
        }
    }

    /// Tells it to end, waits until it has, and answers how long that took.
    pub(crate) fn end(&mut self) -> Duration {
        let (ended, took) = self.end_somehow();
        assert_eq!(ended.code(), Some(0), "an orderly end:\n{}", self.log());
        took
    }

    /// The same, whether the end is orderly or not.
    pub(crate) fn end_somehow(&mut self) -> (ExitStatus, Duration) {
        let mut process = self.process.take().expect("a running server");
        let begun = Instant::now();
        let told = Command::new("kill").arg("-TERM").arg(process.id().to_string()).status();
        assert!(told.is_ok_and(|told| told.success()), "it can be told");
        let _watched = watch(process.id());
        (process.wait().expect("a child"), begun.elapsed())
    }

    /// The secret of a new operations credential.
    pub(crate) fn operations(&self) -> String {
        let right = ["--right", "reveal-tax-ids"];
        let add = ["credential", "add", "--role", "operations", "--json"];
        let made =
            command(&self.program, &self.folder, &self.database).args(add).args(right).output();
        let made = made.expect("demarc runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
        made["secret"].as_str().expect("a secret").to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills the process unless what is returned is dropped in time: nobody waits for ever.
fn watch(id: u32) -> Sender<()> {
    let (over, waiting) = mpsc::channel();
    std::thread::spawn(move || {
        let id = i32::try_from(id).ok().and_then(Pid::from_raw);
        if let (Err(RecvTimeoutError::Timeout), Some(id)) = (waiting.recv_timeout(HANG), id) {
            // It may have ended just now: that is as well.
            let _ = kill_process(id, Signal::KILL);
        }
    });
    over
}

fn keep(log: &Mutex<VecDeque<String>>, line: String) {
    let mut log = log.lock().expect("no panic while it is held");
    if log.len() == KEPT {
        log.pop_front();
    }
    log.push_back(line);
}

/// The program with its database and nothing else of this process's settings but planted faults.
fn command(program: &Path, folder: &Path, database: &Database) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEMARC_") {
            command.env_remove(name);
        }
    }
    command
        .env("DEMARC_DATABASE", database.variable())
        // The harness reaches for what it can, not for what a partner may.
        .env("DEMARC_LIMITS__TEST_PER_SECOND", "0")
        .env("DEMARC_LIMITS__CONCURRENT", "0")
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}
