//! Waiting for changes.

#[cfg(feature = "capi")]
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Directory;
#[cfg(feature = "capi")]
use super::listener::Listener;
#[cfg(all(unix, feature = "capi"))]
use super::ready::Ready;
use crate::error::Result;
use crate::model::Change;
use crate::rules::read;

/// The number of changes that are read at a time.
const PAGE: usize = 256;

/// The changes of a directory as they are committed.
///
/// Made by [`Directory::follow`]. Any number of feeds can be read at once, each at its own
/// pace; between calls, a feed holds only a handle on the directory. Store
/// [`position`](Self::position) to resume after a restart.
///
/// ```
/// use std::time::Duration;
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// let mut feed = directory.follow(0);
/// directory.create_user("ann@ex.co")?;
/// let change = feed.recv_timeout(Duration::from_secs(1))?.unwrap();
/// assert_eq!((change.sequence, feed.position()), (1, 1));
/// assert!(feed.recv_timeout(Duration::ZERO)?.is_none()); // nothing new
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Debug)]
pub struct ChangeFeed {
    directory: Directory,
    position: u64,
    ahead: std::vec::IntoIter<Change>,
    woken: Arc<AtomicBool>,
}

/// Wakes a thread that waits for the changes of a [`ChangeFeed`].
///
/// Made by [`ChangeFeed::waker`].
///
/// ```
/// use std::thread;
/// use std::time::Duration;
/// use headcount::Directory;
///
/// let mut feed = Directory::in_memory()?.follow(0);
/// let waker = feed.waker();
/// let reader = thread::spawn(move || feed.recv_timeout(Duration::MAX));
/// waker.wake(); // as at shutdown
/// assert!(reader.join().unwrap()?.is_none());
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FeedWaker {
    directory: Directory,
    woken: Arc<AtomicBool>,
}

impl FeedWaker {
    /// Makes [`ChangeFeed::recv_timeout`] return `None` instead of waiting: the call that waits
    /// now, or the next one that would wait.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headcount::Directory;
    ///
    /// let mut feed = Directory::in_memory()?.follow(0);
    /// feed.waker().wake();
    /// assert!(feed.recv_timeout(Duration::MAX)?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn wake(&self) {
        self.woken.store(true, Ordering::Release);
        self.directory.shared.latest.wake();
    }
}

impl ChangeFeed {
    pub(super) fn new(directory: Directory, after: u64) -> Self {
        Self {
            directory,
            position: after,
            ahead: Vec::new().into_iter(),
            woken: Arc::default(),
        }
    }

