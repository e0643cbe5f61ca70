//! Identifies the process at the cost of a load, and cleans up in a child of `fork`.
//!
//! `getpid` is a system call of about 80 ns, which would double the cost of a lookup in
//! memory. So the id is cached, and a handler that runs in the child of every `fork` resets
//! it there. (A child of a bare `clone` system call, which runs no handlers, goes
//! unnoticed.)
//!
//! The handler is the only thing outside the C ABI that safe Rust can't express: no crate
//! registers one safely, because the handler must follow the rules of signal handlers.

mod descriptors;
mod word;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

pub(crate) use self::descriptors::Registered;
pub(crate) use self::word::Word;

/// The id of this process; 0 while it isn't known.
static ID: AtomicU32 = AtomicU32::new(0);

/// Whether the handler is registered. A child inherits both.
static WATCHING: AtomicBool = AtomicBool::new(false);

/// The process that something belongs to: its files, locks or threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner(u32);

impl Owner {
    /// This process.
    pub(crate) fn this() -> Self {
        Self(id())
    }

    /// Whether this process is another one: a child that was forked since.
    pub(crate) fn is_forked(self) -> bool {
        self.0 != id()
    }

    /// Another process.
    #[cfg(test)]
    pub(crate) fn parent_of_this() -> Self {
        Self(id().wrapping_add(1))
    }
}

/// The id of this process, never 0.
fn id() -> u32 {
    match ID.load(Ordering::Relaxed) {
        0 => learn(),
        id => id,
    }
}

/// Takes no lock, because a child whose parent forked during this call must be able to run
/// it. At worst, two threads register the handler twice.
#[cold]
fn learn() -> u32 {
    let id = std::process::id();
    if !WATCHING.load(Ordering::Acquire) {
        if !watch_for_children() {
            return id;
        }
        WATCHING.store(true, Ordering::Release);
    }
    ID.store(id, Ordering::Relaxed);
    id
}

/// Runs `start`, which starts a thread, with all signals blocked: signals are for the
/// threads of the host, which may be waiting for them.
#[cfg(unix)]
pub(crate) fn without_signals<T>(start: impl FnOnce() -> T) -> T {
    use nix::sys::signal::{SigSet, SigmaskHow};

    // A new thread inherits the mask of its creator.
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK);
    let started = start();
    if let Ok(before) = before {
        // Restoring a mask that was valid before can't fail.
        let _ = before.thread_set_mask();
    }
    started
}

/// There are no signals here.
#[cfg(not(unix))]
pub(crate) fn without_signals<T>(start: impl FnOnce() -> T) -> T {
    start()
}

/// Registers the handler; returns whether that succeeded.
#[cfg(unix)]
fn watch_for_children() -> bool {
    use std::ffi::c_int;

    type Handler = Option<extern "C" fn()>;
    unsafe extern "C" {
        fn pthread_atfork(prepare: Handler, parent: Handler, child: Handler) -> c_int;
    }
    extern "C" fn in_child() {
        ID.store(0, Ordering::Relaxed);
        word::end_all();
        descriptors::give_up_all();
    }
    // SAFETY: the declaration is POSIX's; the handler only stores to atomics and makes
    // system calls that are allowed in the child of a process with threads.
    unsafe { pthread_atfork(None, None, Some(in_child)) == 0 }
}

/// Nothing forks here.
#[cfg(not(unix))]
fn watch_for_children() -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use std::thread;

    use nix::sys::signal::{SigSet, Signal};

    use super::*;

    #[test]
    fn a_thread_of_the_library_gets_no_signals_and_its_starter_still_does() {
        let is_blocked = || {
            let mask = SigSet::thread_get_mask().unwrap();
            mask.contains(Signal::SIGTERM) && mask.contains(Signal::SIGCHLD)
        };
        let thread = without_signals(|| thread::spawn(is_blocked));
        assert!(thread.join().unwrap());
        assert!(!is_blocked());
    }
}
