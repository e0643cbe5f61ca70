//! Keys to create, and why one was not created.

use std::fmt;

use headcount::{Timestamp, UserId};

use super::{Author, Holder, NAME_BYTES_MAX, PROVISIONER_BYTES_MAX, Scope};

/// A key to create. Its scope is `read` by default.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub(super) name: String,
    pub(super) holder: Holder,
    pub(super) scopes: Vec<Scope>,
    pub(super) author: Author,
    pub(super) expires_at: Option<Timestamp>,
}

impl NewKey {
    /// A key with the description `name` for `holder`.
    pub fn new(name: impl Into<String>, holder: Holder) -> Self {
        Self {
            name: name.into(),
            holder,
            scopes: Vec::new(),
            author: Author::default(),
            expires_at: None,
        }
    }

    /// Adds a scope.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scopes.push(scope);
        self
    }

    /// Sets who creates the key; a program by default.
    #[must_use]
    pub fn author(mut self, author: Author) -> Self {
        self.author = author;
        self
    }

    /// Sets when the key expires.
    #[must_use]
    pub fn expires_at(mut self, moment: Timestamp) -> Self {
        self.expires_at = Some(moment);
        self
    }
}

/// Why a key was not created.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// No user has this id.
    NoUser(UserId),
    /// The name of the key or of its provisioner is empty, too long, or has control
    /// characters.
    Name,
    /// The key would have expired before its creation.
    Expired(Timestamp),
    /// The system provided no random bytes.
    Random(String),
    /// The directory refused to store it.
    Directory(headcount::Error),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUser(id) => {
                write!(
                    f,
                    "no user has the id {id}; list the users to find the right one"
                )
            }
            Self::Name => write!(
                f,
                "the name of a key has 1 to {NAME_BYTES_MAX} bytes, that of a provisioner 1 to \
                 {PROVISIONER_BYTES_MAX}, and neither has control characters"
            ),
            Self::Expired(moment) => write!(
                f,
                "{moment} has passed, so the key would never work; let it expire later"
            ),
            Self::Random(why) => write!(f, "the system provided no random bytes: {why}"),
            Self::Directory(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<headcount::Error> for KeyError {
    fn from(error: headcount::Error) -> Self {
        Self::Directory(error)
    }
}
