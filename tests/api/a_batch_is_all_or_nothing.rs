//! The operations of a batch succeed or fail together; each sees the effects of those before it.

use headcount::{
    Batch, ErrorKind, License, NewUser, Op, Outcome, Subject, UserId, UserRef, UserUpdate,
};

use crate::helpers::{create, emails, last_change, listed, on_both_engines};

#[test]
fn one_refused_operation_undoes_all() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        create(directory, "bob@ex.co");
        let before = (
            listed(directory),
            directory.seats().unwrap(),
            last_change(directory),
        );
        let spoilers = [
            (Op::CreateUser(NewUser::new("")), ErrorKind::EmailRequired),
            (
                Op::CreateUser(NewUser::new("BOB@ex.co").active(false)),
                ErrorKind::EmailTaken,
            ),
            (
                Op::DeleteUser(UserRef::from("nobody")),
                ErrorKind::UserNotFound,
            ),
            (
                Op::UpdateUser(ann.into(), UserUpdate::new().if_version(9)),
                ErrorKind::Conflict {
                    expected: 9,
                    found: 2,
                },
            ),
        ];
        for (spoiler, kind) in spoilers {
            let mut batch = Batch::new()
                .create_user(NewUser::new("cho@ex.co").username("cho"))
                .update_user(ann, UserUpdate::new().email("amy@ex.co").admin(true))
                .set_license(License::Seats(3));
            batch.push(spoiler);
            let batch = batch.deactivate_user(ann);
            let refused = directory.apply(batch).unwrap_err();
            assert_eq!((refused.kind(), refused.op_index()), (kind, Some(3)));
            let after = (
                listed(directory),
                directory.seats().unwrap(),
                last_change(directory),
            );
            assert_eq!(after, before);
            assert!(directory.user_by_username("cho").unwrap().is_none());
        }
    });
}

#[test]
fn an_operation_sees_those_before_it() {
    on_both_engines(|directory| {
        let batch = Batch::new()
            .create_user(NewUser::new("ann@ex.co").active(false))
            .activate_user("ann@ex.co")
            .update_user("ann@ex.co", UserUpdate::new().email("amy@ex.co"))
            .update_user("amy@ex.co", UserUpdate::new().given_name("Amy"));
        let applied = directory.apply(batch).unwrap();
        let id = listed(directory)[0].id();
        let expected: Vec<u64> = vec![1, 2, 3, 4];
        assert!(
            applied
                .outcomes
                .iter()
                .all(|o| o.subject == Subject::User(id) && o.changed)
        );
        assert!(applied.outcomes.iter().map(|o| o.version).eq(expected));
        assert_eq!(applied.user(id).unwrap().given_name(), Some("Amy"));

        let gone = Batch::new().delete_user(id).activate_user("amy@ex.co");
        let refused = directory.apply(gone).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::UserNotFound, Some(1))
        );
        let moved = Batch::new()
            .update_user(id, UserUpdate::new().email("abe@ex.co"))
            .activate_user("amy@ex.co");
        let refused = directory.apply(moved).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::UserNotFound, Some(1))
        );
        assert_eq!(emails(directory), ["amy@ex.co"]);
    });
}

#[test]
fn every_operation_has_its_outcome() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let ops = [
            Op::ActivateUser(ann.into()),
            Op::SetLicense(License::Seats(9)),
            Op::DeleteUser("ann@ex.co".into()),
        ];
        let mut batch: Batch = ops.into_iter().collect();
        batch.extend([Op::SetLicense(License::Seats(9))]);
        assert_eq!(batch.len(), 4);
        let applied = directory.apply(batch).unwrap();
        let seen: Vec<_> = applied
            .outcomes
            .iter()
            .map(
                |Outcome {
                     subject,
                     changed,
                     version,
                     ..
                 }| (*subject, *changed, *version),
            )
            .collect();
        let expected = [
            (Subject::User(ann), false, 1),
            (Subject::License, true, 2),
            (Subject::User(ann), true, 0),
            (Subject::License, false, 2),
        ];
        assert_eq!(seen, expected);
        assert!(applied.user(ann).is_none(), "deleted");
    });
}

#[test]
fn a_version_before_the_first_operation_is_refused() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        let stray = Batch::new().if_version(1);
        for batch in [stray.clone(), stray.deactivate_user("ann@ex.co")] {
            let refused = directory.apply(batch.clone()).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
            assert!(refused.to_string().contains("append the operation first"));
            let refused = directory.dry_run(batch.clone()).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
            assert_eq!(directory.preview(batch).unwrap().len(), 1);
        }
        assert_eq!(directory.seats().unwrap().active, 1);
    });
}

#[test]
fn a_batch_can_be_applied_again_and_draws_other_ids() {
    on_both_engines(|directory| {
        let batch = Batch::new().create_user("ann@ex.co");
        let id_of = |applied: headcount::Applied| match applied.outcomes[0].subject {
            Subject::User(id) => id,
            other => panic!("{other:?}"),
        };
        let first: UserId = id_of(directory.apply(batch.clone()).unwrap());
        directory.delete_user(first).unwrap();
        let second = id_of(directory.apply(batch).unwrap());
        assert_ne!(first, second);
    });
}
