//! The life of the process that will be killed, from its own side.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use headcount::{Applied, Directory, ErrorKind, Result};

use crate::report::Report;
use crate::request::Request;
use crate::setup::Setup;
use crate::writer;

/// Seats of the directory: fewer than the writers would like to take.
pub const SEATS: u64 = 50;

/// How many threads write.
const WRITERS: u64 = 6;

/// Where the directory is; set for the process that will be killed.
pub const PATH_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_PATH";
/// The seed of the choices of this life.
pub const SEED_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_SEED";
/// After how many milliseconds it closes the directory, if it lives that long.
pub const CLOSE_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_CLOSE_MS";

/// Changes that are trimmed at a time.
const TRIMMED_AT_ONCE: u64 = 20;

/// Opens the directory as usual; it is made if it is not there.
pub fn open(path: &Path) -> Result<Directory> {
    Setup::default().options().open(path)
}

/// No test by itself: what the test binary does when a story starts it again.
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

/// Opens, sends again what may not have been done, and writes until it is killed
/// or has lived for long enough.
fn live(path: &Path, seed: u64, close_after: Duration) {
    let again: Vec<Request> = io::stdin()
        .lines()
        .map(|line| line.unwrap().parse().unwrap())
        .collect();
    let setup = Setup::of_this_process();
    Report::Opening.send();
    let directory = setup.options().open(path).unwrap();
    Report::Opened.send();
    for request in &again {
        make(&directory, request);
    }
    thread::scope(|scope| {
        for number in 0..WRITERS {
            let directory = &directory;
            scope.spawn(move || writer::write(directory, number, seed));
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

/// Trims the history step by step up to `limit`, which the parent has read, until the
/// directory is closed.
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

/// Makes a request and tells what became of it; `None` where it was refused.
pub fn make(directory: &Directory, request: &Request) -> Option<Applied> {
    Report::Intent(request.clone()).send();
    match directory.apply(request.batch()) {
        Ok(applied) => {
            let sequence = applied.sequence.expect("every request changes something");
            Report::Done(request.id, sequence).send();
            Some(applied)
        }
        Err(error) => {
            let expected = matches!(
                error.kind(),
                ErrorKind::NoFreeSeat { .. } | ErrorKind::Closed
            );
            assert!(expected, "{request}: {error}");
            Report::Refused(request.id).send();
            None
        }
    }
}
