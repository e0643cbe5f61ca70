//! Loading exported records into an empty directory.

mod present;
mod record;

use std::collections::HashSet;

use self::present::Present;
pub use self::record::Record;
use super::entries::{self, KINDS_OF_USER, ModelEntry};
use super::finish::write_change;
use super::{judge, read};
use crate::codec::keys::{self, KeyKind};
use crate::codec::{IdEntry, LicenseEntry, Totals, encode_license};
use crate::engine::Write;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Derived, Event, ExternalIds, Member, NewUser, Timestamp, User, UserId, Workspace, WorkspaceId,
    WorkspaceName, check_door, check_external_id, check_provisioner, set_external_id,
};

/// Loads `records` into a directory without users and workspaces; returns the number of the
/// latest change afterwards.
pub(crate) fn load(
    txn: &mut impl Write,
    records: impl Iterator<Item = Result<Record>>,
    (actor, door): (Option<UserId>, Option<&str>),
    at: Timestamp,
) -> Result<u64> {
    door.map_or(Ok(()), check_door)?;
    let totals = read::totals(txn)?;
    if totals.active + totals.inactive + totals.last_workspace > 0 {
        return Err(refused("the directory is not empty; load into a new one"));
    }
    let mut loading = Loading {
        present: Present::new(txn)?,
        txn,
        before: totals,
        totals,
        has_license: false,
        events: Vec::new(),
        defaults: HashSet::new(),
    };
    for record in records {
        loading.record(record?)?;
    }
    loading.finish(actor, door, at)
}

struct Loading<'l, W> {
    txn: &'l mut W,
    before: Totals,
    totals: Totals,
    /// Whether a record has set the license.
    has_license: bool,
    events: Vec<Event>,
    /// Default workspaces whose users are not members yet.
    defaults: HashSet<(WorkspaceId, UserId)>,
    present: Present,
}

