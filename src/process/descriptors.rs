//! The descriptors that a child of `fork` gives up.
//!
//! A lock on a file belongs to what was opened, and a child inherits that: as long
//! as it lives, the file would stay locked, even when the parent is gone. So the
//! child lets go of the descriptors at once. In their place it gets `/dev/null`: the
//! numbers stay taken, and nothing that the child opens later can be mistaken for a
//! file of its parent's.

use std::sync::atomic::{AtomicI32, Ordering};

/// Files that are known at a time. Further ones are kept by children.
const FILES_MAX: usize = 1024;

/// Descriptors, each with one added; 0 is none.
static FILES: [AtomicI32; FILES_MAX] = [const { AtomicI32::new(0) }; FILES_MAX];

/// An open file of which children let go. It has to be dropped before the file is
/// closed: its number may be another file's after that.
#[derive(Debug)]
pub(crate) struct Registered {
    slot: Option<&'static AtomicI32>,
}

impl Registered {
    /// Has children let go of `file`.
    #[cfg(unix)]
    pub(crate) fn new(file: &impl std::os::fd::AsRawFd) -> Self {
        let entry = file.as_raw_fd() + 1;
        let take = |slot: &&AtomicI32| {
            let taken = slot.compare_exchange(0, entry, Ordering::AcqRel, Ordering::Relaxed);
            taken.is_ok()
        };
        Self {
            slot: FILES.iter().find(take),
        }
    }

    /// Nothing forks here.
    #[cfg(not(unix))]
    pub(crate) fn new<F>(_: &F) -> Self {
        Self { slot: None }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            slot.store(0, Ordering::Release);
        }
    }
}

/// Lets go of all. It allocates nothing, takes no lock and makes only calls that are
/// allowed in the child of a process with threads.
#[cfg(unix)]
pub(super) fn give_up_all() {
    use std::mem::ManuallyDrop;
    use std::os::fd::{FromRawFd, OwnedFd};

    use rustix::fs::{Mode, OFlags};

    let mut null = None;
    for slot in &FILES {
        let entry = slot.swap(0, Ordering::AcqRel);
        if entry == 0 {
            continue;
        }
        if null.is_none() {
            let flags = OFlags::RDWR | OFlags::CLOEXEC;
            null = rustix::fs::open(c"/dev/null", flags, Mode::empty()).ok();
        }
        // SAFETY: the file is open, since it is on the list. The one that owns it is
        // never used or dropped in this process, and neither is this second owner.
        let mut file = ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(entry - 1) });
        if let Some(null) = &null {
            // Where it fails the child keeps the file, which costs no more than a lock.
            let _ = rustix::io::dup2(null, &mut file);
        }
    }
}
