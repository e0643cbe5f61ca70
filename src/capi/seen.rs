//! When users were last seen.

use std::ffi::c_char;

use super::arguments::Out;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;
use super::users::named;
use crate::model::Timestamp;

/// Records that a user is seen now, such as at a login or with a request. Call it as often as
/// you like: it usually costs a lookup.
///
/// A sighting within an hour of the one on record is ignored. The first is on disk when this
/// returns; later ones are written together, at most once a minute and when the directory is
/// closed, so a crash loses those since the last write. It is not a change: the user, the
/// version and the feed stay as they are. The time is personal data: exports and backups
/// include it, and deleting the user removes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_touch(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let who = named("who", who, who_len)?;
            directory.directory.touch_user(who)?;
            Ok(())
        })
    }
}

/// Returns when a user was last seen, to about an hour; see hc_user_touch().
///
/// @param micros Set to the time; to 0 for a user who was never seen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_get_last_seen_micros(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    micros: *mut u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let place = Out::required("micros", micros)?;
            let who = named("who", who, who_len)?;
            let seen = directory.directory.last_seen(who)?;
            place.write(seen.map_or(0, Timestamp::as_unix_micros));
            Ok(())
        })
    }
}
