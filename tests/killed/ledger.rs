//! What the killed processes said, and what is held against it.

use std::collections::HashMap;
use std::path::Path;

use headcount::{Change, Directory, UserId};

use crate::life::{self, SEATS};
use crate::random::Random;
use crate::report::Report;
use crate::request::Request;
use crate::state::State;

/// What is known of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The process died before it said: whole, or nothing.
    Unknown,
    /// Acknowledged, or seen in the directory: it has this change, for good.
    Done(u64),
    /// Refused, or not found in the directory: it must not turn up.
    Nothing,
}

/// All requests to one directory.
#[derive(Default)]
pub struct Ledger {
    requests: HashMap<UserId, (Request, Fate)>,
    /// What the last process has not said the outcome of, in the order of intents.
    in_doubt: Vec<UserId>,
    /// What the changes up to `seen` came to.
    state: State,
    seen: u64,
    /// Of those that were not acknowledged: how many were there, and how many not.
    found: u64,
    lost: u64,
}

impl Ledger {
    /// Some of the requests in doubt: the next process sends them again first. The
    /// others are not sent again.
    pub fn take_again(&mut self, random: &mut Random) -> Vec<Request> {
        let mut again = std::mem::take(&mut self.in_doubt);
        again.retain(|_| random.percent(50));
        again.iter().map(|id| self.requests[id].0.clone()).collect()
    }

    /// Takes down a line of a process.
    pub fn note(&mut self, report: Report) {
        match report {
            Report::Intent(request) => {
                self.in_doubt.push(request.id);
                let known = self.requests.get(&request.id).map(|(_, fate)| *fate);
                // One that is done already must be answered with the same change.
                let fate = match known {
                    Some(done @ Fate::Done(_)) => done,
                    _ => Fate::Unknown,
                };
                self.requests.insert(request.id, (request, fate));
            }
            Report::Done(id, sequence) => {
                self.in_doubt.retain(|other| *other != id);
                let (request, fate) = self.requests.get_mut(&id).expect("an intent before");
                let done = Fate::Done(sequence);
                assert!(matches!(*fate, Fate::Unknown) || *fate == done, "{request}");
                *fate = done;
            }
            Report::Refused(id) => {
                self.in_doubt.retain(|other| *other != id);
                let (request, fate) = self.requests.get_mut(&id).expect("an intent before");
                // One that is done is answered when it is sent again.
                assert_eq!(*fate, Fate::Unknown, "{request}");
                *fate = Fate::Nothing;
            }
            Report::Opening | Report::Opened | Report::Closing | Report::Closed => {}
        }
    }

    /// Opens what is left, and compares it with what was said. Returns how many
    /// changes are new.
    pub fn check(&mut self, path: &Path) -> u64 {
        let directory = life::open(path).unwrap();
        let before = self.seen;
        let changes: Vec<Change> = Self::changes(&directory, before);
        for change in &changes {
            self.take(change);
        }
        for (request, fate) in self.requests.values_mut() {
            match *fate {
                Fate::Done(sequence) => assert!(
                    sequence <= self.seen,
                    "acknowledged as change {sequence} of {}, and lost: {request}",
                    self.seen
                ),
                Fate::Unknown => {
                    self.lost += 1;
                    *fate = Fate::Nothing;
                }
                Fate::Nothing => {}
            }
        }
        let verified = directory.verify().unwrap();
        let seats = directory.seats().unwrap();
        assert_eq!(State::of(&directory), self.state, "not what was requested");
        assert_eq!(seats.limit(), Some(SEATS));
        assert_eq!(
            (verified.active, seats.active),
            (self.state.active(), self.state.active())
        );
        assert!(seats.active <= SEATS);
        directory.close().unwrap();
        self.seen - before
    }

    /// Reads the whole history again: each request that was done has the one
    /// change that it had, and the rest have none.
    pub fn check_from_the_start(&mut self, path: &Path) {
        self.check(path);
        let directory = life::open(path).unwrap();
        let state = std::mem::take(&mut self.state);
        let seen = std::mem::take(&mut self.seen);
        let changes = Self::changes(&directory, 0);
        for change in &changes {
            self.take(change);
        }
        assert_eq!((&self.state, self.seen), (&state, seen));
        let done = self
            .requests
            .values()
            .filter(|(_, fate)| matches!(fate, Fate::Done(_)));
        assert_eq!(done.count(), changes.len());
        directory.close().unwrap();
    }

    fn changes(directory: &Directory, after: u64) -> Vec<Change> {
        let changes = directory.changes(after).unwrap();
        changes.collect::<headcount::Result<_>>().unwrap()
    }

    /// The next change must be a whole request that nobody was told is not there,
    /// with the number that was acknowledged.
    fn take(&mut self, change: &Change) {
        assert_eq!(change.sequence, self.seen + 1, "a gap in the changes");
        self.seen = change.sequence;
        let id = UserId::from_bytes(
            *change
                .request_id
                .expect("every request has an id")
                .as_bytes(),
        );
        let (request, fate) = self.requests.get_mut(&id).expect("nobody asked for it");
        match *fate {
            Fate::Nothing => panic!("refused or lost before, and there: {request}"),
            Fate::Unknown => {
                self.found += 1;
                *fate = Fate::Done(change.sequence);
            }
            Fate::Done(sequence) => {
                assert_eq!(
                    change.sequence, sequence,
                    "there twice, or moved: {request}"
                );
            }
        }
        self.state.apply(&request.ops, &change.events);
    }

    /// What the story was about, in one line.
    pub fn summary(&self) -> String {
        format!(
            "{} requests, {} of them done; of those without an answer {} are there and {} not",
            self.requests.len(),
            self.seen,
            self.found,
            self.lost
        )
    }

    /// The number of the last change that was looked at, which is how many requests are
    /// done.
    pub fn done(&self) -> u64 {
        self.seen
    }
}
