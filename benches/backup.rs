//! The cost of a backup for concurrent writers: `cargo bench --bench backup`.
//!
//! Four threads update users of a directory of 1,000,000 (or `HEADCOUNT_BENCH_USERS`), each waiting
//! for its commit, for ten seconds without a backup, and then during one.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::env;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use headcount::{Batch, CopyOptions, Directory, License, NewUser, UserUpdate};

const THREADS: u64 = 4;
const LOAD_OPS: u64 = 100_000;
const QUIET: Duration = Duration::from_secs(10);

fn main() {
    let users = env::var("HEADCOUNT_BENCH_USERS").map_or(1_000_000, |text| text.parse().unwrap());
    // In the target folder, which is on a disk; the system's temporary folder may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("users.redb");
    let directory = load(&path, users);
    let bytes = |path: &Path| std::fs::metadata(path).unwrap().len();
    let loaded = bytes(&path);
    println!("{users} users, {loaded} bytes, {THREADS} threads that write");
    write_until(&directory, users, || thread::sleep(Duration::from_secs(2)));
    report(
        "without a backup",
        write_until(&directory, users, || thread::sleep(QUIET)),
    );
    let before = bytes(&path);
    for round in 1..=3 {
        let target = folder.path().join("backup.redb");
        let start = Instant::now();
        let mut copied = None;
        let latencies = write_until(&directory, users, || {
            let options = CopyOptions::new().overwrite(true);
            copied = Some(directory.backup_with(&target, options).unwrap());
        });
        let seconds = start.elapsed().as_secs_f64();
        report(&format!("during backup {round}"), latencies);
        let copied = copied.unwrap();
        println!(
            "  {seconds:.1} s, {} bytes, {} users",
            copied.bytes, copied.users
        );
    }
    println!(
        "the directory's own file: {before} bytes before, {} after",
        bytes(&path)
    );
    directory.close().unwrap();
}

fn load(path: &Path, users: u64) -> Directory {
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.open(path).unwrap();
    for start in (0..users).step_by(usize::try_from(LOAD_OPS).unwrap()) {
        let new = (start..users.min(start + LOAD_OPS)).map(|n| NewUser::new(email(n)));
        directory
            .apply(new.fold(Batch::new(), Batch::create_user))
            .unwrap();
    }
    directory
}

fn email(n: u64) -> String {
    format!("user-{n:07}@example.com")
}

/// Writes until `body` returns, and returns how long each commit took.
fn write_until(directory: &Directory, users: u64, body: impl FnOnce()) -> Vec<Duration> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..THREADS)
            .map(|seed| {
                let over = &over;
                scope.spawn(move || write(directory, users, seed, over))
            })
            .collect();
        body();
        over.store(true, Ordering::Relaxed);
        let latencies = writers.into_iter().map(|writer| writer.join().unwrap());
        latencies.flatten().collect()
    })
}

fn write(directory: &Directory, users: u64, seed: u64, over: &AtomicBool) -> Vec<Duration> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut latencies = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let user = email(random.u64(..users));
        let name = format!("Name {}", random.u32(..));
        let start = Instant::now();
        let update = UserUpdate::new().given_name(name.as_str());
        directory.update_user(user.as_str(), update).unwrap();
        latencies.push(start.elapsed());
    }
    latencies
}

fn report(what: &str, mut latencies: Vec<Duration>) {
    latencies.sort_unstable();
    let at = |permille: usize| latencies[(latencies.len() - 1) * permille / 1000];
    println!(
        "{what}: {} commits, p50 {:.2?}, p99 {:.2?}, p99.9 {:.2?}, longest {:.2?}",
        latencies.len(),
        at(500),
        at(990),
        at(999),
        at(1000)
    );
}
