//! When users were last seen: sightings are gathered, so that many of them share a commit.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Directory;
use crate::engine::Engine;
use crate::engine::embedded::Embedded;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Timestamp, UserId, UserKey, UserQuery, UserRef};
use crate::rules::{Sightings, read, seen};

/// Gathered sightings are written in one commit, at most once in this interval…
const WRITE_INTERVAL: Duration = Duration::from_mins(1);
/// …or once there are this many.
const GATHERED_MAX: usize = 4096;

/// Sightings that are not written yet.
#[derive(Default)]
pub(super) struct Gathered(Mutex<State>);

#[derive(Default)]
struct State {
    sightings: Sightings,
    written: Option<Instant>,
}

impl Gathered {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, id: UserId) -> Option<Timestamp> {
        self.lock().sightings.get(&id).copied()
    }

    /// All of them. Take them before a snapshot: sightings that are written in between are
    /// then in both, and none is missed.
    pub(super) fn all(&self) -> Sightings {
        self.lock().sightings.clone()
    }

    /// Adds a sighting; returns whether it is time to write.
    fn add(&self, id: UserId, at: Timestamp) -> bool {
        let mut state = self.lock();
        state.sightings.insert(id, at);
        let is_due = state.sightings.len() >= GATHERED_MAX
            || state
                .written
                .is_none_or(|written| written.elapsed() >= WRITE_INTERVAL);
        if is_due {
            state.written = Some(Instant::now());
        }
        is_due
    }

    /// Writes all of them. They stay here until they are written; if the write fails, they
    /// are kept for the next one, unless the directory is read-only.
    pub(super) fn write(&self, engine: &Embedded) -> Result<()> {
        let sightings = self.lock().sightings.clone();
        if sightings.is_empty() {
            return Ok(());
        }
        let written = engine.transact(|txn| seen::note(txn, &sightings));
        let is_over = |error: &Error| error.kind() == ErrorKind::ReadOnly;
        if written.as_ref().map_or_else(is_over, |()| true) {
            let kept = &mut self.lock().sightings;
            kept.retain(|id, at| sightings.get(id) != Some(at));
        }
        written
    }
}

/// When users were last seen. Neither the [`User`](crate::User) nor its version changes with
/// it, no seat is decided and no [`Change`](crate::Change) is made.
impl Directory {
    /// The precision of [`last_seen`](Self::last_seen), one hour: a sighting within this time
    /// of the stored one is not stored.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headcount::Directory;
    ///
    /// assert_eq!(Directory::SEEN_INTERVAL, Duration::from_secs(60 * 60));
    /// ```
    pub const SEEN_INTERVAL: Duration = Duration::from_hours(1);

    /// Records that a user is seen now, such as at a login or with a request. Call it as
    /// often as you like: it usually costs a lookup.
    ///
    /// The first sighting is on disk when this returns. Later ones are gathered and written
    /// together, at most once a minute and when the directory is closed; a crash loses those since
    /// the last write. The time is personal data: it is stored only for users for whom this is
    /// called, deleted with the user, and included in exports and backups.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](crate::ErrorKind::UserNotFound); after a write that failed, the sighting
    /// is kept for the next one.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.last_seen("ann@ex.co")?, None);
    /// directory.touch_user("ann@ex.co")?;
    /// assert!(directory.last_seen("ann@ex.co")?.unwrap() >= ann.created_at());
    /// assert_eq!(directory.user("ann@ex.co")?.unwrap().version(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn touch_user(&self, user: impl Into<UserRef>) -> Result<()> {
        self.touch_user_at(&user.into(), Timestamp::now())
    }

    pub(super) fn touch_user_at(&self, user: &UserRef, at: Timestamp) -> Result<()> {
        let id = self.existing(user)?;
        let interval = u64::try_from(Self::SEEN_INTERVAL.as_micros()).unwrap_or(u64::MAX);
        let is_recent =
            |seen: Timestamp| at.as_unix_micros() < seen.as_unix_micros().saturating_add(interval);
        if self.seen(id)?.is_some_and(is_recent) {
            return Ok(());
        }
        if self.shared.gathered.add(id, at) {
            return self.flush_sightings();
        }
        Ok(())
    }

    /// When a user was last seen, precise to about [an hour](Self::SEEN_INTERVAL); `None` if
    /// [`touch_user`](Self::touch_user) was never called for the user.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](crate::ErrorKind::UserNotFound).
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.last_seen("ann@ex.co")?, None);
    /// directory.touch_user("ann@ex.co")?;
    /// assert!(directory.last_seen("ann@ex.co")?.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn last_seen(&self, user: impl Into<UserRef>) -> Result<Option<Timestamp>> {
        let id = self.existing(&user.into())?;
        self.seen(id)
    }

    fn seen(&self, id: UserId) -> Result<Option<Timestamp>> {
        match self.shared.gathered.get(id) {
            Some(at) => Ok(Some(at)),
            None => read::last_seen(&self.snapshot()?, id),
        }
    }

    fn existing(&self, user: &UserRef) -> Result<UserId> {
        let not_found = || user.not_found();
        match &user.0 {
            UserKey::Id(id) => self.user_by_id(*id)?,
            _ => self.user(user.clone())?,
        }
        .map(|user| user.id())
        .ok_or_else(not_found)
    }

    /// The sightings that the query needs; to be taken before the snapshot.
    pub(super) fn sightings_for(&self, query: &UserQuery) -> Sightings {
        if query.asks_when_seen() {
            self.shared.gathered.all()
        } else {
            Sightings::new()
        }
    }

    /// Writes the gathered sightings.
    pub(super) fn flush_sightings(&self) -> Result<()> {
        self.check_write()?;
        let written = self.shared.gathered.write(&self.shared.engine);
        self.shared.holds.check(&self.shared.engine);
        written
    }
}
