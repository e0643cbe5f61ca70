//! The operations, one file per kind of record. Each reads and changes the working
//! sets of a [`Session`](super::session::Session); none writes.

pub(super) mod members;
pub(super) mod users;
pub(super) mod workspaces;
