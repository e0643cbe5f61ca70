//! Group commit: combines the batches of many threads into few transactions.
//!
//! A commit costs one disk sync, whatever its size. So batches gather while one thread, the
//! leader, commits; the next leader commits everything that has gathered. Each batch is
//! applied as if it were alone: a batch that fails writes nothing, and each batch sees the
//! effects of the earlier ones. This works the same on top of every engine.
//!
//! A group starts when it is large enough (see `batching`). The thread whose batch
//! completes it leads it, because it is already running. The first waiting thread watches
//! the time: if the group stays smaller than expected, it starts the group when its
//! patience is over.

mod batching;
mod latency;
#[cfg(test)]
mod tests;
mod waiters;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::batching::Batching;
pub use self::latency::CommitLatency;
use self::latency::Latencies;
use self::waiters::{Task, Waiter, answer_all, wake};
use super::cache::UserCache;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Applied, Batch, Timestamp};
use crate::rules;

/// Maximum operations in one transaction, unless a single batch has more.
const GROUP_OPS_MAX: usize = 4096;

/// Maximum groups that a thread leads in a row.
const GROUPS_IN_A_ROW_MAX: usize = 3;

/// The queue of batches to commit.
pub(super) struct Commits {
    queue: Mutex<Queue>,
    clock: Clock,
    /// Batches submitted since the directory was opened, and groups committed.
    requests: AtomicU64,
    groups: AtomicU64,
    latencies: Latencies,
}

/// The source of times: the system's clock, except in tests.
pub(super) type Clock = fn() -> Timestamp;

#[derive(Default)]
struct Queue {
    waiting: Vec<Arc<Waiter>>,
    /// Whether a thread leads or was told to. If not, and threads are waiting, one of them
    /// watches.
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

    /// Applies `batch`, together with those of other threads. Draws its ids and its time. If
    /// that time is before the latest change, applying the batch replaces it by the time of
    /// that change.
    pub(super) fn apply(
        &self,
        engine: &impl Engine,
        cache: &UserCache,
        mut batch: Batch,
    ) -> Result<Applied> {
        let started = Instant::now();
        batch.prepare();
        let request = Arc::new(Waiter::new(batch, (self.clock)()));
        let task = self.enter(std::slice::from_ref(&request));
        self.wait_for(&request, task, started, || {
            self.lead(engine, cache, &request, GROUPS_IN_A_ROW_MAX);
        })
    }

