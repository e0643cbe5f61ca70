//! The cost of queries depends on their results, not on the size of the directory: `cargo bench
//! --bench queries` prints medians in files of 10,000, 100,000 and 1,000,000 users, which should be
//! about the same. To use other sizes, pass them: `cargo bench --bench queries -- 1000 50000`.
//!
//! Below each file is the cost of conditions without an index, in nanoseconds per user read.
//!
//! In each file, five users are active, and twenty, spread evenly, are members of a workspace. The
//! file is in the temporary folder.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that fails has nothing to tell, and it prints a table"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use headcount::{Batch, Directory, License, NewUser, NewWorkspace, Role, Timestamp, UserQuery};

/// Users created by one batch.
const LOADED_AT_ONCE: usize = 100_000;
const ACTIVE: usize = 5;
const MEMBERS: usize = 20;
/// The number of measured runs, after some to warm up.
const RUNS: usize = 301;
const WARM_UP: usize = 20;
/// The same for queries that read all users.
const SCANS: usize = 7;

fn main() {
    let mut sizes: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000, 1_000_000];
    }
    println!(
        "{:>9}  {:>7}  {:>8}  {:>14}  {:>15}  {:>20}",
        "users", "loading", "file", "5 active of N", "20 members of W", "100 from the middle"
    );
    for users in sizes {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.redb");
        let options = Directory::options().license_if_new(License::Enterprise);
        let directory = options.open(&path).unwrap();
        let began = Instant::now();
        load(&directory, users);
        let loading = began.elapsed();
        let file_mib = path.metadata().unwrap().len() >> 20;

        let middle = format!("email:{}", email(users / 2));
        let page = UserQuery::new().after(&*middle);
        let [active, members, page] = [
            (UserQuery::new().active(true), ACTIVE),
            (UserQuery::new().member_of("W", None), MEMBERS),
            (page, 100),
        ]
        .map(|(query, rows)| micros(median(&directory, &query, rows)));
        println!(
            "{users:>9}  {:>5.1} s  {file_mib:>4} MiB  {active:>14}  {members:>15}  {page:>20}",
            loading.as_secs_f64()
        );
        scan(&directory, users);
        directory.close().unwrap();
    }
}

/// Prints the cost of reading all users for conditions without an index.
fn scan(directory: &Directory, users: usize) {
    let all = UserQuery::new();
    for (name, query) in [
        ("email prefix", all.clone().email_prefix("")),
        ("attribute", all.clone().attribute("team", "x")),
        ("search", all.clone().search("nobody")),
        ("search for two words", all.clone().search("ann nobody")),
        ("last seen", all.seen_before(Timestamp::default())),
    ] {
        let run = |_| {
            let began = Instant::now();
            black_box(directory.count(black_box(&query)).unwrap());
            began.elapsed()
        };
        let mut took: Vec<_> = (0..SCANS).map(run).collect();
        took.sort_unstable();
        let nanos = took[SCANS / 2].as_nanos() / users as u128;
        println!("{:>9}  {name}: {nanos} ns a user", "");
    }
}

fn email(number: usize) -> String {
    format!("user{number:07}@ex{}.co", number % 50)
}

/// Whether `number` is one of `count` numbers spread evenly over `users`.
fn is_one_of(count: usize, number: usize, users: usize) -> bool {
    number.is_multiple_of(users / count)
}

fn load(directory: &Directory, users: usize) {
    let mut first = 0;
    while first < users {
        let numbers = first..users.min(first + LOADED_AT_ONCE);
        first = numbers.end;
        let new = numbers.map(|number| {
            NewUser::new(email(number))
                .username(format!("user{number}"))
                .given_name("Ann")
                .active(is_one_of(ACTIVE, number, users))
        });
        directory
            .apply(new.fold(Batch::new(), Batch::create_user))
            .unwrap();
    }
    let members = (0..users).filter(|number| is_one_of(MEMBERS, *number, users));
    let founded = Batch::new().create_workspace(NewWorkspace::new("W").owner(&*email(0)));
    let batch = members.skip(1).fold(founded, |batch, number| {
        batch.add_member("W", &*email(number), Role::User)
    });
    directory.apply(batch).unwrap();
}

fn median(directory: &Directory, query: &UserQuery, rows: usize) -> Duration {
    let run = |_| {
        let began = Instant::now();
        let page = black_box(directory.query(black_box(query)).unwrap());
        let took = began.elapsed();
        assert_eq!(page.users.len(), rows);
        took
    };
    let mut took: Vec<_> = (0..WARM_UP + RUNS).map(run).skip(WARM_UP).collect();
    took.sort_unstable();
    took[RUNS / 2]
}

fn micros(duration: Duration) -> String {
    format!("{:.1} us", duration.as_secs_f64() * 1e6)
}
