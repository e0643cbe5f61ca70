//! Waiting for a file that somebody else has open.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{ErrorKind, Result};

/// The first pause.
const PAUSE_MIN: Duration = Duration::from_millis(1);

/// The longest pause: a file that was released is taken within about this time.
const PAUSE_MAX: Duration = Duration::from_millis(25);

/// Calls `open` until it returns something other than `AlreadyOpen`, or `timeout` is
/// over.
pub(super) fn until_free<T>(timeout: Duration, mut open: impl FnMut() -> Result<T>) -> Result<T> {
    // A timeout that is too far away to be a moment is no timeout.
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

/// Between a half and one and a half of `pause`, so that those who wait for the same
/// file don't ask at the same time.
fn jittered(pause: Duration) -> Duration {
    // Each of these is seeded at random.
    let random = RandomState::new().build_hasher().finish() % 1024;
    pause / 2 + pause * u32::try_from(random).unwrap_or(0) / 1024
}
