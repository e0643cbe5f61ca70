//! The domain around the users: workspaces and their owners, batches, versions,
//! queries and the change feed. One story a file, named for the promise it
//! keeps.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod helpers;
mod state_machine;
