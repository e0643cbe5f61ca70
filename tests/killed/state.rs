//! What a directory must look like after a history of requests: written from the
//! requests, and compared with the events of the changes and with the directory.

use std::collections::BTreeMap;
use std::slice::Iter;

use headcount::{Directory, Event, Field, Role, UserId, WorkspaceId};

use crate::life::SEATS;
use crate::request::Op;

/// Users and teams, as the requests left them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    users: BTreeMap<UserId, Person>,
    teams: BTreeMap<WorkspaceId, String>,
    members: BTreeMap<(WorkspaceId, UserId), Role>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Person {
    email: String,
    active: bool,
    given_name: Option<String>,
}

impl State {
    /// Does what all of a request does; `events` are what its change says of it.
    pub fn apply(&mut self, ops: &[Op], events: &[Event]) {
        let mut events_left = events.iter();
        for op in ops {
            self.apply_op(op, &mut events_left);
        }
        assert_eq!(events_left.next(), None, "more events than {ops:?} has");
        let active = self.users.values().filter(|user| user.active).count();
        assert!(active as u64 <= SEATS, "{active} active after {ops:?}");
    }

    fn apply_op(&mut self, op: &Op, events: &mut Iter<'_, Event>) {
        let user_of = |user: UserId, users: &BTreeMap<_, Person>| {
            assert!(users.contains_key(&user), "{op} of nobody");
        };
        let mut is_next = |event: Event| {
            assert_eq!(events.next(), Some(&event), "{op} was not done");
        };
        match op {
            Op::Create(id, email, active) => {
                let (user, active) = (*id, *active);
                is_next(Event::UserCreated { user, active });
                let person = Person {
                    email: email.clone(),
                    active,
                    given_name: None,
                };
                assert_eq!(self.users.insert(user, person), None);
            }
            Op::Rename(id, name) => {
                let fields = vec![Field::GivenName];
                is_next(Event::UserUpdated { user: *id, fields });
                self.person(*id).given_name = Some(name.clone());
            }
            Op::Activate(id) => {
                is_next(Event::UserActivated { user: *id });
                self.person(*id).active = true;
            }
            Op::Deactivate(id) => {
                is_next(Event::UserDeactivated { user: *id });
                self.person(*id).active = false;
            }
            Op::Delete(id) => {
                is_next(Event::UserDeleted { user: *id });
                user_of(*id, &self.users);
                self.users.remove(id);
                self.members.retain(|(_, user), _| user != id);
            }
            Op::Found(name, owner) => {
                let created = events.next();
                let Some(&Event::WorkspaceCreated {
                    workspace,
                    default_of: None,
                }) = created
                else {
                    panic!("{op} was not done: {created:?}");
                };
                assert_eq!(self.teams.insert(workspace, name.clone()), None);
                self.join(workspace, *owner, Role::Owner, events);
            }
            Op::Join(name, user, role) => self.join(self.team(name), *user, *role, events),
            Op::SetRole(name, user, role) => {
                let (workspace, user, role) = (self.team(name), *user, *role);
                is_next(Event::MemberRoleSet {
                    workspace,
                    user,
                    role,
                });
                let before = self.members.insert((workspace, user), role);
                assert!(before.is_some_and(|before| before != role), "{op}");
            }
            Op::Leave(name, user) => {
                let (workspace, user) = (self.team(name), *user);
                is_next(Event::MemberRemoved { workspace, user });
                assert!(self.members.remove(&(workspace, user)).is_some(), "{op}");
            }
        }
    }

    fn join(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        role: Role,
        events: &mut Iter<'_, Event>,
    ) {
        let added = Event::MemberAdded {
            workspace,
            user,
            role,
        };
        assert_eq!(events.next(), Some(&added));
        assert_eq!(self.members.insert((workspace, user), role), None);
    }

    fn person(&mut self, id: UserId) -> &mut Person {
        self.users.get_mut(&id).expect("a change of nobody")
    }

    fn team(&self, name: &str) -> WorkspaceId {
        let mut teams = self.teams.iter();
        let found = teams.find(|(_, team)| *team == name);
        *found.expect("a change of no team").0
    }

    /// What the directory lists.
    pub fn of(directory: &Directory) -> Self {
        let mut state = Self::default();
        for user in directory.users().unwrap() {
            let user = user.unwrap();
            let person = Person {
                email: user.email().to_string(),
                active: user.is_active(),
                given_name: user.given_name().map(str::to_owned),
            };
            state.users.insert(user.id(), person);
        }
        for workspace in directory.workspaces().unwrap() {
            let workspace = workspace.unwrap();
            for member in directory.members(workspace.id()).unwrap() {
                let key = (workspace.id(), member.user());
                state.members.insert(key, member.role());
            }
            let name = workspace.name().to_owned();
            state.teams.insert(workspace.id(), name);
        }
        state
    }

    pub fn active(&self) -> u64 {
        self.users.values().filter(|user| user.active).count() as u64
    }
}
