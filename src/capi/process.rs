//! Which process this is, for the price of a load.
//!
//! `getpid` is a system call of some 80 ns, which would double the price of a
//! look-up in memory. So the number is kept, and a handler that runs in the
//! child of every `fork` forgets it there. (A child of a bare `clone` system
//! call, which runs no handlers, goes unnoticed.)

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The number of this process; 0 while it isn't known.
static ID: AtomicU32 = AtomicU32::new(0);

/// Whether the handler stands. A child inherits both.
static WATCHING: AtomicBool = AtomicBool::new(false);

/// The number of this process, never 0.
pub(super) fn id() -> u32 {
    match ID.load(Ordering::Relaxed) {
        0 => learn(),
        id => id,
    }
}

/// Takes no lock: a child whose parent forked in the midst of this must be able
/// to run it. At worst two threads put up the handler twice.
#[cold]
fn learn() -> u32 {
    let id = std::process::id();
    if !WATCHING.load(Ordering::Acquire) {
        if !forget_in_children() {
            return id;
        }
        WATCHING.store(true, Ordering::Release);
    }
    ID.store(id, Ordering::Relaxed);
    id
}

/// Puts up the handler; says whether it stands.
#[cfg(unix)]
fn forget_in_children() -> bool {
    use std::ffi::c_int;

    type Handler = Option<extern "C" fn()>;
    unsafe extern "C" {
        fn pthread_atfork(prepare: Handler, parent: Handler, child: Handler) -> c_int;
    }
    extern "C" fn forget() {
        ID.store(0, Ordering::Relaxed);
    }
    // SAFETY: the declaration is POSIX's; the handler only stores to an atomic,
    // which is allowed in the child of a process with threads.
    unsafe { pthread_atfork(None, None, Some(forget)) == 0 }
}

/// Nothing forks here.
#[cfg(not(unix))]
fn forget_in_children() -> bool {
    true
}
