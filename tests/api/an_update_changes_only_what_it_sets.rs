//! An update changes the fields that it sets and no others, and can require the version that
//! the caller has read.

use headcount::{Batch, Directory, ErrorKind, Event, Field, NewUser, Timestamp, UserUpdate};

use crate::helpers::{changes_after, create, finish, last_change, on_both_engines, refusal};

#[test]
fn fields_that_are_not_set_stay() {
    on_both_engines(|directory| {
        let user = NewUser::new("ann@ex.co")
            .username("ann")
            .given_name("Ann")
            .family_name("Lee")
            .admin(true)
            .attribute("team", "a");
        let before = directory.create_user(user).unwrap();
        let after = directory
            .update_user(&*before, UserUpdate::new().family_name("Kim"))
            .unwrap();
        assert_eq!(after.family_name(), Some("Kim"));
        assert_eq!((after.email(), after.username()), (before.email(), "ann"));
        assert_eq!((after.given_name(), after.is_admin()), (Some("Ann"), true));
        assert_eq!(after.attribute("team"), Some("a"));
        assert_eq!(
            (after.id(), after.created_at()),
            (before.id(), before.created_at())
        );
        assert_eq!((after.is_active(), after.version()), (true, 2));
        assert!(after.updated_at() >= before.updated_at());
        assert_eq!(directory.user(&*before).unwrap().unwrap(), after);
    });
}

#[test]
fn the_change_names_the_fields_that_differ() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let update = UserUpdate::new()
            .email("amy@ex.co")
            .username("amy")
            .given_name("Amy")
            .family_name(None)
            .admin(true)
            .attribute("team", "a");
        directory.update_user(ann, update).unwrap();
        let fields = vec![
            Field::Email,
            Field::Username,
            Field::GivenName,
            Field::Admin,
            Field::Attributes,
        ];
        let events = &changes_after(directory, 1)[0].events;
        assert_eq!(events, &[Event::UserUpdated { user: ann, fields }]);
    });
}

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    on_both_engines(|directory| {
        let user = NewUser::new("Ann@ex.co")
            .given_name("Ann")
            .attribute("team", "a");
        let before = directory.create_user(user).unwrap();
        let same = UserUpdate::new()
            .if_version(1)
            .email("Ann@ex.co")
            .username(None)
            .given_name(" Ann ")
            .family_name("")
            .admin(false)
            .attribute("team", "a")
            .replace_attributes(true);
        assert_eq!(directory.update_user(&*before, same).unwrap(), before);
        assert_eq!(
            directory.update_user(&*before, UserUpdate::new()).unwrap(),
            before
        );
        assert_eq!(last_change(directory), 1);
    });
}

#[test]
fn another_version_is_a_conflict() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let update = |version| UserUpdate::new().if_version(version).given_name("Ann");
        let conflict = |expected, found| ErrorKind::Conflict { expected, found };
        assert_eq!(
            refusal(directory.update_user(ann, update(2))),
            conflict(2, 1)
        );
        assert_eq!(
            refusal(directory.update_user(ann, update(0))),
            conflict(0, 1)
        );
        assert_eq!(directory.update_user(ann, update(1)).unwrap().version(), 2);

        // Deactivation and activation count; activating an active user does not.
        directory.deactivate_user(ann).unwrap();
        directory.activate_user(ann).unwrap();
        directory.activate_user(ann).unwrap();
        assert_eq!(
            refusal(directory.update_user(ann, update(2))),
            conflict(2, 4)
        );
        // A wrong version is a conflict even if there is nothing to change.
        let nothing = UserUpdate::new().if_version(3);
        assert_eq!(refusal(directory.update_user(ann, nothing)), conflict(3, 4));
    });
}

#[test]
fn in_a_batch_a_version_counts_the_operations_before() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let twice = Batch::new()
            .update_user(ann, UserUpdate::new().if_version(1).given_name("Amy"))
            .update_user(ann, UserUpdate::new().if_version(2).given_name("Abe"));
        let applied = directory.apply(twice).unwrap();
        let versions: Vec<_> = applied
            .outcomes
            .iter()
            .map(|outcome| outcome.version)
            .collect();
        assert_eq!(versions, [2, 3]);
        assert_eq!(applied.user(ann).unwrap().given_name(), Some("Abe"));
    });
}

#[test]
fn a_caller_can_choose_the_time_of_creation() {
    let directory = Directory::in_memory().unwrap();
    let moment = Timestamp::from_unix_micros(1_720_716_959_173_000).unwrap();
    let before = Timestamp::now();
    let ann = directory
        .create_user(NewUser::new("ann@ex.co").created_at(moment))
        .unwrap();
    let bob = directory.create_user("bob@ex.co").unwrap();
    let after = Timestamp::now();
    assert_eq!(ann.created_at(), moment);
    assert!((before..=after).contains(&ann.updated_at()));
    assert!((before..=after).contains(&bob.created_at()));
    assert_eq!(bob.created_at(), bob.updated_at());
    finish(directory);
}

#[test]
fn a_deactivation_has_a_time_until_the_user_is_active_again() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let off = directory.deactivate_user(ann).unwrap();
        let moment = off.deactivated_at();
        assert_eq!(moment, Some(off.updated_at()));
        let renamed = UserUpdate::new().given_name("Ann");
        let renamed = directory.update_user(ann, renamed).unwrap();
        let again = directory.deactivate_user(ann).unwrap();
        assert_eq!(
            (renamed.deactivated_at(), again.deactivated_at()),
            (moment, moment)
        );
        assert_eq!(directory.activate_user(ann).unwrap().deactivated_at(), None);
        let bob = directory
            .create_user(NewUser::new("bob@ex.co").active(false))
            .unwrap();
        assert_eq!(bob.deactivated_at(), None, "never was active");
    });
}
