//! Backing up, restoring and compacting whole files.

use std::ffi::{c_char, c_void};

use super::arguments::{self, Out, SizedStruct};
use super::call_error::CallError;
use super::directory::{HcDirectory, options_or_default};
use super::failure::HcError;
use super::guard;
use super::options::HcOptions;
use super::status::HcStatus;
use super::transfer::{HcProgressCallback, telling};
use crate::directory::{Copied, CopyOptions, restore};

/// What hc_directory_backup() or hc_file_restore() copied. Initialize it with
/// #HC_COPIED_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcCopied {
    /// Set by #HC_COPIED_INIT.
    pub struct_size: u32,
    /// Always 0.
    pub reserved: u32,
    /// Users in the copy, active or not.
    pub users: u64,
    /// The number of the latest change in the copy, which contains everything up to it and
    /// nothing later; 0 before the first.
    pub sequence: u64,
    /// Bytes of the new file.
    pub bytes: u64,
}

// There is no padding, so the layout is the same for every compiler.
const _: () = assert!(size_of::<HcCopied>() == 32 && align_of::<HcCopied>() <= 8);

impl HcCopied {
    /// Bytes of the struct in the first release: no caller has less.
    const BYTES_MIN: usize = 32;

    /// The caller's place for one, if it is wanted.
    ///
    /// # Safety
    ///
    /// `place` is NULL or points to a struct that has as many bytes as it says.
    unsafe fn place(place: *mut Self) -> Result<Option<SizedStruct<Self>>, CallError> {
        // SAFETY: the caller's promise.
        unsafe { SizedStruct::optional("copied", "HC_COPIED_INIT", place, Self::BYTES_MIN) }
    }
}

impl From<Copied> for HcCopied {
    fn from(copied: Copied) -> Self {
        Self {
            struct_size: 0,
            reserved: 0,
            users: copied.users,
            sequence: copied.sequence,
            bytes: copied.bytes,
        }
    }
}

/// Copies the directory, as it is now, to a new file, while others can read and write. The copy is
/// a directory's file like any other. It is verified before it takes its place; on failure, what
/// was there stays. Takes time in proportion to the size of the directory.
///
/// @param path The path of the new file, not a symbolic link.
/// @param overwrite 1 to replace the directory that is there, which nobody may have open; 0 to
///        refuse that with #HC_STATUS_IO. Other files are never replaced.
/// @retval HC_STATUS_ALREADY_OPEN when the file to replace is open, as this directory's own is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_backup(
    directory: *const HcDirectory,
    path: *const c_char,
    path_len: usize,
    overwrite: i32,
    copied: *mut HcCopied,
    progress: HcProgressCallback,
    userdata: *mut c_void,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, `path` has its length
    // and `copied` as many bytes as it says.
    unsafe {
        guard::call(directory, error, |directory| {
            let place = HcCopied::place(copied)?;
            let path = arguments::text("path", path, path_len)?;
            let mut progress = telling(progress, userdata);
            let options = CopyOptions::new()
                .overwrite(arguments::flag("overwrite", overwrite)?)
                .on_progress(|done| progress(done.entries, done.bytes));
            let copied = directory.directory.backup_with(path, options)?;
            if let Some(place) = place {
                place.write(&copied.into());
            }
            Ok(())
        })
    }
}

/// Replaces a directory's file by a copy of another, like hc_directory_backup(), including the log
/// that a crash left beside the other. The log of what it replaces is removed.
///
/// @param backup The path of the file to copy, which nobody may have open to write.
/// @param path The path to restore it to, not a symbolic link.
/// @param overwrite As in hc_directory_backup().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_file_restore(
    backup: *const c_char,
    backup_len: usize,
    path: *const c_char,
    path_len: usize,
    overwrite: i32,
    copied: *mut HcCopied,
    progress: HcProgressCallback,
    userdata: *mut c_void,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, the paths have their
    // lengths and `copied` as many bytes as it says.
    unsafe {
        guard::start(error, || {
            let place = HcCopied::place(copied)?;
            let backup = arguments::text("backup", backup, backup_len)?;
            let path = arguments::text("path", path, path_len)?;
            let mut progress = telling(progress, userdata);
            let options = CopyOptions::new()
                .overwrite(arguments::flag("overwrite", overwrite)?)
                .on_progress(|done| progress(done.entries, done.bytes));
            let copied = restore(backup, path, options)?;
            if let Some(place) = place {
                place.write(&copied.into());
            }
            Ok(())
        })
    }
}

/// Makes the file of a directory as small as possible, in place. Nobody else may have it open. The
/// directory's contents are safe even if the machine stops meanwhile. Takes time in proportion to
/// the size of the file.
///
/// @param options The page cache and how long to wait for the file; may be NULL.
/// @param bytes_before Set to the old size of the file in bytes; NULL if not wanted.
/// @param bytes Set to its new size; NULL if not wanted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_file_compact(
    path: *const c_char,
    path_len: usize,
    options: *const HcOptions,
    bytes_before: *mut u64,
    bytes: *mut u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `path` has its
    // length.
    unsafe {
        guard::start(error, || {
            let before = Out::optional(bytes_before);
            let after = Out::optional(bytes);
            let path = arguments::text("path", path, path_len)?;
            let compacted = options_or_default(options)?.compact(path)?;
            before.write(compacted.bytes_before);
            after.write(compacted.bytes);
            Ok(())
        })
    }
}
