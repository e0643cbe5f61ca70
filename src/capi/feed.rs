//! The change feed.

use std::ffi::c_void;
use std::mem::MaybeUninit;
#[cfg(unix)]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::arguments::{self, Out};
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::lock;
use super::packed::Ahead;
use super::status::HcStatus;
#[cfg(unix)]
use crate::directory::Ready;
use crate::directory::{ChangeFeed, FeedWaker, Listener, Notifier};
use crate::model::Change;

/// The changes of a directory as they are committed. Any number of feeds can be read at once,
/// each at its own pace.
///
/// Between calls a feed keeps the file open, but holds no state of the directory. Store
/// hc_feed_position() to resume after a restart.
pub struct HcFeed {
    latch: Latch,
    reading: Mutex<Reading>,
    /// The last change returned. Outside the lock, so that it can be read while another thread
    /// waits.
    position: AtomicU64,
    waker: FeedWaker,
    /// Outside the lock too; created on first use.
    #[cfg(unix)]
    ready: OnceLock<Arc<Ready>>,
}

struct Reading {
    feed: ChangeFeed,
    ahead: Ahead<Change>,
    /// The callback for when there is something to read, if one is set.
    notifier: Option<Arc<dyn Listener>>,
}

impl Reading {
    /// The last change that was returned.
    fn position(&self) -> u64 {
        let next = self.ahead.kept();
        next.map_or(self.feed.position(), |next| next.sequence - 1)
    }

    fn silence(&mut self) {
        if let Some(notifier) = self.notifier.take() {
            self.feed.silence(&notifier);
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.silence();
    }
}

/// Called when a feed has something to read; see hc_feed_set_callback().
pub type HcFeedCallback = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// The argument of a callback, on any thread.
struct Userdata(*mut c_void);

// SAFETY: the contract of hc_feed_set_callback() lets any thread pass it on.
unsafe impl Send for Userdata {}
// SAFETY: as above.
unsafe impl Sync for Userdata {}

impl Userdata {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

impl Handle for HcFeed {
    const NAME: &'static str = "feed";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcFeed {
    /// Packs the available changes; waits only for the first.
    fn next_batch(
        &self,
        timeout: Duration,
        buffer: &mut [MaybeUninit<u8>],
    ) -> Result<usize, CallError> {
        let reading = &mut *lock(&self.reading);
        let Reading { feed, ahead, .. } = reading;
        feed.check()?;
        let mut timeout = timeout;
        let packed = ahead.pack(buffer, || {
            let timeout = std::mem::take(&mut timeout);
            feed.recv_timeout(timeout).transpose()
        });
        let position = reading.position();
        #[cfg(unix)]
        if let Some(ready) = self.ready.get() {
            reading.feed.note(position, &**ready);
        }
        match &reading.notifier {
            Some(notifier) if matches!(packed, Ok(0)) => {
                reading.feed.rearm(position, &**notifier);
            }
            Some(notifier) => reading.feed.note(position, &**notifier),
            None => {}
        }
        let bytes = packed?;
        self.position.store(position, Ordering::Relaxed);
        Ok(bytes)
    }

    /// The descriptor to poll.
    #[cfg(unix)]
    fn descriptor(&self) -> Result<i32, CallError> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready.descriptor());
        }
        // The lock keeps the position as it is, and prevents a second descriptor.
        let reading = lock(&self.reading);
        if self.ready.get().is_none() {
            let ready = reading.feed.ready(reading.position())?;
            let _ = self.ready.set(ready);
        }
        self.ready
            .get()
            .map(|ready| ready.descriptor())
            .ok_or_else(CallError::panicked)
    }

    fn set_callback(&self, callback: HcFeedCallback, userdata: Userdata) -> Result<(), CallError> {
        let mut reading = lock(&self.reading);
        if callback.is_some() {
            reading.feed.check()?;
        }
        reading.silence();
        let Some(callback) = callback else {
            return Ok(());
        };
        // SAFETY: by the contract, any thread may call it until it is replaced.
        let notifier = Notifier::new(move || unsafe { callback(userdata.get()) });
        let notifier: Arc<dyn Listener> = Arc::new(notifier);
        reading.feed.listen(&notifier, reading.position());
        reading.notifier = Some(notifier);
        Ok(())
    }

    /// There are no descriptors here.
    #[cfg(not(unix))]
    fn descriptor(&self) -> Result<i32, CallError> {
        let message = "this system has no descriptors to poll; wait in hc_feed_next_batch()";
        Err(CallError::argument(message.to_owned()))
    }
}

