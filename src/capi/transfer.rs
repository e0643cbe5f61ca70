//! Exporting and loading all records through callbacks, and the progress of long calls.

use std::ffi::c_void;
use std::io::{self, BufReader, Read, Write};

use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;

/// Reports the progress of a call, on the thread that made the call: of a copy every few hundred
/// kilobytes, of an export or a load after every thousand records. It must return quickly.
///
/// @param done Entries of a copy, or records of an export or a load, so far.
/// @param bytes Their bytes.
pub type HcProgressCallback =
    Option<unsafe extern "C" fn(userdata: *mut c_void, done: u64, bytes: u64)>;

/// Receives the lines of hc_directory_export(), on the thread that made the call.
///
/// @param bytes Whole lines, each ending in a line feed; valid during the call.
/// @param bytes_len The number of bytes.
/// @return 0 to continue; anything else to stop.
pub type HcWriteCallback =
    Option<unsafe extern "C" fn(userdata: *mut c_void, bytes: *const u8, bytes_len: usize) -> i32>;

/// Supplies lines to hc_directory_load(), on the thread that made the call. It must not use the
/// directory.
///
/// @param buffer Where to write the next bytes, which need not end with a line.
/// @param capacity How many there is room for.
/// @param read Set it to the number of bytes written; it starts as 0, which means the end.
/// @return 0 to continue; anything else to stop.
pub type HcReadCallback = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        buffer: *mut u8,
        capacity: usize,
        read: *mut usize,
    ) -> i32,
>;

/// Writes all records of the directory as lines of JSON: the license, users with their ids,
/// versions and times, ids of deleted users, workspaces and memberships, as they are at one
/// moment. hc_directory_load(), and `headcount import`, make the same directory from them. Changes
/// and the outcomes of request ids are not included.
///
/// The last line marks the end: hc_directory_load() refuses a file that a failed call left behind.
/// Others can read and write meanwhile; the file may grow by what they change. Takes time in
/// proportion to the size of the directory.
///
/// @param write Receives the lines, about 64 KiB at a time.
/// @retval HC_STATUS_IO when the callback stopped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_export(
    directory: *const HcDirectory,
    write: HcWriteCallback,
    progress: HcProgressCallback,
    userdata: *mut c_void,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let write = write.ok_or_else(|| CallError::null("write"))?;
            let out = Lines {
                callback: write,
                userdata,
            };
            let mut progress = telling(progress, userdata);
            directory
                .directory
                .export_lines(out, |done| progress(done.records, done.bytes))?;
            Ok(())
        })
    }
}

/// Loads the lines of hc_directory_export() into an empty directory, in one transaction; other
/// writers wait. Each record is checked as if it were created, except for seats: a directory that
/// was over its limit may be so again. On failure nothing is changed, and the message says which
/// line is wrong.
///
/// @param read Supplies the lines.
/// @return Also the status of a record that can't be created, such as #HC_STATUS_EMAIL_TAKEN.
/// @retval HC_STATUS_INVALID_ARGUMENT when the directory is not empty, for a line that is not a
///        record, and when lines are missing.
/// @retval HC_STATUS_IO when the callback stopped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_load(
    directory: *const HcDirectory,
    read: HcReadCallback,
    progress: HcProgressCallback,
    userdata: *mut c_void,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let read = read.ok_or_else(|| CallError::null("read"))?;
            let lines = Lines {
                callback: read,
                userdata,
            };
            let mut progress = telling(progress, userdata);
            directory
                .directory
                .load_lines(BufReader::with_capacity(64 << 10, lines), |done| {
                    progress(done.records, done.bytes);
                })?;
            Ok(())
        })
    }
}

/// Calls a callback, if there is one.
pub(super) fn telling(progress: HcProgressCallback, userdata: *mut c_void) -> impl FnMut(u64, u64) {
    move |done, bytes| {
        if let Some(progress) = progress {
            // SAFETY: the callback is what C gave for this, with its userdata.
            unsafe { progress(userdata, done, bytes) };
        }
    }
}

/// A callback as a reader or writer.
struct Lines<C> {
    callback: C,
    userdata: *mut c_void,
}

impl Write for Lines<unsafe extern "C" fn(*mut c_void, *const u8, usize) -> i32> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the callback is what C gave for this; the bytes live until it returns.
        let answer = unsafe { (self.callback)(self.userdata, bytes.as_ptr(), bytes.len()) };
        gave_up(answer).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Lines<unsafe extern "C" fn(*mut c_void, *mut u8, usize, *mut usize) -> i32> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        // SAFETY: the callback is what C gave for this; the buffer has this capacity.
        let answer = unsafe {
            let capacity = buffer.len();
            (self.callback)(self.userdata, buffer.as_mut_ptr(), capacity, &raw mut read)
        };
        gave_up(answer)?;
        if read > buffer.len() {
            return Err(io::Error::other(format!(
                "the callback reported {read} bytes read into a buffer of {}",
                buffer.len()
            )));
        }
        Ok(read)
    }
}

fn gave_up(answer: i32) -> io::Result<()> {
    if answer == 0 {
        return Ok(());
    }
    let what = format!("the callback returned {answer}, which means to stop");
    Err(io::Error::other(what))
}
