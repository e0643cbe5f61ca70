//! The threads of an engine: for checkpoints, for filters and sorting, and for delayed syncs.

use std::cell::Cell;
use std::io;
use std::mem;
use std::sync::{Arc, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Job, Progress, Source, Work};
use crate::engine::redb::filtering::Unfinished;
use crate::engine::redb::memtable::Memtable;
use crate::engine::redb::{RedbOptions, Shared};
use crate::error::Result;
use crate::process::without_signals;

/// How long the engine must be idle before a checkpoint that nobody waits for.
const IDLE: Duration = Duration::from_secs(1);

/// How long the checkpoint after a crash waits for the first commit.
const FIRST_COMMIT: Duration = Duration::from_millis(100);

thread_local! {
    /// Whether this thread belongs to an engine. It can be read at any time, even when the
    /// thread is ending and has no handle any more.
    static IS_OWN: Cell<bool> = const { Cell::new(false) };

    /// Whether this thread is making a checkpoint.
    static IS_IN_CHECKPOINT: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread belongs to an engine.
pub(in crate::engine::redb) fn is_own_thread() -> bool {
    IS_OWN.get()
}

/// Whether this thread is making a checkpoint.
pub(super) fn is_in_checkpoint() -> bool {
    IS_IN_CHECKPOINT.get()
}

/// Marks this thread as making a checkpoint while it lives.
pub(super) struct InCheckpoint(());

impl InCheckpoint {
    pub(super) fn begin() -> Self {
        IS_IN_CHECKPOINT.set(true);
        Self(())
    }
}

impl Drop for InCheckpoint {
    fn drop(&mut self) {
        IS_IN_CHECKPOINT.set(false);
    }
}

/// Runs `body` as if on one of the engine's own threads.
#[cfg(test)]
pub(in crate::engine::redb) fn as_own_thread<T>(body: impl FnOnce() -> T) -> T {
    IS_OWN.set(true);
    let done = body();
    IS_OWN.set(false);
    done
}

/// Starts the threads that an engine needs.
pub(in crate::engine::redb) fn start_threads(
    shared: &Arc<Shared>,
    options: &RedbOptions,
) -> Result<Vec<JoinHandle<()>>> {
    start_all(options, |name, body| {
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new().name(name.to_owned());
        without_signals(|| {
            thread.spawn(move || {
                IS_OWN.set(true);
                body(&shared);
            })
        })
    })
    .map_err(|(started, error)| {
        // The threads that did start would keep the file open.
        shared.work.end();
        for thread in started {
            let _ = thread.join();
        }
        shared.name.no_thread(error)
    })
}

/// The body of a thread.
type Body = Box<dyn FnOnce(&Shared) + Send>;

/// Starts threads with `start`; on failure, returns the started ones with the error.
fn start_all<T>(
    options: &RedbOptions,
    mut start: impl FnMut(&str, Body) -> io::Result<T>,
) -> Result<Vec<T>, (Vec<T>, io::Error)> {
    let mut bodies: Vec<(&str, Body)> = Vec::new();
    if options.background {
        bodies.push(("headcount-checkpoint", Box::new(make_checkpoints)));
        bodies.push(("headcount-helper", Box::new(help)));
        if let Some(interval) = options.sync_interval {
            let sync = move |shared: &Shared| sync_each(shared, interval);
            bodies.push(("headcount-sync", Box::new(sync)));
        }
    }
    let mut threads = Vec::new();
    for (name, body) in bodies {
        match start(name, body) {
            Ok(thread) => threads.push(thread),
            Err(error) => return Err((threads, error)),
        }
    }
    Ok(threads)
}

/// Makes checkpoints until the engine is closed.
fn make_checkpoints(shared: &Shared) {
    loop {
        let mut progress = shared.work.lock();
        while progress.job.is_none() {
            if progress.ending {
                return;
            }
            let dirty = shared.dirty();
            let Some(sequence) = dirty.filter(|_| shared.check().is_ok()) else {
                progress = shared.work.wait(progress);
                continue;
            };
            let (waited, timed_out) = shared.work.wait_for(progress, IDLE);
            progress = waited;
            if timed_out && progress.job.is_none() && !progress.ending {
                drop(progress);
                shared.checkpoint_when_idle(sequence);
                progress = shared.work.lock();
            }
        }
        await_first_commit(shared, progress);
        shared.run_job();
    }
}

/// Waits until the checkpoint after a crash may begin. The first commit must record its use
/// in the database, which is impossible while the checkpoint writes to it, and its sync would
/// wait for the pages of the checkpoint. So this thread records the use at once, and the
/// checkpoint begins after the first commit, or after [`FIRST_COMMIT`] without one. If a writer
/// is active, it records the use itself.
fn await_first_commit<'s>(shared: &'s Shared, mut progress: MutexGuard<'s, Progress>) {
    let is_left = |job: &Job| matches!(job.source, Source::Left(..));
    let is_early = |progress: &Progress| {
        let has_left = progress.job.as_ref().is_some_and(is_left);
        has_left && !progress.is_urgent && !progress.ending && shared.dirty().is_none()
    };
    let begun = Instant::now();
    let mut was_tried = false;
    while is_early(&progress) {
        if !was_tried {
            drop(progress);
            was_tried = record_use(shared);
            progress = shared.work.lock();
        }
        let Some(rest) = FIRST_COMMIT.checked_sub(begun.elapsed()) else {
            return;
        };
        if is_early(&progress) {
            (progress, _) = shared.work.wait_for(progress, rest);
        }
    }
}

