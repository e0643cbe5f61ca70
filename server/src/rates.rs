//! Rate limits of keys.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A token bucket for each key.
pub(crate) struct Rates {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Rates {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self {
            per_second: f64::from(per_second.max(1)),
            burst: f64::from(burst.max(1)),
            buckets: Mutex::default(),
        }
    }

    /// Takes a token from the bucket of `key`, or returns how long to wait for one. There are no
    /// more buckets than keys, since only valid keys get here.
    pub(crate) fn take(&self, key: &str, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(key) {
            return self.take_of(bucket, now);
        }
        let mut bucket = Bucket {
            left: self.burst,
            at: now,
        };
        let taken = self.take_of(&mut bucket, now);
        buckets.insert(key.to_owned(), bucket);
        taken
    }

    fn take_of(&self, bucket: &mut Bucket, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + passed * self.per_second).min(self.burst);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64(
                (1.0 - bucket.left) / self.per_second,
            ));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_burst_and_then_its_rate() {
        let rates = Rates::new(10, 3);
        let start = Instant::now();
        for _ in 0..3 {
            assert!(rates.take("a", start).is_ok());
        }
        assert_eq!(rates.take("a", start), Err(Duration::from_millis(100)));
        assert!(rates.take("b", start).is_ok(), "another key has its own");
        let later = start + Duration::from_millis(101);
        assert!(rates.take("a", later).is_ok());
        assert!(rates.take("a", later).is_err());
    }
}
