//! Support for hosts that cache users themselves.

use super::directory::HcDirectory;
use super::guard;

/// The address of a number that lets a host keep its own cache of users, so that a hit costs no
/// call. The number changes twice with every commit that changes or deletes users: it is odd
/// from before such a commit can be seen until it is visible everywhere. It stays odd once the
/// directory is closed, and in a child of fork().
///
/// With these rules, no thread that has seen a commit ever sees an older state:
///
/// - Read the number with acquire semantics, as
///   __atomic_load_n(number, __ATOMIC_ACQUIRE) does.
/// - Lookup: read the number, then the cache. A cached user is valid if the number is even and
///   equals the one stored with the user.
/// - Fill: read the number, then call the library, and store the user with that number. Store
///   nothing if it is odd.
/// - Cache only users, never the absence of one: creating a user doesn't change the number.
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
