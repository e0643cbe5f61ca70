//! The digest of a batch: it tells whether a batch with a known request id is the same
//! batch.
//!
//! It covers the request as the caller passed it: the operations in order with all their
//! values, the versions they depend on, the actor, and whether workspaces may be left
//! ownerless. It doesn't cover the ids and times that the directory draws, so a batch that
//! is built again from the same input has the same digest.
//!
//! It is XXH3 with 128 bits, which is fast and stable between releases, but doesn't resist
//! deliberate collisions. A collision gains an attacker nothing: the second batch is not
//! applied, and the answer is the outcome of the caller's own first batch.
//!
//! It is stored, so the bytes that go into it are part of the file format.

use super::digester::{BatchDigest, Digester};
use super::{
    Batch, ExternalIds, License, NewUser, NewWorkspace, Op, RequestId, Role, Step, UserKey,
    UserRef, WorkspaceRef, WorkspaceTarget,
};

impl Batch {
    /// Computes the digest of the request as passed, then draws the ids of new users, so
    /// that applying the batch draws none. Calling it again has no effect.
    pub(crate) fn prepare(&mut self) {
        if self.request_id.is_some() && self.digest.is_none() {
            self.digest = Some(self.digest());
        }
        for step in &mut self.steps {
            if let Op::CreateUser(user) = &mut step.op {
                user.draw_id();
            }
        }
    }

    /// The request id and the digest, if the batch has an id.
    pub(crate) fn request(&self) -> Option<(RequestId, BatchDigest)> {
        let id = self.request_id?;
        Some((id, self.digest.unwrap_or_else(|| self.digest())))
    }

    /// Takes the operations out; the batch keeps the digest of the request.
    pub(crate) fn take_steps(&mut self) -> Vec<Step> {
        self.digest = self.request().map(|(_, digest)| digest);
        std::mem::take(&mut self.steps)
    }

    /// The digest of the request. It must be computed before ids are drawn.
    pub(super) fn digest(&self) -> BatchDigest {
        let mut out = Digester::new();
        // Includes the id, so the same batch has a different digest under each id.
        out.optional(self.request_id.as_ref(), |out, id| out.bytes(id.as_bytes()));
        out.optional(self.actor.as_ref(), |out, id| out.id(*id));
        out.flag(self.allow_ownerless);
        out.number(self.steps.len() as u64);
        for step in &self.steps {
            put_step(&mut out, step);
        }
        out.finish()
    }
}

fn put_step(out: &mut Digester, step: &Step) {
    out.optional(step.if_version.as_ref(), |out, version| {
        out.number(*version);
    });
    match &step.op {
        Op::CreateUser(user) => {
            out.tag(0);
            put_new_user(out, user);
        }
        Op::UpdateUser(user, update) => {
            out.tag(1);
            put_user(out, user);
            update.put_into(out);
        }
        Op::ActivateUser(user) => put_user_op(out, 2, user),
        Op::DeactivateUser(user) => put_user_op(out, 3, user),
        Op::DeleteUser(user) => put_user_op(out, 4, user),
        Op::SetLicense(license) => {
            out.tag(5);
            put_license(out, *license);
        }
        Op::CreateWorkspace(workspace) => {
            out.tag(6);
            put_new_workspace(out, workspace);
        }
        Op::DefaultWorkspace(user) => put_user_op(out, 7, user),
        Op::RenameWorkspace(workspace, name) => {
            put_workspace_op(out, 8, workspace);
            out.text(name);
        }
        Op::ArchiveWorkspace(workspace) => put_workspace_op(out, 9, workspace),
        Op::RestoreWorkspace(workspace) => put_workspace_op(out, 10, workspace),
        Op::DeleteWorkspace(workspace) => put_workspace_op(out, 11, workspace),
        Op::AddMember(workspace, user, role) => {
            put_member_op(out, 12, workspace, user);
            put_role(out, *role);
        }
        Op::SetRole(workspace, user, role) => {
            put_member_op(out, 13, workspace, user);
            put_role(out, *role);
        }
        Op::RemoveMember(workspace, user) => put_member_op(out, 14, workspace, user),
        Op::SetWorkspaceExternalId(workspace, provisioner, id) => {
            put_workspace_op(out, 15, workspace);
            out.text(provisioner);
            out.optional(id.as_deref(), Digester::text);
        }
    }
}

fn put_user_op(out: &mut Digester, tag: u8, user: &UserRef) {
    out.tag(tag);
    put_user(out, user);
}

fn put_workspace_op(out: &mut Digester, tag: u8, workspace: &WorkspaceRef) {
    out.tag(tag);
    put_workspace(out, workspace);
}

fn put_member_op(out: &mut Digester, tag: u8, workspace: &WorkspaceRef, user: &UserRef) {
    put_workspace_op(out, tag, workspace);
    put_user(out, user);
}

/// Hashes names as typed: their keys may differ in a later Unicode version.
fn put_user(out: &mut Digester, user: &UserRef) {
    match &user.0 {
        UserKey::Id(id) => {
            out.tag(0);
            out.id(*id);
        }
        UserKey::Address { typed, .. }
        | UserKey::Name { typed, .. }
        | UserKey::Nobody { typed } => {
            out.tag(1);
            out.text(typed);
        }
    }
}

fn put_workspace(out: &mut Digester, workspace: &WorkspaceRef) {
    match &workspace.0 {
        WorkspaceTarget::Id(id) => {
            out.tag(0);
            out.number(id.as_u64());
        }
        WorkspaceTarget::Name { typed, .. } => {
            out.tag(1);
            out.text(typed);
        }
    }
}

fn put_new_workspace(out: &mut Digester, workspace: &NewWorkspace) {
    out.text(&workspace.name);
    out.optional(workspace.owner.as_ref(), put_user);
    put_external_ids(out, &workspace.external_ids);
}

fn put_new_user(out: &mut Digester, user: &NewUser) {
    let draft = match user.draft() {
        Ok(draft) => draft,
        // A batch with a malformed part is never applied, so it can't be repeated.
        Err(error) => {
            out.tag(0);
            out.text(&error.to_string());
            return;
        }
    };
    let details = draft.details;
    out.tag(1);
    out.optional(details.id.as_ref(), |out, id| out.id(*id));
    out.text(draft.email.as_str());
    let username = draft.username().map(super::Username::as_str);
    out.optional(username, Digester::text);
    out.optional(details.given_name.as_deref(), Digester::text);
    out.optional(details.family_name.as_deref(), Digester::text);
    out.flag(details.active);
    out.flag(details.admin);
    put_external_ids(out, &details.external_ids);
    out.number(details.attributes.len() as u64);
    for (name, value) in details.attributes.iter() {
        out.text(name);
        out.text(value);
    }
    out.optional(details.created_at.as_ref(), |out, time| out.time(*time));
}

fn put_external_ids(out: &mut Digester, ids: &ExternalIds) {
    out.number(ids.len() as u64);
    for (provisioner, id) in ids.iter() {
        out.text(provisioner);
        out.text(id);
    }
}

fn put_license(out: &mut Digester, license: License) {
    match license {
        License::Community => out.tag(0),
        License::Enterprise => out.tag(1),
        License::Seats(seats) => {
            out.tag(2);
            out.number(seats);
        }
    }
}

fn put_role(out: &mut Digester, role: Role) {
    out.tag(match role {
        Role::Owner => 0,
        Role::User => 1,
    });
}

#[cfg(test)]
mod tests;
