//! The writes of an accepted batch.

use std::sync::{Arc, mpsc};
use std::thread;

use super::entries::{self, KINDS_OF_USER};
use super::entry_buffer::EntryBuffer;
use super::working::WorkingRecord;
use crate::codec::keys::KeyKind;
use crate::engine::Write;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Applied, User, UserId};

/// The writes and the result of an accepted batch.
pub(crate) struct Plan {
    pub(crate) writes: PlannedWrites,
    pub(crate) applied: Applied,
    /// The users whose records the batch replaces or removes, as they were before.
    pub(crate) replaced: Vec<Arc<User>>,
}

/// Up to this many changed users, all entries are encoded up front. Beyond that, they are
/// encoded while they are written, one kind after the other.
const USERS_AT_ONCE_MAX: usize = 16 * 1024;

/// The keys to set or remove, each once, in order.
#[derive(Default)]
pub(crate) struct PlannedWrites {
    buffer: EntryBuffer,
    /// Changed users whose entries are not in `buffer` yet.
    users: Vec<Changed>,
}

/// A changed user.
struct Changed {
    id: UserId,
    before: Option<Arc<User>>,
    now: Option<Arc<User>>,
}

impl PlannedWrites {
    /// The entries of these users, between the entries that `first` and `rest` append.
    pub(super) fn new(
        users: &[WorkingRecord<UserId, User>],
        first: impl FnOnce(&mut EntryBuffer) -> Result<()>,
        rest: impl FnOnce(&mut EntryBuffer) -> Result<()>,
    ) -> Result<Self> {
        Self::with_limit(USERS_AT_ONCE_MAX, users, first, rest)
    }

    fn with_limit(
        users_at_once_max: usize,
        users: &[WorkingRecord<UserId, User>],
        first: impl FnOnce(&mut EntryBuffer) -> Result<()>,
        rest: impl FnOnce(&mut EntryBuffer) -> Result<()>,
    ) -> Result<Self> {
        let changed = || users.iter().filter(|user| user.changed);
        let count = changed().count();
        let at_once = if count > users_at_once_max { 0 } else { count };
        let mut buffer = EntryBuffer::with_capacity(8 + 8 * at_once, 512 + 512 * at_once);
        first(&mut buffer)?;
        for kind in KINDS_OF_USER {
            for user in changed().take(at_once) {
                let (before, now) = (user.before.as_deref(), user.now.as_deref());
                replace_user(&mut buffer, kind, user.key, before, now)?;
            }
        }
        rest(&mut buffer)?;
        buffer.sort();
        let later = changed().skip(at_once).map(|user| Changed {
            id: user.key,
            before: user.before.clone(),
            now: user.now.clone(),
        });
        Ok(Self {
            buffer,
            users: later.collect(),
        })
    }

    /// Writes everything, in the order of the keys.
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
        let mut rest = self.buffer.iter().peekable();
        if !self.users.is_empty() {
            while let Some((key, value)) = rest.next_if(|(key, _)| key[0] < KeyKind::User as u8) {
                visit(key, value)?;
            }
            self.visit_users(&mut visit)?;
        }
        rest.try_for_each(|(key, value)| visit(key, value))
    }

    /// Visits the entries of users kind by kind, while a second thread encodes those of the
    /// next kind.
    fn visit_users(
        &self,
        visit: &mut impl FnMut(&[u8], Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        thread::scope(|scope| {
            let (sender, buffers) = mpsc::sync_channel(0);
            let build_all = move || {
                for kind in KINDS_OF_USER {
                    if sender.send(self.buffer_of_users(kind)).is_err() {
                        return;
                    }
                }
            };
            thread::Builder::new()
                .spawn_scoped(scope, build_all)
                .map_err(|error| {
                    Error::new(ErrorKind::Io, "no thread could be started; end others")
                        .with_source(error)
                })?;
            for buffer in buffers {
                buffer?
                    .iter()
                    .try_for_each(|(key, value)| visit(key, value))?;
            }
            Ok(())
        })
    }

    fn buffer_of_users(&self, kind: KeyKind) -> Result<EntryBuffer> {
        let mut buffer = EntryBuffer::default();
        for user in &self.users {
            replace_user(
                &mut buffer,
                kind,
                user.id,
                user.before.as_deref(),
                user.now.as_deref(),
            )?;
        }
        buffer.sort();
        Ok(buffer)
    }
}

