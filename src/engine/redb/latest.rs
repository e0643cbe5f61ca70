//! The database and the latest state, as threads replace them.
//!
//! 1. The database is written by one thread at a time, which replaces the state before it lets
//!    go of the database. So a state never goes back to an earlier commit of it: the note of a
//!    first commit and the checkpoint of what a crash left may run beside each other, and the
//!    state after the checkpoint has no frozen writes any more.
//! 2. A state is made of the one that it replaces, and nobody replaces it meanwhile. So a
//!    commit keeps the database that a checkpoint has published, and the other way round.

use std::sync::{Arc, PoisonError};

use super::sync::{ArcSwapOption, Mutex, MutexGuard};

/// The database `B`, and the latest state `S`; `None` once closed.
pub(super) struct Latest<B, S> {
    base: Mutex<Option<B>>,
    state: ArcSwapOption<S>,
    /// Held while `state` is replaced.
    replacing: Mutex<()>,
}

impl<B, S> Latest<B, S> {
    /// Begins with these.
    pub(super) fn new(base: B, state: S) -> Self {
        Self {
            base: Mutex::new(Some(base)),
            state: ArcSwapOption::from_pointee(state),
            replacing: Mutex::new(()),
        }
    }

    /// The latest state.
    pub(super) fn state(&self) -> Option<Arc<S>> {
        self.state.load_full()
    }

    /// Replaces the latest state by what `follow` makes of it.
    pub(super) fn publish(&self, follow: impl FnOnce(&S) -> S) {
        let _replacing = lock(&self.replacing);
        if let Some(state) = self.state.load_full() {
            self.state.store(Some(Arc::new(follow(&state))));
        }
    }

    /// Runs `body` with the database, which nobody else writes meanwhile.
    pub(super) fn with_base<T>(&self, body: impl FnOnce(&B) -> T) -> Option<T> {
        lock(&self.base).as_ref().map(body)
    }

    /// Writes to the database, and replaces the latest state by what `follow` makes of it and
    /// of what was committed.
    pub(super) fn write_base<C, E>(
        &self,
        write: impl FnOnce(&B) -> Result<C, E>,
        follow: impl FnOnce(&S, C) -> S,
    ) -> Option<Result<(), E>> {
        self.with_base(|base| {
            let committed = write(base)?;
            self.publish(|state| follow(state, committed));
            Ok(())
        })
    }

    /// Ends what readers are given.
    pub(super) fn close_state(&self) {
        self.state.store(None);
    }

    /// Takes the database, to close it.
    pub(super) fn take_base(&self) -> Option<B> {
        lock(&self.base).take()
    }
}

/// What a panic under one of these locks leaves half done is in doubt and says so.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
