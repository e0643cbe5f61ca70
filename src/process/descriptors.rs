//! The descriptors that are closed in a child of `fork`.
//!
//! A file lock belongs to the open file description, which a child inherits: as long as it
//! lives, the file would stay locked, even if the parent is gone. So the child replaces the
//! descriptors with `/dev/null` at once. The numbers stay in use, so nothing that the child
//! opens later can be mistaken for a file of its parent.

use std::sync::atomic::{AtomicI32, Ordering};

/// Maximum files that are registered at a time. Children keep further ones open.
const FILES_MAX: usize = 1024;

/// Descriptors plus one; 0 is a free slot.
static FILES: [AtomicI32; FILES_MAX] = [const { AtomicI32::new(0) }; FILES_MAX];

/// The registration of an open file whose descriptor is replaced in children. It must be
/// dropped before the file is closed, because its number may then be that of another file.
#[derive(Debug)]
pub(crate) struct Registered {
    slot: Option<&'static AtomicI32>,
}

impl Registered {
    /// Registers `file`.
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

/// Replaces all registered descriptors. It allocates nothing, takes no lock and makes only
/// calls that are allowed in the child of a process with threads.
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
        // SAFETY: the file is open, because it is registered. Its owner is never used or
        // dropped in this process, and neither is this second owner.
        let mut file = ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(entry - 1) });
        if let Some(null) = &null {
            // If this fails, the child keeps the file open, which costs only the lock.
            let _ = rustix::io::dup2(null, &mut file);
        }
    }
}
