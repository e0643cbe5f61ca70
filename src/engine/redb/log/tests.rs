//! Reading damaged, truncated and foreign logs.

mod growing;

use std::slice::from_ref;
use std::sync::Arc;

use super::block::BLOCK_BYTES;
use super::header::FRAMES_AT;
use super::replay::read_segments;
use super::*;
use crate::engine::redb::tests::disk::{Disk, Fault, PowerCut};

const ID: u64 = 7;

/// The segments after the commits 1 to `commits`, each of a few writes, with a switch after
/// the commit `switch`.
fn written(commits: u64, switch: u64) -> Vec<Vec<u8>> {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::EachFrame, 1 << 20);
    for sequence in 1..=commits {
        append(&mut log, sequence);
        if sequence == switch {
            log.switch().unwrap();
        }
    }
    let segments = SEGMENTS.iter();
    segments.filter_map(|name| frames_of(&disk, name)).collect()
}

/// The bytes after the header of a segment.
fn frames_of(disk: &Disk, name: &str) -> Option<Vec<u8>> {
    disk.with_bytes(name, |bytes| bytes[FRAMES_AT..].to_vec())
}

fn append(log: &mut Log, sequence: u64) {
    let value = vec![u8::try_from(sequence).unwrap(); 300];
    let writes: [Write<'_>; 3] = [
        (b"last", Some(&value[..1])),
        (&value[..1], Some(&value)),
        (b"gone", None),
    ];
    let mut size = Size::default();
    for write in writes {
        size.add(write);
    }
    log.prepare(size.frame_bytes()).unwrap();
    log.append(sequence, size, writes.into_iter()).unwrap();
}

fn last(segments: &[Vec<u8>], applied: u64) -> Result<u64, ReplayError> {
    let replay = read_segments(segments, ID, applied)?;
    if replay.last > applied {
        let (_, last) = replay.commits.last().unwrap();
        let became = |key: &[u8]| last.iter().find(|(other, _)| *other == key).unwrap().1;
        assert_eq!(u64::from(became(b"last").unwrap()[0]), replay.last);
        assert_eq!(became(b"gone"), None);
    }
    Ok(replay.last)
}

/// The end of the written part of `segment`.
fn end(segment: &[u8]) -> usize {
    let end = segment.iter().rposition(|byte| *byte != 0).unwrap();
    (end + 1).next_multiple_of(BLOCK_BYTES)
}

#[test]
fn everything_after_what_is_applied_is_found() {
    for switch in [0, 1, 4, 9] {
        let segments = written(10, switch);
        for applied in 0..=10 {
            assert_eq!(last(&segments, applied).unwrap(), 10, "{switch} {applied}");
        }
    }
    assert_eq!(last(&[], 3).unwrap(), 3);
}

/// A flipped bit in one copy of a checksum is made up for by the other copy.
#[test]
fn no_flipped_bit_changes_what_is_read() {
    for switch in [0, 2] {
        let segments = written(4, switch);
        for (number, segment) in segments.iter().enumerate() {
            for bit in 0..end(segment) * 8 {
                let mut damaged = segments.clone();
                damaged[number][bit / 8] ^= 1 << (bit % 8);
                let found = last(&damaged, 0);
                let is_checksum = matches!(bit / 8 % BLOCK_BYTES, ..8 | 504..);
                let is_right = match found {
                    Ok(last) => is_checksum && last == 4,
                    Err(_) => !is_checksum,
                };
                assert!(is_right, "bit {bit} of segment {number}: {found:?}");
            }
        }
    }
}

/// Only the last frame may be cut off, because it was not acknowledged before it was
/// complete.
#[test]
fn a_lost_sector_is_noticed_unless_it_is_of_the_last_frame() {
    let segments = written(4, 2);
    let last_frame = end(&segments[1]) / 2;
    for (number, segment) in segments.iter().enumerate() {
        for sector in 0..end(segment) / BLOCK_BYTES {
            let mut damaged = segments.clone();
            damaged[number][sector * BLOCK_BYTES..][..BLOCK_BYTES].fill(0);
            let found = last(&damaged, 0);
            if number == 1 && sector * BLOCK_BYTES >= last_frame {
                assert_eq!(found.unwrap(), 3);
            } else {
                assert!(found.is_err(), "sector {sector} of {number}: {found:?}");
            }
        }
    }
}

