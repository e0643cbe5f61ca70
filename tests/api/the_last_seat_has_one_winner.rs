//! Of many threads that ask for the last free seat at once, exactly one gets it.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use headcount::{Directory, License, NewUser, UserId};

use crate::helpers::{TempPath, create, finish, no_free_seat};

const THREADS: usize = 100;

#[test]
fn one_of_a_hundred_threads_gets_the_seat_in_each_of_a_thousand_rounds() {
    let directory = Directory::in_memory().unwrap();
    race_for_one_seat(&directory, 1000);
    finish(directory);
}

#[test]
fn one_of_a_hundred_threads_gets_the_seat_in_a_file() {
    let file = TempPath::new();
    let directory = file.open();
    race_for_one_seat(&directory, 20);
    finish(directory);
}

/// In each round, all threads ask for the seat at the same time, each for its own user.
fn race_for_one_seat(directory: &Directory, rounds: usize) {
    for n in 0..4 {
        create(directory, &format!("seated-{n}@ex.co"));
    }
    let hopefuls: Vec<UserId> = (0..THREADS)
        .map(|n| {
            let user = NewUser::new(format!("hopeful-{n}@ex.co")).active(false);
            directory.create_user(user).unwrap().id()
        })
        .collect();

    // If one thread panicked, the others would wait for it forever, so results are collected here
    // and checked when all are done.
    let start = Barrier::new(THREADS);
    let winners = AtomicUsize::new(0);
    let rounds_won_once = AtomicUsize::new(0);
    let other_refusals = AtomicUsize::new(0);
    let race = |user: UserId| {
        for _ in 0..rounds {
            start.wait();
            let won = directory.activate_user(user);
            match &won {
                Ok(_) => winners.fetch_add(1, Ordering::SeqCst),
                Err(error) if error.kind() == no_free_seat(5, 5, 1) => 0,
                Err(_) => other_refusals.fetch_add(1, Ordering::SeqCst),
            };
            if start.wait().is_leader() && winners.swap(0, Ordering::SeqCst) == 1 {
                rounds_won_once.fetch_add(1, Ordering::SeqCst);
            }
            if won.is_ok() && directory.deactivate_user(user).is_err() {
                other_refusals.fetch_add(1, Ordering::SeqCst);
            }
            start.wait();
        }
    };
    thread::scope(|scope| {
        for &user in &hopefuls {
            let race = &race;
            scope.spawn(move || race(user));
        }
    });
    assert_eq!(rounds_won_once.into_inner(), rounds);
    assert_eq!(other_refusals.into_inner(), 0);
    assert_eq!(directory.seats().unwrap().active, 4);
}

#[test]
fn new_users_and_a_growing_license_race_too() {
    let directory = Directory::in_memory().unwrap();
    directory.set_license(License::Seats(0)).unwrap();
    let created = AtomicUsize::new(0);
    thread::scope(|scope| {
        for thread in 0..8 {
            let (directory, created) = (&directory, &created);
            scope.spawn(move || {
                for n in 0..50 {
                    if directory
                        .create_user(format!("user-{thread}-{n}@ex.co").as_str())
                        .is_ok()
                    {
                        created.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        for seats in 1..=50 {
            directory.set_license(License::Seats(seats)).unwrap();
            let now = directory.seats().unwrap();
            assert!(now.active <= seats, "{now}");
        }
    });
    assert_eq!(directory.len().unwrap(), created.into_inner() as u64);
    finish(directory);
}
