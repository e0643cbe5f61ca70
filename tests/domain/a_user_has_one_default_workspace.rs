//! A default workspace is created on first request, belongs to the user's id, and can't be taken
//! from the user.

use headcount::{Batch, ErrorKind, Event, NewUser, NewWorkspace, Op, Role, UserUpdate};

use crate::helpers::{
    TempPath, at_once, changes, create_workspace, finish, hire, kind, last_sequence,
    listed_workspaces, on_both_engines, refused, roles, unlimited, workspace,
};

#[test]
fn it_is_created_on_the_first_request_and_stays_the_same() {
    let file = TempPath::new();
    let directory = file.open();
    let ann = hire(&directory, "ann");
    assert!(listed_workspaces(&directory).is_empty());
    let own = directory.default_workspace(ann).unwrap();
    assert_eq!(own.default_of(), Some(ann));
    assert_eq!(roles(&directory, own.id()), [(ann, Role::Owner)]);
    let made = last_sequence(&directory);
    assert_eq!(directory.default_workspace("ANN@ex.co").unwrap(), own);
    let op = Op::DefaultWorkspace(ann.into());
    assert!(!directory.apply(Batch::from_iter([op])).unwrap().outcomes[0].changed);
    directory.close().unwrap();

    let directory = file.open();
    assert_eq!(directory.default_workspace(ann).unwrap(), own);
    assert_eq!(last_sequence(&directory), made);
    let created = Event::WorkspaceCreated {
        workspace: own.id(),
        default_of: Some(ann),
    };
    assert_eq!(changes(&directory, 1)[0].events[0], created);
    assert_eq!(
        kind(directory.default_workspace("bob@ex.co")),
        ErrorKind::UserNotFound
    );
    finish(directory);
}

#[test]
fn many_concurrent_requests_get_the_same_one() {
    let file = TempPath::new();
    for (directory, rounds) in [(unlimited(), 30), (file.open(), 3)] {
        for round in 0..rounds {
            let user = hire(&directory, &format!("user{round}"));
            let own = at_once(16, |_| directory.default_workspace(user).unwrap().id());
            assert!(own.iter().all(|id| *id == own[0]));
            assert_eq!(listed_workspaces(&directory).len(), round + 1);
        }
        finish(directory);
    }
}

/// It is keyed by the id: neither a new email nor a new name creates another.
#[test]
fn it_stays_when_the_email_or_its_name_changes() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let own = directory.default_workspace(ann).unwrap().id();
        directory
            .update_user(ann, UserUpdate::new().email("ann@new.co"))
            .unwrap();
        assert_eq!(directory.default_workspace("ann@new.co").unwrap().id(), own);
        directory.rename_workspace(own, "Mine").unwrap();
        assert_eq!(directory.default_workspace(ann).unwrap().id(), own);

        // A new user with the old email is another user.
        let other = hire(directory, "ann");
        assert_ne!(directory.default_workspace(other).unwrap().id(), own);
    });
}

#[test]
fn its_name_avoids_a_taken_one() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        create_workspace(directory, &format!("default-{ann}"), bob);
        create_workspace(directory, &format!("DEFAULT-{ann}-2").to_uppercase(), bob);
        let own = directory.default_workspace(ann).unwrap();
        assert_eq!(own.name(), format!("default-{ann}-3"));
        assert_eq!(roles(directory, own.id()), [(ann, Role::Owner)]);
    });
}

#[test]
fn users_cannot_be_removed_from_or_demoted_in_their_own() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let own = directory.default_workspace(ann).unwrap().id();
        directory.add_member(own, bob, Role::Owner).unwrap();
        let refusal = ErrorKind::DefaultWorkspace;
        assert_eq!(kind(directory.remove_member(own, ann)), refusal);
        assert_eq!(kind(directory.set_role(own, ann, Role::User)), refusal);
        assert_eq!(kind(directory.delete_workspace(own)), refusal);
        let forced = Batch::new().remove_member(own, ann).allow_ownerless(true);
        assert_eq!(refused(directory.apply(forced)), (refusal, Some(0)));

        // Others can join and leave it, and the user can join and leave those of others.
        directory.set_role(own, bob, Role::User).unwrap();
        directory.remove_member(own, bob).unwrap();
        let other = directory.default_workspace(bob).unwrap().id();
        directory.add_member(other, ann, Role::Owner).unwrap();
        directory.remove_member(other, ann).unwrap();
        directory.archive_workspace(own).unwrap();
        assert_eq!(directory.default_workspace(ann).unwrap().id(), own);
    });
}

#[test]
fn it_is_deleted_with_its_only_member() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let own = directory.default_workspace(ann).unwrap();
        directory.deactivate_user(ann).unwrap();
        directory.activate_user(ann).unwrap();
        directory.delete_user(ann).unwrap();
        assert!(directory.workspace(own.id()).unwrap().is_none());
        assert!(directory.workspace(own.name()).unwrap().is_none());
        let events = changes(directory, 0).pop().unwrap().events;
        let gone = Event::WorkspaceDeleted {
            workspace: own.id(),
        };
        assert_eq!(events, [gone, Event::UserDeleted { user: ann }]);
    });
}

#[test]
fn it_becomes_an_ordinary_one_if_it_has_other_members() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let own = directory.default_workspace(ann).unwrap().id();
        directory.add_member(own, bob, Role::User).unwrap();
        assert_eq!(kind(directory.delete_user(ann)), ErrorKind::LastOwner);
        let succession = Batch::new()
            .delete_user(ann)
            .set_role(own, bob, Role::Owner);
        directory.apply(succession).unwrap();

        let left = workspace(directory, own);
        assert_eq!((left.default_of(), left.version()), (None, 2));
        assert_eq!(roles(directory, own), [(bob, Role::Owner)]);
        assert_ne!(directory.default_workspace(bob).unwrap().id(), own);
        directory.delete_workspace(own).unwrap();
    });
}

#[test]
fn an_inactive_user_can_have_one_too() {
    on_both_engines(|directory| {
        let idle = directory
            .create_user(NewUser::new("idle@ex.co").active(false))
            .unwrap();
        let own = directory.default_workspace(&*idle).unwrap();
        assert_eq!(roles(directory, own.id()), [(idle.id(), Role::Owner)]);
    });
}

#[test]
fn a_batch_can_create_a_user_with_one() {
    on_both_engines(|directory| {
        let mut batch = Batch::new().create_user("ann@ex.co");
        batch.push(Op::DefaultWorkspace("ann@ex.co".into()));
        batch.push(Op::DefaultWorkspace("ann@ex.co".into()));
        let batch = batch.create_workspace(NewWorkspace::new("Other").owner("ann@ex.co"));
        let outcomes = directory.apply(batch).unwrap().outcomes;
        let changed: Vec<_> = outcomes.iter().map(|outcome| outcome.changed).collect();
        assert_eq!(changed, [true, true, false, true]);
        assert_eq!(outcomes[1].subject, outcomes[2].subject);
        assert_eq!(directory.workspaces_of("ann@ex.co").unwrap().len(), 2);
    });
}
