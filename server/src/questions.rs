//! Questions to an identity provider for clients that have no key to tell them apart by: how many
//! in a second, and how many at once. A provider that is slow must not take the threads of writes.

use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use crate::door::Failure;
use crate::rates::Rates;

/// Questions at once.
pub(crate) const AT_ONCE: usize = 4;

pub(crate) struct Questions {
    rates: Rates,
    at_once: Arc<Semaphore>,
}

impl Questions {
    /// Up to `per_second`, with bursts of up to `burst`.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self {
            rates: Rates::new(per_second, burst),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Counts a request against the rate limit, or refuses it.
    pub(crate) fn take_turn(&self) -> Result<(), Failure> {
        let Err(wait) = self.rates.take("", Instant::now()) else {
            return Ok(());
        };
        let message = "too many logins at once; try again later";
        Err(Failure {
            retry_after_seconds: Some(wait.as_secs() + 1),
            ..Failure::new(StatusCode::TOO_MANY_REQUESTS, message)
        })
    }

    /// Asks on a blocking thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let permit = Arc::clone(&self.at_once).acquire_owned().await;
        let permit = permit.map_err(|error| error.to_string())?;
        // The thread owns the permit, because it continues if the client disconnects.
        let work = move || {
            let _permit = permit;
            question()
        };
        let asked = tokio::task::spawn_blocking(work).await;
        asked.unwrap_or_else(|_| Err("the request panicked".to_owned()))
    }
}
