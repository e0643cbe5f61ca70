//! What the parts of this room that are read without locks are made of. The model
//! checks have one of their own in its place.

pub(in crate::engine::redb) use std::sync::OnceLock;
pub(in crate::engine::redb) use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
