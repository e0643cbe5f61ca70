//! A directory with records of every kind, and everything that can be read from it.

use std::path::Path;

use headcount::{
    Batch, Change, Directory, License, NewUser, NewWorkspace, Result, Role, User, UserUpdate,
    Workspace,
};

/// Everything that can be read from a directory.
#[derive(Debug, PartialEq)]
pub struct Content {
    users: Vec<User>,
    workspaces: Vec<Workspace>,
    members: Vec<headcount::Member>,
    changes: Vec<Change>,
    seats: headcount::Seats,
}

impl Content {
    /// How many users there are.
    pub fn users(&self) -> usize {
        self.users.len()
    }
}

/// Makes a directory at `path`, in several transactions, and closes it.
pub fn make(path: &Path) {
    let directory = Directory::options()
        .license_if_new(License::Seats(500))
        .open(path)
        .unwrap();
    let mut batch = Batch::new().request_id([7; 16]);
    for n in 0..120 {
        let user = NewUser::new(format!("Person{n}@ex{}.co", n % 3))
            .username(format!("person.{n}"))
            .given_name(format!("N{n}"));
        let user = user.active(n % 4 != 0).attribute("note", "x".repeat(n));
        batch = batch.create_user(user);
    }
    directory.apply(batch).unwrap();
    for n in 0..10_u64 {
        let owner = format!("person{}@ex{}.co", n + 1, (n + 1) % 3);
        if directory
            .user_by_email(&owner)
            .unwrap()
            .unwrap()
            .is_active()
        {
            let workspace = NewWorkspace::new(format!("Team {n}")).owner(owner.as_str());
            let team = directory.create_workspace(workspace).unwrap();
            directory
                .add_member(team.id(), "person50@ex2.co", Role::User)
                .unwrap();
        }
        let name = format!("Ren{n}");
        let update = UserUpdate::new().family_name(name.as_str());
        directory.update_user(owner.as_str(), update).unwrap();
    }
    directory.delete_user("person100@ex1.co").unwrap();
    directory.close().unwrap();
}

/// Opens, verifies and reads everything, in that order.
pub fn read(path: &Path) -> Result<Content> {
    let directory = Directory::options().create_if_missing(false).open(path)?;
    directory.verify()?;
    let users: Vec<User> = directory
        .users()?
        .map(|user| user.map(|user| User::clone(&user)))
        .collect::<Result<_>>()?;
    for user in &users {
        expect_found(&directory, user)?;
    }
    let workspaces: Vec<Workspace> = directory.workspaces()?.collect::<Result<_>>()?;
    let mut members = Vec::new();
    for workspace in &workspaces {
        members.extend(directory.members(workspace.id())?);
    }
    let content = Content {
        users,
        workspaces,
        members,
        changes: directory.changes(0)?.collect::<Result<_>>()?,
        seats: directory.seats()?,
    };
    directory.close()?;
    Ok(content)
}

/// A user of a verified directory is found by each of their names.
fn expect_found(directory: &Directory, user: &User) -> Result<()> {
    for found in [
        directory.user(user.id())?,
        directory.user_by_email(user.email().as_str())?,
        directory.user_by_username(user.username())?,
    ] {
        let found = found.map(|found| found.id());
        assert_eq!(found, Some(user.id()), "after a verification");
    }
    Ok(())
}
