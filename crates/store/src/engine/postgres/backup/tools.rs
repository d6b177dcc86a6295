//! PostgreSQL's own programs: finding one that is new enough, and running it.

use crate::StoreError;
use crate::backup::refuse;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// Debian keeps each version in a folder of its own.
const DEBIAN: &str = "/usr/lib/postgresql";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Dump,
    Restore,
}

impl Program {
    const fn name(self) -> &'static str {
        match self {
            Self::Dump => "pg_dump",
            Self::Restore => "pg_restore",
        }
    }
}

/// A program that was found.
#[derive(Debug)]
pub(super) struct Tool {
    path: PathBuf,
    pub(super) major: u32,
}

impl Tool {
    /// The oldest that is not older than the server: a newer one works too, but writes what an
    /// older server may not read. Without a server (zero) the newest, which reads every file.
    pub(super) async fn find(program: Program, least: u32) -> Result<Self, StoreError> {
        let mut newest = None;
        let mut fit: Option<Self> = None;
        for path in candidates(program.name()) {
            let Some(major) = major(&path).await else { continue };
            newest = newest.max(Some(major));
            let better =
                |fit: &Self| if least == 0 { major > fit.major } else { major < fit.major };
            if major >= least && fit.as_ref().is_none_or(better) {
                fit = Some(Self { path, major });
            }
        }
        let need = if least == 0 { String::new() } else { format!("-{least}") };
        let remedy = format!(
            "install PostgreSQL's client programs (Debian: `apt-get install \
             postgresql-client{need}`) or put their folder on the PATH"
        );
        fit.ok_or_else(|| match newest {
            Some(found) => {
                let say = format!("version {found} is older than the server ({least}): {remedy}");
                refuse(program.name(), &say)
            }
            None => refuse(program.name(), &format!("it is not on this machine: {remedy}")),
        })
    }

    /// The program, told where the database is by its environment alone.
    pub(super) fn command(&self, config: &Config) -> Command {
        let mut command = Command::new(&self.path);
        for (name, _) in std::env::vars_os() {
            // A setting of somebody else's database must not slip in.
            if name.to_string_lossy().starts_with("PG") || name == "DEMARC_DATABASE" {
                command.env_remove(name);
            }
        }
        command.envs(environment(config)).env("LC_ALL", "C").kill_on_drop(true);
        command.stdin(Stdio::null());
        command
    }
}

fn candidates(name: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin").join(name));
    on_path.chain(debian).filter(|path| path.is_file()).collect()
}

/// `pg_dump (PostgreSQL) 15.8 (Debian …)` is 15.
async fn major(path: &Path) -> Option<u32> {
    let said = Command::new(path).arg("--version").stdin(Stdio::null()).output().await.ok()?;
    parse_major(&String::from_utf8_lossy(&said.stdout))
}

fn parse_major(said: &str) -> Option<u32> {
    let version = said.split("(PostgreSQL) ").nth(1)?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The same database for libpq.
fn environment(config: &Config) -> Vec<(&'static str, String)> {
    let mut set = Vec::new();
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) => folder.display().to_string(),
        })
        .collect();
    let ports: Vec<String> = config.get_ports().iter().map(ToString::to_string).collect();
    let addresses: Vec<String> = config.get_hostaddrs().iter().map(ToString::to_string).collect();
    for (name, list) in [("PGHOST", hosts), ("PGHOSTADDR", addresses), ("PGPORT", ports)] {
        if !list.is_empty() {
            set.push((name, list.join(",")));
        }
    }
    if let Some(password) = config.get_password() {
        set.push(("PGPASSWORD", String::from_utf8_lossy(password).into_owned()));
    }
    let texts = [
        ("PGUSER", config.get_user()),
        ("PGDATABASE", config.get_dbname()),
        ("PGOPTIONS", config.get_options()),
    ];
    set.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text?.to_owned()))));
    set.push(("PGCONNECT_TIMEOUT", "10".to_owned()));
    let mode = match config.get_ssl_mode() {
        SslMode::Disable => "disable",
        SslMode::Require => "require",
        _ => "prefer",
    };
    set.push(("PGSSLMODE", mode.to_owned()));
    set
}

/// Runs it to its end; answers what it printed. What it complained of is the error.
pub(super) async fn run(mut command: Command, program: Program) -> Result<String, StoreError> {
    let ended = command.output().await.map_err(|e| refuse(program.name(), &e.to_string()))?;
    if ended.status.success() {
        return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    let first: Vec<&str> = said.lines().take(5).collect();
    let say = if first.is_empty() { ended.status.to_string() } else { first.join("; ") };
    Err(refuse(program.name(), &say))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_the_program_says() {
        assert_eq!(parse_major("pg_dump (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("pg_restore (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_major("something else 9\n"), None);
    }

    #[test]
    fn who_and_where_go_into_the_environment() {
        let url = "postgres://demarc:hunter2@db.example.com:5433/orders?options=-c%20a%3Db";
        let set = environment(&url.parse().unwrap());
        for (name, value) in [
            ("PGHOST", "db.example.com"),
            ("PGPORT", "5433"),
            ("PGUSER", "demarc"),
            ("PGPASSWORD", "hunter2"),
            ("PGDATABASE", "orders"),
            ("PGOPTIONS", "-c a=b"),
            ("PGSSLMODE", "prefer"),
        ] {
            assert!(set.contains(&(name, value.to_owned())), "{name} is not {value}");
        }
    }

    #[tokio::test]
    async fn a_server_newer_than_every_program_is_named_with_the_remedy() {
        let said = Tool::find(Program::Dump, 99).await.unwrap_err().to_string();
        assert!(said.contains("pg_dump") && said.contains("postgresql-client-99"), "{said}");
    }
}
