//! What a power cut may take, and what it may not.

use super::*;

const CUTS: usize = 400;

fn entry(at: u64, kind: u8, number: u64, bytes: &[u8]) -> Entry<'_> {
    Entry { at, kind, moment: 0, number, name: "log", bytes }
}

/// The different contents of the one file that cuts leave; nothing where it is gone.
fn left(entries: &[Entry<'_>]) -> std::collections::BTreeSet<Option<Vec<u8>>> {
    let mut dice = Rng::with_seed(7);
    let cut = |_| {
        let mut disk = Disk::default();
        for entry in entries {
            disk.play(entry, &mut dice);
        }
        disk.cut(&mut dice).remove("log")
    };
    (0..CUTS).map(cut).collect()
}

#[test]
fn what_was_synced_stays_whole() {
    let bytes = [1; 2000];
    let left = left(&[entry(0, kind::WRITE, 0, &bytes), entry(10, kind::SYNCED, 10, &[])]);
    assert_eq!(left.into_iter().collect::<Vec<_>>(), [Some(bytes.to_vec())]);
}

#[test]
fn a_write_that_was_not_synced_may_be_there_gone_or_torn_between_sectors() {
    let (old, new) = ([1; 1024], [2; 1024]);
    let left = left(&[
        entry(0, kind::WRITE, 0, &old),
        entry(10, kind::SYNCED, 10, &[]),
        entry(20, kind::WRITE, 0, &new),
    ]);
    let sectors: std::collections::BTreeSet<(u8, u8)> =
        left.iter().flatten().map(|content| (content[0], content[512])).collect();
    assert_eq!(sectors, [(1, 1), (1, 2), (2, 1), (2, 2)].into());
    let whole = |content: &Vec<u8>| content.chunks(512).all(|c| c.iter().all(|b| *b == c[0]));
    assert!(left.iter().flatten().all(whole));
}

#[test]
fn a_sync_covers_only_what_was_written_before_it_began() {
    let left = left(&[
        entry(0, kind::WRITE, 0, &[1]),
        entry(10, kind::WRITE, 0, &[2]),
        entry(20, kind::SYNCED, 10, &[]),
    ]);
    assert_eq!(left, [Some(vec![1]), Some(vec![2])].into());
}

#[test]
fn a_sync_after_one_that_failed_brings_nothing_back() {
    let left = left(&[
        entry(0, kind::WRITE, 0, &[1]),
        entry(10, kind::SYNCED, 10, &[]),
        entry(20, kind::WRITE, 0, &[2]),
        entry(30, kind::SYNC_FAILED, 30, &[]),
        entry(40, kind::SYNCED, 40, &[]),
    ]);
    assert_eq!(left, [Some(vec![1]), Some(vec![2])].into());
}

#[test]
fn a_file_that_was_never_synced_may_be_gone() {
    let left = left(&[entry(0, kind::WRITE, 0, &[1])]);
    assert!(left.contains(&None) && left.contains(&Some(vec![1])));
}

#[test]
fn a_file_of_a_name_that_was_free_again_has_nothing_of_the_one_before() {
    let left = left(&[
        entry(0, kind::WRITE, 0, &[1, 1]),
        entry(10, kind::SYNCED, 10, &[]),
        entry(20, kind::UNLINK, 0, &[]),
        entry(30, kind::WRITE, 0, &[2]),
    ]);
    assert!(left.contains(&Some(vec![1, 1])) && left.contains(&Some(vec![2])));
    assert!(!left.contains(&Some(vec![2, 1])));
}

#[test]
fn a_sync_covers_what_a_process_before_wrote_however_long_its_journal_was() {
    let mut disk = Disk::default();
    let mut dice = Rng::with_seed(7);
    disk.play(&entry(5_000, kind::WRITE, 0, &[1; 600]), &mut dice);
    disk.begin();
    disk.play(&entry(0, kind::SYNCED, 0, &[]), &mut dice);
    for _ in 0..CUTS {
        assert_eq!(disk.cut(&mut dice).remove("log"), Some(vec![1; 600]));
    }
}
