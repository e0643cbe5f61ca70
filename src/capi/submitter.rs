//! Batches that a thread of the library applies.

use std::collections::VecDeque;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use super::applied::HcApplied;
use super::call_error::CallError;
use super::failure::HcError;
use super::status::HcStatus;
use super::{guard, lock};
use crate::directory::Directory;
use crate::error::{Error, ErrorKind};
use crate::model::{Applied, Batch};
use crate::process::without_signals;

/// Maximum batches of a directory that are submitted and not yet answered.
pub const HC_SUBMITTED_MAX: usize = 1024;

/// Receives the outcomes of a submitted batch. It may call the library, even to submit, close
/// or free.
///
/// @param status What hc_directory_apply() would have returned.
/// @param applied The outcomes, which are yours to free; NULL unless `status` is #HC_STATUS_OK.
/// @param error The error, which is yours to free; NULL if there is none.
pub type HcSubmitCallback = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        status: HcStatus,
        applied: *mut HcApplied,
        error: *mut HcError,
    ),
>;

/// The submitted batches of a directory and the thread that applies them, shared by its
/// handles. Dropping the last handle waits for both.
#[derive(Default)]
pub(super) struct Submitter {
    queue: Arc<Queue>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Submission>,
    /// Batches whose callbacks have not returned.
    pending: usize,
    /// Whether no more batches are accepted.
    is_closing: bool,
    /// Whether the thread ends once nothing waits.
    is_ending: bool,
}

/// A batch to apply, with the actor and the door of its handle.
struct Submission {
    directory: Directory,
    batch: Batch,
    answer: Answer,
}

/// The callback for the outcome of a batch.
pub(super) struct Answer {
    pub(super) callback: unsafe extern "C" fn(*mut c_void, HcStatus, *mut HcApplied, *mut HcError),
    pub(super) userdata: *mut c_void,
}

// SAFETY: the header says that the library's thread calls the callback; the userdata is
// only passed on.
unsafe impl Send for Answer {}

impl Submitter {
    pub(super) fn submit(
        &self,
        directory: &Directory,
        batch: Batch,
        answer: Answer,
    ) -> Result<(), CallError> {
        directory.check()?;
        let submission = Submission {
            batch: directory.prepared(batch),
            directory: directory.clone(),
            answer,
        };
        self.start()?;
        let mut state = self.queue.lock();
        if state.is_closing {
            let message = "the directory is being closed";
            return Err(Error::new(ErrorKind::Closed, message).into());
        }
        if state.pending == HC_SUBMITTED_MAX {
            return Err(CallError::queue_full(HC_SUBMITTED_MAX));
        }
        state.pending += 1;
        state.waiting.push_back(submission);
        self.queue.changed.notify_all();
        Ok(())
    }

    /// Starts the thread, unless it is running.
    fn start(&self) -> Result<(), CallError> {
        let mut worker = lock(&self.worker);
        if worker.is_none() {
            let queue = Arc::clone(&self.queue);
            let thread = thread::Builder::new().name("headcount-submit".to_owned());
            let started = without_signals(|| thread.spawn(move || queue.work()));
            *worker = Some(started.map_err(no_thread)?);
        }
        Ok(())
    }

    /// Accepts no more batches, and waits for the accepted ones; in a callback it doesn't wait,
    /// because it would wait for itself.
    pub(super) fn close(&self) {
        let mut state = self.queue.lock();
        state.is_closing = true;
        while state.pending > 0 && !self.is_own_thread() {
            let waited = self.queue.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn is_own_thread(&self) -> bool {
        let id = |thread: &JoinHandle<()>| -> ThreadId { thread.thread().id() };
        lock(&self.worker).as_ref().map(id) == Some(thread::current().id())
    }
}

fn no_thread(error: std::io::Error) -> Error {
    let message = format!("can't start a thread: {error}; end other threads");
    Error::new(ErrorKind::Io, message).with_source(error)
}

impl Drop for Submitter {
    fn drop(&mut self) {
        let is_own_thread = self.is_own_thread();
        let mut state = self.queue.lock();
        state.is_ending = true;
        self.queue.changed.notify_all();
        drop(state);
        if let Some(thread) = lock(&self.worker).take()
            && !is_own_thread
        {
            // The thread catches its panics.
            let _ = thread.join();
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Applies waiting batches until the last handle is dropped.
    fn work(&self) {
        while let Some(submissions) = self.next() {
            let (works, answers): (Vec<_>, Vec<_>) = submissions
                .into_iter()
                .map(|one| ((one.directory, one.batch), one.answer))
                .unzip();
            let count = answers.len();
            // The handles are dropped before the callbacks run, so they no longer keep the file
            // open.
            let applied = catch_unwind(AssertUnwindSafe(|| apply(works)));
            let failed = || (0..count).map(|_| Err(CallError::panicked())).collect();
            let outcomes = applied.unwrap_or_else(|_| failed());
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                answer.give(outcome);
                self.lock().pending -= 1;
                self.changed.notify_all();
            }
        }
    }

    /// Waits for submissions; `None` if there are none and the last handle was dropped.
    fn next(&self) -> Option<VecDeque<Submission>> {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.is_ending {
                return None;
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Some(std::mem::take(&mut state.waiting))
    }
}

/// Applies batches to the directory that they were submitted to.
fn apply(works: Vec<(Directory, Batch)>) -> Vec<Result<Applied, CallError>> {
    let (directories, batches): (Vec<_>, Vec<_>) = works.into_iter().unzip();
    let Some(directory) = directories.first() else {
        return Vec::new();
    };
    let outcomes = directory.apply_each(batches);
    outcomes
        .into_iter()
        .map(|one| one.map_err(CallError::from))
        .collect()
}

impl Answer {
    fn give(self, outcome: Result<Applied, CallError>) {
        let none = (std::ptr::null_mut(), std::ptr::null_mut());
        let (status, (applied, error)) = match outcome {
            Ok(applied) => (HcStatus::Ok, (HcApplied::hand_over(applied), none.1)),
            Err(refusal) => {
                let status = refusal.status();
                refusal.log();
                (status, (none.0, guard::hand_over(HcError::from(refusal))))
            }
        };
        // SAFETY: the callback is what C gave for this, with its userdata.
        unsafe { (self.callback)(self.userdata, status, applied, error) };
    }
}
