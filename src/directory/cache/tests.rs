//! Each race between a reader and a commit, step by step.

mod stress;

use std::thread;

use super::*;
use crate::model::{Attributes, Email, ExternalIds, Timestamp, UserId, UserParts};

pub(super) fn user(email: &str, version: u64) -> User {
    User::from(UserParts {
        id: UserId::from_bytes([7; 16]),
        email: Email::parse(email).unwrap(),
        username: None,
        given_name: None,
        family_name: None,
        active: true,
        admin: false,
        external_ids: ExternalIds::new(),
        attributes: Attributes::new(),
        created_at: Timestamp::now(),
        updated_at: Timestamp::now(),
        deactivated_at: None,
        version,
    })
}

const ANN: &[u8] = b"ann@ex.co";

fn ann(version: u64) -> User {
    user("ann@ex.co", version)
}

fn cache() -> UserCache {
    UserCache::new(1 << 20)
}

/// Reads by email, from a store that has this version of Ann.
fn read(cache: &UserCache, version: u64) -> u64 {
    let found = cache.get_or_load(CacheKeyKind::Email, ANN, || Ok(Some(ann(version))));
    found.unwrap().unwrap().version
}

fn get(cache: &UserCache) -> Option<u64> {
    cache.get(CacheKeyKind::Email, ANN).map(|user| user.version)
}

#[test]
fn what_was_read_is_found_again_and_under_no_other_key() {
    let cache = cache();
    assert_eq!(get(&cache), None);
    assert_eq!(read(&cache, 1), 1);
    assert_eq!(get(&cache), Some(1));
    assert_eq!(read(&cache, 2), 1);
    assert!(cache.get(CacheKeyKind::Username, ANN).is_none());
    assert!(cache.get(CacheKeyKind::Id, &[7; 16]).is_none());
    assert_eq!((cache.size().0, cache.reads()), (1, (2, 1)));
}

#[test]
fn that_there_is_nobody_is_not_cached() {
    let cache = cache();
    let found = cache.get_or_load(CacheKeyKind::Email, ANN, || Ok(None));
    assert!(found.unwrap().is_none());
    assert_eq!(read(&cache, 1), 1);
}

#[test]
fn during_a_commit_readers_ask_the_engine() {
    let cache = cache();
    read(&cache, 1);
    let mut invalidation = cache.invalidation();
    assert_eq!(get(&cache), Some(1));
    invalidation.mark(vec![Arc::new(ann(1))]);
    assert_eq!(get(&cache), None);
    // Each read returns the engine's state at that moment.
    assert_eq!((read(&cache, 1), read(&cache, 2)), (1, 2));
    drop(invalidation);
    assert_eq!(
        (get(&cache), read(&cache, 2), get(&cache)),
        (None, 2, Some(2))
    );
}

#[test]
fn many_are_found_in_their_order_but_not_those_who_change() {
    let cache = cache();
    let names: Vec<_> = (0..200).map(|n| format!("user{n}@ex.co")).collect();
    let text = |name: &String| user(name, 1).email_key().to_owned().into_bytes();
    let cached = |n: usize| !n.is_multiple_of(3);
    for (n, name) in names.iter().enumerate().filter(|(n, _)| cached(*n)) {
        let load = || Ok(Some(user(name, n as u64)));
        cache
            .get_or_load(CacheKeyKind::Email, &text(name), load)
            .unwrap();
    }
    let versions = |kind| -> Vec<_> {
        let texts = names.iter().map(String::as_bytes);
        let found = cache.get_many(kind, texts).into_iter();
        found.map(|user| user.map(|user| user.version)).collect()
    };
    let wanted = |n: usize| cached(n).then_some(n as u64);
    assert_eq!(
        versions(CacheKeyKind::Email),
        (0..200).map(wanted).collect::<Vec<_>>()
    );
    assert_eq!(versions(CacheKeyKind::Username), [None; 200]);
    let hits = (0..200).filter(|n| cached(*n)).count() as u64;
    assert_eq!(cache.reads().0, hits);

    let mut invalidation = cache.invalidation();
    invalidation.mark(vec![Arc::new(user(&names[100], 100))]);
    assert_eq!(
        versions(CacheKeyKind::Email)[99..102],
        [None, None, Some(101)]
    );
    drop(invalidation);
    assert_eq!(
        versions(CacheKeyKind::Email)[99..102],
        [None, None, Some(101)]
    );
    let nobody: [&[u8]; 2] = [&[b'a'; 300], b""];
    assert_eq!(
        cache.get_many(CacheKeyKind::Email, nobody.into_iter()),
        [None, None]
    );
    assert!(
        cache
            .get_many(CacheKeyKind::Email, [].into_iter())
            .is_empty()
    );
}

