//! A server in a process of its own, and the commands beside it.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

fn demarc(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demarc"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEMARC_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

fn signal(child: &Child, signal: &str) {
    let told = Command::new("kill").arg(signal).arg(child.id().to_string()).status();
    assert!(told.expect("kill").success());
}

#[derive(Debug)]
pub(crate) struct Server {
    folder: TempDir,
    address: String,
    operations: String,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("demarc.toml"), CONFIG).expect("a file");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address").to_string();
        drop(free);
        let process = serve(folder.path(), &address);
        let mut server = Self { folder, address, operations: String::new(), process };
        let made = server.command("", &["credential", "add", "--role", "operations"]);
        stdout(&made).trim().clone_into(&mut server.operations);
        server
    }

    /// Where its commands run.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it answers.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn restart(&mut self) {
        signal(&self.process, "-TERM");
        assert!(self.process.wait().expect("an end").success());
        self.process = serve(self.folder.path(), &self.address);
    }

    /// The secret of another person of operations.
    pub(crate) fn operations(&self) -> String {
        stdout(&self.command("", &["credential", "add", "--role", "operations"])).trim().to_owned()
    }

    /// The secret of a new partner.
    pub(crate) fn partner(&self, programme: &str) -> String {
        let partner = self.command(
            "",
            &[
                "partner",
                "add",
                "--name",
                "Sample",
                "--programme",
                programme,
                "--tier",
                "standard",
                "--json",
            ],
        );
        let partner: Value = serde_json::from_str(&stdout(&partner)).expect("JSON");
        let id = partner["id"].as_str().expect("an id");
        let add = ["credential", "add", "--role", "partner", "--partner", id];
        stdout(&self.command("", &add)).trim().to_owned()
    }

    fn command(&self, secret: &str, arguments: &[&str]) -> Output {
        let mut command = demarc(self.folder.path(), arguments);
        let output = self.with(&mut command, secret).output().expect("it runs");
        assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
        output
    }

    fn with<'a>(&self, command: &'a mut Command, secret: &str) -> &'a mut Command {
        command.env("DEMARC_SERVER", format!("http://{}/", self.address));
        command.env("DEMARC_OPERATIONS_SECRET", &self.operations).env("DEMARC_SECRET", secret)
    }

    /// Runs a command with this secret to its end.
    pub(crate) fn run(&self, secret: &str, arguments: &[&str]) -> Output {
        let mut command = demarc(self.folder.path(), arguments);
        self.with(&mut command, secret).output().expect("it runs")
    }

    pub(crate) fn run_without_operations(&self, secret: &str, arguments: &[&str]) -> Output {
        let mut command = demarc(self.folder.path(), arguments);
        let command = self.with(&mut command, secret).env_remove("DEMARC_OPERATIONS_SECRET");
        command.output().expect("it runs")
    }

    /// Runs a command beside the test.
    pub(crate) fn spawn(&self, secret: &str, arguments: &[&str]) -> Running {
        let mut command = demarc(self.folder.path(), arguments);
        let command = self.with(&mut command, secret);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("it runs");
        let out = lines(process.stdout.take().expect("piped"));
        let err = lines(process.stderr.take().expect("piped"));
        Running { process, out, err, told: Vec::new(), said: String::new() }
    }

    /// Asks the server itself.
    pub(crate) fn get_text(&self, secret: &str, path: &str) -> String {
        self.ask(secret, reqwest::Method::GET, path, None)
    }

    pub(crate) fn get(&self, secret: &str, path: &str) -> Value {
        serde_json::from_str(&self.get_text(secret, path)).expect("JSON")
    }

    pub(crate) fn post(&self, secret: &str, path: &str, body: &Value) -> Value {
        let text = self.ask(secret, reqwest::Method::POST, path, Some(body));
        serde_json::from_str(&text).expect("JSON")
    }

    /// As operations.
    pub(crate) fn put(&self, path: &str, body: &Value) -> Value {
        let text = self.ask(&self.operations, reqwest::Method::PUT, path, Some(body));
        serde_json::from_str(&text).expect("JSON")
    }

    fn ask(
        &self,
        secret: &str,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> String {
        connect::tls::provide();
        let client = reqwest::Client::new();
        let mut request = client.request(method, format!("http://{}{path}", self.address));
        if !secret.is_empty() {
            request = request.bearer_auth(secret);
        }
        if let Some(body) = body {
            request = request.header("idempotency-key", body.to_string()).json(body);
        }
        let asked = async { request.send().await?.error_for_status()?.text().await };
        // The caller may have a runtime of its own already, which must not be blocked.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(asked).expect("an answer")
        });
        thread.join().expect("no panic")
    }
}

/// Deliveries that take seconds, and no limit on haste.
const CONFIG: &str =
    "[fulfilment]\nworking_day_ms = 100\n[limits]\ntest_per_second = 0\ntest_burst = 0\n";

fn serve(folder: &Path, address: &str) -> Child {
    let serve = ["serve", "--listen", address];
    let mut process = demarc(folder, &serve)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let log = lines(process.stderr.take().expect("piped"));
    let mut heard = String::new();
    while !heard.contains(" serving") {
        heard.push_str(&log.recv_timeout(PATIENCE).unwrap_or_else(|e| panic!("{e}: {heard}")));
        heard.push('\n');
    }
    process
}

/// A command that runs beside the test.
#[derive(Debug)]
pub(crate) struct Running {
    process: Child,
    out: Receiver<String>,
    err: Receiver<String>,
    told: Vec<String>,
    said: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Running {
    /// Waits until it says this on stderr.
    pub(crate) fn hears(&mut self, words: &str) {
        loop {
            let line = self.err.recv_timeout(PATIENCE).expect("it says more");
            self.said.push_str(&line);
            self.said.push('\n');
            if line.contains(words) {
                return;
            }
        }
    }

    /// Waits until it has told so many lines on stdout.
    pub(crate) fn tells(&mut self, lines: usize) {
        while self.told.len() < lines {
            let line = self.out.recv_timeout(PATIENCE);
            self.told.push(line.unwrap_or_else(|e| panic!("{e}: {:#?}", self.told)));
        }
    }

    /// Ctrl-C; answers the exit code.
    pub(crate) fn interrupt(&mut self) -> i32 {
        signal(&self.process, "-INT");
        let ended = self.process.wait().expect("an end");
        self.told.extend(self.out.iter());
        for line in &self.err {
            self.said.push_str(&line);
            self.said.push('\n');
        }
        ended.code().expect("it ended by itself")
    }

    pub(crate) fn lines(&self) -> &[String] {
        &self.told
    }

    pub(crate) fn said(&self) -> &str {
        &self.said
    }
}

/// Reads lines beside the test, for as long as there are some.
fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            // Nobody may listen any more; it is read on, so that the process does not wait.
            let _ = sender.send(line);
        }
    });
    lines
}
