//! Identifiers of users.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use uuid::{ContextV7, Uuid};
use wincode::{SchemaRead, SchemaWrite};

use super::Timestamp;
use super::printable::excerpt;
use crate::error::{Error, ErrorKind, Result};

/// The id of a user: a UUID that is never given to another user, not even after a deletion.
///
/// The directory draws ids of version 7 (RFC 9562), which sort by the time of their creation;
/// an import may bring any UUID.
///
/// ```
/// use headcount::UserId;
///
/// let id: UserId = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".parse()?;
/// assert_eq!(id.to_string(), "45e6b641-fe57-4fb2-83d2-2c2bd201efe8");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub struct UserId([u8; 16]);

impl UserId {
    /// Draws a new id: a UUID of version 7, increasing within this process.
    ///
    /// ```
    /// use headcount::UserId;
    ///
    /// assert!(UserId::generate() < UserId::generate());
    /// ```
    pub fn generate() -> Self {
        Self::generate_at(Timestamp::now())
    }

    /// Unlike `Uuid::now_v7`, this accepts a clock before 1970.
    fn generate_at(now: Timestamp) -> Self {
        /// Makes the ids of this process increase even if the clock is set back.
        static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());
        let micros = now.as_unix_micros();
        let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or(0);
        let moment = uuid::Timestamp::from_unix(&CONTEXT, micros / 1_000_000, nanos);
        Uuid::new_v7(moment).into()
    }

    /// The id whose 16 bytes, in network order, are `bytes`.
    ///
    /// ```
    /// use headcount::UserId;
    ///
    /// assert_eq!(UserId::from_bytes([7; 16]).as_bytes(), &[7; 16]);
    /// ```
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes in network order.
    ///
    /// ```
    /// use headcount::UserId;
    ///
    /// assert_eq!(UserId::from_bytes([7; 16]).as_bytes(), &[7; 16]);
    /// ```
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from(*self).fmt(f)
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from(*self).fmt(f)
    }
}

impl FromStr for UserId {
    type Err = Error;

    /// Parses the forms of a UUID: hyphenated, simple, braced or a URN.
    fn from_str(text: &str) -> Result<Self> {
        Uuid::try_parse(text.trim_ascii())
            .map(Self::from)
            .map_err(|_| {
                Error::new(
                    ErrorKind::InvalidArgument,
                    format!(
                        "{} is not a UUID; write it as 8-4-4-4-12 hexadecimal digits",
                        excerpt(text)
                    ),
                )
            })
    }
}

impl From<Uuid> for UserId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid.into_bytes())
    }
}

impl From<UserId> for Uuid {
    fn from(id: UserId) -> Self {
        Self::from_bytes(id.0)
    }
}
