//! The kinds of licenses.

use super::call_error::CallError;
use crate::model::License;

/// Kinds of licenses. Each is passed as int32_t, together with a number of seats that is 0
/// unless the kind is #HC_LICENSE_SEATS.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcLicense {
    /// Five seats; the license of a new directory.
    Community = 0,
    /// Any number of seats.
    Enterprise = 1,
    /// This number of seats.
    Seats = 2,
}

impl HcLicense {
    pub(super) fn kind_of(license: License) -> Self {
        match license {
            License::Community => Self::Community,
            License::Enterprise => Self::Enterprise,
            License::Seats(_) => Self::Seats,
        }
    }

    /// The license for a kind and a number from C.
    pub(super) fn parse(kind: i32, seats: u64) -> Result<License, CallError> {
        let license = match kind {
            kind if kind == Self::Seats as i32 => return Ok(License::Seats(seats)),
            kind if kind == Self::Community as i32 => License::Community,
            kind if kind == Self::Enterprise as i32 => License::Enterprise,
            _ => {
                return Err(CallError::argument(format!(
                    "{kind} is not a kind of license; use one of HC_LICENSE_*"
                )));
            }
        };
        if seats != 0 {
            return Err(CallError::argument(format!(
                "{seats} seats go with HC_LICENSE_SEATS only; pass 0 with the {license} license"
            )));
        }
        Ok(license)
    }
}
