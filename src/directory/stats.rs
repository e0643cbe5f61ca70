//! Figures to monitor a running directory.

use std::fmt::Write as _;

use super::Directory;
use super::commits::CommitLatency;
use crate::error::Result;
use crate::rules::read;

/// Figures about the use of a directory, its cache and its commits.
///
/// Made by [`Directory::stats`]. The first figures are of one moment; those of the cache and of
/// commits are read one after another while other threads may change them. They count from when the
/// directory was opened, over all its handles.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// directory.deactivate_user("ann@ex.co")?;
/// let stats = directory.stats()?;
/// assert_eq!((stats.users_active, stats.users_inactive), (0, 1));
/// assert_eq!((stats.latest_change, stats.commit_requests), (2, 2));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Stats {
    /// Active users, each of whom takes a seat.
    pub users_active: u64,
    /// Inactive users.
    pub users_inactive: u64,
    /// Workspaces, archived ones included.
    pub workspaces: u64,
    /// The number of the latest [`Change`](crate::Change); 0 before the first.
    pub latest_change: u64,
    /// Entries in the cache; a user has one for each of email, id and username that it was
    /// read by.
    pub cache_entries: u64,
    /// About how many bytes of memory these entries take; at most
    /// [`Options::user_cache_bytes`](crate::Options::user_cache_bytes).
    pub cache_bytes: u64,
    /// Reads of a single user that hit the cache.
    pub cache_hits: u64,
    /// Reads of a single user that went to the store, including those that found nobody.
    pub cache_misses: u64,
    /// Batches submitted, including refused ones. Each call that makes a single change is a
    /// batch too.
    pub commit_requests: u64,
    /// Transactions that the batches were grouped into. On average, `commit_requests /
    /// commit_groups` batches share one.
    pub commit_groups: u64,
    /// Seats of the license; `None` for any number.
    pub seats_limit: Option<u64>,
    /// The latency of these batches.
    pub commit_latency: CommitLatency,
    /// The size of the main file; 0 for a directory in memory or opened read-only.
    pub file_bytes: u64,
    /// The size of the log's files, as of the latest commit; 0 before the first one, and
    /// for a directory in memory or opened read-only.
    pub log_bytes: u64,
    /// Checkpoints, which write the log's commits to the main file. The one at closing
    /// doesn't count.
    pub checkpoints: u64,
    /// The total duration of checkpoints. Writers continue meanwhile, unless the log is
    /// full.
    pub checkpoint_micros: u64,
    /// The duration of the longest checkpoint.
    pub checkpoint_micros_max: u64,
}

impl Directory {
    /// Figures to monitor the directory with. Costs a read of the counters.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.stats()?.users_active, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn stats(&self) -> Result<Stats> {
        let snapshot = self.snapshot()?;
        let totals = read::totals(&snapshot)?;
        let license = read::license(&snapshot)?.license;
        let (cache_entries, cache_bytes) = self.shared.cache.size();
        let (cache_hits, cache_misses) = self.shared.cache.reads();
        let (commit_requests, commit_groups) = self.shared.commits.counts();
        let measured = self.shared.engine.measured();
        Ok(Stats {
            users_active: totals.active,
            users_inactive: totals.inactive,
            workspaces: totals.workspaces,
            latest_change: totals.last_change,
            cache_entries,
            cache_bytes,
            cache_hits,
            cache_misses,
            commit_requests,
            commit_groups,
            seats_limit: license.seat_limit(),
            commit_latency: self.shared.commits.latency(),
            file_bytes: self.shared.engine.file_bytes(),
            log_bytes: measured.log_bytes,
            checkpoints: measured.checkpoints,
            checkpoint_micros: measured.checkpoint_micros,
            checkpoint_micros_max: measured.checkpoint_micros_max,
        })
    }
}

