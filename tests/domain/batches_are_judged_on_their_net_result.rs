//! A batch is applied as a whole or not at all. Rules about the whole directory are checked once,
//! on the net result, and may be broken in between.

use headcount::{Batch, ErrorKind, Event, License, NewUser, NewWorkspace, Role, UserUpdate};

use crate::helpers::{
    changes, create_workspace, finish, hire, last_sequence, listed, listed_workspaces,
    on_both_engines, refused, roles, unlimited, user, workspace,
};

fn email(address: &str) -> UserUpdate {
    UserUpdate::new().email(address)
}

#[test]
fn one_refusal_undoes_everything_and_names_its_operation() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let models = create_workspace(directory, "Models", ann);
        let state = || {
            (
                listed(directory),
                listed_workspaces(directory),
                changes(directory, 0),
            )
        };
        let before = state();
        let most = || {
            Batch::new()
                .create_user("bob@ex.co")
                .add_member(models, "bob@ex.co", Role::User)
                .rename_workspace(models, "Data")
                .update_user(ann, UserUpdate::new().given_name("Ann"))
                .set_license(License::Seats(3))
        };
        for (batch, refusal) in [
            (
                most().activate_user("cho@ex.co"),
                (ErrorKind::UserNotFound, Some(5)),
            ),
            (
                most().create_user("ann@ex.co"),
                (ErrorKind::EmailTaken, Some(5)),
            ),
            (
                most().create_user("cho"),
                (ErrorKind::InvalidEmail, Some(5)),
            ),
            (most().deactivate_user(ann), (ErrorKind::LastOwner, None)),
            (
                most().actor(ann).deactivate_user(ann),
                (ErrorKind::OwnAccount, Some(5)),
            ),
        ] {
            assert_eq!(refused(directory.apply(batch)), refusal);
            assert_eq!(state(), before);
        }
        directory.apply(most()).unwrap();
        assert_eq!(
            last_sequence(directory),
            before.2.len() as u64 + 1,
            "one change"
        );
    });
}

#[test]
fn a_seat_changes_hands_when_none_is_free() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        directory.set_license(License::Seats(1)).unwrap();
        let bob = directory
            .create_user(NewUser::new("bob@ex.co").active(false))
            .unwrap();
        let bob = bob.id();
        let both_orders = [
            Batch::new().activate_user(bob).deactivate_user(ann),
            Batch::new().deactivate_user(bob).activate_user(ann),
        ];
        for batch in both_orders {
            directory.apply(batch).unwrap();
            assert_eq!(directory.seats().unwrap().active, 1);
        }
        assert!(user(directory, ann).is_active() && !user(directory, bob).is_active());
        let new = Batch::new().create_user("cho@ex.co").delete_user(ann);
        directory.apply(new).unwrap();
    });
}

/// Ten users join and leave; only the final number counts.
#[test]
fn seats_are_judged_on_the_net_result_of_many_operations() {
    on_both_engines(|directory| {
        directory.set_license(License::Seats(5)).unwrap();
        for n in 0..5 {
            hire(directory, &format!("old{n}"));
        }
        let out = |batch: Batch, n| batch.deactivate_user(&*format!("old{n}@ex.co"));
        let come = |batch: Batch, n| batch.create_user(&*format!("new{n}@ex.co"));
        let six_for_five = (0..6).fold((0..5).fold(Batch::new(), out), come);
        let refusal = ErrorKind::NoFreeSeat {
            limit: 5,
            active: 5,
            requested: 1,
        };
        assert_eq!(refused(directory.apply(six_for_five)), (refusal, None));
        let eleven = (0..11).fold(Batch::new(), come);
        let refusal = ErrorKind::NoFreeSeat {
            limit: 5,
            active: 5,
            requested: 11,
        };
        assert_eq!(refused(directory.apply(eleven)), (refusal, None));

        let five_for_five = (0..5).fold((0..5).fold(Batch::new(), come), out);
        directory.apply(five_for_five).unwrap();
        let seats = directory.seats().unwrap();
        assert_eq!((seats.active, seats.inactive), (5, 5));

        // A user who is created and deleted within the batch takes no seat.
        let passing = Batch::new()
            .create_user("guest@ex.co")
            .delete_user("guest@ex.co");
        directory.apply(passing).unwrap();
        let larger = come(Batch::new(), 9).set_license(License::Seats(6));
        directory.apply(larger).unwrap();
    });
}

