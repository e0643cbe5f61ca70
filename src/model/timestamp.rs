//! Moments in time, as the directory stores them.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wincode::{SchemaRead, SchemaWrite};

use super::printable::excerpt;
use crate::error::{Error, ErrorKind, Result};

/// A moment in time: microseconds since 1970-01-01T00:00:00Z, without leap
/// seconds. It prints and parses as RFC 3339, in UTC, up to the year 9999. The
/// default is the first moment of 1970.
///
/// ```
/// use headcount::Timestamp;
///
/// let moment = Timestamp::from_unix_micros(1_720_716_959_173_000)?;
/// assert_eq!(moment.to_string(), "2024-07-11T16:55:59.173Z");
/// assert_eq!("2024-07-11T16:55:59.173Z".parse::<Timestamp>()?, moment);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, SchemaRead, SchemaWrite,
)]
#[cfg_attr(test, derive(bincode::Encode))]
pub struct Timestamp(u64);

impl Timestamp {
    /// The last valid moment: the end of the year 9999, where RFC 3339 ends, minus one day,
    /// so that it can be shown in every time zone.
    const MICROS_MAX: u64 = 253_402_207_200_999_999;

    /// The current time by the system's clock, limited to the years 1970 to 9999.
    ///
    /// ```
    /// use headcount::Timestamp;
    ///
    /// assert!(Timestamp::now() > "2024-07-11T16:55:59Z".parse()?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn now() -> Self {
        Self::at_clock(SystemTime::now())
    }

    fn at_clock(clock: SystemTime) -> Self {
        let since_epoch = clock.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(
            u64::try_from(since_epoch.as_micros())
                .unwrap_or(u64::MAX)
                .min(Self::MICROS_MAX),
        )
    }

    /// The moment `micros` microseconds after 1970.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a moment after the year 9999.
    ///
    /// ```
    /// use headcount::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_unix_micros(0)?.to_string(), "1970-01-01T00:00:00Z");
    /// assert!(Timestamp::from_unix_micros(u64::MAX).is_err());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn from_unix_micros(micros: u64) -> Result<Self> {
        if micros > Self::MICROS_MAX {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "{micros} microseconds is before 1970 or after the year 9999; check the unit"
                ),
            ));
        }
        Ok(Self(micros))
    }

    /// A stored moment, which is not checked again.
    pub(crate) const fn from_stored(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    ///
    /// ```
    /// use headcount::Timestamp;
    ///
    /// let moment: Timestamp = "1970-01-01T00:00:01Z".parse()?;
    /// assert_eq!(moment.as_unix_micros(), 1_000_000);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub const fn as_unix_micros(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Passed as seconds and microseconds: as one number of microseconds, jiff refuses
        // the last second of its range.
        let seconds = i64::try_from(self.0 / 1_000_000).unwrap_or(i64::MAX);
        let nanos = i32::try_from(self.0 % 1_000_000 * 1_000).unwrap_or(0);
        match jiff::Timestamp::new(seconds, nanos).ok() {
            Some(moment) => moment.fmt(f),
            None => write!(f, "{} us", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = || {
            Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "{} is not a time from 1970 on; write it as 2024-07-11T16:55:59Z",
                    excerpt(text)
                ),
            )
        };
        let moment: jiff::Timestamp = text.trim_ascii().parse().map_err(|_| invalid())?;
        u64::try_from(moment.as_microsecond())
            .ok()
            .and_then(|micros| Self::from_unix_micros(micros).ok())
            .ok_or_else(invalid)
    }
}

impl From<Timestamp> for SystemTime {
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use headcount::Timestamp;
    ///
    /// let moment = Timestamp::from_unix_micros(1_500_000)?;
    /// assert_eq!(SystemTime::from(moment), SystemTime::UNIX_EPOCH + Duration::from_millis(1_500));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    fn from(moment: Timestamp) -> Self {
        // Only damaged bytes can hold a moment outside the range of `SystemTime`.
        UNIX_EPOCH
            .checked_add(Duration::from_micros(moment.0))
            .unwrap_or(UNIX_EPOCH + Duration::from_micros(Timestamp::MICROS_MAX))
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = Error;

    /// Truncates to microseconds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a moment before 1970 or after the year 9999.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use headcount::Timestamp;
    ///
    /// let clock = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_500_999);
    /// assert_eq!(Timestamp::try_from(clock)?.as_unix_micros(), 1_500);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    fn try_from(clock: SystemTime) -> Result<Self> {
        let since_epoch = clock.duration_since(UNIX_EPOCH).map_err(|error| {
            let message = "times before 1970 are not supported; check the time";
            Error::new(ErrorKind::InvalidArgument, message).with_source(error)
        })?;
        Self::from_unix_micros(u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn a_clock_out_of_range_counts_as_the_nearest_moment() {
        let day = Duration::from_hours(24);
        let at = |clock: Option<SystemTime>| Timestamp::at_clock(clock.unwrap());
        assert_eq!(at(UNIX_EPOCH.checked_sub(day)), Timestamp(0));
        let far = at(UNIX_EPOCH.checked_add(day * 366 * 9000));
        assert_eq!(far, Timestamp(Timestamp::MICROS_MAX));
        assert_eq!(Timestamp::from_unix_micros(far.0).unwrap(), far);
        assert_eq!(at(UNIX_EPOCH.checked_add(day)), Timestamp(86_400_000_000));
    }

    #[test]
    fn system_times_within_the_bounds_convert_both_ways() {
        let last = Timestamp(Timestamp::MICROS_MAX);
        for moment in [Timestamp(0), Timestamp(1), last] {
            assert_eq!(
                Timestamp::try_from(SystemTime::from(moment)).unwrap(),
                moment
            );
        }
        let micro = Duration::from_micros(1);
        for out_of_bounds in [UNIX_EPOCH - micro, SystemTime::from(last) + micro] {
            let refused = Timestamp::try_from(out_of_bounds).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
        }
        assert!(SystemTime::from(Timestamp(u64::MAX)) >= last.into());
    }

    #[test]
    fn every_moment_up_to_the_last_parses_as_it_prints() {
        for back in [0, 1, 999_998, 999_999, 1_000_000] {
            let moment = Timestamp::from_unix_micros(Timestamp::MICROS_MAX - back).unwrap();
            assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
        }
        assert_eq!(Timestamp(u64::MAX).to_string(), "18446744073709551615 us");
    }
}
