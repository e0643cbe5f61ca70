//! Mixed load for any length of time: writers, a reader that walks through all users, license
//! changes, backups and checks, in a process that is killed repeatedly. After each kill, the test
//! opens and verifies the directory, compares it with the acknowledged writes, and prints its size
//! and the memory of the process.
//!
//! `./test --soak SECONDS` sets `HEADCOUNT_SOAK_SECONDS`; without it, nothing runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The harness shows it with --nocapture.
#![allow(clippy::print_stdout)]
#![cfg(unix)]

#[path = "../kit/mod.rs"]
mod kit;
mod life;

use std::env;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use headcount::Directory;

use crate::kit::child;
use crate::life::{KEPT, SEATS_MAX, WRITERS, acknowledged, name};

/// How long a process lives, in seconds.
const LIFE_SECONDS: std::ops::Range<u64> = 5..40;

#[test]
fn a_directory_under_load_outlives_its_processes() {
    let Ok(seconds) = env::var("HEADCOUNT_SOAK_SECONDS") else {
        return;
    };
    let end = Instant::now() + Duration::from_secs(seconds.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (mut lives, mut commits) = (0, 0);
    while Instant::now() < end {
        let left = end.saturating_duration_since(Instant::now());
        let life = Duration::from_secs(fastrand::u64(LIFE_SECONDS)).min(left);
        live(folder.path(), life);
        lives += 1;
        commits = check(folder.path(), lives);
    }
    println!("{lives} kills, {commits} commits; everything acknowledged was there");
    assert!(commits > lives, "hardly anything was written");
}

/// Lets a process work in `folder` and kills it.
fn live(folder: &Path, life: Duration) {
    let mut command = child::again("life::the_process_that_is_killed");
    let mut child = command.env(life::FOLDER, folder).spawn().unwrap();
    thread::sleep(life);
    let memory = resident_bytes(child.id());
    assert!(
        child.try_wait().unwrap().is_none(),
        "it ended before it was killed"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let sizes = [
        "users.redb",
        "users.redb-log0",
        "users.redb-log1",
        "users.redb-log2",
    ]
    .map(|name| fs::metadata(folder.join(name)).map_or(0, |metadata| metadata.len()));
    println!(
        "killed after {:>3} s: {:>4} MiB resident, file {:>5} MiB, log {:>3} MiB",
        life.as_secs(),
        memory >> 20,
        sizes[0] >> 20,
        sizes[1..].iter().sum::<u64>() >> 20,
    );
}

/// The resident memory of a process; 0 where the system doesn't say.
fn resident_bytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() << 10
}

/// Opens and checks the directory, and returns how many commits it has.
fn check(folder: &Path, lives: u64) -> u64 {
    let started = Instant::now();
    let directory = Directory::open(folder.join("users.redb")).unwrap();
    let opened = started.elapsed();
    directory.verify().unwrap();
    let seats = directory.seats().unwrap();
    assert!(seats.active <= SEATS_MAX, "{seats}");
    for writer in 0..WRITERS {
        let done = acknowledged(folder, writer);
        let is_there = |number| {
            directory
                .user(name(writer, number).as_str())
                .unwrap()
                .is_some()
        };
        assert!(done == 0 || is_there(done), "{writer} lost {done}");
        let gone = done.saturating_sub(KEPT);
        assert!(gone == 0 || !is_there(gone), "{writer} has {gone} again");
    }
    // A kill leaves every complete backup complete.
    let backup = folder.join("backup.redb");
    if backup.exists() {
        let backup = Directory::open(backup).unwrap();
        backup.verify().unwrap();
        backup.close().unwrap();
    }
    let commits = directory.stats().unwrap().latest_change;
    println!("  {lives}: opened in {} ms, {seats}", opened.as_millis());
    directory.close().unwrap();
    commits
}
