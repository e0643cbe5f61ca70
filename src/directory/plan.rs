//! What a batch that was accepted writes.

use std::sync::{Arc, mpsc};
use std::thread;

use super::entries::{self, KINDS_OF_USER};
use super::run::Run;
use super::working::Record;
use crate::codec::keys::Kind;
use crate::engine::Write;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Applied, User, UserId};

/// What to write for a batch that was accepted, and what to answer.
pub(crate) struct Plan {
    pub(crate) writes: Writes,
    pub(crate) applied: Applied,
    /// The users whose records it replaces or removes, as they were before.
    pub(crate) replaced: Vec<Arc<User>>,
}

/// So many changed users have their entries made at once. Those of more users are
/// made while they are written, one kind after the other.
const USERS_AT_ONCE_MAX: usize = 16 * 1024;

/// The value each key gets, or that it is removed; each key once, in their order.
#[derive(Default)]
pub(crate) struct Writes {
    run: Run,
    /// Users whose entries are not in `run` yet.
    users: Vec<Changed>,
}

/// A user who was changed.
struct Changed {
    id: UserId,
    before: Option<Arc<User>>,
    now: Option<Arc<User>>,
}

impl Writes {
    /// What is to be written of these users, and what `rest` appends.
    pub(super) fn new(
        users: &[Record<UserId, User>],
        rest: impl FnOnce(&mut Run) -> Result<()>,
    ) -> Result<Self> {
        let changed = || users.iter().filter(|user| user.changed);
        let count = changed().count();
        if count > USERS_AT_ONCE_MAX {
            let mut run = Run::default();
            rest(&mut run)?;
            run.sort();
            let users = changed().map(|user| Changed {
                id: user.key,
                before: user.before.clone(),
                now: user.now.clone(),
            });
            let users = users.collect();
            return Ok(Self { run, users });
        }
        let mut run = Run::with_capacity(8 + 8 * count, 512 + 512 * count);
        for kind in KINDS_OF_USER {
            for user in changed() {
                replace_user(
                    &mut run,
                    kind,
                    user.key,
                    user.before.as_deref(),
                    user.now.as_deref(),
                )?;
            }
        }
        rest(&mut run)?;
        run.sort();
        Ok(Self {
            run,
            users: Vec::new(),
        })
    }

    /// Writes it, in the order of the keys.
    pub(crate) fn write_to(&self, txn: &mut impl Write) -> Result<()> {
        self.visit(|key, value| match value {
            Some(value) => txn.put(key, value),
            None => txn.delete(key),
        })
    }

    /// Calls `visit(key, value)` for each key in order, until it fails; the value is
    /// `None` for a key to remove.
    pub(crate) fn visit(
        &self,
        mut visit: impl FnMut(&[u8], Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        let mut rest = self.run.iter().peekable();
        if !self.users.is_empty() {
            while let Some((key, value)) = rest.next_if(|(key, _)| key[0] < Kind::User as u8) {
                visit(key, value)?;
            }
            self.visit_users(&mut visit)?;
        }
        rest.try_for_each(|(key, value)| visit(key, value))
    }

    /// Makes the entries of one kind while those of the one before are visited.
    fn visit_users(
        &self,
        visit: &mut impl FnMut(&[u8], Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        thread::scope(|scope| {
            let (made, runs) = mpsc::sync_channel(0);
            let make_all = move || {
                for kind in KINDS_OF_USER {
                    if made.send(self.run_of_users(kind)).is_err() {
                        return;
                    }
                }
            };
            thread::Builder::new()
                .spawn_scoped(scope, make_all)
                .map_err(|error| {
                    Error::new(ErrorKind::Io, "no thread could be started").with_source(error)
                })?;
            for run in runs {
                run?.iter().try_for_each(|(key, value)| visit(key, value))?;
            }
            Ok(())
        })
    }

    fn run_of_users(&self, kind: Kind) -> Result<Run> {
        let mut run = Run::default();
        for user in &self.users {
            replace_user(
                &mut run,
                kind,
                user.id,
                user.before.as_deref(),
                user.now.as_deref(),
            )?;
        }
        run.sort();
        Ok(run)
    }
}

/// Notes what becomes of the entry of one kind.
fn replace_user(
    run: &mut Run,
    kind: Kind,
    id: UserId,
    before: Option<&User>,
    now: Option<&User>,
) -> Result<()> {
    let before = before.and_then(|user| entries::of_user(user, kind));
    let now = match now {
        Some(user) => entries::of_user(user, kind),
        None => entries::of_deleted_user(id, kind),
    };
    run.replace(before, now)
}
