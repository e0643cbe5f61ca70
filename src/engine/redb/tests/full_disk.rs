//! A full disk: the caller gets an error before anything is written, and can continue when
//! there is space again.

use std::io;

use fastrand::Rng;

use super::disk::{BASE, Disk, Fault, PowerCut};
use super::{CREATE, get, put};
use crate::engine::Engine;
use crate::engine::redb::{Redb, RedbOptions};
use crate::error::ErrorKind;

const SMALL: RedbOptions = RedbOptions {
    cache_bytes: 1 << 20,
    log_bytes: 1 << 20,
    background: false,
    ..CREATE
};

#[test]
fn a_log_that_cannot_be_made_is_an_error_after_which_it_goes_on() {
    for kind in [
        io::ErrorKind::StorageFull,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::Other,
    ] {
        let disk = Disk::default();
        let engine = disk.open(&SMALL).unwrap();
        disk.fail_from_now(kind);
        for _ in 0..2 {
            let error = put(&engine, b"ann", b"1").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
            assert!(error.to_string().contains("nothing was written"), "{error}");
        }
        disk.set_fault(None);
        put(&engine, b"ann", b"2").unwrap();
        assert_eq!(get(&engine, b"ann").unwrap(), b"2");
        engine.close().unwrap();
        assert_eq!(disk.names(), ["base"]);
    }
}

#[test]
fn a_log_that_cannot_grow_goes_on_as_it_is() {
    let disk = Disk::default();
    let engine = disk.open(&SMALL).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    engine.checkpoint().unwrap();
    put(&engine, b"ann", b"1").unwrap();
    let lengths = || ["log0", "log1"].map(|name| disk.with_bytes(name, |bytes| bytes.len()));
    let before = lengths();
    disk.set_side_bytes_max(before.into_iter().flatten().max());
    for number in 0..400_u16 {
        put(&engine, &number.to_be_bytes(), &[7; 300]).unwrap();
    }
    assert_eq!(lengths(), before, "it grew");
    disk.set_side_bytes_max(None);
    for number in 0..400_u16 {
        put(&engine, &number.to_be_bytes(), &[8; 300]).unwrap();
    }
    assert!(lengths() > before, "it stays small for ever");
    engine.close().unwrap();
}

/// The log has the space that the database lacks to take it over.
#[test]
fn a_crashed_directory_opens_on_a_disk_that_is_full_of_its_log() {
    let options = RedbOptions {
        log_bytes: 64 << 20,
        recovers_later: false,
        ..SMALL
    };
    let mut trimmed = 0;
    for commits in [1_u16, 10, 50, 100] {
        let disk = crashed(&options, commits);
        let base = disk.with_bytes("base", |bytes| bytes.len());
        disk.set_capacity(Some(disk.used()));
        let engine = disk
            .open(&options)
            .unwrap_or_else(|error| panic!("{commits} commits, {base:?} bytes: {error}"));
        for number in 0..commits {
            assert!(get(&engine, &number.to_be_bytes()).unwrap() == [7; 3000]);
        }
        trimmed += usize::from(disk.with_bytes("base", |bytes| bytes.len()) > base);
    }
    assert!(trimmed > 0, "the database never grew");
}

/// A disk after a crash, with this many commits that no checkpoint took over.
fn crashed(options: &RedbOptions, commits: u16) -> Disk {
    let disk = Disk::default();
    let engine = disk.open(options).unwrap();
    for number in 0..commits {
        put(&engine, &number.to_be_bytes(), &[7; 3000]).unwrap();
    }
    let left = disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(1));
    drop(engine);
    left
}

/// Neither the database nor the log needs to grow for that.
#[test]
fn a_crashed_directory_opens_where_not_a_byte_is_free() {
    for commits in [1_u16, 10, 100] {
        let disk = crashed(&SMALL, commits);
        let names = disk.names();
        let lengths = || {
            names
                .iter()
                .map(|name| disk.with_bytes(name, |bytes| bytes.len()))
        };
        let before: Vec<_> = lengths().collect();
        disk.set_capacity(Some(disk.used()));
        let engine = disk.open(&SMALL).unwrap();
        for number in 0..commits {
            assert!(get(&engine, &number.to_be_bytes()).unwrap() == [7; 3000]);
        }
        let after: Vec<_> = lengths().collect();
        assert_eq!(disk.names(), names);
        // The log gives back what it doesn't need.
        assert!(
            after[0] == before[0] && after[1] < before[1],
            "{after:?} {before:?}"
        );
        disk.set_capacity(None);
        put(&engine, b"new", b"1").unwrap();
        engine.close().unwrap();
        assert_eq!(disk.names(), ["base"]);
        let engine = disk.open(&SMALL).unwrap();
        assert_eq!(get(&engine, b"new").unwrap(), b"1");
    }
}

#[test]
fn a_file_that_cannot_be_created_leaves_nothing_in_the_way() {
    let used = {
        let disk = Disk::default();
        drop(disk.open(&SMALL).unwrap());
        disk.used()
    };
    for capacity in (0..used).step_by(used / 12) {
        let disk = Disk::default();
        disk.set_capacity(Some(capacity));
        let error = disk.open(&SMALL).err().expect("it was opened");
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(error.to_string().contains("`users.redb`"), "{error}");
        assert_eq!(disk.used(), 0, "{capacity} bytes of {used}: {error}");
        assert!(!disk.names().contains(&"new".to_owned()));
        disk.set_capacity(None);
        put(&disk.open(&SMALL).unwrap(), b"ann", b"1").unwrap();
    }
}

