//! Packed operations: any bytes are refused, or are a batch that a directory can judge.

use super::kind_of;
use crate::capi::packed::fuzzing::unpack;
use crate::directory::Directory;
use crate::model::{License, NewUser};

/// Reads a batch and lets a small directory judge it. Reading it twice, or after other
/// operations, gives the same batch.
pub fn check(bytes: &[u8]) {
    let Some(batch) = unpack(bytes, 0) else {
        assert!(unpack(bytes, 7).is_none(), "refused only at the beginning");
        return;
    };
    let again = unpack(bytes, 7).expect("it was read before");
    assert_eq!(format!("{batch:?}"), format!("{again:?}"), "not the same");
    let operations = batch.len();
    let directory = Directory::in_memory().expect("in memory");
    directory.set_license(License::Seats(2)).expect("a license");
    for email in ["ann@ex.co", "bob@ex.co"] {
        directory.create_user(NewUser::new(email)).expect("a user");
    }
    match directory.apply(batch) {
        Ok(applied) => assert_eq!(applied.outcomes.len(), operations),
        Err(error) => {
            kind_of(&error);
            assert!(error.op_index().is_none_or(|index| index < operations));
        }
    }
    directory.verify().expect("the directory is whole");
}
