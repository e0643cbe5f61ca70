//! The change feed.

use std::mem::MaybeUninit;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(unix)]
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::arguments::{self, Out};
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::lock;
use super::packed::Ahead;
use super::refusal::Refusal;
use super::status::HcStatus;
#[cfg(unix)]
use crate::directory::Ready;
use crate::directory::{ChangeFeed, FeedWaker};
use crate::model::Change;

/// The changes of a directory as they come. Any number of feeds can be read at once, each at
/// its own pace.
///
/// Between calls a feed keeps the file open, but holds no state of the directory. Store
/// hc_feed_position() to go on after a restart.
pub struct HcFeed {
    latch: Latch,
    reading: Mutex<Reading>,
    /// The last change given out. Beside the lock, so that it can be asked for
    /// while another thread waits.
    position: AtomicU64,
    waker: FeedWaker,
    /// Beside the lock too: made when it is asked for.
    #[cfg(unix)]
    ready: OnceLock<Arc<Ready>>,
}

struct Reading {
    feed: ChangeFeed,
    ahead: Ahead<Change>,
}

impl Handle for HcFeed {
    const NAME: &'static str = "feed";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcFeed {
    /// Packs what there is, and waits only for the first of it.
    fn next_batch(
        &self,
        timeout: Duration,
        buffer: &mut [MaybeUninit<u8>],
    ) -> Result<usize, Refusal> {
        let Reading { feed, ahead } = &mut *lock(&self.reading);
        feed.check()?;
        let mut timeout = timeout;
        let packed = ahead.pack(buffer, || {
            let timeout = std::mem::take(&mut timeout);
            feed.recv_timeout(timeout).transpose()
        });
        let position = ahead
            .kept()
            .map_or(feed.position(), |next| next.sequence - 1);
        #[cfg(unix)]
        if let Some(ready) = self.ready.get() {
            feed.note(position, ready);
        }
        let bytes = packed?;
        self.position.store(position, Ordering::Relaxed);
        Ok(bytes)
    }

    /// The descriptor to be polled.
    #[cfg(unix)]
    fn descriptor(&self) -> Result<i32, Refusal> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready.descriptor());
        }
        // The lock keeps the position, and another thread from making one too.
        let Reading { feed, ahead } = &*lock(&self.reading);
        if self.ready.get().is_none() {
            let ready = feed.ready()?;
            let position = ahead
                .kept()
                .map_or(feed.position(), |next| next.sequence - 1);
            feed.note(position, &ready);
            let _ = self.ready.set(ready);
        }
        self.ready
            .get()
            .map(|ready| ready.descriptor())
            .ok_or_else(Refusal::panicked)
    }

    /// There are none here.
    #[cfg(not(unix))]
    fn descriptor(&self) -> Result<i32, Refusal> {
        let message = "this system has no descriptors to poll; wait in hc_feed_next_batch()";
        Err(Refusal::argument(message.to_owned()))
    }
}

/// Follows the changes with numbers above a given one. hc_feed_next_batch() tells whether they
/// are available.
///
/// @param after The number of the last known change; 0 to begin with the first.
/// @param feed Set to a feed.
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

/// Reads the next changes as packed records: as many as there are and fit. It waits for the
/// first of them only; hc_feed_wake() and closing the directory end the wait.
///
/// @param timeout_ms How long to wait, in milliseconds: 0 not at all, UINT64_MAX for ever.
/// @param buffer Where to write the batch.
/// @param capacity Its size in bytes. A change takes 80, 48 for each of its events, and its
///        door.
/// @param written Set to the size of the batch in bytes; or to 0 when nothing came in time.
/// @retval HC_STATUS_HISTORY_TRIMMED when the next change is gone: read everything again, then
///        follow from hc_error_details.resume_after.
/// @retval HC_STATUS_CHANGE_NOT_YET at once, when no change has the number that the feed is
///        at, as after a restore from a backup: read everything again, then follow from
///        hc_error_details.latest_change.
/// @note Each change goes to one of the threads, and one of them waits at a time.
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

/// Gives a descriptor for an event loop: it is readable (POLLIN) while the feed has something
/// to read, be it a change or an error, and once the directory is closed. Read it with
/// hc_feed_next_batch() and the timeout 0 until it isn't readable.
///
/// @param descriptor Set to the descriptor, the same each time. Only poll it; hc_feed_free()
///        closes it.
/// @retval HC_STATUS_INVALID_ARGUMENT on a system without descriptors, such as Windows.
/// @note The first call waits for a thread that waits for changes.
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

/// Wakes the thread that waits in hc_feed_next_batch(), which returns with nothing. If none
/// waits, the next call that would wait returns at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_feed_wake(feed: *const HcFeed) {
    let wake = |feed: &HcFeed| {
        feed.waker.wake();
        Some(())
    };
    // SAFETY: by the contract, `feed` is NULL or live.
    unsafe { guard::ask(feed, (), wake) }
}

/// @return The number of the last change that was given out, or where the feed began. It
///        doesn't wait for a thread that waits for changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_feed_position(feed: *const HcFeed) -> u64 {
    let answer = |feed: &HcFeed| Some(feed.position.load(Ordering::Relaxed));
    // SAFETY: by the contract, `feed` is NULL or live.
    unsafe { guard::ask(feed, 0, answer) }
}

/// Frees a feed. No thread may be waiting with it. In a child of fork() it has no effect on
/// the parent's feed.
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