/// Fills the disk of an engine with background threads until a commit is refused; returns
/// the number of accepted ones.
fn fill(disk: &Disk, engine: &Redb) -> u16 {
    disk.set_capacity(Some(disk.used()));
    let refused = (0..u16::MAX).find_map(|number| {
        let error = put(engine, &number.to_be_bytes(), &[7; 3000]).err()?;
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(error.to_string().contains("nothing was written"), "{error}");
        Some(number)
    });
    refused.unwrap()
}

fn assert_has(engine: &Redb, numbers: u16) {
    for number in 0..numbers {
        assert!(get(engine, &number.to_be_bytes()).unwrap() == [7; 3000]);
    }
    assert!(get(engine, &numbers.to_be_bytes()).is_none());
}

const WITH_THREADS: RedbOptions = RedbOptions {
    background: true,
    ..SMALL
};

#[test]
fn a_checkpoint_that_finds_no_space_waits_for_it() {
    let disk = Disk::default();
    let engine = disk.open(&WITH_THREADS).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    engine.checkpoint().unwrap();
    put(&engine, b"ann", b"2").unwrap();
    for _ in 0..3 {
        let numbers = fill(&disk, &engine);
        assert_has(&engine, numbers);
        // It is refused as often as it is tried.
        put(&engine, b"bob", &[7; 3000]).unwrap_err();
        disk.set_capacity(None);
        put(&engine, &numbers.to_be_bytes(), &[7; 3000]).unwrap();
        assert_has(&engine, numbers + 1);
    }
    engine.close().unwrap();
    assert_eq!(disk.names(), [BASE]);
}

#[test]
fn closing_while_there_is_no_space_keeps_the_log() {
    let disk = Disk::default();
    let engine = disk.open(&WITH_THREADS).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    let numbers = fill(&disk, &engine);
    let error = engine.close().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    disk.set_capacity(None);
    let engine = disk.open(&WITH_THREADS).unwrap();
    assert_has(&engine, numbers);
    engine.close().unwrap();
}

/// After a write without space, the database accepts nothing more, so a write that may need
/// more space than there is doesn't begin.
#[test]
fn what_goes_around_the_log_makes_sure_of_its_space() {
    let disk = Disk::default();
    let engine = disk.open(&SMALL).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    disk.set_capacity(Some(disk.used() + (1 << 20)));
    let error = put(&engine, b"bob", &vec![7; 300_000]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(error.to_string().contains("needs up to"), "{error}");
    put(&engine, b"ann", b"2").unwrap();
    disk.set_capacity(None);
    put(&engine, b"bob", &vec![7; 300_000]).unwrap();
    assert_eq!(get(&engine, b"ann").unwrap(), b"2");
    engine.close().unwrap();
}

/// The database first takes over what is in the log, which may need far more space, on the
/// thread that can wait for it.
#[test]
fn what_goes_around_a_filled_log_makes_sure_of_the_space_for_both() {
    let options = RedbOptions {
        log_bytes: 64 << 20,
        ..WITH_THREADS
    };
    let disk = Disk::default();
    let engine = disk.open(&options).unwrap();
    let fill = |numbers: std::ops::Range<u16>| {
        numbers.for_each(|number| put(&engine, &number.to_be_bytes(), &[7; 3000]).unwrap());
    };
    // The log grows when it is full.
    fill(0..400);
    engine.checkpoint().unwrap();
    fill(400..1_400);
    // Enough for the next write alone.
    disk.set_capacity(Some(disk.used() + (2 << 20)));
    let error = put(&engine, b"large", &vec![7; 600_000]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(error.to_string().contains("nothing was written"), "{error}");
    assert_has(&engine, 1_400);
    disk.set_capacity(None);
    put(&engine, b"large", &vec![7; 600_000]).unwrap();
    assert_has(&engine, 1_400);
    engine.close().unwrap();
    assert_eq!(disk.names(), [BASE]);
}

/// Whatever fails while the second segment is created, and wherever a retry is interrupted,
/// a complete log is not taken for one that lacks a segment.
#[test]
fn a_second_segment_is_made_again_after_a_failure() {
    let make = || {
        let disk = Disk::default();
        let engine = disk.open(&SMALL).unwrap();
        put(&engine, b"ann", b"1").unwrap();
        engine.checkpoint().unwrap();
        (disk, engine)
    };
    let calls = {
        let (disk, engine) = make();
        let before = disk.calls();
        put(&engine, b"ann", b"2").unwrap();
        disk.calls() - before
    };
    let fail = |disk: &Disk, call, for_good| {
        let call = disk.calls() + call;
        let kind = io::ErrorKind::Other;
        disk.set_fault(Some(Fault {
            call,
            kind,
            for_good,
        }));
    };
    let mut random = Rng::with_seed(1);
    // The last two calls belong to the frame.
    for first in 1..=calls - 2 {
        for second in 1..=calls {
            let (disk, engine) = make();
            fail(&disk, first, false);
            put(&engine, b"ann", b"2").unwrap_err();
            fail(&disk, second, true);
            let _ = put(&engine, b"ann", b"2");
            let disk = disk.after(PowerCut::Tears, &mut random);
            let engine = disk
                .open(&SMALL)
                .unwrap_or_else(|error| panic!("calls {first} and {second}: {error}"));
            assert!(get(&engine, b"ann").is_some());
        }
    }
}
