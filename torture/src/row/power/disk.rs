//! A disk as a power cut leaves it: of each file what was synced, and of what came later whatever
//! part the dice say.

use crate::shim::Entry;
use crate::shim::format::kind;
use fastrand::Rng;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// The files of one folder, by their names.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What is on a disk, and what is only on its way there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    files: BTreeMap<String, File>,
}

#[derive(Debug, Clone, Default)]
struct File {
    /// Nothing: no such file.
    durable: Option<Vec<u8>>,
    /// Each with its place in the journal; none where that is an earlier process's.
    pending: Vec<(Option<u64>, Op)>,
}

#[derive(Debug, Clone)]
enum Op {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate(usize),
    Unlink,
}

impl Disk {
    /// One that holds these files and has nothing on its way.
    pub(crate) fn holding(files: &Files) -> Self {
        let durable = |bytes: &Vec<u8>| File { durable: Some(bytes.clone()), pending: Vec::new() };
        Self { files: files.iter().map(|(name, bytes)| (name.clone(), durable(bytes))).collect() }
    }

    /// Another process begins, with a journal of its own: whatever is on its way was written before
    /// anything that stands there.
    pub(crate) fn begin(&mut self) {
        for file in self.files.values_mut() {
            for (at, _) in &mut file.pending {
                *at = None;
            }
        }
    }

    /// One more thing has happened. The dice are for a sync that failed: what it was to bring to
    /// the disk may be there or not, and the system forgets that it is not. A later sync says
    /// nothing about it.
    pub(crate) fn play(&mut self, entry: &Entry<'_>, dice: &mut Rng) {
        let file = self.files.entry(entry.name.to_owned()).or_default();
        let number = usize::try_from(entry.number).expect("64 bits");
        let op = match entry.kind {
            kind::WRITE => Op::Write { offset: number, bytes: entry.bytes.to_vec() },
            kind::TRUNCATE => Op::Truncate(number),
            kind::UNLINK => Op::Unlink,
            kind::SYNCED | kind::SYNC_FAILED => {
                let before = |(at, _): &(Option<u64>, Op)| at.is_none_or(|at| at < entry.number);
                let covered = file.pending.partition_point(before);
                let ops: Vec<Op> = file.pending.drain(..covered).map(|(_, op)| op).collect();
                if entry.kind == kind::SYNCED {
                    for op in &ops {
                        op.reach(&mut file.durable);
                    }
                    // Also one in which nothing was written.
                    file.durable.get_or_insert_default();
                } else {
                    some(&ops, &mut file.durable, dice);
                }
                return;
            }
            other => panic!("a journal with a record of kind {other}"),
        };
        file.pending.push((Some(entry.at), op));
    }

    /// What a power cut now leaves.
    pub(crate) fn cut(&self, dice: &mut Rng) -> Files {
        let mut left = Files::new();
        for (name, file) in &self.files {
            let mut content = file.durable.clone();
            let ops: Vec<Op> = file.pending.iter().map(|(_, op)| op.clone()).collect();
            some(&ops, &mut content, dice);
            // A file whose name was never synced may be nowhere.
            if file.durable.is_none() && dice.u8(..3) == 0 {
                content = None;
            }
            if let Some(content) = content {
                left.insert(name.clone(), content);
            }
        }
        left
    }
}

impl Op {
    fn reach(&self, content: &mut Option<Vec<u8>>) {
        match self {
            Self::Write { offset, bytes } => put(content.get_or_insert_default(), *offset, bytes),
            Self::Truncate(length) => content.get_or_insert_default().resize(*length, 0),
            Self::Unlink => *content = None,
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}

/// Some of the operations reach the disk: none, few, many or all, and a write perhaps only in some
/// of its sectors. Of one sector an older content never follows a newer one: no disk does that.
fn some(ops: &[Op], content: &mut Option<Vec<u8>>, dice: &mut Rng) {
    let chance = [0, 10, 50, 90, 100][dice.usize(..5)];
    let last = ops.iter().rposition(|op| matches!(op, Op::Write { .. }));
    for (index, op) in ops.iter().enumerate() {
        let reaches = dice.u8(..100) < chance;
        match op {
            // The disk was in the middle of one when the power went.
            Op::Write { offset, bytes } if Some(index) == last || dice.u8(..8) == 0 => {
                torn(content.get_or_insert_default(), *offset, bytes, dice);
            }
            // Another file of that name came after it.
            Op::Unlink if !reaches => return,
            op if reaches => op.reach(content),
            _ => {}
        }
    }
}

/// Writes some sectors of it: the first few, or any.
fn torn(content: &mut Vec<u8>, offset: usize, bytes: &[u8], dice: &mut Rng) {
    let mut sectors = Vec::new();
    let mut from = 0;
    while from < bytes.len() {
        let to = bytes.len().min(from + SECTOR - (offset + from) % SECTOR);
        sectors.push(from..to);
        from = to;
    }
    let (any, first) = (dice.bool(), dice.usize(..=sectors.len()));
    for (index, sector) in sectors.into_iter().enumerate() {
        if if any { dice.bool() } else { index < first } {
            put(content, offset + sector.start, &bytes[sector]);
        }
    }
}

/// The files of a folder, but for the log's index, which is memory.
pub(crate) fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).expect("the folder") {
        let entry = entry.expect("a file");
        let name = entry.file_name().into_string().expect("plain letters");
        if !name.ends_with("-shm") {
            files.insert(name, fs::read(entry.path()).expect("a file"));
        }
    }
    files
}

/// Makes the folder hold these files and no others.
pub(crate) fn write(folder: &Path, files: &Files) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("a folder to clear");
    }
    fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("a file");
    }
}

#[cfg(test)]
mod tests;