impl<W: Write> Loading<'_, W> {
    fn record(&mut self, record: Record) -> Result<()> {
        match record {
            Record::Directory {
                license,
                license_version: version,
                last_workspace,
            } => {
                if self.totals.last_change > 0 {
                    let what = "the directory has a license already; load into a new one";
                    return Err(refused(what));
                }
                self.has_license = true;
                self.totals.last_workspace = last_workspace.max(self.totals.last_workspace);
                self.events.push(Event::LicenseSet { license });
                let entry = LicenseEntry { license, version };
                self.txn.put(keys::LICENSE, &encode_license(&entry)?)
            }
            Record::User {
                user,
                updated_at,
                deactivated_at,
                version,
            } => self.user(&user, updated_at, deactivated_at, version),
            Record::DeletedUser { id } => self.put(
                &ModelEntry::Id(id, IdEntry::Deleted),
                ErrorKind::IdTaken,
                &format!("the id {id}"),
            ),
            Record::Workspace {
                id,
                name,
                archived,
                default_of,
                external_ids,
                created_at,
                updated_at,
                version,
            } => {
                let name = WorkspaceName::parse(&name)?;
                self.workspace(&Workspace {
                    id,
                    name: name.typed,
                    name_key: name.key,
                    archived,
                    default_of,
                    external_ids: checked(external_ids)?,
                    created_at,
                    updated_at,
                    version,
                })
            }
            Record::Member {
                workspace,
                user,
                role,
                since,
                version,
            } => self.member(&Member {
                workspace,
                user,
                role,
                since,
                version,
            }),
            Record::LastSeen { user, at } => self.seen(user, at),
        }
    }

    fn seen(&mut self, user: UserId, at: Timestamp) -> Result<()> {
        if read::user_by_id(self.txn, user)?.is_none() {
            let what = format!("no user has the id {user}, who was last seen {at}");
            return Err(Error::new(ErrorKind::UserNotFound, what));
        }
        let what = format!("when {user} was last seen");
        self.put(
            &ModelEntry::Seen(user, at),
            ErrorKind::InvalidArgument,
            &what,
        )
    }

    fn user(
        &mut self,
        new: &NewUser,
        updated_at: Timestamp,
        deactivated_at: Option<Timestamp>,
        version: u64,
    ) -> Result<()> {
        let draft = new.draft()?;
        let (Some(id), Some(created_at)) = (draft.details.id, draft.details.created_at) else {
            return Err(refused("a user to load has no id or no time of creation"));
        };
        let user = User {
            id,
            texts: draft.texts(),
            active: draft.details.active,
            admin: draft.details.admin,
            created_at,
            updated_at,
            deactivated_at,
            version,
            derived: Derived::default(),
        };
        if user.active && deactivated_at.is_some() {
            return Err(refused(
                "a user who is active was deactivated; leave one of the two out",
            ));
        }
        self.names_are_free(&user)?;
        for kind in KINDS_OF_USER {
            let refusal = match kind {
                KeyKind::Id => ErrorKind::IdTaken,
                KeyKind::Username | KeyKind::LookAlike => ErrorKind::UsernameTaken,
                KeyKind::ExternalId => ErrorKind::ExternalIdTaken,
                _ => ErrorKind::EmailTaken,
            };
            for entry in entries::all_of_user(&user, kind) {
                let what = format!("the email, the id {id}, the username or an external id");
                self.put(&entry, refusal, &what)?;
            }
        }
        if user.active {
            self.totals.active += 1;
            self.totals.active_admins += u64::from(user.admin);
        } else {
            self.totals.inactive += 1;
        }
        self.totals.last_at = self.totals.last_at.max(user.updated_at);
        let active = user.active;
        self.events.push(Event::UserCreated { user: id, active });
        Ok(())
    }

    /// Checks for clashes between different keys: an email that is another user's username
    /// or vice versa, and usernames that look the same.
    fn names_are_free(&self, user: &User) -> Result<()> {
        if let Some(username) = user.username_key() {
            let is_taken = self.is_present(&keys::user(username))?;
            let is_username = self.is_present(&keys::username(user.email_key()))?;
            let looks_like_one = self.is_present(&match user.username_look() {
                Some(look) => keys::username(look),
                None => keys::look_alike(username),
            })?;
            if is_taken || is_username || looks_like_one {
                return Err(Error::new(
                    ErrorKind::UsernameTaken,
                    format!(
                        "the email or the username of {} is another user's, or looks like it; change one \
                         of them",
                        user.id
                    ),
                ));
            }
        }
        Ok(())
    }

    fn workspace(&mut self, workspace: &Workspace) -> Result<()> {
        let id = workspace.id;
        if id.as_u64() == 0 {
            return Err(refused("workspace ids count from one"));
        }
        for entry in entries::of_workspace(workspace).iter().flatten() {
            let what = format!("the id, name or user of workspace {id}");
            self.put(entry, ErrorKind::WorkspaceNameTaken, &what)?;
        }
        for provisioner in workspace.external_ids.keys() {
            if let Some(entry) = entries::of_workspace_external_id(workspace, provisioner) {
                let what = format!("an external id of workspace {id}");
                self.put(&entry, ErrorKind::ExternalIdTaken, &what)?;
            }
        }
        if let Some(user) = workspace.default_of {
            self.defaults.insert((id, user));
        }
        self.totals.workspaces += 1;
        self.totals.last_workspace = self.totals.last_workspace.max(id.as_u64());
        self.events.push(Event::WorkspaceCreated {
            workspace: id,
            default_of: workspace.default_of,
        });
        Ok(())
    }

    fn member(&mut self, member: &Member) -> Result<()> {
        let Member {
            workspace, user, ..
        } = *member;
        let Some(found) = read::user_by_id(self.txn, user)? else {
            let what = format!("no user has the id {user}, a member of workspace {workspace}");
            return Err(Error::new(ErrorKind::UserNotFound, what));
        };
        if read::workspace_by_id(self.txn, workspace)?.is_none() {
            let what = format!("no workspace has the id {workspace}, of which {user} is a member");
            return Err(Error::new(ErrorKind::WorkspaceNotFound, what));
        }
        for entry in entries::of_member(member, found.email_key())
            .iter()
            .flatten()
        {
            let what = format!("the membership of {user} in workspace {workspace}");
            self.put(entry, ErrorKind::RoleDiffers, &what)?;
        }
        self.defaults.remove(&(workspace, user));
        self.events.push(Event::MemberAdded {
            workspace,
            user,
            role: member.role,
        });
        Ok(())
    }

    /// Adds an entry that must not exist yet.
    fn put(&mut self, entry: &ModelEntry<'_>, refusal: ErrorKind, what: &str) -> Result<()> {
        let (mut key, mut value) = (Vec::new(), Vec::new());
        entry.put_key(&mut key);
        entry.put_value(&mut value)?;
        if !entry.is_unique_with_another() {
            if self.is_present(&key)? {
                let message = format!("{what} is in the records twice; remove one of the two");
                return Err(Error::new(refusal, message));
            }
            self.present.add(&key);
        }
        self.txn.put(&key, &value)
    }

    /// Whether an entry with this key exists.
    fn is_present(&self, key: &[u8]) -> Result<bool> {
        Ok(self.present.may_have(key) && self.txn.get(key)?.is_some())
    }

    fn finish(self, actor: Option<UserId>, door: Option<&str>, at: Timestamp) -> Result<u64> {
        if let Some((workspace, user)) = self.defaults.iter().next() {
            return Err(refused(&format!(
                "user {user} is not a member of their default workspace {workspace}"
            )));
        }
        if self.events.is_empty() {
            return Ok(self.totals.last_change);
        }
        if !self.has_license {
            let license = read::license(self.txn)?.license;
            judge::seats(license, &self.before, &self.totals).map_or(Ok(()), Err)?;
        }
        write_change(
            self.txn,
            &self.before,
            self.totals,
            self.events,
            (actor, door),
            at,
        )
    }
}

/// Checks external ids.
fn checked(pairs: Vec<(String, String)>) -> Result<ExternalIds> {
    let mut ids = ExternalIds::new();
    for (provisioner, id) in pairs {
        check_provisioner(&provisioner)?;
        check_external_id(&id)?;
        set_external_id(&mut ids, &provisioner, Some(&id))?;
    }
    Ok(ids)
}

fn refused(what: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, what)
}
