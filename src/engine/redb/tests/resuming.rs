//! After a crash, a new use begins beside the log of the previous one, which the database
//! takes over later: opening changes nothing.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::disk::{BASE, Disk, Fault, PowerCut};
use super::{CREATE, EXISTING, get, lock, put};
use crate::engine::Engine;
use crate::engine::redb::RedbOptions;
use crate::engine::redb::log::SideFiles;
use crate::error::ErrorKind;

const SMALL: RedbOptions = RedbOptions {
    background: false,
    ..EXISTING
};

/// The disk after a crash, with `keys` written but not checkpointed.
fn crash_after(disk: &Disk, keys: &[&[u8]]) -> Disk {
    let create = RedbOptions {
        background: false,
        ..CREATE
    };
    let engine = disk.open(&create).unwrap();
    for key in keys {
        put(&engine, key, b"1").unwrap();
    }
    let left = disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
    drop(engine);
    left
}

fn logs(disk: &Disk) -> Vec<String> {
    let names = disk.names().into_iter();
    names.filter(|name| name.starts_with("log")).collect()
}

#[test]
fn each_life_has_a_segment_of_its_own_until_there_is_none_left() {
    let mut disk = Disk::default();
    let lives: [&[&[u8]]; 4] = [&[b"a", b"b"], &[b"c"], &[b"d", b"e"], &[b"f"]];
    for (life, keys) in lives.into_iter().enumerate() {
        disk = crash_after(&disk, keys);
        let engine = disk.open(&SMALL).unwrap();
        for key in lives[..=life].concat() {
            assert_eq!(get(&engine, key).unwrap(), b"1", "after life {life}");
        }
        // If all three segments are in use, none is free.
        assert_eq!(engine.has_frozen(), life != 2, "after life {life}");
        if life == 2 {
            assert_eq!(logs(&disk), [""; 0]);
            // This life has removed the segments, so the next one doesn't find them.
            engine.close().unwrap();
            continue;
        }
        // It crashes again, having written nothing.
        disk = disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
        let expected = &["log0", "log1", "log2"][..=life % 3];
        assert_eq!(logs(&disk), expected, "after life {life}");
    }
}

#[test]
fn opening_changes_no_file() {
    let disk = crash_after(&Disk::default(), &[b"a", b"b"]);
    let shown = |disk: &Disk| {
        let names = disk.names().into_iter();
        let bytes = |name: &String| disk.with_bytes(name, |bytes| bytes[4096..].to_vec());
        names.map(|name| (bytes(&name), name)).collect::<Vec<_>>()
    };
    let before = shown(&disk);
    let engine = disk.open(&SMALL).unwrap();
    assert_eq!(get(&engine, b"b").unwrap(), b"1");
    assert!(shown(&disk) == before, "something was written");
    put(&engine, b"c", b"1").unwrap();
    assert!(engine.has_frozen());
    engine.checkpoint().unwrap();
    assert!(!engine.has_frozen());
    for key in [b"a", b"b", b"c"] {
        assert_eq!(get(&engine, key).unwrap(), b"1");
    }
    // The files of the crash are gone.
    assert_eq!(logs(&disk), ["log1"]);
}

/// A frame that was never acknowledged is never read, whatever comes after it.
#[test]
fn a_partial_frame_stays_partial() {
    let disk = crash_after(&Disk::default(), &[b"a", b"b"]);
    let torn = disk.with_bytes("log0", |bytes| bytes[8192 + 512..][..500].fill(0));
    assert!(torn.is_some());
    let disk = crash_after(&disk, &[b"c"]);
    let engine = disk.open(&SMALL).unwrap();
    assert_eq!(get(&engine, b"a").unwrap(), b"1");
    assert_eq!(get(&engine, b"b"), None);
    assert_eq!(get(&engine, b"c").unwrap(), b"1");
}

/// Copies of what one crash left continue separately, and none takes the log of another.
#[test]
fn the_histories_of_copies_are_not_mixed() {
    let copy = |disk: &Disk| disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
    let put_base = |from: &Disk, onto: &Disk| {
        let mixed = copy(onto);
        let bytes = from.with_bytes(BASE, |bytes| bytes.clone()).unwrap();
        mixed.with_bytes(BASE, |old| *old = bytes).unwrap();
        mixed
    };
    let crashed = crash_after(&Disk::default(), &[b"a"]);
    let [one, other] = [b"x", b"y"].map(|key| crash_after(&copy(&crashed), &[key]));
    for (mixed, kind) in [
        // With a segment that another use wrote…
        (put_base(&one, &other), ErrorKind::LogForeign),
        (put_base(&other, &one), ErrorKind::LogForeign),
        (put_base(&crashed, &one), ErrorKind::LogForeign),
        // …or only without its own.
        (put_base(&one, &crashed), ErrorKind::LogMissing),
    ] {
        let refused = mixed.open(&SMALL).err().expect("it was opened");
        assert_eq!(refused.kind(), kind, "{refused}");
    }
    for (disk, key) in [(&one, b"x"), (&other, b"y")] {
        let engine = disk.open(&SMALL).unwrap();
        assert_eq!(get(&engine, b"a").unwrap(), b"1");
        assert_eq!(get(&engine, key).unwrap(), b"1");
    }
}

