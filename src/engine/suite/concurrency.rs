//! Many threads on one engine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use super::{ALL, committed, committed_value, entries, put_all};
use crate::engine::{Engine, Order, Read, Write};
use crate::error::Result;

/// Longer than anything here takes, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

fn number(read: &impl Read, key: &[u8]) -> Result<u64> {
    Ok(read
        .get(key)?
        .map_or(0, |value| u64::from_be_bytes((*value).try_into().unwrap())))
}

pub(super) fn concurrent_increments_are_all_counted(engine: &impl Engine) {
    const THREADS: u64 = 8;
    const EACH: u64 = 15;
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    engine
                        .transact(|txn| {
                            let next = number(txn, b"count")? + 1;
                            thread::yield_now();
                            txn.put(b"count", &next.to_be_bytes())
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(
        number(&engine.snapshot().unwrap(), b"count").unwrap(),
        THREADS * EACH
    );
}

/// Two doctors on call; each goes home if the other stays, so never both.
pub(super) fn write_skew_is_impossible(engine: &impl Engine) {
    for _ in 0..10 {
        put_all(engine, &[(b"ann", b"on call"), (b"bob", b"on call")]);
        let start = Barrier::new(2);
        thread::scope(|scope| {
            for name in [b"ann", b"bob"] {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    engine
                        .transact(|txn| {
                            if entries(txn, ALL, Order::Ascending).len() == 2 {
                                thread::sleep(Duration::from_millis(1));
                                txn.delete(name)?;
                            }
                            Ok(())
                        })
                        .unwrap();
                });
            }
        });
        assert_eq!(committed(engine).len(), 1);
    }
}

pub(super) fn readers_do_not_wait_for_the_writer(engine: &impl Engine) {
    put_all(engine, &[(b"ann", b"1")]);
    let (begun, wait_for_begin) = mpsc::channel();
    let (read, wait_for_read) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            engine.transact(|txn| {
                txn.put(b"ann", b"2")?;
                begun.send(()).unwrap();
                wait_for_read
                    .recv_timeout(PATIENCE)
                    .expect("a reader waited for the writer");
                Ok(())
            })
        });
        wait_for_begin.recv_timeout(PATIENCE).unwrap();
        assert_eq!(committed_value(engine, b"ann").unwrap(), b"1");
        read.send(()).unwrap();
    });
    assert_eq!(committed_value(engine, b"ann").unwrap(), b"2");
}

pub(super) fn readers_never_see_half_a_transaction(engine: &impl Engine) {
    put_all(engine, &[(b"first", b"0"), (b"second", b"0")]);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..60u8 {
                put_all(engine, &[(b"first", &[round]), (b"second", &[round])]);
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let snapshot = engine.snapshot().unwrap();
            let first = snapshot.get(b"first").unwrap().unwrap();
            thread::yield_now();
            let second = snapshot.get(b"second").unwrap().unwrap();
            assert_eq!(*first, *second);
        }
    });
}

pub(super) fn closing_waits_for_the_writer(engine: &impl Engine) {
    let (begun, wait_for_begin) = mpsc::channel();
    let committed = AtomicBool::new(false);
    thread::scope(|scope| {
        let committed = &committed;
        scope.spawn(move || {
            engine
                .transact(|txn| {
                    begun.send(()).unwrap();
                    thread::sleep(Duration::from_millis(20));
                    committed.store(true, Ordering::Relaxed);
                    txn.put(b"ann", b"1")
                })
                .unwrap();
        });
        wait_for_begin.recv_timeout(PATIENCE).unwrap();
        engine.close().unwrap();
        assert!(
            committed.load(Ordering::Relaxed),
            "closed under a transaction"
        );
    });
}
