//! Threads that do what may touch a disk.
//!
//! Not libuv's: those are four for everything in the process, and writers that wait for
//! a disk would keep file reads and name look-ups waiting. More threads also make
//! larger groups, which share one sync of the disk.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Most threads.
const THREADS_MAX: usize = 16;

/// A thread that had nothing to do for this long ends.
const IDLE_MAX: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// Of the process: worker threads share them.
static POOL: Pool = Pool {
    state: Mutex::new(State {
        jobs: VecDeque::new(),
        threads: 0,
        idle: 0,
    }),
    work: Condvar::new(),
};

struct Pool {
    state: Mutex<State>,
    work: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

/// Runs a job on a thread of the pool; jobs begin in the order in which they come. It
/// runs here if there is no thread and none can be started.
pub fn run(job: impl FnOnce() + Send + 'static) {
    let mut state = POOL.lock();
    state.jobs.push_back(Box::new(job));
    if state.jobs.len() <= state.idle {
        POOL.work.notify_one();
    } else if state.threads < THREADS_MAX {
        let named = thread::Builder::new().name("headcount".to_owned());
        match named.spawn(|| POOL.serve()) {
            Ok(_) => state.threads += 1,
            Err(_) if state.threads == 0 => {
                let job = state.jobs.pop_back();
                drop(state);
                if let Some(job) = job {
                    job();
                }
            }
            Err(_) => {}
        }
    }
}

impl Pool {
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                drop(state);
                job();
                state = self.lock();
                continue;
            }
            state.idle += 1;
            let (woken, waited) = self
                .work
                .wait_timeout(state, IDLE_MAX)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            if waited.timed_out() && state.jobs.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    /// No job runs while it is held.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
