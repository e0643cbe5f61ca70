//! What a host needs to cache users itself.

use super::Directory;
#[cfg(feature = "capi")]
use crate::process::Word;

/// Caching users in a host.
impl Directory {
    /// A number by which a host in another language keeps a cache of users of its own,
    /// so that a hit costs no call into the library. (Rust needs none: the library has a
    /// cache, and lends what is in it.)
    ///
    /// It changes with every commit that changes or deletes users, twice: it is odd from
    /// before such a commit can be seen until it can be seen everywhere. It is odd for
    /// good once the directory is closed, and in a child of `fork`.
    ///
    /// The rules, by which nobody who has seen a commit ever sees an older state:
    ///
    /// - To look up: read the generation, *then* the cache. A cached user is valid if the
    ///   generation is even and the same that is kept with the user.
    /// - To fill: read the generation, *then* ask the library, and keep the user with that
    ///   generation. Keep nothing if it is odd.
    /// - Keep users only, not that there is none: creating a user changes nothing here.
    /// - When the user is found by several names, each is a key of its own.
    ///
    /// It costs a load. Over the C ABI, `hc_directory_generation` gives the address
    /// of the number: read it with acquire semantics.
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
