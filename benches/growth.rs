//! How the costs of a directory grow with its users: `cargo bench --bench growth -- 10` grows a
//! directory to 10 million users, a million at a time, and measures it after the first and the last
//! million: the time to add a million, the length of the file, gets with and without the cache,
//! pages, and durable creates. Without a number it does nothing. The file is in the temporary
//! folder, and the creates need a copy of it there: 10 million users take 844 B each, so both take
//! about 17 GB. `DESIGN.md` has the results; the run took up to 2.1 GB of memory.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints a table, and has nothing to tell when it fails"
)]

use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use headcount::{Batch, Directory, License, NewUser, Op, UserQuery};

/// How many users are added at once.
const STEP: u64 = 1_000_000;
/// How many users are read again from the cache.
const CACHED: u64 = 1_000_000;
/// How many threads create users.
const THREADS: u64 = 16;
const CREATING: Duration = Duration::from_secs(15);
const PAGE_CACHE_BYTES: usize = 1 << 30;
/// Enough bytes for all users that are cached here.
const USER_CACHE_BYTES: usize = 1 << 30;

/// A name whose address is far from those of neighbouring numbers.
fn name(number: u64) -> String {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("user.{mixed:016x}")
}

fn email(number: u64) -> String {
    format!("{}@ex{}.example", name(number), number % 50)
}

fn new_user(number: u64) -> NewUser {
    NewUser::new(email(number))
        .username(name(number))
        .given_name("Ann")
        .family_name("Becker")
}

fn open(path: &Path, user_cache_bytes: usize) -> Directory {
    Directory::options()
        .license_if_new(License::Enterprise)
        .page_cache_bytes(PAGE_CACHE_BYTES)
        .user_cache_bytes(user_cache_bytes)
        .open(path)
        .unwrap()
}

fn main() {
    let count = std::env::args().find_map(|argument| argument.parse::<u64>().ok());
    let Some(millions) = count else {
        println!("growth: skipped; it takes the number of millions of users, such as 10");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    for million in 0..millions {
        add(&path, million);
        if million == 0 || million + 1 == millions {
            measure(&path, (million + 1) * STEP);
        }
    }
}

/// Adds a million users in one batch.
fn add(path: &Path, million: u64) {
    let directory = open(path, 0);
    let numbers = million * STEP..(million + 1) * STEP;
    let batch: Batch = numbers.map(new_user).map(Op::CreateUser).collect();
    let began = Instant::now();
    directory.apply(batch).unwrap();
    directory.close().unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let file = fs::metadata(path).unwrap().len() / ((million + 1) * STEP);
    println!(
        "million {}: added in {seconds:.1} s; {file} B of file a user",
        million + 1
    );
}

/// Measures a directory of this many users.
fn measure(path: &Path, users: u64) {
    let mut draw = 0x2545_f491_4f6c_dd1d_u64;
    let mut picked = |count: usize, below: u64| -> Vec<String> {
        let numbers = std::iter::repeat_with(|| {
            draw ^= draw << 13;
            draw ^= draw >> 7;
            draw ^= draw << 17;
            draw % below
        });
        numbers.take(count).map(email).collect()
    };
    let directory = open(path, 0);
    gets(&directory, &picked(300_000, users));
    println!(
        "uncached get: {:.0} ns",
        median(|| gets(&directory, &picked(20_000, users)))
    );
    pages(&directory, &picked(3_000, users));
    println!(
        "page of 100: {:.0} ns",
        median(|| pages(&directory, &picked(1_000, users)))
    );
    directory.close().unwrap();

    let directory = open(path, USER_CACHE_BYTES);
    for number in 0..CACHED.min(users) {
        directory.user_by_email(&email(number)).unwrap();
    }
    println!(
        "cached get: {:.0} ns",
        median(|| gets(&directory, &picked(50_000, CACHED)))
    );
    directory.close().unwrap();
    println!("creates, {THREADS} threads: {:.0}/s", creates(path));
}

fn median(mut measure: impl FnMut() -> f64) -> f64 {
    let mut times: Vec<f64> = (0..9).map(|_| measure()).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Nanoseconds per get.
fn gets(directory: &Directory, emails: &[String]) -> f64 {
    let began = Instant::now();
    for email in emails {
        black_box(directory.user_by_email(email).unwrap().unwrap());
    }
    nanos_of_each(began, emails)
}

/// Nanoseconds per page that begins after one of these users.
fn pages(directory: &Directory, emails: &[String]) -> f64 {
    let began = Instant::now();
    for email in emails {
        let query = UserQuery::new()
            .after(&*format!("email:{email}"))
            .limit(100);
        let visit = |user: headcount::UserView<'_>| {
            black_box(user.email());
            ControlFlow::<()>::Continue(())
        };
        directory.for_each_in_page(&query, visit).unwrap();
    }
    nanos_of_each(began, emails)
}

fn nanos_of_each(began: Instant, emails: &[String]) -> f64 {
    let count = u32::try_from(emails.len()).unwrap();
    began.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}

/// Durable creates per second, in a copy of the directory.
fn creates(path: &Path) -> f64 {
    let copy = PathBuf::from(format!("{}-creates", path.display()));
    fs::copy(path, &copy).unwrap();
    let directory = open(&copy, 0);
    let (next, began) = (AtomicU64::new(1 << 40), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while began.elapsed() < CREATING {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    directory.create_user(new_user(number)).unwrap();
                }
            });
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    directory.close().unwrap();
    fs::remove_file(&copy).unwrap();
    let created = u32::try_from(next.into_inner() - (1 << 40)).unwrap();
    f64::from(created) / seconds
}
