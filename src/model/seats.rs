//! The history of used seats, day by day.

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
/// let history = directory.seat_history(None)?;
/// let today = history.days.last().expect("the number changed today");
/// assert_eq!(today.last, 0);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct SeatDay {
    /// The beginning of the day.
    pub day: Timestamp,
    /// The most users that were active at one time on that day, including at its beginning.
    pub peak: u64,
    /// The number of active users at its end, or now.
    pub last: u64,
}

impl SeatDay {
    pub(crate) fn new(day: Timestamp, peak: u64, last: u64) -> Self {
        Self { day, peak, last }
    }
}

/// The numbers of active users in the past, from
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
    /// The beginning of the history: the requested day, or the first one on record.
    pub since: Timestamp,
    /// The most users that were active at one time since then.
    pub peak: u64,
    /// The day of that peak, the latest if there are several; `None` if the number has not
    /// changed since.
    pub peak_day: Option<Timestamp>,
    /// The days on which the number changed, oldest first.
    pub days: Vec<SeatDay>,
}

impl Timestamp {
    /// The beginning of the day (UTC) of this moment.
    pub(crate) fn day(self) -> Self {
        let micros = self.as_unix_micros();
        Self::from_stored(micros - micros % DAY_MICROS)
    }

    /// The moment this many days earlier, or the first possible one.
    pub(crate) fn days_before(self, days: u64) -> Self {
        let before = DAY_MICROS.saturating_mul(days);
        Self::from_stored(self.as_unix_micros().saturating_sub(before))
    }
}
