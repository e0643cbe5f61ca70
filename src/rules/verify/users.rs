//! Verifying users and their index entries.

use std::collections::HashMap;

use super::fault::{Fault, FaultKind, Fix, name_of};
use super::sound::{Found, readable};
use super::{Caller, Entered, Examiner, Rival};
use crate::codec::keys::{self, KeyKind};
use crate::codec::{IdEntry, decode_id, decode_user, put_user};
use crate::engine::Read;
use crate::error::Result;
use crate::model::{User, UserId, UserParts};
use crate::rules::entries::{self, KINDS_OF_USER, ModelEntry};

/// An unreadable user: the key, the stored bytes, and the kind of fault.
type Unreadable = (Vec<u8>, Vec<u8>, FaultKind);

impl<R: Read> Examiner<'_, R> {
    /// Counts the users and checks their index entries.
    pub(super) fn users(&mut self) -> Result<()> {
        let mut unreadable: Vec<Unreadable> = Vec::new();
        for (key, stored) in self.state.damaged() {
            if key.first() == Some(&(KeyKind::User as u8)) {
                unreadable.push((key.to_vec(), stored.to_vec(), FaultKind::Damaged));
            }
        }
        self.each(KeyKind::User, |examiner, key, value| {
            examiner.progress.read(true);
            let user = match keys::email_key_of(key) {
                Some(email_key) => readable(decode_user(email_key, value))?,
                None => None,
            };
            if let Some(user) = user {
                return examiner.user(&user, key, value);
            }
            unreadable.push((key.to_vec(), value.to_vec(), FaultKind::Malformed));
            Ok(())
        })?;
        self.progress.tell();
        self.unreadable_users = unreadable.len() as u64;
        self.unreadable(unreadable)
    }

    /// Reports unreadable users, with the ids that lead to them.
    fn unreadable(&mut self, users: Vec<Unreadable>) -> Result<()> {
        if users.is_empty() {
            return Ok(());
        }
        let mut ids: HashMap<Vec<u8>, UserId> = HashMap::new();
        self.each(KeyKind::Id, |_, key, value| {
            if let (Some(id), Some(IdEntry::User(email_key))) =
                (keys::id_of(key), readable(decode_id(value))?)
            {
                let user_key = keys::user(email_key);
                if users.iter().any(|(key, ..)| *key == user_key) {
                    ids.insert(user_key, id);
                }
            }
            Ok(())
        })?;
        for (key, stored, kind) in users {
            let detail = match kind {
                FaultKind::Damaged => "the stored bytes don't match their checksum",
                _ => "the record can't be decoded",
            };
            let id = ids.get(&key).copied();
            let fault = Fault::new(kind, name_of(KeyKind::User), detail).user(id);
            self.fault(fault, Fix::SetAside(key, stored))?;
        }
        Ok(())
    }

    fn user(&mut self, user: &User, key: &[u8], value: &[u8]) -> Result<()> {
        if user.active {
            self.counted.active += 1;
            self.counted.active_admins += u64::from(user.admin);
            self.verified.active += 1;
        } else {
            self.counted.inactive += 1;
            self.verified.inactive += 1;
        }
        let caller = Caller::User {
            id: user.id,
            email_key: user.email_key().to_owned(),
        };
        for kind in KINDS_OF_USER.into_iter().skip(1) {
            if self.confirmed.contains(&kind) {
                continue;
            }
            let faults = self.faults;
            for entry in entries::all_of_user(user, kind) {
                if let Entered::Contested(rival) = self.expect(kind, &entry, &caller)? {
                    self.contested(kind, &entry, user, (key, value), &caller, rival)?;
                }
            }
            let is_id = kind == KeyKind::Id;
            if is_id && (self.faults > faults || self.state.is_damaged(&keys::id(user.id))) {
                self.displaced.insert(user.id, user.email_key().to_owned());
            }
        }
        self.username_is_no_email(user, (key, value))?;
        self.username_looks_like_none(user, (key, value))
    }

    /// Checks that no username equals the look of this one. Two usernames with the same
    /// look share an entry, and are found by that.
    fn username_looks_like_none(&mut self, user: &User, entry: (&[u8], &[u8])) -> Result<()> {
        let Some(look) = user.username_look() else {
            return Ok(());
        };
        let key = keys::username(look);
        let email_key = self.state.find(&key, |value| {
            Ok(keys::email_key_of_username(&key, value).unwrap_or_default())
        })?;
        let Found::Sound(email_key) = email_key else {
            return Ok(());
        };
        match self.user_at(&email_key)? {
            Found::Sound(rival) if rival.username_key() == Some(look) => {
                self.one_name(KeyKind::LookAlike, user, entry, &rival)
            }
            _ => Ok(()),
        }
    }

    /// Checks that the username, if it is an address, is not the email of another user. Two
    /// equal usernames share an entry, and are found by that.
    fn username_is_no_email(&mut self, user: &User, (key, value): (&[u8], &[u8])) -> Result<()> {
        let Some(username) = user.username_key().filter(|name| name.contains('@')) else {
            return Ok(());
        };
        match self.user_at(username)? {
            Found::Sound(rival) => self.one_name(KeyKind::Username, user, (key, value), &rival),
            Found::Unreadable | Found::Absent => Ok(()),
        }
    }

    /// Handles an entry of `user` that has another value, or that another user requires
    /// too.
    fn contested(
        &mut self,
        kind: KeyKind,
        entry: &ModelEntry<'_>,
        user: &User,
        (key, value): (&[u8], &[u8]),
        caller: &Caller,
        rival: Rival,
    ) -> Result<()> {
        let key_of = |entry: &ModelEntry<'_>| {
            let mut key = Vec::new();
            entry.put_key(&mut key);
            key
        };
        let wanted = key_of(entry);
        let email_key = match rival {
            Rival::Seen(Caller::User { email_key, .. }) => Some(email_key),
            Rival::Stored(stored) if kind == KeyKind::Id => match readable(decode_id(&stored))? {
                Some(IdEntry::User(email_key)) => Some(email_key.to_owned()),
                Some(IdEntry::Deleted) => {
                    return self.wrong(FaultKind::NotDeleted, kind, entry, caller);
                }
                None => return self.wrong(FaultKind::Malformed, kind, entry, caller),
            },
            Rival::Stored(stored)
                if matches!(
                    kind,
                    KeyKind::Username | KeyKind::LookAlike | KeyKind::ExternalId
                ) =>
            {
                keys::email_key_in(kind, &wanted, &stored)
            }
            Rival::Stored(_) | Rival::Seen(_) => None,
        };
        let rival = match email_key {
            Some(email_key) => self.user_at(&email_key)?,
            None => Found::Absent,
        };
        let Found::Sound(rival) = rival else {
            return self.wrong(FaultKind::Wrong, kind, entry, caller);
        };
        let has_too = entries::all_of_user(&rival, kind).any(|entry| key_of(&entry) == wanted);
        if !has_too || rival.email_key() == user.email_key() {
            return self.wrong(FaultKind::Wrong, kind, entry, caller);
        }
        if let ModelEntry::ExternalId(provisioner, ..) = *entry {
            return self.one_external_id(provisioner, user, &rival);
        }
        self.one_name(kind, user, (key, value), &rival)
    }

    /// Reports that two users have the same external id; the one created later loses it.
    fn one_external_id(&mut self, provisioner: &str, one: &User, other: &User) -> Result<()> {
        let mut mended = UserParts::from(if age(one) < age(other) { other } else { one });
        let key = keys::user(mended.email.key());
        if !self.judged.insert(key.clone()) {
            return Ok(());
        }
        mended.external_ids.remove(provisioner);
        let mended = User::from(mended);
        let mut value = Vec::new();
        put_user(&mut value, &mended)?;
        let fault = Fault::new(
            FaultKind::Duplicate,
            name_of(KeyKind::User),
            "two users have one external id; the one who was created first keeps it",
        );
        self.fault(fault.user(mended.id), Fix::Put(key, value))
    }

    /// Reports that `user` and `rival` have the same name or id; the older one keeps it.
    fn one_name(
        &mut self,
        kind: KeyKind,
        user: &User,
        (key, value): (&[u8], &[u8]),
        rival: &User,
    ) -> Result<()> {
        let (key, value, loser) = if age(rival) < age(user) {
            (key.to_vec(), value.to_vec(), user.id)
        } else {
            let key = keys::user(rival.email_key());
            let value = self.state.get(&key)?.map(|value| value.to_vec());
            (key, value.unwrap_or_default(), rival.id)
        };
        if !self.judged.insert(key.clone()) {
            return Ok(());
        }
        let detail = format!(
            "two users have the {}; the one who was created first keeps it",
            name_of(kind)
        );
        self.fault(
            Fault::new(FaultKind::Duplicate, name_of(KeyKind::User), detail).user(loser),
            Fix::SetAside(key, value),
        )
    }

    /// The user with this email key.
    pub(super) fn user_at(&self, email_key: &str) -> Result<Found<User>> {
        let decode = |bytes: &[u8]| decode_user(email_key, bytes);
        self.state.find(&keys::user(email_key), decode)
    }

    /// The user with this id, even if the id entry doesn't lead to the user.
    pub(super) fn user_with_id(&self, id: UserId) -> Result<Found<User>> {
        if let Some(email_key) = self.displaced.get(&id) {
            return self.user_at(email_key);
        }
        let email_key = self.state.find(&keys::id(id), |bytes| {
            Ok(match decode_id(bytes)? {
                IdEntry::User(email_key) => Some(email_key.to_owned()),
                IdEntry::Deleted => None,
            })
        })?;
        match email_key {
            Found::Sound(Some(email_key)) => Ok(match self.user_at(&email_key)? {
                Found::Sound(user) if user.id != id => Found::Absent,
                found => found,
            }),
            Found::Unreadable => Ok(Found::Unreadable),
            Found::Sound(None) | Found::Absent => Ok(Found::Absent),
        }
    }
}

/// The order in which conflicting users are kept: the smaller one stays.
fn age(user: &User) -> (u64, UserId, &str) {
    (user.created_at.as_unix_micros(), user.id, user.email_key())
}
