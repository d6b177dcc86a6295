//! A private PostgreSQL for tests: a cluster in a temporary folder, reached by its Unix socket
//! (and, if a test asks for it, a loopback port), that ends with the test program, however that
//! ends. Databases belong to a plain role, whom row-level security holds. Not for anything but
//! tests.
//!
//! The server's programs are taken from the system. If they are missing, root installs them with
//! `apt-get`, and anybody else unpacks the same packages into a folder of the build. Nothing is
//! skipped: where neither works, the tests fail and say what to install.

mod patroni;
mod unpack;
mod until;

pub use patroni::{NODES, Patroni, TTL};
pub use until::until;

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// Runs the cluster and obeys one word a line, answering each with a line. It lives as long as its
/// standard input: when the test program ends, it stops the server by the id in the cluster's own
/// folder and removes the folder. `fsync` stays on.
const KEEPER: &str = r#"
set -u
umask 077
bin="$1"
tcp="$2"
dir=$(mktemp -d "${TMPDIR:-/tmp}/pgtest.XXXXXX") || exit 1
export LC_ALL=C
control() { "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" "$@" >>"$dir/control" 2>&1; }
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/control" 2>&1 &&
cat >>"$dir/data/postgresql.conf" <<CONF &&
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 300
shared_buffers = 64MB
CONF
if [ -n "$tcp" ]; then
  printf 'port = %s\nlisten_addresses = %s\n' "$tcp" "'127.0.0.1'" >>"$dir/data/postgresql.conf"
fi &&
if [ -n "$3" ]; then
  printf '%s' "$3" >"$dir/data/server.crt" && printf '%s' "$4" >"$dir/data/server.key" &&
  echo 'ssl = on' >>"$dir/data/postgresql.conf"
fi &&
control -w start &&
"$bin/psql" -h "$dir" -p "${tcp:-5432}" -U postgres -q -c 'create role demarc login' postgres && echo "$dir" || { tr '\n' ' ' <"$dir/control" >&2; cat "$dir/log" >&2; rm -rf "$dir"; exit 1; }
while read -r word; do
  case "$word" in
    crash) control -m immediate stop ;;
    stop) control -m fast stop ;;
    start) control -w start ;;
  esac && echo done || echo failed
done
control -m immediate stop
rm -rf "$dir"
"#;

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    folder: String,
    /// None: the Unix socket only.
    port: Option<u16>,
    keeper: Mutex<Keeper>,
    databases: AtomicU32,
}

#[derive(Debug)]
struct Keeper {
    _process: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// The one cluster that all the tests of this program share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A cluster of its own, for a test that ends or crashes it.
    pub fn start() -> Self {
        Self::start_with(None, ("", ""))
    }

    /// A cluster that also listens on a port of 127.0.0.1: with TLS, if there are a certificate
    /// and its key (PEM), plain if they are empty.
    pub fn on_loopback(certificate: &str, key: &str) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        Self::start_with(Some(free.expect("a free port").port()), (certificate, key))
    }

    fn start_with(port: Option<u16>, (certificate, key): (&str, &str)) -> Self {
        let bin = programs();
        let port_text = port.map_or_else(String::new, |p| p.to_string());
        let arguments = [bin.clone().into(), port_text.into(), certificate.into(), key.into()];
        let (keeper, folder) = Keeper::start(KEEPER, &arguments);
        Self { bin, folder, port, keeper: Mutex::new(keeper), databases: AtomicU32::new(0) }
    }

    /// The URL of a fresh, empty database.
    pub fn database(&self) -> String {
        self.database_with(&["--template=template0"])
    }

    /// The URL of a fresh database with what another holds, to which nobody is connected. It is
    /// waited for some seconds until nobody is.
    pub fn like(&self, url: &str) -> String {
        let name = url.rsplit('/').next().unwrap_or_default();
        self.database_with(&[&format!("--template={name}")])
    }

    /// The same with arguments of `createdb`.
    pub fn database_with(&self, arguments: &[&str]) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = Command::new(self.bin.join("createdb"))
            .args(["-h", &self.folder, "-U", "postgres", "-O", "demarc"])
            .args(["-p", &self.port.unwrap_or(5432).to_string()])
            .args(arguments)
            .arg(&name)
            .output()
            .expect("createdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        self.url(&name)
    }

    /// The URL of a fresh database that holds what another holds now, whoever is connected to it.
    pub fn copy(&self, url: &str) -> String {
        let copy = self.database();
        let mut dump = Command::new(self.bin.join("pg_dump"))
            .arg("-d")
            // Row-level security lets its owner dump nothing.
            .arg(Self::as_superuser(url))
            .stdout(Stdio::piped())
            .spawn()
            .expect("pg_dump runs");
        let dumped = dump.stdout.take().expect("a pipe");
        let filled = Command::new(self.bin.join("psql"))
            .args(["-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", &copy])
            .stdin(dumped)
            .status();
        assert!(dump.wait().expect("it ends").success(), "pg_dump of {url} failed");
        assert!(filled.is_ok_and(|status| status.success()), "psql into {copy} failed");
        copy
    }

    /// The URL of a database of this cluster, by the Unix socket.
    pub fn url(&self, name: &str) -> String {
        let port = self.port.map_or_else(String::new, |port| format!(":{port}"));
        format!("postgres://demarc@{}{port}/{name}", self.folder.replace('/', "%2F"))
    }

    /// The same database by the loopback port, under one of its names.
    pub fn by_port(&self, url: &str, host: &str) -> String {
        let name = url.rsplit('/').next().unwrap_or_default();
        let port = self.port.expect("a cluster that listens on a port");
        format!("postgres://demarc@{host}:{port}/{name}")
    }

    /// The URL for who is held by nothing.
    pub fn as_superuser(url: &str) -> String {
        url.replacen("//demarc@", "//postgres@", 1)
    }

    /// Ends the server as a power cut would, leaving its files as they are.
    pub fn crash(&self) {
        self.say("crash");
    }

    /// Ends the server in order, disconnecting everybody.
    pub fn stop(&self) {
        self.say("stop");
    }

    /// Starts the server again.
    pub fn start_again(&self) {
        self.say("start");
    }

    fn say(&self, word: &str) {
        self.keeper.lock().expect("no test broke off while it spoke").say(word);
    }
}

