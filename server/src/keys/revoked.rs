//! Keys that were revoked: what remains of them says who had them, and who created and revoked
//! them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use headcount::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::Key;
use super::formats::ShownRevoked;

/// Revoked keys that are remembered, at most.
const REVOKED_MAX: usize = 1_000;

/// Who created or revoked a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Author {
    /// The user; `None` for a program.
    pub user: Option<UserId>,
    /// The id of the key that it was done with; `None` if it was done without one.
    pub key: Option<String>,
    /// The door that the request came through, such as `rest`; `None` for a program that uses the
    /// directory itself.
    pub door: Option<String>,
}

impl Author {
    /// A user, or a program.
    pub fn new(user: Option<UserId>) -> Self {
        Self {
            user,
            ..Self::default()
        }
    }

    /// Sets the id of the key that it is done with.
    #[must_use]
    pub fn with_key(mut self, id: Option<String>) -> Self {
        self.key = id;
        self
    }

    /// Sets the door that the request comes through.
    #[must_use]
    pub fn through(mut self, door: impl Into<String>) -> Self {
        self.door = Some(door.into());
        self
    }
}

/// The id of the user, else of the key, else that it was a program.
impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.user, &self.key) {
            (Some(user), _) => user.fmt(f),
            (None, Some(id)) => write!(f, "key {id}"),
            (None, None) => f.write_str("a program"),
        }
    }
}

/// A key that was revoked. As JSON, it is as REST returns it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "ShownRevoked", try_from = "ShownRevoked")]
#[non_exhaustive]
pub struct RevokedKey {
    /// The key, as it was.
    pub key: Key,
    /// When it was revoked.
    pub at: Timestamp,
    /// Who revoked it.
    pub by: Author,
}

/// What was done to a key.
#[derive(Clone, Debug)]
pub(crate) enum KeyEvent {
    Created(Arc<Key>),
    Revoked(Arc<RevokedKey>),
}

impl KeyEvent {
    pub(crate) fn key(&self) -> &Key {
        match self {
            Self::Created(key) => key,
            Self::Revoked(revoked) => &revoked.key,
        }
    }

    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Self::Created(key) => key.created_at,
            Self::Revoked(revoked) => revoked.at,
        }
    }

    pub(crate) fn by(&self) -> Author {
        match self {
            Self::Created(key) => key.author(),
            Self::Revoked(revoked) => revoked.by.clone(),
        }
    }
}

/// The latest revoked keys, oldest first.
#[derive(Debug, Default)]
pub(super) struct RevokedKeys(VecDeque<Arc<RevokedKey>>);

impl RevokedKeys {
    pub(super) fn of(mut keys: Vec<RevokedKey>) -> Self {
        keys.sort_by(|a, b| (a.at, &a.key.id).cmp(&(b.at, &b.key.id)));
        // There are more if the record of one that was forgotten could not be removed.
        keys.drain(..keys.len().saturating_sub(REVOKED_MAX));
        Self(keys.into_iter().map(Arc::new).collect())
    }

    pub(super) fn list(&self) -> Vec<Arc<RevokedKey>> {
        self.0.iter().cloned().collect()
    }

    /// Adds a key, and returns the one that is forgotten for it.
    pub(super) fn push(&mut self, key: Arc<RevokedKey>) -> Option<Arc<RevokedKey>> {
        self.0.push_back(key);
        if self.0.len() > REVOKED_MAX {
            return self.0.pop_front();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Holder;

    #[test]
    fn only_the_latest_are_remembered() {
        let revoked = |number: u64| RevokedKey {
            key: Key {
                id: format!("{number:016x}"),
                name: "sync".to_owned(),
                holder: Holder::Provisioner("okta".to_owned()),
                scopes: Vec::new(),
                created_at: Timestamp::now(),
                created_by: None,
                created_by_key: None,
                created_through: None,
                expires_at: None,
                hash: [0; 32],
            },
            at: Timestamp::from_unix_micros(number).unwrap(),
            by: Author::default(),
        };
        let max = REVOKED_MAX as u64;
        let mut keys = RevokedKeys::of((0..max + 2).rev().map(revoked).collect());
        assert_eq!(keys.list().len(), REVOKED_MAX);
        assert_eq!(keys.list()[0].key.id, revoked(2).key.id);
        let forgotten = keys.push(Arc::new(revoked(max + 2))).unwrap();
        assert_eq!(forgotten.key.id, revoked(2).key.id);
    }
}
