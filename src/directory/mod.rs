//! The rules, written once over the engine's traits.
//!
//! Every write of every door becomes a [`Batch`](crate::model::Batch) that
//! [`apply`] turns into the bytes to write. It reads but never writes and draws
//! nothing, so an engine may run it again.

mod claims;
pub(crate) mod format;
mod judge;
pub(crate) mod read;
mod session;
mod users;
mod verify;

pub(crate) use session::{apply, refusals};
pub use verify::Verified;
pub(crate) use verify::verify;

use crate::codec::{IdEntry, encode_id, encode_user, keys};
use crate::error::Result;
use crate::model::User;

/// The entries that stand for `user` in the store: the record and what leads to
/// it. Applying a batch writes the difference of two such lists; verifying a
/// directory compares them with what is there.
fn entries_of(user: &User) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let email_key = user.email_key();
    let mut entries = vec![
        (keys::user(email_key), encode_user(user)?),
        (keys::id(user.id), encode_id(&IdEntry::User(email_key))?),
    ];
    if let Some(name) = &user.username {
        entries.push((keys::username(name.key()), email_key.as_bytes().to_vec()));
    }
    Ok(entries)
}
