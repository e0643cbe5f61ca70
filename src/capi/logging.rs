//! Passes log messages to a callback.
//!
//! The library logs through the crate `log`, which has one logger per process. It is installed
//! when a callback is first set, and stays; the callbacks behind it can be replaced. Running
//! calls share a callback, and the last one to drop it calls its destructor. Nobody waits, so a
//! callback can be replaced at any time, even by itself.

use std::cell::Cell;
use std::ffi::{CString, c_char, c_void};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use log::{LevelFilter, Log, Metadata, Record};

use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;

/// The severity of a message. Passed as int32_t.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcLogLevel {
    /// As a maximum: no messages. No message has it.
    Off = 0,
    /// A failure that no call reports.
    Error = 1,
    /// An anomaly that was handled.
    Warn = 2,
    /// Rare events worth knowing: opening, recovering, closing.
    Info = 3,
    /// Internal steps.
    Debug = 4,
    /// All messages.
    Trace = 5,
}

/// Receives a message of the library; see hc_log_set_callback().
///
/// @param level One of HC_LOG_LEVEL_*, not #HC_LOG_LEVEL_OFF.
/// @param target The part of the library that logs, such as "headcount::directory": valid during
///        the call.
/// @param message One line of English: valid during the call.
pub type HcLogCallback = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        level: i32,
        target: *const c_char,
        message: *const c_char,
    ),
>;

/// Releases the userdata of a callback; see hc_log_set_callback().
pub type HcLogDestroy = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// Sends the log messages of the library to a callback, for the whole process: all directories and
/// all threads. It replaces an earlier callback. Messages contain no personal data except paths of
/// files; without a callback there are none.
///
/// Any thread may call the callback, including the library's own, several at the same time, and
/// while the library holds locks. So it must return quickly, must not throw or longjmp, and must
/// not use directories, cursors or feeds; hc_log_set_callback() is allowed. Messages that a call
/// from within the callback causes are dropped.
///
/// After this function has returned, no call of the old callback begins; calls that had begun may
/// still be running. When none is, its destructor is called, exactly once, by this function or by
/// the thread whose call ends last. Only the destructor may free userdata.
///
/// @param max_level The least severe messages to send: one of HC_LOG_LEVEL_*.
/// @param callback The callback; NULL for none, which ignores `userdata` and `destroy`.
/// @param destroy Called once with `userdata` when no call can use it any more; may be NULL. Not
///        called when this function fails.
/// @retval HC_STATUS_INVALID_ARGUMENT also when the program is in Rust and has a logger of its own
///        for the crate `log`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_log_set_callback(
    max_level: i32,
    callback: HcLogCallback,
    userdata: *mut c_void,
    destroy: HcLogDestroy,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, `error` is NULL or can be written to.
    unsafe {
        guard::start(error, || {
            let max_level = HcLogLevel::parse(max_level)?;
            let Some(call) = callback else {
                replace(None);
                return Ok(());
            };
            install()?;
            replace(Some(Callback {
                max_level,
                call,
                userdata,
                destroy,
            }));
            Ok(())
        })
    }
}

impl HcLogLevel {
    /// The filter for a level from C.
    fn parse(level: i32) -> Result<LevelFilter, CallError> {
        let filters = [
            (Self::Off, LevelFilter::Off),
            (Self::Error, LevelFilter::Error),
            (Self::Warn, LevelFilter::Warn),
            (Self::Info, LevelFilter::Info),
            (Self::Debug, LevelFilter::Debug),
            (Self::Trace, LevelFilter::Trace),
        ];
        let found = filters.iter().find(|(known, _)| *known as i32 == level);
        found.map(|(_, filter)| *filter).ok_or_else(|| {
            CallError::argument(format!(
                "{level} is not a log level; use one of HC_LOG_LEVEL_*"
            ))
        })
    }

    fn of(level: log::Level) -> Self {
        match level {
            log::Level::Error => Self::Error,
            log::Level::Warn => Self::Warn,
            log::Level::Info => Self::Info,
            log::Level::Debug => Self::Debug,
            log::Level::Trace => Self::Trace,
        }
    }
}

/// A callback with its userdata and destructor.
struct Callback {
    max_level: LevelFilter,
    call: unsafe extern "C" fn(*mut c_void, i32, *const c_char, *const c_char),
    userdata: *mut c_void,
    destroy: HcLogDestroy,
}

// SAFETY: the header says that any thread may call the callback and the destructor, also
// at the same time; the userdata is only passed on.
unsafe impl Send for Callback {}
// SAFETY: as above.
unsafe impl Sync for Callback {}

impl Drop for Callback {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: the callback is gone from `CURRENT` and from all calls, so this is the
            // only and the last use of the userdata, which is what was given for it.
            unsafe { destroy(self.userdata) };
        }
    }
}

/// The current callback.
static CURRENT: ArcSwapOption<Callback> = ArcSwapOption::const_empty();

thread_local! {
    /// Whether this thread is in a callback.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Replaces the callback; `None` removes it.
fn replace(callback: Option<Callback>) {
    let callback = callback.map(Arc::new);
    let level = callback.as_ref().map_or(LevelFilter::Off, |c| c.max_level);
    let old = CURRENT.swap(callback);
    // Two concurrent replacements could leave the level of one and the callback of the other,
    // so the level is read again after the swap.
    log::set_max_level(CURRENT.load().as_ref().map_or(level, |c| c.max_level));
    drop(old);
}

/// Makes `Forwarder` the logger of this process, once.
fn install() -> Result<(), CallError> {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    if *INSTALLED.get_or_init(|| log::set_logger(&Forwarder).is_ok()) {
        return Ok(());
    }
    let message = "the program has set a logger of its own for the crate log; use that";
    Err(CallError::argument(message.to_owned()))
}

/// The logger, which passes messages on to the current callback.
struct Forwarder;

impl Log for Forwarder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let current = CURRENT.load();
        current
            .as_ref()
            .is_some_and(|c| metadata.level() <= c.max_level)
    }

    fn log(&self, record: &Record<'_>) {
        // A panic while a message is formatted must not end the call that logs it.
        guard::plain((), || forward(record));
    }

    fn flush(&self) {}
}

fn forward(record: &Record<'_>) {
    // A guard of arc-swap would be held during the call, and a thread has few of them.
    let Some(callback) = CURRENT.load_full() else {
        return;
    };
    if record.level() > callback.max_level || TELLING.replace(true) {
        return;
    }
    let _telling = Telling;
    let target = nul_terminated(record.target().to_owned());
    let message = nul_terminated(record.args().to_string());
    let level = HcLogLevel::of(record.level()) as i32;
    // SAFETY: the callback is what C gave for this; the texts live until it returns.
    unsafe { (callback.call)(callback.userdata, level, target.as_ptr(), message.as_ptr()) };
}

/// Marks this thread as being in a callback until it is dropped.
struct Telling;

impl Drop for Telling {
    fn drop(&mut self) {
        TELLING.set(false);
    }
}

/// A text for C, without NULs in it.
fn nul_terminated(text: String) -> CString {
    let mut bytes = text.into_bytes();
    bytes.retain(|byte| *byte != 0);
    CString::new(bytes).unwrap_or_default()
}
