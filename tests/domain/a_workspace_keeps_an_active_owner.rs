//! A workspace keeps at least one active owner, judged on the net result of a batch, however an
//! owner would leave. Offboarding can allow an exception, which is recorded.

use headcount::{
    Batch, Directory, ErrorKind, Event, NewUser, NewWorkspace, Op, Role, UserId, UserUpdate,
    WorkspaceId,
};

use crate::helpers::{
    TempPath, at_once, changes, create_workspace, finish, hire, kind, last_sequence,
    on_both_engines, refused, roles, unlimited, workspace,
};

/// The four ways in which a workspace can lose an owner.
fn departures(workspace: WorkspaceId, owner: UserId) -> [Op; 4] {
    [
        Op::RemoveMember(workspace.into(), owner.into()),
        Op::SetRole(workspace.into(), owner.into(), Role::User),
        Op::DeactivateUser(owner.into()),
        Op::DeleteUser(owner.into()),
    ]
}

#[test]
fn the_last_owner_cannot_leave_in_any_way() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let bob = hire(directory, "bob");
        let models = create_workspace(directory, "Models", ann);
        directory.add_member(models, bob, Role::User).unwrap();
        let before = last_sequence(directory);
        for departure in departures(models, ann) {
            let result = directory.apply(Batch::from_iter([departure]));
            assert_eq!(refused(result), (ErrorKind::LastOwner, None));
        }
        assert_eq!(
            roles(directory, models),
            [(ann, Role::Owner), (bob, Role::User)]
        );
        assert_eq!(last_sequence(directory), before);
    });
}

#[test]
fn an_owner_who_is_not_the_last_can_leave_in_every_way() {
    for n in 0..4 {
        let directory = unlimited();
        let (ann, bob) = (hire(&directory, "ann"), hire(&directory, "bob"));
        let models = create_workspace(&directory, "Models", ann);
        directory.add_member(models, bob, Role::Owner).unwrap();
        let departure = departures(models, ann)[n].clone();
        directory.apply(Batch::from_iter([departure])).unwrap();
        assert_eq!(
            kind(directory.remove_member(models, bob)),
            ErrorKind::LastOwner
        );
        finish(directory);
    }
}

/// A deactivated owner still has the role, but does not count.
#[test]
fn an_inactive_owner_does_not_count() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let models = create_workspace(directory, "Models", ann);
        directory.add_member(models, bob, Role::Owner).unwrap();
        directory.deactivate_user(bob).unwrap();
        assert_eq!(kind(directory.deactivate_user(ann)), ErrorKind::LastOwner);
        directory.activate_user(bob).unwrap();
        directory.deactivate_user(ann).unwrap();
    });
}

/// Handing over and leaving work in one request, in either order.
#[test]
fn hand_over_and_departure_go_together_in_any_order() {
    for departure in 0..4 {
        for hand_over_first in [true, false] {
            let directory = unlimited();
            let (ann, bob) = (hire(&directory, "ann"), hire(&directory, "bob"));
            let models = create_workspace(&directory, "Models", ann);
            directory.add_member(models, bob, Role::User).unwrap();
            let hand_over = Op::SetRole(models.into(), bob.into(), Role::Owner);
            let mut ops = vec![hand_over, departures(models, ann)[departure].clone()];
            if !hand_over_first {
                ops.reverse();
            }
            directory.apply(Batch::from_iter(ops)).unwrap();
            assert!(roles(&directory, models).contains(&(bob, Role::Owner)));
            finish(directory);
        }
    }
}

#[test]
fn a_successor_can_be_created_activated_or_added_in_the_same_batch() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let models = create_workspace(directory, "Models", ann);
        // The newcomer exists only once the batch is applied.
        let handed_over = Batch::new()
            .remove_member(models, ann)
            .create_user("bob@ex.co")
            .add_member(models, "bob@ex.co", Role::Owner);
        directory.apply(handed_over).unwrap();

        directory
            .create_user(NewUser::new("cho@ex.co").active(false))
            .unwrap();
        directory
            .add_member(models, "cho@ex.co", Role::Owner)
            .unwrap();
        let swapped = Batch::new()
            .deactivate_user("bob@ex.co")
            .activate_user("cho@ex.co");
        directory.apply(swapped).unwrap();
    });
}

#[test]
fn a_new_workspace_needs_an_active_owner() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let result = directory.create_workspace(NewWorkspace::new("Nobody's"));
        assert_eq!(kind(result), ErrorKind::LastOwner);
        let idle = directory
            .create_user(NewUser::new("idle@ex.co").active(false))
            .unwrap();
        let result = directory.create_workspace(NewWorkspace::new("Idle").owner(&*idle));
        assert_eq!(kind(result), ErrorKind::LastOwner);

        let later = Batch::new()
            .create_workspace(NewWorkspace::new("Later"))
            .add_member("Later", ann, Role::Owner);
        directory.apply(later).unwrap();
    });
}

