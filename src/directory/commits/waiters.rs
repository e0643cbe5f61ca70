//! A batch that waits to be committed, and what its thread is told meanwhile.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::model::{Applied, Batch, Timestamp};

/// How many threads each thread wakes.
const WOKEN_BY_EACH: usize = 2;

/// A batch, and the thread that waits for it.
pub(super) struct Waiter {
    pub(super) batch: Batch,
    pub(super) at: Timestamp,
    thread: Thread,
    turn: Mutex<Turn>,
}

/// What a waiting thread is to do.
pub(super) enum Turn {
    Wait,
    /// Wait, and lead when nobody else does for so long.
    Watch(Duration),
    /// Commit everything that waits; its own batch is part of it.
    Lead,
    /// Wake these threads, which have their answers too, and return.
    Return(Result<Applied>, Woken),
}

/// The threads that one thread wakes.
pub(super) type Woken = [Option<Thread>; WOKEN_BY_EACH];

impl Waiter {
    /// The batch of this thread, which came at this time.
    pub(super) fn new(batch: Batch, at: Timestamp) -> Self {
        Self {
            batch,
            at,
            thread: thread::current(),
            turn: Mutex::new(Turn::Wait),
        }
    }

    /// Says what is to be done, and wakes the thread for it.
    pub(super) fn tell(&self, turn: Turn) {
        self.note(turn);
        self.thread.unpark();
    }

    /// Says what is to be done when the thread is awake.
    pub(super) fn note(&self, turn: Turn) {
        *self.lock() = turn;
    }

    /// Waits until there is something to do.
    pub(super) fn next_turn(&self) -> Turn {
        loop {
            match self.take_turn() {
                Turn::Wait => thread::park(),
                told => return told,
            }
        }
    }

    /// Waits until there is something to do, but not longer than this; whether there
    /// is.
    pub(super) fn watch(&self, patience: Duration) -> bool {
        let since = Instant::now();
        loop {
            if !matches!(*self.lock(), Turn::Wait) {
                return true;
            }
            match patience.checked_sub(since.elapsed()) {
                Some(left) => thread::park_timeout(left),
                None => return false,
            }
        }
    }

    fn take_turn(&self) -> Turn {
        std::mem::replace(&mut *self.lock(), Turn::Wait)
    }

    /// Nothing panics while it holds this lock.
    fn lock(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the threads of `requests` their answers, without waking them, and shares
/// out the waking: each wakes two others, so that it takes little of anybody's time
/// and all processors take part. Returns those to begin with.
pub(super) fn answer_all(
    requests: &[Arc<Waiter>],
    results: impl Iterator<Item = Result<Applied>>,
) -> Woken {
    let own = thread::current().id();
    // The thread that answers is awake.
    let thread_at = |place: usize| {
        let thread = &requests.get(place)?.thread;
        (thread.id() != own).then(|| thread.clone())
    };
    let results: Vec<_> = results.take(requests.len()).collect();
    // From the last to the first: a thread that happens to be awake takes its answer at
    // once and wakes the two behind it, who would sleep on if theirs were not there yet.
    for (place, (request, result)) in requests.iter().zip(results).enumerate().rev() {
        let woken = [thread_at(2 * place + 2), thread_at(2 * place + 3)];
        request.note(Turn::Return(result, woken));
    }
    [thread_at(0), thread_at(1)]
}

/// Wakes these threads.
pub(super) fn wake(threads: &Woken) {
    threads.iter().flatten().for_each(Thread::unpark);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind};

    fn is_answered(request: &Waiter) -> bool {
        matches!(*request.lock(), Turn::Return(..))
    }

    /// A thread may be awake before it is woken. It then takes its answer as soon as
    /// that is there and wakes its two, who sleep on for ever if theirs are not.
    #[test]
    fn nobody_is_answered_before_those_it_wakes() {
        let group: [_; 4] =
            std::array::from_fn(|_| Arc::new(Waiter::new(Batch::new(), Timestamp::now())));
        let answers = || std::iter::repeat_with(|| Err(Error::new(ErrorKind::Closed, "closed")));
        thread::scope(|scope| {
            // The first wakes the third, whose answer is kept from it for a while.
            let third = group[2].lock();
            scope.spawn(|| answer_all(&group, answers()));
            while !is_answered(&group[0]) && !is_answered(&group[3]) {
                thread::yield_now();
            }
            assert!(!is_answered(&group[0]));
            drop(third);
        });
        assert!(group.iter().all(|request| is_answered(request)));
    }
}
