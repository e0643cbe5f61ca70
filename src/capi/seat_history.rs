//! The history of active users.

use super::arguments::SizedStruct;
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::status::HcStatus;
use crate::model::{SEAT_DAYS_KEPT, SeatDay, SeatHistory, Timestamp};

/// Room for all days that hc_directory_get_seat_history() can write: three years.
pub const HC_SEAT_DAYS_MAX: usize = 1100;

const _: () = assert!(HC_SEAT_DAYS_MAX as u64 > SEAT_DAYS_KEPT);

/// A day (UTC) on which the number of active users changed.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcSeatDay {
    /// When the day began.
    pub day_micros: u64,
    /// The most users that were active at one time on that day, including at its beginning.
    pub peak: u64,
    /// The number of active users at its end, or now.
    pub last: u64,
}

/// How many users were active since a day. Initialize it with #HC_SEAT_HISTORY_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcSeatHistory {
    /// Set by #HC_SEAT_HISTORY_INIT.
    pub struct_size: u32,
    /// Always 0.
    pub reserved: u32,
    /// The beginning of the first day that it covers.
    pub since_micros: u64,
    /// The most users that were active at one time since then.
    pub peak: u64,
    /// The latest day with that peak, as #since_micros; 0 if the number has not changed since.
    pub peak_day_micros: u64,
    /// The total number of days.
    pub day_count: u64,
}

// There is no padding, so the layout is the same for every compiler.
const _: () = assert!(size_of::<HcSeatHistory>() == 40 && align_of::<HcSeatHistory>() <= 8);
const _: () = assert!(size_of::<HcSeatDay>() == 24 && align_of::<HcSeatDay>() <= 8);

impl HcSeatHistory {
    /// Bytes of the struct in the first release: no caller has less.
    const BYTES_MIN: usize = 40;
}

impl From<&SeatHistory> for HcSeatHistory {
    fn from(history: &SeatHistory) -> Self {
        Self {
            struct_size: 0,
            reserved: 0,
            since_micros: history.since.as_unix_micros(),
            peak: history.peak,
            peak_day_micros: history.peak_day.map_or(0, Timestamp::as_unix_micros),
            day_count: history.days.len() as u64,
        }
    }
}

impl From<&SeatDay> for HcSeatDay {
    fn from(day: &SeatDay) -> Self {
        Self {
            day_micros: day.day.as_unix_micros(),
            peak: day.peak,
            last: day.last,
        }
    }
}

/// Returns the most users that were active at one time on each day (UTC), by which licenses are
/// often billed. Days on which the number did not change are left out. The history covers three
/// years, even if hc_directory_trim_changes() forgets the changes.
///
/// @param since_micros A time on the first day to return; 0 for the first day on record.
/// @param history Where to write the figures.
/// @param days Where to write the days, oldest first; NULL if not wanted.
/// @param days_max How many days there is room for; #HC_SEAT_DAYS_MAX is enough for all. Further
///        days are left out, but history->day_count counts them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_get_seat_history(
    directory: *const HcDirectory,
    since_micros: u64,
    history: *mut HcSeatHistory,
    days: *mut HcSeatDay,
    days_max: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, `history` has as many bytes
    // as it says, and `days` has room for as many days as `days_max` says.
    unsafe {
        guard::call(directory, error, |directory| {
            let (init, bytes) = ("HC_SEAT_HISTORY_INIT", HcSeatHistory::BYTES_MIN);
            let place = SizedStruct::new("history", init, history, bytes)?;
            if days.is_null() && days_max > 0 {
                return Err(CallError::null("days"));
            }
            let since = Timestamp::from_unix_micros(since_micros)?;
            let since = Some(since).filter(|_| since_micros > 0);
            let found = directory.directory.seat_history(since)?;
            for (at, day) in found.days.iter().take(days_max).enumerate() {
                days.add(at).write(day.into());
            }
            place.write(&HcSeatHistory::from(&found));
            Ok(())
        })
    }
}
