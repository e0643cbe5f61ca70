//! What the stories share: directories on both engines, users and workspaces to fill them with, and
//! the check at the end.

use std::sync::{Arc, Barrier};
use std::thread;

use headcount::{
    Change, Directory, ErrorKind, License, Member, NewUser, NewWorkspace, Result, Role, User,
    UserId, Workspace, WorkspaceId,
};

pub use crate::kit::cases::run_cases;
pub use crate::kit::temp::TempPath;

/// Runs the story once on each engine, without a limit of seats, and checks the directory at the
/// end.
pub fn on_both_engines(story: impl Fn(&Directory)) {
    let in_memory = Directory::in_memory().unwrap();
    let file = TempPath::new();
    for directory in [in_memory, file.open()] {
        directory.set_license(License::Enterprise).unwrap();
        story(&directory);
        finish(directory);
    }
}

/// A directory in memory, without a limit of seats.
pub fn unlimited() -> Directory {
    Directory::options()
        .license_if_new(License::Enterprise)
        .in_memory()
        .unwrap()
}

/// Ends every test that writes: checks that the directory is consistent.
pub fn finish(directory: Directory) {
    let verified = directory.verify().unwrap();
    let seats = directory.seats().unwrap();
    assert_eq!(
        (verified.active, verified.inactive),
        (seats.active, seats.inactive)
    );
    assert_eq!(
        verified.workspaces,
        listed_workspaces(&directory).len() as u64
    );
    directory.close().unwrap();
}

/// Creates an active user `name@ex.co`.
pub fn hire(directory: &Directory, name: &str) -> UserId {
    let user = NewUser::new(format!("{name}@ex.co"));
    directory.create_user(user).unwrap().id()
}

/// Creates a workspace that this user owns.
pub fn create_workspace(directory: &Directory, name: &str, owner: UserId) -> WorkspaceId {
    let workspace = NewWorkspace::new(name).owner(owner);
    directory.create_workspace(workspace).unwrap().id()
}

pub fn user(directory: &Directory, id: UserId) -> Arc<User> {
    directory.user_by_id(id).unwrap().unwrap()
}

pub fn workspace(directory: &Directory, id: WorkspaceId) -> Workspace {
    directory.workspace(id).unwrap().unwrap()
}

/// All users, in the order of the listing.
pub fn listed(directory: &Directory) -> Vec<Arc<User>> {
    directory.users().unwrap().collect::<Result<_>>().unwrap()
}

pub fn listed_workspaces(directory: &Directory) -> Vec<Workspace> {
    let workspaces = directory.workspaces().unwrap();
    workspaces.collect::<Result<_>>().unwrap()
}

/// The members of a workspace with their roles, in the order of the listing.
pub fn roles(directory: &Directory, workspace: WorkspaceId) -> Vec<(UserId, Role)> {
    let members = directory.members(workspace).unwrap();
    members.iter().map(|m| (m.user(), m.role())).collect()
}

pub fn membership(directory: &Directory, workspace: WorkspaceId, user: UserId) -> Member {
    let mut members = directory.members(workspace).unwrap();
    members.retain(|member| member.user() == user);
    members.pop().unwrap()
}

/// All changes that were not trimmed.
pub fn changes(directory: &Directory, after: u64) -> Vec<Change> {
    directory
        .changes(after)
        .unwrap()
        .collect::<Result<_>>()
        .unwrap()
}

/// The number of the latest change.
pub fn last_sequence(directory: &Directory) -> u64 {
    changes(directory, 0)
        .last()
        .map_or(0, |change| change.sequence)
}

/// The kind of a refusal, and the operation it concerns.
pub fn refused<T: std::fmt::Debug>(result: Result<T>) -> (ErrorKind, Option<usize>) {
    let error = result.unwrap_err();
    (error.kind(), error.op_index())
}

/// The kind of a refusal.
pub fn kind<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    refused(result).0
}

/// Runs `work(n)` for n in 0..threads at once, and returns what they return.
pub fn at_once<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (start, work) = (Barrier::new(threads), &work);
    let start = &start;
    thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|n| {
                scope.spawn(move || {
                    start.wait();
                    work(n)
                })
            })
            .collect();
        started.into_iter().map(|t| t.join().unwrap()).collect()
    })
}
