//! The behaviour of an ordered map of bytes.

use std::ops::{Bound, ControlFlow, RangeBounds};

use super::{ALL, Entries, committed, committed_value, entries, owned, put_all};
use crate::engine::{Engine, Order, Read, Write};

pub(super) fn an_empty_map_has_nothing(engine: &impl Engine) {
    assert_eq!(committed_value(engine, b"ann"), None);
    assert_eq!(committed_value(engine, b""), None);
    assert_eq!(committed(engine), []);
    let snapshot = engine.snapshot().unwrap();
    assert_eq!(entries(&snapshot, ALL, Order::Descending), []);
}

pub(super) fn a_value_is_found_until_overwritten_or_deleted(engine: &impl Engine) {
    put_all(engine, &[(b"ann", b"1"), (b"bob", b"2")]);
    assert_eq!(committed_value(engine, b"ann").unwrap(), b"1");
    assert_eq!(committed_value(engine, b"bob").unwrap(), b"2");
    assert_eq!(committed_value(engine, b"an"), None);
    assert_eq!(committed_value(engine, b"anna"), None);

    put_all(engine, &[(b"ann", b"a longer value")]);
    assert_eq!(committed_value(engine, b"ann").unwrap(), b"a longer value");
    put_all(engine, &[(b"ann", b"3")]);
    assert_eq!(committed(engine), owned(&[(b"ann", b"3"), (b"bob", b"2")]));

    engine.transact(|txn| txn.delete(b"ann")).unwrap();
    assert_eq!(committed(engine), owned(&[(b"bob", b"2")]));
    engine.transact(|txn| txn.delete(b"ann")).unwrap();
    assert_eq!(committed(engine), owned(&[(b"bob", b"2")]));
    engine.transact(|txn| txn.delete(b"bob")).unwrap();
    assert_eq!(committed(engine), []);
}

pub(super) fn an_empty_key_and_an_empty_value_are_like_any_other(engine: &impl Engine) {
    put_all(engine, &[(b"", b"first"), (b"ann", b""), (b"\0", b"zero")]);
    assert_eq!(committed_value(engine, b"").unwrap(), b"first");
    assert_eq!(committed_value(engine, b"ann").unwrap(), b"");
    assert_eq!(
        committed(engine),
        owned(&[(b"", b"first"), (b"\0", b"zero"), (b"ann", b"")])
    );

    let snapshot = engine.snapshot().unwrap();
    let after_empty = (Bound::Excluded(&b""[..]), Bound::Unbounded);
    assert_eq!(
        entries(&snapshot, after_empty, Order::Ascending),
        owned(&[(b"\0", b"zero"), (b"ann", b"")]),
    );
    engine.transact(|txn| txn.delete(b"")).unwrap();
    assert_eq!(committed_value(engine, b""), None);
}

pub(super) fn keys_are_ordered_as_bytes(engine: &impl Engine) {
    let sorted: [&[u8]; 8] = [
        b"\0",
        b"\0\0",
        b"\0\xff",
        b"A",
        b"a",
        b"a\0",
        b"\xc3\xa9",
        b"\xff\xff",
    ];
    let mut shuffled = sorted.map(|key| (key, key));
    shuffled.reverse();
    shuffled.swap(1, 5);
    put_all(engine, &shuffled);
    assert_eq!(committed(engine), owned(&sorted.map(|key| (key, key))));
}

/// All nine kinds of ranges, with present and absent keys as bounds, in both directions,
/// compared with a plain filter.
pub(super) fn a_scan_visits_exactly_its_range_in_order(engine: &impl Engine) {
    // Enough for several nodes and pages.
    let all: Entries = (1..=400u16)
        .map(|number| {
            (
                (number * 10).to_be_bytes().to_vec(),
                vec![7; usize::from(number % 30)],
            )
        })
        .collect();
    engine
        .transact(|txn| {
            all.iter()
                .rev()
                .try_for_each(|(key, value)| txn.put(key, value))
        })
        .unwrap();
    let snapshot = engine.snapshot().unwrap();

    let edges = [0u16, 9, 10, 11, 640, 645, 650, 2000, 2560, 3990, 4000, 4001];
    for from in edges {
        for to in edges {
            let (from, to) = (from.to_be_bytes(), to.to_be_bytes());
            for start in [
                Bound::Included(&from[..]),
                Bound::Excluded(&from),
                Bound::Unbounded,
            ] {
                for end in [
                    Bound::Included(&to[..]),
                    Bound::Excluded(&to),
                    Bound::Unbounded,
                ] {
                    let range = (start, end);
                    let mut expected = all.clone();
                    expected.retain(|(key, _)| RangeBounds::<[u8]>::contains(&range, &**key));
                    let found = entries(&snapshot, range, Order::Ascending);
                    assert_eq!(found, expected, "{range:?} up");
                    expected.reverse();
                    let found = entries(&snapshot, range, Order::Descending);
                    assert_eq!(found, expected, "{range:?} down");
                }
            }
        }
    }
}

pub(super) fn a_scan_stops_at_the_first_break(engine: &impl Engine) {
    let keys: Vec<_> = (0..1000u16).map(u16::to_be_bytes).collect();
    engine
        .transact(|txn| keys.iter().try_for_each(|key| txn.put(key, key)))
        .unwrap();
    let snapshot = engine.snapshot().unwrap();
    for (order, expected) in [
        (Order::Ascending, [0, 1, 2]),
        (Order::Descending, [999, 998, 997]),
    ] {
        let mut visited = Vec::new();
        snapshot
            .scan(ALL, order, |key, _| {
                visited.push(u16::from_be_bytes(key.try_into().unwrap()));
                if visited.len() == 3 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
            .unwrap();
        assert_eq!(visited, expected);
    }
}

pub(super) fn large_values_come_back_whole(engine: &impl Engine) {
    let large: Vec<u8> = (0..1u32 << 20).map(|index| (index % 251) as u8).collect();
    let long_key = &large[..5000];
    put_all(
        engine,
        &[(b"small", b"1"), (b"large", &large), (long_key, b"long")],
    );
    assert_eq!(committed_value(engine, b"large").unwrap(), large);
    assert_eq!(committed_value(engine, long_key).unwrap(), b"long");
    assert_eq!(
        committed(engine),
        owned(&[(long_key, b"long"), (b"large", &large), (b"small", b"1")])
    );

    put_all(engine, &[(b"large", b"not any more")]);
    assert_eq!(committed_value(engine, b"large").unwrap(), b"not any more");
}

pub(super) fn ten_thousand_keys_come_back_in_order(engine: &impl Engine) {
    // 7,919 is coprime to 10,000, so each key comes once, far from the previous one.
    let numbers = || (0..10_000u32).map(|number| number * 7919 % 10_000);
    engine
        .transact(|txn| {
            numbers().try_for_each(|number| txn.put(&number.to_be_bytes(), &number.to_le_bytes()))
        })
        .unwrap();
    engine
        .transact(|txn| {
            numbers()
                .filter(|number| number % 3 == 0)
                .try_for_each(|number| txn.delete(&number.to_be_bytes()))
        })
        .unwrap();

    let expected: Entries = (0..10_000u32)
        .filter(|number| number % 3 != 0)
        .map(|number| (number.to_be_bytes().to_vec(), number.to_le_bytes().to_vec()))
        .collect();
    assert!(
        committed(engine) == expected,
        "some of the 10,000 are lost or out of order"
    );
    assert_eq!(committed_value(engine, &9_999u32.to_be_bytes()), None);
    assert!(committed_value(engine, &9_998u32.to_be_bytes()).is_some());
}
