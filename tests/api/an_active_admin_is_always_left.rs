//! Once a directory has an active admin, it keeps one.

use headcount::{Batch, ErrorKind, License, NewUser, UserUpdate};

use crate::helpers::{create, create_admin, last_change, on_both_engines, refusal};

#[test]
fn the_last_active_admin_cannot_be_deactivated_demoted_or_deleted() {
    on_both_engines(|directory| {
        create_admin(directory, "ann@ex.co");
        create(directory, "bob@ex.co");
        // An inactive admin doesn't count.
        directory
            .create_user(NewUser::new("cho@ex.co").admin(true).active(false))
            .unwrap();
        let before = last_change(directory);

        let demote = UserUpdate::new().admin(false);
        assert_eq!(
            refusal(directory.deactivate_user("ann@ex.co")),
            ErrorKind::LastAdmin
        );
        assert_eq!(
            refusal(directory.update_user("ann@ex.co", demote)),
            ErrorKind::LastAdmin
        );
        assert_eq!(
            refusal(directory.delete_user("ann@ex.co")),
            ErrorKind::LastAdmin
        );

        let ann = directory.user("ann@ex.co").unwrap().unwrap();
        assert!(ann.is_active() && ann.is_admin() && ann.version() == 1);
        assert_eq!(last_change(directory), before);
    });
}

#[test]
fn one_of_two_admins_can_go_and_then_the_other_stays() {
    on_both_engines(|directory| {
        create_admin(directory, "ann@ex.co");
        create_admin(directory, "bob@ex.co");
        directory.deactivate_user("ann@ex.co").unwrap();
        assert_eq!(
            refusal(directory.delete_user("bob@ex.co")),
            ErrorKind::LastAdmin
        );

        // Inactive admins come and go.
        directory
            .update_user("ann@ex.co", UserUpdate::new().admin(false))
            .unwrap();
        directory
            .update_user("ann@ex.co", UserUpdate::new().admin(true))
            .unwrap();
        directory.delete_user("ann@ex.co").unwrap();
    });
}

#[test]
fn admins_are_replaced_in_one_batch() {
    on_both_engines(|directory| {
        let ann = create_admin(directory, "ann@ex.co");
        let bob = create(directory, "bob@ex.co");
        let demote_first = Batch::new()
            .update_user(ann, UserUpdate::new().admin(false))
            .update_user(bob, UserUpdate::new().admin(true));
        directory.apply(demote_first).unwrap();

        let delete_first = Batch::new()
            .delete_user(bob)
            .create_user(NewUser::new("cho@ex.co").admin(true));
        directory.apply(delete_first).unwrap();
        assert!(directory.user("cho@ex.co").unwrap().unwrap().is_admin());

        let both_go = Batch::new()
            .update_user(ann, UserUpdate::new().admin(true))
            .deactivate_user(ann)
            .deactivate_user("cho@ex.co");
        let refused = directory.apply(both_go).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::LastAdmin, None)
        );
    });
}

#[test]
fn a_directory_without_admins_works() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        directory.deactivate_user("ann@ex.co").unwrap();
        directory.delete_user("ann@ex.co").unwrap();
        let none_left = Batch::new()
            .create_user(NewUser::new("bob@ex.co").admin(true))
            .deactivate_user("bob@ex.co");
        directory.apply(none_left).unwrap();
        assert_eq!(directory.seats().unwrap().active, 0);
    });
}

#[test]
fn a_missing_seat_is_reported_before_a_missing_admin() {
    on_both_engines(|directory| {
        directory.set_license(License::Seats(1)).unwrap();
        create_admin(directory, "ann@ex.co");
        let swap = Batch::new()
            .deactivate_user("ann@ex.co")
            .create_user("bob@ex.co");
        assert_eq!(refusal(directory.apply(swap.clone())), ErrorKind::LastAdmin);
        let worse = swap.create_user("cho@ex.co");
        let kind = refusal(directory.apply(worse));
        assert_eq!(
            kind,
            ErrorKind::NoFreeSeat {
                limit: 1,
                active: 1,
                requested: 1
            }
        );
    });
}
