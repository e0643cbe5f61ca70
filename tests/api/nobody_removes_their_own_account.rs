//! An actor can't deactivate or delete themself, and is recorded.

use headcount::{Batch, ErrorKind, UserId, UserUpdate};

use crate::helpers::{changes_after, create_admin, on_both_engines, refusal};

#[test]
fn an_actor_cannot_deactivate_or_delete_themself() {
    on_both_engines(|directory| {
        let ann = create_admin(directory, "ann@ex.co");
        let bob = create_admin(directory, "bob@ex.co");
        let as_ann = directory.acting_as(ann);
        // By any of their names.
        assert_eq!(refusal(as_ann.deactivate_user(ann)), ErrorKind::OwnAccount);
        assert_eq!(
            refusal(as_ann.deactivate_user("ANN@ex.co")),
            ErrorKind::OwnAccount
        );
        assert_eq!(
            refusal(as_ann.delete_user("ann@ex.co")),
            ErrorKind::OwnAccount
        );

        let batch = Batch::new().actor(ann).activate_user(bob).delete_user(ann);
        let refused = directory.apply(batch).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::OwnAccount, Some(1))
        );

        as_ann.delete_user(bob).unwrap();
    });
}

#[test]
fn an_actor_can_change_anything_else_about_themself() {
    on_both_engines(|directory| {
        let ann = create_admin(directory, "ann@ex.co");
        create_admin(directory, "bob@ex.co");
        let as_ann = directory.acting_as(ann);
        as_ann.activate_user(ann).unwrap();
        as_ann
            .update_user(ann, UserUpdate::new().email("amy@ex.co").admin(false))
            .unwrap();

        // Deactivating the inactive is a no-op, whoever asks.
        directory.deactivate_user(ann).unwrap();
        as_ann.deactivate_user(ann).unwrap();
        as_ann.activate_user(ann).unwrap();
    });
}

#[test]
fn the_actor_is_recorded() {
    on_both_engines(|directory| {
        let ann = create_admin(directory, "ann@ex.co");
        let operator = UserId::from_bytes([7; 16]);
        directory.acting_as(ann).create_user("bob@ex.co").unwrap();
        // The actor need not be a user of the directory.
        directory
            .acting_as(operator)
            .delete_user("bob@ex.co")
            .unwrap();
        let said_by_both = Batch::new().actor(operator).create_user("cho@ex.co");
        directory.acting_as(ann).apply(said_by_both).unwrap();
        directory.delete_user("cho@ex.co").unwrap();

        let changes = changes_after(directory, 0);
        let actors: Vec<_> = changes.iter().map(|change| change.actor).collect();
        assert_eq!(
            actors,
            [None, Some(ann), Some(operator), Some(operator), None]
        );
    });
}