    /// Applies batches that one thread submits together, as if each came from a thread of
    /// its own: those that fit share a commit. If a commit panics, its batches are answered
    /// with an error, and the others continue.
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
        let mut task = self.enter(&requests);
        // In order: tasks go to the first waiting request, and each request wakes only
        // later ones.
        let answers = requests.iter().map(|request| {
            let task = std::mem::replace(&mut task, Task::Wait);
            self.wait_for(request, task, started, || {
                // The answers to the group's other requests wake threads, too.
                caught(|| self.lead(engine, cache, request, 1));
            })
        });
        answers.collect()
    }

    /// Carries out the tasks of `request` until it has an answer.
    fn wait_for(
        &self,
        request: &Arc<Waiter>,
        mut task: Task,
        started: Instant,
        lead: impl Fn(),
    ) -> Result<Applied> {
        loop {
            task = match task {
                Task::Return(result, others) => {
                    wake(&others);
                    self.latencies.record(started.elapsed());
                    return result;
                }
                Task::Lead => {
                    lead();
                    request.next_task()
                }
                Task::Watch(patience) => {
                    if request.watch(patience) || !self.take_lead(request) {
                        request.next_task()
                    } else {
                        Task::Lead
                    }
                }
                Task::Wait => request.next_task(),
            };
        }
    }

    /// Adds requests to the queue; returns the task for the first of them.
    fn enter(&self, requests: &[Arc<Waiter>]) -> Task {
        let mut queue = lock(&self.queue);
        let is_first = queue.waiting.is_empty();
        queue.waiting.extend_from_slice(requests);
        if queue.has_leader {
            Task::Wait
        } else if queue.batching.is_enough(queue.waiting.len()) {
            queue.has_leader = true;
            Task::Lead
        } else if is_first {
            Task::Watch(queue.batching.patience())
        } else {
            Task::Wait
        }
    }

    /// Makes a watching request the leader; returns `false` if there is a leader or the
    /// request is no longer waiting.
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

    /// Commits up to `groups_max` groups of waiting requests, then hands over the lead. If
    /// enough requests for another group have gathered, the same thread commits that one, too:
    /// another thread would first have to wake up.
    fn lead(&self, engine: &impl Engine, cache: &UserCache, own: &Arc<Waiter>, groups_max: usize) {
        in_a_row(groups_max, |may_go_on| {
            self.commit_group(engine, cache, own, may_go_on)
        });
    }

    /// Commits a group of waiting requests and answers them. Returns whether the caller still
    /// leads, which it does only if it `may_go_on`.
    fn commit_group(
        &self,
        engine: &impl Engine,
        cache: &UserCache,
        own: &Arc<Waiter>,
        may_go_on: bool,
    ) -> bool {
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
                // Applying only reads, so an error concerns this batch alone. A failed
                // write concerns the whole group.
                results.push(
                    match rules::apply(&*txn, request.take_batch(), request.at) {
                        Ok(plan) => {
                            plan.writes.write_to(txn)?;
                            replaced.extend(plan.replaced);
                            Ok(plan.applied)
                        }
                        Err(error) => Err(error),
                    },
                );
            }
            invalidation.mark(replaced);
            done = Instant::now();
            Ok(results)
        });
        group.sync = done.elapsed();
        drop(invalidation);
        group.answer(results, may_go_on)
    }

    /// The numbers of submitted batches, and of the transactions they were grouped into.
    pub(super) fn counts(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.requests), count(&self.groups))
    }

    /// The latency of submitted batches.
    pub(super) fn latency(&self) -> CommitLatency {
        self.latencies.summary()
    }

    fn take_group(&self) -> Vec<Arc<Waiter>> {
        let mut queue = lock(&self.queue);
        let mut ops = 0;
        let fitting = queue.waiting.iter().take_while(|request| {
            ops += request.ops;
            ops <= GROUP_OPS_MAX
        });
        let count = fitting.count().max(1).min(queue.waiting.len());
        queue.waiting.drain(..count).collect()
    }

    /// Ends the lead, unless the caller `may_go_on` and enough requests are waiting: tells the
    /// first of them to lead or to watch. Returns whether the caller still leads.
    fn end_lead(&self, group: usize, sync: Duration, may_go_on: bool) -> bool {
        let mut queue = lock(&self.queue);
        let waiting = queue.waiting.len();
        queue.batching.learn(group, waiting, sync);
        let is_enough = queue.batching.is_enough(waiting);
        if is_enough && may_go_on {
            return true;
        }
        queue.has_leader = false;
        if let Some(first) = queue.waiting.first().map(Arc::clone) {
            queue.has_leader = is_enough;
            let patience = queue.batching.patience();
            first.tell(if is_enough {
                Task::Lead
            } else {
                Task::Watch(patience)
            });
        }
        false
    }
}

/// The requests of one transaction. However it ends, even by a panic, dropping it answers
/// all of them and hands over the lead, so no thread waits forever.
struct Group<'c> {
    commits: &'c Commits,
    requests: Vec<Arc<Waiter>>,
    /// The request of the leader, which need not be woken.
    own: Arc<Waiter>,
    /// The duration of the commit after all batches were applied.
    sync: Duration,
    is_answered: bool,
}

impl Group<'_> {
    /// Answers the requests; returns whether the caller still leads.
    fn answer(mut self, results: Result<Vec<Result<Applied>>>, may_go_on: bool) -> bool {
        match results {
            Ok(results) => self.end(results.into_iter(), may_go_on),
            Err(error) => self.end(std::iter::repeat_with(|| Err(error.clone())), may_go_on),
        }
    }

    fn end(&mut self, results: impl Iterator<Item = Result<Applied>>, may_go_on: bool) -> bool {
        self.is_answered = true;
        // Another leader starts while the answers are handed out.
        let commits = self.commits;
        let goes_on = commits.end_lead(self.requests.len(), self.sync, may_go_on);
        wake(&answer_all(&self.requests, &self.own, results));
        goes_on
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        // Requests are only left without an answer after a panic.
        if !self.is_answered {
            let panicked = || {
                Err(Error::new(
                    ErrorKind::OutcomeUnknown,
                    "the thread that committed this with others panicked; \
                     read the directory again to see whether it took effect",
                ))
            };
            self.end(std::iter::repeat_with(panicked), false);
        }
    }
}

/// Commits up to `groups_max` groups with `commit`, which is told whether there may be another one,
/// and returns whether there is. A panic in the first group, which has the caller's own batch, is
/// the caller's; later ones are of others, who are answered with an error.
fn in_a_row(groups_max: usize, mut commit: impl FnMut(bool) -> bool) {
    let mut goes_on = commit(groups_max > 1);
    for left in (1..groups_max).rev() {
        if !goes_on {
            return;
        }
        goes_on = caught(|| commit(left > 1)).unwrap_or(false);
    }
}

/// What `commit` returns; nothing after a panic, of which its group has answered the callers.
fn caught<T>(commit: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(commit));
    if done.is_err() {
        log::error!("a commit panicked: its batches are answered with an error");
    }
    done.ok()
}

/// Nothing panics while holding one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
