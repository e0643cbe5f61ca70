//! Power cuts at any call to the disk: acknowledged transactions are there, others
//! completely or not at all.
//!
//! A seed determines one script: transactions, checkpoints, closing and opening, until the
//! power is cut; then the disk is opened, compared with the states it may be in, and
//! written to again. A script without threads is deterministic; in one with threads the
//! power is also cut during background checkpoints. `HEADCOUNT_CRASH_SEEDS=10000` runs that
//! many; `HEADCOUNT_CRASH_SEED=17` runs one.

use std::collections::BTreeMap;
use std::io;
use std::ops::{Bound, ControlFlow};

use fastrand::Rng;

use super::disk::{Disk, Fault, PowerCut};
use super::{CREATE, read_only};
use crate::engine::redb::{Redb, RedbOptions, Snapshot};
use crate::engine::{Engine, Order, Read, Write};
use crate::error::ErrorKind;
use crate::testkit::cases::{each_seed, print};

/// The default number of scripts.
const SEEDS: u64 = 300;
/// Power cuts per script.
const CUTS: usize = 4;
/// Different keys; few, so that they are often overwritten.
const KEYS: u8 = 24;

/// The contents of an engine.
pub(super) type Map = BTreeMap<Vec<u8>, Vec<u8>>;

#[test]
fn a_power_cut_takes_nothing_that_was_acknowledged() {
    let mut seen = Seen::default();
    let seeds = each_seed(SEEDS, |seed| seen.add(&Script::new(seed).run()));
    print(&format!("{seen:?}"));
    if seeds >= SEEDS {
        // Otherwise this test would prove little. Of 1,500 scripts:
        let counts = [
            (seen.acknowledged, 10_000),
            (seen.undecided, 100),
            (seen.kept, 20),
            (seen.dropped, 20),
            (seen.failed_opens, 50),
            (seen.checkpoints, 500),
            (seen.resumed, 500),
            (seen.third_segments, 20),
        ];
        let mut counts = counts.into_iter();
        let is_enough = counts.all(|(count, enough)| count * 1_500 > enough * seeds);
        assert!(is_enough, "{seen:?}");
    }
}

/// What happened in the scripts.
#[derive(Debug, Default)]
struct Seen {
    acknowledged: u64,
    checkpoints: u64,
    failed_opens: u64,
    /// Transactions in progress at a power cut, and their outcomes.
    undecided: u64,
    kept: u64,
    dropped: u64,
    /// Opens that left the log in place, and lives after which both segments were full, so
    /// that there was a third.
    resumed: u64,
    third_segments: u64,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.acknowledged += other.acknowledged;
        self.checkpoints += other.checkpoints;
        self.failed_opens += other.failed_opens;
        self.undecided += other.undecided;
        self.kept += other.kept;
        self.dropped += other.dropped;
        self.resumed += other.resumed;
        self.third_segments += other.third_segments;
    }
}

struct Script {
    random: Rng,
    disk: Disk,
    options: RedbOptions,
    /// The last acknowledged state.
    acknowledged: Map,
    /// The state after the transaction in progress at the power cut.
    undecided: Option<Map>,
    seen: Seen,
}

