//! The protocol for the caches of hosts, checked by loom in every order that threads and
//! memory allow. The counter is the real one; the engine and the host's cache are minimal.

use std::ops::Deref;

use loom::sync::atomic::{AtomicU64, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

use self::generation::Generation;

#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "the same code over the words of loom; nothing is closed here"
)]
#[path = "generation.rs"]
mod generation;

/// A stand-in for the word in memory.
struct Word(AtomicU64);

impl Word {
    const ENDED: u64 = u64::MAX;

    fn new(value: u64) -> Self {
        Self(AtomicU64::new(value))
    }
}

impl Deref for Word {
    type Target = AtomicU64;

    fn deref(&self) -> &AtomicU64 {
        &self.0
    }
}

/// A directory with one user, reduced to a version.
struct Model {
    generation: Generation,
    published: AtomicU64,
    /// The host's cache: a generation and a version.
    host: Mutex<Option<(u64, u64)>>,
}

impl Model {
    fn commit(&self, version: u64) {
        self.generation.begin();
        self.published.store(version, Ordering::Release);
        self.generation.end();
    }

    /// Reads past the host's cache, as a read by another name does.
    fn native(&self) -> u64 {
        self.published.load(Ordering::Acquire)
    }

    fn through_host(&self) -> u64 {
        let generation = self.generation.get();
        let is_quiet = generation.is_multiple_of(2);
        if let Some((kept, version)) = *self.host.lock().unwrap()
            && is_quiet
            && kept == generation
        {
            return version;
        }
        let version = self.native();
        if is_quiet {
            *self.host.lock().unwrap() = Some((generation, version));
        }
        version
    }
}

/// Checks that no version read is older than the previous one.
fn read_on(model: &Model) {
    let seen = [model.native(), model.through_host(), model.native()];
    assert!(seen.is_sorted(), "went back in time: {seen:?}");
    let again = model.through_host();
    assert!(again >= seen[2], "went back from {} to {again}", seen[2]);
}

#[test]
fn a_host_never_goes_back_in_time() {
    let mut builder = loom::model::Builder::new();
    // All orders with up to this many preemptions.
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let model = Arc::new(Model {
            generation: Generation::new(),
            published: AtomicU64::new(0),
            host: Mutex::new(None),
        });
        model.through_host();
        let reader = {
            let model = Arc::clone(&model);
            thread::spawn(move || read_on(&model))
        };
        for version in 1..=2 {
            model.commit(version);
            let seen = model.through_host();
            assert!(seen >= version, "wrote {version} and read {seen}");
        }
        reader.join().unwrap();
    });
}
