//! Licenses, and how their seats are used.

use std::fmt;
use std::str::FromStr;

use wincode::{SchemaRead, SchemaWrite};

use super::printable::excerpt;
use crate::error::{Error, ErrorKind, Result};

// The order of the variants is part of the file format.
/// How many users may be active at once.
///
/// ```
/// use headcount::License;
///
/// assert_eq!(License::Community.seat_limit(), Some(5));
/// assert_eq!("enterprise".parse::<License>()?.seat_limit(), None);
/// assert_eq!("250".parse::<License>()?, License::Seats(250));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[non_exhaustive]
pub enum License {
    /// Five seats; the license of a new directory.
    #[default]
    Community,
    /// Any number of seats.
    Enterprise,
    /// This many seats.
    Seats(u64),
}

impl License {
    /// Seats of the Community license.
    ///
    /// ```
    /// use headcount::{Directory, License};
    ///
    /// let directory = Directory::in_memory()?;
    /// assert_eq!(directory.seats()?.free(), Some(License::COMMUNITY_SEATS));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub const COMMUNITY_SEATS: u64 = 5;

    /// How many seats there are; `None` for any number.
    ///
    /// ```
    /// use headcount::License;
    ///
    /// assert_eq!(License::Seats(9).seat_limit(), Some(9));
    /// assert_eq!(License::Enterprise.seat_limit(), None);
    /// ```
    pub const fn seat_limit(self) -> Option<u64> {
        match self {
            Self::Community => Some(Self::COMMUNITY_SEATS),
            Self::Enterprise => None,
            Self::Seats(seats) => Some(seats),
        }
    }
}

impl fmt::Display for License {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Community => f.write_str("community"),
            Self::Enterprise => f.write_str("enterprise"),
            Self::Seats(seats) => seats.fmt(f),
        }
    }
}

impl FromStr for License {
    type Err = Error;

    /// Parses `community`, `enterprise` (in any case) or a number of seats.
    fn from_str(text: &str) -> Result<Self> {
        let name = text.trim_ascii();
        if name.eq_ignore_ascii_case("community") {
            return Ok(Self::Community);
        }
        if name.eq_ignore_ascii_case("enterprise") {
            return Ok(Self::Enterprise);
        }
        let digits_only = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
        match name.parse() {
            Ok(seats) if digits_only => Ok(Self::Seats(seats)),
            _ => Err(Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "{} is not a license; use community, enterprise or a number of seats",
                    excerpt(text)
                ),
            )),
        }
    }
}

/// How the seats of the license are used at one moment.
///
/// ```
/// use headcount::{Directory, License, NewUser};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user(NewUser::new("steve@ex.co"))?;
/// let seats = directory.seats()?;
/// assert_eq!((seats.limit(), seats.active, seats.free()), (Some(5), 1, Some(4)));
///
/// directory.set_license(License::Seats(0))?; // accepted: nobody is evicted
/// assert_eq!(directory.seats()?.over_by(), 1);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seats {
    /// The license in force.
    pub license: License,
    /// The version of the license, incremented whenever one is set.
    pub license_version: u64,
    /// Active users; each takes one seat.
    pub active: u64,
    /// Inactive users; they take no seats.
    pub inactive: u64,
}

impl Seats {
    /// Seats of the license; `None` for any number.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// assert_eq!(directory.seats()?.limit(), Some(5));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub const fn limit(&self) -> Option<u64> {
        self.license.seat_limit()
    }

    /// Seats that are free, zero if over the limit; `None` for any number.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// assert_eq!(directory.seats()?.free(), Some(5));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub const fn free(&self) -> Option<u64> {
        match self.limit() {
            Some(limit) => Some(limit.saturating_sub(self.active)),
            None => None,
        }
    }

    /// How many more users are active than the license has seats. Only setting a smaller license,
    /// or loading such a directory, makes this more than zero.
    ///
    /// ```
    /// use headcount::{Directory, License};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.set_license(License::Seats(0))?.over_by(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub const fn over_by(&self) -> u64 {
        match self.limit() {
            Some(limit) => self.active.saturating_sub(limit),
            None => 0,
        }
    }
}

/// "seat" or "seats", by number.
pub(crate) const fn seats_called(number: u64) -> &'static str {
    if number == 1 { "seat" } else { "seats" }
}

impl fmt::Display for Seats {
    /// One line, such as `5 of 5 seats in use (community), 2 inactive`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit() {
            None => write!(
                f,
                "{} {} in use ({}: no limit)",
                self.active,
                seats_called(self.active),
                self.license
            )?,
            Some(limit) => {
                let name = if self.license == License::Community {
                    " (community)"
                } else {
                    ""
                };
                write!(
                    f,
                    "{} of {limit} {} in use{name}",
                    self.active,
                    seats_called(limit)
                )?;
            }
        }
        write!(f, ", {} inactive", self.inactive)?;
        match self.over_by() {
            0 => Ok(()),
            over => write!(f, "; over the limit by {over}"),
        }
    }
}
