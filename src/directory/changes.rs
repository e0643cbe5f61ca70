//! The history of a directory: reading, following and trimming it.

use super::{ChangeFeed, Changes, Directory};
use crate::engine::Engine;
use crate::error::Result;
use crate::rules;

/// The history of changes.
impl Directory {
    /// The changes with numbers above `after`, oldest first, up to this moment; 0
    /// starts from the first.
    ///
    /// # Errors
    ///
    /// [`HistoryTrimmed`](crate::ErrorKind::HistoryTrimmed) when the change after `after`
    /// was [trimmed](Self::trim_changes);
    /// [`ChangeNotYet`](crate::ErrorKind::ChangeNotYet) when `after` is above the number
    /// of the latest change, as it can be after a restore from a backup.
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

    /// The changes with numbers above `after` as they come: see [`ChangeFeed`]. Whether
    /// they can be had, [`ChangeFeed::recv_timeout`] says.
    pub fn follow(&self, after: u64) -> ChangeFeed {
        ChangeFeed::new(self.clone(), after)
    }

    /// Forgets the changes with numbers below `before`, with their request ids and the ids
    /// of users whom they deleted, and returns how many those were. Who asks for them later is refused with
    /// [`HistoryTrimmed`](crate::ErrorKind::HistoryTrimmed).
    ///
    /// Of very many it forgets some at a time: when it fails, the oldest may be gone
    /// already. Calling it again forgets the rest.
    pub fn trim_changes(&self, before: u64) -> Result<u64> {
        let mut trimmed = 0;
        loop {
            self.check()?;
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
