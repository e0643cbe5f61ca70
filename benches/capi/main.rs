//! What the C layer adds to the Rust API, per call: `cargo bench --bench capi
//! --features capi`, with `-- --quick` for a tenth of it.
//!
//! Each pair of contenders does the same work on the same directory, in alternating turns of about
//! 100 µs in one process, so that other load on the machine affects both. Medians are compared; the
//! overhead is the median of the differences between neighbouring turns.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and one that fails has nothing to tell"
)]

mod c;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

use headcount::{Batch, Directory, License, NewUser, Op, UserId, UserView};

use self::c::{C, Guarded};

/// How many users the listed directory has.
const USERS: usize = 100_000;

/// How many users are looked up: few enough for the processor's caches, so that the overhead shows.
const HOT: usize = 64;

/// How many calls a turn makes.
const CALLS: usize = 1024;

fn email(number: usize) -> String {
    format!("user{number:06}@ex{}.co", number % 50)
}

fn new_user(number: usize) -> NewUser {
    NewUser::new(email(number))
        .username(format!("user{number}"))
        .given_name("Ann")
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.open(&path).unwrap();
    let users = (0..USERS).map(new_user).map(Op::CreateUser);
    directory.apply(users.collect::<Batch>()).unwrap();
    directory.close().unwrap();

    let c = C::open(&path);
    let rust = c.as_rust();
    println!(
        "{:<36} {:>9} {:>9} {:>8} {:>8}",
        "ns per call", "Rust", "C", "added", "Rust/C"
    );
    look_ups(&rust, &c);
    small_calls(&rust, &c);
    lists(&rust, &c);
}

fn look_ups(rust: &Directory, c: &C) {
    let emails: Vec<String> = (0..CALLS).map(|at| email(at % HOT * 1009)).collect();
    let by_email = |email: &String| rust.user_by_email(black_box(email)).unwrap();
    let ids: Vec<UserId> = emails
        .iter()
        .map(|email| by_email(email).unwrap().id())
        .collect();

    compare(
        "get by email and free",
        (3000, CALLS),
        || {
            for email in &emails {
                drop(black_box(by_email(email)));
            }
        },
        || {
            for email in &emails {
                c.free(black_box(c.get_by_email(black_box(email))));
            }
        },
    );
    compare(
        "get by email, read two fields, free",
        (3000, CALLS),
        || {
            for email in &emails {
                let user = by_email(email).unwrap();
                black_box(user.email().as_str());
                black_box(user.is_active());
            }
        },
        || {
            for email in &emails {
                let user = c.get_by_email(black_box(email));
                black_box(c.email(user));
                black_box(c.is_active(user));
                c.free(user);
            }
        },
    );
    compare(
        "get by id and free",
        (3000, CALLS),
        || {
            for id in &ids {
                drop(black_box(rust.user_by_id(*black_box(id)).unwrap()));
            }
        },
        || {
            for id in &ids {
                c.free(black_box(c.get_by_id(black_box(id))));
            }
        },
    );
    let nobody = "nobody@ex.co".to_owned();
    compare(
        "get nobody by email",
        (1000, CALLS),
        || {
            for _ in 0..CALLS {
                black_box(by_email(&nobody));
            }
        },
        || {
            for _ in 0..CALLS {
                black_box(c.get_by_email(black_box(&nobody)));
            }
        },
    );
}

/// "is active" costs almost nothing in Rust; from C it costs the guard.
fn small_calls(rust: &Directory, c: &C) {
    compare(
        "seats",
        (1000, CALLS),
        || {
            for _ in 0..CALLS {
                black_box(rust.seats().unwrap());
            }
        },
        || {
            for _ in 0..CALLS {
                black_box(c.seats());
            }
        },
    );
    let user = rust.user_by_email(&email(0)).unwrap().unwrap();
    let handle = c.get_by_email(&email(0));
    compare(
        "is active",
        (3000, CALLS),
        || {
            for _ in 0..CALLS {
                black_box(black_box(&user).is_active());
            }
        },
        || {
            for _ in 0..CALLS {
                black_box(c.is_active(black_box(handle)));
            }
        },
    );
    c.free(handle);
    guards(&Guarded::new(c));
}

