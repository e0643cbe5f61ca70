//! An embedded user directory that never has more active users than seats.
//!
#![doc = include_str!("../docs/guide.md")]
#![warn(missing_debug_implementations)]

#[cfg(feature = "capi")]
// Its types are opaque to C, and no part of the Rust API.
#[allow(unsafe_code, missing_debug_implementations)]
pub mod capi;
mod codec;
mod directory;
mod engine;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod model;
#[allow(unsafe_code)]
mod process;
mod rules;

// The testkit names the crate as the tests in `tests/` do.
#[cfg(test)]
extern crate self as headcount;
#[cfg(test)]
#[path = "../tests/kit/mod.rs"]
mod testkit;

#[cfg(feature = "serde")]
pub use directory::LinesProgress;
pub use directory::{
    ChangeFeed, Changes, CommitLatency, Compacted, Copied, CopyOptions, CopyProgress, Directory,
    FeedWaker, OpStream, Options, Stats, StreamPart, UserView, Users, Workspaces, restore,
};
pub use error::{Error, ErrorKind, Result};
pub use model::{
    Applied, AppliedStream, Batch, Change, Email, Event, Field, License, Member, NewUser,
    NewWorkspace, Op, Outcome, PageVisit, RequestId, Role, SeatDay, SeatHistory, Seats, Sort, Step,
    Subject, Timestamp, User, UserId, UserPage, UserQuery, UserRef, UserUpdate, Username,
    Workspace, WorkspaceId, WorkspaceRef, printable, quoted,
};
pub use rules::{
    CheckProgress, Exported, Fault, FaultKind, Inspection, Record, Repaired, Verified,
};

/// Runs what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
