//! Where durable writes spend their time: `cargo bench --bench commits`.
//!
//! 1, 4, 16 and 64 threads create users in a directory of 100,000, then deactivate and activate
//! them, each waiting for its commit. They take turns with a preallocated log that gets one write
//! and one sync for each group of creates, which is the limit set by the disk. For each, it prints
//! the rate, how many requests share a commit, and the cost of a request: processor time of the
//! requesting threads and of the engine's threads, and how often the requesting thread waits.
//!
//! `HEADCOUNT_BENCH_DIR` is the folder for the files. In memory a sync takes no time, so no groups
//! form. `HEADCOUNT_BENCH_USERS`, `HEADCOUNT_BENCH_ROUNDS`, `HEADCOUNT_BENCH_MILLIS` (of a turn)
//! and `HEADCOUNT_BENCH_THREADS` (one number) change the rest.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use headcount::{Batch, Directory, License, NewUser, Op};

use self::group::{Committer, Grouped};
use self::zeroed_log::ZeroedLog;

#[allow(dead_code, missing_docs, reason = "the group commit of the peers")]
#[path = "peers/group.rs"]
mod group;
#[allow(missing_docs, reason = "the raw log of the peers")]
#[path = "peers/zeroed_log.rs"]
mod zeroed_log;

fn main() {
    let users = number("HEADCOUNT_BENCH_USERS").unwrap_or(100_000);
    let rounds = number("HEADCOUNT_BENCH_ROUNDS").unwrap_or(5);
    let turn = Duration::from_millis(number("HEADCOUNT_BENCH_MILLIS").unwrap_or(500));
    let threads = match number("HEADCOUNT_BENCH_THREADS") {
        Some(threads) => vec![threads],
        None => vec![1, 4, 16, 64],
    };
    // In the target folder, which is on a disk; the system's temporary folder may be in memory.
    let home = env::var("HEADCOUNT_BENCH_DIR");
    let home = home.unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned());
    let folder = tempfile::tempdir_in(home).unwrap();
    let directory = load(folder.path(), users);
    let log = Grouped::new(ZeroedLog::create(&folder.path().join("raw")));
    let next = AtomicU64::new(users);
    let newcomer = || person(next.fetch_add(1, Ordering::Relaxed));

    println!("threads, work: requests/s, requests a group; of a request: processor, engine, waits");
    for threads in threads {
        let mut turns: [Vec<Turn>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..rounds {
            turns[0].push(Turn::run(threads, turn, |_| {
                log.submit(newcomer().0);
            }));
            turns[1].push(Turn::of(&directory, threads, turn, |_| {
                let (email, username) = newcomer();
                let user = NewUser::new(email).username(username).given_name("Ann");
                directory.create_user(user).unwrap();
            }));
            turns[2].push(Turn::of(&directory, threads, turn, |count| {
                let (thread, count) = count;
                // Each thread deactivates and activates users of its own.
                let turn = count / 2 * 7919 % (users / threads);
                let (email, _) = person(thread + turn * threads);
                if count % 2 == 0 {
                    directory.deactivate_user(&*email).unwrap();
                } else {
                    directory.activate_user(&*email).unwrap();
                }
            }));
        }
        for (work, turns) in ["raw log", "create", "switch"].iter().zip(&turns) {
            println!("{threads:>3} {work:<8} {}", Turn::shown(turns));
        }
        let ratios = |of: usize| {
            let pairs = turns[of].iter().zip(&turns[0]);
            median(pairs.map(|(turn, raw)| turn.rate / raw.rate).collect())
        };
        println!(
            "{threads:>3} create / raw log {:.2}, switch / raw log {:.2}",
            ratios(1),
            ratios(2)
        );
    }
    directory.close().unwrap();
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}

/// The email and the username of a user.
fn person(number: u64) -> (String, String) {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52;
    let username = format!("ann.{mixed}.{number}");
    (format!("{username}@ex{}.example", number % 50), username)
}

fn load(folder: &Path, users: u64) -> Directory {
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.open(folder.join("users.redb")).unwrap();
    let new = (0..users).map(person).map(|(email, username)| {
        let user = NewUser::new(email).username(username).given_name("Ann");
        Op::CreateUser(user)
    });
    directory.apply(new.collect::<Batch>()).unwrap();
    directory
}

