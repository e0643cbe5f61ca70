//! Whether a request has begun to change the directory. A request that takes too long is given up:
//! a change that has not begun is never made, and of one that has begun, the outcome is unknown.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use headcount::ErrorKind;

use crate::door::Failure;

const IDLE: u8 = 0;
const BEGUN: u8 = 1;
const GIVEN_UP: u8 = 2;

tokio::task_local! {
    static CURRENT: Progress;
}

/// What has become of the changes of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<AtomicU8>);

/// A request that took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// It has changed nothing, and won't.
    NothingDone,
    /// A change has begun, and may be made.
    Begun,
}

impl Progress {
    /// That of the request that the current task handles.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// Begins a change, unless the request was given up.
    pub(crate) fn begin(&self) -> bool {
        let begun = self.0.compare_exchange(IDLE, BEGUN, Relaxed, Relaxed);
        begun.is_ok() || begun == Err(BEGUN)
    }

    fn give_up(&self) -> Late {
        match self.0.compare_exchange(IDLE, GIVEN_UP, Relaxed, Relaxed) {
            Err(BEGUN) => Late::Begun,
            _ => Late::NothingDone,
        }
    }
}

/// A client that sends a change again by itself may only do so if it was not made.
impl From<Late> for Failure {
    fn from(late: Late) -> Self {
        match late {
            Late::NothingDone => Self::busy("the request took too long and has changed nothing"),
            Late::Begun => Self {
                kind: Some(ErrorKind::OutcomeUnknown),
                ..Self::internal(
                    "the change takes too long, and may still be made; read the record to see \
                     whether it was, or by REST send the request again with the same \
                     Idempotency-Key",
                )
            },
        }
    }
}

/// Handles a request for up to `limit`.
pub(crate) async fn limited<T>(
    limit: Duration,
    handling: impl Future<Output = T>,
) -> Result<T, Late> {
    let progress = Progress::default();
    let handled = tokio::time::timeout(limit, CURRENT.scope(progress.clone(), handling)).await;
    handled.map_err(|_| progress.give_up())
}