    /// The next change; waits up to `timeout` for it, and returns `None` if there is none by then.
    ///
    /// # Errors
    ///
    /// [`HistoryTrimmed`](crate::ErrorKind::HistoryTrimmed) if the next change was trimmed;
    /// [`ChangeNotYet`](crate::ErrorKind::ChangeNotYet), at once, if the position is ahead of the
    /// directory; [`Closed`](crate::ErrorKind::Closed), also while waiting.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let mut feed = directory.follow(0);
    /// assert!(feed.recv_timeout(Duration::ZERO)?.is_none());
    /// directory.create_user("ann@ex.co")?;
    /// assert!(feed.recv_timeout(Duration::ZERO)?.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn recv_timeout(&mut self, timeout: Duration) -> Result<Option<Change>> {
        self.directory.check()?;
        if self.ahead.len() == 0 {
            // Reading first also checks that the position is valid.
            self.read_ahead()?;
        }
        if self.ahead.len() == 0 && !timeout.is_zero() {
            let latest = &self.directory.shared.latest;
            latest.wait_beyond(self.position, timeout, &self.woken);
            self.read_ahead()?;
        }
        let change = self.ahead.next();
        if let Some(change) = &change {
            self.position = change.sequence;
        }
        Ok(change)
    }

    /// A handle that wakes the thread that waits with this feed.
    ///
    /// ```
    /// use std::thread;
    /// use std::time::Duration;
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let mut feed = directory.follow(0);
    /// let waker = feed.waker();
    /// thread::spawn(move || waker.wake());
    /// assert!(feed.recv_timeout(Duration::MAX)?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn waker(&self) -> FeedWaker {
        FeedWaker {
            directory: self.directory.clone(),
            woken: Arc::clone(&self.woken),
        }
    }

    /// Fails if the directory was closed.
    #[cfg(feature = "capi")]
    pub(crate) fn check(&self) -> Result<()> {
        self.directory.check()
    }

    /// A descriptor that is readable while there are unread changes, and once the directory
    /// is closed. [`note`](Self::note) keeps it up to date.
    #[cfg(all(unix, feature = "capi"))]
    pub(crate) fn ready(&self, position: u64) -> Result<Arc<Ready>> {
        self.directory.check()?;
        let ready = Arc::new(Ready::new()?);
        let listener: Arc<dyn Listener> = ready.clone();
        self.listen(&listener, position);
        Ok(ready)
    }

    /// Registers a listener for each change from now on, and for closing. It is notified at
    /// once, unless `position` is the latest change.
    #[cfg(feature = "capi")]
    pub(crate) fn listen(&self, listener: &Arc<dyn Listener>, position: u64) {
        let mut state = self.directory.shared.latest.lock();
        state.listeners.push(Arc::downgrade(listener));
        if state.closed || state.sequence != position {
            listener.tell();
        }
    }

    /// Unregisters a listener: when this returns, no notification is running or follows.
    #[cfg(feature = "capi")]
    pub(crate) fn silence(&self, listener: &Arc<dyn Listener>) {
        let gone = Arc::downgrade(listener);
        let mut state = self.directory.shared.latest.lock();
        state.listeners.retain(|one| !one.ptr_eq(&gone));
    }

    /// Rearms a listener whose reader found nothing after `position`. It is notified at
    /// once if a change came since the reader looked, for which it was already notified
    /// while reading.
    #[cfg(feature = "capi")]
    pub(crate) fn rearm(&self, position: u64, listener: &dyn Listener) {
        let state = self.directory.shared.latest.lock();
        listener.rearm();
        if state.closed || state.sequence > position {
            listener.tell();
        }
    }

    /// Notes for a listener that the changes up to `position` were read.
    #[cfg(feature = "capi")]
    pub(crate) fn note(&self, position: u64, listener: &dyn Listener) {
        let state = self.directory.shared.latest.lock();
        if !state.closed {
            listener.note(position, state.sequence);
        }
    }

    fn read_ahead(&mut self) -> Result<()> {
        let snapshot = self.directory.snapshot()?;
        self.ahead = read::changes_after(&snapshot, self.position, PAGE)?.into_iter();
        Ok(())
    }

    /// The number of the change that was returned last, or the number where the feed started.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// assert_eq!(Directory::in_memory()?.follow(0).position(), 0);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn position(&self) -> u64 {
        self.position
    }
}

/// The number of the latest change, which threads can wait for.
pub(super) struct LatestChange {
    state: Mutex<State>,
    moved: Condvar,
}

struct State {
    sequence: u64,
    closed: bool,
    /// Listeners, which don't wait in a call.
    #[cfg(feature = "capi")]
    listeners: Vec<Weak<dyn Listener>>,
}

/// Notifies the listeners that there is something to read.
#[cfg(feature = "capi")]
fn tell(listeners: &mut Vec<Weak<dyn Listener>>) {
    listeners.retain(|listener| {
        let listener = listener.upgrade();
        listener.inspect(|listener| listener.tell()).is_some()
    });
}

impl LatestChange {
    pub(super) fn new(sequence: u64) -> Self {
        Self {
            state: Mutex::new(State {
                sequence,
                closed: false,
                #[cfg(feature = "capi")]
                listeners: Vec::new(),
            }),
            moved: Condvar::new(),
        }
    }

    /// Notes that the change `sequence` was committed; changes may be noted in any order.
    pub(super) fn advance(&self, sequence: u64) {
        let mut state = self.lock();
        state.sequence = state.sequence.max(sequence);
        #[cfg(feature = "capi")]
        tell(&mut state.listeners);
        self.moved.notify_all();
    }

    /// Wakes all waiting threads, permanently.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        #[cfg(feature = "capi")]
        tell(&mut state.listeners);
        drop(state);
        self.moved.notify_all();
    }

    /// Makes all waiting threads check whether they were woken.
    fn wake(&self) {
        // A thread that has checked before holds the lock until it waits.
        drop(self.lock());
        self.moved.notify_all();
    }

    /// Waits until there is a change after `position`, the timeout is over, the directory
    /// is closed, or the thread is woken.
    fn wait_beyond(&self, position: u64, timeout: Duration, woken: &AtomicBool) {
        // A timeout beyond the range of `Instant` means no timeout.
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.lock();
        while state.sequence <= position && !state.closed && !woken.swap(false, Ordering::Acquire) {
            let left = match deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => Duration::from_hours(1),
            };
            if left.is_zero() {
                return;
            }
            let waited = self.moved.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The state consists of plain values, which are valid even after a panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
