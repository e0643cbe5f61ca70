//! API keys: 256 random bits that are shown once and stored as their SHA-256, in the
//! directory's own file.

mod formats;
mod scope;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use headcount::{Directory, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::formats::{Record, Shown};
pub use self::scope::Scope;
use crate::hex::hex;

/// The names of the records of keys begin like this; what follows is the id.
const RECORDS: &str = "api-key/";
/// What a secret begins with, so that scanners of source code can find one.
pub(crate) const SECRET_PREFIX: &str = "hc_";
/// Bytes of the random part of a secret.
const SECRET_BYTES: usize = 32;
/// Bytes of the name of a key.
const NAME_BYTES_MAX: usize = 128;
/// Bytes of the name of a provisioner, whose external ids the directory keeps.
const PROVISIONER_BYTES_MAX: usize = 64;

/// Who uses a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A user: the key works while the user is active, and the user is the actor of its
    /// changes.
    User(UserId),
    /// A program, such as an identity provider, with its name.
    Provisioner(String),
}

/// A key, without its secret. As JSON, it is as REST returns it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "Shown", try_from = "Shown")]
#[non_exhaustive]
pub struct Key {
    /// The id in lists and logs: 16 hexadecimal digits.
    pub id: String,
    /// A description by the person who created it.
    pub name: String,
    /// Who uses it.
    pub holder: Holder,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The user who created it; `None` for a program, such as the command on the file.
    pub created_by: Option<UserId>,
    /// The id of the key that it was created with; `None` if it was created without one.
    pub created_by_key: Option<String>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    hash: [u8; 32],
}

impl Key {
    /// Whether one of the key's scopes covers `needed`.
    pub fn allows(&self, needed: Scope) -> bool {
        self.scopes.iter().any(|scope| scope.covers(needed))
    }

    /// Whether the key has expired.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expiry| expiry <= now)
    }
}

/// The secret of a key. Only [`expose`](Self::expose) returns the text, so it isn't printed by
/// accident.
pub struct Secret(String);

impl Secret {
    /// The bearer token for clients.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A key to create. Its scope is `read` by default.
#[derive(Clone, Debug)]
pub struct NewKey {
    name: String,
    holder: Holder,
    scopes: Vec<Scope>,
    created_by: Option<UserId>,
    created_by_key: Option<String>,
    expires_at: Option<Timestamp>,
}

impl NewKey {
    /// A key with the description `name` for `holder`.
    pub fn new(name: impl Into<String>, holder: Holder) -> Self {
        Self {
            name: name.into(),
            holder,
            scopes: Vec::new(),
            created_by: None,
            created_by_key: None,
            expires_at: None,
        }
    }

    /// Adds a scope.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scopes.push(scope);
        self
    }

    /// Sets who creates the key; `None` means a program.
    #[must_use]
    pub fn created_by(mut self, user: Option<UserId>) -> Self {
        self.created_by = user;
        self
    }

