//! Checkpoints: the database takes over what is in the log.
//!
//! 1. *Freeze*, under the writer's lock: the memtable becomes immutable; new writes go to a
//!    fresh one and to the other segment of the log.
//! 2. *Apply* the frozen writes to the database, in one transaction that also records the
//!    last of their commits.
//! 3. *Publish* the new state of the database, which contains the frozen writes.
//! 4. *Reuse* the segment that held them; it grows if it was full.
//!
//! Only one checkpoint runs at a time, so two segments are enough. A writer whose commit no
//! longer fits waits for it.
//!
//! After a crash, the first checkpoint takes over the log that the crash left, and removes
//! it. Before it begins, its thread records the new use in the database: a first commit that
//! had to do that would otherwise wait for the checkpoint. Then it waits for the first commit,
//! up to 100 ms, so that this has the disk to itself.

mod space;
mod threads;

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use self::space::{ATTEMPTS, Full, RETRY, Space};
#[cfg(test)]
pub(super) use self::threads::as_own_thread;
pub(super) use self::threads::{is_own_thread, start_threads};
use super::filtering::Unfinished;
use super::log::{Left, Log, Segment, UnsyncedFrames};
use super::memtable::Memtable;
use super::poison::PoisonGuard;
use super::snapshot::State;
use super::{Shared, lock};
use crate::error::Result;

/// The work of a checkpoint.
pub(super) struct Job {
    /// The writes to apply.
    pub(super) frozen: Arc<Memtable>,
    /// The last commit of these writes.
    pub(super) sequence: u64,
    /// Where they are durable until then.
    pub(super) source: Source,
}

/// Where the writes of a checkpoint are durable before it is done.
pub(super) enum Source {
    /// In a segment, if there were any writes, and the new size of the segment.
    Segment(Option<Arc<Segment>>, u64),
    /// In the segments that a crash left, of these uses.
    Left(Left, Vec<u64>),
}

/// The work of the engine's threads, and its state. Clones share the state.
#[derive(Clone, Default)]
pub(super) struct Work(Arc<Inner>);

#[derive(Default)]
struct Inner {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Default)]
struct Progress {
    /// A checkpoint that has not begun.
    job: Option<Job>,
    /// Whether a checkpoint is running or waiting.
    under_way: bool,
    /// Whether somebody waits for the checkpoint.
    is_urgent: bool,
    space: Space,
    /// A filter to be built.
    filter: Option<Unfinished>,
    /// Writes to be sorted, if the memtable is still there then.
    unsorted: Option<Weak<Memtable>>,
    ending: bool,
}

/// Required by redb's trait for backends.
impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work")
    }
}

impl Work {
    /// Notes that there are new writes in the memtable.
    pub(super) fn notice(&self) {
        let _progress = self.lock();
        self.0.changed.notify_all();
    }

    /// Waits until no checkpoint is running.
    ///
    /// # Errors
    ///
    /// If a checkpoint is running and has just failed to find space.
    pub(super) fn wait_until_over(&self) -> io::Result<()> {
        self.hurry();
        let mut progress = self.lock();
        let wanted = progress.space.attempts + ATTEMPTS;
        while progress.under_way {
            if let Some(full) = progress.space.full {
                if progress.space.attempts >= wanted {
                    return Err(full.error());
                }
                progress.space.wanted = progress.space.wanted.max(wanted);
                self.0.changed.notify_all();
            }
            progress = self.wait(progress);
        }
        Ok(())
    }

    /// Lets the checkpoint after a crash begin, because somebody waits for it.
    fn hurry(&self) {
        self.lock().is_urgent = true;
        self.0.changed.notify_all();
    }

    /// Waits until no checkpoint is running, after the threads were told to end; then even a
    /// checkpoint without space ends soon. A caller on one of the engine's own threads has not
    /// waited for the others, and must not write before the checkpoint is done. A caller inside a
    /// checkpoint, which is logging, need not wait: everything is written.
    pub(super) fn wait_for_others(&self) {
        let mut progress = self.lock();
        let is_begun = |progress: &Progress| progress.under_way && progress.job.is_none();
        while is_begun(&progress) && !threads::is_in_checkpoint() {
            progress = self.wait(progress);
        }
    }

    /// Waits until a write that failed for lack of space should be retried; returns whether
    /// it should.
    pub(super) fn wait_for_space(&self, error: &io::Error) -> bool {
        let mut progress = self.lock();
        if progress.ending && progress.space.full.is_some() {
            return false;
        }
        progress.space.is_unlogged |= progress.space.full.is_none();
        progress.space.full = Some(Full::new(error));
        progress.space.attempts += 1;
        self.0.changed.notify_all();
        let mut timed_out = false;
        while !timed_out && !progress.ending && progress.space.attempts >= progress.space.wanted {
            (progress, timed_out) = self.wait_for(progress, RETRY);
        }
        true
    }

    /// Notes that there was space.
    pub(super) fn found_space(&self) {
        self.lock().space.full = None;
    }

    /// Tells the threads to end when they have nothing left to do.
    pub(super) fn end(&self) {
        let mut progress = self.lock();
        progress.ending = true;
        progress.unsorted = None;
        drop(progress);
        self.0.changed.notify_all();
    }

    /// Whether the threads are to end.
    pub(super) fn is_ending(&self) -> bool {
        self.lock().ending
    }

    /// Queues a checkpoint.
    pub(super) fn begin(&self, job: Job) {
        let mut progress = self.lock();
        progress.job = Some(job);
        progress.under_way = true;
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        lock(&self.0.progress)
    }