impl Committer for ZeroedLog {
    type Request = String;

    fn commit(&mut self, requests: &[&String]) {
        self.append(requests.iter().map(|email| &***email));
    }
}

/// The results of one turn.
struct Turn {
    rate: f64,
    /// How many requests a group has, if known.
    group: f64,
    /// For one request: processor time, that of the engine's threads, and the number of waits.
    processor: f64,
    engine: f64,
    waits: f64,
}

impl Turn {
    /// Threads that make requests of `directory`.
    fn of(
        directory: &Directory,
        threads: u64,
        lasting: Duration,
        request: impl Fn((u64, u64)) + Sync,
    ) -> Self {
        let (before, used) = (directory.stats().unwrap(), used_by_engine());
        let turn = Self::run(threads, lasting, request);
        let after = directory.stats().unwrap();
        let requests = after.commit_requests - before.commit_requests;
        let groups = after.commit_groups - before.commit_groups;
        Self {
            group: ratio(requests, groups),
            engine: ratio(used_by_engine() - used, requests) / 1e3,
            ..turn
        }
    }

    /// Threads that call `request(thread, count)`.
    fn run(threads: u64, lasting: Duration, request: impl Fn((u64, u64)) + Sync) -> Self {
        let barrier = Barrier::new(usize::try_from(threads).unwrap());
        let work = |thread| {
            barrier.wait();
            let (began, used) = (Instant::now(), used());
            let mut count = 0;
            // An even number, so that every deactivated user is activated again.
            while began.elapsed() < lasting || count % 2 == 1 {
                request((thread, count));
                count += 1;
            }
            let took = began.elapsed();
            let now = self::used();
            (count, took, now.0 - used.0, now.1 - used.1)
        };
        let ran: Vec<_> = thread::scope(|scope| {
            let work = &work;
            let threads: Vec<_> = (0..threads)
                .map(|thread| scope.spawn(move || work(thread)))
                .collect();
            let ran = threads.into_iter().map(|thread| thread.join().unwrap());
            ran.collect()
        });
        let requests: u64 = ran.iter().map(|ran| ran.0).sum();
        let took = ran.iter().map(|ran| ran.1).max().unwrap();
        #[expect(clippy::cast_precision_loss, reason = "it is printed without any")]
        Self {
            rate: requests as f64 / took.as_secs_f64(),
            group: f64::NAN,
            engine: f64::NAN,
            processor: ratio(ran.iter().map(|ran| ran.2).sum(), requests) / 1e3,
            waits: ratio(ran.iter().map(|ran| ran.3).sum(), requests),
        }
    }

    fn shown(turns: &[Self]) -> String {
        let of = |number: fn(&Self) -> f64| median(turns.iter().map(number).collect());
        format!(
            "{:>8.0}/s, {:>4.1}; {:>5.1} µs, {:>4.1} µs, {:.2}",
            of(|turn| turn.rate),
            of(|turn| turn.group),
            of(|turn| turn.processor),
            of(|turn| turn.engine),
            of(|turn| turn.waits)
        )
    }
}

/// The processor time of this thread in nanoseconds, and how often it has waited.
fn used() -> (u64, u64) {
    let run = run_for(Path::new("/proc/thread-self"));
    let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let waits = status
        .lines()
        .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))
        .and_then(|waits| waits.trim().parse().ok());
    (run, waits.unwrap_or(0))
}

/// The processor time of the engine's threads, in nanoseconds.
fn used_by_engine() -> u64 {
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return 0;
    };
    let threads = threads.flatten().map(|thread| thread.path());
    let name = |thread: &Path| fs::read_to_string(thread.join("comm")).unwrap_or_default();
    let own = threads.filter(|thread| name(thread).starts_with("headcount-"));
    own.map(|thread| run_for(&thread)).sum()
}

/// The processor time of a thread, in nanoseconds.
fn run_for(thread: &Path) -> u64 {
    let run = fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
    run.split(' ')
        .next()
        .and_then(|run| run.parse().ok())
        .unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "it is printed without any")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
