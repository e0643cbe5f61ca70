//! Notifications that a feed has something to read, for hosts that don't wait in a call.

use std::sync::atomic::{AtomicBool, Ordering};

/// Called under the lock that guards the number of the latest change, by one thread at a
/// time.
pub(crate) trait Listener: Send + Sync {
    /// Notifies that there is something to read.
    fn tell(&self);

    /// Notes that the changes up to `position` were read, and that `latest` is the number
    /// of the latest change. `position` can be higher: a change can be read just before its
    /// notification.
    fn note(&self, position: u64, latest: u64);

    /// Notes that the reader found nothing and waits for a notification.
    fn rearm(&self) {}
}

/// Calls a function when there is something to read: once until it is read.
pub(crate) struct Notifier {
    call: Box<dyn Fn() + Send + Sync>,
    has_called: AtomicBool,
}

impl Notifier {
    pub(crate) fn new(call: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            call: Box::new(call),
            has_called: AtomicBool::new(false),
        }
    }
}

impl Listener for Notifier {
    fn tell(&self) {
        if !self.has_called.swap(true, Ordering::Relaxed) {
            (self.call)();
        }
    }

    /// Includes positions ahead of `latest`; otherwise the notification of the next change
    /// would be lost.
    fn note(&self, position: u64, latest: u64) {
        if position >= latest {
            self.has_called.store(false, Ordering::Relaxed);
        }
    }

    fn rearm(&self) {
        self.has_called.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    use super::*;

    fn counting() -> (Notifier, Arc<AtomicU32>) {
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        let notifier = Notifier::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        (notifier, calls)
    }

    #[test]
    fn a_notifier_calls_once_until_all_was_read() {
        let (notifier, calls) = counting();
        notifier.tell();
        notifier.tell();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        notifier.note(1, 2);
        notifier.tell();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        notifier.note(2, 2);
        notifier.tell();
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_change_that_is_read_before_it_is_told_of_hides_no_later_one() {
        let (notifier, calls) = counting();
        notifier.tell(); // of change 1
        notifier.note(2, 1); // read with it: change 2
        notifier.tell(); // of change 2
        notifier.note(2, 2); // nothing more
        notifier.tell(); // of change 3
        assert_eq!(calls.load(Ordering::Relaxed), 3);
    }

    #[cfg(feature = "capi")]
    #[test]
    fn a_change_that_comes_while_its_reader_finds_nothing_is_told_of() {
        let directory = crate::Directory::in_memory().unwrap();
        let (notifier, calls) = counting();
        let listener: Arc<dyn Listener> = Arc::new(notifier);
        let feed = directory.follow(0);
        feed.listen(&listener, 0);
        directory.create_user("ann@ex.co").unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        // The reader has read the first change and finds no more; this one comes just then.
        directory.create_user("bob@ex.co").unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        feed.rearm(1, &*listener);
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        feed.rearm(2, &*listener);
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        directory.create_user("cho@ex.co").unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 3);
    }
}
