//! The contenders, in the order of the table's columns.

mod fjall;
mod hash_map;
mod headcount;
mod kv;
mod lmdb;
mod random_load;
mod raw_log;
mod sqlite;
mod sqlite_grouped;
mod sqlite_shared;

use crate::peer::{Contender, Work};

/// Headcount first: the others are compared with it.
pub const ALL: [&Contender; 9] = [
    &headcount::HEADCOUNT,
    &sqlite::SQLITE,
    &sqlite_grouped::GROUPED,
    &sqlite::EXCLUSIVE,
    &lmdb::LMDB,
    &fjall::FJALL,
    &hash_map::HASH_MAP,
    &raw_log::RAW_LOG,
    &random_load::RANDOM_LOAD,
];

/// Another way to load SQLite, compared only in loading.
pub use sqlite::INDEXED_AFTERWARDS;

/// The contenders that take part in `work`.
pub fn in_work(work: Work) -> impl Iterator<Item = &'static Contender> {
    ALL.into_iter()
        .filter(move |contender| contender.takes_part_in(work))
}

/// The contender with this name, including one that only loads.
pub fn named(name: &str) -> Option<&'static Contender> {
    ALL.into_iter()
        .chain([&INDEXED_AFTERWARDS])
        .find(|contender| contender.name == name)
}
