//! Every record has a version. An update that expects another version is a conflict and changes
//! nothing.

use headcount::{Batch, ErrorKind, License, NewWorkspace, Op, Role, Seats, UserUpdate};

use crate::helpers::{
    at_once, changes, create_workspace, hire, kind, listed, listed_workspaces, membership,
    on_both_engines, refused, user, workspace,
};

fn conflict(expected: u64, found: u64) -> ErrorKind {
    ErrorKind::Conflict { expected, found }
}

#[test]
fn each_change_of_a_record_increments_its_version() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let version = || user(directory, ann).version();
        assert_eq!(version(), 1);
        directory
            .update_user(ann, UserUpdate::new().given_name("Ann"))
            .unwrap();
        assert_eq!(version(), 2);
        directory
            .update_user(ann, UserUpdate::new().given_name("Ann"))
            .unwrap();
        directory.activate_user(ann).unwrap();
        assert_eq!(version(), 2, "nothing changed");
        directory.deactivate_user(ann).unwrap();
        directory.activate_user(ann).unwrap();
        assert_eq!(version(), 4);

        let models = create_workspace(directory, "Models", ann);
        directory.rename_workspace(models, "MODELS").unwrap();
        directory.rename_workspace(models, "MODELS").unwrap();
        directory.archive_workspace(models).unwrap();
        directory.restore_workspace(models).unwrap();
        assert_eq!(workspace(directory, models).version(), 4);
        let bob = hire(directory, "bob");
        directory.add_member(models, bob, Role::User).unwrap();
        assert_eq!(
            workspace(directory, models).version(),
            4,
            "members don't count"
        );
        assert_eq!(membership(directory, models, bob).version(), 1);
        directory.set_role(models, bob, Role::Owner).unwrap();
        directory.set_role(models, bob, Role::Owner).unwrap();
        assert_eq!(membership(directory, models, bob).version(), 2);
    });
}

#[test]
fn a_stale_version_of_anything_is_a_conflict_and_changes_nothing() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let models = create_workspace(directory, "Models", ann);
        directory.add_member(models, bob, Role::User).unwrap();
        directory
            .update_user(bob, UserUpdate::new().given_name("Bob"))
            .unwrap();
        directory.rename_workspace(models, "Old models").unwrap();
        directory.set_role(models, bob, Role::Owner).unwrap();

        let (place, whom) = (|| models.into(), || bob.into());
        let license = License::Seats(9);
        let ops = [
            Op::UpdateUser(whom(), UserUpdate::new().given_name("Bo")),
            Op::UpdateUser(whom(), UserUpdate::new()),
            Op::ActivateUser(whom()),
            Op::DeactivateUser(whom()),
            Op::DeleteUser(whom()),
            Op::RenameWorkspace(place(), "New".to_owned()),
            Op::ArchiveWorkspace(place()),
            Op::RestoreWorkspace(place()),
            Op::DeleteWorkspace(place()),
            Op::SetRole(place(), whom(), Role::User),
            Op::RemoveMember(place(), whom()),
            Op::SetLicense(license),
        ];
        let state = || {
            (
                listed(directory),
                listed_workspaces(directory),
                changes(directory, 0),
            )
        };
        let before = state();
        for op in ops {
            for stale in [0, 1, 3, u64::MAX] {
                // A helper has set the Enterprise license, so the license is at version 2 too.
                let mut batch = Batch::new().create_user("cho@ex.co");
                batch.push(op.clone());
                let result = directory.apply(batch.if_version(stale));
                assert_eq!(refused(result), (conflict(stale, 2), Some(1)), "{op:?}");
            }
            let fitting = Batch::from_iter([op.clone()]).if_version(2);
            directory.dry_run(fitting).unwrap();
        }
        assert_eq!(state(), before);
        assert_eq!(directory.seats().unwrap().license, License::Enterprise);
    });
}

#[test]
fn an_update_can_carry_its_own_version() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let update = |version, name| UserUpdate::new().if_version(version).given_name(name);
        let updated = directory.update_user(ann, update(1, "Ann")).unwrap();
        assert_eq!(updated.version(), 2);
        let error = directory.update_user(ann, update(1, "Anna")).unwrap_err();
        assert_eq!(error.kind(), conflict(1, 2));
        assert_eq!(
            error.to_string(),
            "the record is at version 2, not 1; read it again and repeat the change"
        );
        assert_eq!(user(directory, ann).given_name(), Some("Ann"));
    });
}

/// Within a batch, the expected version is the one after the operations before it.
#[test]
fn a_batch_sees_its_own_versions() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let batch = Batch::new()
            .deactivate_user(ann)
            .if_version(1)
            .activate_user(ann)
            .if_version(2)
            .create_user("bob@ex.co")
            .update_user("bob@ex.co", UserUpdate::new().given_name("Bob"))
            .if_version(1);
        let applied = directory.apply(batch).unwrap();
        let versions: Vec<_> = applied
            .outcomes
            .iter()
            .map(|outcome| outcome.version)
            .collect();
        assert_eq!(versions, [2, 3, 1, 2]);
        let stale = Batch::new()
            .deactivate_user(ann)
            .if_version(3)
            .activate_user(ann)
            .if_version(3);
        assert_eq!(refused(directory.apply(stale)), (conflict(3, 4), Some(1)));
    });
}

#[test]
fn the_license_has_a_version_that_counts_changes() {
    on_both_engines(|directory| {
        let set = |license| {
            let applied = directory.apply(Batch::new().set_license(license)).unwrap();
            (applied.outcomes[0].changed, applied.outcomes[0].version)
        };
        assert_eq!(set(License::Enterprise), (false, 2));
        assert_eq!(set(License::Seats(5)), (true, 3));
        assert_eq!(
            set(License::Community),
            (true, 4),
            "the same number of seats, but another license"
        );
        let late = Batch::new().set_license(License::Enterprise).if_version(3);
        assert_eq!(kind(directory.apply(late)), conflict(3, 4));
        let Seats { license, .. } = directory.seats().unwrap();
        assert_eq!(license, License::Community);
    });
}

#[test]
fn one_of_many_writers_upon_one_version_wins() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        for round in 1..10 {
            let results = at_once(8, |n| {
                let update = UserUpdate::new().given_name(&*format!("Ann {round}.{n}"));
                directory.update_user(ann, update.if_version(round))
            });
            let won = results.iter().filter(|result| result.is_ok()).count();
            assert_eq!(won, 1);
            let lost = results.into_iter().filter_map(Result::err);
            assert!(
                lost.into_iter()
                    .all(|error| error.kind() == conflict(round, round + 1))
            );
        }
    });
}

#[test]
fn operations_that_create_ignore_the_version() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let batch = Batch::new()
            .create_workspace(NewWorkspace::new("Models").owner(ann))
            .if_version(9)
            .create_user("bob@ex.co")
            .if_version(9)
            .add_member("Models", "bob@ex.co", Role::User)
            .if_version(9);
        directory.apply(batch).unwrap();
    });
}
