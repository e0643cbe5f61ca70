//! Many readers and writers of few users, on an engine that is slow where it matters: no
//! reader may ever go back in time, including those that read through the cache of a host.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use super::super::*;
use crate::directory::commits::Commits;
use crate::engine::Engine;
use crate::engine::memory::{Memory, Snapshot, Txn};
use crate::model::{Applied, Batch, License, NewUser, UserId, UserUpdate};
use crate::rules::{format, read};

/// Commits of each writer.
const COMMITS: u64 = 300;
const WRITERS: usize = 3;
const READERS: usize = 5;
/// Ways to read a user.
const WAYS: usize = 6;

/// An engine that pauses before and after it publishes a commit.
struct Dawdling(Memory);

impl Engine for Dawdling {
    type Snapshot = Snapshot;
    type Txn<'t> = Txn<'t>;

    fn snapshot(&self) -> Result<Snapshot> {
        let snapshot = self.0.snapshot();
        // Some readers insert late what they have read.
        thread::yield_now();
        snapshot
    }

    fn transact<T>(&self, body: impl FnOnce(&mut Txn<'_>) -> Result<T>) -> Result<T> {
        let result = self.0.transact(|txn| {
            let result = body(txn);
            thread::sleep(Duration::from_micros(20));
            result
        });
        thread::sleep(Duration::from_micros(20));
        result
    }

    fn close(&self) -> Result<()> {
        self.0.close()
    }
}

/// The parts of a directory.
struct Store {
    engine: Dawdling,
    cache: UserCache,
    commits: Commits,
    /// The cache of a host: a generation and a user by email.
    host: RwLock<HashMap<String, (u64, Arc<User>)>>,
    host_hits: AtomicU64,
}

impl Store {
    fn apply(&self, batch: Batch) -> Applied {
        let applied = self.commits.apply(&self.engine, &self.cache, batch);
        applied.unwrap()
    }

    /// Reads in one of the six ways.
    fn read(&self, way: usize, name: &Name) -> Arc<User> {
        match way % WAYS {
            way @ 0..3 => self.read_natively(way, name),
            3 => self.read_with_others(name),
            _ => self.read_as_host(name),
        }
    }

    /// Reads by email, among others.
    fn read_with_others(&self, name: &Name) -> Arc<User> {
        let texts = ["nobody@ex.co", &name.email, &name.email];
        let texts = texts.iter().map(|text| text.as_bytes());
        let found = self.cache.get_many(CacheKeyKind::Email, texts);
        let user = found.into_iter().flatten().next();
        user.unwrap_or_else(|| self.read_natively(0, name))
    }

    /// Reads by email like a host that caches users.
    fn read_as_host(&self, name: &Name) -> Arc<User> {
        let generation = self.cache.generation();
        let is_quiet = generation.is_multiple_of(2);
        if let Some((kept, user)) = self.host.read().unwrap().get(&name.email)
            && is_quiet
            && *kept == generation
        {
            self.host_hits.fetch_add(1, Ordering::Relaxed);
            return Arc::clone(user);
        }
        let user = self.read_natively(0, name);
        if is_quiet {
            let entry = (generation, Arc::clone(&user));
            self.host.write().unwrap().insert(name.email.clone(), entry);
        }
        user
    }

