//! Waiting for a file that is open elsewhere.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{ErrorKind, Result};

/// The first pause between attempts.
const PAUSE_MIN: Duration = Duration::from_millis(1);

/// The longest pause between attempts: a released file is opened within about this time.
const PAUSE_MAX: Duration = Duration::from_millis(25);

/// Calls `open` until it returns something other than `AlreadyOpen`, or `timeout` is
/// over.
pub(super) fn until_free<T>(timeout: Duration, mut open: impl FnMut() -> Result<T>) -> Result<T> {
    // A timeout beyond the range of `Instant` means no timeout.
    let deadline = Instant::now().checked_add(timeout);
    let mut pause = PAUSE_MIN;
    loop {
        let error = match open() {
            Err(error) if error.kind() == ErrorKind::AlreadyOpen => error,
            opened => return opened,
        };
        let left = match deadline {
            Some(deadline) => deadline.saturating_duration_since(Instant::now()),
            None => PAUSE_MAX,
        };
        if left.is_zero() {
            return Err(error);
        }
        thread::sleep(jittered(pause).min(left));
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Between half and one and a half times `pause`, so that processes that wait for the same
/// file don't retry at the same time.
fn jittered(pause: Duration) -> Duration {
    // Each `RandomState` has a random seed.
    let random = RandomState::new().build_hasher().finish() % 1024;
    pause / 2 + pause * u32::try_from(random).unwrap_or(0) / 1024
}
