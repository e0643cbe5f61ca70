//! The directory that a command works on: a file that is open here, or one that a server has open.
//! Both take the same calls and return the same errors, so that each command is written once.

mod asked;
mod client;
mod pages;
mod problem;
mod reason;
mod remote;

use std::sync::Arc;

use headcount::{
    Applied, Batch, Change, Error, ErrorKind, Member, SeatHistory, Seats, Stats, Timestamp, User,
    UserId, UserPage, UserQuery, UserRef, Workspace, WorkspaceId, WorkspaceRef,
};

pub(crate) use self::client::{Address, RejectedKey};
pub(crate) use self::remote::Remote;

type Result<T> = headcount::Result<T>;

/// Items that are read one by one.
pub(crate) type Each<'a, T> = Box<dyn Iterator<Item = Result<T>> + 'a>;

pub(crate) enum Directory {
    /// In a file, or in memory.
    Here(headcount::Directory),
    /// Behind a server; the key determines the actor.
    There(Remote),
}

/// The kind of key to look users up by.
#[derive(Clone, Copy)]
pub(crate) enum UserKey<'a> {
    Id(UserId),
    Email(&'a str),
    Username(&'a str),
    ExternalId(&'a str, &'a str),
}

impl Directory {
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn in_memory() -> Result<Self> {
        headcount::Directory::in_memory().map(Self::Here)
    }

    /// The directory that is open here; `None` behind a server.
    pub(crate) fn here(&self) -> Option<&headcount::Directory> {
        match self {
            Self::Here(directory) => Some(directory),
            Self::There(_) => None,
        }
    }

    pub(crate) fn close(self) -> Result<()> {
        match self {
            Self::Here(directory) => directory.close(),
            Self::There(_) => Ok(()),
        }
    }

    pub(crate) fn user(&self, user: impl Into<UserRef>) -> Result<Option<Arc<User>>> {
        match self {
            Self::Here(directory) => directory.user(user),
            Self::There(remote) => remote.user(&user.into()),
        }
    }

    pub(crate) fn user_by_id(&self, id: UserId) -> Result<Option<Arc<User>>> {
        self.user_by(UserKey::Id(id))
    }

    pub(crate) fn user_by_username(&self, username: &str) -> Result<Option<Arc<User>>> {
        self.user_by(UserKey::Username(username))
    }

    fn user_by(&self, key: UserKey<'_>) -> Result<Option<Arc<User>>> {
        match self {
            Self::Here(directory) => find(directory, key),
            Self::There(remote) => remote
                .users_by(&[key])
                .map(|mut found| found.pop().flatten()),
        }
    }

    /// The users with these keys, in the order of the keys; one request asks a server for many.
    pub(crate) fn users_by(&self, keys: &[UserKey<'_>]) -> Result<Vec<Option<Arc<User>>>> {
        match self {
            Self::Here(directory) => keys.iter().map(|key| find(directory, *key)).collect(),
            Self::There(remote) => remote.users_by(keys),
        }
    }

    pub(crate) fn query(&self, query: &UserQuery) -> Result<UserPage> {
        match self {
            Self::Here(directory) => directory.query(query),
            Self::There(remote) => remote.query(query),
        }
    }

    pub(crate) fn count(&self, query: &UserQuery) -> Result<u64> {
        match self {
            Self::Here(directory) => directory.count(query),
            Self::There(remote) => remote.count(query),
        }
    }

    /// When a user was last seen; `None` also for one who is gone. Behind a server, nobody knows.
    pub(crate) fn last_seen(&self, id: UserId) -> Result<Option<Timestamp>> {
        match self {
            Self::Here(directory) => match directory.last_seen(id) {
                Err(error) if error.kind() == ErrorKind::UserNotFound => Ok(None),
                seen => seen,
            },
            Self::There(_) => Ok(None),
        }
    }

    /// All users, ordered by email.
    pub(crate) fn users(&self) -> Result<Each<'_, Arc<User>>> {
        match self {
            Self::Here(directory) => Ok(Box::new(directory.users()?)),
            Self::There(remote) => Ok(Box::new(remote.users())),
        }
    }

    pub(crate) fn seats(&self) -> Result<Seats> {
        match self {
            Self::Here(directory) => directory.seats(),
            Self::There(remote) => remote.seats(),
        }
    }

    /// How many users were active since a day.
    pub(crate) fn seat_history(&self, since: Timestamp) -> Result<SeatHistory> {
        match self {
            Self::Here(directory) => directory.seat_history(since),
            Self::There(remote) => remote.seat_history(since),
        }
    }

    pub(crate) fn stats(&self) -> Result<Stats> {
        match self {
            Self::Here(directory) => directory.stats(),
            Self::There(remote) => remote.stats(),
        }
    }

    pub(crate) fn workspace(
        &self,
        workspace: impl Into<WorkspaceRef>,
    ) -> Result<Option<Workspace>> {
        match self {
            Self::Here(directory) => directory.workspace(workspace),
            Self::There(remote) => remote.workspace(&workspace.into()),
        }
    }

    /// All workspaces, ordered by id.
    pub(crate) fn workspaces(&self) -> Result<Each<'_, Workspace>> {
        match self {
            Self::Here(directory) => Ok(Box::new(directory.workspaces()?)),
            Self::There(remote) => Ok(Box::new(remote.workspaces())),
        }
    }

    pub(crate) fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>> {
        match self {
            Self::Here(directory) => directory.members(workspace),
            Self::There(remote) => remote.members(workspace),
        }
    }

    pub(crate) fn workspaces_of(&self, user: UserId) -> Result<Vec<Member>> {
        match self {
            Self::Here(directory) => directory.workspaces_of(user),
            Self::There(remote) => remote.workspaces_of(user),
        }
    }

    /// The changes after this number. A refusal comes at once, not with the first item.
    pub(crate) fn changes(&self, after: u64) -> Result<Each<'_, Change>> {
        match self {
            Self::Here(directory) => Ok(Box::new(directory.changes(after)?)),
            Self::There(remote) => remote.changes(after),
        }
    }

    /// Deletes the changes before this one; returns how many.
    pub(crate) fn trim_changes(&self, before: u64) -> Result<u64> {
        match self {
            Self::Here(directory) => directory.trim_changes(before),
            Self::There(remote) => remote.trim_changes(before),
        }
    }

    pub(crate) fn apply(&self, batch: Batch) -> Result<Applied> {
        match self {
            Self::Here(directory) => directory.apply(batch),
            Self::There(remote) => remote.apply(batch),
        }
    }

    /// The outcome that a batch would have. `sequence` is set if it would change something; its
    /// number means nothing.
    pub(crate) fn dry_run(&self, batch: Batch) -> Result<Applied> {
        match self {
            Self::Here(directory) => directory.dry_run(batch),
            Self::There(remote) => remote.dry_run(batch),
        }
    }

    pub(crate) fn preview(&self, batch: Batch) -> Result<Vec<Error>> {
        match self {
            Self::Here(directory) => directory.preview(batch),
            Self::There(remote) => remote.preview(batch),
        }
    }
}

fn find(directory: &headcount::Directory, key: UserKey<'_>) -> Result<Option<Arc<User>>> {
    match key {
        UserKey::Id(id) => directory.user_by_id(id),
        UserKey::Email(email) => directory.user_by_email(email),
        UserKey::Username(username) => directory.user_by_username(username),
        UserKey::ExternalId(provisioner, id) => directory.user_by_external_id(provisioner, id),
    }
}