/// Makes the log and records its use, unless a writer is active; returns whether none was.
fn record_use(shared: &Shared) -> bool {
    // A writer may be waiting for the checkpoint, so this must not wait for the writer.
    let Ok(mut writer) = shared.writer.try_lock() else {
        return false;
    };
    if let Some(log) = writer.as_mut()
        && shared.check_writable(log).is_ok()
    {
        // An error is reported to the next commit.
        let _ = shared.prepare(log, 0);
    }
    true
}

impl Work {
    /// Queues a filter for the thread that builds it.
    pub(in crate::engine::redb) fn build(&self, unfinished: Unfinished) {
        self.lock().filter = Some(unfinished);
        self.0.changed.notify_all();
    }

    /// Queues writes for the thread that sorts them.
    pub(in crate::engine::redb) fn sort(&self, memtable: &Arc<Memtable>) {
        self.lock().unsorted = Some(Arc::downgrade(memtable));
        self.0.changed.notify_all();
    }
}

/// Sorts writes and builds filters until the engine is closed, and logs that a checkpoint has
/// no space.
fn help(shared: &Shared) {
    let mut progress = shared.work.lock();
    while !progress.ending {
        if mem::take(&mut progress.space.is_unlogged)
            && let Some(full) = progress.space.full
        {
            drop(progress);
            ::log::error!("{}", shared.name.no_space(full.error()));
            progress = shared.work.lock();
            continue;
        }
        if let Some(memtable) = progress.unsorted.take() {
            drop(progress);
            if let Some(memtable) = memtable.upgrade() {
                memtable.sort();
            }
            progress = shared.work.lock();
            continue;
        }
        let Some(unfinished) = progress.filter.take() else {
            progress = shared.work.wait(progress);
            continue;
        };
        drop(progress);
        shared.build_filter(&unfinished);
        progress = shared.work.lock();
    }
}

/// Syncs the log each `interval` until the engine is closed.
fn sync_each(shared: &Shared, interval: Duration) {
    let mut progress = shared.work.lock();
    // The engine may be closed before this thread starts to wait.
    while !progress.ending {
        (progress, _) = shared.work.wait_for(progress, interval);
        if !progress.ending {
            drop(progress);
            shared.sync();
            progress = shared.work.lock();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_to_be_sorted_are_not_kept_by_that() {
        let work = Work::default();
        let memtable = Arc::new(Memtable::default());
        work.sort(&memtable);
        assert_eq!(Arc::strong_count(&memtable), 1);
        assert_eq!(Arc::weak_count(&memtable), 1);
        work.end();
        assert_eq!(Arc::weak_count(&memtable), 0);
    }

    #[test]
    fn who_cannot_start_all_threads_gets_those_back_that_started() {
        let options = RedbOptions {
            sync_interval: Some(IDLE),
            ..RedbOptions::new(true)
        };
        let mut left = 1;
        let started = start_all(&options, |name, _| {
            if left == 0 {
                return Err(io::Error::other("too many"));
            }
            left -= 1;
            Ok(name.to_owned())
        });
        assert_eq!(started.unwrap_err().0, ["headcount-checkpoint"]);
    }
}
