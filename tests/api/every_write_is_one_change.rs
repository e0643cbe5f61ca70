//! Each request that changes something is one numbered change, committed with it. Readers can
//! resume from any number.

use headcount::{Batch, Change, ErrorKind, Event, License, NewUser, UserUpdate};

use crate::helpers::{
    TempPath, changes_after, create, create_inactive, finish, last_change, on_both_engines, refusal,
};

#[test]
fn each_operation_leaves_its_event() {
    on_both_engines(|directory| {
        let user = create(directory, "ann@ex.co");
        let waiting = create_inactive(directory, "bob@ex.co");
        directory.deactivate_user(user).unwrap();
        directory.activate_user(user).unwrap();
        directory.delete_user(user).unwrap();
        let license = License::Seats(7);
        directory.set_license(license).unwrap();

        let changes = changes_after(directory, 0);
        assert!(changes.iter().map(|change| change.sequence).eq(1..=6));
        assert!(changes.iter().all(|change| change.actor.is_none()));
        assert!(changes.iter().all(|change| change.at >= changes[0].at));
        let events: Vec<Event> = changes
            .into_iter()
            .flat_map(|change| change.events)
            .collect();
        let expected = [
            Event::UserCreated { user, active: true },
            Event::UserCreated {
                user: waiting,
                active: false,
            },
            Event::UserDeactivated { user },
            Event::UserActivated { user },
            Event::UserDeleted { user },
            Event::LicenseSet { license },
        ];
        assert_eq!(events, expected);
    });
}

#[test]
fn a_batch_is_one_change_with_its_events_in_order() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let license = License::Enterprise;
        let batch = Batch::new()
            .activate_user(ann)
            .set_license(license)
            .deactivate_user(ann)
            .deactivate_user(ann)
            .activate_user(ann);
        let applied = directory.apply(batch).unwrap();
        assert_eq!(applied.sequence, Some(2));
        let changed: Vec<bool> = applied
            .outcomes
            .iter()
            .map(|outcome| outcome.changed)
            .collect();
        assert_eq!(changed, [false, true, true, false, true]);
        let expected = [
            Event::LicenseSet { license },
            Event::UserDeactivated { user: ann },
            Event::UserActivated { user: ann },
        ];
        assert_eq!(changes_after(directory, 1)[0].events, expected);
    });
}

#[test]
fn a_request_that_is_refused_or_changes_nothing_leaves_no_change() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let before = changes_after(directory, 0);
        directory.activate_user(ann).unwrap();
        directory
            .update_user(ann, UserUpdate::new().admin(false))
            .unwrap();
        assert_eq!(directory.apply(Batch::new()).unwrap().sequence, None);
        assert_eq!(
            refusal(directory.create_user("ANN@ex.co")),
            ErrorKind::EmailTaken
        );
        let half = Batch::new().create_user("bob@ex.co").create_user("");
        assert_eq!(refusal(directory.apply(half)), ErrorKind::EmailRequired);
        assert_eq!(changes_after(directory, 0), before);

        // A refused request leaves no gap in the numbers.
        create(directory, "bob@ex.co");
        assert_eq!(last_change(directory), 2);
    });
}

#[test]
fn a_reader_resumes_from_any_number() {
    // More changes than the iterator reads at a time.
    const CHANGES: u64 = 600;
    on_both_engines(|directory| {
        directory.set_license(License::Enterprise).unwrap();
        let ann = create(directory, "ann@ex.co");
        let batch_of_ten = (0..10).fold(Batch::new(), |batch, n| {
            if n % 2 == 0 {
                batch.deactivate_user(ann)
            } else {
                batch.activate_user(ann)
            }
        });
        directory.apply(batch_of_ten).unwrap();
        for seats in 4..=CHANGES {
            // Durable commits are slow: on a file this is most of the test.
            directory.set_license(License::Seats(seats)).unwrap();
        }
        let all = changes_after(directory, 0);
        assert!(all.iter().map(|change| change.sequence).eq(1..=CHANGES));
        assert_eq!(all[2].events.len(), 10);
        for after in [1, 255, 256, 257, 511, 512, CHANGES - 1, CHANGES] {
            let rest: Vec<Change> = changes_after(directory, after);
            let expected: Vec<Change> = all
                .iter()
                .filter(|change| change.sequence > after)
                .cloned()
                .collect();
            assert_eq!(rest, expected, "after {after}");
        }
        for after in [CHANGES + 1, u64::MAX] {
            let refused = directory.changes(after).unwrap_err();
            let latest = CHANGES;
            assert_eq!(
                refused.kind(),
                ErrorKind::ChangeNotYet { latest },
                "after {after}"
            );
        }
    });
}

#[test]
fn a_reader_sees_the_changes_up_to_its_start() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        let reader = directory.changes(0).unwrap();
        create(directory, "bob@ex.co");
        assert_eq!(reader.count(), 1);
    });
}

#[test]
fn numbering_continues_after_reopening() {
    let file = TempPath::new();
    let directory = file.open();
    create(&directory, "ann@ex.co");
    let before = changes_after(&directory, 0);
    directory.close().unwrap();
    let directory = file.open();
    assert_eq!(changes_after(&directory, 0), before);
    let applied = directory
        .apply(Batch::new().create_user("bob@ex.co"))
        .unwrap();
    assert_eq!(applied.sequence, Some(2));
    finish(directory);
}

#[test]
fn a_user_created_and_deleted_in_one_batch_is_recorded() {
    on_both_engines(|directory| {
        let batch = Batch::new()
            .create_user("ann@ex.co")
            .delete_user("ann@ex.co");
        let applied = directory.apply(batch).unwrap();
        assert_eq!(
            (applied.sequence, applied.outcomes[1].version),
            (Some(1), 0)
        );
        let events = &changes_after(directory, 0)[0].events;
        assert!(matches!(
            events[..],
            [Event::UserCreated { .. }, Event::UserDeleted { .. }]
        ));
    });
}

#[test]
fn a_change_reads_as_one_json_record() {
    on_both_engines(|directory| {
        let user = NewUser::new("ann@ex.co").given_name("Ann");
        let ann = directory.create_user(user).unwrap().id();
        let update = UserUpdate::new().given_name(None);
        directory.acting_as(ann).update_user(ann, update).unwrap();
        directory.set_license(License::Seats(9)).unwrap();
        let changes = changes_after(directory, 0);
        let json = serde_json::to_value(&changes).unwrap();
        let id = ann.to_string();
        let expected = serde_json::json!([
            {"sequence": 1, "at": changes[0].at.to_string(), "actor": null, "events":
                [{"event": "user_created", "user": id, "active": true}]},
            {"sequence": 2, "at": changes[1].at.to_string(), "actor": id, "events":
                [{"event": "user_updated", "user": id, "fields": ["given_name"]}]},
            {"sequence": 3, "at": changes[2].at.to_string(), "actor": null, "events":
                [{"event": "license_set", "license": "9"}]},
        ]);
        assert_eq!(json, expected);
    });
}
