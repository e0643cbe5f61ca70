//! Ids that make batches idempotent.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;
use wincode::{SchemaRead, SchemaWrite};

use super::UserId;
use super::printable::excerpt;
use crate::error::{Error, ErrorKind, Result};

/// The id of a request, with which its [`Batch`](super::Batch) can be sent again without being
/// applied twice: see [`Batch::request_id`](super::Batch::request_id).
///
/// It is 16 bytes, usually a random UUID, and prints and parses as one.
///
/// ```
/// use headcount::RequestId;
///
/// let id = RequestId::generate();
/// assert_eq!(id.to_string().parse::<RequestId>()?, id);
/// assert_eq!(RequestId::from_bytes(*id.as_bytes()), id);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// Draws a unique id: a UUID of version 7.
    ///
    /// ```
    /// use headcount::RequestId;
    ///
    /// assert_ne!(RequestId::generate(), RequestId::generate());
    /// ```
    pub fn generate() -> Self {
        Self(*UserId::generate().as_bytes())
    }

    /// The id with these 16 bytes.
    ///
    /// ```
    /// assert_eq!(headcount::RequestId::from_bytes([7; 16]).as_bytes(), &[7; 16]);
    /// ```
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes of the id.
    ///
    /// ```
    /// assert_eq!(headcount::RequestId::from_bytes([7; 16]).as_bytes(), &[7; 16]);
    /// ```
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).fmt(f)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).fmt(f)
    }
}

impl FromStr for RequestId {
    type Err = Error;

    /// Parses the forms of a UUID: hyphenated, simple, braced or a URN.
    fn from_str(text: &str) -> Result<Self> {
        Uuid::try_parse(text.trim_ascii())
            .map(Self::from)
            .map_err(|_| {
                Error::new(
                    ErrorKind::InvalidArgument,
                    format!(
                        "the request id {} is not a UUID; draw one and keep it for the retry",
                        excerpt(text)
                    ),
                )
            })
    }
}

impl From<[u8; 16]> for RequestId {
    fn from(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl From<Uuid> for RequestId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid.into_bytes())
    }
}

impl From<RequestId> for Uuid {
    fn from(id: RequestId) -> Self {
        Self::from_bytes(id.0)
    }
}