/// Segments that were not removed before the power cut add nothing.
#[test]
fn a_crash_just_before_the_old_log_is_removed_does_no_harm() {
    let disk = crash_after(&Disk::default(), &[b"a", b"b"]);
    let old = disk.with_bytes("log0", |bytes| bytes.clone()).unwrap();
    let engine = disk.open(&SMALL).unwrap();
    put(&engine, b"c", b"1").unwrap();
    engine.shared.run_job();
    assert_eq!(logs(&disk), ["log1"]);
    let left = disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
    drop(engine);
    drop(left.create("log0").unwrap());
    left.with_bytes("log0", |bytes| *bytes = old).unwrap();
    let engine = left.open(&SMALL).unwrap();
    for key in [b"a", b"b", b"c"] {
        assert_eq!(get(&engine, key).unwrap(), b"1");
    }
    engine.close().unwrap();
    assert_eq!(left.names(), [BASE]);
}

/// Cuts the power at each call of a commit, and checks that the commits before it are still
/// there, and this one if it was acknowledged.
fn cut_short_at_each_call(before: &Disk, options: &RedbOptions, commits: usize) {
    const CUTS: [PowerCut; 3] = [PowerCut::LosesAll, PowerCut::Tears, PowerCut::TearsSectors];
    const SEEDS: u64 = 12;
    let mut interrupted = 0;
    for call in 1.. {
        let mut is_cut = false;
        for (cut, seed) in CUTS
            .iter()
            .flat_map(|cut| (0..SEEDS).map(move |seed| (cut, seed)))
        {
            let mut random = Rng::with_seed(call * SEEDS + seed);
            let disk = before.after(PowerCut::KeepsAll, &mut random);
            let engine = disk.open(options).unwrap();
            for number in 1..commits {
                put(&engine, &[b'c', u8::try_from(number).unwrap()], &[1; 3_000]).unwrap();
            }
            disk.set_fault(Some(Fault {
                call: disk.calls() + call,
                kind: io::ErrorKind::Other,
                for_good: true,
            }));
            let written = put(&engine, b"last", &[1; 3_000]);
            is_cut |= written.is_err();
            disk.fail_from_now(io::ErrorKind::Other);
            drop(engine);
            let engine = disk.after(*cut, &mut random).open(options).unwrap();
            for key in [b"a", b"b"] {
                assert_eq!(get(&engine, key).unwrap(), b"1", "{cut:?} at call {call}");
            }
            for number in 1..commits {
                let key = [b'c', u8::try_from(number).unwrap()];
                assert!(get(&engine, &key).is_some(), "{cut:?} at call {call}");
            }
            let is_there = get(&engine, b"last").is_some();
            assert!(is_there || written.is_err(), "{cut:?} at call {call}");
        }
        if !is_cut {
            break;
        }
        interrupted = call;
    }
    assert!(interrupted > 5, "{interrupted} calls");
}

/// Neither the segment that the first commit after a crash creates, nor the note of its use,
/// harms anything when it is unfinished.
#[test]
fn a_first_commit_after_a_crash_may_be_cut_short_at_any_call() {
    let crashed = crash_after(&Disk::default(), &[b"a", b"b"]);
    cut_short_at_each_call(&crashed, &SMALL, 1);
}

/// The same for a commit that creates the second segment, when the use is already noted: the
/// first segment then may not announce one that is shorter than it says.
#[test]
fn a_commit_that_needs_a_second_segment_may_be_cut_short_at_any_call() {
    let disk = Disk::default();
    let create = RedbOptions {
        background: false,
        ..CREATE
    };
    let engine = disk.open(&create).unwrap();
    put(&engine, b"a", b"1").unwrap();
    put(&engine, b"b", b"1").unwrap();
    engine.close().unwrap();
    let smallest = RedbOptions {
        log_bytes: 64 << 10,
        ..SMALL
    };
    // Four frames of seven blocks fill the smallest segment.
    cut_short_at_each_call(&disk, &smallest, 5);
}

/// The same for a commit that extends the small segment that begins after a crash.
#[test]
fn a_commit_that_extends_its_segment_may_be_cut_short_at_any_call() {
    let crashed = crash_after(&Disk::default(), &[b"a", b"b"]);
    cut_short_at_each_call(&crashed, &SMALL, COMMITS_IN_FIRST + 1);
}

/// Commits of 3,000 bytes, seven blocks each, that fit into 256 KiB.
const COMMITS_IN_FIRST: usize = ((256 << 10) - 8192) / (7 * 512);

