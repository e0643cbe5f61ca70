//! The license, and how its seats are used.

use super::arguments::SizedStruct;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::license::HcLicense;
use super::status::HcStatus;
use crate::model::Seats;

/// The number of seats of a license without a limit.
pub const HC_NO_LIMIT: u64 = 0xFFFF_FFFF_FFFF_FFFF;

/// How the seats of the license are used, at one moment. Initialize it with #HC_SEATS_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcSeats {
    /// Set by #HC_SEATS_INIT.
    pub struct_size: u32,
    /// The license in force: one of HC_LICENSE_*.
    pub license: i32,
    /// Seats of the license, or #HC_NO_LIMIT.
    pub limit: u64,
    /// Users who are active: each takes one seat.
    pub active: u64,
    /// Users who are not active: they take none.
    pub inactive: u64,
    /// Seats that are free, 0 when over the limit, or #HC_NO_LIMIT.
    pub free: u64,
    /// How many more users are active than there are seats.
    pub over_by: u64,
    /// The version of the license, for hc_batch_set_if_version().
    pub license_version: u64,
}

impl HcSeats {
    /// Bytes of the struct in the first release: no caller has less.
    const BYTES_MIN: usize = 56;
}

impl From<&Seats> for HcSeats {
    fn from(seats: &Seats) -> Self {
        Self {
            struct_size: 0,
            license: HcLicense::kind_of(seats.license) as i32,
            limit: seats.limit().unwrap_or(HC_NO_LIMIT),
            active: seats.active,
            inactive: seats.inactive,
            free: seats.free().unwrap_or(HC_NO_LIMIT),
            over_by: seats.over_by(),
            license_version: seats.license_version,
        }
    }
}

// There is no padding, so the layout is the same for every compiler.
const _: () = assert!(size_of::<HcSeats>() == 56 && align_of::<HcSeats>() <= 8);

/// Returns how the seats are used.
///
/// @param seats Where to write it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_get_seats(
    directory: *const HcDirectory,
    seats: *mut HcSeats,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `seats` has as
    // many bytes as it says.
    unsafe {
        guard::call(directory, error, |directory| {
            let place = SizedStruct::new("seats", "HC_SEATS_INIT", seats, HcSeats::BYTES_MIN)?;
            place.write(&HcSeats::from(&directory.directory.seats()?));
            Ok(())
        })
    }
}

/// Sets the license. One with fewer seats than are in use is accepted: nobody is deactivated, but
/// no user can be activated until enough others are inactive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_set_license(
    directory: *const HcDirectory,
    license: i32,
    seats: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let license = HcLicense::parse(license, seats)?;
            directory.directory.set_license(license)?;
            Ok(())
        })
    }
}
