//! A batch that waits to be committed, and the tasks of its thread meanwhile.
//!
//! A thread waits on a condition variable of its batch, not on its own `Thread` handle: in
//! the destructor of a thread-local value, a thread may not have a handle any more.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::model::{Applied, Batch, Timestamp};

/// How many threads each thread wakes.
const WOKEN_BY_EACH: usize = 2;

/// A batch and its waiting thread.
pub(super) struct Waiter {
    /// The batch, until it is applied.
    batch: Mutex<Batch>,
    /// The number of its operations.
    pub(super) ops: usize,
    pub(super) at: Timestamp,
    task: Mutex<Task>,
    told: Condvar,
}

/// The next task of a waiting thread.
pub(super) enum Task {
    Wait,
    /// Wait, and lead if no other thread has done so in this time.
    Watch(Duration),
    /// Commit a group of waiting batches, including its own.
    Lead,
    /// Wake these threads, which have their answers too, and return.
    Return(Result<Applied>, Woken),
}

/// The waiters that one thread wakes.
pub(super) type Woken = [Option<Arc<Waiter>>; WOKEN_BY_EACH];

impl Waiter {
    /// A waiter for a batch submitted at this time.
    pub(super) fn new(batch: Batch, at: Timestamp) -> Self {
        Self {
            ops: batch.len(),
            batch: Mutex::new(batch),
            at,
            task: Mutex::new(Task::Wait),
            told: Condvar::new(),
        }
    }

    /// Takes the batch, to apply it; leaves an empty one.
    pub(super) fn take_batch(&self) -> Batch {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut batch)
    }

    /// Sets the task and wakes the thread.
    pub(super) fn tell(&self, task: Task) {
        self.note(task);
        self.told.notify_one();
    }

    /// Sets the task without waking the thread.
    pub(super) fn note(&self, task: Task) {
        *self.lock() = task;
    }

    /// Waits for the next task.
    pub(super) fn next_task(&self) -> Task {
        let mut task = self.lock();
        loop {
            match std::mem::replace(&mut *task, Task::Wait) {
                Task::Wait => {
                    let waited = self.told.wait(task);
                    task = waited.unwrap_or_else(PoisonError::into_inner);
                }
                told => return told,
            }
        }
    }

    /// Waits for a task, but no longer than this; returns whether there is one.
    pub(super) fn watch(&self, patience: Duration) -> bool {
        let since = Instant::now();
        let mut task = self.lock();
        while matches!(*task, Task::Wait) {
            let Some(left) = patience.checked_sub(since.elapsed()) else {
                return false;
            };
            let waited = self.told.wait_timeout(task, left);
            task = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Nothing panics while holding this lock.
    fn lock(&self) -> MutexGuard<'_, Task> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers `requests` without waking their threads, and distributes the waking: each thread
/// wakes two others, so that it takes each little time and all processors take part. `own`
/// is already awake, and wakes only the first ones, which this returns.
pub(super) fn answer_all(
    requests: &[Arc<Waiter>],
    own: &Arc<Waiter>,
    results: impl Iterator<Item = Result<Applied>>,
) -> Woken {
    let own_place = requests.iter().position(|other| Arc::ptr_eq(other, own));
    let own_place = own_place.unwrap_or(requests.len());
    let sleeping = |number: usize| {
        let place = number + usize::from(number >= own_place);
        requests.get(place).map(Arc::clone)
    };
    let results: Vec<_> = results.take(requests.len()).collect();
    // From the last to the first: a thread that happens to be awake takes its answer at
    // once and wakes its two, which would go back to sleep if their answers weren't there
    // yet.
    for (place, (request, result)) in requests.iter().zip(results).enumerate().rev() {
        let woken = if place == own_place {
            [None, None]
        } else {
            let number = place - usize::from(place > own_place);
            [sleeping(2 * number + 2), sleeping(2 * number + 3)]
        };
        request.note(Task::Return(result, woken));
    }
    [sleeping(0), sleeping(1)]
}

/// Wakes these threads.
pub(super) fn wake(waiters: &Woken) {
    waiters
        .iter()
        .flatten()
        .for_each(|waiter| waiter.told.notify_one());
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::error::{Error, ErrorKind};

    fn is_answered(request: &Waiter) -> bool {
        matches!(*request.lock(), Task::Return(..))
    }

    /// A thread may be awake before it is woken. It then takes its answer as soon as it is
    /// there and wakes its two threads, which would sleep forever if their answers weren't
    /// there.
    #[test]
    fn nobody_is_answered_before_those_it_wakes() {
        let group: [_; 4] =
            std::array::from_fn(|_| Arc::new(Waiter::new(Batch::new(), Timestamp::now())));
        let other = Arc::new(Waiter::new(Batch::new(), Timestamp::now()));
        let answers = || std::iter::repeat_with(|| Err(Error::new(ErrorKind::Closed, "closed")));
        thread::scope(|scope| {
            // The first one wakes the third, whose answer is held back for a while.
            let third = group[2].lock();
            scope.spawn(|| answer_all(&group, &other, answers()));
            while !is_answered(&group[0]) && !is_answered(&group[3]) {
                thread::yield_now();
            }
            assert!(!is_answered(&group[0]));
            drop(third);
        });
        assert!(group.iter().all(|request| is_answered(request)));
    }

    /// The leader may go on with another group, so nobody may wait for its return.
    #[test]
    fn everybody_is_woken_once_and_nobody_by_the_leader_when_it_returns() {
        for (count, own) in [(1, 0), (2, 1), (7, 0), (8, 3), (9, 8), (6, 6)] {
            let new = || Arc::new(Waiter::new(Batch::new(), Timestamp::now()));
            let all: Vec<_> = std::iter::repeat_with(new).take(count + 1).collect();
            let (group, own) = (&all[..count], &all[own]);
            let answers = std::iter::repeat_with(|| Err(Error::new(ErrorKind::Closed, "closed")));
            let mut woken: Vec<_> = answer_all(group, own, answers).into();
            let mut names = Vec::new();
            while let Some(next) = woken.pop() {
                let Some(next) = next else { continue };
                names.push(Arc::as_ptr(&next));
                let Task::Return(_, others) = next.next_task() else {
                    panic!("no answer")
                };
                woken.extend(others);
            }
            names.sort();
            let others = group.iter().filter(|other| !Arc::ptr_eq(other, own));
            let mut expected: Vec<_> = others.map(Arc::as_ptr).collect();
            expected.sort();
            assert_eq!(names, expected, "{count}");
            if group.iter().any(|other| Arc::ptr_eq(other, own)) {
                assert!(matches!(own.next_task(), Task::Return(_, [None, None])));
            }
        }
    }
}
