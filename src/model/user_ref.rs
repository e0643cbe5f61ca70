//! The ways a caller can name a user.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::printable::excerpt;
use super::{Email, User, UserId, Username};
use crate::error::{Error, ErrorKind};

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
pub struct UserRef(pub(crate) UserKey);

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
pub(crate) enum UserKey {
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
            UserKey::Id(id) => write!(f, "the id {id}"),
            UserKey::Address { typed, .. } => {
                write!(f, "the email or username {}", excerpt(typed))
            }
            UserKey::Name { typed, .. } => write!(f, "the username {}", excerpt(typed)),
            UserKey::Nobody { typed } => {
                write!(
                    f,
                    "the name {}, which is not an id, email or username",
                    excerpt(typed)
                )
            }
        }
    }
}

impl From<UserId> for UserRef {
    fn from(id: UserId) -> Self {
        Self(UserKey::Id(id))
    }
}

impl From<&User> for UserRef {
    fn from(user: &User) -> Self {
        Self(UserKey::Id(user.id()))
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
        Self(UserKey::Address {
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
            return Self(UserKey::Id(id.into()));
        }
        let typed = text.to_owned();
        Self(match Username::lookup_key(text).map(Cow::into_owned) {
            Some(key) if key.contains('@') => UserKey::Address { key, typed },
            Some(key) => UserKey::Name { key, typed },
            None => UserKey::Nobody { typed },
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
