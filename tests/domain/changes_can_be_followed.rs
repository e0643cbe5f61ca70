//! Every committed batch is one numbered change. Any number of readers see the changes in the same
//! order, each at its own pace, until the history is trimmed.

use std::thread;
use std::time::{Duration, Instant};

use headcount::{Batch, Change, ChangeFeed, Directory, ErrorKind, Event, NewUser, Result};

use crate::helpers::{
    TempPath, at_once, changes, finish, hire, kind, last_sequence, on_both_engines, unlimited,
};

/// A timeout that only a reader that is never woken reaches.
const LONG: Duration = Duration::from_mins(1);
const NOW: Duration = Duration::ZERO;

/// The changes that can be read without waiting.
fn drain(feed: &mut ChangeFeed) -> Vec<Change> {
    std::iter::from_fn(|| feed.recv_timeout(NOW).unwrap()).collect()
}

#[test]
fn numbers_have_no_gap_with_many_writers() {
    let file = TempPath::new();
    for (directory, writes) in [(unlimited(), 100), (file.open(), 5)] {
        directory
            .set_license(headcount::License::Enterprise)
            .unwrap();
        let before = last_sequence(&directory);
        let drawn = at_once(8, |thread| {
            let hire = |n| {
                let batch = Batch::new().create_user(&*format!("u{thread}.{n}@ex.co"));
                directory.apply(batch).unwrap().sequence.unwrap()
            };
            // Refused batches, and batches that change nothing, take no number.
            let drawn: Vec<_> = (0..writes).map(hire).collect();
            let again = format!("u{thread}.0@ex.co");
            assert_eq!(kind(directory.create_user(&*again)), ErrorKind::EmailTaken);
            directory.activate_user(&*again).unwrap();
            drawn
        });
        let mut drawn: Vec<_> = drawn.into_iter().flatten().collect();
        drawn.sort_unstable();
        let expected: Vec<_> = (before + 1..=before + 8 * writes).collect();
        assert_eq!(drawn, expected);
        let on_record = changes(&directory, before);
        assert!(on_record.iter().map(|change| change.sequence).eq(expected));
        finish(directory);
    }
}

#[test]
fn readers_at_different_paces_see_the_same() {
    let file = TempPath::new();
    for (directory, writes) in [(unlimited(), 700_u64), (file.open(), 30)] {
        directory
            .set_license(headcount::License::Enterprise)
            .unwrap();
        let start = last_sequence(&directory);
        let seen = thread::scope(|scope| {
            let readers: Vec<_> = (0..4)
                .map(|pace| {
                    let mut feed = directory.follow(start);
                    scope.spawn(move || read(&mut feed, writes, pace))
                })
                .collect();
            for n in 0..writes {
                hire(&directory, &format!("u{n}"));
            }
            readers
                .into_iter()
                .map(|reader| reader.join().unwrap())
                .collect::<Vec<_>>()
        });
        let on_record = changes(&directory, start);
        assert_eq!(on_record.len() as u64, writes);
        assert!(seen.iter().all(|seen| *seen == on_record));
        // A later reader reads the whole history too, in several pages.
        assert_eq!(drain(&mut directory.follow(start)), on_record);
        finish(directory);
    }
}

fn read(feed: &mut ChangeFeed, count: u64, pace: u64) -> Vec<Change> {
    let one = |n| {
        if n % 10 == 0 {
            thread::sleep(Duration::from_millis(pace));
        }
        let change = feed.recv_timeout(LONG).unwrap().unwrap();
        assert_eq!(feed.position(), change.sequence);
        change
    };
    (0..count).map(one).collect()
}

#[test]
fn a_reader_waits_and_is_woken() {
    on_both_engines(|directory| {
        let mut feed = directory.follow(last_sequence(directory));
        assert!(feed.recv_timeout(NOW).unwrap().is_none());
        assert!(
            feed.recv_timeout(Duration::from_millis(20))
                .unwrap()
                .is_none()
        );
        let began = Instant::now();
        let change = thread::scope(|scope| {
            let reader = scope.spawn(move || feed.recv_timeout(LONG).unwrap());
            thread::sleep(Duration::from_millis(20));
            hire(directory, "ann");
            reader.join().unwrap().unwrap()
        });
        assert!(began.elapsed() < LONG / 2, "it waited for the timeout");
        assert!(matches!(change.events[..], [Event::UserCreated { .. }]));
    });
}

