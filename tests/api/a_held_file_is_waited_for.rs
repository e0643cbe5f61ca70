//! Opening waits up to its timeout for a file that somebody else has open.

use std::thread;
use std::time::{Duration, Instant};

use headcount::{Directory, ErrorKind};

use crate::helpers::{TempPath, create_inactive, finish, refusal};

#[test]
fn everybody_gets_the_file_in_time() {
    let file = TempPath::new();
    thread::scope(|scope| {
        for n in 0..20 {
            let path = &file.path;
            scope.spawn(move || {
                let patient = Directory::options().open_timeout(Duration::from_mins(1));
                let directory = patient.open(path).unwrap();
                create_inactive(&directory, &format!("user-{n}@ex.co"));
                directory.close().unwrap();
            });
        }
    });
    let directory = file.open();
    assert_eq!(directory.len().unwrap(), 20);
    finish(directory);
}

#[test]
fn the_timeout_is_kept() {
    let file = TempPath::new();
    let directory = file.open();
    let timed = |options: headcount::Options| {
        let start = Instant::now();
        assert_eq!(refusal(options.open(&file.path)), ErrorKind::AlreadyOpen);
        start.elapsed()
    };
    let patient = || Directory::options().open_timeout(Duration::from_millis(150));
    assert!(timed(patient()) >= Duration::from_millis(150));
    assert!(timed(patient().read_only(true)) >= Duration::from_millis(150));
    assert!(timed(Directory::options()) < Duration::from_millis(150));
    finish(directory);
    // Errors that don't go away by waiting are returned at once.
    let missing = Directory::options()
        .create_if_missing(false)
        .open_timeout(Duration::from_mins(1));
    let nowhere = file.path.with_file_name("nowhere.redb");
    assert_eq!(refusal(missing.open(nowhere)), ErrorKind::Io);
}
