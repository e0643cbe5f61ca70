//! Each call to the disk fails in turn, once or permanently: creating a file, writing,
//! growing the log, checkpoints, closing, and replaying the log after a crash.
//!
//! Whatever fails, the caller gets an error with a kind, reads are correct or refused,
//! nothing more is written after a failed write, and once the disk works again, everything
//! acknowledged is there.
//!
//! A call fails in one of three ways, and each way is tried at every fourth call, so that three of
//! four calls fail once; with `HEADCOUNT_CALLS_STEP=1` every call fails in each way. The story that
//! reads without a cache makes so many calls that each kind of failure is tried only at every 92nd
//! call, or every 23rd.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;

use super::CREATE;
use super::crashes::{Map, all};
use super::disk::{Disk, Fault, PowerCut};
use crate::engine::redb::{Redb, RedbOptions, Txn};
use crate::engine::{Engine, Order, Read, Write};
use crate::error::{Error, ErrorKind};
use crate::testkit::cases::number;

/// The default distance between calls that fail in the same way.
const STEP: u64 = 4;

/// The smallest possible log, so that it fills and grows.
const SMALL: RedbOptions = RedbOptions {
    cache_bytes: 1 << 20,
    log_bytes: 128 << 10,
    background: false,
    ..CREATE
};

#[test]
fn a_failure_while_making_and_writing_loses_nothing() {
    fails_at_each_call(&SMALL, 1, &Disk::default(), &Map::new());
}

/// Without a cache the database is read all the time, which may fail too. These are too
/// many calls to let each of them fail.
#[test]
fn a_failure_while_reading_loses_nothing() {
    let uncached = RedbOptions {
        cache_bytes: 0,
        ..SMALL
    };
    fails_at_each_call(&uncached, 23, &Disk::default(), &Map::new());
}

/// The initial contents are only in the log.
#[test]
fn a_failure_while_taking_over_the_log_loses_nothing() {
    let disk = Disk::default();
    let engine = disk.open(&SMALL).unwrap();
    for number in 0..20 {
        let written = engine.transact(|txn| put_many(txn, number, 3, 200));
        written.unwrap();
        if number == 8 {
            engine.checkpoint().unwrap();
        }
    }
    let before = all(&engine);
    let left = disk.after(PowerCut::KeepsAll, &mut Rng::with_seed(0));
    assert_eq!(left.names(), ["base", "log0", "log1"]);
    fails_at_each_call(&SMALL, 1, &left, &before);
}

fn put_many(txn: &mut impl Write, first: u8, count: u8, bytes: usize) -> Result<(), Error> {
    for number in first..first + count {
        txn.put(&[b'k', number], &vec![first; bytes])?;
    }
    Ok(())
}

/// Runs the script on copies of `disk`, which contains `before`: first undisturbed, then
/// with one failing call, every `step` calls times [`STEP`].
fn fails_at_each_call(options: &RedbOptions, step: usize, disk: &Disk, before: &Map) {
    let mut random = Rng::with_seed(1);
    let mut copy = |from: &Disk| from.after(PowerCut::KeepsAll, &mut random);
    let whole = Life::live(options, copy(disk), before.clone());
    assert!(whole.errors.is_empty(), "{:?}", whole.errors);
    assert_eq!(whole.disk.names(), ["base"], "it was closed");
    let calls = whole.disk.calls();
    assert!(calls > 200, "{calls}");
    let kinds = [io::ErrorKind::Other, io::ErrorKind::StorageFull];
    let faults = [(kinds[0], false), (kinds[0], true), (kinds[1], true)];
    let step = step * usize::try_from(number("HEADCOUNT_CALLS_STEP").unwrap_or(STEP)).unwrap();
    for (way, (kind, for_good)) in faults.into_iter().enumerate() {
        for call in failing(calls, way, step) {
            let fault = Fault {
                call,
                kind,
                for_good,
            };
            let disk = copy(disk);
            disk.set_fault(Some(fault));
            let ended = catch_unwind(AssertUnwindSafe(|| {
                let life = Life::live(options, disk, before.clone());
                life.judge(call, &whole.acknowledged);
            }));
            assert!(ended.is_ok(), "{fault:?} of {calls} calls");
        }
    }
}

/// Which of `calls` calls fail in this way: every `step`th. Each way starts at another call,
/// so that together they cover more calls.
fn failing(calls: u64, way: usize, step: usize) -> impl Iterator<Item = u64> {
    (1..=calls).skip(way % step).step_by(step)
}

#[test]
fn a_step_of_one_lets_every_call_fail_in_each_way() {
    for way in 0..3 {
        assert!(failing(5, way, 1).eq(1..=5), "{way}");
    }
    let calls = [0, 1, 2].map(|way| failing(9, way, 4).collect::<Vec<_>>());
    assert_eq!(calls, [vec![1, 5, 9], vec![2, 6], vec![3, 7]]);
}

