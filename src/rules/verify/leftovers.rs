//! Finding entries that no record requires.

use super::fault::{Fault, FaultKind, Fix, name_of};
use super::sound::{Found, readable};
use super::{Examiner, tombstone};
use crate::codec::keys::{self, KeyKind};
use crate::codec::{IdEntry, decode_id, decode_member};
use crate::engine::Read;
use crate::error::Result;
use crate::model::UserId;
use crate::rules::entries;

impl<R: Read> Examiner<'_, R> {
    /// Counts the entries of each kind, and examines them one by one if there are more than
    /// records require.
    pub(super) fn leftovers(&mut self) -> Result<()> {
        for kind in [
            KeyKind::Username,
            KeyKind::Inactive,
            KeyKind::Admin,
            KeyKind::Domain,
            KeyKind::Created,
            KeyKind::Updated,
            KeyKind::LookAlike,
            KeyKind::ExternalId,
            KeyKind::WorkspaceName,
            KeyKind::DefaultWorkspace,
            KeyKind::Member,
            KeyKind::WorkspaceExternalId,
            KeyKind::Request,
        ] {
            if self.confirmed.contains(&kind) {
                continue;
            }
            let mut count = 0;
            self.each(kind, |_, _, _| {
                count += 1;
                Ok(())
            })?;
            let present = self.present.get(&(kind as u8)).copied().unwrap_or(0);
            if count != present || self.faults > 0 {
                self.each(kind, |examiner, key, value| {
                    examiner.judge(kind, key, value)
                })?;
            }
        }
        self.ids()
    }

    /// Counts the ids of deleted users, and examines each id if there are some that belong
    /// to no user.
    fn ids(&mut self) -> Result<()> {
        let (mut count, mut deleted) = (0, 0);
        let mut is_odd = self.faults > 0;
        self.each(KeyKind::Id, |_, key, value| {
            count += 1;
            is_odd |= keys::id_of(key).is_none();
            deleted += u64::from(readable(decode_id(value))? == Some(IdEntry::Deleted));
            Ok(())
        })?;
        self.verified.deleted = deleted;
        let users = self.present.get(&(KeyKind::Id as u8)).copied().unwrap_or(0);
        if is_odd || count != users + deleted {
            return self.each(KeyKind::Id, Self::id);
        }
        Ok(())
    }

    fn judge(&mut self, kind: KeyKind, key: &[u8], value: &[u8]) -> Result<()> {
        if self.judged.contains(key) {
            return Ok(());
        }
        let (is_called_for, user) = match kind {
            KeyKind::Request => (self.has_change(key, value)?, None),
            KeyKind::Member => self.is_of_member(key, value)?,
            KeyKind::WorkspaceName | KeyKind::DefaultWorkspace | KeyKind::WorkspaceExternalId => {
                (self.is_of_workspace(kind, key, value)?, None)
            }
            _ => self.is_of_user(kind, key, value)?,
        };
        if is_called_for != Some(false) {
            return Ok(());
        }
        let fault = Fault::new(
            FaultKind::Leftover,
            name_of(kind),
            "no record requires the entry",
        );
        let fix = match kind {
            KeyKind::Request => Fix::SetAside(key.to_vec(), value.to_vec()),
            _ => Fix::Remove(key.to_vec()),
        };
        self.fault(fault.user(user), fix)
    }

    fn is_of_user(
        &self,
        kind: KeyKind,
        key: &[u8],
        value: &[u8],
    ) -> Result<(Option<bool>, Option<UserId>)> {
        let Some(email_key) = keys::email_key_in(kind, key, value) else {
            return Ok((Some(false), None));
        };
        Ok(match self.user_at(&email_key)? {
            Found::Absent => (Some(false), None),
            Found::Unreadable => (None, None),
            Found::Sound(user) => {
                let is_same = entries::all_of_user(&user, kind).any(|entry| is_key_of(&entry, key));
                (Some(is_same), Some(user.id))
            }
        })
    }

    fn is_of_workspace(&self, kind: KeyKind, key: &[u8], value: &[u8]) -> Result<Option<bool>> {
        let Some(id) = keys::workspace_id(value) else {
            return Ok(Some(false));
        };
        Ok(match self.workspace_with_id(id)? {
            Found::Absent => Some(false),
            Found::Unreadable => None,
            Found::Sound(workspace) if kind == KeyKind::WorkspaceExternalId => {
                let mut entries = workspace.external_ids.keys().filter_map(|provisioner| {
                    entries::of_workspace_external_id(&workspace, provisioner)
                });
                Some(entries.any(|entry| is_key_of(&entry, key)))
            }
            Found::Sound(workspace) => {
                let [_, name, default] = entries::of_workspace(&workspace);
                let entry = if kind == KeyKind::WorkspaceName {
                    name
                } else {
                    default
                };
                Some(entry.is_some_and(|entry| is_key_of(&entry, key)))
            }
        })
    }

    fn is_of_member(&self, key: &[u8], value: &[u8]) -> Result<(Option<bool>, Option<UserId>)> {
        let workspace = key.get(1..9).and_then(keys::workspace_id);
        let (Some(workspace), Some(user)) = (workspace, keys::user_id(value)) else {
            return Ok((Some(false), None));
        };
        let membership = keys::membership(user, workspace);
        let decode = |bytes: &[u8]| decode_member(workspace, user, bytes);
        let is_called_for = match self.state.find(&membership, decode)? {
            Found::Absent => Some(false),
            Found::Unreadable => None,
            Found::Sound(member) => match self.user_with_id(user)? {
                // The membership is dangling, and is reported as such.
                Found::Absent | Found::Unreadable => None,
                Found::Sound(user) => {
                    let [_, entry] = entries::of_member(&member, user.email_key());
                    Some(entry.is_some_and(|entry| is_key_of(&entry, key)))
                }
            },
        };
        Ok((is_called_for, Some(user)))
    }

    /// Examines an id, which belongs to a user or to a deleted one.
    fn id(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let entry = readable(decode_id(value))?;
        if self.judged.contains(key) {
            return Ok(());
        }
        let Some(id) = keys::id_of(key) else {
            let fault = Fault::new(FaultKind::Malformed, "id", "the key is no UUID");
            return self.fault(fault, Fix::SetAside(key.to_vec(), value.to_vec()));
        };
        let (kind, detail) = match entry {
            Some(IdEntry::Deleted) => return Ok(()),
            Some(IdEntry::User(email_key)) => match self.user_at(email_key)? {
                Found::Sound(user) if user.id == id => return Ok(()),
                Found::Unreadable => return Ok(()),
                _ => (FaultKind::Leftover, "the user doesn't exist"),
            },
            None => (FaultKind::Malformed, "the entry can't be decoded"),
        };
        // The id was used, so it must not be used again.
        let fix = Fix::Put(key.to_vec(), tombstone()?);
        self.fault(Fault::new(kind, "id", detail).user(id), fix)
    }
}

fn is_key_of(entry: &entries::ModelEntry<'_>, key: &[u8]) -> bool {
    let mut wanted = Vec::new();
    entry.put_key(&mut wanted);
    wanted == key
}
