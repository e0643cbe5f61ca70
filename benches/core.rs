//! The cost of headcount's own operations, to detect regressions: `cargo bench --bench core`. The
//! directory is a file of 100,000 users in the temporary folder, which should be on the kind of
//! disk to measure.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to tell"
)]

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use headcount::{Batch, Directory, License, NewUser, Op, UserQuery, UserView};

/// How many users the directory has for reads.
const USERS: usize = 100_000;

fn email(number: usize) -> String {
    format!("user{number:06}@ex{}.co", number % 50)
}

fn new_user(number: usize) -> NewUser {
    NewUser::new(email(number))
        .username(format!("user{number}"))
        .given_name("Ann")
}

fn enterprise(folder: &tempfile::TempDir) -> Directory {
    let options = Directory::options().license_if_new(License::Enterprise);
    options.open(folder.path().join("users.redb")).unwrap()
}

/// Numbers of users in an order that defeats caches.
fn numbers() -> impl Iterator<Item = usize> {
    (0..USERS).cycle().map(|number| number * 7919 % USERS)
}

/// The directory of `folder` without its cache of users.
fn reopened_without_cache(folder: &tempfile::TempDir, directory: Directory) -> Directory {
    directory.close().unwrap();
    let options = Directory::options().user_cache_bytes(0);
    options.open(folder.path().join("users.redb")).unwrap()
}

fn reads(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let directory = enterprise(&folder);
    directory
        .apply(
            (0..USERS)
                .map(new_user)
                .map(Op::CreateUser)
                .collect::<Batch>(),
        )
        .unwrap();

    let mut group = criterion.benchmark_group("read");
    let mut next = numbers();
    group.bench_function("user by email", |bencher| {
        bencher.iter_batched(
            || email(next.next().unwrap()),
            |email| directory.user_by_email(black_box(&email)).unwrap().unwrap(),
            criterion::BatchSize::SmallInput,
        );
    });
    group.bench_function("64 users by email at once", |bencher| {
        bencher.iter_batched(
            || next.by_ref().take(64).map(email).collect::<Vec<_>>(),
            |emails| directory.users_by_emails(black_box(&emails)).unwrap(),
            criterion::BatchSize::SmallInput,
        );
    });
    let uncached = reopened_without_cache(&folder, directory);
    group.bench_function("user by email, not cached", |bencher| {
        bencher.iter_batched(
            || email(next.next().unwrap()),
            |email| uncached.user_by_email(black_box(&email)).unwrap().unwrap(),
            criterion::BatchSize::SmallInput,
        );
    });
    uncached.close().unwrap();
    let directory = enterprise(&folder);
    group.bench_function("user by username", |bencher| {
        bencher.iter_batched(
            || format!("user{}", next.next().unwrap()),
            |name| {
                directory
                    .user_by_username(black_box(&name))
                    .unwrap()
                    .unwrap()
            },
            criterion::BatchSize::SmallInput,
        );
    });
    group.bench_function("nobody by email", |bencher| {
        bencher.iter(|| {
            assert!(
                directory
                    .user_by_email(black_box("no@ex.co"))
                    .unwrap()
                    .is_none()
            );
        });
    });
    group.bench_function("seats", |bencher| {
        bencher.iter(|| directory.seats().unwrap());
    });
    group.bench_function("page of 100 by email", |bencher| {
        let query = UserQuery::new().after(&*format!("email:{}", email(USERS / 2)));
        bencher.iter(|| assert_eq!(directory.query(black_box(&query)).unwrap().users.len(), 100));
    });
    group.bench_function("page of 100 by email, views", |bencher| {
        let query = UserQuery::new().after(&*format!("email:{}", email(USERS / 2)));
        bencher.iter(|| {
            let mut seen = 0;
            let visit = |_: UserView<'_>| {
                seen += 1;
                ControlFlow::<()>::Continue(())
            };
            directory
                .for_each_in_page(black_box(&query), visit)
                .unwrap();
            assert_eq!(seen, 100);
        });
    });
    group
        .throughput(Throughput::Elements(USERS as u64))
        .sample_size(10);
    group.bench_function("list of all, views", |bencher| {
        bencher.iter(|| {
            let mut seen = 0;
            let visit = |_: UserView<'_>| {
                seen += 1;
                ControlFlow::<()>::Continue(())
            };
            directory.for_each_user(visit).unwrap();
            assert_eq!(seen, USERS);
        });
    });
    group.bench_function("list of all", |bencher| {
        bencher.iter(|| assert_eq!(directory.users().unwrap().count(), USERS));
    });
    group.finish();
}

fn writes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    group.sample_size(20);
    let folder = tempfile::tempdir().unwrap();
    let directory = enterprise(&folder);
    let mut made = 0;
    group.bench_function("durable create", |bencher| {
        bencher.iter(|| {
            made += 1;
            directory.create_user(new_user(made)).unwrap()
        });
    });
    group.bench_function("durable deactivate and activate", |bencher| {
        bencher.iter(|| {
            directory.deactivate_user(email(1).as_str()).unwrap();
            directory.activate_user(email(1).as_str()).unwrap();
        });
    });
    group.throughput(Throughput::Elements(16 * 20));
    group.bench_function("durable create, 16 threads", |bencher| {
        bencher.iter(|| {
            std::thread::scope(|scope| {
                for thread in 0..16 {
                    let (directory, first) = (&directory, made + 1 + thread * 20);
                    scope.spawn(move || {
                        for number in first..first + 20 {
                            directory.create_user(new_user(number)).unwrap();
                        }
                    });
                }
            });
            made += 16 * 20;
        });
    });
    group
        .throughput(Throughput::Elements(10_000))
        .sample_size(10);
    group.bench_function("one batch of 10,000 creates", |bencher| {
        bencher.iter(|| {
            let users = made + 1..made + 10_001;
            made += 10_000;
            directory
                .apply(users.map(new_user).map(Op::CreateUser).collect::<Batch>())
                .unwrap()
        });
    });
    group.finish();
}

criterion_group!(core, reads, writes);
criterion_main!(core);
