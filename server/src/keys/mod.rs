//! API keys: 256 random bits that are shown once and stored as their SHA-256, in the
//! directory's own file.

mod formats;
mod new;
mod revoked;
mod scope;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use headcount::{Directory, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use self::formats::{Record, Revoked, Shown, Stored};
pub use self::new::{KeyError, NewKey};
pub(crate) use self::revoked::KeyEvent;
use self::revoked::RevokedKeys;
pub use self::revoked::{Author, RevokedKey};
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

/// The id of the user, or the name of the program.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Provisioner(name) => f.write_str(name),
        }
    }
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
    /// The door that its creation came through, such as `rest`; `None` for a program that uses the
    /// directory itself.
    pub created_through: Option<String>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    hash: [u8; 32],
}

impl Key {
    /// Whether one of the key's scopes covers `needed`.
    pub fn allows(&self, needed: Scope) -> bool {
        self.scopes.iter().any(|scope| scope.covers(needed))
    }

    /// The names of its scopes, such as `read, scim`.
    pub fn scope_names(&self) -> String {
        let names: Vec<_> = self.scopes.iter().map(ToString::to_string).collect();
        names.join(", ")
    }

    /// Whether the key has expired.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expiry| expiry <= now)
    }

    /// Who created it.
    pub fn author(&self) -> Author {
        Author {
            user: self.created_by,
            key: self.created_by_key.clone(),
            door: self.created_through.clone(),
        }
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

/// The keys of a directory. Clones share their state.
#[derive(Clone)]
pub struct Keys {
    directory: Directory,
    by_hash: Arc<RwLock<HashMap<[u8; 32], Arc<Key>>>>,
    revoked: Arc<Mutex<RevokedKeys>>,
    /// Locked for as long as a key is being created or revoked, so that each is revoked once, and
    /// what is done to keys becomes known in the order of its times.
    changing: Arc<Mutex<()>>,
    /// The time of the latest event, which listeners wait for.
    latest: Arc<watch::Sender<Timestamp>>,
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
        let mut revoked = Vec::new();
        for (name, value) in directory.extras(RECORDS)? {
            let id = name.strip_prefix(RECORDS).unwrap_or_default();
            match serde_json::from_slice::<Record>(&value)
                .ok()
                .and_then(|record| record.read(id))
            {
                Some(Stored::Valid(key)) => drop(by_hash.insert(key.hash, Arc::new(key))),
                Some(Stored::Revoked(key)) => revoked.push(key),
                None => log::error!("the record of the API key {id} can't be read: ignored"),
            }
        }
        let epoch = Timestamp::from_unix_micros(0)?;
        let keys = Self {
            directory: directory.clone(),
            by_hash: Arc::new(RwLock::new(by_hash)),
            revoked: Arc::new(Mutex::new(RevokedKeys::of(revoked))),
            changing: Arc::default(),
            latest: Arc::new(watch::Sender::new(epoch)),
        };
        if let Some(event) = keys.key_events(None, None).first() {
            keys.latest.send_replace(event.at());
        }
        Ok(keys)
    }

    /// A time later than that of every event, even if the clock was set back.
    fn next_moment(&self) -> Timestamp {
        Timestamp::now().max(just_after(self.latest()))
    }

    /// Creates a key and returns it with its secret, which can't be retrieved again.
    ///
    /// # Errors
    ///
    /// [`KeyError`]: the holder does not exist, a name is invalid, the expiry has passed, or
    /// storing it failed.
    pub fn create(&self, new: NewKey) -> Result<(Arc<Key>, Secret), KeyError> {
        let holder = match new.holder {
            Holder::User(id) => {
                let user = self.directory.user_by_id(id)?;
                Holder::User(user.ok_or(KeyError::NoUser(id))?.id())
            }
            Holder::Provisioner(name) => {
                Holder::Provisioner(checked_name(&name, PROVISIONER_BYTES_MAX)?)
            }
        };
        let name = checked_name(&new.name, NAME_BYTES_MAX)?;
        let _one_at_a_time = self.lock_changing();
        let now = self.next_moment();
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
        let key = Arc::new(Key {
            id: hex(id),
            name,
            holder,
            scopes,
            created_at: now,
            created_by: new.author.user,
            created_by_key: new.author.key,
            created_through: new.author.door,
            expires_at: new.expires_at,
            hash: hash(secret.expose()),
        });
        self.store(&key.id, &Record::of(&key))?;
        self.lock_to_change().insert(key.hash, Arc::clone(&key));
        self.latest.send_replace(now);
        Ok((key, secret))
    }

    fn store(&self, id: &str, record: &Record) -> headcount::Result<()> {
        // Strings and numbers can always be written.
        let bytes = serde_json::to_vec(record).unwrap_or_default();
        self.directory.set_extra(&format!("{RECORDS}{id}"), &bytes)
    }

    /// All keys, oldest first, including expired ones.
    pub fn list(&self) -> Vec<Arc<Key>> {
        let keys = self.by_hash.read().unwrap_or_else(PoisonError::into_inner);
        let mut keys: Vec<_> = keys.values().cloned().collect();
        keys.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        keys
    }

    /// The latest 1,000 keys that were revoked, the latest last.
    pub fn revoked(&self) -> Vec<Arc<RevokedKey>> {
        self.lock_revoked().list()
    }

    /// Revokes the key with this id permanently; returns whether there was one. Requests under way
    /// finish, and event listeners end within seconds. The hash of the secret is removed, and the
    /// rest of the record stays for the audit.
    ///
    /// # Errors
    ///
    /// Those of storing it; then the key stays valid.
    pub fn revoke(&self, id: &str, by: Author) -> headcount::Result<bool> {
        let _one_at_a_time = self.lock_changing();
        let Some(key) = self.named(id) else {
            return Ok(false);
        };
        let at = self.next_moment();
        let record = Record::of(&key).revoked(Revoked::new(at, by.clone()));
        self.store(id, &record)?;
        self.lock_to_change().remove(&key.hash);
        let key = Key::clone(&key);
        let revoked = Arc::new(RevokedKey { key, at, by });
        let forgotten = self.lock_revoked().push(revoked);
        self.latest.send_replace(at);
        if let Some(forgotten) = forgotten {
            let name = format!("{RECORDS}{}", forgotten.key.id);
            if let Err(error) = self.directory.remove_extra(&name) {
                log::warn!("the record of a key that was revoked long ago stays: {error}");
            }
        }
        Ok(true)
    }

    /// What was done to keys from `since` on, and before `before`: the latest first.
    pub(crate) fn key_events(
        &self,
        since: Option<Timestamp>,
        before: Option<Timestamp>,
    ) -> Vec<KeyEvent> {
        let revoked = self.revoked();
        let is_asked =
            |at| since.is_none_or(|since| at >= since) && before.is_none_or(|before| at < before);
        let all = revoked.iter().map(|revoked| &revoked.key);
        let created = all.filter(|key| is_asked(key.created_at));
        let created = created.map(|key| Arc::new(key.clone()));
        let valid = self.list().into_iter();
        let created = created.chain(valid.filter(|key| is_asked(key.created_at)));
        let revoked = revoked.iter().filter(|revoked| is_asked(revoked.at));
        let mut key_events: Vec<_> = created
            .map(KeyEvent::Created)
            .chain(revoked.cloned().map(KeyEvent::Revoked))
            .collect();
        key_events.sort_by_key(|event| std::cmp::Reverse(event.at()));
        key_events
    }

    /// What was done to keys after `moment`: the latest last.
    pub(crate) fn events_after(&self, moment: Timestamp) -> impl Iterator<Item = KeyEvent> {
        let latest_first = self.key_events(Some(just_after(moment)), None);
        latest_first.into_iter().rev()
    }

    /// The time of the latest event; no two have the same.
    pub(crate) fn latest(&self) -> Timestamp {
        *self.latest.borrow()
    }

    /// Notifies of each later event.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Timestamp> {
        self.latest.subscribe()
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

    fn lock_changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_revoked(&self) -> MutexGuard<'_, RevokedKeys> {
        self.revoked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_to_change(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<[u8; 32], Arc<Key>>> {
        self.by_hash.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next moment that is different.
fn just_after(moment: Timestamp) -> Timestamp {
    // The last moment of the year 9999 stays.
    Timestamp::from_unix_micros(moment.as_unix_micros() + 1).unwrap_or(moment)
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
