//! The actor of a write is recorded with it. An actor can do anything except deactivate or delete
//! themself.

use headcount::{Batch, ErrorKind, NewUser, NewWorkspace, Op, Role, UserId, UserUpdate};

use crate::helpers::{changes, hire, kind, on_both_engines, refused, user};

#[test]
fn every_write_of_a_handle_has_its_actor() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let as_ann = directory.acting_as(ann);
        let before = changes(directory, 0).len();
        let bob = as_ann.create_user("bob@ex.co").unwrap().id();
        as_ann
            .update_user(bob, UserUpdate::new().given_name("Bob"))
            .unwrap();
        as_ann.deactivate_user(bob).unwrap();
        as_ann.activate_user(bob).unwrap();
        as_ann
            .create_workspace(NewWorkspace::new("Models").owner(bob))
            .unwrap();
        as_ann.add_member("Models", ann, Role::User).unwrap();
        as_ann.set_role("Models", ann, Role::Owner).unwrap();
        as_ann.remove_member("Models", bob).unwrap();
        as_ann.rename_workspace("Models", "Data").unwrap();
        as_ann.archive_workspace("Data").unwrap();
        as_ann.restore_workspace("Data").unwrap();
        as_ann.default_workspace(ann).unwrap();
        as_ann.set_license(headcount::License::Seats(9)).unwrap();
        as_ann.delete_workspace("Data").unwrap();
        as_ann.delete_user(bob).unwrap();
        let made = changes(directory, before as u64);
        assert_eq!(made.len(), 15);
        assert!(made.iter().all(|change| change.actor == Some(ann)));
        // A deleted user stays on record as the actor.
        directory.delete_user(ann).unwrap();
        let last = changes(directory, 0).pop().unwrap();
        assert_eq!(last.actor, None);
    });
}

#[test]
fn a_batch_can_name_another_actor_than_its_handle() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let batch = Batch::new().actor(bob).create_user("cho@ex.co");
        directory.acting_as(ann).apply(batch).unwrap();
        assert_eq!(changes(directory, 0).pop().unwrap().actor, Some(bob));
        let outside = UserId::from_bytes([7; 16]);
        directory.acting_as(outside).deactivate_user(bob).unwrap();
        assert_eq!(changes(directory, 0).pop().unwrap().actor, Some(outside));
    });
}

#[test]
fn nobody_deactivates_or_deletes_themself() {
    on_both_engines(|directory| {
        let ann = directory
            .create_user(NewUser::new("ann@ex.co").admin(true))
            .unwrap()
            .id();
        let bob = directory
            .create_user(NewUser::new("bob@ex.co").admin(true))
            .unwrap()
            .id();
        let as_ann = directory.acting_as(ann);
        assert_eq!(kind(as_ann.deactivate_user(ann)), ErrorKind::OwnAccount);
        assert_eq!(kind(as_ann.delete_user("ANN@ex.co")), ErrorKind::OwnAccount);
        let within = Batch::new()
            .actor(ann)
            .deactivate_user(bob)
            .delete_user(ann);
        assert_eq!(
            refused(directory.apply(within)),
            (ErrorKind::OwnAccount, Some(1))
        );
        assert!(user(directory, ann).is_active());

        // They can change everything else about themself.
        as_ann.activate_user(ann).unwrap();
        as_ann
            .update_user(ann, UserUpdate::new().admin(false).email("a@ex.co"))
            .unwrap();
        let own = as_ann
            .create_workspace(NewWorkspace::new("Own").owner(ann))
            .unwrap();
        as_ann.add_member(own.id(), bob, Role::Owner).unwrap();
        as_ann.remove_member(own.id(), ann).unwrap();
        // Others can deactivate them; doing it again has no effect.
        directory.acting_as(bob).deactivate_user(ann).unwrap();
        let op = Op::DeactivateUser(ann.into());
        assert!(!as_ann.apply(Batch::from_iter([op])).unwrap().outcomes[0].changed);
        assert_eq!(kind(as_ann.delete_user(ann)), ErrorKind::OwnAccount);
    });
}

#[test]
fn a_change_has_the_door_of_the_handle_or_else_of_the_batch() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let rest = directory.through("rest").acting_as(ann);
        rest.create_user("bob@ex.co").unwrap();
        let batch = Batch::new().create_user("cho@ex.co").door("scim:okta");
        rest.apply(batch).unwrap();
        let refused = directory.through("no door").create_user("dee@ex.co");
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidArgument);
        let made: Vec<_> = directory.changes(1).unwrap().map(Result::unwrap).collect();
        let made: Vec<_> = made.iter().map(|c| (c.actor, c.door.as_deref())).collect();
        let last = &made[made.len() - 2..];
        assert_eq!(
            last,
            [(Some(ann), Some("rest")), (Some(ann), Some("scim:okta"))]
        );
    });
}