/// Appends the change of a user's entry of one kind.
fn replace_user(
    buffer: &mut EntryBuffer,
    kind: KeyKind,
    id: UserId,
    before: Option<&User>,
    now: Option<&User>,
) -> Result<()> {
    if let (Some(before), Some(now)) = (before, now)
        && entries::are_same(before, now, kind)
    {
        return Ok(());
    }
    if kind == KeyKind::ExternalId {
        return buffer.replace_external_ids(before, now, entries::of_external_id);
    }
    let before = before.and_then(|user| entries::of_user(user, kind));
    let now = match now {
        Some(user) => entries::of_user(user, kind),
        None => entries::of_deleted_user(id, kind),
    };
    buffer.replace(before, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attributes, Email, ExternalIds, Timestamp, UserParts, Username};
    use crate::rules::working::WorkingSet;

    type Entries = Vec<(Vec<u8>, Option<Vec<u8>>)>;

    fn user(number: u8, email: &str, active: bool, version: u64) -> User {
        User::from(UserParts {
            id: UserId::from_bytes([number; 16]),
            email: Email::parse(email).unwrap(),
            username: None,
            given_name: None,
            family_name: None,
            active,
            admin: number.is_multiple_of(3),
            external_ids: external_ids(number, version),
            attributes: Attributes::new(),
            created_at: Timestamp::from_unix_micros(1).unwrap(),
            updated_at: Timestamp::from_unix_micros(version).unwrap(),
            deactivated_at: None,
            version,
        })
    }

    /// External ids of some users, who change them with the version and pass one on to
    /// another user.
    fn external_ids(number: u8, version: u64) -> ExternalIds {
        let id = |provisioner: &str, id: u64| (provisioner.to_owned(), id.to_string());
        match number % 5 {
            0 => ExternalIds::from_iter([id("entra", number.into()), id("okta", version)]),
            1 => ExternalIds::from_iter([id("okta", u64::from(number) + version)]),
            _ => ExternalIds::new(),
        }
    }

    fn email(number: u8) -> String {
        format!("u{number}@ex{}.co", number % 7)
    }

    /// Users, some of whom are new, deleted, changed, or swap their emails.
    fn users() -> WorkingSet<UserId, User> {
        let mut users = WorkingSet::default();
        for number in (1..200).rev() {
            let fresh = user(number, &email(number), true, 1);
            let id = fresh.id;
            if number % 4 == 0 {
                users.put(id, Some(fresh));
                continue;
            }
            users.load(id, fresh);
            match number % 8 {
                1 => users.put(id, None),
                2 => users.put(id, Some(user(number, &email(number + 1), true, 2))),
                3 => users.put(id, Some(user(number, &email(number - 1), true, 2))),
                5 => users.put(id, Some(user(number, &email(number), false, 2))),
                _ => continue,
            };
        }
        users
    }

    fn writes(users_at_once_max: usize) -> PlannedWrites {
        let put = |buffer: &mut EntryBuffer, kind: KeyKind| buffer.put(&[kind as u8], |_| Ok(()));
        let first = |buffer: &mut EntryBuffer| put(buffer, KeyKind::Meta);
        let rest = |buffer: &mut EntryBuffer| put(buffer, KeyKind::Change);
        PlannedWrites::with_limit(users_at_once_max, users().all(), first, rest).unwrap()
    }

    fn visited(writes: &PlannedWrites) -> Entries {
        let mut entries = Vec::new();
        let visit = |key: &[u8], value: Option<&[u8]>| {
            entries.push((key.to_vec(), value.map(<[u8]>::to_vec)));
            Ok(())
        };
        writes.visit(visit).unwrap();
        entries
    }

    #[test]
    fn entries_are_the_same_whenever_they_are_made() {
        let at_once = visited(&writes(usize::MAX));
        assert!(at_once.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(at_once, visited(&writes(0)));
    }

    #[test]
    fn entries_that_are_left_out_are_the_same() {
        let users = [
            user(2, &email(1), true, 1),
            user(2, &email(1), false, 2),
            user(2, &email(2), true, 2),
            User::from(UserParts {
                username: Some(Username::parse("other").unwrap()),
                ..UserParts::from(&user(2, &email(1), true, 1))
            }),
            User::from(UserParts {
                created_at: Timestamp::from_unix_micros(2).unwrap(),
                ..UserParts::from(&user(2, &email(1), true, 1))
            }),
            User::from(UserParts {
                admin: true,
                external_ids: external_ids(0, 1),
                ..UserParts::from(&user(2, &email(1), true, 1))
            }),
        ];
        let mut left_out = 0;
        for (before, now) in users.iter().flat_map(|a| users.iter().map(move |b| (a, b))) {
            for kind in KINDS_OF_USER {
                let all_of = |user| entries::all_of_user(user, kind);
                if entries::are_same(before, now, kind) {
                    assert!(
                        all_of(before).eq(all_of(now)),
                        "{kind:?} {before:?} {now:?}"
                    );
                    left_out += usize::from(before != now);
                }
            }
        }
        assert!(left_out > 0, "a switch leaves most entries as they are");
    }

    #[test]
    fn a_failed_visit_ends_it() {
        for users_at_once_max in [0, usize::MAX] {
            let mut left = 100;
            let refused = writes(users_at_once_max).visit(|_, _| {
                left -= 1;
                match left {
                    0 => Err(Error::new(ErrorKind::Io, "full")),
                    _ => Ok(()),
                }
            });
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Io);
            assert_eq!(left, 0);
        }
    }
}
