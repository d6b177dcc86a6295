//! A PostgreSQL server: what it is set to, judged by what is promised to partners.

use super::finding::Findings;
use store::standing::Server;

/// The oldest version that is tested.
const OLDEST: i64 = 140_000;
/// Clocks that differ by more make leases and expiries differ, in milliseconds.
const APART: u64 = 2_000;

/// Judges the server's settings. `now_ms`: this machine's clock when it was asked; `pool`: how many
/// connections one server takes.
pub(super) fn judge(server: &Server, now_ms: i64, pool: usize, findings: &mut Findings) {
    let (major, minor) = (server.version / 10_000, server.version % 10_000);
    if server.version < OLDEST {
        findings.fault("version", format!("{major}.{minor}"), "upgrade to PostgreSQL 14 or newer");
    } else {
        findings.ok("version", format!("{major}.{minor}, collation {}", server.collation));
    }
    if server.standby {
        let remedy = "name the primary, for example with target_session_attrs=read-write";
        findings.fault("primary", "this is a standby: it takes no writes", remedy);
    }
    durability(server, findings);
    if server.superuser || server.bypasses_rls {
        let what = if server.superuser { "a superuser" } else { "BYPASSRLS" };
        let remedy = "connect as a role that owns the tables and can do nothing else";
        findings.warning("role", format!("the role is {what}"), remedy);
    } else {
        findings.ok("role", "an ordinary role");
    }
    let apart = server.clock_ms.abs_diff(now_ms);
    if apart > APART {
        let remedy = "keep both clocks by NTP";
        findings.warning("clocks", format!("{apart} ms apart from the database's"), remedy);
    } else {
        findings.ok("clocks", format!("{apart} ms apart from the database's"));
    }
    let left = server.connections - server.connected;
    let say = format!("{left} of {} left, a server takes up to {pool}", server.connections);
    if left < i64::try_from(pool).unwrap_or(i64::MAX) {
        let remedy = "raise max_connections, or lower postgres.connections";
        findings.warning("connections", say, remedy);
    } else {
        findings.ok("connections", say);
    }
}

fn durability(server: &Server, findings: &mut Findings) {
    let commit = server.synchronous_commit.as_str();
    for (check, value, remedy) in [
        ("fsync", server.fsync.as_str(), "set fsync = on: a power cut may destroy the database"),
        ("synchronous_commit", commit, "set synchronous_commit = on: commits may be lost"),
        (
            "full_page_writes",
            server.full_page_writes.as_str(),
            "set full_page_writes = on: a power cut may tear pages",
        ),
    ] {
        if value == "off" {
            findings.fault(check, "off", remedy);
        } else {
            findings.ok(check, value);
        }
    }
    if server.standbys.is_empty() {
        findings.warning(
            "standbys",
            "a commit waits for no other machine: a failover could lose acknowledged orders",
            "name standbys in synchronous_standby_names, or fail over only by hand",
        );
    } else if commit == "local" {
        findings.warning(
            "standbys",
            "they are named, but synchronous_commit is local and does not wait for them",
            "set synchronous_commit = on",
        );
    } else {
        findings.ok("standbys", server.standbys.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn sound() -> Server {
        Server {
            version: 170_002,
            fsync: "on".to_owned(),
            synchronous_commit: "on".to_owned(),
            standbys: "ANY 1 (b, c)".to_owned(),
            full_page_writes: "on".to_owned(),
            collation: "C".to_owned(),
            superuser: false,
            bypasses_rls: false,
            standby: false,
            clock_ms: 5_000,
            connections: 97,
            connected: 10,
        }
    }

    fn not_ok(server: &Server) -> Vec<(&'static str, Verdict)> {
        let mut findings = Findings::default();
        judge(server, 4_500, 16, &mut findings);
        let found = findings.list.iter().filter(|f| f.verdict != Verdict::Ok);
        found.map(|f| (f.check, f.verdict)).collect()
    }

    #[test]
    fn a_server_as_it_should_be_gives_no_cause() {
        assert_eq!(not_ok(&sound()), []);
    }

    #[test]
    fn every_setting_that_breaks_a_promise_is_named() {
        let off = || "off".to_owned();
        let broken = Server {
            version: 130_001,
            fsync: off(),
            synchronous_commit: off(),
            full_page_writes: off(),
            standby: true,
            ..sound()
        };
        let named: Vec<_> = not_ok(&broken).into_iter().map(|(check, _)| check).collect();
        let all = ["version", "primary", "fsync", "synchronous_commit", "full_page_writes"];
        assert_eq!(named, all);
        assert!(not_ok(&broken).iter().all(|(_, verdict)| *verdict == Verdict::Fault));
    }

    #[test]
    fn what_works_but_is_not_wise_is_a_warning() {
        let doubtful = Server {
            standbys: String::new(),
            superuser: true,
            clock_ms: 10_000,
            connected: 90,
            ..sound()
        };
        let named = not_ok(&doubtful);
        let all = ["standbys", "role", "clocks", "connections"];
        assert_eq!(named, all.map(|check| (check, Verdict::Warning)));
        let local = Server { synchronous_commit: "local".to_owned(), ..sound() };
        assert_eq!(not_ok(&local), [("standbys", Verdict::Warning)]);
    }
}
