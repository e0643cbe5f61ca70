//! The C ABI, as `include/headcount.h` declares it; one file per C type.
//!
//! The functions only translate: `arguments` checks what they get, the directory does the work,
//! and `guard` wraps each of them. Their docs become the header, so they are written in Doxygen
//! and for C.
//!
//! Every `// SAFETY:` line below refers to the contract in the header: a pointer is NULL or
//! points to what its parameter says; a handle comes from this library and was not freed;
//! during a call, nobody else writes to the memory that was passed.

// The header states the conditions for all functions at once.
#![allow(clippy::missing_safety_doc)]
// The docs are in Doxygen's markup.
#![allow(clippy::doc_markdown)]

mod applied;
mod apply;
mod arguments;
mod batch;
mod batch_users;
mod batch_workspaces;
mod call_error;
mod copies;
mod cursor;
mod directory;
mod error;
mod error_details;
mod event;
mod external;
mod failure;
mod faults;
mod feed;
mod generation;
mod guard;
mod handle;
mod id;
mod license;
mod logging;
mod member;
mod membership;
mod new_user;
mod nul_texts;
mod operation;
mod options;
mod outcome;
pub(crate) mod packed;
mod query;
mod query_field;
mod refusals;
mod role;
mod seat_history;
mod seats;
mod seen;
mod stats;
mod status;
mod submit;
mod submitter;
mod switches;
mod texts;
mod transfer;
mod user;
mod user_read;
mod user_update;
mod users;
mod verified;
mod version;
mod workspace;
mod workspace_list;
mod workspaces;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use applied::*;
pub use apply::*;
pub use batch::*;
pub use batch_users::*;
pub use batch_workspaces::*;
pub use copies::*;
pub use cursor::*;
pub use directory::*;
pub use error::*;
pub use error_details::*;
pub use event::*;
pub use external::*;
pub use failure::*;
pub use faults::*;
pub use feed::*;
pub use generation::*;
pub use id::*;
pub use license::*;
pub use logging::*;
pub use member::*;
pub use membership::*;
pub use new_user::*;
pub use operation::*;
pub use options::*;
pub use outcome::*;
pub use query::*;
pub use query_field::*;
pub use refusals::*;
pub use role::*;
pub use seat_history::*;
pub use seats::*;
pub use seen::*;
pub use stats::*;
pub use status::*;
pub use submit::*;
pub use submitter::*;
pub use switches::*;
pub use texts::*;
pub use transfer::*;
pub use user::*;
pub use user_read::*;
pub use user_update::*;
pub use users::*;
pub use verified::*;
pub use version::*;
pub use workspace::*;
pub use workspace_list::*;
pub use workspaces::*;

/// Takes a lock. A panic under it has poisoned the handle too, which reports that.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
