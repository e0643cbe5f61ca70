//! A preview finds nothing exactly when the batch would be accepted, and lists every
//! refusal otherwise. `tests/domain/state_machine.rs` compares it with random batches.

use headcount::{Batch, ErrorKind, UserUpdate};

use crate::helpers::{create, fill, last_change, listed, no_free_seat, on_both_engines};

fn kinds(refusals: &[headcount::Error]) -> Vec<(Option<usize>, ErrorKind)> {
    refusals
        .iter()
        .map(|refusal| (refusal.op_index(), refusal.kind()))
        .collect()
}

#[test]
fn it_lists_what_is_wrong_with_each_operation_in_order() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        let batch = Batch::new()
            .create_user("ANN@ex.co")
            .create_user("bob@ex.co")
            .create_user("jürgen@ex.co")
            .delete_user("nobody@ex.co")
            .create_user("Bob@ex.co")
            .update_user("bob@ex.co", UserUpdate::new().username("x@y"));
        let refusals = directory.preview(batch).unwrap();
        let expected = [
            (Some(0), ErrorKind::EmailTaken),
            (Some(2), ErrorKind::InternationalEmail),
            (Some(3), ErrorKind::UserNotFound),
            (Some(4), ErrorKind::EmailTaken),
            (Some(5), ErrorKind::EmailTaken),
        ];
        assert_eq!(kinds(&refusals), expected);
    });
}

#[test]
fn seats_come_last_and_only_when_nothing_else_is_wrong() {
    on_both_engines(|directory| {
        fill(directory);
        let growing = Batch::new()
            .create_user("fay@ex.co")
            .create_user("gus@ex.co");
        let refusals = directory.preview(growing.clone()).unwrap();
        assert_eq!(kinds(&refusals), [(None, no_free_seat(5, 5, 2))]);
        let refusals = directory.preview(growing.create_user("")).unwrap();
        assert_eq!(kinds(&refusals), [(Some(2), ErrorKind::EmailRequired)]);
    });
}

#[test]
fn it_changes_nothing() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let before = (listed(directory), last_change(directory));
        let batch = Batch::new().create_user("bob@ex.co").delete_user(ann);
        assert!(directory.preview(batch.clone()).unwrap().is_empty());
        assert_eq!((listed(directory), last_change(directory)), before);
        directory.apply(batch).unwrap();
    });
}

#[test]
fn it_knows_the_actor() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let batch = Batch::new().delete_user(ann);
        let refusals = directory.acting_as(ann).preview(batch).unwrap();
        assert_eq!(kinds(&refusals), [(Some(0), ErrorKind::OwnAccount)]);
    });
}
