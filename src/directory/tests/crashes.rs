//! Power cuts at any call to the disk, seen through the facade: every acknowledged request
//! is there once, and the one in progress completely or not at all.
//!
//! A seed determines one script of requests. The model in `tests/kit` applies each
//! acknowledged request, and is compared with the directory then and after each power cut.
//! `HEADCOUNT_CRASH_SEEDS=10000` runs that many seeds; `HEADCOUNT_CRASH_SEED=17` runs one.

use std::io;

use fastrand::Rng;

use crate::directory::Directory;
use crate::directory::holds::Holds;
use crate::engine::embedded::Embedded;
use crate::engine::redb::RedbOptions;
use crate::engine::redb::tests::disk::{Disk, Fault, PowerCut};
use crate::error::{ErrorKind, Result};
use crate::model::{Applied, License};
use crate::testkit::cases::{each_seed, print};
use crate::testkit::content::Content;
use crate::testkit::draw::{self, Profile};
use crate::testkit::model::{Answer, Model, Refusal};
use crate::testkit::script::Request;

/// The default number of scripts.
const SEEDS: u64 = 200;
/// Power cuts per script.
const CUTS: usize = 3;
/// Bytes of the user cache: enough for a few users.
const CACHE_BYTES: usize = 16 << 10;
/// The license of a new directory; it is small, so that requests compete for seats.
const LICENSE: License = License::Seats(8);
const PEOPLE: u32 = 14;

#[test]
fn a_power_cut_takes_no_request_that_was_acknowledged() {
    let mut seen = Seen::default();
    let seeds = each_seed(SEEDS, |seed| {
        let of_script = Script::new(seed).run();
        for (sum, count) in seen.0.iter_mut().zip(of_script.0) {
            *sum += count;
        }
    });
    print(&format!("{seen:?}"));
    if seeds >= SEEDS {
        // Otherwise this test would prove little. Of a thousand scripts:
        let enough = [5_000, 1_000, 200, 20, 20, 100, 100, 1_000];
        let mut counts = seen.0.iter().zip(enough);
        let is_enough = counts.all(|(count, enough)| count * 1_000 > enough * seeds);
        assert!(is_enough, "{seen:?}");
    }
}

/// What happened in the scripts: acknowledged and refused requests, unknown outcomes, how
/// many of them were kept and dropped, failed opens, checkpoints, and replayed outcomes.
#[derive(Debug, Default)]
struct Seen([u64; 8]);

const ACKNOWLEDGED: usize = 0;
const REFUSED: usize = 1;
const UNDECIDED: usize = 2;
const KEPT: usize = 3;
const DROPPED: usize = 4;
const FAILED_OPENS: usize = 5;
const CHECKPOINTS: usize = 6;
const REPLAYED: usize = 7;

/// A request to a directory.
#[derive(Clone, Debug)]
enum Asked {
    Batch(Request),
    /// Trim the changes below this number.
    Trim(u64),
}

impl Asked {
    fn make(&self, directory: &Directory) -> Result<Option<Applied>> {
        match self {
            Self::Batch(request) => directory.apply(request.to_batch()).map(Some),
            Self::Trim(before) => directory.trim_changes(*before).map(|_| None),
        }
    }

    fn tell(&self, model: &mut Model) -> std::result::Result<Option<Answer>, Refusal> {
        match self {
            Self::Batch(request) => model.apply(request).map(Some),
            Self::Trim(before) => {
                model.trim(*before);
                Ok(None)
            }
        }
    }
}

struct Script {
    random: Rng,
    disk: Disk,
    options: RedbOptions,
    profile: Profile,
    /// Has applied every acknowledged request.
    model: Model,
    /// The request whose outcome is unknown.
    undecided: Option<Asked>,
    /// Acknowledged requests with ids, and their answers.
    told: Vec<(Request, Applied)>,
    /// Makes request ids distinct.
    count: u64,
    seen: Seen,
}

