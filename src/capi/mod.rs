//! The C ABI, as `include/headcount.h` declares it; one file per C type.
//!
//! The functions only translate: arguments are checked by `arguments`, the
//! directory does the work, and `guard` stands around each of them. Their docs
//! are the header's, so they are written for Doxygen and for C.
//!
//! The contract that every `// SAFETY:` line below refers to is the header's: a
//! pointer is NULL or points to what its parameter says; a handle comes from
//! this library and is not freed yet; nobody else writes to memory that is
//! handed in for the time of the call.

// The header says for all functions at once what makes a call sound.
#![allow(clippy::missing_safety_doc)]
// Doxygen's markup is not rustdoc's.
#![allow(clippy::doc_markdown)]

mod arguments;
mod cursor;
mod directory;
mod error;
mod guard;
mod license;
mod new_user;
mod options;
mod process;
mod seats;
mod status;
mod switches;
mod user;
mod user_update;
mod users;
mod version;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use cursor::*;
pub use directory::*;
pub use error::*;
pub use license::*;
pub use new_user::*;
pub use options::*;
pub use seats::*;
pub use status::*;
pub use switches::*;
pub use user::*;
pub use user_update::*;
pub use users::*;
pub use version::*;

/// Takes a lock. A panic under it has poisoned the handle around it, which says
/// so by itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
