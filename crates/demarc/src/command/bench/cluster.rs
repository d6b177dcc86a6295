//! A private PostgreSQL for a bench: of the system's own programs, in a folder of its own, reached
//! by its Unix socket only. It ends with this process, however that ends.

use crate::failure::{Failure, Outcome, at};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Runs until its standard input ends. Everything of importance is as PostgreSQL ships it, fsync
/// too.
const KEEPER: &str = r#"
set -u
bin="$1"
dir=$(mktemp -d "$2/demarc-bench-pg.XXXXXX") || exit 1
export LC_ALL=C
control() { "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" "$@" >>"$dir/control" 2>&1; }
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C >"$dir/control" 2>&1 &&
cat >>"$dir/data/postgresql.conf" <<CONF &&
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 200
CONF
control -w start && echo "$dir" || { tail -n 3 "$dir/control" "$dir/log" >&2; rm -rf "$dir"; exit 1; }
cat >/dev/null
control -m immediate stop
rm -rf "$dir"
"#;

#[derive(Debug)]
pub(super) struct Cluster {
    keeper: Child,
    pub(super) url: String,
}

impl Cluster {
    /// Starts it below `folder`.
    pub(super) fn start(folder: &Path) -> Outcome<Self> {
        let bin = programs().ok_or_else(|| {
            Failure::failed(
                "--private-postgres: there is no initdb, neither in /usr/lib/postgresql nor on \
                 the PATH; install PostgreSQL 14 or newer, or name a server with --database",
            )
        })?;
        let root = rustix::process::geteuid().is_root();
        // PostgreSQL refuses to run as root.
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        // An interrupt at the terminal is for the bench; the keeper sees its end.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let folder = std::path::absolute(folder).map_err(at(folder.display()))?;
        command.args(["-c", KEEPER, "keeper"]).arg(bin).arg(folder).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = command.spawn().map_err(at("--private-postgres: sh"))?;
        let mut line = String::new();
        if let Some(said) = keeper.stdout.take() {
            BufReader::new(said).read_line(&mut line).map_err(at("--private-postgres"))?;
        }
        let place = line.trim_end();
        if place.is_empty() {
            // It has said why on stderr. An end that cannot be waited for changes nothing.
            let _ = keeper.wait();
            return Err(Failure::failed("--private-postgres: PostgreSQL did not start"));
        }
        let url = format!("postgres://postgres@{}/postgres", place.replace('/', "%2F"));
        Ok(Self { keeper, url })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It ends by itself now; waiting only makes sure that its folder is gone.
        let _ = self.keeper.wait();
    }
}

/// The folder of `initdb`. Debian keeps each version in one of its own.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|v| Some((v.file_name().to_str()?.parse::<u32>().ok()?, v.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .max();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || std::env::split_paths(&path).find(|bin| bin.join("initdb").exists());
    newest.map(|(_, bin)| bin).or_else(on_path)
}
