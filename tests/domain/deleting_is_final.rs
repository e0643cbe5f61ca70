//! A deleted user leaves only the id, which is not given to anybody while the change is kept. The
//! email and the username become free.

use headcount::{Batch, Directory, ErrorKind, NewUser, Role, Timestamp, UserQuery, UserUpdate};

use crate::helpers::{
    TempPath, changes, create_workspace, finish, hire, kind, listed, on_both_engines, refused,
    roles,
};

fn create_full(directory: &Directory) -> headcount::UserId {
    let new = NewUser::new("Ann@ex.co")
        .username("Annie")
        .admin(true)
        .attribute("team", "x")
        .created_at(Timestamp::from_unix_micros(1).unwrap());
    directory.create_user(new).unwrap().id()
}

#[test]
fn email_and_username_are_free_at_once() {
    on_both_engines(|directory| {
        directory
            .create_user(NewUser::new("boss@ex.co").admin(true))
            .unwrap();
        let ann = create_full(directory);
        assert_eq!(directory.delete_user("ann@EX.co").unwrap(), ann);
        assert!(directory.user(ann).unwrap().is_none());
        assert!(directory.user_by_email("ann@ex.co").unwrap().is_none());
        assert!(directory.user_by_username("annie").unwrap().is_none());
        for query in [
            UserQuery::new().email_prefix("ann"),
            UserQuery::new().username_prefix("annie"),
            UserQuery::new().admins(true).email_prefix("a"),
            UserQuery::new().email_domain("ex.co").email_prefix("a"),
            UserQuery::new().active(true).email_prefix("a"),
        ] {
            assert_eq!(directory.count(&query).unwrap(), 0);
        }
        let heir = create_full(directory);
        assert_ne!(heir, ann);
        assert_eq!(listed(directory).len(), 2);
    });
}

#[test]
fn the_id_is_not_reused() {
    let file = TempPath::new();
    let directory = file.open();
    let ann = hire(&directory, "ann");
    directory.delete_user(ann).unwrap();
    directory.close().unwrap();

    let directory = file.open();
    let before = changes(&directory, 0);
    let again = Batch::new()
        .create_user("bob@ex.co")
        .create_user(NewUser::new("ann@ex.co").id(ann));
    assert_eq!(
        refused(directory.apply(again)),
        (ErrorKind::IdTaken, Some(1))
    );
    let other = NewUser::new("other@ex.co").id(ann).active(false);
    assert_eq!(kind(directory.create_user(other)), ErrorKind::IdTaken);
    for result in [
        directory.update_user(ann, UserUpdate::new().given_name("Ann")),
        directory.activate_user(ann),
        directory.deactivate_user(ann),
    ] {
        assert_eq!(kind(result), ErrorKind::UserNotFound);
    }
    assert_eq!(kind(directory.delete_user(ann)), ErrorKind::UserNotFound);
    assert_eq!(changes(&directory, 0), before);
    assert_eq!(directory.verify().unwrap().deleted, 1);
    finish(directory);
}

/// Otherwise a directory with many short-lived users would grow without bound.
#[test]
fn trimming_forgets_ids_of_deleted_users() {
    on_both_engines(|directory| {
        let ids: Vec<_> = ["ann", "bob", "cid"]
            .map(|name| hire(directory, name))
            .into();
        let [ann, bob, cid] = ids[..] else { panic!() };
        directory.delete_user(ann).unwrap();
        directory.delete_user(bob).unwrap();
        let deleted = || directory.verify().unwrap().deleted;
        let last = changes(directory, 0).last().unwrap().sequence;
        directory.trim_changes(last).unwrap();
        assert_eq!(deleted(), 1, "bob's deletion is kept");
        let reborn = |id, email| NewUser::new(email).id(id).active(false);
        let again = directory.create_user(reborn(bob, "other@ex.co"));
        assert_eq!(kind(again), ErrorKind::IdTaken);
        directory.create_user(reborn(ann, "ann@ex.co")).unwrap();
        directory.trim_changes(u64::MAX).unwrap();
        assert_eq!(deleted(), 0);
        // The existing users remain.
        for id in [ann, cid] {
            let again = directory.create_user(reborn(id, "other@ex.co"));
            assert_eq!(kind(again), ErrorKind::IdTaken);
            assert_eq!(directory.user(id).unwrap().unwrap().id(), id);
        }
        // A user who was created again can be deleted again.
        directory.delete_user(ann).unwrap();
        assert_eq!(deleted(), 1);
    });
}

#[test]
fn an_id_used_earlier_in_the_same_batch_is_taken() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let reborn = |email| NewUser::new(email).id(ann);
        for batch in [
            Batch::new()
                .delete_user(ann)
                .create_user(reborn("ann@ex.co")),
            Batch::new()
                .delete_user(ann)
                .create_user(reborn("other@ex.co")),
            Batch::new()
                .activate_user(ann)
                .create_user(reborn("other@ex.co")),
        ] {
            assert_eq!(
                refused(directory.apply(batch)),
                (ErrorKind::IdTaken, Some(1))
            );
        }
        let id = headcount::UserId::from_bytes([9; 16]);
        let twins = Batch::new()
            .create_user(NewUser::new("a@ex.co").id(id))
            .delete_user(id)
            .create_user(NewUser::new("b@ex.co").id(id));
        assert_eq!(
            refused(directory.apply(twins)),
            (ErrorKind::IdTaken, Some(2))
        );
    });
}

#[test]
fn memberships_are_deleted_too() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let models = create_workspace(directory, "Models", ann);
        let data = create_workspace(directory, "Data", ann);
        directory.add_member(models, bob, Role::User).unwrap();
        directory.add_member(data, bob, Role::Owner).unwrap();
        directory.default_workspace(bob).unwrap();
        directory.delete_user(bob).unwrap();
        assert_eq!(roles(directory, models), [(ann, Role::Owner)]);
        assert_eq!(roles(directory, data), [(ann, Role::Owner)]);
        assert_eq!(kind(directory.workspaces_of(bob)), ErrorKind::UserNotFound);
        assert_eq!(directory.verify().unwrap().members, 2);

        // The next user with that email has no memberships.
        let heir = hire(directory, "bob");
        assert!(directory.workspaces_of(heir).unwrap().is_empty());
        let query = UserQuery::new().member_of(models, None);
        assert_eq!(directory.count(&query).unwrap(), 1);
    });
}
