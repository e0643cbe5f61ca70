//! The suite that every engine must pass.
//!
//! A story is a function that takes any empty [`Engine`]. The list at the end runs each
//! story on each engine; a new engine adds one line to [`every_engine`], a new story one
//! line to the list.

mod concurrency;
mod maps;
mod model;
mod transactions;

use std::ops::{Bound, ControlFlow};

use tempfile::TempDir;

use super::embedded::Embedded;
use super::memory::Memory;
use super::redb::tests::disk::Disk;
use super::redb::{Redb, RedbOptions};
use super::{Engine, KeyRange, Order, Read, Write};

/// The whole map.
const ALL: KeyRange<'static> = (Bound::Unbounded, Bound::Unbounded);

/// A copy of some entries, in the order they were visited.
type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// The entries of `range`, as a scan visits them.
fn entries(read: &impl Read, range: KeyRange<'_>, order: Order) -> Entries {
    let mut entries = Entries::new();
    read.scan(range, order, |key, value| {
        entries.push((key.to_vec(), value.to_vec()));
        ControlFlow::Continue(())
    })
    .unwrap();
    entries
}

/// All entries of the latest committed state.
fn committed(engine: &impl Engine) -> Entries {
    entries(&engine.snapshot().unwrap(), ALL, Order::Ascending)
}

/// The committed value of `key`.
fn committed_value(engine: &impl Engine, key: &[u8]) -> Option<Vec<u8>> {
    engine
        .snapshot()
        .unwrap()
        .get(key)
        .unwrap()
        .map(|value| value.to_vec())
}

/// Puts all of `pairs` in one transaction.
fn put_all(engine: &impl Engine, pairs: &[(&[u8], &[u8])]) {
    engine
        .transact(|txn| {
            pairs
                .iter()
                .try_for_each(|(key, value)| txn.put(key, value))
        })
        .unwrap();
}

/// The result of [`entries`] for `pairs`.
fn owned(pairs: &[(&[u8], &[u8])]) -> Entries {
    pairs
        .iter()
        .map(|(key, value)| (key.to_vec(), value.to_vec()))
        .collect()
}

const OPTIONS: RedbOptions = RedbOptions::new(true);

fn memory() -> (Memory, ()) {
    (Memory::new(), ())
}

fn redb_in_a_file() -> (Redb, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    (
        Redb::open(&directory.path().join("users.redb"), &OPTIONS).unwrap(),
        directory,
    )
}

fn redb_in_memory() -> (Redb, ()) {
    (Disk::default().open(&OPTIONS).unwrap(), ())
}

fn embedded_memory() -> (Embedded, ()) {
    (Embedded::Memory(Memory::new()), ())
}

fn embedded_redb() -> (Embedded, TempDir) {
    let (engine, directory) = redb_in_a_file();
    (Embedded::Redb(engine), directory)
}

/// Runs every story on a fresh engine of every kind.
macro_rules! every_engine {
    ($($module:ident::$story:ident,)*) => {
        every_engine! { @each [memory redb_in_a_file redb_in_memory embedded_memory embedded_redb]
            { $($module::$story,)* } }
    };
    (@each [$($engine:ident)*] $stories:tt) => {
        mod on {
            $(every_engine! { @one $engine $stories })*
        }
    };
    (@one $engine:ident { $($module:ident::$story:ident,)* }) => {
        mod $engine {
            $(
                #[test]
                fn $story() {
                    let (engine, _keep) = super::super::$engine();
                    super::super::$module::$story(&engine);
                }
            )*
        }
    };
}

every_engine! {
    maps::an_empty_map_has_nothing,
    maps::a_value_is_found_until_overwritten_or_deleted,
    maps::an_empty_key_and_an_empty_value_are_like_any_other,
    maps::keys_are_ordered_as_bytes,
    maps::a_scan_visits_exactly_its_range_in_order,
    maps::a_scan_stops_at_the_first_break,
    maps::large_values_come_back_whole,
    maps::ten_thousand_keys_come_back_in_order,
    model::agrees_with_a_standard_map,
    transactions::a_transaction_reads_its_own_writes,
    transactions::an_error_undoes_everything,
    transactions::a_panic_undoes_everything_and_the_engine_goes_on,
    transactions::a_transaction_may_change_nothing,
    transactions::a_snapshot_keeps_its_state,
    transactions::what_a_transaction_returns_is_handed_on,
    transactions::a_closed_engine_refuses_everything,
    transactions::a_snapshot_that_outlives_its_engine_never_lies,
    concurrency::concurrent_increments_are_all_counted,
    concurrency::write_skew_is_impossible,
    concurrency::readers_do_not_wait_for_the_writer,
    concurrency::readers_never_see_half_a_transaction,
    concurrency::closing_waits_for_the_writer,
}
