//! A transaction too large to be staged sees its own writes: those already in redb, and the
//! latest ones.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::ops::ControlFlow;

use super::CREATE;
use crate::engine::redb::Redb;
use crate::engine::redb::staging::BYTES_MAX;
use crate::engine::{Engine, KeyRange, Order, Read, Write};
use crate::error::ErrorKind;

#[test]
fn a_long_transaction_scans_its_latest_writes() {
    let directory = tempfile::tempdir().unwrap();
    let engine = Redb::open(&directory.path().join("users.redb"), &CREATE).unwrap();
    let scanned = engine.transact(|txn| {
        // More than is staged.
        txn.put(b"a", &vec![0; 5 << 20])?;
        txn.put(b"c", &vec![0; 5 << 20])?;
        for key in [b"b", b"c", b"d", b"e"] {
            txn.put(key, key)?;
        }
        txn.delete(b"d")?;
        txn.put(b"f", b"f")?;
        let ranges: [KeyRange<'_>; 5] = [
            (Unbounded, Unbounded),
            (Included(b"b"), Included(b"e")),
            (Excluded(b"d"), Included(b"f")),
            (Included(b"f"), Unbounded),
            (Included(b"g"), Unbounded),
        ];
        let mut scanned = Vec::new();
        for range in ranges {
            for order in [Order::Ascending, Order::Descending] {
                let mut keys = String::new();
                txn.scan(range, order, |key, _| {
                    keys.push(char::from(key[0]));
                    ControlFlow::Continue(())
                })?;
                scanned.push(keys);
            }
        }
        Ok(scanned)
    });
    let expected = ["abcef", "fecba", "bce", "ecb", "ef", "fe", "f", "f", "", ""];
    assert_eq!(scanned.unwrap(), expected);
}

#[test]
fn a_long_transaction_in_no_order_reads_and_keeps_its_latest_writes() {
    let directory = tempfile::tempdir().unwrap();
    let engine = Redb::open(&directory.path().join("users.redb"), &CREATE).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let mut model = BTreeMap::new();
    engine
        .transact(|txn| {
            // Twice as much as is collected before it moves to redb.
            for round in 0..9_000_u32 {
                let key = random.u16(..6_000).to_be_bytes();
                if random.u8(..8) == 0 {
                    txn.delete(&key)?;
                    model.remove(&key);
                } else {
                    let mut value = vec![0; 8 << 10];
                    value[..4].copy_from_slice(&round.to_be_bytes());
                    txn.put(&key, &value)?;
                    model.insert(key, round);
                }
                let asked = random.u16(..6_000).to_be_bytes();
                assert_eq!(
                    txn.get(&asked)?.map(|value| round_of(&value)),
                    model.get(&asked).copied()
                );
            }
            assert_eq!(all(txn), model);
            Ok(())
        })
        .unwrap();
    assert_eq!(all(&engine.snapshot().unwrap()), model);
}

/// The round that wrote a value.
fn round_of(value: &[u8]) -> u32 {
    u32::from_be_bytes(value[..4].try_into().unwrap())
}

/// All entries, with the rounds that wrote them.
fn all(read: &impl Read) -> BTreeMap<[u8; 2], u32> {
    let mut all = BTreeMap::new();
    read.scan((Unbounded, Unbounded), Order::Ascending, |key, value| {
        all.insert(key.try_into().unwrap(), round_of(value));
        ControlFlow::Continue(())
    })
    .unwrap();
    all
}

/// The value takes no memory, since nobody touches its zeros.
#[test]
fn a_value_of_gigabytes_is_refused_and_keeps_the_others_out() {
    let directory = tempfile::tempdir().unwrap();
    let engine = Redb::open(&directory.path().join("users.redb"), &CREATE).unwrap();
    let refused = engine.transact(|txn| {
        txn.put(b"a", b"1")?;
        txn.put(b"b", &vec![0; BYTES_MAX + 1])
    });
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    assert_eq!(BYTES_MAX, 3 << 30, "the limit of redb");
    assert!(error.to_string().contains("the limit is 3 GiB"), "{error}");
    assert!(engine.snapshot().unwrap().get(b"a").unwrap().is_none());
}