#[test]
fn a_missing_segment_is_noticed() {
    let segments = written(6, 3);
    assert!(last(&segments[1..], 0).is_err());
    assert_eq!(last(&segments[1..], 3).unwrap(), 6);
    assert_eq!(
        last(&segments[..1], 0).unwrap(),
        3,
        "the second was never needed"
    );
}

/// A log of three commits and the state of the database that needs it.
fn needed() -> (Disk, LogState) {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::EachFrame, 1 << 20);
    append(&mut log, 1);
    append(&mut log, 2);
    log.switch().unwrap();
    append(&mut log, 3);
    let state = LogState {
        in_use: vec![ID],
        ..LogState::default()
    };
    assert_eq!(read(&disk, &state, false).unwrap().last, 3);
    (disk, state)
}

#[test]
fn the_log_of_another_use_is_foreign_and_only_salvaging_goes_on_without_it() {
    let (disk, _) = needed();
    let other = LogState {
        in_use: vec![ID + 1],
        ..LogState::default()
    };
    let closed = LogState {
        closed: vec![ID + 1],
        ..LogState::default()
    };
    for state in [other, closed] {
        let refused = read(&disk, &state, false).unwrap_err();
        assert!(matches!(refused, ReplayError::Foreign(_)), "{refused}");
        let salvaged = read(&disk, &state, true).unwrap();
        assert!(salvaged.salvaged.is_some() && salvaged.last == 0);
        assert!(salvaged.commits.is_empty());
    }
}

/// Closing removes the log last, so only a log that adds nothing can be left over.
#[test]
fn what_is_left_of_a_log_that_was_closed_is_not_needed() {
    let (disk, _) = needed();
    let closed = |applied| LogState {
        applied,
        closed: vec![ID + 3, ID],
        ..LogState::default()
    };
    let replay = read(&disk, &closed(3), false).unwrap();
    assert!(replay.has_segments && replay.commits.is_empty() && replay.last == 3);
    let refused = read(&disk, &closed(2), false).unwrap_err();
    assert!(matches!(refused, ReplayError::Foreign(_)), "{refused}");
}

#[test]
fn a_needed_log_that_is_gone_or_cut_is_missing() {
    for name in &SEGMENTS[..2] {
        let length = needed().0.with_bytes(name, |bytes| bytes.len()).unwrap();
        for kept in [
            None,
            Some(0),
            Some(FRAMES_AT),
            Some(length - 1),
            Some(length - BLOCK_BYTES),
        ] {
            let (disk, state) = needed();
            match kept {
                Some(bytes) => {
                    disk.with_bytes(name, |all| all.truncate(bytes)).unwrap();
                }
                None => disk.remove(name).unwrap(),
            }
            let refused = read(&disk, &state, false).unwrap_err();
            let is_missing = matches!(refused, ReplayError::Missing(_));
            assert!(is_missing, "{name} {kept:?}: {refused:?}");
            // Existing frames are used, if nothing before them is missing.
            let salvaged = read(&disk, &state, true).unwrap();
            assert!(salvaged.salvaged.is_some(), "{name} {kept:?}");
        }
        let (disk, state) = needed();
        disk.with_bytes(name, |all| all.fill(0)).unwrap();
        let refused = read(&disk, &state, false).unwrap_err();
        assert!(
            matches!(refused, ReplayError::Missing(_)),
            "{name}: {refused:?}"
        );
    }
}

#[test]
fn a_file_of_any_length_is_read_within_its_header() {
    let (disk, state) = needed();
    disk.with_bytes(SEGMENTS[0], |all| all.resize(all.len() + (1 << 20), 7))
        .unwrap();
    assert_eq!(read(&disk, &state, false).unwrap().last, 3);
}

#[test]
fn an_older_database_than_the_log_goes_on_from_is_refused() {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 5, Sync::EachFrame, 1 << 20);
    append(&mut log, 6);
    append(&mut log, 7);
    let segment = frames_of(&disk, SEGMENTS[0]).unwrap();
    assert_eq!(last(from_ref(&segment), 5).unwrap(), 7);
    assert!(last(from_ref(&segment), 4).is_err());
}

/// The first frame after a commit around the log vouches for that commit.
#[test]
fn an_older_database_than_the_log_started_again_from_is_refused() {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::EachFrame, 1 << 20);
    (1..=3).for_each(|sequence| append(&mut log, sequence));
    log.restart(9);
    append(&mut log, 10);
    let segment = frames_of(&disk, SEGMENTS[0]).unwrap();
    assert_eq!(last(from_ref(&segment), 9).unwrap(), 10);
    for applied in [0, 3, 8] {
        assert!(last(from_ref(&segment), applied).is_err(), "{applied}");
    }
}

