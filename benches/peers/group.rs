//! Group commit for stores without one: the requests of many threads share few commits. While one
//! thread, the leader, commits, the requests of the others gather; then the first of them leads. A
//! leader waits briefly for as many requests as last time, since the same threads are about to send
//! the next ones.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// A store that can commit many requests at once, durably.
pub trait Committer: Send {
    type Request: Send + Sync;

    fn commit(&mut self, requests: &[&Self::Request]);
}

/// The longest time that a leader waits for followers.
const WAIT_MAX: Duration = Duration::from_micros(100);

/// A committer shared by many threads.
pub struct Grouped<C: Committer> {
    queue: Mutex<Queue<C::Request>>,
    committer: Mutex<C>,
}

struct Queue<R> {
    waiting: Vec<Arc<Ticket<R>>>,
    has_leader: bool,
    last_group: usize,
}

/// A request, and the thread that waits for it.
struct Ticket<R> {
    request: R,
    thread: Thread,
    turn: AtomicU8,
}

const WAIT: u8 = 0;
const LEAD: u8 = 1;
const DONE: u8 = 2;

impl<R> Ticket<R> {
    fn tell(&self, turn: u8) {
        self.turn.store(turn, Ordering::Release);
        self.thread.unpark();
    }
}

impl<C: Committer> Grouped<C> {
    pub fn new(committer: C) -> Self {
        Self {
            queue: Mutex::new(Queue {
                waiting: Vec::new(),
                has_leader: false,
                last_group: 1,
            }),
            committer: Mutex::new(committer),
        }
    }

    pub fn into_inner(self) -> C {
        self.committer.into_inner().unwrap()
    }

    /// Commits `request`; it is durable when this returns.
    pub fn submit(&self, request: C::Request) {
        let ticket = Arc::new(Ticket {
            request,
            thread: thread::current(),
            turn: AtomicU8::new(WAIT),
        });
        let leads = {
            let mut queue = self.queue.lock().unwrap();
            queue.waiting.push(Arc::clone(&ticket));
            !std::mem::replace(&mut queue.has_leader, true)
        };
        if !leads {
            loop {
                match ticket.turn.load(Ordering::Acquire) {
                    WAIT => thread::park(),
                    LEAD => break,
                    _ => return,
                }
            }
        }
        self.lead();
    }

    /// Commits the waiting requests, including its own, and hands over.
    fn lead(&self) {
        let group = self.gather();
        let requests: Vec<_> = group.iter().map(|ticket| &ticket.request).collect();
        self.committer.lock().unwrap().commit(&requests);
        {
            let mut queue = self.queue.lock().unwrap();
            match queue.waiting.first() {
                Some(next) => next.tell(LEAD),
                None => queue.has_leader = false,
            }
        }
        for ticket in &group {
            ticket.tell(DONE);
        }
    }

    fn gather(&self) -> Vec<Arc<Ticket<C::Request>>> {
        let began = Instant::now();
        loop {
            let mut queue = self.queue.lock().unwrap();
            if queue.waiting.len() >= queue.last_group || began.elapsed() > WAIT_MAX {
                queue.last_group = queue.waiting.len();
                return std::mem::take(&mut queue.waiting);
            }
            drop(queue);
            thread::yield_now();
        }
    }
}
