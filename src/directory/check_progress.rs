//! The progress of a check of a whole file.

use super::Options;
use super::watch::Watch;
use crate::rules::CheckProgress;

impl Options {
    /// Calls `tell` during [`find_faults`](Self::find_faults), [`plan_repair`](Self::plan_repair)
    /// and [`repair`](Self::repair): before the first user is checked, often meanwhile, and after
    /// the last. A repair checks all users several times, and counts from 0 each time.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use std::sync::mpsc;
    /// use headcount::Directory;
    ///
    /// let directory = Directory::open(&path)?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.close()?;
    /// let (tell, told) = mpsc::channel();
    /// let options = Directory::options().on_check_progress(move |progress| {
    ///     let _ = tell.send((progress.users, progress.users_total));
    /// });
    /// options.find_faults(&path, 100)?;
    /// assert_eq!(told.try_iter().collect::<Vec<_>>(), [(0, 1), (1, 1)]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn on_check_progress(
        mut self,
        tell: impl Fn(CheckProgress) + Send + Sync + 'static,
    ) -> Self {
        self.watch = Watch::new(tell);
        self
    }
}
