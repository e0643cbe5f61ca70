//! What a directory ought to do, in the plainest words: lists that are searched
//! from the front, a copy for each request, and the rules looked at when the
//! whole request has been carried out on the copy.

use std::collections::BTreeMap;

use headcount::{ErrorKind, Event, License, RequestId, Role, Subject, UserId, WorkspaceId};

use super::draft::Draft;
use super::script::{self, Request};

/// By provisioner: the id, and the operation of this request by which it came.
pub type ExternalIds = BTreeMap<String, (String, Option<usize>)>;

#[derive(Clone)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub username: Option<String>,
    pub given_name: bool,
    pub active: bool,
    pub admin: bool,
    pub version: u64,
    pub external_ids: ExternalIds,
    /// The operation of this request by which the email and username came.
    pub email_from: Option<usize>,
    pub username_from: Option<usize>,
}

#[derive(Clone)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    pub archived: bool,
    pub default_of: Option<UserId>,
    pub version: u64,
    pub external_ids: ExternalIds,
    pub name_from: Option<usize>,
}

#[derive(Clone)]
pub struct Member {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub role: Role,
    pub version: u64,
}

#[derive(Clone)]
pub struct Change {
    pub sequence: u64,
    pub actor: Option<UserId>,
    pub request: Option<RequestId>,
    pub events: Vec<Event>,
    /// The batch in words: another one must not come with its id.
    batch: String,
    outcomes: Vec<Outcome>,
}

pub type Outcome = (Subject, bool, u64);
pub type Refusal = (ErrorKind, Option<usize>);

#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub sequence: Option<u64>,
    pub outcomes: Vec<Outcome>,
    pub replayed: bool,
}

#[derive(Clone)]
pub struct Model {
    pub users: Vec<User>,
    pub deleted: Vec<UserId>,
    pub workspaces: Vec<Workspace>,
    pub members: Vec<Member>,
    pub license: License,
    pub license_version: u64,
    pub last_workspace: u64,
    pub changes: Vec<Change>,
    pub last_trimmed: u64,
}

impl Model {
    pub fn new(license: License) -> Self {
        Self {
            users: Vec::new(),
            deleted: Vec::new(),
            workspaces: Vec::new(),
            members: Vec::new(),
            license,
            license_version: 1,
            last_workspace: 0,
            changes: Vec::new(),
            last_trimmed: 0,
        }
    }

    pub fn active(&self) -> u64 {
        self.users.iter().filter(|user| user.active).count() as u64
    }

    pub fn last_change(&self) -> u64 {
        self.last_trimmed + self.changes.len() as u64
    }

    /// The members of a workspace: owners first, each role ordered by email.
    pub fn members_of(&self, workspace: WorkspaceId) -> Vec<&Member> {
        let mut members: Vec<_> = self.members.iter().collect();
        members.retain(|member| member.workspace == workspace);
        members.sort_by_key(|member| (member.role == Role::User, lower(&self.email_of(member))));
        members
    }

    fn email_of(&self, member: &Member) -> String {
        let user = self.users.iter().find(|user| user.id == member.user);
        user.unwrap().email.clone()
    }

    pub fn trim(&mut self, before: u64) -> u64 {
        let changes = std::mem::take(&mut self.changes);
        let (kept, trimmed): (Vec<_>, Vec<_>) = changes
            .into_iter()
            .partition(|change| change.sequence >= before);
        self.changes = kept;
        let gone = |id: &UserId| Event::UserDeleted { user: *id };
        let events: Vec<_> = trimmed.iter().flat_map(|change| &change.events).collect();
        self.deleted.retain(|id| !events.contains(&&gone(id)));
        self.last_trimmed += trimmed.len() as u64;
        trimmed.len() as u64
    }

    /// Carries out a request on a copy, which is kept when nothing is against it.
    pub fn apply(&mut self, request: &Request) -> Result<Answer, Refusal> {
        let id = request.id.map(|id| RequestId::from_bytes([id; 16]));
        if let Some(first) = self
            .changes
            .iter()
            .find(|c| id.is_some() && c.request == id)
        {
            if first.batch != in_words(request) {
                return Err((ErrorKind::RequestIdReused, None));
            }
            return Ok(Answer {
                sequence: Some(first.sequence),
                outcomes: first.outcomes.clone(),
                replayed: true,
            });
        }
        let mut draft = Draft {
            model: self.clone(),
            actor: request.actor.map(script::user_id),
            op: 0,
            events: Vec::new(),
        };
        for user in &mut draft.model.users {
            (user.email_from, user.username_from) = (None, None);
            forget_origins(&mut user.external_ids);
        }
        for workspace in &mut draft.model.workspaces {
            workspace.name_from = None;
            forget_origins(&mut workspace.external_ids);
        }
        let mut outcomes = Vec::new();
        for (op, step) in request.steps.iter().enumerate() {
            draft.op = op;
            outcomes.push(draft.run(step).map_err(|kind| (kind, Some(op)))?);
        }
        self.judge(&mut draft, request.allow_ownerless)?;

        let Draft {
            mut model,
            actor,
            events,
            ..
        } = draft;
        let mut sequence = None;
        if id.is_some() || !events.is_empty() {
            sequence = Some(self.last_change() + 1);
            model.changes.push(Change {
                sequence: self.last_change() + 1,
                actor,
                request: id,
                events,
                batch: in_words(request),
                outcomes: outcomes.clone(),
            });
        }
        *self = model;
        Ok(Answer {
            sequence,
            outcomes,
            replayed: false,
        })
    }

