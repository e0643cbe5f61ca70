//! The ways to open a directory.

use std::sync::Mutex;
use std::time::Duration;

use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::license::HcLicense;
use super::refusal::Refusal;
use super::status::HcStatus;
use super::{arguments, lock};
use crate::directory::Options;

/// The longest time to wait for a file. Beyond it a number was surely meant in another
/// unit.
const OPEN_TIMEOUT_MAX: Duration = Duration::from_hours(24);

/// The longest time that writes may be off the disk. Beyond it a number was surely
/// meant in another unit.
const SYNC_INTERVAL_MAX: Duration = Duration::from_hours(24);

/// How to open a directory. Yours to free with hc_options_free(), at any time
/// after the directory was opened.
pub struct HcOptions {
    latch: Latch,
    options: Mutex<Options>,
}

impl Handle for HcOptions {
    const NAME: &'static str = "options";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcOptions {
    pub(super) fn get(&self) -> Options {
        lock(&self.options).clone()
    }

    fn set(&self, change: impl FnOnce(Options) -> Options) {
        let mut options = lock(&self.options);
        let changed = change(options.clone());
        *options = changed;
    }
}

/// Makes options that say what opening without options does: make the file if
/// it is missing, with the Community license, and cache 64 MiB of its pages and as
/// much of users.
///
/// @return Options to free with hc_options_free(); never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn hc_options_new() -> *mut HcOptions {
    guard::plain(std::ptr::null_mut(), || {
        guard::hand_over(HcOptions {
            latch: Latch::of_any_process(),
            options: Mutex::new(Options::new()),
        })
    })
}

/// Says whether to make the file if there is none. If not, opening a file that
/// is missing fails with #HC_STATUS_IO.
///
/// @param create 1 to make it, 0 not to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_create_if_missing(
    options: *mut HcOptions,
    create: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let create = arguments::flag("create", create)?;
            options.set(|options| options.create_if_missing(create));
            Ok(())
        })
    }
}

/// Sets the license that a new directory gets. An existing one keeps its own.
///
/// @param license One of HC_LICENSE_*.
/// @param seats The number of seats for #HC_LICENSE_SEATS, otherwise 0.
/// @retval HC_STATUS_INVALID_ARGUMENT for another kind, or seats with a kind
///         that has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_license_if_new(
    options: *mut HcOptions,
    license: i32,
    seats: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let license = HcLicense::parse(license, seats)?;
            options.set(|options| options.license_if_new(license));
            Ok(())
        })
    }
}

/// Sets how much memory may hold pages of the file.
///
/// @param bytes The size of the cache in bytes; 64 MiB unless said otherwise.
/// @retval HC_STATUS_INVALID_ARGUMENT for more than this machine can address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_page_cache_bytes(
    options: *mut HcOptions,
    bytes: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let bytes = memory("the page cache", bytes)?;
            options.set(|options| options.page_cache_bytes(bytes));
            Ok(())
        })
    }
}

/// Sets how much memory may hold users that were read, so that reading them again by
/// email, id or username costs a look-up in memory.
///
/// @param bytes About how many bytes that may be; 64 MiB unless said otherwise, and 0 for
///        none.
/// @retval HC_STATUS_INVALID_ARGUMENT for more than this machine can address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_cache_bytes(
    options: *mut HcOptions,
    bytes: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let bytes = memory("the cache", bytes)?;
            options.set(|options| options.user_cache_bytes(bytes));
            Ok(())
        })
    }
}

/// Sets how large the log beside the directory's file may become. It holds what was
/// written since the file itself was brought up to date, which happens in the
/// background, and again in memory, where that takes up to some three times as much. A
/// larger one takes up longer bursts of writes before they have to wait for the file.
/// It begins small, and is gone when the directory is closed.
///
/// @param bytes Its size in bytes at most; 64 MiB unless said otherwise. Anything below 1
///        MiB counts as that.
/// @retval HC_STATUS_INVALID_ARGUMENT for more than this machine can address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_log_bytes(
    options: *mut HcOptions,
    bytes: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            memory("the log", bytes)?;
            options.set(|options| options.log_bytes(bytes));
            Ok(())
        })
    }
}

