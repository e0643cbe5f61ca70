//! What a host needs to cache users itself.

use super::directory::HcDirectory;
use super::guard;

/// Where a number is in memory by which a host keeps a cache of users of its own, so
/// that a hit costs no call. It changes with every commit that changes or deletes
/// users, twice: it is odd from before such a commit can be seen until it can be seen
/// everywhere. It is odd for good once the directory is closed, and in a child of
/// fork().
///
/// By these rules nobody who has seen a commit ever sees an older state:
///
/// - Read the number with acquire semantics, as
///   __atomic_load_n(number, __ATOMIC_ACQUIRE) does.
/// - To look up: read the number, then the cache. A cached user is valid if the number
///   is even and the same that is kept with the user.
/// - To fill: read the number, then ask the library, and keep the user with that
///   number. Keep nothing if it is odd.
/// - Keep users only, not that there is none: creating users changes nothing here.
///
/// @return A pointer that is valid until the directory is freed, the same for each
///         handle on the directory; NULL for a directory that can't be used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_generation(directory: *const HcDirectory) -> *const u64 {
    // SAFETY: by the contract, `directory` is NULL or live.
    unsafe {
        guard::ask(directory, std::ptr::null(), |directory| {
            Some(directory.directory.generation_address())
        })
    }
}
