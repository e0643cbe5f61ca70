//! The history of a directory: reading, following and trimming it.

use super::{ChangeFeed, Changes, Directory};
use crate::engine::Engine;
use crate::error::Result;
use crate::rules;

/// The history of changes.
impl Directory {
    /// The changes with numbers above `after`, oldest first, up to this moment. 0 starts at the
    /// first.
    ///
    /// # Errors
    ///
    /// [`HistoryTrimmed`](crate::ErrorKind::HistoryTrimmed) if the change after `after` was
    /// [trimmed](Self::trim_changes); [`ChangeNotYet`](crate::ErrorKind::ChangeNotYet) if `after` is
    /// above the number of the latest change, as it can be after a restore from a backup.
    ///
    /// ```
    /// use headcount::{Directory, Event};
    ///
    /// let directory = Directory::in_memory()?;
    /// let steve = directory.create_user("steve@ex.co")?;
    /// directory.deactivate_user(&*steve)?;
    /// let changes: Vec<_> = directory.changes(1)?.collect::<Result<_, _>>()?;
    /// assert_eq!(changes.len(), 1);
    /// assert_eq!(changes[0].events, [Event::UserDeactivated { user: steve.id() }]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn changes(&self, after: u64) -> Result<Changes> {
        Changes::new(self, after)
    }

    /// Follows the changes with numbers above `after`: see [`ChangeFeed`]. If they can't be
    /// read, [`ChangeFeed::recv_timeout`] fails.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let mut feed = directory.follow(0);
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(feed.recv_timeout(Duration::MAX)?.unwrap().sequence, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn follow(&self, after: u64) -> ChangeFeed {
        ChangeFeed::new(self.clone(), after)
    }

    /// Forgets the changes with numbers below `before`, with their request ids and the ids of
    /// users whom they deleted; returns how many there were. Reading them later fails with
    /// [`HistoryTrimmed`](crate::ErrorKind::HistoryTrimmed).
    ///
    /// A long history is trimmed in several transactions: if the call fails, the oldest changes may
    /// be gone already. Calling it again forgets the rest.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.deactivate_user("ann@ex.co")?;
    /// assert_eq!(directory.trim_changes(2)?, 1);
    /// let trimmed = ErrorKind::HistoryTrimmed { resume_after: 1 };
    /// assert_eq!(directory.changes(0).unwrap_err().kind(), trimmed);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn trim_changes(&self, before: u64) -> Result<u64> {
        let mut trimmed = 0;
        loop {
            self.check_write()?;
            match self
                .shared
                .engine
                .transact(|txn| rules::trim::trim(txn, before))?
            {
                0 => {
                    self.shared.holds.check(&self.shared.engine);
                    return Ok(trimmed);
                }
                some => trimmed += some,
            }
        }
    }
}
