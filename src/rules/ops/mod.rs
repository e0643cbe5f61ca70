//! The operations, one file per kind of record. They know the
//! [`Session`](super::session::Session) alone: not the store, and not each other.

pub(super) mod license;
pub(super) mod members;
pub(super) mod users;
pub(super) mod workspaces;