/// A script that runs on a disk.
struct Life {
    disk: Disk,
    /// The acknowledged state.
    acknowledged: Map,
    /// The state if the failed commit is complete.
    undecided: Option<Map>,
    /// The number of changes to the disk when a commit had failed.
    changes: Option<u64>,
    errors: Vec<Error>,
}

impl Life {
    fn live(options: &RedbOptions, disk: Disk, before: Map) -> Self {
        let mut life = Self {
            disk,
            acknowledged: before,
            undecided: None,
            changes: None,
            errors: Vec::new(),
        };
        for step in 0..2 {
            let engine = match life.disk.open(options) {
                Ok(engine) => engine,
                Err(error) => {
                    assert!(life.disk.has_failed(), "{error}");
                    life.errors.push(error);
                    break;
                }
            };
            life.write(&engine, step * 100);
            life.check_quiet();
            if let Err(error) = engine.close() {
                life.errors.push(error);
                break;
            }
            if life.undecided.is_some() {
                // It was closed without an error.
                assert!(!life.errors.is_empty());
                break;
            }
        }
        life
    }

    fn write(&mut self, engine: &Redb, first: u8) {
        for number in 0..4 {
            self.transact(engine, |txn| put_many(txn, first + number, 2, 700));
        }
        if let Err(error) = engine.checkpoint() {
            self.errors.push(error);
        }
        // Fills a segment, which grows then, and the next one.
        for number in 0..12 {
            self.transact(engine, |txn| {
                txn.delete(&[b'k', first + number % 4])?;
                put_many(txn, first + 10 + number, 2, 1_900)
            });
        }
        // Around the log.
        self.transact(engine, |txn| put_many(txn, first + 40, 4, 20_000));
        for number in 0..3 {
            self.transact(engine, |txn| put_many(txn, first + 42 + number, 2, 300));
        }
    }

    fn transact(&mut self, engine: &Redb, body: impl Fn(&mut Txn<'_>) -> Result<(), Error>) {
        let mut after = self.acknowledged.clone();
        let failed_before = self.changes.is_some();
        let changes = self.disk.changes();
        let result = engine.transact(|txn| {
            body(txn)?;
            after = entries(txn)?;
            Ok(())
        });
        match result {
            Ok(()) => {
                assert!(!failed_before, "a commit after one that failed");
                self.acknowledged = after;
            }
            Err(error) => {
                if error.kind() == ErrorKind::OutcomeUnknown {
                    assert!(!failed_before, "tried after one that failed");
                    self.undecided = Some(after);
                    self.changes = Some(self.disk.changes());
                } else if failed_before {
                    assert_eq!(self.disk.changes(), changes);
                }
                self.errors.push(error);
            }
        }
        self.check_reads(engine);
    }

    /// Checks that reads are correct, or refused because the disk can't be read.
    fn check_reads(&mut self, engine: &Redb) {
        match engine.snapshot().and_then(|snapshot| entries(&snapshot)) {
            Ok(found) => assert_eq!(found, self.acknowledged),
            Err(error) => self.errors.push(error),
        }
    }

    /// Checks that nothing was written after a failed commit.
    fn check_quiet(&self) {
        if let Some(changes) = self.changes {
            assert_eq!(self.disk.changes(), changes, "written after a failure");
        }
    }

    fn judge(self, call: u64, whole: &Map) {
        assert!(self.disk.has_failed(), "the call was never made");
        if self.errors.is_empty() {
            // The call was retried, or nothing depended on it.
            assert_eq!(&self.acknowledged, whole, "nobody was told");
        }
        for error in &self.errors {
            let kinds = [ErrorKind::Io, ErrorKind::OutcomeUnknown];
            assert!(kinds.contains(&error.kind()), "{:?} {error}", error.kind());
            assert!(error.to_string().contains("`users.redb`"), "{error}");
        }
        // The disk recovers, or the machine stops as well.
        for cut in [
            PowerCut::KeepsAll,
            PowerCut::LosesAll,
            PowerCut::Tears,
            PowerCut::TearsSectors,
        ] {
            let mut random = Rng::with_seed(call);
            let disk = self.disk.after(cut, &mut random);
            let engine = disk.open(&SMALL).unwrap();
            let found = all(&engine);
            let is_undecided = self.undecided.as_ref() == Some(&found);
            assert!(
                is_undecided || found == self.acknowledged,
                "{cut:?}: {:?}",
                self.errors
            );
            engine.transact(|txn| txn.put(b"new", b"1")).unwrap();
            engine.close().unwrap();
            let engine = disk.open(&SMALL).unwrap();
            assert_eq!(all(&engine).len(), found.len() + 1);
        }
    }
}

/// All entries of `read`.
fn entries(read: &impl Read) -> Result<Map, Error> {
    use std::ops::{Bound, ControlFlow};

    let mut map = Map::new();
    let everything = (Bound::Unbounded, Bound::Unbounded);
    read.scan(everything, Order::Ascending, |key, value| {
        map.insert(key.to_vec(), value.to_vec());
        ControlFlow::Continue(())
    })?;
    Ok(map)
}
