//! Waiting for the next change without a thread for each that waits.
//!
//! One thread for each directory sleeps in the library until there is a change, or the
//! directory is closed, and wakes all who wait. It is there only while somebody waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use headcount::Directory;

/// What is called once there is a change, or nothing to wait for any more.
type Wake = Box<dyn FnOnce() + Send>;

/// Who waits for changes of one directory.
#[derive(Default)]
pub struct Watch(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    waiters: Vec<Waiter>,
    /// The latest change that the thread saw.
    seen: u64,
    is_running: bool,
}

struct Waiter {
    ticket: u64,
    /// Waits for a change beyond this one.
    position: u64,
    wake: Wake,
}

impl Watch {
    /// Calls `wake` when there is a change beyond `position`, or when the directory is
    /// closed: then, or at once.
    pub fn wait(&self, directory: &Directory, ticket: u64, position: u64, wake: Wake) {
        let mut state = lock(&self.0);
        if state.is_running && state.seen > position {
            drop(state);
            return wake();
        }
        state.waiters.push(Waiter {
            ticket,
            position,
            wake,
        });
        if state.is_running {
            return;
        }
        state.seen = position;
        let (shared, directory) = (Arc::clone(&self.0), directory.clone());
        let named = thread::Builder::new().name("headcount feed".to_owned());
        let thread = named.spawn(move || watch(&shared, &directory, position));
        state.is_running = thread.is_ok();
        if !state.is_running {
            let waiters = std::mem::take(&mut state.waiters);
            drop(state);
            // They look again, and wait again: slower, but not for ever.
            wake_all(waiters);
        }
    }

    /// Wakes this one.
    pub fn cancel(&self, ticket: u64) {
        let mut state = lock(&self.0);
        let found = state
            .waiters
            .iter()
            .position(|waiter| waiter.ticket == ticket);
        let waiter = found.map(|at| state.waiters.swap_remove(at));
        drop(state);
        if let Some(waiter) = waiter {
            (waiter.wake)();
        }
    }
}

fn watch(shared: &Mutex<State>, directory: &Directory, position: u64) {
    let mut feed = directory.follow(position);
    loop {
        // Only closing ends the wait early. Those who gave up are few, and cost nothing.
        let next = feed.recv_timeout(Duration::MAX);
        let mut state = lock(shared);
        let woken = if let Ok(change) = &next {
            let seen = change.as_ref().map_or(state.seen, |change| change.sequence);
            state.seen = seen;
            let (woken, waiting) = std::mem::take(&mut state.waiters)
                .into_iter()
                .partition::<Vec<_>, _>(|waiter| waiter.position < seen);
            state.waiters = waiting;
            woken
        } else {
            // Whoever reads now is told why.
            std::mem::take(&mut state.waiters)
        };
        let is_over = next.is_err() || state.waiters.is_empty();
        state.is_running = !is_over;
        drop(state);
        wake_all(woken);
        if is_over {
            return;
        }
    }
}

fn wake_all(waiters: Vec<Waiter>) {
    for waiter in waiters {
        (waiter.wake)();
    }
}

/// Nothing is called while it is held.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
