//! The filter for absent keys: with it, every existing key is still found, whenever it was
//! added.

use std::thread;
use std::time::Duration;

use super::crashes::all;
use super::{CREATE, get};
use crate::engine::redb::staging::hash_of;
use crate::engine::redb::{Redb, RedbOptions};
use crate::engine::{Engine, Read, Write};

const OPTIONS: RedbOptions = RedbOptions {
    log_bytes: 64 << 10,
    looked_up: b"uk",
    ..CREATE
};

fn key(kind: u8, number: u32) -> Vec<u8> {
    [&[kind][..], &number.wrapping_mul(0x9e37_79b9).to_be_bytes()].concat()
}

fn write(engine: &Redb, numbers: std::ops::Range<u32>) {
    let written = engine.transact(|txn| {
        for number in numbers.clone() {
            for kind in *b"ukx" {
                txn.put(&key(kind, number), &number.to_be_bytes())?;
            }
        }
        Ok(())
    });
    written.unwrap();
}

/// Whether the latest state has a complete filter.
fn is_filtered(engine: &Redb) -> bool {
    // Hashes without keys: of a few, at least one is excluded.
    let filter = engine.shared.filtering.current();
    filter.is_some_and(|filter| {
        (0..9).any(|number| {
            let key = [b'u', b'?', number];
            filter.excludes(&key, hash_of(&key))
        })
    })
}

#[test]
fn every_key_is_found_while_a_filter_is_built_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Redb::open(&folder.path().join("users.redb"), &OPTIONS).unwrap();
    // Around the log, before there is a filter.
    write(&engine, 0..2_000);
    let old = engine.snapshot().unwrap();
    engine.transact(|txn| txn.delete(&key(b'k', 7))).unwrap();
    let mut last = 2_000;
    let mut was_filtered = false;
    while !was_filtered || last < 4_000 {
        was_filtered |= is_filtered(&engine);
        write(&engine, last..last + 1);
        last += 1;
        let number = last.wrapping_mul(7_919) % last;
        for kind in *b"ukx" {
            let is_there = (kind, number) != (b'k', 7);
            let found = get(&engine, &key(kind, number));
            assert_eq!(found.is_some(), is_there, "{number} of {last}");
        }
        assert_eq!(get(&engine, &key(b'u', last + 1)), None);
        assert!(last < 200_000, "no filter was made");
        if last % 1_000 == 0 {
            // Gives the builder, which pauses, some time.
            thread::sleep(Duration::from_millis(20));
        }
    }
    // Around the log again.
    write(&engine, last..last + 2_000);
    last += 2_000;
    for number in 0..last {
        let found = get(&engine, &key(b'u', number));
        assert_eq!(found.as_deref(), Some(&number.to_be_bytes()[..]));
    }
    // A state from before the filter doesn't use it.
    assert!(old.get(&key(b'k', 7)).unwrap().is_some());
    assert_eq!(all(&engine).len(), 3 * last as usize - 1);
    engine.close().unwrap();
}
