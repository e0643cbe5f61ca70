//! Support for hosts that cache users themselves.

use super::Directory;

/// Caching users in a host.
impl Directory {
    /// A number that lets a host in another language keep its own cache of users, so that a
    /// hit costs no call into the library. (Rust programs don't need one: the library has a
    /// cache and lends its users.)
    ///
    /// It changes twice with every commit that changes or deletes users: it is odd from
    /// before such a commit can be seen until it is visible everywhere. It stays odd once
    /// the directory is closed, and in a child of `fork`.
    ///
    /// With these rules, no thread that has seen a commit ever sees an older state:
    ///
    /// - Lookup: read the generation, *then* the cache. A cached user is valid if the
    ///   generation is even and equals the one stored with the user.
    /// - Fill: read the generation, *then* call the library, and store the user with that
    ///   generation. Store nothing if it is odd.
    /// - Cache only users, never the absence of one: creating a user doesn't change the
    ///   generation.
    /// - If a user is looked up by several names, each name is a key of its own.
    ///
    /// Reading it costs one load. In the C ABI, `hc_directory_generation` returns the
    /// address of the number, which must be read with acquire semantics.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use std::sync::Arc;
    /// use headcount::{Directory, Result, User};
    ///
    /// type Cache = HashMap<String, (u64, Arc<User>)>;
    ///
    /// fn user(directory: &Directory, cache: &mut Cache, email: &str) -> Result<Option<Arc<User>>> {
    ///     let generation = directory.generation();
    ///     let is_quiet = generation % 2 == 0;
    ///     match cache.get(email) {
    ///         Some((kept, user)) if is_quiet && *kept == generation => return Ok(Some(user.clone())),
    ///         _ => {}
    ///     }
    ///     let user = directory.user_by_email(email)?;
    ///     if let Some(user) = user.as_ref().filter(|_| is_quiet) {
    ///         cache.insert(email.to_owned(), (generation, user.clone()));
    ///     }
    ///     Ok(user)
    /// }
    ///
    /// let (directory, mut cache) = (Directory::in_memory()?, Cache::new());
    /// directory.create_user("steve@ex.co")?;
    /// assert!(user(&directory, &mut cache, "steve@ex.co")?.unwrap().is_active());
    /// directory.deactivate_user("steve@ex.co")?;
    /// assert!(!user(&directory, &mut cache, "steve@ex.co")?.unwrap().is_active());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn generation(&self) -> u64 {
        self.shared.cache.generation()
    }

    /// The address of the [generation](Self::generation), for hosts that read it without a call:
    /// of an atomic number of 64 bits, which must be read with acquire semantics and never be
    /// written. It is the same for each handle on the directory, and valid until the last of them
    /// is dropped; closing the directory doesn't end it.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let address = directory.generation_address();
    /// // SAFETY: `directory` lives longer, and the number is only read.
    /// let number = unsafe { &*address.cast::<AtomicU64>() };
    /// assert_eq!(number.load(Ordering::Acquire), directory.generation());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn generation_address(&self) -> *const u64 {
        self.shared.cache.generation_word().as_ptr().cast_const()
    }
}
