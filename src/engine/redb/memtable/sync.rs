//! What the parts of this room that are read without locks are made of. The model
//! checks have one of their own in its place.

pub(super) use std::sync::OnceLock;
pub(super) use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
