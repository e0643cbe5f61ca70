//! Verifying workspaces, memberships and their index entries.

use super::fault::{Fault, FaultKind, Fix, name_of};
use super::sound::{Found, readable};
use super::{Caller, Entered, Examiner, Rival};
use crate::codec::keys::{self, KeyKind};
use crate::codec::{decode_member, decode_workspace, put_member, put_workspace};
use crate::engine::Read;
use crate::error::Result;
use crate::model::{Member, Role, UserId, Workspace, WorkspaceId, WorkspaceName};
use crate::rules::entries;

impl<R: Read> Examiner<'_, R> {
    /// Counts the workspaces and checks their index entries.
    pub(super) fn workspaces(&mut self) -> Result<()> {
        self.each(KeyKind::Workspace, |examiner, key, value| {
            let id = keys::workspace_of(key);
            let workspace = match id {
                Some(id) => readable(decode_workspace(id, value))?,
                None => None,
            };
            if let Some(workspace) = workspace {
                return examiner.workspace(&workspace);
            }
            examiner.unreadable_workspaces += 1;
            let fault = Fault::new(
                FaultKind::Malformed,
                name_of(KeyKind::Workspace),
                "the record can't be decoded",
            );
            let fix = Fix::SetAside(key.to_vec(), value.to_vec());
            examiner.fault(fault.workspace(id), fix)
        })
    }

    fn workspace(&mut self, workspace: &Workspace) -> Result<()> {
        let id = workspace.id;
        self.counted.workspaces += 1;
        self.verified.workspaces += 1;
        self.counted.last_workspace = self.counted.last_workspace.max(id.as_u64());
        let caller = Caller::Workspace(id);
        let kinds = [
            KeyKind::Workspace,
            KeyKind::WorkspaceName,
            KeyKind::DefaultWorkspace,
        ];
        for (kind, entry) in kinds
            .into_iter()
            .zip(entries::of_workspace(workspace))
            .skip(1)
        {
            let Some(entry) = entry else { continue };
            let Entered::Contested(rival) = self.expect(kind, &entry, &caller)? else {
                continue;
            };
            let rival = match rival {
                Rival::Seen(Caller::Workspace(rival)) => Some(rival),
                Rival::Seen(_) => None,
                Rival::Stored(stored) => keys::workspace_id(&stored),
            };
            let rival = match rival {
                Some(rival) => self.workspace_with_id(rival)?,
                None => Found::Absent,
            };
            match rival {
                Found::Sound(rival) if is_alike(kind, workspace, &rival) => {
                    self.duplicate(kind, workspace, &rival)?;
                }
                _ => self.wrong(FaultKind::Wrong, kind, &entry, &caller)?,
            }
        }
        for provisioner in workspace.external_ids.keys() {
            self.workspace_external_id(workspace, provisioner, &caller)?;
        }
        match workspace.default_of {
            Some(user) => self.default_of(workspace, user),
            None => Ok(()),
        }
    }

    /// Checks an external id. If two workspaces have it, the one created later loses it.
    fn workspace_external_id(
        &mut self,
        workspace: &Workspace,
        provisioner: &str,
        caller: &Caller,
    ) -> Result<()> {
        let kind = KeyKind::WorkspaceExternalId;
        let Some(entry) = entries::of_workspace_external_id(workspace, provisioner) else {
            return Ok(());
        };
        let rival = match self.expect(kind, &entry, caller)? {
            Entered::Settled => return Ok(()),
            Entered::Contested(Rival::Seen(Caller::Workspace(rival))) => Some(rival),
            Entered::Contested(Rival::Seen(_)) => None,
            Entered::Contested(Rival::Stored(stored)) => keys::workspace_id(&stored),
        };
        let rival = match rival {
            Some(rival) => self.workspace_with_id(rival)?,
            None => Found::Absent,
        };
        match rival {
            Found::Sound(rival)
                if rival.id != workspace.id
                    && rival.external_id(provisioner) == workspace.external_id(provisioner) =>
            {
                let later = if workspace.id > rival.id {
                    workspace
                } else {
                    &rival
                };
                let mut mended = later.clone();
                mended.external_ids.remove(provisioner);
                let fault = Fault::new(
                    FaultKind::Duplicate,
                    name_of(KeyKind::Workspace),
                    "two workspaces have one external id; the first one keeps it",
                );
                self.fault(fault.workspace(later.id), put(&mended)?)
            }
            _ => self.wrong(FaultKind::Wrong, kind, &entry, caller),
        }
    }

    /// Reports that two workspaces have the same name or default user; the one created
    /// later loses it.
    fn duplicate(&mut self, kind: KeyKind, one: &Workspace, other: &Workspace) -> Result<()> {
        let (later, what) = (if one.id > other.id { one } else { other }, name_of(kind));
        let mut mended = later.clone();
        if kind == KeyKind::WorkspaceName {
            let suffix = format!(" ({})", later.id);
            let kept: String = later.name.chars().take(128 - suffix.len()).collect();
            let name = WorkspaceName::parse(&(kept + &suffix))?;
            (mended.name, mended.name_key) = (name.typed, name.key);
        } else {
            mended.default_of = None;
        }
        let detail = format!("two workspaces have the {what}; the first one keeps it");
        let fault = Fault::new(FaultKind::Duplicate, name_of(KeyKind::Workspace), detail);
        self.fault(fault.workspace(later.id), put(&mended)?)
    }

    /// Checks that the user of a default workspace exists and is a member.
    fn default_of(&mut self, workspace: &Workspace, user: UserId) -> Result<()> {
        let id = workspace.id;
        if let Found::Absent = self.user_with_id(user)? {
            let mut mended = workspace.clone();
            mended.default_of = None;
            let fault = Fault::new(
                FaultKind::Dangling,
                name_of(KeyKind::Workspace),
                "the user whose default workspace it is doesn't exist",
            );
            return self.fault(fault.user(user).workspace(id), put(&mended)?);
        }
        let key = keys::membership(user, id);
        if self.state.is_damaged(&key) || self.state.get(&key)?.is_some() {
            return Ok(());
        }
        let member = Member {
            workspace: id,
            user,
            role: Role::Owner,
            since: workspace.created_at,
            version: 1,
        };
        let mut value = Vec::new();
        put_member(&mut value, &member)?;
        let fault = Fault::new(
            FaultKind::Missing,
            name_of(KeyKind::Membership),
            "the user is not in their own default workspace",
        );
        self.fault(fault.user(user).workspace(id), Fix::Put(key, value))
    }

    /// Counts the memberships and checks their index entries.
    pub(super) fn memberships(&mut self) -> Result<()> {
        self.each(KeyKind::Membership, |examiner, key, value| {
            let ids = keys::membership_of(key);
            let member = match ids {
                Some((user, workspace)) => readable(decode_member(workspace, user, value))?,
                None => None,
            };
            let Some(member) = member else {
                let fault = Fault::new(
                    FaultKind::Malformed,
                    name_of(KeyKind::Membership),
                    "the record can't be decoded",
                )
                .user(ids.map(|(user, _)| user))
                .workspace(ids.map(|(_, workspace)| workspace));
                let fix = Fix::SetAside(key.to_vec(), value.to_vec());
                return examiner.fault(fault, fix);
            };
            examiner.verified.members += 1;
            examiner.member(&member, key, value)
        })
    }

    fn member(&mut self, member: &Member, key: &[u8], value: &[u8]) -> Result<()> {
        let user = self.user_with_id(member.user)?;
        let workspace = self.workspace_with_id(member.workspace)?;
        let detail = match (&user, &workspace) {
            (Found::Absent, _) => "the member doesn't exist",
            (_, Found::Absent) => "the workspace doesn't exist",
            (Found::Unreadable, _) => return Ok(()),
            (Found::Sound(user), _) => {
                let caller = Caller::Member(member.user, member.workspace);
                let [_, entry] = entries::of_member(member, user.email_key());
                let Some(entry) = entry else { return Ok(()) };
                return match self.expect(KeyKind::Member, &entry, &caller)? {
                    Entered::Settled => Ok(()),
                    Entered::Contested(_) => {
                        self.wrong(FaultKind::Wrong, KeyKind::Member, &entry, &caller)
                    }
                };
            }
        };
        let fault = Fault::new(FaultKind::Dangling, name_of(KeyKind::Membership), detail)
            .user(member.user)
            .workspace(member.workspace);
        self.fault(fault, Fix::SetAside(key.to_vec(), value.to_vec()))
    }

    /// The workspace with this id.
    pub(super) fn workspace_with_id(&self, id: WorkspaceId) -> Result<Found<Workspace>> {
        let decode = |bytes: &[u8]| decode_workspace(id, bytes);
        self.state.find(&keys::workspace(id), decode)
    }
}

/// Whether two workspaces require the same entry of a kind.
fn is_alike(kind: KeyKind, one: &Workspace, other: &Workspace) -> bool {
    let is_same = match kind {
        KeyKind::WorkspaceName => one.name_key == other.name_key,
        _ => one.default_of == other.default_of,
    };
    one.id != other.id && is_same
}

fn put(workspace: &Workspace) -> Result<Fix> {
    let mut value = Vec::new();
    put_workspace(&mut value, workspace)?;
    Ok(Fix::Put(keys::workspace(workspace.id), value))
}
