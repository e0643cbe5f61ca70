//! An embedded user directory that never has more active users than seats.
//!
//! A platform sells seats: its Community license allows five active users, its
//! Enterprise license any number. A [`Directory`] holds the users, finds them by
//! id, email or username, and switches them on and off; and under no race, crash
//! or bug in a caller does it have more active users than seats, or two users
//! with one email.
//!
//! ```
//! use headcount::{Directory, NewUser};
//!
//! let directory = Directory::in_memory()?; // Directory::open("users.redb")? for a file
//! let steve = directory.create_user(NewUser::new("steve@ex.co").username("steve"))?;
//! directory.deactivate_user("steve@ex.co")?;
//! assert_eq!(directory.user_by_username("steve")?.unwrap().id(), steve.id());
//! println!("{}", directory.seats()?); // 0 of 5 seats in use (community), 1 inactive
//! # Ok::<(), headcount::Error>(())
//! ```

#![warn(missing_debug_implementations)]

#[cfg(feature = "capi")]
// Its types are opaque to C, and no part of the Rust API.
#[allow(unsafe_code, missing_debug_implementations)]
pub mod capi;
mod codec;
mod directory;
mod engine;
mod error;
#[cfg(any(fuzzing, test))]
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
    FeedWaker, Options, Stats, UserView, Users, Workspaces, restore,
};
pub use error::{Error, ErrorKind, Result};
pub use model::{
    Applied, Batch, Change, Email, Event, Field, License, Member, NewUser, NewWorkspace, Op,
    Outcome, PageVisit, RequestId, Role, SeatDay, SeatHistory, Seats, Sort, Step, Subject,
    Timestamp, User, UserId, UserPage, UserQuery, UserRef, UserUpdate, Username, Workspace,
    WorkspaceId, WorkspaceRef,
};
pub use rules::{Exported, Fault, FaultKind, Inspection, Record, Repaired, Verified};

/// Runs what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
