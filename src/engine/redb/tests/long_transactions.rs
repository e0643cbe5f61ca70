//! A transaction too large to be staged sees its own writes: those that redb has by
//! then, and the latest.

use std::ops::Bound::{Excluded, Included, Unbounded};
use std::ops::ControlFlow;

use super::CREATE;
use crate::engine::redb::Redb;
use crate::engine::{Engine, KeyRange, Order, Read, Write};

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
