//! Checkpoints: the database takes over what is in the log.
//!
//! 1. *Freeze*, under the writer's lock: the recent writes become immutable, new
//!    ones go to a fresh map and to the other segment of the log.
//! 2. *Apply* the frozen writes to the database, in one transaction that also
//!    says up to which commit it now reaches.
//! 3. *Publish* the new state of the database; the frozen writes are in it.
//! 4. The segment that held them may be used again, and grows if it was filled.
//!
//! There is one checkpoint at a time, so two segments are enough. A writer whose commit no
//! longer fits waits for the one under way.
//!
//! After a crash the first checkpoint takes over what it left in the log, and removes that.
//! It begins with the first commit, or a moment later: what that one needs of the database
//! would wait for it otherwise.

mod threads;

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[cfg(test)]
pub(super) use self::threads::as_own_thread;
pub(super) use self::threads::{is_own_thread, start_threads};
use super::commit::PoisonGuard;
use super::filtering::Unfinished;
use super::log::{Left, Log, Segment, UnsyncedFrames};
use super::memtable::Memtable;
use super::snapshot::State;
use super::{Shared, lock};
use crate::error::Result;

/// The work of a checkpoint.
pub(super) struct Job {
    /// What to apply.
    pub(super) frozen: Arc<Memtable>,
    /// The last commit of it.
    pub(super) sequence: u64,
    /// What holds it until then.
    pub(super) source: Source,
}

/// Where the writes of a checkpoint are durable before it.
pub(super) enum Source {
    /// In a segment, if there were any, which is to be so large from then on.
    Segment(Option<Arc<Segment>>, u64),
    /// In what a crash left of these uses.
    Left(Left, Vec<u64>),
}

/// What there is to do, and who waits for it. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Work(Arc<Inner>);

#[derive(Default)]
struct Inner {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Default)]
struct Progress {
    /// Waits to be begun.
    job: Option<Job>,
    /// Begun or waiting.
    under_way: bool,
    /// Somebody waits for it, or nobody needs the database before it any more.
    is_urgent: bool,
    space: Space,
    /// A filter that waits to be built.
    filter: Option<Unfinished>,
    ending: bool,
}

/// Whether there is space for the checkpoint under way.
#[derive(Default)]
struct Space {
    /// Why it waits, if it does.
    full: Option<Full>,
    /// Whether that is still to be told, by a thread that holds nothing: a logger may close
    /// the directory.
    is_unsaid: bool,
    /// How often there was none.
    attempts: u64,
    /// How often somebody wants it to have been tried before the time.
    wanted: u64,
}

/// After how many attempts that fail one is sure to have begun when somebody came: the
/// first may have been under way.
const ATTEMPTS: u64 = 2;

/// How long a write that found no space waits for some.
const RETRY: Duration = Duration::from_millis(250);

/// Why there is no space. An [`io::Error`] can't be cloned.
#[derive(Clone, Copy)]
struct Full {
    kind: io::ErrorKind,
    code: Option<i32>,
}

impl Full {
    fn new(error: &io::Error) -> Self {
        Self {
            kind: error.kind(),
            code: error.raw_os_error(),
        }
    }

    fn error(self) -> io::Error {
        let of_code = self.code.map(io::Error::from_raw_os_error);
        of_code.unwrap_or_else(|| self.kind.into())
    }
}

/// redb wants it of a backend.
impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work")
    }
}

impl Work {
    /// Tells that there are recent writes again.
    pub(super) fn notice(&self) {
        let _progress = self.lock();
        self.0.changed.notify_all();
    }

    /// Waits until no checkpoint is under way.
    ///
    /// # Errors
    ///
    /// That one is under way and waits for space, which it has just looked for in vain.
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

    /// Asks for the checkpoint of what a crash left to begin.
    pub(super) fn hurry(&self) {
        self.lock().is_urgent = true;
        self.0.changed.notify_all();
    }

    /// Waits until no checkpoint is under way, when the threads are to end: whether for
    /// want of space or not, it is over soon. Who closes the engine from a thread of its own
    /// did not wait for the threads, and must not write before the checkpoint does. From
    /// within a checkpoint, where it tells how it went, all is written.
    pub(super) fn wait_for_others(&self) {
        let mut progress = self.lock();
        let is_begun = |progress: &Progress| progress.under_way && progress.job.is_none();
        while is_begun(&progress) && !threads::is_in_checkpoint() {
            progress = self.wait(progress);
        }
    }

