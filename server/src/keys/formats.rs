//! Keys as they are stored, and as JSON.

use headcount::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::revoked::{Author, RevokedKey};
use super::{Holder, Key, Scope};
use crate::hex::bytes_of_hex;

/// A key as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Record {
    name: String,
    /// Empty if the key was revoked: so no program takes it for a valid one.
    sha256: String,
    user: Option<String>,
    provisioner: Option<String>,
    scopes: Vec<Scope>,
    created_at_us: u64,
    /// Absent if a program created it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_by: Option<String>,
    /// Absent if it was created without a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_by_key: Option<String>,
    /// Absent if a program created it in the directory itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_through: Option<String>,
    expires_at_us: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked: Option<Revoked>,
}

/// When a key was revoked, and by whom.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Revoked {
    at_us: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    through: Option<String>,
}

/// What a record is of.
pub(super) enum Stored {
    Valid(Key),
    Revoked(RevokedKey),
}

impl Revoked {
    pub(super) fn new(at: Timestamp, by: Author) -> Self {
        Self {
            at_us: at.as_unix_micros(),
            by: by.user.map(|user| user.to_string()),
            by_key: by.key,
            through: by.door,
        }
    }
}

impl Record {
    /// The record of `key`.
    pub(super) fn of(key: &Key) -> Self {
        let (user, provisioner) = match &key.holder {
            Holder::User(id) => (Some(id.to_string()), None),
            Holder::Provisioner(name) => (None, Some(name.clone())),
        };
        Self {
            name: key.name.clone(),
            sha256: crate::hex::hex(&key.hash),
            user,
            provisioner,
            scopes: key.scopes.clone(),
            created_at_us: key.created_at.as_unix_micros(),
            created_by: key.created_by.map(|user| user.to_string()),
            created_by_key: key.created_by_key.clone(),
            created_through: key.created_through.clone(),
            expires_at_us: key.expires_at.map(Timestamp::as_unix_micros),
            revoked: None,
        }
    }

    /// The record of the same key after it was revoked.
    pub(super) fn revoked(self, revoked: Revoked) -> Self {
        Self {
            sha256: String::new(),
            revoked: Some(revoked),
            ..self
        }
    }

    pub(super) fn read(self, id: &str) -> Option<Stored> {
        let holder = match (self.user, self.provisioner) {
            (Some(user), None) => Holder::User(user.parse().ok()?),
            (None, Some(name)) => Holder::Provisioner(name),
            _ => return None,
        };
        let moment = |micros| Timestamp::from_unix_micros(micros).ok();
        let key = Key {
            id: id.to_owned(),
            name: self.name,
            holder,
            scopes: self.scopes,
            created_at: moment(self.created_at_us)?,
            created_by: user_of(self.created_by)?,
            created_by_key: self.created_by_key,
            created_through: self.created_through,
            expires_at: match self.expires_at_us {
                Some(micros) => Some(moment(micros)?),
                None => None,
            },
            hash: match self.revoked {
                Some(_) => NO_HASH,
                None => bytes_of_hex(&self.sha256)?.try_into().ok()?,
            },
        };
        let Some(revoked) = self.revoked else {
            return Some(Stored::Valid(key));
        };
        Some(Stored::Revoked(RevokedKey {
            key,
            at: moment(revoked.at_us)?,
            by: Author {
                user: user_of(revoked.by)?,
                key: revoked.by_key,
                door: revoked.through,
            },
        }))
    }
}

/// The hash of no secret: a key with it opens nothing.
const NO_HASH: [u8; 32] = [0; 32];

/// The user of a record, if it names one; `None` if the id is malformed.
#[expect(clippy::option_option, reason = "malformed and absent are different")]
fn user_of(id: Option<String>) -> Option<Option<UserId>> {
    match id {
        Some(id) => id.parse().ok().map(Some),
        None => Some(None),
    }
}

/// A key as REST returns it and the command prints it: without the hash.
#[derive(Serialize, Deserialize)]
pub(super) struct Shown {
    id: String,
    name: String,
    user: Option<UserId>,
    provisioner: Option<String>,
    scopes: Vec<Scope>,
    created_at: Timestamp,
    #[serde(default)]
    created_by: Option<UserId>,
    #[serde(default)]
    created_by_key: Option<String>,
    #[serde(default)]
    created_through: Option<String>,
    expires_at: Option<Timestamp>,
}

/// A revoked key as REST returns it and the command prints it.
#[derive(Serialize, Deserialize)]
pub(super) struct ShownRevoked {
    #[serde(flatten)]
    key: Shown,
    revoked_at: Timestamp,
    revoked_by: Option<UserId>,
    revoked_by_key: Option<String>,
    revoked_through: Option<String>,
}

impl From<Key> for Shown {
    fn from(key: Key) -> Self {
        let (user, provisioner) = match key.holder {
            Holder::User(id) => (Some(id), None),
            Holder::Provisioner(name) => (None, Some(name)),
        };
        Self {
            id: key.id,
            name: key.name,
            user,
            provisioner,
            scopes: key.scopes,
            created_at: key.created_at,
            created_by: key.created_by,
            created_by_key: key.created_by_key,
            created_through: key.created_through,
            expires_at: key.expires_at,
        }
    }
}

impl From<RevokedKey> for ShownRevoked {
    fn from(revoked: RevokedKey) -> Self {
        Self {
            key: revoked.key.into(),
            revoked_at: revoked.at,
            revoked_by: revoked.by.user,
            revoked_by_key: revoked.by.key,
            revoked_through: revoked.by.door,
        }
    }
}

impl TryFrom<Shown> for Key {
    type Error = &'static str;

    fn try_from(shown: Shown) -> Result<Self, Self::Error> {
        let holder = match (shown.user, shown.provisioner) {
            (Some(user), None) => Holder::User(user),
            (None, Some(name)) => Holder::Provisioner(name),
            _ => return Err("a key has either a user or a provisioner"),
        };
        Ok(Self {
            id: shown.id,
            name: shown.name,
            holder,
            scopes: shown.scopes,
            created_at: shown.created_at,
            created_by: shown.created_by,
            created_by_key: shown.created_by_key,
            created_through: shown.created_through,
            expires_at: shown.expires_at,
            hash: NO_HASH,
        })
    }
}

impl TryFrom<ShownRevoked> for RevokedKey {
    type Error = &'static str;

    fn try_from(shown: ShownRevoked) -> Result<Self, Self::Error> {
        Ok(Self {
            key: shown.key.try_into()?,
            at: shown.revoked_at,
            by: Author {
                user: shown.revoked_by,
                key: shown.revoked_by_key,
                door: shown.revoked_through,
            },
        })
    }
}
