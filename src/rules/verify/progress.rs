//! The progress of a check.

use crate::codec::Totals;

/// The progress of a check of all users.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("users.redb");
/// use headcount::Directory;
///
/// Directory::open(&path)?.close()?;
/// let options = Directory::options().on_check_progress(|progress| {
///     println!("{} of {} users", progress.users, progress.users_total);
/// });
/// assert!(options.find_faults(&path, 100)?.is_sound());
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct CheckProgress {
    /// Users checked so far. A check reads each user twice, so a user that was read once
    /// counts a half.
    pub users: u64,
    /// All users, according to the stored counters; 0 if they are lost.
    pub users_total: u64,
}

/// Called with the progress.
pub(in crate::rules) type Watch<'w> = &'w dyn Fn(CheckProgress);

/// Entries read between two calls.
const ENTRIES_BETWEEN: u64 = 3_000;

/// How often an examination reads each user.
const READINGS: u64 = 2;

/// Counts what an examination has read.
pub(super) struct ReadCounter<'w> {
    watch: Watch<'w>,
    users_total: u64,
    entries: u64,
    /// How often users were read.
    readings: u64,
}

impl<'w> ReadCounter<'w> {
    /// Tells that no user was checked yet.
    pub(super) fn start(watch: Watch<'w>, on_record: Option<Totals>) -> Self {
        let on_record = on_record.unwrap_or_default();
        let progress = Self {
            watch,
            users_total: on_record.active.saturating_add(on_record.inactive),
            entries: 0,
            readings: 0,
        };
        progress.tell();
        progress
    }

    /// Counts an entry, which may be a user.
    pub(super) fn read(&mut self, is_user: bool) {
        self.entries += 1;
        self.readings += u64::from(is_user);
        if self.entries.is_multiple_of(ENTRIES_BETWEEN) {
            self.tell();
        }
    }

    pub(super) fn tell(&self) {
        (self.watch)(CheckProgress {
            users: self.readings / READINGS,
            users_total: self.users_total,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use crate::engine::Engine;
    use crate::engine::memory::Memory;
    use crate::model::{Batch, License};
    use crate::rules::tests::write;
    use crate::rules::{format, inspect};

    #[test]
    fn a_check_tells_its_progress_from_the_start_to_the_end() {
        const USERS: u64 = 4_000;
        let engine = Memory::new();
        engine
            .transact(|txn| format::create(txn, License::Enterprise))
            .unwrap();
        let emails = (0..USERS).map(|number| format!("ann.{number}@ex.co"));
        write(&engine, emails.fold(Batch::new(), Batch::create_user));
        let told = RefCell::new(Vec::new());
        let state = engine.snapshot().unwrap();
        inspect(&state, 1, &|progress| {
            assert_eq!(progress.users_total, USERS);
            told.borrow_mut().push(progress.users);
        })
        .unwrap();
        let told = told.into_inner();
        assert!(told.is_sorted(), "{told:?}");
        assert_eq!((told[0], told.last()), (0, Some(&USERS)));
        for half in 0..2 {
            let (from, to) = (USERS * half / 2, USERS * (half + 1) / 2);
            let is_told = told.iter().any(|users| (from + 1..=to).contains(users));
            assert!(is_told, "{from} to {to}: {told:?}");
        }
    }
}