#[test]
fn frames_of_an_earlier_use_are_never_replayed() {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::EachFrame, 1 << 20);
    (1..=5).for_each(|sequence| append(&mut log, sequence));
    log.restart(5);
    append(&mut log, 6);
    let segment = frames_of(&disk, SEGMENTS[0]).unwrap();
    // Frames 2 to 5 are still after frame 6.
    assert_eq!(last(from_ref(&segment), 5).unwrap(), 6);
    assert_eq!(last(from_ref(&segment), 6).unwrap(), 6);
}

/// Not even a frame with the next number.
#[test]
fn a_frame_of_another_use_does_not_go_on_from_this_one() {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 4, Sync::EachFrame, 1 << 20);
    append(&mut log, 5);
    let this_use = frames_of(&disk, SEGMENTS[0]).unwrap();
    let frame = end(&this_use);
    let mut segment = written(6, 0).remove(0);
    assert_eq!(end(&segment), 6 * frame);
    segment.copy_within(5 * frame.., frame);
    segment[..frame].copy_from_slice(&this_use[..frame]);
    assert_eq!(last(from_ref(&segment), 4).unwrap(), 5);
}

/// With delayed syncs, a power cut may lose a frame and keep the next one.
#[test]
fn what_was_not_synced_may_be_lost_from_any_place_on() {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::Later, 1 << 20);
    append(&mut log, 1);
    append(&mut log, 2);
    log.pending(2).unwrap().sync().unwrap();
    (3..=5).for_each(|sequence| append(&mut log, sequence));
    let mut segment = frames_of(&disk, SEGMENTS[0]).unwrap();
    let frame = end(&segment) / 5;
    assert_eq!(last(from_ref(&segment), 0).unwrap(), 5);
    segment[3 * frame..4 * frame].fill(0);
    assert_eq!(last(from_ref(&segment), 0).unwrap(), 3);
    segment[frame..2 * frame].fill(0);
    assert!(
        last(from_ref(&segment), 0).is_err(),
        "the second was synced"
    );
}

/// A delayed sync covers only the segment that is current then.
#[test]
fn a_segment_is_synced_before_the_other_is_written() {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::Later, 1 << 20);
    append(&mut log, 1);
    log.switch().unwrap();
    let left = disk.after(PowerCut::LosesAll, &mut fastrand::Rng::with_seed(1));
    let segment = frames_of(&left, SEGMENTS[0]).unwrap();
    assert_eq!(last(from_ref(&segment), 0).unwrap(), 1);
}

/// A write that stopped within a block, over zeros or over an earlier frame, is not damage,
/// wherever in the last frame it stopped.
#[test]
fn a_frame_that_was_torn_anywhere_is_dropped() {
    for restarted in [false, true] {
        let disk = Disk::default();
        let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::EachFrame, 1 << 20);
        if restarted {
            (1..=4).for_each(|sequence| append(&mut log, sequence));
            log.restart(4);
        }
        let first = if restarted { 5 } else { 1 };
        for commits in 0..2 {
            let before = frames_of(&disk, SEGMENTS[0]).unwrap_or_default();
            append(&mut log, first + commits);
            let after = frames_of(&disk, SEGMENTS[0]).unwrap();
            let mut torn = before.clone();
            torn.resize(after.len(), 0);
            let written: Vec<_> = (0..after.len())
                .filter(|at| torn[*at] != after[*at])
                .collect();
            for at in &written {
                // Everything except the second copy of the last checksum: the frame is
                // complete.
                let mut rest = written.iter().filter(|later| *later > at);
                let is_whole = rest.all(|later| later % BLOCK_BYTES >= BLOCK_BYTES - 8);
                torn[..=*at].copy_from_slice(&after[..=*at]);
                let found = last(from_ref(&torn), first - 1);
                let expected = first + commits - u64::from(!is_whole);
                assert_eq!(
                    found.unwrap(),
                    expected,
                    "{restarted} {commits} torn behind {at}"
                );
            }
        }
    }
}

#[test]
fn any_blocks_are_read_or_refused() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..20_000 {
        let count = random.usize(..200);
        let few = |random: &mut fastrand::Rng| random.u8(..6);
        let bytes: Vec<u8> = (0..count).map(|_| few(&mut random)).collect();
        fuzzing::check_log(&bytes);
    }
}
