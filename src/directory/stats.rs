//! Figures of a directory that runs, for those who watch it.

use serde::Serialize;

use super::Directory;
use crate::error::Result;
use crate::rules::read;

/// How a directory is used, and what its cache and its commits come to.
///
/// Made by [`Directory::stats`]. The first figures are of one moment; those of the
/// cache and the commits are read one by one while others may go on. They count
/// from when the directory was opened, for all handles to it.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Users who are active, and so take a seat.
    pub users_active: u64,
    /// Users who are not.
    pub users_inactive: u64,
    /// Workspaces, archived ones included.
    pub workspaces: u64,
    /// The number of the latest [`Change`](crate::Change); 0 before the first.
    pub latest_change: u64,
    /// Users in the cache, counted once for each of email, id and username that
    /// they were read by.
    pub cache_entries: u64,
    /// About how many bytes of memory these take; at most what
    /// [`Options::cache_bytes`](crate::Options::cache_bytes) says.
    pub cache_bytes: u64,
    /// Reads of one user that found the user in the cache.
    pub cache_hits: u64,
    /// Reads of one user that asked the store, also those that found nobody.
    pub cache_misses: u64,
    /// Batches that were handed in, refused ones included. Each call that writes
    /// one thing is a batch too.
    pub commit_requests: u64,
    /// Transactions that they were grouped into. `commit_requests / commit_groups`
    /// is how many share the cost of one.
    pub commit_groups: u64,
}

impl Directory {
    /// Figures to watch the directory by. Costs a read of the counters.
    pub fn stats(&self) -> Result<Stats> {
        let totals = read::totals(&self.snapshot()?)?;
        let (cache_entries, cache_bytes) = self.shared.cache.size();
        let (cache_hits, cache_misses) = self.shared.cache.reads();
        let (commit_requests, commit_groups) = self.shared.commits.counts();
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
        })
    }
}
