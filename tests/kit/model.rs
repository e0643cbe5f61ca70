//! What a directory should do, in the plainest form: lists that are searched from the front. Each
//! request runs on a copy, on which the rules are checked at the end. Only the vocabulary comes
//! from the library.

use std::collections::BTreeMap;
use std::sync::Arc;

use headcount::{
    Applied, ErrorKind, Event, License, RequestId, Role, Subject, UserId, WorkspaceId,
};

use super::draft::Draft;
use super::script::{Request, Who, user_id};

/// By provisioner: the id, and the operation of the current request that set it.
pub type ExternalIds = BTreeMap<String, (String, Option<usize>)>;

/// A text as typed, its key, and the operation of the current request that set it.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub typed: String,
    pub key: String,
    pub from: Option<usize>,
}

#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct User {
    pub id: UserId,
    pub email: Text,
    /// `None`: the username is the email.
    pub username: Option<Text>,
    pub given_name: Option<String>,
    pub active: bool,
    pub admin: bool,
    pub attributes: BTreeMap<String, String>,
    pub external_ids: ExternalIds,
    pub version: u64,
    /// Whether the user is inactive, and was active before.
    pub was_deactivated: bool,
    pub was_seen: bool,
}

#[derive(Clone)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: Text,
    pub archived: bool,
    pub default_of: Option<UserId>,
    pub version: u64,
    pub external_ids: ExternalIds,
}

#[derive(Clone)]
pub struct Member {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub role: Role,
    pub version: u64,
}

/// Everything except the history.
#[derive(Clone)]
pub struct State {
    pub users: Vec<User>,
    pub workspaces: Vec<Workspace>,
    pub members: Vec<Member>,
    pub license: License,
    pub license_version: u64,
    pub last_workspace: u64,
    /// Ids of users whose deletion is still in the history.
    pub deleted: Vec<UserId>,
}

pub struct ModelChange {
    pub sequence: u64,
    pub actor: Option<UserId>,
    pub door: Option<&'static str>,
    pub request: Option<RequestId>,
    pub events: Vec<Event>,
    /// The batch in words, if it has a request id, which no other batch may have.
    batch: Option<String>,
    outcomes: Vec<Outcome>,
}

/// The record that an operation concerned, whether it changed anything, and the version.
pub type Outcome = (Subject, bool, u64);
pub type Refusal = (ErrorKind, Option<usize>);

#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub sequence: Option<u64>,
    pub outcomes: Vec<Outcome>,
    pub replayed: bool,
}

impl Answer {
    pub fn of(applied: &Applied) -> Self {
        let outcomes = applied.outcomes.iter();
        Self {
            sequence: applied.sequence,
            outcomes: outcomes
                .map(|o| (o.subject, o.changed, o.version))
                .collect(),
            replayed: applied.replayed,
        }
    }
}

#[derive(Clone)]
pub struct Model {
    pub state: State,
    /// The changes that were not trimmed.
    pub changes: Vec<Arc<ModelChange>>,
    /// The number of the last change that was trimmed.
    pub trimmed: u64,
    /// The most users that were ever active.
    pub peak: u64,
}

impl Model {
    pub fn new(license: License) -> Self {
        Self {
            state: State {
                users: Vec::new(),
                workspaces: Vec::new(),
                members: Vec::new(),
                license,
                license_version: 1,
                last_workspace: 0,
                deleted: Vec::new(),
            },
            changes: Vec::new(),
            trimmed: 0,
            peak: 0,
        }
    }

    pub fn last_change(&self) -> u64 {
        self.trimmed + self.changes.len() as u64
    }

    /// Forgets the changes below `before`, and the ids of those who were deleted by them.
    pub fn trim(&mut self, before: u64) -> u64 {
        let kept = self
            .changes
            .partition_point(|change| change.sequence < before);
        let gone = |id: &UserId| Event::UserDeleted { user: *id };
        for change in self.changes.drain(..kept) {
            let deleted = &mut self.state.deleted;
            deleted.retain(|id| !change.events.contains(&gone(id)));
        }
        self.trimmed += kept as u64;
        kept as u64
    }

    /// Records that a user was seen.
    pub fn touch(&mut self, who: &Who) -> Result<(), ErrorKind> {
        let n = self.state.find_user(who)?;
        self.state.users[n].was_seen = true;
        Ok(())
    }

    /// Applies a request to a copy, which becomes the state if it breaks no rule.
    pub fn apply(&mut self, request: &Request) -> Result<Answer, Refusal> {
        let id = request.id.map(RequestId::from_bytes);
        if let Some(id) = id
            && let Some(first) = self.changes.iter().find(|c| c.request == Some(id))
        {
            if first.batch != Some(in_words(request)) {
                return Err((ErrorKind::RequestIdReused, None));
            }
            return Ok(Answer {
                sequence: Some(first.sequence),
                outcomes: first.outcomes.clone(),
                replayed: true,
            });
        }
        let mut draft = Draft::new(&self.state, request.actor.map(user_id));
        let mut outcomes = Vec::new();
        for (op, step) in request.steps.iter().enumerate() {
            draft.op = op;
            outcomes.push(draft.run(step).map_err(|kind| (kind, Some(op)))?);
        }
        judge(&self.state, &mut draft, request.allow_ownerless)?;

        let mut sequence = None;
        if id.is_some() || !draft.events.is_empty() {
            sequence = Some(self.last_change() + 1);
            self.changes.push(Arc::new(ModelChange {
                sequence: self.last_change() + 1,
                actor: draft.actor,
                door: request.door,
                request: id,
                events: draft.events,
                batch: id.map(|_| in_words(request)),
                outcomes: outcomes.clone(),
            }));
        }
        let was_active = self.state.active();
        self.state = draft.state;
        // The main promise, checked once more.
        let active = self.state.active();
        let limit = self.state.limit().unwrap_or(u64::MAX);
        assert!(active <= limit.max(was_active), "{request:?}");
        self.peak = self.peak.max(active);
        Ok(Answer {
            sequence,
            outcomes,
            replayed: false,
        })
    }
}

