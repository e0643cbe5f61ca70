//! The peak of active users since a day, compared with a list of all numbers.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{EVERYTHING, entries};
use crate::codec::keys::KeyKind;
use crate::directory::Directory;
use crate::directory::commits::Commits;
use crate::error::ErrorKind;
use crate::model::{License, Timestamp};

const DAY: u64 = 24 * 60 * 60 * 1_000_000;
const START: u64 = 20_000 * DAY;

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(START) };
}

fn at(micros: u64) -> Timestamp {
    Timestamp::from_unix_micros(micros).unwrap()
}

fn directory() -> Directory {
    CLOCK.set(START);
    let mut directory = Directory::in_memory().unwrap();
    let shared = std::sync::Arc::get_mut(&mut directory.shared).unwrap();
    shared.commits = Commits::with_clock(|| at(CLOCK.get()));
    directory.set_license(License::Enterprise).unwrap();
    directory
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Each step advances the time, then adds a user or removes the last one.
    #[test]
    fn a_peak_is_the_most_there_ever_were(
        steps in vec((0..2 * DAY, prop::bool::weighted(0.6)), 0..40),
        asked in 0..60 * DAY,
    ) {
        let directory = directory();
        // Each number of active users, with the moment from which it applied.
        let mut numbers = vec![(START, 0)];
        let mut users: Vec<String> = Vec::new();
        for (n, (passed, comes)) in steps.into_iter().enumerate() {
            CLOCK.set(CLOCK.get() + passed);
            if comes || users.is_empty() {
                users.push(format!("u{n}@ex.co"));
                directory.create_user(users.last().unwrap().as_str()).unwrap();
            } else {
                let email = users.pop().unwrap();
                directory.deactivate_user(email.as_str()).unwrap();
            }
            numbers.push((CLOCK.get(), users.len() as u64));
        }
        let since = START + asked;
        let day = since - since % DAY;
        // The last number of earlier days counts too: it applied when the day began.
        let before = numbers.iter().rev().find(|(at, _)| *at < day);
        let within = numbers.iter().filter(|(at, _)| *at >= day);
        let expected = within.chain(before).map(|(_, number)| *number).max();
        prop_assert_eq!(directory.peak_active_since(at(since)).unwrap(), expected.unwrap());
        let all = directory.seat_history(None).unwrap();
        prop_assert_eq!(all.peak, numbers.iter().map(|(_, number)| *number).max().unwrap());
        prop_assert_eq!(all.days.last().map_or(0, |day| day.last), users.len() as u64);
        directory.verify().unwrap();
    }
}

#[test]
fn three_years_are_kept() {
    let directory = directory();
    directory.create_user("ann@ex.co").unwrap();
    directory.create_user("bob@ex.co").unwrap();
    CLOCK.set(START + DAY);
    directory.delete_user("bob@ex.co").unwrap();
    CLOCK.set(START + 1097 * DAY);
    directory.create_user("cho@ex.co").unwrap();
    let history = directory.seat_history(None).unwrap();
    let days: Vec<_> = history
        .days
        .iter()
        .map(|day| (day.day, day.peak, day.last))
        .collect();
    assert_eq!(
        days,
        [(at(START + DAY), 2, 1), (at(START + 1097 * DAY), 2, 2)]
    );
    assert_eq!((history.since, history.peak), (at(START + DAY), 2));
    assert_eq!(
        directory.peak_active_since(at(START + 500 * DAY)).unwrap(),
        2
    );
}

#[test]
fn a_refused_batch_and_one_that_changes_no_seat_note_nothing() {
    let directory = directory();
    directory.create_user("ann@ex.co").unwrap();
    let days = || {
        let all = entries(&directory.snapshot().unwrap(), EVERYTHING);
        let days = all
            .into_iter()
            .filter(|(key, _)| key[0] == KeyKind::SeatDay as u8);
        days.collect::<Vec<_>>()
    };
    let before = days();
    CLOCK.set(START + DAY);
    let taken = directory.create_user("ann@ex.co").unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::EmailTaken);
    directory.set_license(License::Seats(7)).unwrap();
    assert_eq!((before.len(), days()), (1, before));
}
