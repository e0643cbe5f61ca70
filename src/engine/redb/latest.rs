//! The database and the latest state, and how threads replace them.
//!
//! 1. One thread at a time writes to the database, and replaces the state before it
//!    releases the database. So the state never goes back to an earlier commit of the
//!    database. (The first commit, which records its use, and the checkpoint after a crash
//!    may run concurrently, and the state after the checkpoint has no frozen writes any
//!    more.)
//! 2. A state is derived from the one that it replaces, and no other thread replaces that
//!    meanwhile. So a commit keeps the database that a checkpoint has published, and vice
//!    versa.

use std::sync::{Arc, PoisonError};

use super::sync::{ArcSwapOption, Mutex, MutexGuard};

/// The database `B` and the latest state `S`; `None` after closing.
pub(super) struct Latest<B, S> {
    base: Mutex<Option<B>>,
    state: ArcSwapOption<S>,
    /// Held while `state` is replaced.
    replacing: Mutex<()>,
}

impl<B, S> Latest<B, S> {
    /// Starts with this database and state.
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

    /// Replaces the latest state with the one that `follow` derives from it.
    pub(super) fn publish(&self, follow: impl FnOnce(&S) -> S) {
        let _replacing = lock(&self.replacing);
        if let Some(state) = self.state.load_full() {
            self.state.store(Some(Arc::new(follow(&state))));
        }
    }

    /// Runs `body` with the database, which no other thread writes to meanwhile.
    pub(super) fn with_base<T>(&self, body: impl FnOnce(&B) -> T) -> Option<T> {
        lock(&self.base).as_ref().map(body)
    }

    /// Writes to the database, and replaces the latest state with the one that `follow`
    /// derives from it and from the commit.
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

    /// Removes the state, so that readers get none any more.
    pub(super) fn close_state(&self) {
        self.state.store(None);
    }

    /// Takes the database out, to close it.
    pub(super) fn take_base(&self) -> Option<B> {
        lock(&self.base).take()
    }
}

/// A poison guard covers what a panic under one of these locks could leave half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
