//! Compares the reports of the killed processes with the contents of the directory.

use std::collections::HashMap;
use std::fmt::Write;
use std::mem;
use std::path::Path;

use fastrand::Rng;
use headcount::{Change, Directory, License};

use crate::kit::content::{Content, trimmed};
use crate::kit::model::Model;
use crate::life::{self, Drawn, SEATS};
use crate::report::Report;

/// What is known about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The process died before it reported: the request was applied completely or not at all.
    Unknown,
    /// Acknowledged, or found in the directory: it has this change, permanently.
    Done(u64),
    /// Refused, or not found in the directory: it must never appear.
    Nothing,
}

/// All requests to one directory, by seed.
pub struct Ledger {
    fates: HashMap<u64, Fate>,
    /// The requests whose outcome the last process did not report, in the order in which it made
    /// them.
    in_doubt: Vec<u64>,
    drawn: Drawn,
    /// The state after the changes up to `seen`.
    model: Model,
    seen: u64,
    /// How many unacknowledged requests were found in the directory, and how many were not.
    found: u64,
    lost: u64,
}

fn empty() -> Model {
    Model::new(License::Seats(SEATS))
}

impl Ledger {
    pub fn new() -> Self {
        Self {
            fates: HashMap::new(),
            in_doubt: Vec::new(),
            drawn: Drawn::new(),
            model: empty(),
            seen: 0,
            found: 0,
            lost: 0,
        }
    }

    /// Half of the requests in doubt, a line each, which the next process repeats first. The others
    /// are not repeated.
    pub fn take_again(&mut self, random: &mut Rng) -> String {
        let mut again = String::new();
        for seed in mem::take(&mut self.in_doubt) {
            if random.bool() {
                writeln!(again, "{seed}").unwrap();
            }
        }
        again
    }

    /// Records a report of a process.
    pub fn note(&mut self, report: Report) {
        match report {
            Report::Intent(seed) => {
                self.in_doubt.push(seed);
                // A request that was applied keeps its change when it is repeated.
                let fate = self.fates.entry(seed).or_insert(Fate::Unknown);
                if *fate == Fate::Nothing {
                    *fate = Fate::Unknown;
                }
            }
            Report::Done(seed, sequence) => {
                let (fate, done) = (self.decided(seed), Fate::Done(sequence));
                assert!(*fate == Fate::Unknown || *fate == done, "request {seed}");
                *fate = done;
            }
            Report::Refused(seed) => {
                // A repeated request that was applied must not be refused.
                let fate = self.decided(seed);
                assert_eq!(*fate, Fate::Unknown, "request {seed}");
                *fate = Fate::Nothing;
            }
            Report::Opening | Report::Opened | Report::Closing | Report::Closed => {}
        }
    }

    fn decided(&mut self, seed: u64) -> &mut Fate {
        self.in_doubt.retain(|other| *other != seed);
        self.fates.get_mut(&seed).expect("an intent before")
    }

    /// Opens the directory, and compares it with the reports.
    pub fn check(&mut self, path: &Path) {
        let directory = life::open(path).unwrap();
        let before = self.seen;
        for change in changes(&directory, before) {
            self.take(&change);
        }
        for (seed, fate) in &mut self.fates {
            match *fate {
                Fate::Done(sequence) => assert!(
                    sequence <= self.seen,
                    "acknowledged as change {sequence} of {}, and lost: {:?}",
                    self.seen,
                    self.drawn.request(*seed)
                ),
                Fate::Unknown => {
                    self.lost += 1;
                    *fate = Fate::Nothing;
                }
                Fate::Nothing => {}
            }
        }
        directory.verify().unwrap();
        self.model.trim(trimmed(&directory).unwrap() + 1);
        let found = Content::of(&directory, before).unwrap();
        found.assert_is(&Content::of_model(&self.model, before));
        directory.close().unwrap();
    }

    /// Reads the whole history again: each applied request has exactly its change, and the others
    /// have none.
    pub fn check_from_the_start(&mut self, path: &Path) {
        self.check(path);
        let directory = life::open(path).unwrap();
        let seen = mem::take(&mut self.seen);
        self.model = empty();
        let changes = changes(&directory, 0);
        for change in &changes {
            self.take(change);
        }
        assert_eq!(self.seen, seen);
        let found = Content::of(&directory, 0).unwrap();
        found.assert_is(&Content::of_model(&self.model, 0));
        let fates = self.fates.values();
        let done = fates.filter(|fate| matches!(fate, Fate::Done(_)));
        assert_eq!(done.count(), changes.len());
        directory.close().unwrap();
    }

    /// The next change must be a complete request that was not refused, have the acknowledged
    /// number, and do what the model does.
    fn take(&mut self, change: &Change) {
        assert_eq!(change.sequence, self.seen + 1, "a gap in the changes");
        self.seen = change.sequence;
        let id = *change
            .request_id
            .expect("of a request with an id")
            .as_bytes();
        let seed = u64::try_from(u128::from_be_bytes(id)).unwrap();
        let request = self.drawn.request(seed);
        let fate = self.fates.get_mut(&seed).expect("nobody asked for it");
        match *fate {
            Fate::Nothing => panic!("refused or lost before, but in the directory: {request:?}"),
            Fate::Unknown => {
                self.found += 1;
                *fate = Fate::Done(change.sequence);
            }
            Fate::Done(sequence) => assert_eq!(
                change.sequence, sequence,
                "applied twice, or moved: {request:?}"
            ),
        }
        let answer = self.model.apply(&request).unwrap();
        assert_eq!(answer.sequence, Some(change.sequence), "{request:?}");
        assert!(!answer.replayed, "done twice: {request:?}");
    }

    /// A summary of the story in one line.
    pub fn summary(&self) -> String {
        format!(
            "{} requests, {} of them applied; of those without an answer, {} were applied and {} were not",
            self.fates.len(),
            self.seen,
            self.found,
            self.lost
        )
    }

    /// The number of the last change that was checked, which is the number of applied requests.
    pub fn done(&self) -> u64 {
        self.seen
    }
}

fn changes(directory: &Directory, after: u64) -> Vec<Change> {
    let changes = directory.changes(after).unwrap();
    changes.collect::<headcount::Result<_>>().unwrap()
}
