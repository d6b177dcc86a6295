//! The shim between a server and its disk, as the harness sees it: how it is loaded, its switches,
//! and what it wrote down.

#[path = "../shim/src/format.rs"]
pub(crate) mod format;

use crate::plan::Plan;
use crate::server::Server;
use format::{HEAD, switch};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Loads it into every process that this server is from now on.
pub(crate) fn load(server: Server, plan: &Plan, watched: &Path) -> Server {
    let library = plan.built("libdemarc_shim.so");
    server.with("LD_PRELOAD", text(&library)).with(format::FOLDER, text(watched))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of plain letters")
}

/// A fault that is to happen on a disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) call: u64,
    pub(crate) which: u64,
    /// The first call that fails, counted from one.
    pub(crate) nth: u64,
    /// And every later one too, until it is healed.
    pub(crate) on: bool,
}

/// The switches of one server.
#[derive(Debug)]
pub(crate) struct Switches {
    path: PathBuf,
    file: File,
}

impl Switches {
    pub(crate) fn new(path: PathBuf) -> Self {
        let file = File::options().read(true).write(true).create_new(true).open(&path);
        let switches = Self { path, file: file.expect("a file of switches") };
        (0..switch::WORDS).for_each(|word| switches.set(word, 0));
        switches
    }

    pub(crate) fn path(&self) -> &str {
        text(&self.path)
    }

    fn set(&self, word: usize, value: u64) {
        self.file.write_all_at(&value.to_ne_bytes(), word as u64 * 8).expect("a switch");
    }

    fn get(&self, word: usize) -> u64 {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, word as u64 * 8).expect("a switch");
        u64::from_ne_bytes(bytes)
    }

    /// From now on this happens.
    pub(crate) fn break_with(&self, fault: Fault) {
        self.set(switch::CALL, 0);
        self.set(switch::WHICH, fault.which);
        self.set(switch::NTH, fault.nth);
        self.set(switch::ON, u64::from(fault.on));
        self.set(switch::SEEN, 0);
        self.set(switch::STRUCK, 0);
        self.set(switch::CALL, fault.call);
    }

    /// From now on files may grow by so many bytes in all.
    pub(crate) fn fill(&self, room: u64) {
        self.set(switch::ROOM, room);
        self.set(switch::REFUSED, 0);
        self.set(switch::LIMITED, 1);
    }

    /// From now on nothing fails.
    pub(crate) fn heal(&self) {
        self.set(switch::CALL, 0);
        self.set(switch::LIMITED, 0);
    }

    /// How many calls failed since it was told to break, or found no room since it was filled.
    pub(crate) fn struck(&self) -> u64 {
        self.get(switch::STRUCK) + self.get(switch::REFUSED)
    }

    /// Forgets what failed before.
    pub(crate) fn forget(&self) {
        self.set(switch::STRUCK, 0);
        self.set(switch::REFUSED, 0);
    }
}

/// One thing that happened to a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// Where it stands in the journal.
    pub(crate) at: u64,
    pub(crate) kind: u8,
    /// Monotonic nanoseconds.
    pub(crate) moment: u64,
    pub(crate) number: u64,
    pub(crate) name: &'a str,
    pub(crate) bytes: &'a [u8],
}

/// Reads a journal. Its last record may be torn, by the death of its process, and is none then: the
/// call that it tells of had not returned.
pub(crate) fn entries(journal: &[u8]) -> Vec<Entry<'_>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some((entry, length)) = entry(journal, at) {
        all.push(entry);
        at += length;
    }
    all
}

fn entry(journal: &[u8], at: usize) -> Option<(Entry<'_>, usize)> {
    let rest = &journal[at..];
    let head = rest.get(..HEAD)?;
    let long = |from: usize| u64::from_le_bytes(head[from..from + 8].try_into().expect("eight"));
    let name = usize::from(u16::from_le_bytes(head[1..3].try_into().expect("two")));
    let bytes = u32::from_le_bytes(head[19..23].try_into().expect("four")) as usize;
    let length = HEAD + name + bytes;
    let (name, bytes) = rest.get(HEAD..length)?.split_at(name);
    let name = std::str::from_utf8(name).expect("a journal that makes sense");
    let (kind, at) = (head[0], at as u64);
    Some((Entry { at, kind, moment: long(3), number: long(11), name, bytes }, length))
}
