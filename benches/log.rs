//! The cost of the log in long runs of writes, and when opening after a crash:
//! `cargo bench --bench log`.
//!
//! It first measures the first commit after opening a directory of 1,000,000 users, then opening it
//! after a process that wrote 100 users, and one that wrote 10,000 more, was killed. Then 16
//! threads create users with random addresses, each waiting for its commit, at the end beside a
//! backup, a verification and reads. `HEADCOUNT_BENCH_USERS`, `HEADCOUNT_BENCH_SECONDS` and
//! `HEADCOUNT_BENCH_THREADS` change these numbers; `HEADCOUNT_BENCH_LOG_MIB` sets the size of the
//! log.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::env;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use headcount::{Batch, Directory, License, NewUser};

const LOAD_OPS: u64 = 100_000;
/// The directory of the process that is killed, and how many users it writes.
const CRASH: &str = "HEADCOUNT_BENCH_CRASH";
const CRASH_USERS: &str = "HEADCOUNT_BENCH_CRASH_USERS";
/// The length of a step in the series of latencies.
const STEP: Duration = Duration::from_millis(250);

fn main() {
    if let Some(path) = env::var_os(CRASH) {
        write_and_crash(Path::new(&path), number(CRASH_USERS, 0));
    }
    let users = number("HEADCOUNT_BENCH_USERS", 1_000_000);
    let seconds = number("HEADCOUNT_BENCH_SECONDS", 20);
    let threads = number("HEADCOUNT_BENCH_THREADS", 16);
    // In the target folder, which is on a disk; the system's temporary folder may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("users.redb");
    let started = Instant::now();
    load(&path, users);
    println!(
        "{users} users loaded in {:.1?}, {:.0} MB on disk",
        started.elapsed(),
        megabytes(&path)
    );
    first_commit(&path);
    for count in [100, 10_000] {
        recover(&path, count);
    }
    sustain(&path, seconds, threads);
    beside(&path, threads);
}

fn number(name: &str, usual: u64) -> u64 {
    env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// The space of the file on the disk, because redb makes the file longer before it writes there.
fn megabytes(path: &Path) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "it is printed without any")]
    let bytes = (std::fs::metadata(path).unwrap().blocks() * 512) as f64;
    bytes / 1e6
}

fn open(path: &Path) -> Directory {
    let mut options = Directory::options().license_if_new(License::Enterprise);
    if let Some(mib) = env::var_os("HEADCOUNT_BENCH_LOG_MIB") {
        options = options.log_bytes(mib.to_str().unwrap().parse::<u64>().unwrap() << 20);
    }
    options.open(path).unwrap()
}

/// An address that is far from those of the users created before and after.
fn email(number: u64) -> String {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    format!("{mixed:016x}@example.com")
}

fn user(number: u64) -> NewUser {
    NewUser::new(email(number)).given_name("Ann")
}

fn load(path: &Path, users: u64) {
    let directory = open(path);
    for start in (0..users).step_by(usize::try_from(LOAD_OPS).unwrap()) {
        let new = (start..users.min(start + LOAD_OPS)).map(user);
        directory
            .apply(new.fold(Batch::new(), Batch::create_user))
            .unwrap();
    }
    directory.close().unwrap();
}

/// Numbers of users that no run has created yet.
fn first_free(directory: &Directory) -> u64 {
    let seats = directory.seats().unwrap();
    seats.active + 1_000_000_000
}

fn write_and_crash(path: &Path, count: u64) -> ! {
    let directory = open(path);
    let first = first_free(&directory);
    thread::scope(|scope| {
        for thread in 0..8 {
            let directory = &directory;
            scope.spawn(move || {
                for made in (thread..count).step_by(8) {
                    directory.create_user(user(first + made)).unwrap();
                }
            });
        }
    });
    std::process::abort();
}

/// How much more the first commit after opening costs than the second: it creates the log, and lets
/// the database note that there is one.
fn first_commit(path: &Path) {
    let mut waits: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..9 {
        let directory = open(path);
        for waits in &mut waits {
            let number = first_free(&directory) + 700_000_000;
            let begun = Instant::now();
            directory.create_user(user(number)).unwrap();
            waits.push(begun.elapsed());
        }
        directory.close().unwrap();
    }
    let [first, second] = waits.map(|mut waits| {
        waits.sort_unstable();
        waits[waits.len() / 2]
    });
    println!("first commit after opening {first:.2?}, second {second:.2?} (medians of 9)");
}

/// Opens the directory after a process that wrote `count` users was killed.
fn recover(path: &Path, count: u64) {
    for round in 1..=3 {
        let status = Command::new(env::current_exe().unwrap())
            .env(CRASH, path)
            .env(CRASH_USERS, count.to_string())
            .status();
        assert!(!status.unwrap().success());
        let started = Instant::now();
        let directory = open(path);
        let opened = started.elapsed();
        let first = directory.user_by_email(&email(0)).unwrap();
        assert!(first.is_some());
        let read = started.elapsed();
        let number = first_free(&directory);
        directory.create_user(user(number + 500_000_000)).unwrap();
        let written = started.elapsed();
        directory.close().unwrap();
        println!(
            "killed with {count} writes in the log, round {round}: open {opened:.2?}, \
             first read {read:.2?}, first write {written:.2?}, closed {:.2?}",
            started.elapsed()
        );
    }
}