#[test]
fn two_users_swap_their_emails() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let swap = Batch::new()
            .update_user(ann, email("bob@ex.co"))
            .update_user(bob, email("ann@ex.co"));
        directory.apply(swap).unwrap();
        assert_eq!(directory.user("bob@ex.co").unwrap().unwrap().id(), ann);
        assert_eq!(
            directory
                .user_by_username("ann@ex.co")
                .unwrap()
                .unwrap()
                .id(),
            bob
        );

        // In between, two users have the address, so only an id is unambiguous.
        let ambiguous = Batch::new()
            .update_user(ann, email("ann@ex.co"))
            .update_user("ann@ex.co", email("bob@ex.co"));
        assert_eq!(
            refused(directory.apply(ambiguous)),
            (ErrorKind::EmailTaken, Some(1))
        );
    });
}

#[test]
fn three_users_rotate_their_emails() {
    on_both_engines(|directory| {
        let ring = ["ann", "bob", "cho"].map(|name| hire(directory, name));
        let around = Batch::new()
            .update_user(ring[0], email("bob@ex.co"))
            .update_user(ring[1], email("cho@ex.co"))
            .update_user(ring[2], email("ann@ex.co"));
        directory.apply(around).unwrap();
        let now = ring.map(|id| user(directory, id).email().to_string());
        assert_eq!(now, ["bob@ex.co", "cho@ex.co", "ann@ex.co"]);
        let half = Batch::new()
            .update_user(ring[0], email("cho@ex.co"))
            .update_user(ring[1], email("ann@ex.co"));
        assert_eq!(
            refused(directory.apply(half)),
            (ErrorKind::EmailTaken, Some(1))
        );
    });
}

#[test]
fn two_users_swap_their_usernames() {
    on_both_engines(|directory| {
        let ids = ["ann", "bob"].map(|name| {
            let new = NewUser::new(format!("{name}@ex.co")).username(name);
            directory.create_user(new).unwrap().id()
        });
        let name = |text: &'static str| UserUpdate::new().username(text);
        let swap = Batch::new()
            .update_user(ids[0], name("BOB"))
            .update_user(ids[1], name("Ann"));
        directory.apply(swap).unwrap();
        assert_eq!(
            directory.user_by_username("ann").unwrap().unwrap().id(),
            ids[1]
        );
        assert_eq!(
            directory.user_by_username("bob").unwrap().unwrap().id(),
            ids[0]
        );
        let half = Batch::new().update_user(ids[0], name("ann"));
        assert_eq!(
            refused(directory.apply(half)),
            (ErrorKind::UsernameTaken, Some(0))
        );
    });
}

#[test]
fn two_workspaces_swap_their_names() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let (models, data) = (
            create_workspace(directory, "Models", ann),
            create_workspace(directory, "Data", ann),
        );
        let swap = Batch::new()
            .rename_workspace(models, "Data")
            .rename_workspace(data, "MODELS");
        directory.apply(swap).unwrap();
        assert_eq!(workspace(directory, models).name(), "Data");
        assert_eq!(directory.workspace("models").unwrap().unwrap().id(), data);
        let half = Batch::new().rename_workspace(models, "Models");
        assert_eq!(
            refused(directory.apply(half)),
            (ErrorKind::WorkspaceNameTaken, Some(0))
        );
        // A name can be reused in the batch that deletes its holder.
        let heir = Batch::new()
            .rename_workspace(models, "Models")
            .delete_workspace(data);
        directory.apply(heir).unwrap();
    });
}

#[test]
fn an_email_is_handed_down_by_a_deleted_user() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let heir = Batch::new()
            .create_user(NewUser::new("ann@ex.co").username("ann"))
            .delete_user(ann);
        let applied = directory.apply(heir).unwrap();
        let heir = directory.user("ann@ex.co").unwrap().unwrap();
        assert_ne!(heir.id(), ann);
        assert_eq!(applied.user(heir.id()), Some(&heir));
        assert!(applied.user(ann).is_none());

        // Removing and adding a member again loses nothing.
        let there_and_back = Batch::new()
            .update_user(heir.id(), email("new@ex.co"))
            .update_user(heir.id(), email("ann@ex.co"));
        directory.apply(there_and_back).unwrap();
    });
}

