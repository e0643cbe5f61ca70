//! More writes than checkpoints can keep up with: writers wait, nothing is lost, and the
//! log stays within its limit.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{CREATE, EXISTING, get};
use crate::engine::redb::{Redb, RedbOptions};
use crate::engine::{Engine, Write};

const WRITERS: u8 = 4;
const COMMITS: u16 = 300;
const LOG_BYTES: u64 = 64 << 10;

#[test]
fn a_full_log_holds_writers_up_and_loses_nothing() {
    let longest = longest_log(None);
    assert!((1..=LOG_BYTES).contains(&longest), "{longest} bytes of log");
}

#[test]
fn a_log_beside_a_larger_file_becomes_larger_within_its_bound() {
    let most = 4 * LOG_BYTES;
    let longest = longest_log(Some(most));
    let expected = LOG_BYTES + 1..=most;
    assert!(expected.contains(&longest), "{longest} bytes of log");
}

/// Writes far more than the log can hold, checks that it is all there, and returns how long
/// the log was at most.
fn longest_log(log_bytes_max: Option<u64>) -> u64 {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let options = RedbOptions {
        log_bytes: LOG_BYTES,
        log_bytes_max,
        ..CREATE
    };
    let engine = Redb::open(&path, &options).unwrap();
    let done = AtomicBool::new(false);
    let longest = thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut longest = 0;
            while !done.load(Ordering::Relaxed) {
                let bytes = |name: &str| {
                    let log = directory.path().join(format!("users.redb-{name}"));
                    fs::metadata(log).map_or(0, |metadata| metadata.len())
                };
                longest = longest.max(bytes("log0") + bytes("log1"));
                thread::yield_now();
            }
            longest
        });
        let writers = (0..WRITERS).map(|writer| {
            let engine = &engine;
            scope.spawn(move || {
                for commit in 0..COMMITS {
                    let [high, low] = commit.to_be_bytes();
                    let key = [writer, high, low];
                    engine.transact(|txn| txn.put(&key, &[low; 700])).unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap()
    });
    // Far more than the log can hold.
    let written = u64::from(WRITERS) * u64::from(COMMITS) * 700;
    assert!(written > 8 * LOG_BYTES);
    drop(engine);
    let engine = Redb::open(&path, &EXISTING).unwrap();
    for writer in 0..WRITERS {
        for commit in 0..COMMITS {
            let [high, low] = commit.to_be_bytes();
            assert_eq!(get(&engine, &[writer, high, low]), Some(vec![low; 700]));
        }
    }
    longest
}