    /// Sets the id of the key that it is created with.
    #[must_use]
    pub fn created_by_key(mut self, id: Option<String>) -> Self {
        self.created_by_key = id;
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

/// The keys of a directory. Clones share their state.
#[derive(Clone)]
pub struct Keys {
    directory: Directory,
    by_hash: Arc<RwLock<HashMap<[u8; 32], Arc<Key>>>>,
}

impl Keys {
    /// Reads the keys of a directory. Open one `Keys` per directory and clone it: a second one
    /// does not see the first one's changes.
    ///
    /// # Errors
    ///
    /// Those of reading. A damaged record is not an error: it is logged and ignored.
    pub fn open(directory: &Directory) -> headcount::Result<Self> {
        let mut by_hash = HashMap::new();
        for (name, value) in directory.extras(RECORDS)? {
            let id = name.strip_prefix(RECORDS).unwrap_or_default();
            match serde_json::from_slice::<Record>(&value)
                .ok()
                .and_then(|record| record.into_key(id))
            {
                Some(key) => drop(by_hash.insert(key.hash, Arc::new(key))),
                None => log::error!("the record of the API key {id} can't be read: ignored"),
            }
        }
        Ok(Self {
            directory: directory.clone(),
            by_hash: Arc::new(RwLock::new(by_hash)),
        })
    }

    /// Creates a key and returns it with its secret, which can't be retrieved again.
    ///
    /// # Errors
    ///
    /// [`KeyError`]: the holder does not exist, a name is invalid, the expiry has passed, or
    /// storing it failed.
    pub fn create(&self, new: NewKey) -> Result<(Arc<Key>, Secret), KeyError> {
        let (user, provisioner) = match &new.holder {
            Holder::User(id) => {
                self.directory
                    .user_by_id(*id)?
                    .ok_or(KeyError::NoUser(*id))?;
                (Some(id.to_string()), None)
            }
            Holder::Provisioner(name) => (None, Some(checked_name(name, PROVISIONER_BYTES_MAX)?)),
        };
        let name = checked_name(&new.name, NAME_BYTES_MAX)?;
        let now = Timestamp::now();
        if let Some(moment) = new.expires_at.filter(|moment| *moment <= now) {
            return Err(KeyError::Expired(moment));
        }
        let mut bytes = [0; SECRET_BYTES + 8];
        getrandom::fill(&mut bytes).map_err(|error| KeyError::Random(error.to_string()))?;
        let (secret, id) = bytes.split_at(SECRET_BYTES);
        let secret = Secret(format!("{SECRET_PREFIX}{}", hex(secret)));
        let mut scopes = new.scopes;
        if scopes.is_empty() {
            scopes.push(Scope::Read);
        }
        scopes.sort_unstable();
        scopes.dedup();
        let record = Record {
            name,
            sha256: hex(&hash(secret.expose())),
            user,
            provisioner,
            scopes,
            created_at_us: now.as_unix_micros(),
            created_by: new.created_by.map(|user| user.to_string()),
            created_by_key: new.created_by_key,
            expires_at_us: new.expires_at.map(Timestamp::as_unix_micros),
        };
        let id = hex(id);
        let bytes = serde_json::to_vec(&record).map_err(|_| KeyError::Name)?;
        let key = record.into_key(&id).ok_or(KeyError::Name)?;
        self.directory
            .set_extra(&format!("{RECORDS}{id}"), &bytes)?;
        let key = Arc::new(key);
        self.lock_to_change().insert(key.hash, Arc::clone(&key));
        Ok((key, secret))
    }

    /// All keys, oldest first, including expired ones.
    pub fn list(&self) -> Vec<Arc<Key>> {
        let keys = self.by_hash.read().unwrap_or_else(PoisonError::into_inner);
        let mut keys: Vec<_> = keys.values().cloned().collect();
        keys.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        keys
    }

    /// Removes the key with this id permanently; returns whether there was one. Requests under way
    /// finish, and event listeners end within seconds.
    pub fn revoke(&self, id: &str) -> headcount::Result<bool> {
        let Some(key) = self.named(id) else {
            return Ok(false);
        };
        self.directory.remove_extra(&format!("{RECORDS}{id}"))?;
        Ok(self.lock_to_change().remove(&key.hash).is_some())
    }

    /// The key with this id, expired or not.
    pub(crate) fn named(&self, id: &str) -> Option<Arc<Key>> {
        let keys = self.by_hash.read().unwrap_or_else(PoisonError::into_inner);
        keys.values().find(|key| key.id == id).cloned()
    }

    /// The key with this secret, expired or not.
    pub(crate) fn find(&self, secret: &str) -> Option<Arc<Key>> {
        let hash = hash(secret);
        let keys = self.by_hash.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(&hash).cloned()
    }

    /// Whether `key` still exists.
    pub(crate) fn knows(&self, key: &Key) -> bool {
        let keys = self.by_hash.read().unwrap_or_else(PoisonError::into_inner);
        keys.contains_key(&key.hash)
    }

    fn lock_to_change(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<[u8; 32], Arc<Key>>> {
        self.by_hash.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn checked_name(name: &str, bytes_max: usize) -> Result<String, KeyError> {
    let name = name.trim();
    if name.is_empty() || name.len() > bytes_max || name.contains(char::is_control) {
        return Err(KeyError::Name);
    }
    Ok(name.to_owned())
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
