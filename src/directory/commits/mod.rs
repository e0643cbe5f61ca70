//! Group commit: the batches of many threads in few transactions.
//!
//! A commit costs a sync of the disk, whatever is in it. So while one thread, the
//! leader, is busy with a commit, the batches of the others gather, and all that have
//! gathered are committed next, each as if it were alone: a batch that fails leaves
//! nothing, and the ones behind it see what the ones before it did. This is written
//! once, above the engines.
//!
//! A group is begun when it is large enough (`batching` says when that is), by the thread
//! whose batch makes it so: that one is awake. Only when they are fewer than expected
//! does the first of them, who watches, begin when its patience is over.

mod batching;
mod latency;
#[cfg(test)]
mod tests;
mod waiters;

#[cfg(feature = "capi")]
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::batching::Batching;
pub use self::latency::CommitLatency;
use self::latency::Latencies;
use self::waiters::{Turn, Waiter, answer_all, wake};
use super::cache::UserCache;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Applied, Batch, Timestamp};
use crate::rules;

/// Operations in one transaction, unless a single batch has more.
const GROUP_OPS_MAX: usize = 4096;

/// The batches that wait to be committed.
pub(super) struct Commits {
    queue: Mutex<Queue>,
    clock: Clock,
    /// Batches handed in since the directory was opened, and groups of them.
    requests: AtomicU64,
    groups: AtomicU64,
    latencies: Latencies,
}

/// Where times come from; something else than the system's clock in tests alone.
pub(super) type Clock = fn() -> Timestamp;

#[derive(Default)]
struct Queue {
    waiting: Vec<Arc<Waiter>>,
    /// Whether some thread leads, or was told to. If not and somebody waits, then one
    /// of those watches.
    has_leader: bool,
    batching: Batching,
}

impl Default for Commits {
    fn default() -> Self {
        Self::with_clock(Timestamp::now)
    }
}

impl Commits {
    pub(super) fn with_clock(clock: Clock) -> Self {
        Self {
            queue: Mutex::default(),
            clock,
            requests: AtomicU64::new(0),
            groups: AtomicU64::new(0),
            latencies: Latencies::default(),
        }
    }

    /// Applies `batch`, together with those of other threads. What it needs to be
    /// repeatable, its ids and its time, is drawn here. Where the time is before that
    /// of the latest change, it becomes that one when the batch is applied.
    pub(super) fn apply(
        &self,
        engine: &impl Engine,
        cache: &UserCache,
        mut batch: Batch,
    ) -> Result<Applied> {
        let started = Instant::now();
        batch.prepare();
        let request = Arc::new(Waiter::new(batch, (self.clock)()));
        let turn = self.enter(std::slice::from_ref(&request));
        self.wait_for(&request, turn, started, || {
            self.lead(engine, cache, &request);
        })
    }

    /// Applies each of these batches, which this thread hands in at once, as if each had a
    /// thread of its own: those that fit go into one commit. When a commit panics, its
    /// batches have answers that say so, and the others go on.
    #[cfg(feature = "capi")]
    pub(super) fn apply_each(
        &self,
        engine: &impl Engine,
        cache: &UserCache,
        batches: Vec<Batch>,
    ) -> Vec<Result<Applied>> {
        let started = Instant::now();
        let prepared = batches.into_iter().map(|mut batch| {
            batch.prepare();
            Arc::new(Waiter::new(batch, (self.clock)()))
        });
        let requests: Vec<_> = prepared.collect();
        let mut turn = self.enter(&requests);
        // In their order: a turn is told to the first that waits, and each wakes only such
        // as stand behind it.
        let answers = requests.iter().map(|request| {
            let turn = std::mem::replace(&mut turn, Turn::Wait);
            self.wait_for(request, turn, started, || {
                let lead = || self.lead(engine, cache, request);
                if catch_unwind(AssertUnwindSafe(lead)).is_err() {
                    log::error!("a commit panicked: its batches are answered with that");
                }
            })
        });
        answers.collect()
    }

    /// Does what the thread of `request` is told, until there is an answer.
    fn wait_for(
        &self,
        request: &Arc<Waiter>,
        mut turn: Turn,
        started: Instant,
        lead: impl Fn(),
    ) -> Result<Applied> {
        loop {
            turn = match turn {
                Turn::Return(result, others) => {
                    wake(&others);
                    self.latencies.record(started.elapsed());
                    return result;
                }
                Turn::Lead => {
                    lead();
                    request.next_turn()
                }
                Turn::Watch(patience) => {
                    if request.watch(patience) || !self.take_lead(request) {
                        request.next_turn()
                    } else {
                        Turn::Lead
                    }
                }
                Turn::Wait => request.next_turn(),
            };
        }
    }