    fn wait<'w>(&self, progress: MutexGuard<'w, Progress>) -> MutexGuard<'w, Progress> {
        self.0
            .changed
            .wait(progress)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change, but no longer than `timeout`; returns whether that passed.
    fn wait_for<'w>(
        &self,
        progress: MutexGuard<'w, Progress>,
        timeout: Duration,
    ) -> (MutexGuard<'w, Progress>, bool) {
        let waited = self.0.changed.wait_timeout(progress, timeout);
        let (progress, result) = waited.unwrap_or_else(PoisonError::into_inner);
        (progress, result.timed_out())
    }
}

/// Marks the checkpoint as done when it is dropped, however the checkpoint ended.
struct UnderWay<'s>(&'s Shared);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.pacing.end();
        self.0.work.lock().under_way = false;
        self.0.work.0.changed.notify_all();
    }
}

impl Shared {
    /// Freezes the memtable and starts a checkpoint. Waits for the previous one, if that is
    /// still running.
    pub(super) fn freeze(&self, log: &mut Log, is_full: bool) -> Result<()> {
        self.wait_for_checkpoint()?;
        if is_full && self.background {
            self.begin_filter();
        }
        let guard = PoisonGuard(self);
        let segment = match log.switch() {
            Ok(segment) => segment,
            Err(error) => return Err(guard.confirm(self.name.log_failed(error))),
        };
        let bytes = match &segment {
            Some(segment) if is_full => {
                log.grown(segment, self.log_bound.segment_bytes(self.length.get()))
            }
            _ => 0,
        };
        let state = self.state()?;
        let frozen = Arc::clone(&state.active);
        self.latest.publish(|state| State {
            base: Arc::clone(&state.base),
            frozen: Some(Arc::clone(&state.active)),
            active: Arc::default(),
            sequence: state.sequence,
        });
        guard.clear();
        self.work.begin(Job {
            frozen,
            sequence: state.sequence,
            source: Source::Segment(segment, bytes),
        });
        if !self.background {
            self.run_job();
        }
        Ok(())
    }

    /// Waits until no checkpoint is running, unless it waits for space.
    pub(super) fn wait_for_checkpoint(&self) -> Result<()> {
        if !self.background {
            self.check()?;
            // The checkpoint after a crash.
            self.run_job();
        }
        self.work
            .wait_until_over()
            .map_err(|error| self.name.no_space(error))?;
        self.check()
    }

    /// Runs the waiting checkpoint, if there is one.
    pub(super) fn run_job(&self) {
        let Some(job) = self.work.lock().job.take() else {
            return;
        };
        let _under_way = UnderWay(self);
        let _here = threads::InCheckpoint::begin();
        let guard = PoisonGuard(self);
        let begun = Instant::now();
        match self.checkpoint(job) {
            Ok(()) => {
                guard.clear();
                self.figures.count_checkpoint(begun.elapsed());
            }
            Err(error) => drop(guard.confirm(error)),
        }
    }

    fn checkpoint(&self, job: Job) -> Result<()> {
        self.pacing.begin(job.frozen.len());
        let writes = job.frozen.newest(job.sequence);
        let writes = writes.inspect(|_| self.pacing.step());
        self.write_base(
            |base| {
                base.reclaim_for(job.frozen.len())?;
                match &job.source {
                    Source::Segment(..) => base.apply(writes, job.sequence),
                    Source::Left(_, uses) => base.end_uses(writes, job.sequence, uses),
                }
            },
            |state, base| State {
                base,
                frozen: None,
                active: Arc::clone(&state.active),
                sequence: state.sequence,
            },
        )?;
        match job.source {
            Source::Segment(Some(segment), bytes) => {
                // The segment works without growing, only with more frequent checkpoints.
                if let Err(error) = segment.grow(bytes) {
                    ::log::warn!("{}: the log stays small: {error}", self.name);
                }
            }
            Source::Segment(None, _) => {}
            Source::Left(left, _) => {
                // Remains add nothing, and are removed at closing.
                if let Err(error) = left.remove(&*self.files) {
                    ::log::warn!("{}", self.name.log_not_removed(error));
                }
            }
        }
        ::log::debug!(
            "{}: a checkpoint of {} writes up to commit {}",
            self.name,
            job.frozen.len(),
            job.sequence
        );
        Ok(())
    }

    /// Syncs commits that were not synced yet.
    pub(super) fn sync(&self) {
        let pending = {
            let writer = lock(&self.writer);
            let (Some(log), Ok(state)) = (writer.as_ref(), self.state()) else {
                return;
            };
            log.pending(state.sequence)
        };
        let guard = PoisonGuard(self);
        match pending.map_or(Ok(()), UnsyncedFrames::sync) {
            Ok(()) => guard.clear(),
            Err(error) => drop(guard.confirm(self.name.log_failed(error))),
        }
    }

    /// Makes a checkpoint, unless a writer is active.
    fn checkpoint_when_idle(&self, sequence: u64) {
        let Ok(mut writer) = self.writer.try_lock() else {
            return;
        };
        let is_idle = self.state().is_ok_and(|state| state.sequence == sequence);
        if let Some(log) = writer.as_mut()
            && is_idle
        {
            // An error is kept for the next writer.
            let _ = self.freeze(log, false);
        }
    }

    /// The last commit in the memtable, if it isn't empty.
    fn dirty(&self) -> Option<u64> {
        let state = self.latest.state()?;
        (!state.active.is_empty()).then_some(state.sequence)
    }
}