impl State {
    pub fn active(&self) -> u64 {
        self.users.iter().filter(|user| user.active).count() as u64
    }

    pub fn limit(&self) -> Option<u64> {
        match self.license {
            License::Community => Some(5),
            License::Seats(seats) => Some(seats),
            _ => None,
        }
    }

    /// The members of a workspace: owners first, each role ordered by email.
    pub fn members_of(&self, workspace: WorkspaceId) -> Vec<&Member> {
        let mut members: Vec<_> = self.members.iter().collect();
        members.retain(|member| member.workspace == workspace);
        let email_of = |id| self.users.iter().find(|user| user.id == id).unwrap();
        members.sort_by_key(|m| (m.role == Role::User, email_of(m.user).email.key.clone()));
        members
    }

    fn has_active_admin(&self) -> bool {
        self.users.iter().any(|user| user.admin && user.active)
    }

    fn has_active_owner(&self, workspace: WorkspaceId) -> bool {
        let mut owners = self.members.iter().filter(|m| m.role == Role::Owner);
        owners.any(|m| {
            let is_owner = |user: &User| user.id == m.user && user.active;
            m.workspace == workspace && self.users.iter().any(is_owner)
        })
    }

    /// Whether it is the default workspace of its only member.
    pub fn is_private(&self, workspace: &Workspace) -> bool {
        let members = self.members_of(workspace.id);
        let own = workspace.default_of;
        own.is_some() && members.iter().all(|member| Some(member.user) == own)
    }
}

/// Checks the copy as a whole, and compares it with the state before.
fn judge(before: &State, draft: &mut Draft, allow_ownerless: bool) -> Result<(), Refusal> {
    let after = &draft.state;
    // Emails and usernames share one name space.
    let mut users = Vec::new();
    for user in &after.users {
        users.push(held(&user.email, ErrorKind::EmailTaken));
        let username = user.username.as_ref();
        users.extend(username.map(|name| held(name, ErrorKind::UsernameTaken)));
    }
    let workspaces = after.workspaces.iter();
    let workspaces = workspaces.map(|w| held(&w.name, ErrorKind::WorkspaceNameTaken));
    let of_users = after.users.iter().flat_map(|u| given(&u.external_ids));
    let of_workspaces = after.workspaces.iter().flat_map(|w| given(&w.external_ids));
    let contested = [
        first_contested(&users),
        first_contested(&workspaces.collect::<Vec<_>>()),
        first_contested(&of_users.collect::<Vec<_>>()),
        first_contested(&of_workspaces.collect::<Vec<_>>()),
    ];
    if let Some((op, kind)) = contested.into_iter().flatten().min_by_key(|(op, _)| *op) {
        return Err((kind, Some(op)));
    }

    let (active, requested) = (
        before.active(),
        after.active().saturating_sub(before.active()),
    );
    if let Some(limit) = after.limit()
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
    if before.has_active_admin() && !after.has_active_admin() {
        return Err((ErrorKind::LastAdmin, None));
    }
    let mut ownerless = after.workspaces.clone();
    ownerless.retain(|w| {
        let is_new = !before.workspaces.iter().any(|old| old.id == w.id);
        !w.archived
            && (is_new || before.has_active_owner(w.id))
            && !after.has_active_owner(w.id)
            && !after.is_private(w)
    });
    if !ownerless.is_empty() && !allow_ownerless {
        return Err((ErrorKind::LastOwner, None));
    }
    let events = ownerless.iter();
    let events = events.map(|w| Event::WorkspaceOwnerless { workspace: w.id });
    draft.events.extend(events);
    Ok(())
}

/// A name, the operation of this request that set it, and the kind of a conflict over it.
type Held = (String, Option<usize>, ErrorKind);

fn held(text: &Text, kind: ErrorKind) -> Held {
    (text.key.clone(), text.from, kind)
}

fn given(ids: &ExternalIds) -> impl Iterator<Item = Held> {
    ids.iter().map(|(provisioner, (id, from))| {
        let name = format!("{provisioner} {id}");
        (name, *from, ErrorKind::ExternalIdTaken)
    })
}

/// The first operation that claimed a name which somebody else has at the end.
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

/// A request in words, without its door.
fn in_words(request: &Request) -> String {
    let door = None;
    let request = Request {
        door,
        ..request.clone()
    };
    format!("{:?}", request.to_batch())
}
