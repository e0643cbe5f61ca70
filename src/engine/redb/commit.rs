//! Commits: through the log, or around it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use super::Shared;
use super::base::Base;
use super::log::{Log, Size};
use super::snapshot::State;
use super::transaction::Transaction;
use super::txn::PendingWrites;
use crate::error::{Error, Result};

/// Bytes that the smallest commit of the database may need: what it notes of its pages.
const SPACE_MIN: u64 = 1 << 20;

/// Bytes that the database may need for each that it takes over, as each entry may come to
/// a page of its own. No more than what redb keeps in memory: the rest has its space then.
const SPACE_PER_BYTE: u64 = 16;

impl Shared {
    /// Makes the commit that follows `state` durable, and then visible.
    pub(super) fn commit(
        &self,
        log: &mut Log,
        mut state: Arc<State>,
        pending: PendingWrites,
    ) -> Result<()> {
        let sequence = state.sequence + 1;
        let mut size = Size::default();
        for write in pending.staged.writes().iter() {
            size.add(write);
        }
        if pending.around.is_some() || log.is_too_large(size.frame_bytes()) {
            return self.commit_around(log, sequence, pending);
        }
        let staged = pending.staged;
        if !log.fits(size.frame_bytes()) {
            self.freeze(log, true)?;
        } else if let Some(wait) = self.pacing.wait(log.filled(), log.room()) {
            thread::sleep(wait);
        }
        self.prepare(log)?;
        state = self.state()?;
        let guard = PoisonGuard(self);
        if let Err(error) = log.append(sequence, size, staged.writes().iter()) {
            return Err(guard.confirm(self.name.log_failed(error)));
        }
        guard.clear();
        let is_first = state.active.is_empty();
        self.usual.note(staged.size());
        state.active.add(sequence, staged);
        self.publish(|state| State {
            base: Arc::clone(&state.base),
            frozen: state.frozen.clone(),
            active: Arc::clone(&state.active),
            sequence,
        });
        if is_first {
            self.work.notice();
        }
        state.active.sort_if_much();
        Ok(())
    }

    /// Makes what the next frame needs: a segment to write it to, and, in the first one
    /// of this use, that the database names the log.
    pub(super) fn prepare(&self, log: &mut Log) -> Result<()> {
        // Nothing was written yet that anybody would miss.
        log.prepare()
            .map_err(|error| self.name.log_not_made(error))?;
        if log.is_recorded() {
            return Ok(());
        }
        self.require_space(0)?;
        let guard = PoisonGuard(self);
        let begun = self.with_base(|base| base.begin_use(log.use_id(), log.database()));
        match begun {
            Ok(committed) => self.publish(|state| State {
                base: Arc::new(committed),
                frozen: state.frozen.clone(),
                active: Arc::clone(&state.active),
                sequence: state.sequence,
            }),
            Err(error) => return Err(guard.confirm(error)),
        }
        guard.clear();
        log.set_recorded();
        self.work.hurry();
        Ok(())
    }

    /// Refuses to let the database take over entries of `bytes` where the disk has no space
    /// for them: redb does not go on from a write that found none.
    pub(super) fn require_space(&self, bytes: u64) -> Result<()> {
        let in_memory = (self.cache_bytes / 2) as u64;
        let needed = SPACE_MIN + (bytes * SPACE_PER_BYTE).min(in_memory);
        match self.files.available() {
            Some(available) if available < needed => {
                Err(self.name.too_little_space(needed, available))
            }
            _ => Ok(()),
        }
    }

    /// Begins a transaction of the database that has everything up to now in it.
    /// Only the writer may; until it ends there is no checkpoint.
    pub(super) fn begin_around(&self) -> Result<Transaction> {
        self.wait_for_checkpoint()?;
        let state = self.state()?;
        let mut around = self.with_base(Base::begin)?;
        match around.write(state.active.newest(state.sequence)) {
            Ok(()) => Ok(around),
            Err(error) => {
                around.abort();
                Err(error)
            }
        }
    }

    /// Commits what is too large for a frame: the database takes over everything
    /// at once, this commit included, and the log starts again.
    fn commit_around(
        &self,
        log: &mut Log,
        sequence: u64,
        mut pending: PendingWrites,
    ) -> Result<()> {
        let moved = pending.go_around(self);
        let Some(around) = pending.around.take() else {
            return moved;
        };
        if let Err(error) = moved {
            around.abort();
            return Err(error);
        }
        let guard = PoisonGuard(self);
        match self.with_base(|base| base.commit(around, sequence)) {
            Ok(committed) => self.publish(|_| State {
                base: Arc::new(committed),
                frozen: None,
                active: Arc::default(),
                sequence,
            }),
            Err(error) => return Err(guard.confirm(error)),
        }
        guard.clear();
        log.restart(sequence);
        Ok(())
    }
}

/// Lives while something is written that can fail half way. Unless it is cleared,
/// also by a panic, nothing more is written.
pub(super) struct PoisonGuard<'s>(pub(super) &'s Shared);

impl PoisonGuard<'_> {
    /// It was written.
    pub(super) fn clear(self) {
        std::mem::forget(self);
    }

    /// It failed: remembers and returns why.
    pub(super) fn confirm(self, error: Error) -> Error {
        ::log::error!("{error}");
        let _ = self.0.failure.set(error.clone());
        error
    }
}

impl Drop for PoisonGuard<'_> {
    fn drop(&mut self) {
        self.0.poisoned.store(true, Ordering::Release);
    }
}
