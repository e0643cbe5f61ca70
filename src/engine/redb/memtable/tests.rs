//! Versions, ranges and runs of the memtable, compared with a map.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::atomic::AtomicBool;
use std::thread;

use super::*;
use crate::engine::redb::staging::hash_of;

/// The state of each key.
type Map = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

const ALL: KeyRange<'static> = (Unbounded, Unbounded);

fn put(memtable: &Memtable, sequence: u64, writes: &[(&[u8], Option<&[u8]>)]) {
    let mut staged = Staging::default();
    for write in writes {
        staged.put(*write);
    }
    memtable.add(sequence, staged);
}

fn memtable() -> Memtable {
    let memtable = Memtable::default();
    put(&memtable, 1, &[(b"ann", Some(b"1"))]);
    put(&memtable, 2, &[(b"bob", Some(b"2"))]);
    put(&memtable, 3, &[(b"ann", None)]);
    put(&memtable, 4, &[(b"ann", Some(b"4"))]);
    put(&memtable, 5, &[(b"cho", Some(b"5"))]);
    memtable
}

fn at(memtable: &Memtable, key: &[u8], sequence: u64) -> Option<Option<Vec<u8>>> {
    let entry = memtable.get(key, hash_of(key), sequence)?;
    assert_eq!(entry.key(), key);
    Some(entry.value().map(<[u8]>::to_vec))
}

fn keys(memtable: &Memtable, range: KeyRange<'_>, order: Order, sequence: u64) -> Vec<String> {
    memtable
        .scan(range, order, sequence)
        .map(|entry| {
            let value = entry.value().unwrap_or(b"-");
            String::from_utf8([entry.key(), b"=", value].concat()).unwrap()
        })
        .collect()
}

#[test]
fn a_reader_sees_the_commits_it_may() {
    let memtable = memtable();
    assert_eq!(at(&memtable, b"ann", 0), None);
    assert_eq!(at(&memtable, b"ann", 2), Some(Some(b"1".to_vec())));
    assert_eq!(at(&memtable, b"ann", 3), Some(None));
    assert_eq!(at(&memtable, b"ann", 9), Some(Some(b"4".to_vec())));
    assert_eq!(at(&memtable, b"an", 9), None);
    assert_eq!(at(&memtable, b"bob", 1), None);
}

#[test]
fn a_scan_shows_each_key_once_in_both_orders() {
    let memtable = memtable();
    for (sequence, expected) in [
        (0, vec![]),
        (1, vec!["ann=1"]),
        (3, vec!["ann=-", "bob=2"]),
        (9, vec!["ann=4", "bob=2", "cho=5"]),
    ] {
        assert_eq!(keys(&memtable, ALL, Order::Ascending, sequence), expected);
        let mut reversed = keys(&memtable, ALL, Order::Descending, sequence);
        reversed.reverse();
        assert_eq!(reversed, expected, "at {sequence}");
    }
}

#[test]
fn bounds_count_as_they_say() {
    let memtable = memtable();
    for order in [Order::Ascending, Order::Descending] {
        let in_range = |start, end| {
            let mut keys = keys(&memtable, (start, end), order, 9);
            keys.sort();
            keys.concat()
        };
        let (ann, cho) = (&b"ann"[..], &b"cho"[..]);
        assert_eq!(in_range(Included(ann), Included(cho)), "ann=4bob=2cho=5");
        assert_eq!(in_range(Excluded(ann), Included(cho)), "bob=2cho=5");
        assert_eq!(in_range(Included(ann), Excluded(cho)), "ann=4bob=2");
        assert_eq!(in_range(Excluded(ann), Excluded(cho)), "bob=2");
        assert_eq!(in_range(Excluded(cho), Unbounded), "");
        assert_eq!(in_range(Unbounded, Excluded(ann)), "");
        assert_eq!(in_range(Included(cho), Included(ann)), "");
    }
}

/// Random commits, with scans in between that create runs of all sizes: at each sequence,
/// the memtable equals a map.
#[test]
fn every_state_is_what_a_map_would_be() {
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let memtable = Memtable::default();
        let mut states = vec![Map::new()];
        for sequence in 1..=random.u64(1..150) {
            let mut state = states.last().unwrap().clone();
            let mut staged = Staging::default();
            for _ in 0..random.usize(1..12) {
                // Long enough that keys differ only after their prefix.
                let key = format!("a common beginning {}", random.u8(..40));
                let value = (random.u8(..4) > 0).then(|| vec![random.u8(..); 3]);
                staged.put((key.as_bytes(), value.as_deref()));
                state.insert(key.into_bytes(), value);
            }
            memtable.add(sequence, staged);
            states.push(state);
            if random.u8(..4) == 0 {
                check(&memtable, &states, &mut random);
            }
        }
        check(&memtable, &states, &mut random);
    }
}

