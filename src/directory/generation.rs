//! What a host needs to cache users itself.

use super::Directory;
#[cfg(feature = "capi")]
use crate::process::Word;

/// Caching users in a host.
impl Directory {
    /// A number with which a host in another language can keep its own cache of users, so
    /// that a hit needs no call into the library. (Rust needs none: the library has a cache,
    /// and lends what is in it.)
    ///
    /// Every commit that changes or deletes users changes it twice: it is odd from before
    /// the commit is visible until it is visible everywhere. It stays odd once the directory
    /// is closed, and in a child of `fork`.
    ///
    /// By these rules, nobody who has seen a commit ever sees an older state:
    ///
    /// - To look up, read the generation, *then* the cache. A cached user is valid if the
    ///   generation is even and equal to the one stored with the user.
    /// - To fill, read the generation, *then* ask the library, and store the user with that
    ///   generation. Store nothing if it is odd.
    /// - Store hits only, never that there is no user: creating a user doesn't change the
    ///   generation.
    /// - If a user is looked up by several names, each is a key of its own.
    ///
    /// It costs a load. In the C ABI, `hc_directory_generation` returns the address of the
    /// number: read it with acquire semantics.
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

    /// Where that number is in memory: a word that lives as long as the directory.
    #[cfg(feature = "capi")]
    pub(crate) fn generation_word(&self) -> &Word {
        self.shared.cache.generation_word()
    }
}
