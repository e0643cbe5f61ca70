//! What the parts of this room that are read without locks are made of. The model
//! checks in `model.rs` have one of their own in its place.

pub(in crate::engine::redb) use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
pub(in crate::engine::redb) use std::sync::{Mutex, MutexGuard, OnceLock};

pub(in crate::engine::redb) use arc_swap::{ArcSwap, ArcSwapOption};

/// Words of the first table of a memtable's index; a power of two.
pub(in crate::engine::redb) const WORDS_MIN: usize = 64;

/// Batches in the first chunk of a memtable; a power of two.
pub(in crate::engine::redb) const BATCHES_MIN: usize = 16;