#[test]
fn the_message_names_the_workspaces_and_the_way_out() {
    let directory = unlimited();
    let ann = hire(&directory, "ann");
    let bob = hire(&directory, "bob");
    for name in ["Models", "Fraud \"x\"", "Shared"] {
        create_workspace(&directory, name, ann);
    }
    directory.add_member("Shared", bob, Role::Owner).unwrap();
    let message = directory.delete_user(ann).unwrap_err().to_string();
    assert_eq!(
        message,
        "no active owner would be left in \"Models\", \"Fraud \\\"x\\\"\"; make another active \
         user an owner first, or allow it to be ownerless"
    );
    for n in 0..30 {
        create_workspace(&directory, &format!("Extra {n}"), ann);
    }
    let message = directory.delete_user(ann).unwrap_err().to_string();
    assert!(message.contains(" and 12 more"), "{message}");
    assert!(message.len() < 1_000, "{message}");
    finish(directory);
}

#[test]
fn offboarding_may_leave_a_workspace_ownerless_and_records_it() {
    for departure in 0..4 {
        let directory = unlimited();
        let ann = hire(&directory, "ann");
        let models = create_workspace(&directory, "Models", ann);
        let departure = departures(models, ann)[departure].clone();
        let batch = Batch::from_iter([departure]).allow_ownerless(true);
        let tried = directory.dry_run(batch.clone()).unwrap();
        assert_eq!(tried.ownerless, [models]);
        assert_eq!(directory.apply(batch).unwrap().ownerless, [models]);
        let events = changes(&directory, 2)[0].events.clone();
        let ownerless = Event::WorkspaceOwnerless { workspace: models };
        assert_eq!(events.last(), Some(&ownerless));
        assert_eq!(
            events.iter().filter(|event| **event == ownerless).count(),
            1
        );
        finish(directory);
    }
}

#[test]
fn permission_to_be_ownerless_that_is_not_needed_leaves_no_trace() {
    let directory = unlimited();
    let (ann, bob) = (hire(&directory, "ann"), hire(&directory, "bob"));
    let models = create_workspace(&directory, "Models", ann);
    directory.add_member(models, bob, Role::Owner).unwrap();
    let applied = directory
        .apply(Batch::new().delete_user(ann).allow_ownerless(true))
        .unwrap();
    assert_eq!(applied.ownerless, []);
    let last = changes(&directory, 0).pop().unwrap();
    assert_eq!(last.events, [Event::UserDeleted { user: ann }]);
    finish(directory);
}

/// A workspace that has no owner already blocks nothing else.
#[test]
fn an_ownerless_workspace_blocks_nothing() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let cho = hire(directory, "cho");
        let models = create_workspace(directory, "Models", ann);
        directory.add_member(models, bob, Role::Owner).unwrap();
        directory.add_member(models, cho, Role::User).unwrap();
        let offboarding = Batch::new().deactivate_user(ann).deactivate_user(bob);
        directory.apply(offboarding.allow_ownerless(true)).unwrap();

        let before = last_sequence(directory);
        directory.rename_workspace(models, "Old models").unwrap();
        directory.remove_member(models, cho).unwrap();
        directory.add_member(models, cho, Role::User).unwrap();
        directory.set_role(models, ann, Role::User).unwrap();
        directory
            .update_user(bob, UserUpdate::new().email("bob@new.co"))
            .unwrap();
        directory.delete_user(bob).unwrap();
        directory.archive_workspace(models).unwrap();
        directory.restore_workspace(models).unwrap();
        let no_news = changes(directory, before);
        assert!(!no_news.iter().any(|change| {
            change
                .events
                .contains(&Event::WorkspaceOwnerless { workspace: models })
        }));

        // Once it has an owner again, that owner can't leave.
        directory.set_role(models, cho, Role::Owner).unwrap();
        assert_eq!(kind(directory.delete_user(cho)), ErrorKind::LastOwner);
    });
}

#[test]
fn a_deleted_workspace_needs_no_owner() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let models = create_workspace(directory, "Models", ann);
        let gone = Batch::new().delete_user(ann).delete_workspace(models);
        directory.apply(gone).unwrap();
        assert!(directory.workspace(models).unwrap().is_none());
    });
}

/// Each thread expects the other's owner to stay; only one of them can be right.
#[test]
fn one_of_two_owners_who_leave_at_once_is_refused() {
    let file = TempPath::new();
    for (directory, rounds) in [(unlimited(), 200), (file.open(), 20)] {
        for round in 0..rounds {
            race(&directory, round);
        }
        finish(directory);
    }
}

fn race(directory: &Directory, round: usize) {
    let owners = [0, 1].map(|n| hire(directory, &format!("owner{n}.{round}")));
    let shared = create_workspace(directory, &format!("Shared {round}"), owners[0]);
    directory
        .add_member(shared, owners[1], Role::Owner)
        .unwrap();
    let results = at_once(2, |n| {
        let departure = departures(shared, owners[n])[(round + n) % 4].clone();
        directory.apply(Batch::from_iter([departure]))
    });
    let refusals: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    assert_eq!(refusals.len(), 1, "round {round}");
    assert_eq!(refusals[0].kind(), ErrorKind::LastOwner);
    // Make room for the next round.
    directory
        .delete_workspace(workspace(directory, shared).id())
        .unwrap();
    for owner in owners {
        let _ = directory.deactivate_user(owner);
    }
}
