//! The history of active users.

use super::Directory;
use crate::error::Result;
use crate::model::{SeatHistory, Timestamp};
use crate::rules::seat_days;

/// The history of active users, by which licenses are often billed.
impl Directory {
    /// The most users that were active at one time, on each day (UTC) since the day of `since`,
    /// or since the first day on record.
    ///
    /// It is stored in the transaction of the change that causes it and kept for three years,
    /// even if [`trim_changes`](Self::trim_changes) forgets the changes. It is in backups, but not
    /// in exports: in a directory that was [loaded](Self::load), the history begins with the users
    /// who were active then.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// directory.deactivate_user("bob@ex.co")?;
    /// let history = directory.seat_history(None)?;
    /// assert_eq!(history.peak, 2);
    /// assert_eq!(history.days.last().map(|today| today.last), Some(1));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn seat_history(&self, since: impl Into<Option<Timestamp>>) -> Result<SeatHistory> {
        seat_days::history(&self.snapshot()?, since.into())
    }

    /// The most users that were active at one time since the beginning of that day (UTC):
    /// the peak of [`seat_history`](Self::seat_history).
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// directory.delete_user("ann@ex.co")?;
    /// assert_eq!(directory.peak_active_since(ann.created_at())?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`seat_history`](Self::seat_history).
    pub fn peak_active_since(&self, since: Timestamp) -> Result<u64> {
        Ok(self.seat_history(since)?.peak)
    }
}
