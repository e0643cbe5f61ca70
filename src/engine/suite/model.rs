//! Compares any engine with the standard library's ordered map, on random histories.

use std::collections::BTreeMap;
use std::ops::{Bound, RangeBounds};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{ALL, Entries, committed, entries};
use crate::engine::{Engine, KeyRange, Order, Read, Write};
use crate::error::{Error, ErrorKind, Result};

type Key = Vec<u8>;
type Model = BTreeMap<Key, Vec<u8>>;

/// One transaction and some reads after it.
#[derive(Clone, Debug)]
struct Step {
    /// The writes, in order; `None` deletes.
    writes: Vec<(Key, Option<Vec<u8>>)>,
    /// Whether it fails at its end.
    aborted: bool,
    /// Ranges to scan, inside the transaction and after it.
    ranges: Vec<(Bound<Key>, Bound<Key>)>,
    /// Keys to look up.
    gets: Vec<Key>,
    /// Whether a snapshot of its outcome is kept to the end.
    kept: bool,
}

pub(super) fn agrees_with_a_standard_map(engine: &impl Engine) {
    let config = Config {
        cases: 20,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&vec(step(), 1..8), |steps| {
            clear(engine);
            check(engine, &steps);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Keys that often collide, of three kinds: tiny, one of a few hundred numbers, and long.
fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        2 => vec(prop_oneof![Just(0u8), Just(b'a'), Just(0xff)], 0..4),
        6 => (0..400u16).prop_map(|number| number.to_be_bytes().to_vec()),
        1 => (any::<u8>(), 200..3000usize).prop_map(|(byte, length)| vec![byte % 4; length]),
    ]
}

fn bound() -> impl Strategy<Value = Bound<Key>> {
    prop_oneof![
        2 => key().prop_map(Bound::Included),
        2 => key().prop_map(Bound::Excluded),
        1 => Just(Bound::Unbounded),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let value = prop_oneof![3 => vec(any::<u8>(), 0..60).prop_map(Some), 2 => Just(None)];
    (
        prop_oneof![
            vec((key(), value.clone()), 0..6),
            vec((key(), value), 0..150)
        ],
        prop::bool::weighted(0.3),
        vec((bound(), bound()), 0..4),
        vec(key(), 0..4),
        prop::bool::weighted(0.3),
    )
        .prop_map(|(writes, aborted, ranges, gets, kept)| Step {
            writes,
            aborted,
            ranges,
            gets,
            kept,
        })
}

fn clear(engine: &impl Engine) {
    let keys = committed(engine);
    engine
        .transact(|txn| keys.iter().try_for_each(|(key, _)| txn.delete(key)))
        .unwrap();
}

fn check(engine: &impl Engine, steps: &[Step]) {
    let mut model = Model::new();
    let mut kept = Vec::new();
    for step in steps {
        let mut next = model.clone();
        let outcome = engine.transact(|txn| apply(txn, step, &mut next));
        assert_eq!(outcome.is_err(), step.aborted);
        if !step.aborted {
            model = next;
        }
        let snapshot = engine.snapshot().unwrap();
        agree(&snapshot, &model, step);
        if step.kept {
            kept.push((snapshot, model.clone()));
        }
    }
    for (snapshot, model) in kept {
        assert_eq!(
            entries(&snapshot, ALL, Order::Ascending),
            Entries::from_iter(model)
        );
    }
}

fn apply(txn: &mut impl Write, step: &Step, model: &mut Model) -> Result<()> {
    for (key, value) in &step.writes {
        if let Some(value) = value {
            txn.put(key, value)?;
            model.insert(key.clone(), value.clone());
        } else {
            txn.delete(key)?;
            model.remove(key);
        }
    }
    agree(txn, model, step);
    if step.aborted {
        Err(Error::new(ErrorKind::InvalidArgument, "aborted"))
    } else {
        Ok(())
    }
}

fn agree(read: &impl Read, model: &Model, step: &Step) {
    assert_eq!(
        entries(read, ALL, Order::Ascending),
        Entries::from_iter(model.clone())
    );
    for (start, end) in &step.ranges {
        let range: KeyRange<'_> = (
            start.as_ref().map(Vec::as_slice),
            end.as_ref().map(Vec::as_slice),
        );
        let mut expected = Entries::from_iter(model.clone());
        expected.retain(|(key, _)| RangeBounds::<[u8]>::contains(&range, &**key));
        assert_eq!(
            entries(read, range, Order::Ascending),
            expected,
            "{range:?} up"
        );
        expected.reverse();
        assert_eq!(
            entries(read, range, Order::Descending),
            expected,
            "{range:?} down"
        );
    }
    for key in step
        .gets
        .iter()
        .chain(step.writes.iter().map(|(key, _)| key))
    {
        let found = read.get(key).unwrap().map(|value| value.to_vec());
        assert_eq!(found.as_ref(), model.get(key), "{key:?}");
    }
}
