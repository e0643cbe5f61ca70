//! Counters that don't match the records are damage, and are not overwritten.

use super::{EVERYTHING, entries};
use crate::codec::encode_totals;
use crate::codec::keys;
use crate::directory::Directory;
use crate::engine::{Engine, Write};
use crate::error::ErrorKind;
use crate::model::License;
use crate::rules::read;

#[test]
fn counters_that_would_run_below_zero_are_reported() {
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.in_memory().unwrap();
    directory.create_user("ann@ex.co").unwrap();
    directory.create_user("bob@ex.co").unwrap();
    let engine = &directory.shared.engine;
    let mut totals = read::totals(&directory.snapshot().unwrap()).unwrap();
    totals.active = 0;
    let bytes = encode_totals(&totals).unwrap();
    engine
        .transact(|txn| txn.put(keys::TOTALS, &bytes))
        .unwrap();
    let before = entries(&directory.snapshot().unwrap(), EVERYTHING);
    for refused in [
        directory.deactivate_user("ann@ex.co").map(drop),
        directory.delete_user("bob@ex.co").map(drop),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Corrupted);
    }
    assert!(entries(&directory.snapshot().unwrap(), EVERYTHING) == before);
    assert_eq!(directory.verify().unwrap_err().kind(), ErrorKind::Corrupted);
}
