//! Reads from the history what an undo needs: the change, the earlier values, and whether
//! something that it changed has changed since.

use std::collections::HashSet;

use headcount::{Change, ErrorKind, Event, License, Role, UserId, WorkspaceId};

use super::touched::{Touched, created, touched};
use crate::commands::changes::kept;
use crate::directory::Directory;
use crate::failure::{Failure, Result};

/// The change, the earlier values that the history has, and whether something has changed since.
pub(super) struct History {
    pub(super) change: Change,
    pub(super) license: Option<License>,
    roles: Vec<(WorkspaceId, UserId, Role)>,
    /// What the change changed, and what it created.
    mine: HashSet<Touched>,
    created: HashSet<Touched>,
    /// A later change of something that this one changed.
    later: Option<u64>,
    /// The last change that was read.
    latest: u64,
}

impl History {
    pub(super) fn read(directory: &Directory, sequence: u64) -> Result<Self> {
        let unknown = |why: String| Failure::refused("invalid_argument", why);
        let before = sequence.checked_sub(1).ok_or_else(|| {
            unknown("changes are numbered from 1; `headcount changes` lists them".to_owned())
        })?;
        let missing = || {
            unknown(format!(
                "there is no change {sequence} yet; `headcount changes` lists them"
            ))
        };
        let mut found = directory
            .changes(before)
            .map_err(|error| match error.kind() {
                ErrorKind::ChangeNotYet { .. } => missing(),
                ErrorKind::HistoryTrimmed { .. } => Failure::refused(
                    "not_undoable",
                    format!(
                        "change {sequence} was trimmed, so what it changed is no longer known; \
                         make the change by hand"
                    ),
                ),
                _ => error.into(),
            })?;
        let change = found.next().transpose()?.ok_or_else(missing)?;
        let mut history = Self {
            mine: change.events.iter().filter_map(touched).collect(),
            created: change.events.iter().filter_map(created).collect(),
            change,
            license: None,
            roles: Vec::new(),
            later: None,
            latest: sequence,
        };
        history.look_for_later(found)?;
        if history.mine.iter().any(Touched::has_earlier_value) {
            history.read_earlier(directory)?;
        }
        Ok(history)
    }

    /// Reads the earlier values, from the beginning of the history that is kept.
    fn read_earlier(&mut self, directory: &Directory) -> Result<()> {
        for earlier in kept(directory, None)?.changes {
            let earlier = earlier?;
            if earlier.sequence >= self.change.sequence {
                break;
            }
            for event in earlier.events {
                self.note(&event);
            }
        }
        Ok(())
    }

    /// Reads changes that others made meanwhile through a server.
    pub(super) fn read_on(&mut self, directory: &Directory) -> Result<()> {
        let newer = directory.changes(self.latest)?;
        self.look_for_later(newer)
    }

    fn look_for_later(
        &mut self,
        changes: impl Iterator<Item = headcount::Result<Change>>,
    ) -> Result<()> {
        for later in changes {
            let later = later?;
            self.latest = later.sequence;
            if later.events.iter().any(|event| self.is_mine(event)) {
                self.later = Some(later.sequence);
                break;
            }
        }
        Ok(())
    }

    /// Whether the event changes what this change has changed.
    fn is_mine(&self, event: &Event) -> bool {
        touched(event)
            .is_some_and(|touched| self.mine.contains(&touched) || self.is_of_created(touched))
    }

    /// Whether it is deleted with what this change has created. Deleting a user or a workspace
    /// deletes the membership too.
    pub(super) fn is_of_created(&self, touched: Touched) -> bool {
        match touched {
            Touched::Member(workspace, user) => {
                self.created.contains(&Touched::Workspace(workspace))
                    || self.created.contains(&Touched::User(user))
            }
            touched => self.created.contains(&touched),
        }
    }

    /// Remembers the value that an earlier event gave to something that the change changed.
    fn note(&mut self, event: &Event) {
        match *event {
            Event::LicenseSet { license } => self.license = Some(license),
            Event::MemberAdded {
                workspace,
                user,
                role,
            }
            | Event::MemberRoleSet {
                workspace,
                user,
                role,
            } if self.mine.contains(&Touched::Member(workspace, user)) => {
                self.roles.push((workspace, user, role));
            }
            _ => {}
        }
    }

    pub(super) fn refuse_what_came_after(&self) -> Result<()> {
        match self.later {
            None => Ok(()),
            Some(later) => Err(Failure::refused(
                "conflict",
                format!(
                    "what change {} changed was changed again by change {later}; make the change \
                     by hand, as you want it now",
                    self.change.sequence
                ),
            )),
        }
    }

    /// The role that a member had before.
    pub(super) fn role(&self, workspace: WorkspaceId, user: UserId) -> Option<Role> {
        let of_this = |(w, u, _): &&(WorkspaceId, UserId, Role)| (*w, *u) == (workspace, user);
        self.roles
            .iter()
            .rev()
            .find(of_this)
            .map(|(.., role)| *role)
    }
}

#[cfg(test)]
mod tests {
    use headcount::{Directory as File, License};

    use super::*;

    #[test]
    fn what_came_while_it_was_read_is_seen() {
        let file = File::in_memory().unwrap();
        file.create_user("ann@ex.co").unwrap();
        file.deactivate_user("ann@ex.co").unwrap();
        let directory = Directory::Here(file.clone());
        let mut history = History::read(&directory, 2).unwrap();
        file.set_license(License::Enterprise).unwrap();
        history.read_on(&directory).unwrap();
        history.refuse_what_came_after().unwrap();
        file.activate_user("ann@ex.co").unwrap();
        history.read_on(&directory).unwrap();
        assert!(history.refuse_what_came_after().is_err());
    }
}
