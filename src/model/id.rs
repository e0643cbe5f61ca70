//! Identifiers of users, and the ways a caller can name one.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use uuid::{ContextV7, Uuid};
use wincode::{SchemaRead, SchemaWrite};

use super::email::quoted;
use super::{Email, Timestamp, User, Username};
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
                        quoted(text)
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

/// How a call names a user: by id, email or username.
///
/// A text is never ambiguous. With an `@`, it is an address, which no two users have as
/// email or username; if it parses as a UUID, it is an id, and can't be a username;
/// otherwise it is a username. A text that is none of these names nobody.
///
/// ```
/// use headcount::{Directory, NewUser};
///
/// let directory = Directory::in_memory()?;
/// let steve = directory.create_user(NewUser::new("steve@ex.co").username("steve"))?;
/// directory.deactivate_user("steve@ex.co")?;
/// directory.activate_user("Steve")?;
/// assert!(directory.user(steve.id())?.unwrap().is_active());
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRef(pub(crate) Target);

impl UserRef {
    /// The error if no user has this name.
    pub(crate) fn not_found(&self) -> Error {
        Error::new(
            ErrorKind::UserNotFound,
            format!("no user has {self}; list the users to see who is there"),
        )
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Id(UserId),
    /// The key of an address, which is an email or a username, and the text as typed, for
    /// messages.
    Address {
        key: String,
        typed: String,
    },
    /// The key of a username that is not an address, and the text as typed.
    Name {
        key: String,
        typed: String,
    },
    /// A text that is no valid id, email or username.
    Nobody {
        typed: String,
    },
}

impl fmt::Display for UserRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Id(id) => write!(f, "the id {id}"),
            Target::Address { typed, .. } => {
                write!(f, "the email or username {}", quoted(typed))
            }
            Target::Name { typed, .. } => write!(f, "the username {}", quoted(typed)),
            Target::Nobody { typed } => {
                write!(
                    f,
                    "the name {}, which is not an id, email or username",
                    quoted(typed)
                )
            }
        }
    }
}

impl From<UserId> for UserRef {
    fn from(id: UserId) -> Self {
        Self(Target::Id(id))
    }
}

impl From<&User> for UserRef {
    fn from(user: &User) -> Self {
        Self(Target::Id(user.id()))
    }
}

impl From<&Arc<User>> for UserRef {
    fn from(user: &Arc<User>) -> Self {
        user.id().into()
    }
}

impl From<Arc<User>> for UserRef {
    fn from(user: Arc<User>) -> Self {
        user.id().into()
    }
}

impl From<&Email> for UserRef {
    fn from(email: &Email) -> Self {
        Self(Target::Address {
            key: email.key().to_owned(),
            typed: email.as_str().to_owned(),
        })
    }
}

impl From<Email> for UserRef {
    fn from(email: Email) -> Self {
        Self::from(&email)
    }
}

impl From<&Username> for UserRef {
    fn from(username: &Username) -> Self {
        username.as_str().into()
    }
}

impl From<Username> for UserRef {
    fn from(username: Username) -> Self {
        Self::from(&username)
    }
}

impl From<&str> for UserRef {
    fn from(text: &str) -> Self {
        if let Ok(id) = Uuid::try_parse(text.trim_ascii()) {
            return Self(Target::Id(id.into()));
        }
        let typed = text.to_owned();
        Self(match Username::lookup_key(text).map(Cow::into_owned) {
            Some(key) if key.contains('@') => Target::Address { key, typed },
            Some(key) => Target::Name { key, typed },
            None => Target::Nobody { typed },
        })
    }
}

impl From<String> for UserRef {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for UserRef {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}
