//! The progress of a check.

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
    /// Users checked so far.
    pub users: u64,
    /// All users, according to the stored counters; 0 if they are lost.
    pub users_total: u64,
}

/// Called with the progress.
pub(in crate::rules) type Watch<'w> = &'w dyn Fn(CheckProgress);

/// Users checked between two calls.
pub(super) const USERS_BETWEEN: u64 = 1_000;