impl Script {
    fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let log_bytes = *random.choice(&[64 << 10, 256 << 10, 1 << 20]).unwrap();
        Self {
            options: RedbOptions {
                cache_bytes: 1 << 20,
                log_bytes,
                log_bytes_max: *random.choice(&[None, Some(4 << 20)]).unwrap(),
                background: false,
                ..RedbOptions::new(true)
            },
            profile: Profile::people(PEOPLE, 2..10),
            random,
            disk: Disk::default(),
            model: Model::new(LICENSE),
            undecided: None,
            told: Vec::new(),
            count: 0,
            seen: Seen::default(),
        }
    }

    fn run(mut self) -> Seen {
        for _ in 0..CUTS {
            let calls = *self.random.choice(&[20, 80, 300, 800]).unwrap();
            self.disk.set_fault(Some(Fault {
                call: self.disk.calls() + self.random.u64(1..=calls),
                kind: io::ErrorKind::Other,
                for_good: true,
            }));
            self.live();
            let cuts = [PowerCut::LosesAll, PowerCut::KeepsAll, PowerCut::Tears];
            let cut = *self.random.choice(&cuts).unwrap();
            self.disk = self.disk.after(cut, &mut self.random);
            // Sometimes the next life begins without a check.
            if self.random.u8(..4) > 0 {
                self.look();
            }
        }
        self.look();
        self.seen
    }

    fn open(&self) -> Result<Directory> {
        let engine = Embedded::Redb(self.disk.open(&self.options)?);
        Directory::start(engine, LICENSE, CACHE_BYTES, Holds::new(u64::MAX / 2))
    }

    /// Opens, writes and closes until the power is cut.
    fn live(&mut self) {
        while !self.disk.has_failed() {
            let Ok(directory) = self.open() else {
                assert!(self.disk.has_failed(), "it does not open");
                self.seen.0[FAILED_OPENS] += 1;
                return;
            };
            if self.decide(&directory).is_err() {
                assert!(self.disk.has_failed(), "it can't be read");
                return;
            }
            for _ in 0..self.random.usize(..50) {
                if self.disk.has_failed() {
                    break;
                }
                if self.random.u8(..25) == 0 {
                    self.checkpoint(&directory);
                } else {
                    self.request(&directory);
                }
            }
            match self.random.u8(..3) {
                0 => drop(directory),
                _ => drop(directory.close()),
            }
        }
    }

    fn checkpoint(&mut self, directory: &Directory) {
        let Embedded::Redb(engine) = &*directory.shared.engine else {
            return;
        };
        match engine.checkpoint() {
            Ok(()) => self.seen.0[CHECKPOINTS] += 1,
            Err(error) => assert!(self.disk.has_failed(), "{error}"),
        }
    }

    /// Draws a request that will mostly be accepted.
    fn draw(&mut self) -> Asked {
        if self.random.u8(..30) == 0 {
            let last = self.model.last_change();
            return Asked::Trim(last.saturating_sub(self.random.u64(..12)));
        }
        self.count += 1;
        let id = self
            .random
            .bool()
            .then(|| u128::from(self.count).to_be_bytes());
        loop {
            let request = draw::request(&self.profile, self.random.u64(..));
            let request = Request { id, ..request };
            if self.model.clone().apply(&request).is_ok() || self.random.u8(..8) == 0 {
                return Asked::Batch(request);
            }
        }
    }

    /// Makes a request, and applies it to the model if it was acknowledged.
    fn request(&mut self, directory: &Directory) {
        let asked = self.draw();
        match asked.make(directory) {
            Ok(applied) => {
                self.seen.0[ACKNOWLEDGED] += 1;
                self.tell_model(asked, applied);
            }
            Err(error) if error.is_refusal() => {
                self.seen.0[REFUSED] += 1;
                let refused = asked.tell(&mut self.model).unwrap_err();
                assert_eq!((error.kind(), error.op_index()), refused, "{asked:?}");
            }
            Err(error) => {
                assert!(self.disk.has_failed(), "{error}");
                // Trimming has no unknown outcome: it may have ended before the error.
                let is_trim = matches!(asked, Asked::Trim(_));
                if is_trim || error.kind() == ErrorKind::OutcomeUnknown {
                    self.seen.0[UNDECIDED] += 1;
                    self.undecided = Some(asked);
                }
                return;
            }
        }
        let Ok(seats) = directory.seats() else {
            assert!(self.disk.has_failed(), "the seats can't be read");
            return;
        };
        assert_eq!(seats.active, self.model.state.active());
    }

    /// Applies an acknowledged request to the model, and expects the same outcome.
    fn tell_model(&mut self, asked: Asked, applied: Option<Applied>) {
        let answer = asked.tell(&mut self.model).unwrap();
        assert_eq!(applied.as_ref().map(Answer::of), answer, "{asked:?}");
        if let (Asked::Batch(request), Some(applied)) = (asked, applied)
            && request.id.is_some()
            && !applied.replayed
        {
            self.told.push((request, applied));
        }
    }

    /// Compares the directory with the model, and determines the outcome of the request in
    /// progress. Fails if the disk can't be read.
    fn decide(&mut self, directory: &Directory) -> Result<()> {
        let found = Content::of(directory, 0)?;
        let dropped = Content::of_model(&self.model, 0);
        let Some(asked) = self.undecided.take() else {
            found.assert_is(&dropped);
            return Ok(());
        };
        if found == dropped {
            self.seen.0[DROPPED] += 1;
            return Ok(());
        }
        self.seen.0[KEPT] += 1;
        asked.tell(&mut self.model).unwrap();
        found.assert_is(&Content::of_model(&self.model, 0));
        Ok(())
    }

    /// Checks everything, on a disk without faults.
    fn look(&mut self) {
        self.disk.set_fault(None);
        let directory = self.open().unwrap();
        let undecided = self.undecided.clone();
        let kept = self.seen.0[KEPT];
        self.decide(&directory).unwrap();
        let kept = self.seen.0[KEPT] > kept;
        directory.verify().unwrap();
        // A caller without an answer repeats the request.
        if let Some(Asked::Batch(request)) = undecided
            && request.id.is_some()
        {
            let applied = directory.apply(request.to_batch()).unwrap();
            assert_eq!(applied.replayed, kept);
            self.tell_model(Asked::Batch(request), Some(applied));
        }
        self.check_replays(&directory);
        let found = Content::of(&directory, 0).unwrap();
        found.assert_is(&Content::of_model(&self.model, 0));
        directory.verify().unwrap();
        directory.close().unwrap();
        assert_eq!(self.disk.names(), ["base"], "the log is still there");
    }

    /// Checks that each repeated request gets its earlier answer.
    fn check_replays(&mut self, directory: &Directory) {
        let trimmed = self.model.trimmed;
        self.told
            .retain(|(_, applied)| applied.sequence.is_some_and(|sequence| sequence > trimmed));
        for (request, told) in &self.told {
            let again = directory.apply(request.to_batch()).unwrap();
            assert!(again.replayed, "{request:?} was done twice");
            assert_eq!(again.outcomes, told.outcomes);
            assert_eq!(again.sequence, told.sequence);
            self.seen.0[REPLAYED] += 1;
        }
    }
}
