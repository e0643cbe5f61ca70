//! Counters, in Prometheus' text format.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use headcount::Directory;

/// Counters of one server.
#[derive(Default)]
pub(crate) struct Metrics {
    /// Responses by the first digit of their status, from 1 to 5.
    answers: [AtomicU64; 5],
    /// Requests without a valid key.
    pub(crate) unauthenticated: AtomicU64,
    /// Requests above the rate limit of a key.
    pub(crate) limited: AtomicU64,
    /// Open connections.
    pub(crate) connections: AtomicU64,
    /// Requests that wait for another one's scan to end.
    pub(crate) scans_waiting: AtomicU64,
}

/// Something that a gauge counts until this is dropped.
pub(crate) struct Counted<'a>(&'a AtomicU64);

impl<'a> Counted<'a> {
    pub(crate) fn new(gauge: &'a AtomicU64) -> Self {
        gauge.fetch_add(1, Relaxed);
        Self(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    pub(crate) fn answered(&self, status: u16) {
        let class = usize::from(status / 100).clamp(1, 5);
        self.answers[class - 1].fetch_add(1, Relaxed);
    }

    /// All counters as text, with the seats of the directory.
    pub(crate) fn text(&self, directory: &Directory) -> String {
        let mut text = String::new();
        let mut metric = |name: &str, kind: &str, samples: &[(&str, u64)]| {
            // Writing to a string can't fail.
            let _ = writeln!(text, "# TYPE headcount_{name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(text, "headcount_{name}{labels} {value}");
            }
        };
        let classes =
            ["1xx", "2xx", "3xx", "4xx", "5xx"].map(|class| format!("{{status=\"{class}\"}}"));
        let answers: Vec<_> = classes
            .iter()
            .zip(&self.answers)
            .map(|(labels, count)| (labels.as_str(), count.load(Relaxed)))
            .collect();
        metric("http_responses_total", "counter", &answers);
        for (name, kind, count) in [
            (
                "http_unauthenticated_total",
                "counter",
                &self.unauthenticated,
            ),
            ("http_rate_limited_total", "counter", &self.limited),
            ("http_connections", "gauge", &self.connections),
            ("http_long_reads_waiting", "gauge", &self.scans_waiting),
        ] {
            metric(name, kind, &[("", count.load(Relaxed))]);
        }
        if let Ok(seats) = directory.seats() {
            metric("users_active", "gauge", &[("", seats.active)]);
            metric("users_inactive", "gauge", &[("", seats.inactive)]);
            if let Some(limit) = seats.limit() {
                metric("seats_limit", "gauge", &[("", limit)]);
            }
        }
        text
    }
}