    /// Reads like a directory, in one of the three ways.
    fn read_natively(&self, way: usize, name: &Name) -> Arc<User> {
        let snapshot = || self.engine.snapshot();
        let (kind, text) = match way {
            0 => (CacheKeyKind::Email, name.email.as_bytes()),
            1 => (CacheKeyKind::Id, name.id.as_bytes().as_slice()),
            _ => (CacheKeyKind::Username, name.username.as_bytes()),
        };
        let load = || match kind {
            CacheKeyKind::Email => read::user_by_email_key(&snapshot()?, &name.email),
            CacheKeyKind::Id => read::user_by_id(&snapshot()?, name.id),
            CacheKeyKind::Username => read::user_by_username_key(&snapshot()?, &name.username),
        };
        self.cache.get(kind, text).unwrap_or_else(|| {
            let loaded = self.cache.get_or_load(kind, text, load);
            loaded.unwrap().expect("a user who is always there")
        })
    }
}

/// The names of a user. The two users of a pair exchange their emails back and forth.
struct Name {
    id: UserId,
    email: String,
    username: String,
}

/// The number of the commit that a user is from, which is stored in two fields.
fn commit_of(user: &User) -> u64 {
    let number = user.given_name().unwrap();
    assert_eq!(user.attribute("n"), Some(number), "a mix of two commits");
    number.parse().unwrap()
}

/// Two users who change in the same commits.
fn pair(store: &Store, writer: usize) -> [Name; 2] {
    ["a", "b"].map(|which| {
        let (email, username) = (
            format!("{which}{writer}@ex.co"),
            format!("{which}-{writer}"),
        );
        let user = NewUser::new(&email)
            .username(&username)
            .given_name("0")
            .attribute("n", "0");
        let applied = store.apply(Batch::new().create_user(user));
        let created = applied.users.into_values().flatten().next();
        let id = created.unwrap().id();
        Name {
            id,
            email,
            username,
        }
    })
}

fn write(store: &Store, pair: &[Name; 2]) {
    for number in 1..=COMMITS {
        let text = number.to_string();
        let update = |email: &str| {
            UserUpdate::new()
                .given_name(&*text)
                .attribute("n", &*text)
                .email(email)
        };
        // Sometimes the two swap their emails.
        let swapped = usize::from(number % 4 == 0);
        let batch = Batch::new()
            .update_user(pair[0].id, update(&pair[swapped].email))
            .update_user(pair[1].id, update(&pair[1 - swapped].email));
        store.apply(batch);
        for way in 0..WAYS {
            let seen = store.read(way, &pair[usize::from(number % 2 == 1)]);
            assert_eq!(commit_of(&seen), number, "not what this thread wrote");
        }
        for way in [0, WAYS - 1] {
            let by_email = store.read(way, &pair[0]);
            assert_eq!(by_email.id, pair[swapped].id, "the email has another owner");
        }
    }
}

fn read_on(store: &Store, pairs: &[[Name; 2]], reader: usize, done: &AtomicBool) {
    let mut seen = [0; WRITERS];
    let mut step = reader;
    while !done.load(Ordering::Relaxed) {
        step = step.wrapping_mul(6_364_136_223).wrapping_add(1_442_695);
        let (writer, which, way) = ((step >> 16) % WRITERS, (step >> 20) % 2, step >> 24);
        let found = commit_of(&store.read(way, &pairs[writer][which]));
        assert!(
            found >= seen[writer],
            "saw commit {found} after {}, by way {}",
            seen[writer],
            way % WAYS
        );
        seen[writer] = found;
    }
}

#[test]
fn nobody_goes_back_in_time() {
    let engine = Dawdling(Memory::new());
    engine
        .transact(|txn| format::create(txn, License::Enterprise))
        .unwrap();
    let store = Store {
        engine,
        cache: UserCache::new(1 << 20),
        commits: Commits::default(),
        host: RwLock::default(),
        host_hits: AtomicU64::new(0),
    };
    let pairs: Vec<_> = (0..WRITERS).map(|writer| pair(&store, writer)).collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (store, pairs, done) = (&store, &pairs, &done);
        for reader in 0..READERS {
            scope.spawn(move || read_on(store, pairs, reader, done));
        }
        let writers: Vec<_> = pairs
            .iter()
            .map(|pair| scope.spawn(move || write(store, pair)))
            .collect();
        let written: Vec<_> = writers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        done.store(true, Ordering::Relaxed);
        assert!(written.iter().all(Result::is_ok));
    });
    let (hits, misses) = store.cache.reads();
    assert!(hits > 1000 && misses > 1000, "{hits} and {misses}: no race");
    let host_hits = store.host_hits.load(Ordering::Relaxed);
    assert!(host_hits > 1000, "{host_hits} in the host's cache: no race");
}