impl Script {
    fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let log_bytes = *random.choice(&[64 << 10, 256 << 10, 1 << 20]).unwrap();
        Self {
            options: RedbOptions {
                log_bytes,
                log_bytes_max: *random.choice(&[None, Some(4 << 20)]).unwrap(),
                // The log is taken over by a checkpoint, or while opening.
                recovers_later: random.u8(..4) > 0,
                // With threads, checkpoints run while the script goes on.
                background: random.u8(..4) == 0,
                ..CREATE
            },
            random,
            disk: Disk::default(),
            acknowledged: Map::new(),
            undecided: None,
            seen: Seen::default(),
        }
    }

    fn run(mut self) -> Seen {
        for _ in 0..CUTS {
            let calls = *self.random.choice(&[4, 40, 200, 600]).unwrap();
            self.disk.set_fault(Some(Fault {
                call: self.disk.calls() + self.random.u64(1..=calls),
                kind: io::ErrorKind::Other,
                for_good: true,
            }));
            self.live();
            self.cut();
            // Sometimes the next life begins without a check.
            if self.random.u8(..4) > 0 {
                self.look();
            }
        }
        self.look();
        self.seen
    }

    /// Opens, writes and closes until the power is cut.
    fn live(&mut self) {
        while !self.disk.has_failed() {
            let engine = match self.disk.open(&self.options) {
                Ok(engine) => engine,
                Err(error) => {
                    assert!(self.disk.has_failed(), "it does not open: {error}");
                    self.seen.failed_opens += 1;
                    return;
                }
            };
            self.seen.resumed += u64::from(engine.has_frozen());
            self.decide(&engine);
            for _ in 0..self.random.usize(..60) {
                if self.disk.has_failed() {
                    break;
                }
                match self.random.u8(..40) {
                    0 => {
                        let made = engine.checkpoint().is_ok();
                        self.seen.checkpoints += u64::from(made);
                    }
                    _ => self.transact(&engine),
                }
            }
            match self.random.u8(..3) {
                0 => drop(engine),
                _ => drop(engine.close()),
            }
        }
    }

    /// Reads everything, which must be one of the possible states.
    fn look(&mut self) {
        self.disk.set_fault(None);
        let options = RedbOptions {
            // A first file may not have been finished.
            create: self.disk.names().is_empty() || self.acknowledged.is_empty(),
            ..self.options.clone()
        };
        let read = read_only::read(&self.disk);
        let engine = self.disk.open(&options).unwrap();
        self.seen.resumed += u64::from(engine.has_frozen());
        assert_eq!(
            shown(&read),
            shown(&all(&engine)),
            "a reader sees something else"
        );
        self.decide(&engine);
        if self.random.bool() {
            engine.close().unwrap();
            assert_eq!(self.disk.names(), ["base"], "the log is still there");
            return;
        }
        // A state that was seen is permanent, even if nothing was written since.
        for _ in 0..self.random.usize(..3) {
            self.transact(&engine);
        }
        self.disk.fail_from_now(io::ErrorKind::Other);
        drop(engine);
        self.cut();
    }

    fn cut(&mut self) {
        let cut = *self
            .random
            .choice(&[
                PowerCut::LosesAll,
                PowerCut::KeepsAll,
                PowerCut::Tears,
                PowerCut::TearsSectors,
            ])
            .unwrap();
        let has_third = self.disk.names().contains(&"log2".to_owned());
        self.seen.third_segments += u64::from(has_third);
        self.disk = self.disk.after(cut, &mut self.random);
    }

    fn decide(&mut self, engine: &Redb) {
        let found = all(engine);
        if let Some(undecided) = self.undecided.take() {
            self.seen.undecided += 1;
            if found == undecided {
                self.seen.kept += 1;
                self.acknowledged = undecided;
                return;
            }
            self.seen.dropped += 1;
        }
        assert_eq!(shown(&found), shown(&self.acknowledged));
        assert_eq!(found, self.acknowledged);
    }

    fn transact(&mut self, engine: &Redb) {
        let mut after = self.acknowledged.clone();
        let writes = self.writes();
        let result = engine.transact(|txn| {
            for (key, value) in &writes {
                match value {
                    Some(value) => txn.put(key, value)?,
                    None => txn.delete(key)?,
                }
            }
            Ok(())
        });
        for (key, value) in writes {
            match value {
                Some(value) => after.insert(key, value),
                None => after.remove(&key),
            };
        }
        match result {
            Ok(()) => {
                self.acknowledged = after;
                self.seen.acknowledged += 1;
                if self.random.u8(..8) == 0 {
                    assert_eq!(all(engine), self.acknowledged);
                }
            }
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
                assert!(self.disk.has_failed(), "{error}");
                self.undecided = Some(after);
            }
            Err(error) => assert!(self.disk.has_failed(), "{error}"),
        }
    }

    fn writes(&mut self) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        let count = self.random.usize(1..6);
        (0..count)
            .map(|_| {
                let key = vec![b'k', self.random.u8(..KEYS)];
                let bytes = match self.random.u8(..50) {
                    // Around the log.
                    0 => 20_000,
                    1..5 => self.random.usize(400..3_000),
                    _ => self.random.usize(..100),
                };
                let value = vec![self.random.u8(..); bytes];
                (key, (self.random.u8(..5) > 0).then_some(value))
            })
            .collect()
    }
}

/// All entries of an engine.
pub(super) fn all(engine: &Redb) -> Map {
    all_of(&engine.snapshot().unwrap())
}

/// All entries of `snapshot`.
pub(super) fn all_of(snapshot: &Snapshot) -> Map {
    let mut map = Map::new();
    let everything = (Bound::Unbounded, Bound::Unbounded);
    snapshot
        .scan(everything, Order::Ascending, |key, value| {
            map.insert(key.to_vec(), value.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
    map
}

/// The first bytes of each entry, for messages.
fn shown(map: &Map) -> Vec<String> {
    map.iter()
        .map(|(key, value)| format!("{}={:?}x{}", key[1], value.first(), value.len()))
        .collect()
}