/// Follows the changes with numbers above a given one. If they are not available,
/// hc_feed_next_batch() fails.
///
/// @param after The number of the last known change; 0 to begin with the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_follow(
    directory: *const HcDirectory,
    after: u64,
    feed: *mut *mut HcFeed,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("feed", feed)?;
            directory.directory.check()?;
            let feed = directory.directory.follow(after);
            let waker = feed.waker();
            let reading = Reading {
                feed,
                ahead: Ahead::default(),
                notifier: None,
            };
            made.write(guard::hand_over(HcFeed {
                latch: Latch::of_this_process(),
                reading: Mutex::new(reading),
                position: AtomicU64::new(after),
                waker,
                #[cfg(unix)]
                ready: OnceLock::new(),
            }));
            Ok(())
        })
    }
}

/// Reads the next changes as packed records: as many as there are and fit. It waits only for the
/// first; hc_feed_wake() and closing the directory end the wait. One thread waits at a time.
///
/// @param timeout_ms How long to wait, in milliseconds: 0 for not at all, UINT64_MAX for no limit.
/// @retval HC_STATUS_HISTORY_TRIMMED when the next change is gone: read everything again, then
///        follow from hc_error_details.resume_after.
/// @retval HC_STATUS_CHANGE_NOT_YET at once, when no change has the number that the feed is at, as
///        after a restore from a backup: read everything again, then follow from
///        hc_error_details.latest_change.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_feed_next_batch(
    feed: *mut HcFeed,
    timeout_ms: u64,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `buffer` has its
    // capacity.
    unsafe {
        guard::call(feed, error, |feed| {
            let (buffer, done) = arguments::filling(buffer, capacity, written)?;
            done.write(feed.next_batch(Duration::from_millis(timeout_ms), buffer)?);
            Ok(())
        })
    }
}

/// Returns a descriptor for an event loop: it is readable (POLLIN) while the feed has something to
/// read, be it a change or an error, and once the directory is closed. Read it with
/// hc_feed_next_batch() and the timeout 0 until it isn't readable. It is the same each time. Only
/// poll it; hc_feed_free() closes it. The first call waits for a thread that waits for changes.
///
/// @retval HC_STATUS_INVALID_ARGUMENT on a system without descriptors, such as Windows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_feed_get_descriptor(
    feed: *const HcFeed,
    descriptor: *mut i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(feed, error, |feed| {
            let place = Out::required("descriptor", descriptor)?;
            place.write(feed.descriptor()?);
            Ok(())
        })
    }
}

/// Sets a callback that is called when the feed has something to read, be it a change or an error,
/// and when the directory is closed: for event loops, even on systems without descriptors. After a
/// call, read with hc_feed_next_batch() and the timeout 0 until nothing comes; until then there is
/// no other call. If there is something to read now, it is called at once. It may be called for a
/// change that was already read.
///
/// Any thread may call it, including threads that write, while the library holds locks. So it must
/// return quickly, as functions that wake an event loop do, must not throw or longjmp, and must
/// not call the library. Once it is replaced or the feed is freed, it is not running and is never
/// called again; while you do that, hold no lock that it takes. This function waits for a thread
/// that waits for changes.
///
/// @param callback The callback, in place of an earlier one; NULL for none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_feed_set_callback(
    feed: *mut HcFeed,
    callback: HcFeedCallback,
    userdata: *mut c_void,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, `feed` is NULL or live and `error` NULL or writable.
    unsafe {
        guard::call(feed, error, |feed| {
            feed.set_callback(callback, Userdata(userdata))
        })
    }
}

/// Wakes the thread that waits in hc_feed_next_batch(), which returns with nothing. If none waits,
/// the next call that would wait returns at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_feed_wake(feed: *const HcFeed) {
    let wake = |feed: &HcFeed| {
        feed.waker.wake();
        Some(())
    };
    // SAFETY: by the contract, `feed` is NULL or live.
    unsafe { guard::ask(feed, (), wake) }
}

/// @return The number of the last change that was returned, or where the feed began. It doesn't
///        wait for a thread that waits for changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_feed_position(feed: *const HcFeed) -> u64 {
    let answer = |feed: &HcFeed| Some(feed.position.load(Ordering::Relaxed));
    // SAFETY: by the contract, `feed` is NULL or live.
    unsafe { guard::ask(feed, 0, answer) }
}

/// Frees a feed. No thread may be waiting with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_feed_free(feed: *mut HcFeed) {
    // SAFETY: by the contract, `feed` is NULL or live, and given up.
    unsafe { guard::free(feed) }
}

/// Forgets the changes with numbers below a given one, and their request ids. Asking for them
/// later is refused with #HC_STATUS_HISTORY_TRIMMED.
///
/// @param before The number of the first change to keep.
/// @param trimmed Set to how many changes were forgotten; NULL if not wanted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_trim_changes(
    directory: *const HcDirectory,
    before: u64,
    trimmed: *mut u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let count = directory.directory.trim_changes(before)?;
            Out::optional(trimmed).write(count);
            Ok(())
        })
    }
}
