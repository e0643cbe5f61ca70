//! How many seats were taken, day by day.

use super::Timestamp;

/// Days before the latest one of which the peak is kept: three years.
pub(crate) const SEAT_DAYS_KEPT: u64 = 3 * 365 + 1;

/// Microseconds of a day.
const DAY_MICROS: u64 = 24 * 60 * 60 * 1_000_000;

/// A day (UTC) on which the number of active users changed.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// directory.deactivate_user("ann@ex.co")?;
/// let today = directory.seat_history(None)?.days[0];
/// assert_eq!((today.peak, today.last), (1, 0));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct SeatDay {
    /// When the day began.
    pub day: Timestamp,
    /// The most users that were active at one time on it. Those at its beginning count.
    pub peak: u64,
    /// How many were active at its end, or are now.
    pub last: u64,
}

impl SeatDay {
    pub(crate) fn new(day: Timestamp, peak: u64, last: u64) -> Self {
        Self { day, peak, last }
    }
}

/// How many users were active in the past, from
/// [`Directory::seat_history`](crate::Directory::seat_history).
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let history = directory.seat_history(None)?;
/// assert_eq!((history.peak, history.days.len()), (1, 1));
/// assert_eq!(history.peak_day, Some(history.days[0].day));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct SeatHistory {
    /// From when on it is known: the beginning of the day that was asked for, or of the
    /// first one on record.
    pub since: Timestamp,
    /// The most users that were active at one time since then.
    pub peak: u64,
    /// The day of that peak, the latest if there are several; `None` where the number
    /// has not changed since.
    pub peak_day: Option<Timestamp>,
    /// The days on which the number changed, the first one first.
    pub days: Vec<SeatDay>,
}

impl Timestamp {
    /// The beginning of its day (UTC).
    pub(crate) fn day(self) -> Self {
        let micros = self.as_unix_micros();
        Self::from_stored(micros - micros % DAY_MICROS)
    }

    /// The moment this many days before, or the first there is.
    pub(crate) fn days_before(self, days: u64) -> Self {
        let before = DAY_MICROS.saturating_mul(days);
        Self::from_stored(self.as_unix_micros().saturating_sub(before))
    }
}