fn check(memtable: &Memtable, states: &[Map], random: &mut fastrand::Rng) {
    for _ in 0..4 {
        let sequence = random.usize(..states.len());
        let expected = &states[sequence];
        let sequence = sequence as u64;
        let order = if random.bool() {
            Order::Ascending
        } else {
            Order::Descending
        };
        let scanned: Vec<_> = memtable
            .scan(ALL, order, sequence)
            .map(|entry| (entry.key().to_vec(), entry.value().map(<[u8]>::to_vec)))
            .collect();
        let mut in_order = scanned.clone();
        in_order.sort();
        if order == Order::Descending {
            in_order.reverse();
        }
        assert_eq!(scanned, in_order);
        assert_eq!(&Map::from_iter(scanned), expected);
        for (key, value) in expected {
            assert_eq!(at(memtable, key, sequence).as_ref(), Some(value));
        }
    }
}

/// Adds `count` writes of random keys as the commit `sequence`.
fn put_random(memtable: &Memtable, sequence: u64, count: u64) {
    let mut staged = Staging::default();
    for number in 0..count {
        let key = (sequence * count + number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        staged.put((&key.to_be_bytes(), Some(b"1")));
    }
    memtable.add(sequence, staged);
}

#[test]
fn what_is_unsorted_stays_little_whoever_is_asked_to_sort() {
    // With somebody who sorts when asked, and with nobody.
    for sorts in [true, false] {
        let memtable = Memtable::default();
        let (mut asked, mut sorted) = (0, 0);
        for sequence in 1..=800_u64 {
            put_random(&memtable, sequence, 50);
            match memtable.unsorted() {
                Unsorted::Few => {}
                Unsorted::Many => {
                    asked += 1;
                    if sorts {
                        memtable.sort();
                    }
                }
                Unsorted::TooMany => {
                    sorted += 1;
                    memtable.sort();
                }
            }
            let unsorted = memtable.len() - memtable.runs.load().writes;
            let most = if sorts { UNSORTED_MANY } else { UNSORTED_MAX };
            assert!(unsorted <= most, "{unsorted}");
        }
        // 40,000 writes.
        assert_eq!((asked, sorted), if sorts { (9, 0) } else { (3, 2) });
        assert_eq!(memtable.newest(800).count(), 800 * 50);
    }
}

/// Readers at the last published sequence, while one thread writes.
#[test]
fn readers_see_whole_commits_while_others_come() {
    const COMMITS: u64 = 3_000;
    let memtable = Memtable::default();
    let told = std::sync::atomic::AtomicU64::new(0);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for order in [Order::Ascending, Order::Descending] {
            let (memtable, told, done) = (&memtable, &told, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let sequence = told.load(Ordering::Acquire);
                    let all: Vec<_> = memtable.scan(ALL, order, sequence).collect();
                    assert_eq!(
                        all.len() as u64,
                        sequence.min(500) + u64::from(sequence > 0)
                    );
                    let last = at(memtable, b"last", sequence);
                    assert_eq!(
                        last.flatten(),
                        (sequence > 0).then(|| sequence.to_be_bytes().to_vec())
                    );
                    for number in sequence.saturating_sub(20)..sequence {
                        assert!(at(memtable, &(number % 500).to_be_bytes(), sequence).is_some());
                    }
                }
            });
        }
        for sequence in 1..=COMMITS {
            let number = (sequence - 1) % 500;
            let writes: [(&[u8], Option<&[u8]>); 2] = [
                (b"last", Some(&sequence.to_be_bytes())),
                (&number.to_be_bytes(), Some(b"1")),
            ];
            put(&memtable, sequence, &writes);
            told.store(sequence, Ordering::Release);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_batch_keeps_its_number_and_its_place() {
    let batches = Batches::default();
    assert!(batches.get(0).is_none());
    let mut addresses = Vec::new();
    for number in 0..1_000 {
        assert_eq!(batches.len(), number);
        batches.push(CommittedBatch {
            sequence: number as u64,
            writes: Writes::default(),
        });
        addresses.push(std::ptr::from_ref(batches.get(number).unwrap()));
        assert!(batches.get(number + 1).is_none());
    }
    for (number, address) in addresses.into_iter().enumerate() {
        let batch = batches.get(number).unwrap();
        assert_eq!(batch.sequence, number as u64);
        assert!(std::ptr::eq(batch, address));
    }
    assert!(batches.get(usize::MAX - sync::BATCHES_MIN).is_none());
}
