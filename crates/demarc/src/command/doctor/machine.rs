//! The machine below: catalogue, data folder, its disk, open files, the port.

use super::finding::Findings;
use crate::config::Config;
use crate::figures;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

/// Free space below which a warning is due, in bytes.
const LITTLE: u64 = 1 << 30;
/// Free space below which commits will soon fail.
const NONE: u64 = 64 << 20;
/// Kinds of file system that forget everything when the power goes.
const FORGETFUL: [&str; 2] = ["tmpfs", "ramfs"];
/// Kinds that another machine serves: SQLite's log needs memory that all its readers share.
const REMOTE: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "afs", "fuse.sshfs"];
/// Syncs that are measured; the middle one counts.
const SYNCS: usize = 15;
/// No disk brings a block to safety so fast without a protected cache.
const TOO_FAST: Duration = Duration::from_micros(30);
/// A commit waits for one sync: slower ones are felt.
const SLOW: Duration = Duration::from_millis(50);
/// Each connection is an open file; so are the database's.
const FEW_FILES: u64 = 4096;

pub(super) fn catalogue(config: &Config, findings: &mut Findings) {
    let folder = config.catalogue.as_deref();
    let place = folder.map_or("shipped".into(), |f| f.display().to_string());
    match app::load_catalogue(folder) {
        Ok((catalogue, _)) => {
            let say = format!("{place}, version {}, sound", catalogue.version());
            findings.ok("catalogue", say);
        }
        Err(faults) => {
            let more = if faults.len() > 1 {
                format!(" and {} more", faults.len() - 1)
            } else {
                String::new()
            };
            let first = faults.first().map_or("", String::as_str);
            let remedy = "demarc catalogue check names every fault with its line";
            findings.fault("catalogue", format!("{place}: {first}{more}"), remedy);
        }
    }
}

/// The folder of the database's file: whether it can be written, on what, with how much room, and
/// how long its disk takes to keep a block.
pub(super) fn folder(folder: &Path, findings: &mut Findings) {
    let shown = folder.display();
    if !folder.is_dir() {
        let remedy = "demarc serve makes it on its first start";
        return findings.warning("data folder", format!("{shown} is not there"), remedy);
    }
    let syncs = match syncs(folder) {
        Ok(syncs) => syncs,
        Err(e) => {
            let remedy = "give the user that the server runs as the right to write there";
            return findings.fault("data folder", format!("{shown}: {e}"), remedy);
        }
    };
    findings.ok("data folder", format!("{shown} can be written"));
    let kind = kind(folder);
    let name = kind.as_deref().unwrap_or("an unknown file system");
    if FORGETFUL.contains(&name) {
        let remedy = "move `data` to a disk";
        findings.fault("file system", format!("{name}: it is gone when the power is"), remedy);
    } else if REMOTE.contains(&name) {
        let say = format!("{name}: SQLite's log does not work across machines");
        findings.fault("file system", say, "move `data` to a local disk, or use PostgreSQL");
    } else {
        findings.ok("file system", name);
    }
    room(folder, findings);
    let shown = figures::span(syncs);
    if syncs < TOO_FAST {
        let say = format!("a sync takes {shown}: faster than a disk is");
        let remedy = "make sure that the disk's cache survives a power cut";
        findings.warning("disk sync", say, remedy);
    } else if syncs > SLOW {
        findings.warning("disk sync", format!("a sync takes {shown}"), "use a faster disk");
    } else {
        findings.ok("disk sync", format!("a sync takes {shown}"));
    }
}

/// How long a block takes to the disk.
fn syncs(folder: &Path) -> std::io::Result<Duration> {
    let mut file = tempfile::Builder::new().prefix(".demarc-doctor-").tempfile_in(folder)?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all(&[0x5a; 4096])?;
        file.as_file().sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(SYNCS / 2).copied().unwrap_or_default())
}

fn room(folder: &Path, findings: &mut Findings) {
    let Ok(state) = rustix::fs::statvfs(folder) else {
        return findings.warning("free space", "the system does not tell", "look at it with df");
    };
    let free = state.f_bavail.saturating_mul(state.f_frsize);
    let shown = format!("{} free", figures::bytes(free));
    let remedy = "make room: a commit that finds none is refused";
    if free < NONE {
        findings.fault("free space", shown, remedy);
    } else if free < LITTLE {
        findings.warning("free space", shown, remedy);
    } else {
        findings.ok("free space", shown);
    }
}

/// The kind of the file system that the folder is on: of the longest mount that leads there.
fn kind(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    kind_in(&std::fs::read_to_string("/proc/self/mounts").ok()?, &folder)
}

fn kind_in(mounts: &str, folder: &Path) -> Option<String> {
    let mount = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let place = words.next()?.replace("\\040", " ");
        let kind = words.next()?.to_owned();
        folder.starts_with(&place).then_some((place.len(), kind))
    };
    // Of two on one place the later one is on top; `max_by_key` answers the last.
    mounts.lines().filter_map(mount).max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

pub(super) fn files(findings: &mut Findings) {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let word = line.and_then(|rest| rest.split_whitespace().next()).unwrap_or("unknown");
    match word.parse::<u64>() {
        Ok(most) if most < FEW_FILES => {
            let say = format!("{word}, and each connection is one");
            let remedy = format!("raise it to {FEW_FILES} or more: `ulimit -n`, LimitNOFILE=");
            findings.warning("open files", say, remedy);
        }
        _ => findings.ok("open files", word),
    }
}

pub(super) fn port(config: &Config, findings: &mut Findings) {
    let listen = config.listen;
    match TcpListener::bind(listen) {
        Ok(_) => findings.ok("port", format!("{listen} is free")),
        Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => findings.warning(
            "port",
            format!("{listen} is taken"),
            "none if that is this server at work; else choose another with DEMARC_LISTEN",
        ),
        Err(e) => {
            findings.fault("port", format!("{listen}: {e}"), "choose another with DEMARC_LISTEN");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_tells_the_kind_and_the_last_of_two_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /var/lib tmpfs rw 0 0\n\
                      /dev/b /var/lib xfs rw 0 0\n/dev/c /var/library nfs4 rw 0 0\n";
        assert_eq!(kind_in(mounts, Path::new("/var/lib/demarc")).as_deref(), Some("xfs"));
        assert_eq!(kind_in(mounts, Path::new("/home")).as_deref(), Some("ext4"));
        assert_eq!(kind_in("", Path::new("/home")), None);
    }
}