/// Gives up some durability for speed: a write returns when the operating system has
/// it, and is on disk after so many milliseconds at the latest. What is younger can be
/// lost when the machine stops, always the latest writes and nothing in between; when
/// only the process ends, nothing is. If the disk fails meanwhile, writes that were
/// acknowledged are lost with it.
///
/// @param milliseconds The longest time that a write may be in memory only, up to a day;
///        or 0, as unless said otherwise: each write is on disk when it returns.
/// @retval HC_STATUS_INVALID_ARGUMENT for more than a day.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_sync_interval_ms(
    options: *mut HcOptions,
    milliseconds: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let interval = Duration::from_millis(milliseconds);
            if interval > SYNC_INTERVAL_MAX {
                return Err(Refusal::argument(format!(
                    "{milliseconds} ms are too long for writes to stay off the disk; \
                     a day, {} ms, is the most",
                    SYNC_INTERVAL_MAX.as_millis()
                )));
            }
            let interval = Some(interval).filter(|interval| !interval.is_zero());
            options.set(|options| options.sync_interval(interval));
            Ok(())
        })
    }
}

/// Says whether to open the file for reading only. Any number of processes and handles
/// can read a file side by side, but not while one has it open to write. Nothing is
/// written or created, so the file may be on a read-only file system; writes are
/// refused with #HC_STATUS_READ_ONLY.
///
/// @param read_only 1 to read only, 0 to write too, which is the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_read_only(
    options: *mut HcOptions,
    read_only: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let read_only = arguments::flag("read_only", read_only)?;
            options.set(|options| options.read_only(read_only));
            Ok(())
        })
    }
}

/// Sets how long to wait for a file that another process or handle has open. After
/// that opening fails with #HC_STATUS_ALREADY_OPEN.
///
/// @param milliseconds The longest time to wait, up to a day; 0, the default, fails at
///        once.
/// @retval HC_STATUS_INVALID_ARGUMENT for more than a day.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_open_timeout_ms(
    options: *mut HcOptions,
    milliseconds: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let timeout = Duration::from_millis(milliseconds);
            if timeout > OPEN_TIMEOUT_MAX {
                return Err(Refusal::argument(format!(
                    "{milliseconds} ms are too long to wait for a file; a day, {} ms, is the most",
                    OPEN_TIMEOUT_MAX.as_millis()
                )));
            }
            options.set(|options| options.open_timeout(timeout));
            Ok(())
        })
    }
}

/// Sets whether to open a directory whose log can't be used, without what is only
/// there. By default a log that is missing or cut, belongs to another use of the file
/// or to another file, or is damaged is an error, and nothing is changed. With
/// `salvage` the commits in it up to the first fault are taken over, and all later ones
/// are lost to this directory, acknowledged or not; the log's files are renamed, to
/// names that end in "set-aside-" and a number. A log that can be used is used as
/// always.
///
/// @param salvage 1 to open it all the same, or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set_salvage_log(
    options: *mut HcOptions,
    salvage: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let salvage = arguments::flag("salvage", salvage)?;
            options.set(|options| options.salvage_log(salvage));
            Ok(())
        })
    }
}

/// Frees options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_free(options: *mut HcOptions) {
    // SAFETY: by the contract, `options` is NULL or live, and given up.
    unsafe { guard::free(options) }
}

/// A number of bytes that can be had.
fn memory(name: &str, bytes: u64) -> Result<usize, Refusal> {
    isize::try_from(bytes)
        .map(isize::cast_unsigned)
        .map_err(|_| Refusal::argument(format!("{bytes} bytes are no size for {name}")))
}