/// The end of a long timeout may be out of range.
#[test]
fn the_longest_timeout_waits_forever() {
    let directory = unlimited();
    let mut feed = directory.follow(0);
    hire(&directory, "ann");
    assert_eq!(
        feed.recv_timeout(Duration::MAX).unwrap().unwrap().sequence,
        1
    );
    thread::scope(|scope| {
        let reader = scope.spawn(move || feed.recv_timeout(Duration::MAX).unwrap());
        thread::sleep(Duration::from_millis(20));
        hire(&directory, "bob");
        assert_eq!(reader.join().unwrap().unwrap().sequence, 2);
    });
    finish(directory);
}

#[test]
fn a_batch_that_changes_nothing_wakes_nobody() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let mut feed = directory.follow(last_sequence(directory));
        directory.activate_user(ann).unwrap();
        assert!(
            feed.recv_timeout(Duration::from_millis(20))
                .unwrap()
                .is_none()
        );
        // A batch with a request id is a change even without events.
        directory.apply(Batch::new().request_id([1; 16])).unwrap();
        assert!(feed.recv_timeout(LONG).unwrap().unwrap().events.is_empty());
    });
}

#[test]
fn closing_wakes_those_who_wait() {
    let file = TempPath::new();
    for directory in [unlimited(), file.open()] {
        hire(&directory, "ann");
        directory.verify().unwrap();
        let last = last_sequence(&directory);
        let began = Instant::now();
        let results: Vec<Result<_>> = thread::scope(|scope| {
            let waiting: Vec<_> = (0..3)
                .map(|_| {
                    let mut feed = directory.follow(last);
                    scope.spawn(move || feed.recv_timeout(LONG))
                })
                .collect();
            thread::sleep(Duration::from_millis(20));
            directory.clone().close().unwrap();
            waiting
                .into_iter()
                .map(|reader| reader.join().unwrap())
                .collect()
        });
        assert!(began.elapsed() < LONG / 2, "it waited for the timeout");
        for result in results {
            assert_eq!(kind(result), ErrorKind::Closed);
        }
        assert_eq!(
            kind(directory.follow(last).recv_timeout(LONG)),
            ErrorKind::Closed
        );
    }
}

#[test]
fn a_position_outlives_the_process() {
    let file = TempPath::new();
    let directory = file.open();
    let mut feed = directory.follow(0);
    for name in ["ann", "bob", "cho"] {
        hire(&directory, name);
    }
    feed.recv_timeout(NOW).unwrap().unwrap();
    let position = feed.position();
    drop(feed);
    directory.close().unwrap();

    let directory = file.open();
    let mut feed = directory.follow(position);
    hire(&directory, "dee");
    let rest: Vec<_> = drain(&mut feed)
        .iter()
        .map(|change| change.sequence)
        .collect();
    assert_eq!(rest, [2, 3, 4]);
    finish(directory);
}

fn trimmed(resume_after: u64) -> ErrorKind {
    ErrorKind::HistoryTrimmed { resume_after }
}

fn changes_kind(directory: &Directory, after: u64) -> ErrorKind {
    directory.changes(after).unwrap_err().kind()
}

#[test]
fn a_reader_of_trimmed_history_is_told_where_to_resume() {
    on_both_engines(|directory| {
        for n in 0..9 {
            hire(directory, &format!("u{n}"));
        }
        // Including the license, these are ten changes; the first four are trimmed.
        let mut behind = directory.follow(2);
        let mut ahead = directory.follow(7);
        assert_eq!(directory.trim_changes(5).unwrap(), 4);
        for after in 0..4 {
            assert_eq!(changes_kind(directory, after), trimmed(4));
            assert_eq!(kind(directory.follow(after).recv_timeout(LONG)), trimmed(4));
        }
        assert_eq!(kind(behind.recv_timeout(LONG)), trimmed(4));
        assert_eq!(behind.position(), 2);
        assert_eq!(ahead.recv_timeout(LONG).unwrap().unwrap().sequence, 8);

        // After reading everything again, resuming misses nothing.
        let resumed = drain(&mut directory.follow(4));
        assert_eq!(resumed, changes(directory, 4));
        assert_eq!(resumed.len(), 6);
        let verified = directory.verify().unwrap();
        assert_eq!((verified.changes, verified.active), (6, 9));
    });
}

