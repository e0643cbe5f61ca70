//! The building blocks of the lock-free parts of this module. The model checks in
//! `model.rs` replace it with their own.

pub(in crate::engine::redb) use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
pub(in crate::engine::redb) use std::sync::{Mutex, MutexGuard, OnceLock};

pub(in crate::engine::redb) use arc_swap::{ArcSwap, ArcSwapOption};

/// Words of the first table of a memtable's index; a power of two.
pub(in crate::engine::redb) const WORDS_MIN: usize = 64;

/// Batches in the first chunk of a memtable; a power of two.
pub(in crate::engine::redb) const BATCHES_MIN: usize = 16;
