//! The rules of the directory, written once on top of the engine's traits.
//!
//! Every write, from every interface, is a [`Batch`](crate::model::Batch). [`apply()`] turns
//! it into the bytes to write. It writes nothing itself and draws no ids or times, so its
//! result depends only on the batch, the time and the state.

mod apply;
mod claims;
mod entries;
mod entry_buffer;
pub(crate) mod export;
mod external;
pub(crate) mod extra;
mod finish;
pub(crate) mod format;
mod index;
mod judge;
#[cfg(feature = "serde")]
pub(crate) mod lines;
pub(crate) mod load;
mod ops;
mod plan;
pub(crate) mod query;
pub(crate) mod read;
pub(crate) mod repair;
pub(crate) mod seat_days;
pub(crate) mod seen;
mod session;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
pub(crate) mod trim;
mod verify;
mod working;

pub(crate) use apply::{apply, refusals};

pub use crate::codec::UserView;
pub use export::Exported;
#[cfg(feature = "serde")]
pub(crate) use lines::Line;
pub use load::Record;
pub(crate) use query::Sightings;
pub use repair::Repaired;
pub use verify::{Fault, FaultKind, Inspection, Verified};
pub(crate) use verify::{inspect, verify};