    /// Looks at the copy as a whole, beside the state before.
    fn judge(&self, draft: &mut Draft, allow_ownerless: bool) -> Result<(), Refusal> {
        let after = &draft.model;
        // Emails and usernames are in one list: no text may be two users'.
        let names_of_user = |u: &User| {
            let email = (lower(&u.email), u.email_from, ErrorKind::EmailTaken);
            let own = u.username.as_deref().map(lower);
            let username = own.map(|name| (name, u.username_from, ErrorKind::UsernameTaken));
            [Some(email), username]
        };
        let users: Vec<_> = after
            .users
            .iter()
            .flat_map(names_of_user)
            .flatten()
            .collect();
        let name_of = |w: &Workspace| (lower(&w.name), w.name_from, ErrorKind::WorkspaceNameTaken);
        let workspaces: Vec<_> = after.workspaces.iter().map(name_of).collect();
        let of_users = after.users.iter().flat_map(|u| held(&u.external_ids));
        let of_workspaces = after.workspaces.iter().flat_map(|w| held(&w.external_ids));
        let first = [
            first_contested(&users),
            first_contested(&workspaces),
            first_contested(&of_users.collect::<Vec<_>>()),
            first_contested(&of_workspaces.collect::<Vec<_>>()),
        ];
        if let Some((op, kind)) = first.into_iter().flatten().min_by_key(|(op, _)| *op) {
            return Err((kind, Some(op)));
        }

        let (active, requested) = (self.active(), after.active().saturating_sub(self.active()));
        if let Some(limit) = after.license.seat_limit()
            && requested > 0
            && after.active() > limit
        {
            let kind = ErrorKind::NoFreeSeat {
                limit,
                active,
                requested,
            };
            return Err((kind, None));
        }
        if self.has_active_admin() && !after.has_active_admin() {
            return Err((ErrorKind::LastAdmin, None));
        }
        let mut ownerless = after.workspaces.clone();
        ownerless.retain(|w| {
            let is_new = !self.workspaces.iter().any(|before| before.id == w.id);
            !w.archived
                && (is_new || self.has_active_owner(w.id))
                && !after.has_active_owner(w.id)
                && !after.is_own_affair(w)
        });
        if !ownerless.is_empty() && !allow_ownerless {
            return Err((ErrorKind::LastOwner, None));
        }
        let events = ownerless
            .iter()
            .map(|w| Event::WorkspaceOwnerless { workspace: w.id });
        draft.events.extend(events);
        Ok(())
    }

    fn has_active_admin(&self) -> bool {
        self.users.iter().any(|user| user.admin && user.active)
    }

    fn has_active_owner(&self, workspace: WorkspaceId) -> bool {
        self.members.iter().any(|member| {
            member.workspace == workspace
                && member.role == Role::Owner
                && self
                    .users
                    .iter()
                    .any(|user| user.id == member.user && user.active)
        })
    }

    /// Whether it is the default workspace of a user who is alone in it.
    pub fn is_own_affair(&self, workspace: &Workspace) -> bool {
        let members = self.members_of(workspace.id);
        let own = workspace.default_of;
        own.is_some() && members.iter().all(|member| Some(member.user) == own)
    }
}

fn forget_origins(ids: &mut ExternalIds) {
    for (_, from) in ids.values_mut() {
        *from = None;
    }
}

fn held(ids: &ExternalIds) -> impl Iterator<Item = Held> {
    ids.iter().map(|(provisioner, (id, from))| {
        let name = format!("{provisioner} {id}");
        (name, *from, ErrorKind::ExternalIdTaken)
    })
}

/// A name, the operation of this request that gave it, and how a clash is called.
type Held = (String, Option<usize>, ErrorKind);

/// The first operation that took a name which another has at the end.
fn first_contested(holders: &[Held]) -> Option<(usize, ErrorKind)> {
    let refused = holders.iter().filter_map(|(name, from, kind)| {
        let from = (*from)?;
        let came_first = holders.iter().any(|(same, other_from, _)| {
            same == name && other_from.is_none_or(|other_from| other_from < from)
        });
        came_first.then_some((from, *kind))
    });
    refused.min_by_key(|(op, _)| *op)
}

pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

fn in_words(request: &Request) -> String {
    format!("{:?}", request.to_batch())
}
