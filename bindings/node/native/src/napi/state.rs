//! What belongs to one thread of JavaScript: the main one, or a worker.

use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use napi_sys as sys;

use super::values;
use crate::answer::Refusal;
use crate::handle::Handle;
use crate::mailbox::{Done, Mailbox};
use crate::text::Text;

/// The state of a thread of JavaScript. Only that thread touches it.
pub struct State {
    /// Tells its tickets from those of other threads.
    number: u64,
    pub mailbox: Arc<Mailbox>,
    /// Called, by way of the mailbox, to settle promises.
    settle: sys::napi_threadsafe_function,
    /// Directories by their numbers; those that were closed are gone.
    handles: Vec<Option<Arc<Handle>>>,
    /// Promises that are not settled yet.
    promises: HashMap<u64, sys::napi_deferred>,
    next_ticket: u64,
    /// Where answers are put together.
    pub text: Text,
}

/// What wakes the thread.
struct Settle(sys::napi_threadsafe_function);

// SAFETY: Node-API lets any thread call it; the mailbox gives it up before it ends.
unsafe impl Send for Settle {}

impl State {
    /// Makes the state of the thread that loads the addon.
    ///
    /// # Safety
    ///
    /// `env` is that of the thread, in which the addon is being loaded.
    pub unsafe fn new(env: sys::napi_env) -> *mut Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let mut settle = ptr::null_mut();
        let mut name = Text::default();
        name.push("headcount");
        let state = Box::into_raw(Box::new(Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            mailbox: Mailbox::new(Box::new(|| {})),
            settle,
            handles: vec![None],
            promises: HashMap::new(),
            next_ticket: 0,
            text: Text::default(),
        }));
        // SAFETY: the state lives until `free`, which comes last; `end` runs before the
        // function is taken down, since hooks run in the reverse of their order.
        unsafe {
            sys::napi_create_threadsafe_function(
                env,
                ptr::null_mut(),
                ptr::null_mut(),
                values::string(env, &name),
                0,
                1,
                ptr::null_mut(),
                None,
                state.cast(),
                Some(settle_promises),
                &raw mut settle,
            );
            sys::napi_unref_threadsafe_function(env, settle);
            let waker = Settle(settle);
            (*state).settle = settle;
            (*state).mailbox = Mailbox::new(Box::new(move || {
                let Settle(settle) = &waker;
                let mode = sys::ThreadsafeFunctionCallMode::nonblocking;
                sys::napi_call_threadsafe_function(*settle, ptr::null_mut(), mode);
            }));
            sys::napi_add_env_cleanup_hook(env, Some(end), state.cast());
            sys::napi_set_instance_data(env, state.cast(), Some(free), ptr::null_mut());
        }
        state
    }

    /// The directory with this number.
    pub fn handle(&self, number: u32) -> Result<&Arc<Handle>, Refusal> {
        let handle = self.handles.get(number as usize).and_then(Option::as_ref);
        handle.ok_or_else(Refusal::closed)
    }

    /// Takes the directory with this number away, to be closed.
    pub fn take_handle(&mut self, number: u32) -> Option<Arc<Handle>> {
        self.handles.get_mut(number as usize)?.take()
    }

    /// Numbers a directory.
    pub fn add_handle(&mut self, handle: Arc<Handle>) -> u32 {
        self.handles.push(Some(handle));
        u32::try_from(self.handles.len() - 1).unwrap_or(0)
    }

    /// Makes a promise. While there is one, the thread of JavaScript goes on.
    ///
    /// # Safety
    ///
    /// `env` is that of this thread, in which a call runs.
    pub unsafe fn promise(&mut self, env: sys::napi_env) -> (u64, sys::napi_value) {
        let (mut deferred, mut promise) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: as the caller says.
        unsafe {
            sys::napi_create_promise(env, &raw mut deferred, &raw mut promise);
            if self.promises.is_empty() {
                sys::napi_ref_threadsafe_function(env, self.settle);
            }
        }
        self.next_ticket += 1;
        self.promises.insert(self.next_ticket, deferred);
        (self.next_ticket, promise)
    }

    /// A ticket, told from those of other threads.
    pub fn global(&self, ticket: u32) -> u64 {
        self.number << 32 | u64::from(ticket)
    }

    /// # Safety
    ///
    /// `env` is that of this thread, in which a call runs.
    unsafe fn settle(&mut self, env: sys::napi_env, done: Done) {
        let Some(deferred) = self.promises.remove(&done.ticket) else {
            return;
        };
        let mut texts = done.texts;
        if let Some(handle) = done.opened {
            texts[0].push(&self.add_handle(handle).to_string());
        }
        let mut scope = ptr::null_mut();
        // SAFETY: as the caller says; the promise was made here, and is settled once.
        unsafe {
            sys::napi_open_handle_scope(env, &raw mut scope);
            sys::napi_resolve_deferred(env, deferred, values::strings(env, &texts));
            sys::napi_close_handle_scope(env, scope);
            if self.promises.is_empty() {
                sys::napi_unref_threadsafe_function(env, self.settle);
            }
        }
    }
}

/// Settles the promises whose jobs are done.
///
/// # Safety
///
/// Called by Node on the thread of the state, which is the context.
unsafe extern "C" fn settle_promises(
    env: sys::napi_env,
    _function: sys::napi_value,
    context: *mut c_void,
    _data: *mut c_void,
) {
    // The thread ends, and nobody waits any more.
    if env.is_null() {
        return;
    }
    let state = context.cast::<State>();
    // SAFETY: the state is there while `env` is, and no other call runs on this thread.
    unsafe {
        let done = (*state).mailbox.take();
        for done in done {
            (*state).settle(env, done);
        }
    }
}

/// Before the thread ends: nothing may call it any more, and what it left open is closed.
///
/// # Safety
///
/// Called by Node on the thread of the state.
unsafe extern "C" fn end(state: *mut c_void) {
    // SAFETY: the state is freed after this.
    let state = unsafe { &mut *state.cast::<State>() };
    state.mailbox.close();
    for handle in state.handles.drain(..).flatten() {
        // What it holds is safe in its log if this fails.
        let _ = handle.close();
    }
}

/// # Safety
///
/// Called by Node once, when the thread of the state is gone.
unsafe extern "C" fn free(_env: sys::napi_env, state: *mut c_void, _hint: *mut c_void) {
    // SAFETY: it was made by `Box::into_raw`, and nobody has it any more.
    drop(unsafe { Box::from_raw(state.cast::<State>()) });
}