#[test]
fn a_commit_forgets_a_user_under_each_key() {
    let cache = cache();
    let load = || Ok(Some(ann(1)));
    let keys: [(CacheKeyKind, &[u8]); 3] = [
        (CacheKeyKind::Email, ANN),
        (CacheKeyKind::Id, &[7; 16]),
        (CacheKeyKind::Username, ANN),
    ];
    for (kind, text) in keys {
        cache.get_or_load(kind, text, load).unwrap();
        assert!(cache.get(kind, text).is_some());
    }
    cache.invalidation().mark(vec![Arc::new(ann(1))]);
    for (kind, text) in keys {
        assert!(cache.get(kind, text).is_none(), "{kind:?}");
    }
}

#[test]
fn a_read_that_began_before_a_commit_is_not_cached_after_it() {
    let cache = cache();
    let found = cache.get_or_load(CacheKeyKind::Email, ANN, || {
        // The snapshot is taken here; then a commit comes in between.
        let old = ann(1);
        cache.invalidation().mark(vec![Arc::new(ann(1))]);
        Ok(Some(old))
    });
    assert_eq!(found.unwrap().unwrap().version, 1);
    assert_eq!((get(&cache), read(&cache, 2)), (None, 2));
}

#[test]
fn a_read_that_began_before_a_large_commit_is_not_cached_after_it() {
    let cache = cache();
    read(&cache, 1);
    let many = |count| (0..count).map(|_| Arc::new(user("bob@ex.co", 1))).collect();
    let found = cache.get_or_load(CacheKeyKind::Email, b"cho@ex.co", || {
        let mut invalidation = cache.invalidation();
        invalidation.mark(many(REPLACED_MAX));
        assert_eq!(get(&cache), Some(1));
        invalidation.mark(many(1));
        assert_eq!(get(&cache), None);
        Ok(Some(user("cho@ex.co", 1)))
    });
    assert!(found.unwrap().is_some());
    assert!(cache.get(CacheKeyKind::Email, b"cho@ex.co").is_none());
    assert_eq!((get(&cache), cache.size().0), (None, 0));
    assert_eq!((read(&cache, 2), get(&cache)), (2, Some(2)));
}

#[test]
fn a_reader_does_not_wait_for_another() {
    let cache = cache();
    let found = cache.get_or_load(CacheKeyKind::Email, ANN, || {
        assert_eq!(read(&cache, 1), 1);
        Ok(Some(ann(1)))
    });
    assert!(found.unwrap().is_some());
    assert_eq!(get(&cache), Some(1));
}

#[test]
fn a_commit_that_panics_leaves_nothing_marked_or_stale() {
    let cache = cache();
    read(&cache, 1);
    let panicked = thread::scope(|scope| {
        let commit = scope.spawn(|| {
            let mut invalidation = cache.invalidation();
            invalidation.mark(vec![Arc::new(ann(1))]);
            panic!("as if the engine did");
        });
        commit.join()
    });
    assert!(panicked.is_err());
    assert_eq!(
        (get(&cache), read(&cache, 2), get(&cache)),
        (None, 2, Some(2))
    );
    cache.invalidation().mark(vec![Arc::new(ann(2))]);
    assert_eq!(get(&cache), None);
}

#[test]
fn a_closed_cache_stays_empty() {
    let cache = cache();
    read(&cache, 1);
    cache.close();
    for _ in 0..2 {
        assert_eq!((get(&cache), read(&cache, 2), get(&cache)), (None, 2, None));
        cache.invalidation().mark(vec![Arc::new(ann(2))]);
    }
    let off = UserCache::new(0);
    assert_eq!((read(&off, 1), get(&off), off.size()), (1, None, (0, 0)));
}

#[test]
fn memory_is_bounded() {
    let cache = cache();
    for number in 0..20_000 {
        let email = format!("user.with.a.long.name.{number}@department.ex.co");
        let load = || Ok(Some(user(&email, 1)));
        cache
            .get_or_load(CacheKeyKind::Email, email.as_bytes(), load)
            .unwrap();
    }
    let (entries, bytes) = cache.size();
    assert!((1000..10_000).contains(&entries), "{entries}");
    assert!((1 << 19..=1 << 20).contains(&bytes), "{bytes}");
}
