//! What threads have finished, on its way to the thread of JavaScript.

use std::sync::{Arc, Mutex};

use crate::answer::{self, Answer, Refusal};
use crate::handle::{Handle, lock};
use crate::text::Text;

/// What a promise is settled with.
pub struct Done {
    /// Which promise.
    pub ticket: u64,
    /// What JavaScript gets.
    pub texts: Vec<Text>,
    /// The directory that was opened, to be told by its number instead.
    pub opened: Option<Arc<Handle>>,
}

impl Done {
    /// The answer to a request, or its refusal.
    pub fn new(ticket: u64, outcome: Result<(Answer, Option<Arc<Handle>>), Refusal>) -> Self {
        let (outcome, opened) = match outcome {
            Ok((answer, opened)) => (Ok(answer), opened),
            Err(refusal) => (Err(refusal), None),
        };
        Self {
            ticket,
            texts: answer::write(outcome),
            opened,
        }
    }

    /// Nobody is there any more: what was opened for them is closed.
    fn discard(self) {
        if let Some(handle) = self.opened {
            // What it holds is safe in its log if this fails.
            let _ = handle.close();
        }
    }
}

/// Wakes the thread of JavaScript.
pub type Waker = Box<dyn Fn() + Send>;

/// Where threads leave what they have done.
pub struct Mailbox(Mutex<Inner>);

struct Inner {
    done: Vec<Done>,
    /// `None` once the thread of JavaScript ends.
    waker: Option<Waker>,
}

impl Mailbox {
    pub fn new(waker: Waker) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Inner {
            done: Vec::new(),
            waker: Some(waker),
        })))
    }

    /// Leaves something, and wakes the thread of JavaScript unless it was woken already.
    pub fn post(&self, done: Done) {
        let mut inner = lock(&self.0);
        let is_first = inner.done.is_empty();
        match &inner.waker {
            Some(waker) if is_first => waker(),
            Some(_) => {}
            None => {
                drop(inner);
                return done.discard();
            }
        }
        inner.done.push(done);
    }

    /// Takes all that was left.
    pub fn take(&self) -> Vec<Done> {
        std::mem::take(&mut lock(&self.0).done)
    }

    /// Takes no more, and never wakes anybody again.
    pub fn close(&self) {
        let mut inner = lock(&self.0);
        inner.waker = None;
        let done = std::mem::take(&mut inner.done);
        drop(inner);
        done.into_iter().for_each(Done::discard);
    }
}
