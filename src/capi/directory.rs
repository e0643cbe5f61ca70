//! Opening and closing a directory.

use std::ffi::c_char;
use std::sync::Arc;

use super::arguments::{self, Out};
use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::options::HcOptions;
use super::status::HcStatus;
use super::submitter::Submitter;
use crate::directory::{Directory, Options};
use crate::model::check_door;

/// A user directory: users, and a license that says how many may be active.
pub struct HcDirectory {
    latch: Latch,
    pub(super) directory: Directory,
    /// Dropped after the directory: the last handle waits for submitted batches.
    pub(super) submitter: Arc<Submitter>,
}

impl Handle for HcDirectory {
    const NAME: &'static str = "directory";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcDirectory {
    pub(super) fn new(directory: Directory) -> Self {
        Self {
            latch: Latch::of_this_process(),
            directory,
            submitter: Arc::default(),
        }
    }

    /// Another handle on the same directory.
    fn another(&self, directory: Directory) -> Self {
        Self {
            latch: Latch::of_this_process(),
            directory,
            submitter: Arc::clone(&self.submitter),
        }
    }

    /// The directory, for programs in C and Rust.
    pub fn as_rust(&self) -> &Directory {
        &self.directory
    }
}

/// Opens the directory in a file, which is created if it is missing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_open(
    path: *const c_char,
    path_len: usize,
    options: *const HcOptions,
    directory: *mut *mut HcDirectory,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `path` has its
    // length.
    unsafe {
        guard::start(error, || {
            let made = Out::required("directory", directory)?;
            let path = arguments::text("path", path, path_len)?;
            let opened = options_or_default(options)?.open(path)?;
            made.write(guard::hand_over(HcDirectory::new(opened)));
            Ok(())
        })
    }
}

/// Creates a directory in memory, which is gone when its last handle is freed.
///
/// @param options Its license and its user cache; may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_open_in_memory(
    options: *const HcOptions,
    directory: *mut *mut HcDirectory,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::start(error, || {
            let made = Out::required("directory", directory)?;
            let opened = options_or_default(options)?.in_memory()?;
            made.write(guard::hand_over(HcDirectory::new(opened)));
            Ok(())
        })
    }
}

/// Creates another handle on the same directory, whose writes are made by an actor: each change
/// records the user with that id, who then can't deactivate or delete themself
/// (#HC_STATUS_OWN_ACCOUNT). Closing one of the handles closes all.
///
/// @param acting Set to the handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_acting_as(
    directory: *const HcDirectory,
    actor: *const u8,
    acting: *mut *mut HcDirectory,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `actor` has 16
    // bytes.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("acting", acting)?;
            let actor = arguments::user_id("actor", actor)?;
            directory.directory.check()?;
            let acting = directory.directory.acting_as(actor);
            made.write(guard::hand_over(directory.another(acting)));
            Ok(())
        })
    }
}

/// Creates another handle on the same directory, whose writes come through a door, which each
/// change records: a name of your choice for the client or interface, such as "rest" or
/// "scim:okta", of 1 to 32 ASCII letters, digits and -_.:/. See also hc_batch_set_door(). Closing
/// one of the handles closes all.
///
/// @param through Set to the handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_through(
    directory: *const HcDirectory,
    door: *const c_char,
    door_len: usize,
    through: *mut *mut HcDirectory,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `door` has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("through", through)?;
            let door = arguments::text("door", door, door_len)?;
            check_door(door)?;
            directory.directory.check()?;
            let through = directory.directory.through(door);
            made.write(guard::hand_over(directory.another(through)));
            Ok(())
        })
    }
}

/// Finishes pending work, releases the file, and reports whether that failed. Other calls on the
/// directory and its cursors are refused with #HC_STATUS_CLOSED from then on, in all threads;
/// users that were read stay valid. Closing again does nothing.
///
/// The handle must still be freed. Freeing closes too, but can't report a failure.
///
/// @return As other functions, even on a poisoned handle. The file is released in any case, except
///        with #HC_STATUS_FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_close(
    directory: *mut HcDirectory,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call_even_poisoned(directory, error, |directory| {
            directory.submitter.close();
            directory.directory.clone().close()?;
            Ok(())
        })
    }
}

/// Frees a directory. Its users and cursors stay valid, and the file stays open until the last
/// cursor is freed, unless hc_directory_close() was called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_free(directory: *mut HcDirectory) {
    // SAFETY: by the contract, `directory` is NULL or live, and given up.
    unsafe { guard::free(directory) }
}

/// # Safety
///
/// `options` is NULL or live.
pub(super) unsafe fn options_or_default(options: *const HcOptions) -> Result<Options, CallError> {
    if options.is_null() {
        return Ok(Options::new());
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { guard::borrow(options) }?.get())
}