    /// Joins those who wait; returns what the thread of the first of these is to do.
    fn enter(&self, requests: &[Arc<Waiter>]) -> Turn {
        let mut queue = lock(&self.queue);
        let is_first = queue.waiting.is_empty();
        queue.waiting.extend_from_slice(requests);
        if queue.has_leader {
            Turn::Wait
        } else if queue.batching.is_enough(queue.waiting.len()) {
            queue.has_leader = true;
            Turn::Lead
        } else if is_first {
            Turn::Watch(queue.batching.patience())
        } else {
            Turn::Wait
        }
    }

    /// Makes the one who watched the leader, unless there is one or its batch is gone.
    fn take_lead(&self, request: &Arc<Waiter>) -> bool {
        let mut queue = lock(&self.queue);
        let is_waiting = || {
            let mut waiting = queue.waiting.iter();
            waiting.any(|other| Arc::ptr_eq(other, request))
        };
        let is_free = !queue.has_leader && is_waiting();
        queue.has_leader |= is_free;
        is_free
    }

    /// Commits what waits, answers, and sees to it that somebody leads the next.
    fn lead(&self, engine: &impl Engine, cache: &UserCache, own: &Arc<Waiter>) {
        let mut group = Group {
            commits: self,
            requests: self.take_group(),
            own: Arc::clone(own),
            sync: Duration::ZERO,
            is_answered: false,
        };
        let requests = group.requests.len() as u64;
        self.requests.fetch_add(requests, Ordering::Relaxed);
        self.groups.fetch_add(1, Ordering::Relaxed);
        let mut invalidation = cache.invalidation();
        let mut done = Instant::now();
        let results = engine.transact(|txn| {
            let mut results = Vec::with_capacity(group.requests.len());
            let mut replaced = Vec::new();
            for request in &group.requests {
                // Applying only reads: whatever is wrong concerns this batch alone.
                // A write that fails half way concerns all.
                results.push(match rules::apply(&*txn, &request.batch, request.at) {
                    Ok(plan) => {
                        plan.writes.write_to(txn)?;
                        replaced.extend(plan.replaced);
                        Ok(plan.applied)
                    }
                    Err(error) => Err(error),
                });
            }
            invalidation.mark(replaced);
            done = Instant::now();
            Ok(results)
        });
        group.sync = done.elapsed();
        drop(invalidation);
        group.answer(results);
    }

    /// Batches that were handed in, and the transactions they were grouped into.
    pub(super) fn counts(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.requests), count(&self.groups))
    }

    /// How long those took that handed one in.
    pub(super) fn latency(&self) -> CommitLatency {
        self.latencies.summary()
    }

    fn take_group(&self) -> Vec<Arc<Waiter>> {
        let mut queue = lock(&self.queue);
        let mut ops = 0;
        let fitting = queue.waiting.iter().take_while(|request| {
            ops += request.batch.len();
            ops <= GROUP_OPS_MAX
        });
        let count = fitting.count().max(1).min(queue.waiting.len());
        queue.waiting.drain(..count).collect()
    }

    /// Ends the turn of a leader: the first of those who wait leads or watches.
    fn end_lead(&self, group: usize, sync: Duration) {
        let mut queue = lock(&self.queue);
        let waiting = queue.waiting.len();
        queue.batching.learn(group, waiting, sync);
        let is_enough = queue.batching.is_enough(waiting);
        queue.has_leader = false;
        if let Some(first) = queue.waiting.first().map(Arc::clone) {
            queue.has_leader = is_enough;
            let patience = queue.batching.patience();
            first.tell(if is_enough {
                Turn::Lead
            } else {
                Turn::Watch(patience)
            });
        }
    }
}

/// The requests of one transaction. When it goes, whichever way, all of them have
/// an answer and somebody sees to the next: nobody waits for ever.
struct Group<'c> {
    commits: &'c Commits,
    requests: Vec<Arc<Waiter>>,
    /// The leader's, which need not be woken.
    own: Arc<Waiter>,
    /// How long the commit took once all was applied.
    sync: Duration,
    is_answered: bool,
}

impl Group<'_> {
    fn answer(mut self, results: Result<Vec<Result<Applied>>>) {
        match results {
            Ok(results) => self.end(results.into_iter()),
            Err(error) => self.end(std::iter::repeat_with(|| Err(error.clone()))),
        }
    }

    fn end(&mut self, results: impl Iterator<Item = Result<Applied>>) {
        self.is_answered = true;
        // The next leader begins while the answers are given out.
        self.commits.end_lead(self.requests.len(), self.sync);
        wake(&answer_all(&self.requests, &self.own, results));
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        // Only after a panic is there somebody without an answer.
        if !self.is_answered {
            self.end(std::iter::repeat_with(|| {
                Err(Error::new(
                    ErrorKind::OutcomeUnknown,
                    "the thread that committed this with others panicked; \
                     read the directory again to see whether it took effect",
                ))
            }));
        }
    }
}

/// Nothing panics while it holds one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