/// A commit whose segment can't be extended goes to another one, and nothing is lost.
#[test]
fn a_segment_that_cannot_be_extended_is_left() {
    let crashed = crash_after(&Disk::default(), &[b"a", b"b"]);
    // Its length, three times zeros, a sync, the header and its sync.
    for call in 1..=7 {
        let disk = crashed.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
        let engine = disk.open(&SMALL).unwrap();
        let keys: Vec<[u8; 2]> = (0..100).map(|number| [b'c', number]).collect();
        for key in &keys[..COMMITS_IN_FIRST] {
            put(&engine, key, &[1; 3_000]).unwrap();
        }
        assert!(engine.has_frozen());
        disk.set_fault(Some(Fault {
            call: disk.calls() + call,
            kind: io::ErrorKind::Other,
            for_good: false,
        }));
        put(&engine, &keys[COMMITS_IN_FIRST], &[1; 3_000]).unwrap();
        assert!(disk.has_failed());
        assert!(logs(&disk).len() > 1 && !engine.has_frozen(), "call {call}");
        for key in &keys[COMMITS_IN_FIRST + 1..] {
            put(&engine, key, &[1; 3_000]).unwrap();
        }
        for cut in [PowerCut::LosesAll, PowerCut::KeepsAll] {
            let left = disk.after(cut, &mut Rng::with_seed(1));
            let engine = left.open(&SMALL).unwrap();
            assert_eq!(get(&engine, b"b").unwrap(), b"1");
            for key in &keys {
                assert!(get(&engine, key).is_some(), "{cut:?} after call {call}");
            }
        }
    }
}

/// The segment that a first commit may wait for is small, unless its frame needs more. Later
/// frames extend it, without a wait for the takeover, and pacing counts on that.
#[test]
fn the_segment_beside_those_of_a_crash_is_as_large_as_its_first_frame_needs() {
    let crashed = crash_after(&Disk::default(), &[b"a", b"b"]);
    for (is_prepared, value_bytes, segment_bytes) in [
        (false, 10, 256 << 10),
        (true, 10, 256 << 10),
        (false, 300_000, 333_824),
        (true, 300_000, 1 << 20),
    ] {
        let disk = crashed.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
        let engine = disk.open(&SMALL).unwrap();
        if is_prepared {
            let mut writer = lock(&engine.shared.writer);
            let log = writer.as_mut().unwrap();
            engine.shared.prepare(log, 0).unwrap();
            assert_eq!(log.filled(), 0, "pacing would slow down the first commit");
        }
        let value = vec![b'1'; value_bytes];
        put(&engine, b"c", &value).unwrap();
        let bytes = disk.with_bytes("log1", |bytes| bytes.len());
        assert_eq!(bytes, Some(segment_bytes), "{is_prepared} {value_bytes}");
        let room = lock(&engine.shared.writer).as_ref().unwrap().room();
        assert_eq!(room, 1 << 20);
        for number in 0..150 {
            put(&engine, &[b'd', number], &[1; 3_000]).unwrap();
        }
        let bytes = disk.with_bytes("log1", |bytes| bytes.len());
        assert_eq!(bytes, Some(1 << 20), "{is_prepared} {value_bytes}");
        assert!(engine.has_frozen());
        let left = disk.after(PowerCut::LosesAll, &mut Rng::with_seed(1));
        drop(engine);
        let engine = left.open(&SMALL).unwrap();
        assert_eq!(get(&engine, b"c").unwrap(), value);
        assert!((0..150).all(|number| get(&engine, &[b'd', number]).is_some()));
    }
}

/// The checkpoint waits for the first commit, up to 100 ms, but callers that need the database
/// don't wait for that.
#[test]
fn the_first_commit_comes_before_the_checkpoint() {
    let disk = crash_after(&Disk::default(), &[b"a"]);
    let with_threads = RedbOptions {
        background: true,
        ..EXISTING
    };
    let engine = disk.open(&with_threads).unwrap();
    engine.checkpoint().unwrap();
    assert!(!engine.has_frozen());
    put(&engine, b"b", b"1").unwrap();
    engine.close().unwrap();
    // A life that only reads doesn't interfere either.
    let disk = crash_after(&disk, &[b"c"]);
    let opened = Instant::now();
    let engine = disk.open(&with_threads).unwrap();
    // The other one is removed after the takeover.
    let deadline = opened + Duration::from_mins(1);
    while logs(&disk) != ["log1"] && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(logs(&disk), ["log1"], "its own");
    assert!(opened.elapsed() >= LONGEST_WAIT, "it didn't wait");
    assert!(!engine.has_frozen());
    engine.close().unwrap();
    assert_eq!(disk.names(), [BASE]);
}

/// How long the checkpoint waits for the first commit.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// Once there was a first commit, the checkpoint begins. Other programs may hold it up, but
/// hardly each time.
#[test]
fn the_first_commit_lets_the_checkpoint_begin() {
    let with_threads = RedbOptions {
        background: true,
        ..EXISTING
    };
    let is_quick = |_| {
        let disk = crash_after(&Disk::default(), &[b"a"]);
        let opened = Instant::now();
        let engine = disk.open(&with_threads).unwrap();
        put(&engine, b"b", b"1").unwrap();
        while engine.has_frozen() && opened.elapsed() < 2 * LONGEST_WAIT {
            thread::sleep(Duration::from_millis(1));
        }
        opened.elapsed() < LONGEST_WAIT
    };
    assert!((0..50).any(is_quick));
}
