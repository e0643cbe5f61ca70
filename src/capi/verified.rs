//! The result of a verification.

use super::arguments::SizedStruct;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;

/// What hc_directory_verify() counted. Initialize it with #HC_VERIFIED_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcVerified {
    /// Set by #HC_VERIFIED_INIT.
    pub struct_size: u32,
    /// Always 0.
    pub reserved: u32,
    /// Users who are active, counted one by one.
    pub active: u64,
    /// Users who are not active, counted one by one.
    pub inactive: u64,
    /// Ids of users who were deleted.
    pub deleted: u64,
    /// Workspaces, archived ones included.
    pub workspaces: u64,
    /// Memberships.
    pub members: u64,
    /// Changes on record.
    pub changes: u64,
}

// There is no padding, so the layout is the same for every compiler.
const _: () = assert!(size_of::<HcVerified>() == 56 && align_of::<HcVerified>() <= 8);

impl HcVerified {
    /// Bytes of the struct in the first release: no caller has less.
    const BYTES_MIN: usize = 56;
}

/// Recounts the seats and checks every index against the users, both ways. Takes time in
/// proportion to the size of the directory.
///
/// @param verified Where to write the counts; NULL if not wanted.
/// @retval HC_STATUS_CORRUPTED when something is wrong; the message says what.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_verify(
    directory: *const HcDirectory,
    verified: *mut HcVerified,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `verified` has as
    // many bytes as it says.
    unsafe {
        guard::call(directory, error, |directory| {
            let (init, bytes) = ("HC_VERIFIED_INIT", HcVerified::BYTES_MIN);
            let place = SizedStruct::optional("verified", init, verified, bytes)?;
            let found = directory.directory.verify()?;
            if let Some(place) = place {
                place.write(&HcVerified {
                    struct_size: 0,
                    reserved: 0,
                    active: found.active,
                    inactive: found.inactive,
                    deleted: found.deleted,
                    workspaces: found.workspaces,
                    members: found.members,
                    changes: found.changes,
                });
            }
            Ok(())
        })
    }
}
