//! Figures to monitor a directory.

use super::arguments::{self, SizedStruct};
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::seats::HC_NO_LIMIT;
use super::status::HcStatus;
use crate::directory::Stats;

/// Figures about the use of a directory, its cache and its commits, counted since it was
/// opened, over all its handles. Initialize it with #HC_STATS_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcStats {
    /// Set by #HC_STATS_INIT.
    pub struct_size: u32,
    /// Always 0.
    pub reserved: u32,
    /// Active users, each of whom takes a seat.
    pub users_active: u64,
    /// Inactive users.
    pub users_inactive: u64,
    /// Workspaces, archived ones included.
    pub workspaces: u64,
    /// The number of the latest change; 0 before the first.
    pub latest_change: u64,
    /// Users in the cache, counted once for each of email, id and username that they
    /// were read by.
    pub cache_entries: u64,
    /// About how many bytes of memory these entries take.
    pub cache_bytes: u64,
    /// Reads of one user that hit the cache.
    pub cache_hits: u64,
    /// Reads of one user that went to the store, including those that found nobody.
    pub cache_misses: u64,
    /// Batches submitted, including refused ones. Each call that makes a single change is a
    /// batch too.
    pub commit_requests: u64,
    /// Transactions that they were grouped into.
    pub commit_groups: u64,
    /// Seats of the license, or #HC_NO_LIMIT.
    pub seats_limit: u64,
    /// The size of the main file; 0 for a directory in memory or opened read-only.
    pub file_bytes: u64,
    /// The size of the log's files, as of the latest commit; 0 before the first one, and
    /// for a directory in memory or opened read-only.
    pub log_bytes: u64,
    /// Checkpoints, which write the log's commits to the main file. The one at closing
    /// doesn't count.
    pub checkpoints: u64,
    /// The total duration of checkpoints in microseconds.
    pub checkpoint_micros: u64,
    /// The duration of the longest checkpoint in microseconds.
    pub checkpoint_micros_max: u64,
}

// There is no padding, so the layout is the same for every compiler.
const _: () = assert!(size_of::<HcStats>() == 136 && align_of::<HcStats>() <= 8);

impl HcStats {
    /// Bytes of the struct in the first release: no caller has less.
    const BYTES_MIN: usize = 88;
}

impl From<Stats> for HcStats {
    fn from(stats: Stats) -> Self {
        let Stats {
            users_active,
            users_inactive,
            workspaces,
            latest_change,
            cache_entries,
            cache_bytes,
            cache_hits,
            cache_misses,
            commit_requests,
            commit_groups,
            seats_limit,
            file_bytes,
            log_bytes,
            checkpoints,
            checkpoint_micros,
            checkpoint_micros_max,
            ..
        } = stats;
        Self {
            struct_size: 0,
            reserved: 0,
            users_active,
            users_inactive,
            workspaces,
            latest_change,
            cache_entries,
            cache_bytes,
            cache_hits,
            cache_misses,
            commit_requests,
            commit_groups,
            seats_limit: seats_limit.unwrap_or(HC_NO_LIMIT),
            file_bytes,
            log_bytes,
            checkpoints,
            checkpoint_micros,
            checkpoint_micros_max,
        }
    }
}

/// Returns figures to monitor a directory with. The numbers of users, workspaces and seats and the
/// latest change are of one moment; the other figures are read one after another, and may change
/// meanwhile. For the latency of commits see hc_directory_write_stats_text().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_get_stats(
    directory: *const HcDirectory,
    stats: *mut HcStats,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `stats` has as many
    // bytes as it says.
    unsafe {
        guard::call(directory, error, |directory| {
            let place = SizedStruct::new("stats", "HC_STATS_INIT", stats, HcStats::BYTES_MIN)?;
            place.write(&directory.directory.stats()?.into());
            Ok(())
        })
    }
}

/// Writes all figures of a directory in the text format of Prometheus, not NUL-terminated: users
/// by state, seats, the cache, and how long commits take, with quantiles. It holds no personal
/// data. 4 KiB of room are enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_write_stats_text(
    directory: *const HcDirectory,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `buffer` has its
    // capacity.
    unsafe {
        guard::call(directory, error, |directory| {
            let (buffer, done) = arguments::filling(buffer, capacity, written)?;
            let text = directory.directory.stats()?.prometheus();
            let Some(place) = buffer.get_mut(..text.len()) else {
                return Err(CallError::Buffer {
                    needed_bytes: text.len(),
                });
            };
            place.write_copy_of_slice(text.as_bytes());
            done.write(text.len());
            Ok(())
        })
    }
}
