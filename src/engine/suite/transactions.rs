//! Transactions are atomic and isolated, and refused once the engine is closed.

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::{ALL, committed, entries, owned, put_all};
use crate::engine::{Engine, Order, Read, Write};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn a_transaction_reads_its_own_writes(engine: &impl Engine) {
    put_all(engine, &[(b"ann", b"1"), (b"bob", b"2"), (b"cat", b"3")]);
    engine
        .transact(|txn| {
            txn.put(b"bea", b"new")?;
            txn.put(b"ann", b"changed")?;
            txn.delete(b"bob")?;
            assert_eq!(txn.get(b"ann")?.as_deref(), Some(&b"changed"[..]));
            assert_eq!(txn.get(b"bea")?.as_deref(), Some(&b"new"[..]));
            assert!(txn.get(b"bob")?.is_none());
            let now = owned(&[(b"ann", b"changed"), (b"bea", b"new"), (b"cat", b"3")]);
            assert_eq!(entries(txn, ALL, Order::Ascending), now);
            let part = (Bound::Excluded(&b"ann"[..]), Bound::Included(&b"bob"[..]));
            assert_eq!(entries(txn, part, Order::Descending), now[1..2]);

            txn.put(b"bob", b"back")?;
            txn.delete(b"bea")?;
            assert_eq!(txn.get(b"bob")?.as_deref(), Some(&b"back"[..]));
            assert_eq!(
                entries(txn, part, Order::Ascending),
                owned(&[(b"bob", b"back")])
            );
            Ok(())
        })
        .unwrap();
    let after = owned(&[(b"ann", b"changed"), (b"bob", b"back"), (b"cat", b"3")]);
    assert_eq!(committed(engine), after);
}

pub(super) fn an_error_undoes_everything(engine: &impl Engine) {
    put_all(engine, &[(b"ann", b"1"), (b"bob", b"2")]);
    let before = committed(engine);
    let refused: Result<()> = engine.transact(|txn| {
        txn.put(b"ann", b"changed")?;
        txn.put(b"cat", b"new")?;
        txn.delete(b"bob")?;
        Err(Error::new(ErrorKind::EmailTaken, "by the rules"))
    });
    let error = refused.unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (ErrorKind::EmailTaken, "by the rules".into())
    );
    assert_eq!(committed(engine), before);

    put_all(engine, &[(b"cat", b"3")]);
    assert_eq!(
        committed(engine),
        owned(&[(b"ann", b"1"), (b"bob", b"2"), (b"cat", b"3")])
    );
}

pub(super) fn a_panic_undoes_everything_and_the_engine_goes_on(engine: &impl Engine) {
    put_all(engine, &[(b"ann", b"1")]);
    let before = committed(engine);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        engine.transact(|txn| {
            txn.put(b"ann", b"changed")?;
            txn.put(b"bob", b"new")?;
            // In the middle of a scan, without the output of the panic hook.
            txn.scan(ALL, Order::Ascending, |_, _| {
                resume_unwind(Box::new("in the middle"))
            })
        })
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"in the middle"));
    assert_eq!(committed(engine), before);

    put_all(engine, &[(b"cat", b"3")]);
    assert_eq!(committed(engine), owned(&[(b"ann", b"1"), (b"cat", b"3")]));
    engine.close().unwrap();
}

pub(super) fn a_transaction_may_change_nothing(engine: &impl Engine) {
    put_all(engine, &[(b"ann", b"1")]);
    let length = engine
        .transact(|txn| {
            txn.delete(b"absent")?;
            Ok(txn.get(b"ann")?.map(|value| value.len()))
        })
        .unwrap();
    assert_eq!(length, Some(1));
    assert_eq!(committed(engine), owned(&[(b"ann", b"1")]));
}

pub(super) fn a_snapshot_keeps_its_state(engine: &impl Engine) {
    let empty = engine.snapshot().unwrap();
    put_all(engine, &[(b"ann", b"1"), (b"bob", b"2")]);
    let two = engine.snapshot().unwrap();
    let held = two.get(b"ann").unwrap().unwrap();
    for round in 0..20u8 {
        put_all(engine, &[(b"ann", &[round; 500]), (&[round], b"new")]);
    }
    engine.transact(|txn| txn.delete(b"bob")).unwrap();

    assert_eq!(entries(&empty, ALL, Order::Ascending), []);
    assert_eq!(&*held, b"1");
    let clone = two.clone();
    drop(held);
    drop(two);
    assert_eq!(
        entries(&clone, ALL, Order::Ascending),
        owned(&[(b"ann", b"1"), (b"bob", b"2")])
    );
    assert_eq!(committed(engine).len(), 21);
}

pub(super) fn what_a_transaction_returns_is_handed_on(engine: &impl Engine) {
    for expected in 1..=3u64 {
        let sequence = engine.transact(|txn| {
            let last = txn
                .get(b"sequence")?
                .map_or(0, |value| u64::from_be_bytes((*value).try_into().unwrap()));
            txn.put(b"sequence", &(last + 1).to_be_bytes())?;
            Ok(last + 1)
        });
        assert_eq!(sequence.unwrap(), expected);
    }
}

pub(super) fn a_closed_engine_refuses_everything(engine: &impl Engine) {
    put_all(engine, &[(b"ann", b"1")]);
    engine.close().unwrap();
    assert_eq!(engine.snapshot().err().unwrap().kind(), ErrorKind::Closed);
    let mut ran = false;
    let refused = engine.transact(|_| {
        ran = true;
        Ok(())
    });
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Closed);
    assert!(!ran, "a closed engine ran a transaction");
    engine.close().unwrap();
    assert_eq!(engine.snapshot().err().unwrap().kind(), ErrorKind::Closed);
}

pub(super) fn a_snapshot_that_outlives_its_engine_never_lies(engine: &impl Engine) {
    let keys: Vec<_> = (0..2000u16).map(u16::to_be_bytes).collect();
    engine
        .transact(|txn| keys.iter().try_for_each(|key| txn.put(key, &[1; 50])))
        .unwrap();
    let snapshot = engine.snapshot().unwrap();
    put_all(engine, &[(&keys[0], b"later")]);
    engine.close().unwrap();
    for key in &keys {
        match snapshot.get(key) {
            Ok(value) => assert_eq!(value.as_deref(), Some(&[1; 50][..])),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Closed),
        }
    }
}