    /// Waits until a write that failed for want of space is to be tried again; whether it
    /// is.
    pub(super) fn wait_for_space(&self, error: &io::Error) -> bool {
        let mut progress = self.lock();
        if progress.ending && progress.space.full.is_some() {
            return false;
        }
        progress.space.is_unsaid |= progress.space.full.is_none();
        progress.space.full = Some(Full::new(error));
        progress.space.attempts += 1;
        self.0.changed.notify_all();
        let mut timed_out = false;
        while !timed_out && !progress.ending && progress.space.attempts >= progress.space.wanted {
            (progress, timed_out) = self.wait_for(progress, RETRY);
        }
        true
    }

    /// Tells that there was space.
    pub(super) fn found_space(&self) {
        self.lock().space.full = None;
    }

    /// Asks the threads to end when they have nothing left to do.
    pub(super) fn end(&self) {
        self.lock().ending = true;
        self.0.changed.notify_all();
    }

    /// Hands a filter to the thread that builds it.
    pub(super) fn build(&self, unfinished: Unfinished) {
        self.lock().filter = Some(unfinished);
        self.0.changed.notify_all();
    }

    /// Whether the threads are to end.
    pub(super) fn is_ending(&self) -> bool {
        self.lock().ending
    }

    /// Hands a checkpoint to whoever makes it.
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

    /// Waits for a change, but not longer than `timeout`; whether it was that long.
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

/// When a checkpoint is over, whichever way, nobody waits for it any more.
struct UnderWay<'s>(&'s Shared);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.pacing.end();
        self.0.work.lock().under_way = false;
        self.0.work.0.changed.notify_all();
    }
}

impl Shared {
    /// Freezes the recent writes and has the database take them over. Waits for
    /// the checkpoint before, if that is not over.
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
            Some(segment) if is_full => log.grown(segment),
            _ => 0,
        };
        let state = self.state()?;
        let frozen = Arc::clone(&state.active);
        self.publish(|state| State {
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

    /// Waits until no checkpoint is under way, unless that one waits for space.
    pub(super) fn wait_for_checkpoint(&self) -> Result<()> {
        if !self.background {
            self.check()?;
            // That of what a crash left in the log.
            self.run_job();
        }
        self.work
            .wait_until_over()
            .map_err(|error| self.name.no_space(error))?;
        self.check()
    }

    /// Does the checkpoint that waits, if one does.
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
        let applied = self.with_base(|base| match &job.source {
            Source::Segment(..) => base.apply(writes, job.sequence),
            Source::Left(_, uses) => base.end_uses(writes, job.sequence, uses),
        })?;
        self.publish(|state| State {
            base: Arc::new(applied),
            frozen: None,
            active: Arc::clone(&state.active),
            sequence: state.sequence,
        });
        match job.source {
            Source::Segment(Some(segment), bytes) => {
                // It works as it is, only with checkpoints more often.
                if let Err(error) = segment.grow(bytes) {
                    ::log::warn!("{}: the log stays small: {error}", self.name);
                }
            }
            Source::Segment(None, _) => {}
            Source::Left(left, _) => {
                // What stays of it adds nothing, and goes at closing.
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

    /// Makes durable what was committed and not synced yet.
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

    /// Makes a checkpoint unless someone writes just now.
    fn checkpoint_when_idle(&self, sequence: u64) {
        let Ok(mut writer) = self.writer.try_lock() else {
            return;
        };
        let is_idle = self.state().is_ok_and(|state| state.sequence == sequence);
        if let Some(log) = writer.as_mut()
            && is_idle
        {
            // What went wrong is remembered for the next writer.
            let _ = self.freeze(log, false);
        }
    }

    /// The commit up to which there are recent writes, if there are any.
    fn dirty(&self) -> Option<u64> {
        let state = self.published.load();
        let state = state.as_ref()?;
        (!state.active.is_empty()).then_some(state.sequence)
    }
}
