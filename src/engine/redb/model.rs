//! Checks the lock-free parts with loom, in every order that threads and memory allow. The
//! parts are the real ones, on loom's atomics and with tables so small that they grow; the
//! database and the publication of commits are minimal.

use loom::sync::Arc;
use loom::thread;

use self::batches::{Batches, CommittedBatch};
use self::extended::Extended;
use self::filter::Filter;
use self::index::{Index, WritePosition};
use self::latest::Latest;
use self::sync::{AtomicU64, Mutex, Ordering};
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
#[allow(clippy::duplicate_mod, reason = "the same code over the words of loom")]
#[path = "memtable/extended.rs"]
mod extended;
#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "the same code over the words of loom; three keys are never too many"
)]
#[path = "memtable/index.rs"]
mod index;
#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "the same code over the words of loom; nothing is closed here"
)]
#[path = "latest.rs"]
mod latest;

/// Replaces the module `sync.rs`.
mod sync {
    use std::sync::Arc;

    pub(super) use loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
    pub(super) use loom::sync::{Mutex, MutexGuard};

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

    /// A pointer that is replaced as a whole.
    pub(super) struct ArcSwap<T>(Mutex<Arc<T>>);

    impl<T> ArcSwap<T> {
        pub(super) fn from_pointee(value: T) -> Self {
            Self(Mutex::new(Arc::new(value)))
        }

        pub(super) fn load_full(&self) -> Arc<T> {
            Arc::clone(&self.0.lock().unwrap())
        }

        pub(super) fn store(&self, value: Arc<T>) {
            *self.0.lock().unwrap() = value;
        }
    }

    /// A pointer that is replaced as a whole and may be missing.
    pub(super) struct ArcSwapOption<T>(Mutex<Option<Arc<T>>>);

    impl<T> ArcSwapOption<T> {
        pub(super) fn from_pointee(value: T) -> Self {
            Self(Mutex::new(Some(Arc::new(value))))
        }

        pub(super) fn load_full(&self) -> Option<Arc<T>> {
            self.0.lock().unwrap().clone()
        }

        pub(super) fn store(&self, value: Option<Arc<T>>) {
            *self.0.lock().unwrap() = value;
        }
    }
}

/// Runs `model` in all orders with up to `switches` preemptions.
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
    /// The last published commit.
    published: AtomicU64,
}

const KEYS: u64 = 3;

fn write(key: u64) -> Writes {
    let mut writes = Writes::default();
    writes.push((&[u8::try_from(key).unwrap()], None));
    writes
}

/// All keys hash to the same first word.
fn hash(key: u64) -> u64 {
    key << 60
}

impl Memtable {
    fn key(&self, position: WritePosition) -> Option<u64> {
        let batch = self.batches.get(position.batch as usize)?;
        let (key, _) = batch.writes.iter().next()?;
        Some(u64::from(key[0]))
    }

    /// Adds a commit like the real memtable.
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

    /// Looks up the keys of all published commits.
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

/// The sorted commits: those of the first `batches`.
#[derive(Default)]
struct Sorted {
    batches: usize,
    commits: Vec<u64>,
}

/// Sorts like the real memtable: all batches up to their current number.
fn sort(batches: &Batches, sorted: &Extended<Sorted>, sequence: u64) -> std::sync::Arc<Sorted> {
    sorted.enough(
        |sorted| batches.reach(sorted.batches, sequence),
        |sorted| {
            let until = batches.len();
            let new = (sorted.batches..until).map_while(|number| batches.get(number));
            let commits = sorted.commits.iter().copied();
            Sorted {
                batches: until,
                commits: commits.chain(new.map(|batch| batch.sequence)).collect(),
            }
        },
    )
}

#[test]
fn a_scan_has_all_commits_it_was_told_of_whoever_sorts_them() {
    const COMMITS: u64 = 3;
    type All = (Batches, Extended<Sorted>, AtomicU64);
    let scan = |(batches, sorted, published): &All| {
        let told = published.load(Ordering::Acquire);
        let sorted = sort(batches, sorted, told);
        let count = sorted.commits.len() as u64;
        assert!(sorted.commits.iter().copied().eq(1..=count), "each once");
        assert!(count >= told, "all up to commit {told}");
    };
    check(3, move || {
        let all: Arc<All> = Arc::default();
        let scanning = {
            let all = Arc::clone(&all);
            thread::spawn(move || {
                scan(&all);
                scan(&all);
            })
        };
        let (batches, sorted, published) = &*all;
        for sequence in 1..=COMMITS {
            batches.push(CommittedBatch {
                sequence,
                writes: write(sequence),
            });
            published.store(sequence, Ordering::Release);
            if sequence == 2 {
                // There is much to sort.
                sort(batches, sorted, u64::MAX);
            }
        }
        scanning.join().unwrap();
        scan(&all);
    });
}

/// A database: the number of its last transaction, and the last commit that it contains.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Written {
    transaction: u64,
    applied: u64,
}

/// The state that readers get.
#[derive(Clone, Copy)]
struct State {
    base: Written,
    /// The last commit that a crash left, while the database lacks it.
    frozen: Option<u64>,
    sequence: u64,
}

/// Commits a transaction of the database, which then contains everything up to `applied`.
fn transact(database: &Mutex<Written>, applied: Option<u64>) -> Written {
    let mut written = database.lock().unwrap();
    written.transaction += 1;
    written.applied = applied.unwrap_or(written.applied);
    *written
}

#[test]
fn a_first_commit_beside_the_checkpoint_after_a_crash_hides_no_commit() {
    const LEFT: u64 = 2;
    check(3, || {
        let recovered = State {
            base: Written {
                transaction: 0,
                applied: 0,
            },
            frozen: Some(LEFT),
            sequence: LEFT,
        };
        let latest = Arc::new(Latest::new(Mutex::new(recovered.base), recovered));
        let committing = {
            let latest = Arc::clone(&latest);
            thread::spawn(move || {
                let noted = latest.write_base(
                    |database| Ok::<_, ()>(transact(database, None)),
                    |state, base| State { base, ..*state },
                );
                noted.unwrap().unwrap();
                latest.publish(|state| State {
                    sequence: state.sequence + 1,
                    ..*state
                });
            })
        };
        let checkpointing = {
            let latest = Arc::clone(&latest);
            thread::spawn(move || {
                let applied = latest.write_base(
                    |database| Ok::<_, ()>(transact(database, Some(LEFT))),
                    |state, base| State {
                        base,
                        frozen: None,
                        ..*state
                    },
                );
                applied.unwrap().unwrap();
            })
        };
        let mut last = recovered;
        for _ in 0..2 {
            let state = *latest.state().unwrap();
            let reached = state.frozen.unwrap_or(state.base.applied);
            assert_eq!(reached, LEFT, "what the crash left is seen");
            assert!(state.base >= last.base, "no earlier database");
            assert!(state.sequence >= last.sequence, "no earlier commit");
            last = state;
        }
        committing.join().unwrap();
        checkpointing.join().unwrap();
        let state = *latest.state().unwrap();
        assert_eq!((state.base.transaction, state.base.applied), (2, LEFT));
        assert_eq!((state.frozen, state.sequence), (None, LEFT + 1));
    });
}

#[test]
fn a_filter_excludes_no_key_of_a_state_from_after_its_registration() {
    check(3, || {
        // A key that was there at the registration, and one that is added after it.
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
