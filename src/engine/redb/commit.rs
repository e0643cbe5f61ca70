//! Commits: through the log, or around it.

use std::sync::Arc;
use std::thread;

use super::Shared;
use super::base::Base;
use super::log::{Log, Size};
use super::memtable::Unsorted;
use super::poison::PoisonGuard;
use super::snapshot::State;
use super::transaction::Transaction;
use super::txn::PendingWrites;
use crate::error::Result;

/// Bytes that the smallest commit of the database may need for its metadata.
const SPACE_MIN: u64 = 1 << 20;

/// Bytes that the database may need per byte that it takes over, because each entry may
/// need a page of its own. Of a transaction that is taken over in parts, the total is
/// limited by redb's cache: beyond that, pages already have their space.
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
        if !log.fits(size.frame_bytes()) || !self.extend(log, size.frame_bytes()) {
            self.freeze(log, true)?;
        } else if let Some(wait) = self.pacing.wait(log.filled(), log.room()) {
            thread::sleep(wait);
        }
        self.prepare(log, size.frame_bytes())?;
        state = self.state()?;
        let guard = PoisonGuard(self);
        if let Err(error) = log.append(sequence, size, staged.writes().iter()) {
            return Err(guard.confirm(self.name.log_failed(error)));
        }
        guard.clear();
        let is_first = state.active.is_empty();
        self.usual.note(staged.size());
        state.active.add(sequence, staged);
        self.latest.publish(|state| State {
            base: Arc::clone(&state.base),
            frozen: state.frozen.clone(),
            active: Arc::clone(&state.active),
            sequence,
        });
        if is_first {
            self.work.notice();
        }
        match state.active.unsorted() {
            Unsorted::Few => {}
            Unsorted::Many if self.background => self.work.sort(&state.active),
            Unsorted::Many | Unsorted::TooMany => state.active.sort(),
        }
        Ok(())
    }

    /// Extends the log's segment if it is too short for a frame of `bytes`; returns whether
    /// there is room for that now.
    fn extend(&self, log: &Log, bytes: usize) -> bool {
        match log.extend(bytes) {
            Ok(()) => true,
            Err(error) => {
                ::log::warn!("{}: the log stays small: {error}", self.name);
                false
            }
        }
    }

    /// Prepares the next frame, of `bytes`: creates its segment and, before the first frame
    /// of this use, records the use in the database.
    pub(super) fn prepare(&self, log: &mut Log, bytes: usize) -> Result<()> {
        // Nothing has been written yet, so nothing is lost.
        log.prepare(bytes)
            .map_err(|error| self.name.log_not_made(error))?;
        if log.is_recorded() {
            return Ok(());
        }
        self.require_space(0)?;
        let guard = PoisonGuard(self);
        let begun = self.write_base(
            |base| base.begin_use(log.use_id(), log.database()),
            |state, base| State {
                base,
                frozen: state.frozen.clone(),
                active: Arc::clone(&state.active),
                sequence: state.sequence,
            },
        );
        if let Err(error) = begun {
            return Err(guard.confirm(error));
        }
        guard.clear();
        log.set_recorded();
        Ok(())
    }

    /// Fails if the disk may lack the space for entries of `bytes` in the database: redb
    /// can't continue after a write that found none.
    pub(super) fn require_space(&self, bytes: u64) -> Result<()> {
        self.require_space_with_log(bytes, 0)
    }

    /// The same, if the database also takes over a log of `in_log` bytes, all at once.
    fn require_space_with_log(&self, bytes: u64, in_log: u64) -> Result<()> {
        let in_memory = (self.cache_bytes / 2) as u64;
        let needed = SPACE_MIN + (bytes * SPACE_PER_BYTE).min(in_memory) + in_log * SPACE_PER_BYTE;
        match self.files.available() {
            Some(available) if available < needed => {
                Err(self.name.too_little_space(needed, available))
            }
            _ => Ok(()),
        }
    }

    /// Begins a transaction of the database that contains everything up to now, for entries
    /// of `bytes`. Only the writer may call this; until it ends, no checkpoint runs.
    pub(super) fn begin_around(&self, log: &mut Log, bytes: u64) -> Result<Transaction> {
        self.wait_for_checkpoint()?;
        let mut state = self.state()?;
        let is_log_empty = state.active.is_empty();
        if !is_log_empty && self.require_space_with_log(bytes, log.filled()).is_err() {
            // A checkpoint can wait for the space that the log needs; this thread can't.
            self.freeze(log, false)?;
            self.wait_for_checkpoint()?;
            self.require_space(bytes)?;
            state = self.state()?;
        }
        let guard = PoisonGuard(self);
        if let Err(error) = self.with_base(Base::reclaim) {
            return Err(guard.confirm(error));
        }
        guard.clear();
        let mut around = self.with_base(Base::begin)?;
        match around.write(state.active.newest(state.sequence)) {
            Ok(()) => Ok(around),
            Err(error) => {
                around.abort();
                Err(error)
            }
        }
    }

    /// Commits writes that are too large for a frame: the database takes over everything at once,
    /// including this commit, and the log starts again.
    fn commit_around(
        &self,
        log: &mut Log,
        sequence: u64,
        mut pending: PendingWrites,
    ) -> Result<()> {
        let moved = pending.go_around(self, log);
        let Some(around) = pending.around.take() else {
            return moved;
        };
        if let Err(error) = moved {
            around.abort();
            return Err(error);
        }
        let guard = PoisonGuard(self);
        let committed = self.write_base(
            |base| base.commit(around, sequence),
            |_, base| State {
                base,
                frozen: None,
                active: Arc::default(),
                sequence,
            },
        );
        if let Err(error) = committed {
            return Err(guard.confirm(error));
        }
        guard.clear();
        log.restart(sequence);
        Ok(())
    }
}
