//! The operations, one file per kind of record. They know only the
//! [`Session`](super::session::Session), not the store or each other.

pub(super) mod license;
pub(super) mod members;
pub(super) mod users;
pub(super) mod workspaces;
