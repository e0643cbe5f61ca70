//! Keys as they are stored, and as JSON.

use headcount::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{Holder, Key, Scope};
use crate::hex::bytes_of_hex;

/// A key as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) user: Option<String>,
    pub(super) provisioner: Option<String>,
    pub(super) scopes: Vec<Scope>,
    pub(super) created_at_us: u64,
    /// Absent if a program created it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created_by: Option<String>,
    /// Absent if it was created without a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created_by_key: Option<String>,
    pub(super) expires_at_us: Option<u64>,
}

impl Record {
    pub(super) fn into_key(self, id: &str) -> Option<Key> {
        let holder = match (self.user, self.provisioner) {
            (Some(user), None) => Holder::User(user.parse().ok()?),
            (None, Some(name)) => Holder::Provisioner(name),
            _ => return None,
        };
        let moment = |micros| Timestamp::from_unix_micros(micros).ok();
        Some(Key {
            id: id.to_owned(),
            name: self.name,
            holder,
            scopes: self.scopes,
            created_at: moment(self.created_at_us)?,
            created_by: match self.created_by {
                Some(user) => Some(user.parse().ok()?),
                None => None,
            },
            created_by_key: self.created_by_key,
            expires_at: match self.expires_at_us {
                Some(micros) => Some(moment(micros)?),
                None => None,
            },
            hash: bytes_of_hex(&self.sha256)?.try_into().ok()?,
        })
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
    expires_at: Option<Timestamp>,
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
            expires_at: key.expires_at,
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
            expires_at: shown.expires_at,
            // It is the hash of no secret, so this key opens nothing.
            hash: [0; 32],
        })
    }
}