#[test]
fn an_operation_sees_the_effects_of_those_before_it() {
    on_both_engines(|directory| {
        let whole = Batch::new()
            .create_user("ann@ex.co")
            .create_workspace(NewWorkspace::new("Models").owner("ann@ex.co"))
            .create_user("bob@ex.co")
            .add_member("models", "bob@ex.co", Role::User)
            .set_role("models", "bob@ex.co", Role::Owner)
            .update_user("bob@ex.co", email("bert@ex.co"))
            .rename_workspace("models", "Data")
            .delete_user("ann@ex.co")
            .deactivate_user("bert@ex.co")
            .activate_user("bert@ex.co");
        let applied = directory.apply(whole).unwrap();
        let versions: Vec<_> = applied
            .outcomes
            .iter()
            .map(|outcome| outcome.version)
            .collect();
        assert_eq!(versions, [1, 1, 1, 1, 2, 2, 2, 0, 3, 4]);
        let bert = directory.user("bert@ex.co").unwrap().unwrap();
        let data = directory.workspace("Data").unwrap().unwrap();
        assert_eq!(roles(directory, data.id()), [(bert.id(), Role::Owner)]);
        assert!(directory.user("bob@ex.co").unwrap().is_none());
        assert_eq!(
            changes(directory, 1)[0].events.len(),
            11,
            "the first owner is an additional event"
        );

        let old_name = Batch::new()
            .update_user(&*bert, email("x@ex.co"))
            .delete_user("bert@ex.co");
        assert_eq!(
            refused(directory.apply(old_name)),
            (ErrorKind::UserNotFound, Some(1))
        );
    });
}

/// A user who is created and deleted in one batch leaves only a tombstone and an entry in the
/// history.
#[test]
fn a_user_created_and_deleted_in_one_batch_leaves_nothing_behind() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let passing = Batch::new()
            .create_user("bob@ex.co")
            .create_workspace(NewWorkspace::new("Passing").owner("bob@ex.co"))
            .add_member("Passing", ann, Role::User)
            .delete_user("bob@ex.co")
            .delete_workspace("Passing");
        directory.apply(passing).unwrap();
        assert_eq!(
            (listed(directory).len(), listed_workspaces(directory).len()),
            (1, 0)
        );
        assert!(directory.workspaces_of(ann).unwrap().is_empty());
        assert_eq!(directory.verify().unwrap().deleted, 1);
        let events = changes(directory, 2).remove(0).events;
        assert!(matches!(events[0], Event::UserCreated { .. }));
        assert!(matches!(events[4], Event::UserDeleted { .. }));
    });
}

#[test]
fn the_last_admin_is_judged_on_the_net_result_too() {
    on_both_engines(|directory| {
        let boss = directory
            .create_user(NewUser::new("boss@ex.co").admin(true))
            .unwrap()
            .id();
        let ann = hire(directory, "ann");
        let admin = |on| UserUpdate::new().admin(on);
        for alone in [
            Batch::new().update_user(boss, admin(false)),
            Batch::new().deactivate_user(boss),
            Batch::new().delete_user(boss),
        ] {
            assert_eq!(
                refused(directory.apply(alone)),
                (ErrorKind::LastAdmin, None)
            );
        }
        let succession = Batch::new().delete_user(boss).update_user(ann, admin(true));
        directory.apply(succession).unwrap();
    });
}

#[test]
fn an_empty_batch_changes_nothing() {
    let directory = unlimited();
    let applied = directory.apply(Batch::new()).unwrap();
    assert_eq!((applied.sequence, applied.outcomes.len()), (None, 0));
    let ann = hire(&directory, "ann");
    let idle = Batch::new()
        .activate_user(ann)
        .set_license(License::Enterprise);
    assert_eq!(directory.apply(idle).unwrap().sequence, None);
    assert_eq!(last_sequence(&directory), 1);
    finish(directory);
}
