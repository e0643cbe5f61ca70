//! Commits with delayed syncs: a power cut keeps a prefix of them that includes everything
//! synced, and never a commit without the earlier ones. Killing the process loses nothing.
//!
//! A seed determines one script, as in `crashes`; `HEADCOUNT_CRASH_SEED=17` runs one.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use fastrand::Rng;

use super::crashes::{Map, all};
use super::disk::{Disk, Fault, PowerCut};
use super::{CREATE, EXISTING, put};
use crate::engine::redb::{Redb, RedbOptions};
use crate::engine::{Engine, Write};
use crate::testkit::cases::each_seed;

/// The default number of scripts.
const SEEDS: u64 = 200;

/// Without threads, syncs happen only when the script runs them.
const LATER: RedbOptions = RedbOptions {
    log_bytes: 64 << 10,
    sync_interval: Some(Duration::from_millis(1)),
    background: false,
    ..CREATE
};

#[test]
fn a_power_cut_keeps_the_first_of_the_commits_up_to_the_last_sync_or_more() {
    let mut seen = (0, 0);
    let seeds = each_seed(SEEDS, |seed| {
        let (kept, lost) = Script::new(seed).run();
        seen.0 += kept;
        seen.1 += lost;
    });
    if seeds >= SEEDS {
        // Otherwise this test would prove little. Of 800 scripts, more than 100 of each:
        let (kept, lost) = (seen.0 as u64, seen.1 as u64);
        assert!(kept.min(lost) * 800 > 100 * seeds, "{seen:?}");
    }
}

struct Script {
    random: Rng,
    disk: Disk,
    /// The state after each commit, beginning with the empty one.
    states: Vec<Map>,
    /// How many of the states were acknowledged, and how many must survive a power cut.
    acknowledged: usize,
    synced: usize,
}

impl Script {
    fn new(seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
            disk: Disk::default(),
            states: vec![BTreeMap::new()],
            acknowledged: 0,
            synced: 0,
        }
    }

    /// Returns the commits after the last sync that were kept, and those that were lost.
    fn run(mut self) -> (usize, usize) {
        let (mut kept, mut lost) = (0, 0);
        for _ in 0..4 {
            self.live();
            let cuts = [PowerCut::LosesAll, PowerCut::KeepsAll, PowerCut::Tears];
            let cut = *self.random.choice(&cuts).unwrap();
            self.disk = self.disk.after(cut, &mut self.random);
            let promised = match cut {
                PowerCut::KeepsAll => self.acknowledged,
                _ => self.synced,
            };
            let engine = self.disk.open(&LATER).unwrap();
            let found = all(&engine);
            let at = self.states.iter().rposition(|state| *state == found);
            let at = at.unwrap_or_else(|| panic!("a hole, after {cut:?}"));
            assert!(at >= promised, "{at} of {promised}, after {cut:?}");
            kept += at.saturating_sub(self.synced);
            lost += self.acknowledged.saturating_sub(at);
            self.states.truncate(at + 1);
            // A state that a reader saw is permanent, even if nothing was written since.
            if self.random.bool() {
                engine.close().unwrap();
            } else {
                self.disk.fail_from_now(io::ErrorKind::Other);
                drop(engine);
                self.disk = self.disk.after(PowerCut::Tears, &mut self.random);
            }
            (self.acknowledged, self.synced) = (at, at);
        }
        (kept, lost)
    }

    fn live(&mut self) {
        let engine = self.disk.open(&LATER).unwrap();
        assert!(all(&engine) == self.states[self.acknowledged]);
        let ends_early = self.random.bool();
        let last = ends_early.then(|| self.random.u64(1..60));
        self.disk.set_fault(last.map(|calls| Fault {
            call: self.disk.calls() + calls,
            kind: io::ErrorKind::Other,
            for_good: true,
        }));
        for _ in 0..self.random.usize(..40) {
            if !self.step(&engine) {
                break;
            }
        }
        if !self.disk.has_failed() {
            // Closing it would sync.
            self.disk.fail_from_now(io::ErrorKind::Other);
        }
        drop(engine);
    }

    /// Runs one step; returns whether the script continues.
    fn step(&mut self, engine: &Redb) -> bool {
        match self.random.u8(..12) {
            0 => {
                let synced = engine.sync().is_ok();
                if synced {
                    self.synced = self.acknowledged;
                }
                return synced;
            }
            1 => {
                let made = engine.checkpoint().is_ok();
                if made {
                    self.synced = self.acknowledged;
                }
                return made;
            }
            _ => {}
        }
        // No two states are the same.
        let number = self.states.len().to_le_bytes();
        let key = [b'k', self.random.u8(..10)];
        let around = self.random.u8(..30) == 0;
        let bytes = if around {
            20_000
        } else {
            self.random.usize(..2_000)
        };
        let value = vec![7; bytes];
        let mut state = self.states.last().unwrap().clone();
        state.insert(b"number".to_vec(), number.to_vec());
        state.insert(key.to_vec(), value.clone());
        self.states.push(state);
        let committed = engine.transact(|txn| {
            txn.put(b"number", &number)?;
            txn.put(&key, &value)
        });
        if committed.is_ok() {
            self.acknowledged = self.states.len() - 1;
            assert_eq!(all(engine), self.states[self.acknowledged]);
            if around {
                self.synced = self.acknowledged;
            }
        }
        committed.is_ok()
    }
}

/// The thread that syncs is not asleep when the directory is closed.
#[test]
fn closing_does_not_wait_for_the_next_sync() {
    let hourly = RedbOptions {
        sync_interval: Some(Duration::from_hours(1)),
        ..CREATE
    };
    for _ in 0..50 {
        let disk = Disk::default();
        disk.open(&hourly).unwrap().close().unwrap();
        let engine = disk.open(&hourly).unwrap();
        put(&engine, b"ann", b"1").unwrap();
        engine.close().unwrap();
        assert_eq!(all(&disk.open(&EXISTING).unwrap()).len(), 1);
    }
}