impl Keeper {
    /// Runs a script with its arguments as an ordinary user, and answers it with its first line.
    fn start(script: &str, arguments: &[OsString]) -> (Self, String) {
        // PostgreSQL refuses to run as root.
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", script, "keeper"]).args(arguments).current_dir("/");
        #[cfg(unix)]
        {
            // An interrupt at the terminal is for the test program; the keeper sees its end.
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell that runs as an ordinary user");
        let words = process.stdin.take().expect("a pipe");
        let mut answers = BufReader::new(process.stdout.take().expect("a pipe"));
        let first = line(&mut answers);
        assert!(!first.is_empty(), "PostgreSQL did not start; its own words are above");
        (Self { _process: process, words, answers }, first)
    }

    /// Tells it a word, and waits until it is done.
    fn say(&mut self, word: &str) {
        writeln!(self.words, "{word}").expect("the keeper listens");
        assert_eq!(line(&mut self.answers), "done", "PostgreSQL does not {word}");
    }
}

fn line(answers: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    answers.read_line(&mut line).expect("a line");
    line.trim_end().to_owned()
}

/// The folder of `initdb` and its like.
pub fn programs() -> PathBuf {
    static FOUND: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut found = FOUND.lock().expect("no test broke off while it looked");
    if let Some(found) = &*found {
        return found.clone();
    }
    let here = installed().unwrap_or_else(|| {
        if is_root() {
            install();
            installed().expect("initdb after installing PostgreSQL")
        } else {
            unpack::programs()
        }
    });
    *found = Some(here.clone());
    here
}

/// Debian keeps each version in a folder of its own; elsewhere they are on the PATH.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|v| Some((v.file_name().to_str()?.parse::<u32>().ok()?, v.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .max();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || {
        std::env::split_paths(&path)
            .find(|p| p.join("initdb").exists() && p.join("pg_ctl").exists())
    };
    newest.map(|(_, bin)| bin).or_else(on_path)
}

fn install() {
    let apt = |arguments: &[&str]| {
        let ended = Command::new("apt-get")
            .args(["-q", "-y", "-o", "DPkg::Lock::Timeout=300"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null())
            .status();
        assert!(
            ended.is_ok_and(|status| status.success()),
            "these tests need PostgreSQL, and `apt-get {}` failed",
            arguments.join(" ")
        );
    };
    apt(&["update"]);
    apt(&["install", "--no-install-recommends", "postgresql"]);
}

fn is_root() -> bool {
    #[cfg(unix)]
    {
        // Asked of a file that belongs to whoever we are; there is no safe call for it in std.
        use std::os::unix::fs::MetadataExt;
        Path::new("/proc/self").metadata().is_ok_and(|me| me.uid() == 0)
    }
    #[cfg(not(unix))]
    {
        false
    }
}