/// When each create ended, from the beginning, and how long it waited.
type Waits = Vec<(Duration, Duration)>;

/// Creates users on `threads` threads while `goes_on`, numbered from `first`.
fn create_while(
    directory: &Directory,
    threads: u64,
    first: u64,
    goes_on: impl Fn() -> bool + Sync,
) -> Waits {
    let started = Instant::now();
    let all = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for thread in 0..threads {
            let (all, goes_on) = (&all, &goes_on);
            scope.spawn(move || {
                let mut waits = Vec::new();
                let mut number = first + thread;
                while goes_on() {
                    let begun = Instant::now();
                    directory.create_user(user(number)).unwrap();
                    waits.push((started.elapsed(), begun.elapsed()));
                    number += threads;
                }
                all.lock().unwrap().extend(waits);
            });
        }
    });
    all.into_inner().unwrap()
}

/// Describes how long creates waited.
fn shown(waits: &Waits) -> String {
    let mut waits: Vec<Duration> = waits.iter().map(|(_, wait)| *wait).collect();
    waits.sort_unstable();
    let at = |permille: usize| waits[(waits.len() - 1) * permille / 1000];
    format!(
        "p50 {:.2?}, p99 {:.2?}, p99.9 {:.2?}, longest {:.2?}",
        at(500),
        at(990),
        at(999),
        at(1000)
    )
}

/// Creates users for some time, and prints how long each waited.
fn sustain(path: &Path, seconds: u64, threads: u64) {
    let directory = open(path);
    let before = megabytes(path);
    let first = first_free(&directory) + 2_000_000_000;
    let started = Instant::now();
    let until = Duration::from_secs(seconds);
    let waits = create_while(&directory, threads, first, || started.elapsed() < until);
    let took = started.elapsed();
    println!("ms, creates, longest wait in ms:");
    let mut series =
        vec![(0, Duration::ZERO); usize::try_from(took.as_millis() / 250).unwrap() + 1];
    for (at, wait) in &waits {
        let step = &mut series[usize::try_from(at.as_millis() / STEP.as_millis()).unwrap()];
        *step = (step.0 + 1, step.1.max(*wait));
    }
    for (step, (creates, longest)) in series.iter().enumerate() {
        println!(
            "{:>6} {creates:>6} {:>8.1}",
            step * 250,
            longest.as_secs_f64() * 1e3
        );
    }
    #[expect(clippy::cast_precision_loss, reason = "it is printed without any")]
    let rate = waits.len() as f64 / took.as_secs_f64();
    println!(
        "{threads} threads, {took:.1?}: {rate:.0} creates a second, {}; \
         {before:.0} MB on disk before, {:.0} MB after",
        shown(&waits),
        megabytes(path)
    );
    directory.close().unwrap();
    println!("closed {:.0} MB", megabytes(path));
}

/// Creates users beside other work on the directory, and prints how long each waited.
fn beside(path: &Path, threads: u64) {
    let directory = open(path);
    let backup = path.with_extension("backup");
    let works: [(&str, &(dyn Fn() + Sync)); 4] = [
        ("nothing", &|| thread::sleep(Duration::from_secs(5))),
        ("a backup", &|| {
            directory.backup(&backup).unwrap();
        }),
        ("a verification", &|| {
            directory.verify().unwrap();
        }),
        ("reads", &|| read_for(&directory, Duration::from_secs(5))),
    ];
    for (round, (name, work)) in (3..).zip(works) {
        let first = first_free(&directory) + round * 1_000_000_000;
        let is_over = AtomicBool::new(false);
        let started = Instant::now();
        let (waits, took) = thread::scope(|scope| {
            let working = scope.spawn(|| {
                work();
                is_over.store(true, Ordering::Relaxed);
                started.elapsed()
            });
            let goes_on = || !is_over.load(Ordering::Relaxed);
            let waits = create_while(&directory, threads, first, goes_on);
            (waits, working.join().unwrap())
        });
        println!(
            "{threads} threads beside {name}, {took:.1?}: {} creates, {}",
            waits.len(),
            shown(&waits)
        );
    }
    println!("without writers:");
    read_for(&directory, Duration::from_secs(5));
    directory.close().unwrap();
}

/// Finds users by email for some time, one after another, and prints how long each look-up took.
fn read_for(directory: &Directory, time: Duration) {
    let started = Instant::now();
    let mut took = Vec::new();
    let mut number = 0_u64;
    while started.elapsed() < time {
        number = number.wrapping_add(7919) % 100_000;
        let email = email(number);
        let begun = Instant::now();
        let found = directory.user_by_email(&email).unwrap();
        took.push(begun.elapsed());
        assert!(found.is_some());
    }
    took.sort_unstable();
    let at = |permille: usize| took[(took.len() - 1) * permille / 1000];
    println!(
        "reads: p50 {:.2?}, p99 {:.2?}, p99.9 {:.2?}",
        at(500),
        at(990),
        at(999)
    );
}
