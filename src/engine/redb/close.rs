//! Closing: the database takes over the log, which is then removed.

use std::fs;

use super::Shared;
use super::log::Log;
use crate::error::{ErrorKind, Result};

impl Shared {
    /// Closes the database after it has taken over the log, unless a write has failed half
    /// way. If the file was renamed, it still takes over everything, but that is an error.
    pub(super) fn close(&self, log: Log) -> Result<()> {
        let in_place = match self.check_writable(&log) {
            Err(error) if error.kind() == ErrorKind::FileReplaced => Err(error),
            _ => Ok(()),
        };
        let taken_over = self.check().and_then(|()| self.take_over(&log));
        if in_place.is_ok() && self.is_unused() {
            // The file is still locked, so nobody else can have begun to use it. If it
            // can't be removed, it does no harm.
            let _ = self.created.as_ref().map(fs::remove_file);
        }
        self.latest.close_state();
        let removed = match taken_over {
            // Before the lock is released, because others may then create a log with these
            // names.
            Ok(()) => log
                .remove()
                .map_err(|error| self.name.log_not_removed(error)),
            Err(error) => Err(error),
        };
        let closed = match self.latest.take_base() {
            Some(base) => base.close(),
            None => Ok(()),
        };
        removed.and(closed).and(in_place)
    }

    /// Whether nothing was ever committed to it. The number of the last commit alone doesn't prove
    /// that: a backup that was put at the path just before it was opened may start from zero too.
    fn is_unused(&self) -> bool {
        self.state()
            .is_ok_and(|state| state.sequence == 0 && matches!(state.base.entries(), Ok(0)))
    }

    /// Lets the database take over the rest of the log, which is then no longer needed.
    fn take_over(&self, log: &Log) -> Result<()> {
        let state = self.state()?;
        if log.is_recorded() {
            let writes = state.active.newest(state.sequence);
            self.with_base(|base| {
                base.reclaim_for(state.active.len())?;
                base.end_uses(writes, state.sequence, &[log.use_id()])
            })?;
        }
        Ok(())
    }
}