/// The cost of each part of the guard, compared with an empty call.
fn guards(guarded: &Guarded) {
    let nothing: fn() -> u32 = black_box(|| 7);
    let repeat = |call: &dyn Fn()| {
        for _ in 0..CALLS {
            call();
        }
    };
    let idle = || {
        black_box(nothing());
    };
    // As opaque to the compiler as the calls that it is compared with.
    let idle: &dyn Fn() = black_box(&idle);
    let calls: [(&str, &dyn Fn()); 3] = [
        ("guard: catch panics", &|| {
            black_box(guarded.catching());
        }),
        ("guard: and look for poison", &|| {
            black_box(guarded.and_poison());
        }),
        ("guard: and at the process", &|| {
            black_box(guarded.and_process());
        }),
    ];
    for (name, call) in calls {
        compare(name, (3000, CALLS), || repeat(idle), || repeat(call));
    }
}

fn lists(rust: &Directory, c: &C) {
    let mut buffer = vec![0; 1 << 16];
    let iterate = || {
        let users = rust.users().unwrap().map(Result::unwrap);
        users.map(|user| user.email().as_str().len()).sum::<usize>()
    };
    let view = || {
        let (mut users, mut emails) = (0, 0);
        let visit = |user: UserView<'_>| {
            users += 1;
            emails += user.email().len();
            ControlFlow::<()>::Continue(())
        };
        rust.for_each_user(visit).unwrap();
        (users, emails)
    };
    // All fields of a packed user, to be read in Rust as well.
    let view_all = || {
        let visit = |user: UserView<'_>| {
            black_box((user.id(), user.email(), user.username()));
            user.attributes().for_each(|attribute| {
                black_box(attribute);
            });
            black_box((user.given_name(), user.family_name()));
            black_box((user.is_active(), user.is_admin(), user.version()));
            black_box((user.created_at(), user.updated_at()));
            ControlFlow::<()>::Continue(())
        };
        rust.for_each_user(visit).unwrap();
    };
    assert_eq!(c.list_packed(&mut buffer), (USERS, iterate()));
    assert_eq!(c.list_packed(&mut buffer), view());
    compare(
        "list, per user: views of all fields, packed",
        (20, USERS),
        view_all,
        || {
            black_box(c.list_packed(&mut buffer));
        },
    );
    compare(
        "list, per user: views of the email, packed",
        (20, USERS),
        || {
            black_box(view());
        },
        || {
            black_box(c.list_packed(&mut buffer));
        },
    );
    compare(
        "list, per user: iterator, packed",
        (20, USERS),
        || {
            black_box(iterate());
        },
        || {
            black_box(c.list_packed(&mut buffer));
        },
    );
    compare(
        "list, per user: iterator, handles",
        (10, USERS),
        || {
            black_box(iterate());
        },
        || {
            c.list_handles(|user| {
                black_box(c.email(user));
            });
        },
    );
}

/// Lets the two take turns, each of them first in half of the rounds, and prints the results.
fn compare(
    name: &str,
    (rounds, calls): (usize, usize),
    mut rust: impl FnMut(),
    mut c: impl FnMut(),
) {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { rounds.div_ceil(10) } else { rounds };
    let (mut of_rust, mut of_c, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let (first, second) = if round % 2 == 0 {
            let first = time(calls, &mut rust);
            (first, time(calls, &mut c))
        } else {
            let second = time(calls, &mut c);
            (time(calls, &mut rust), second)
        };
        of_rust.push(first);
        of_c.push(second);
        added.push(second - first);
    }
    let (of_rust, of_c) = (median(of_rust), median(of_c));
    println!(
        "{name:<36} {of_rust:>9.1} {of_c:>9.1} {:>+8.1} {:>6.0} %",
        median(added),
        100.0 * of_rust / of_c
    );
}

/// Nanoseconds per call in a turn of `calls` calls.
#[allow(
    clippy::cast_precision_loss,
    reason = "a turn has few nanoseconds and calls"
)]
fn time(calls: usize, turn: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    turn();
    start.elapsed().as_nanos() as f64 / calls as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