/// As after a restore from a backup, when waiting would never end.
#[test]
fn a_reader_ahead_of_the_directory_is_told_at_once() {
    on_both_engines(|directory| {
        let latest = last_sequence(directory);
        let not_yet = |latest| ErrorKind::ChangeNotYet { latest };
        for after in [latest + 1, latest + 1_000, u64::MAX] {
            assert_eq!(changes_kind(directory, after), not_yet(latest));
            let mut feed = directory.follow(after);
            assert_eq!(kind(feed.recv_timeout(NOW)), not_yet(latest));
            let since = Instant::now();
            assert_eq!(kind(feed.recv_timeout(LONG)), not_yet(latest));
            assert!(since.elapsed() < LONG / 2);
            assert_eq!(feed.position(), after);
        }
        assert!(changes(directory, latest).is_empty());

        // Once there is a change with that number, the position is valid.
        let mut feed = directory.follow(latest + 1);
        hire(directory, "ann");
        assert!(feed.recv_timeout(NOW).unwrap().is_none());
        hire(directory, "bob");
        assert_eq!(
            feed.recv_timeout(LONG).unwrap().unwrap().sequence,
            latest + 2
        );

        directory.trim_changes(u64::MAX).unwrap();
        assert_eq!(changes_kind(directory, latest + 3), not_yet(latest + 2));
        let said = directory.changes(latest + 3).unwrap_err().to_string();
        assert!(said.contains("read all users again"), "{said}");
    });
}

#[test]
fn trimming_goes_exactly_as_far_as_requested() {
    let file = TempPath::new();
    let directory = file.open();
    for name in ["ann", "bob", "cho"] {
        hire(&directory, name);
    }
    assert_eq!(directory.trim_changes(0).unwrap(), 0);
    assert_eq!(directory.trim_changes(1).unwrap(), 0);
    assert_eq!(directory.trim_changes(3).unwrap(), 2);
    assert_eq!(directory.trim_changes(3).unwrap(), 0);
    assert_eq!(directory.trim_changes(u64::MAX).unwrap(), 1);
    assert_eq!(directory.trim_changes(u64::MAX).unwrap(), 0);
    assert_eq!(changes_kind(&directory, 2), trimmed(3));
    assert!(changes(&directory, 3).is_empty());
    directory.close().unwrap();

    // Numbering continues.
    let directory = file.open();
    assert_eq!(changes_kind(&directory, 2), trimmed(3));
    let mut feed = directory.follow(3);
    assert!(feed.recv_timeout(NOW).unwrap().is_none());
    hire(&directory, "dee");
    assert_eq!(feed.recv_timeout(LONG).unwrap().unwrap().sequence, 4);
    finish(directory);
}

/// Trims more changes than one transaction does.
#[test]
fn a_long_history_is_trimmed_to_the_end() {
    let directory = unlimited();
    let ann = directory
        .create_user(NewUser::new("ann@ex.co").active(false))
        .unwrap()
        .id();
    for _ in 0..5_100 {
        directory.activate_user(ann).unwrap();
        directory.deactivate_user(ann).unwrap();
    }
    assert_eq!(directory.trim_changes(10_200).unwrap(), 10_199);
    let left: Vec<_> = changes(&directory, 10_199)
        .iter()
        .map(|change| change.sequence)
        .collect();
    assert_eq!(left, [10_200, 10_201]);
    finish(directory);
}

/// An iterator returns its whole history, whatever is trimmed meanwhile.
#[test]
fn an_iterator_reads_the_history_that_it_started_with() {
    on_both_engines(|directory| {
        for n in 0..300_u128 {
            let nothing = Batch::new().request_id(n.to_be_bytes());
            directory.apply(nothing).unwrap();
        }
        let history = directory.changes(0).unwrap();
        directory.trim_changes(250).unwrap();
        assert_eq!(history.count(), 301);
    });
}
