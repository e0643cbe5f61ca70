//! The process that will be killed.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use headcount::{Directory, ErrorKind, Result};

use crate::kit::draw::{self, Profile};
use crate::kit::script::Request;
use crate::report::Report;
use crate::setup::Setup;

/// The seats of a new directory.
pub const SEATS: u64 = 20;
/// How many users come and go: more than there are seats.
const PEOPLE: u32 = 40;

/// How many threads write.
const WRITERS: u64 = 6;
/// How many requests a thread draws to find one that will be accepted.
const DRAWN_MAX: u32 = 4;

/// The path of the directory; set for the process that will be killed.
pub const PATH_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_PATH";
/// The seed of the process's choices.
pub const SEED_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_SEED";
/// After how many milliseconds the process closes the directory, if it is still alive.
pub const CLOSE_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_CLOSE_MS";

/// How many changes are trimmed at a time.
const TRIMMED_AT_ONCE: u64 = 20;

/// The generator of requests, the same in both processes.
pub struct Drawn(Profile);

impl Drawn {
    pub fn new() -> Self {
        Self(Profile::people(PEOPLE, 10..30))
    }

    /// The request of this seed, which is also its request id.
    pub fn request(&self, seed: u64) -> Request {
        Request {
            id: Some(u128::from(seed).to_be_bytes()),
            ..draw::request(&self.0, seed)
        }
    }
}

/// Opens the directory, or creates it if it is missing.
pub fn open(path: &Path) -> Result<Directory> {
    Setup::default().options().open(path)
}

/// Does nothing as a test; a story starts it as a process.
#[test]
fn the_process_that_is_killed() {
    let Some(path) = env::var_os(PATH_VARIABLE) else {
        return;
    };
    let number = |name| env::var(name).unwrap().parse::<u64>().unwrap();
    live(
        &PathBuf::from(path),
        number(SEED_VARIABLE),
        Duration::from_millis(number(CLOSE_VARIABLE)),
    );
}

/// Opens the directory, repeats the requests on standard input, and writes until it is killed or
/// `close_after` has passed.
fn live(path: &Path, seed: u64, close_after: Duration) {
    let again: Vec<u64> = io::stdin()
        .lines()
        .map(|line| line.unwrap().parse().unwrap())
        .collect();
    let setup = Setup::of_this_process();
    Report::Opening.send();
    let directory = setup.options().open(path).unwrap();
    Report::Opened.send();
    let drawn = Drawn::new();
    for seed in again {
        make(&directory, &drawn, seed);
    }
    thread::scope(|scope| {
        for number in 0..WRITERS {
            let directory = &directory;
            scope.spawn(move || write(directory, Rng::with_seed(seed ^ number)));
        }
        if let Some(limit) = setup.trim_up_to {
            let directory = &directory;
            scope.spawn(move || trim(directory, limit));
        }
        thread::sleep(close_after);
        Report::Closing.send();
        directory.clone().close().unwrap();
    });
    Report::Closed.send();
}

/// Makes requests, most of which are accepted, until the directory is closed.
fn write(directory: &Directory, mut random: Rng) {
    let drawn = Drawn::new();
    loop {
        let mut seed = random.u64(..);
        for _ in 0..random.u32(..DRAWN_MAX) {
            match directory.dry_run(drawn.request(seed).to_batch()) {
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Closed => return,
                Err(_) => seed = random.u64(..),
            }
        }
        if !make(directory, &drawn, seed) {
            return;
        }
    }
}

/// Makes a request and reports the result; returns whether the directory is still open.
fn make(directory: &Directory, drawn: &Drawn, seed: u64) -> bool {
    let request = drawn.request(seed);
    Report::Intent(seed).send();
    match directory.apply(request.to_batch()) {
        Ok(applied) => {
            // A request with an id always has a change.
            Report::Done(seed, applied.sequence.unwrap()).send();
            true
        }
        Err(error) => {
            let is_closed = error.kind() == ErrorKind::Closed;
            assert!(is_closed || error.is_refusal(), "{request:?}: {error}");
            Report::Refused(seed).send();
            !is_closed
        }
    }
}

/// Trims the history step by step, up to `limit`, the last change that the parent has read, until
/// the directory is closed.
fn trim(directory: &Directory, limit: u64) {
    let mut up_to = limit.saturating_sub(10 * TRIMMED_AT_ONCE);
    loop {
        up_to = (up_to + TRIMMED_AT_ONCE).min(limit);
        match directory.trim_changes(up_to) {
            Ok(_) => thread::sleep(Duration::from_millis(2)),
            Err(error) => return assert_eq!(error.kind(), ErrorKind::Closed, "{error}"),
        }
    }
}
