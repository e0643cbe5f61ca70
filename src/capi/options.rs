//! Options for opening a directory.

use std::sync::Mutex;
use std::time::Duration;

use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::license::HcLicense;
use super::status::HcStatus;
use super::{arguments, lock};
use crate::directory::Options;

/// The longest timeout or interval. A larger number is probably in another unit.
const DURATION_MAX: Duration = Duration::from_hours(24);

/// How to open a directory: a builder.
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
        *options = change(std::mem::take(&mut *options));
    }
}

/// An option for hc_options_set(). Passed as int32_t; those that are yes or no take 1 or 0.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcOption {
    /// Whether to create the file if it is missing; 1 by default. With 0, opening a missing
    /// file fails with #HC_STATUS_IO.
    CreateIfMissing = 1,
    /// Whether to open the file for reading only; 0 by default. Any number of processes and
    /// handles can read a file at the same time, but not while one has it open to write.
    /// Nothing is written or created, so the file may be on a read-only file system; writes
    /// are refused with #HC_STATUS_READ_ONLY.
    ReadOnly = 2,
    /// How long to wait for a file that another process or handle has open, in milliseconds,
    /// at most a day; 0 by default. Then opening fails with #HC_STATUS_ALREADY_OPEN.
    OpenTimeoutMs = 3,
    /// How much memory may hold pages of the file, in bytes; 64 MiB by default.
    PageCacheBytes = 4,
    /// About how much memory may hold users that were read, in bytes, so that reading one
    /// again by email, id or username is a look-up in memory; 64 MiB by default, 0 for none.
    UserCacheBytes = 5,
    /// The largest size of the log beside the file, in bytes, at least 1 MiB; by default
    /// 64 MiB, or a quarter of a file above 256 MiB, up to 128 MiB. It holds writes not yet
    /// checkpointed; they are also kept in memory, in up to three times the space. A larger
    /// log absorbs longer bursts of writes. It starts small, and closing removes it.
    LogBytes = 6,
    /// Trades durability for speed: a write returns when the operating system has it, and is
    /// on disk after at most this many milliseconds, up to a day. A crash of the machine can
    /// lose the latest writes within that time, a crash of the process none; if the disk
    /// fails, acknowledged writes are lost with it. 0, the default, returns from each write
    /// when it is on disk.
    SyncIntervalMs = 7,
    /// Whether to open a directory whose log is missing, cut, damaged or foreign, which is an
    /// error by default (0). With 1, commits up to the first fault in the log are kept, and
    /// all later ones are lost, acknowledged or not; the log's files are renamed to names that
    /// end in "set-aside-" and a number. It has no effect on a log that can be used.
    SalvageLog = 8,
}

impl HcOption {
    const ALL: [Self; 8] = [
        Self::CreateIfMissing,
        Self::ReadOnly,
        Self::OpenTimeoutMs,
        Self::PageCacheBytes,
        Self::UserCacheBytes,
        Self::LogBytes,
        Self::SyncIntervalMs,
        Self::SalvageLog,
    ];

    /// The option for a number from C.
    fn parse(option: i32) -> Result<Self, CallError> {
        let known = Self::ALL.into_iter().find(|one| *one as i32 == option);
        known.ok_or_else(|| {
            CallError::argument(format!("{option} is not an option; use one of HC_OPTION_*"))
        })
    }
}

/// @return Options with their defaults; a new directory gets the Community license.
#[unsafe(no_mangle)]
pub extern "C" fn hc_options_new() -> *mut HcOptions {
    guard::plain(std::ptr::null_mut(), || {
        guard::hand_over(HcOptions {
            latch: Latch::of_any_process(),
            options: Mutex::new(Options::new()),
        })
    })
}

/// Sets an option to a value.
///
/// @param option One of HC_OPTION_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_set(
    options: *mut HcOptions,
    option: i32,
    value: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(options, error, |options| {
            let flag = |name| arguments::flag(name, value);
            let bytes = |name| memory(name, value);
            let duration = || duration(value);
            match HcOption::parse(option)? {
                HcOption::CreateIfMissing => {
                    flag("create_if_missing").map(|on| options.set(|to| to.create_if_missing(on)))
                }
                HcOption::ReadOnly => {
                    flag("read_only").map(|on| options.set(|to| to.read_only(on)))
                }
                HcOption::OpenTimeoutMs => {
                    duration().map(|time| options.set(|to| to.open_timeout(time)))
                }
                HcOption::PageCacheBytes => {
                    bytes("the page cache").map(|size| options.set(|to| to.page_cache_bytes(size)))
                }
                HcOption::UserCacheBytes => {
                    bytes("the user cache").map(|size| options.set(|to| to.user_cache_bytes(size)))
                }
                HcOption::LogBytes => {
                    bytes("the log").map(|_| options.set(|to| to.log_bytes(value)))
                }
                HcOption::SyncIntervalMs => {
                    duration().map(|interval| options.set(|to| to.sync_interval(interval)))
                }
                HcOption::SalvageLog => {
                    flag("salvage_log").map(|on| options.set(|to| to.salvage_log(on)))
                }
            }
        })
    }
}

/// Sets the license of a new directory. An existing one keeps its own.
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

/// Frees options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_options_free(options: *mut HcOptions) {
    // SAFETY: by the contract, `options` is NULL or live, and given up.
    unsafe { guard::free(options) }
}

fn duration(milliseconds: u64) -> Result<Duration, CallError> {
    let duration = Duration::from_millis(milliseconds);
    if duration > DURATION_MAX {
        let most = DURATION_MAX.as_millis();
        return Err(CallError::argument(format!(
            "{milliseconds} ms is too long; wait for up to a day, {most} ms"
        )));
    }
    Ok(duration)
}

/// A size that this machine can address.
fn memory(name: &str, bytes: u64) -> Result<usize, CallError> {
    isize::try_from(bytes)
        .map(isize::cast_unsigned)
        .map_err(|_| CallError::argument(format!("{bytes} bytes is not a valid size for {name}")))
}
