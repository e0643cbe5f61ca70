//! What is read without locks, in every order that threads and memory allow: loom runs
//! them all. The parts are the library's own, over loom's atomics and with tables so small
//! that they grow; the database, and what publishes a commit, are as small as can be.

use loom::sync::Arc;
use loom::thread;

use self::batches::{Batches, CommittedBatch};
use self::filter::Filter;
use self::index::{Index, WritePosition};
use self::sync::{AtomicU64, Ordering};
use super::staging::Writes;

#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "the same code over the words of loom; how full it is doesn't matter here"
)]
#[path = "filter.rs"]
mod filter;

#[allow(clippy::duplicate_mod, reason = "the same code over the words of loom")]
#[path = "memtable/batches.rs"]
mod batches;
#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "the same code over the words of loom; three keys are never too many"
)]
#[path = "memtable/index.rs"]
mod index;

/// Stands for the room's `sync.rs`.
mod sync {
    pub(super) use loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

    pub(super) const WORDS_MIN: usize = 2;
    pub(super) const BATCHES_MIN: usize = 1;

    /// A cell that is set once; loom sees whether it is set.
    pub(super) struct OnceLock<T> {
        value: std::sync::OnceLock<T>,
        is_set: AtomicBool,
    }

    impl<T> OnceLock<T> {
        pub(super) fn new() -> Self {
            Self {
                value: std::sync::OnceLock::new(),
                is_set: AtomicBool::new(false),
            }
        }

        pub(super) fn get(&self) -> Option<&T> {
            let is_set = self.is_set.load(Ordering::Acquire);
            self.value.get().filter(|_| is_set)
        }

        pub(super) fn set(&self, value: T) -> Result<(), T> {
            self.value.set(value)?;
            self.is_set.store(true, Ordering::Release);
            Ok(())
        }

        pub(super) fn get_or_init(&self, value: impl FnOnce() -> T) -> &T {
            let _ = self.set(value());
            self.value.get().expect("it was just set, or before")
        }
    }
}

/// Runs `model` in all orders in which up to `switches` are not the threads' own choice.
fn check(switches: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(switches);
    builder.check(model);
}

/// A memtable of commits of one write each; the key of the commit `n` is `n % KEYS`.
#[derive(Default)]
struct Memtable {
    batches: Batches,
    index: Index,
    /// The last commit that readers are told of.
    published: AtomicU64,
}

const KEYS: u64 = 3;

fn write(key: u64) -> Writes {
    let mut writes = Writes::default();
    writes.push((&[u8::try_from(key).unwrap()], None));
    writes
}

/// Keys share the word at which the search for them begins.
fn hash(key: u64) -> u64 {
    key << 60
}

impl Memtable {
    fn key(&self, position: WritePosition) -> Option<u64> {
        let batch = self.batches.get(position.batch as usize)?;
        let (key, _) = batch.writes.iter().next()?;
        Some(u64::from(key[0]))
    }

    /// As the library's own adds a commit.
    fn commit(&self, sequence: u64) {
        let key = sequence % KEYS;
        self.index
            .reserve(1, |position| self.key(position).map_or(0, hash));
        let (at, older) = self
            .index
            .locate(hash(key), |position| self.key(position) == Some(key));
        let batch = u32::try_from(self.batches.len()).unwrap();
        self.batches.push(CommittedBatch {
            sequence,
            writes: write(key),
        });
        let position = WritePosition { batch, slot: 0 };
        self.index.set(at, hash(key), position, older.is_none());
        self.published.store(sequence, Ordering::Release);
    }

    /// Looks for all that it was told of.
    fn read(&self) {
        let told = self.published.load(Ordering::Acquire);
        for key in (1..=told).map(|sequence| sequence % KEYS) {
            let position = self
                .index
                .get(hash(key), |position| self.key(position) == Some(key));
            let position = position.expect("a key of a commit that was told of");
            let newest = self.batches.get(position.batch as usize).unwrap().sequence;
            let known = (1..=told).rev().find(|sequence| sequence % KEYS == key);
            assert!(
                Some(newest) >= known,
                "found commit {newest} of key {key}, and was told of {known:?}"
            );
        }
    }
}

#[test]
fn a_reader_finds_all_commits_it_was_told_of_while_the_index_grows() {
    check(2, || {
        let memtable = Arc::new(Memtable::default());
        let reader = {
            let memtable = Arc::clone(&memtable);
            thread::spawn(move || {
                memtable.read();
                memtable.read();
            })
        };
        for sequence in 1..=4 {
            memtable.commit(sequence);
        }
        reader.join().unwrap();
        memtable.read();
    });
}

#[test]
fn a_filter_excludes_no_key_of_a_state_from_after_its_registration() {
    check(3, || {
        // A key that was there at the registration, and one that is put after it.
        let (old, new) = (hash_of(1), hash_of(2));
        let filter = Arc::new(Filter::with_words(2, 1));
        let committed = Arc::new(AtomicU64::new(0));
        let filling = {
            let filter = Arc::clone(&filter);
            thread::spawn(move || {
                filter.add(old);
                filter.complete();
            })
        };
        let writing = {
            let (filter, committed) = (Arc::clone(&filter), Arc::clone(&committed));
            thread::spawn(move || {
                filter.add(new);
                committed.store(1, Ordering::Release);
            })
        };
        let has_new = committed.load(Ordering::Acquire) == 1;
        assert!(!filter.excludes(old), "a key from the beginning");
        assert!(!(has_new && filter.excludes(new)), "a key that was put");
        filling.join().unwrap();
        writing.join().unwrap();
        assert!(
            filter.excludes(hash_of(3)),
            "it is whole, and says something"
        );
    });
}

/// Hashes that choose other words and bits.
fn hash_of(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