impl Stats {
    /// The figures in Prometheus's text format: gauges for what goes up and down, counters from
    /// when the directory was opened, and a summary of the latency in seconds. Less than 4 KiB,
    /// without personal data.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let text = directory.stats()?.prometheus();
    /// assert!(text.contains("headcount_users{state=\"active\"} 1\n"));
    /// assert!(text.contains("headcount_seats_limit 5\n"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn prometheus(&self) -> String {
        let mut text = String::with_capacity(2048);
        let mut family = |name: &str, kind: &str, help: &str, samples: &[(&str, u64)]| {
            // Writing to a string can't fail.
            let _ = writeln!(text, "# HELP headcount_{name} {help}");
            let _ = writeln!(text, "# TYPE headcount_{name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(text, "headcount_{name}{labels} {value}");
            }
        };
        let users = [
            ("{state=\"active\"}", self.users_active),
            ("{state=\"inactive\"}", self.users_inactive),
        ];
        family("users", "gauge", "Users by state.", &users);
        if let Some(limit) = self.seats_limit {
            let help = "Seats of the license; absent where there is no limit.";
            family("seats_limit", "gauge", help, &[("", limit)]);
        }
        let reads = [
            ("{result=\"hit\"}", self.cache_hits),
            ("{result=\"miss\"}", self.cache_misses),
        ];
        for (name, kind, help, value) in [
            ("workspaces", "gauge", "Workspaces.", self.workspaces),
            (
                "latest_change",
                "counter",
                "The number of the latest change.",
                self.latest_change,
            ),
            (
                "cache_entries",
                "gauge",
                "Entries of the cache of users.",
                self.cache_entries,
            ),
            (
                "cache_bytes",
                "gauge",
                "Memory that the cache takes.",
                self.cache_bytes,
            ),
            (
                "commit_requests_total",
                "counter",
                "Batches handed in.",
                self.commit_requests,
            ),
            (
                "commit_groups_total",
                "counter",
                "Transactions that the batches were grouped into.",
                self.commit_groups,
            ),
        ] {
            family(name, kind, help, &[("", value)]);
        }
        let help = "Reads of one user, by whether the cache had the user.";
        family("cache_reads_total", "counter", help, &reads);
        self.write_latency(&mut text);
        self.write_files(&mut text);
        text
    }

    fn write_files(&self, text: &mut String) {
        const NAME: &str = "headcount_checkpoint_duration_seconds";
        for (name, help, bytes) in [
            ("file_bytes", "Size of the main file.", self.file_bytes),
            ("log_bytes", "How large the log is.", self.log_bytes),
        ] {
            let _ = writeln!(text, "# HELP headcount_{name} {help}");
            let _ = writeln!(text, "# TYPE headcount_{name} gauge");
            let _ = writeln!(text, "headcount_{name} {bytes}");
        }
        let _ = writeln!(text, "# HELP {NAME} Duration of checkpoints.");
        let _ = writeln!(text, "# TYPE {NAME} summary");
        let _ = writeln!(text, "{NAME}_sum {}", seconds(self.checkpoint_micros));
        let _ = writeln!(text, "{NAME}_count {}", self.checkpoints);
        let name = "headcount_checkpoint_duration_seconds_max";
        let _ = writeln!(text, "# HELP {name} Duration of the longest checkpoint.");
        let _ = writeln!(text, "# TYPE {name} gauge");
        let _ = writeln!(text, "{name} {}", seconds(self.checkpoint_micros_max));
    }

    fn write_latency(&self, text: &mut String) {
        const NAME: &str = "headcount_commit_duration_seconds";
        let latency = &self.commit_latency;
        let _ = writeln!(
            text,
            "# HELP {NAME} Time from submitting a batch to its answer."
        );
        let _ = writeln!(text, "# TYPE {NAME} summary");
        for (quantile, micros) in [
            ("0.5", latency.p50_micros),
            ("0.9", latency.p90_micros),
            ("0.99", latency.p99_micros),
            ("0.999", latency.p999_micros),
        ] {
            let _ = writeln!(
                text,
                "{NAME}{{quantile=\"{quantile}\"}} {}",
                seconds(micros)
            );
        }
        let _ = writeln!(text, "{NAME}_sum {}", seconds(latency.sum_micros));
        let _ = writeln!(text, "{NAME}_count {}", latency.count);
    }
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::License;

    #[test]
    fn each_family_is_declared_before_its_samples_and_all_parse() {
        let directory = Directory::in_memory().unwrap();
        for name in ["ann", "bob"] {
            directory
                .create_user(format!("{name}@ex.co").as_str())
                .unwrap();
        }
        let stats = directory.stats().unwrap();
        assert_eq!(stats.commit_latency.count, 2);
        let text = stats.prometheus();
        assert!(text.len() < 4096, "{}", text.len());
        let mut declared = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                declared = rest.split(' ').next().unwrap().to_owned();
            } else if !line.starts_with('#') {
                let (name, value) = line.rsplit_once(' ').unwrap();
                assert!(name.starts_with(&declared), "{line}");
                value.parse::<f64>().unwrap();
            }
        }
        assert!(text.contains("headcount_commit_duration_seconds_count 2\n"));
        directory.set_license(License::Enterprise).unwrap();
        let text = directory.stats().unwrap().prometheus();
        assert!(!text.contains("seats_limit"));
    }

    #[test]
    fn the_log_and_the_checkpoints_are_measured() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.redb");
        let directory = Directory::open(&path).unwrap();
        directory.create_user("ann@ex.co").unwrap();
        let stats = directory.stats().unwrap();
        let segment = std::fs::metadata(folder.path().join("users.redb-log0")).unwrap();
        assert_eq!(stats.log_bytes, segment.len());
        assert_eq!(stats.file_bytes, std::fs::metadata(&path).unwrap().len());
        // A checkpoint starts a second after the last write.
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        while directory.stats().unwrap().checkpoints == 0 {
            assert!(std::time::Instant::now() < deadline, "no checkpoint");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let stats = directory.stats().unwrap();
        assert_eq!(stats.checkpoint_micros, stats.checkpoint_micros_max);
        assert!(stats.checkpoint_micros > 0);
        let text = stats.prometheus();
        assert!(text.contains("headcount_checkpoint_duration_seconds_count 1\n"));
        assert!(text.contains("headcount_log_bytes "));
    }
}
