//! Extra records: small named values of the host program, in the same file.

use super::Directory;
use crate::engine::Engine;
use crate::error::Result;
use crate::rules::extra;

/// Extra records: small values that a program stores beside the users, such as the hashes
/// of its API keys, so that everything is in one file. The directory never interprets the
/// bytes; they appear in no [`Change`](crate::Change).
impl Directory {
    /// The bytes stored under `name`; `None` if there are none.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.set_extra("platform/banner", b"maintenance on Friday")?;
    /// assert_eq!(directory.extra("platform/banner")?.unwrap(), b"maintenance on Friday");
    /// assert!(directory.remove_extra("platform/banner")?);
    /// assert_eq!(directory.extra("platform/banner")?, None);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn extra(&self, name: &str) -> Result<Option<Vec<u8>>> {
        extra::get(&self.snapshot()?, name)
    }

    /// The records whose names start with `prefix`, ordered by name. All of them are
    /// read into memory.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.set_extra("key/b", b"2")?;
    /// directory.set_extra("key/a", b"1")?;
    /// directory.set_extra("other", b"3")?;
    /// let keys: Vec<_> = directory.extras("key/")?.into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(keys, ["key/a", "key/b"]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn extras(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        extra::list(&self.snapshot()?, prefix)
    }

    /// Stores up to 16 KiB under a name of 1 to 128 bytes without control characters,
    /// replacing an existing record. The record is on disk when this returns.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a name or value outside
    /// these limits.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.set_extra("theme", b"dark")?;
    /// assert_eq!(directory.extra("theme")?.as_deref(), Some(&b"dark"[..]));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn set_extra(&self, name: &str, value: &[u8]) -> Result<()> {
        self.check_write()?;
        extra::check(name, value)?;
        let engine = &self.shared.engine;
        engine
            .transact(|txn| extra::set(txn, name, Some(value)))
            .map(|_| ())
    }

    /// Removes a record; returns whether there was one.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.set_extra("theme", b"dark")?;
    /// assert!(directory.remove_extra("theme")?);
    /// assert!(!directory.remove_extra("theme")?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn remove_extra(&self, name: &str) -> Result<bool> {
        self.check_write()?;
        self.shared
            .engine
            .transact(|txn| extra::set(txn, name, None))
    }
}
