//! No write makes more users active than the license has seats. A smaller license deactivates
//! nobody; it only prevents growth.

use headcount::{Batch, Directory, ErrorKind, License, NewUser, Options, UserUpdate};

use crate::helpers::{
    TempPath, create, create_inactive, fill, finish, last_change, no_free_seat, on_both_engines,
    refusal,
};

#[test]
fn a_new_directory_has_the_five_seats_of_community() {
    on_both_engines(|directory| {
        let seats = directory.seats().unwrap();
        assert_eq!(
            (seats.license, seats.license_version),
            (License::Community, 1)
        );
        assert_eq!((seats.active, seats.inactive), (0, 0));
        assert_eq!(
            (seats.limit(), seats.free(), seats.over_by()),
            (Some(5), Some(5), 0)
        );
        assert!(directory.is_empty().unwrap());
    });
}

#[test]
fn a_user_is_active_by_default_and_takes_a_seat() {
    on_both_engines(|directory| {
        assert!(directory.create_user("ann@ex.co").unwrap().is_active());
        create_inactive(directory, "bob@ex.co");
        let seats = directory.seats().unwrap();
        assert_eq!(
            (seats.active, seats.inactive, seats.free()),
            (1, 1, Some(4))
        );
        assert_eq!(directory.len().unwrap(), 2);
    });
}

#[test]
fn without_a_free_seat_growth_is_refused() {
    on_both_engines(|directory| {
        fill(directory);
        create_inactive(directory, "fay@ex.co");
        let before = last_change(directory);

        assert_eq!(
            refusal(directory.create_user("gus@ex.co")),
            no_free_seat(5, 5, 1)
        );
        assert_eq!(
            refusal(directory.activate_user("fay@ex.co")),
            no_free_seat(5, 5, 1)
        );
        let three = Batch::new()
            .create_user("gus@ex.co")
            .create_user("hal@ex.co")
            .activate_user("fay@ex.co");
        assert_eq!(refusal(directory.apply(three)), no_free_seat(5, 5, 3));

        assert!(!directory.user("fay@ex.co").unwrap().unwrap().is_active());
        assert!(directory.user("gus@ex.co").unwrap().is_none());
        assert_eq!(
            (directory.seats().unwrap().active, last_change(directory)),
            (5, before)
        );
    });
}

#[test]
fn a_batch_needs_all_its_seats_or_gets_none() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        let many = (0..5).map(|n| format!("user-{n}@ex.co"));
        let batch = many.fold(Batch::new(), |batch, email| {
            batch.create_user(email.as_str())
        });
        assert_eq!(refusal(directory.apply(batch)), no_free_seat(5, 1, 5));
        assert_eq!(directory.len().unwrap(), 1);
    });
}

#[test]
fn without_a_free_seat_users_are_exchanged_in_one_batch() {
    on_both_engines(|directory| {
        let seated = fill(directory);
        let waiting = create_inactive(directory, "fay@ex.co");
        // In either order: only the net result counts.
        let in_then_out = Batch::new()
            .activate_user(waiting)
            .deactivate_user(seated[0]);
        directory.apply(in_then_out).unwrap();
        let out_then_in = Batch::new()
            .deactivate_user(seated[1])
            .activate_user(seated[0]);
        directory.apply(out_then_in).unwrap();
        let replaced = Batch::new().create_user("gus@ex.co").delete_user(seated[2]);
        directory.apply(replaced).unwrap();
        let seats = directory.seats().unwrap();
        assert_eq!((seats.active, seats.inactive), (5, 1));

        let one_too_many = Batch::new()
            .deactivate_user(waiting)
            .activate_user(seated[1])
            .create_user("hal@ex.co");
        assert_eq!(
            refusal(directory.apply(one_too_many)),
            no_free_seat(5, 5, 1)
        );
    });
}

#[test]
fn each_way_to_free_a_seat_makes_room() {
    on_both_engines(|directory| {
        fill(directory);
        directory.deactivate_user("ann@ex.co").unwrap();
        create(directory, "fay@ex.co");
        directory.delete_user("bob@ex.co").unwrap();
        directory.activate_user("ann@ex.co").unwrap();
        assert_eq!(
            refusal(directory.create_user("gus@ex.co")),
            no_free_seat(5, 5, 1)
        );
    });
}

#[test]
fn a_smaller_license_is_accepted_and_deactivates_nobody() {
    on_both_engines(|directory| {
        fill(directory);
        create_inactive(directory, "fay@ex.co");
        let seats = directory.set_license(License::Seats(2)).unwrap();
        assert_eq!(
            (seats.active, seats.inactive, seats.limit()),
            (5, 1, Some(2))
        );
        assert_eq!((seats.free(), seats.over_by()), (Some(0), 3));
        assert!(directory.user("eve@ex.co").unwrap().unwrap().is_active());
    });
}

#[test]
fn over_the_limit_only_growth_is_refused() {
    on_both_engines(|directory| {
        fill(directory);
        create_inactive(directory, "fay@ex.co");
        directory.set_license(License::Seats(2)).unwrap();

        assert_eq!(
            refusal(directory.activate_user("fay@ex.co")),
            no_free_seat(2, 5, 1)
        );
        assert_eq!(
            refusal(directory.create_user("gus@ex.co")),
            no_free_seat(2, 5, 1)
        );

        // Requests that need no further seat.
        create_inactive(directory, "hal@ex.co");
        directory
            .update_user("ann@ex.co", UserUpdate::new().given_name("Ann"))
            .unwrap();
        directory.activate_user("ann@ex.co").unwrap();
        let swap = Batch::new()
            .deactivate_user("ann@ex.co")
            .activate_user("fay@ex.co");
        directory.apply(swap).unwrap();
        assert_eq!(directory.seats().unwrap().over_by(), 3);

        // Deactivations, one by one down to the limit; then growth is possible again.
        directory.deactivate_user("bob@ex.co").unwrap();
        directory.delete_user("cho@ex.co").unwrap();
        assert_eq!(directory.seats().unwrap().over_by(), 1);
        assert_eq!(
            refusal(directory.activate_user("bob@ex.co")),
            no_free_seat(2, 3, 1)
        );
        directory.deactivate_user("dee@ex.co").unwrap();
        assert_eq!(
            refusal(directory.activate_user("bob@ex.co")),
            no_free_seat(2, 2, 1)
        );
        directory.deactivate_user("eve@ex.co").unwrap();
        directory.activate_user("bob@ex.co").unwrap();
        assert_eq!(directory.seats().unwrap().over_by(), 0);
    });
}

#[test]
fn a_batch_may_shrink_to_a_number_still_over_the_limit() {
    on_both_engines(|directory| {
        let ids = fill(directory);
        directory.set_license(License::Seats(1)).unwrap();
        let shrink = Batch::new()
            .deactivate_user(ids[0])
            .deactivate_user(ids[1])
            .create_user("fay@ex.co");
        directory.apply(shrink).unwrap();
        assert_eq!(directory.seats().unwrap().over_by(), 3);
    });
}

#[test]
fn a_license_in_the_same_batch_counts() {
    on_both_engines(|directory| {
        fill(directory);
        let grow = Batch::new()
            .create_user("fay@ex.co")
            .set_license(License::Seats(6));
        directory.apply(grow).unwrap();
        let shrink = Batch::new()
            .set_license(License::Seats(6))
            .create_user("gus@ex.co");
        assert_eq!(refusal(directory.apply(shrink)), no_free_seat(6, 6, 1));
        let back = Batch::new()
            .set_license(License::Enterprise)
            .set_license(License::Community);
        directory
            .apply(back.create_user(NewUser::new("hal@ex.co").active(false)))
            .unwrap();
        assert_eq!(directory.seats().unwrap().license, License::Community);
    });
}

#[test]
fn enterprise_has_seats_for_any_number() {
    on_both_engines(|directory| {
        directory.set_license(License::Enterprise).unwrap();
        let many = (0..300).map(|n| format!("user-{n}@ex.co"));
        let batch = many.fold(Batch::new(), |batch, email| {
            batch.create_user(email.as_str())
        });
        directory.apply(batch).unwrap();
        let seats = directory.seats().unwrap();
        assert_eq!(
            (seats.active, seats.limit(), seats.free()),
            (300, None, None)
        );

        let seats = directory.set_license(License::Community).unwrap();
        assert_eq!(seats.over_by(), 295);
        assert_eq!(
            refusal(directory.create_user("one@ex.co")),
            no_free_seat(5, 300, 1)
        );
    });
}

#[test]
fn a_license_has_any_number_of_seats() {
    on_both_engines(|directory| {
        directory.set_license(License::Seats(0)).unwrap();
        assert_eq!(
            refusal(directory.create_user("ann@ex.co")),
            no_free_seat(0, 0, 1)
        );
        create_inactive(directory, "ann@ex.co");
        directory.set_license(License::Seats(1)).unwrap();
        directory.activate_user("ann@ex.co").unwrap();
        let seats = directory.set_license(License::Seats(u64::MAX)).unwrap();
        assert_eq!(seats.free(), Some(u64::MAX - 1));
        create(directory, "bob@ex.co");
    });
}

#[test]
fn activating_an_active_user_changes_nothing() {
    on_both_engines(|directory| {
        fill(directory);
        create_inactive(directory, "fay@ex.co");
        let before = (last_change(directory), directory.user("ann@ex.co").unwrap());

        // Also without a free seat, and over the limit.
        directory.activate_user("ann@ex.co").unwrap();
        directory.deactivate_user("fay@ex.co").unwrap();
        directory.set_license(License::Community).unwrap();
        let again = Batch::new()
            .activate_user("ann@ex.co")
            .set_license(License::Community);
        let applied = directory.apply(again).unwrap();
        assert_eq!(applied.sequence, None);
        assert!(applied.outcomes.iter().all(|outcome| !outcome.changed));

        assert_eq!(
            (last_change(directory), directory.user("ann@ex.co").unwrap()),
            before
        );
    });
}

#[test]
fn the_license_of_a_new_directory_can_be_chosen_but_not_that_of_an_old_one() {
    let file = TempPath::new();
    let choose = |license| {
        Options::new()
            .license_if_new(license)
            .open(&file.path)
            .unwrap()
    };
    let directory = choose(License::Seats(9));
    assert_eq!(directory.seats().unwrap().limit(), Some(9));
    directory.close().unwrap();
    let directory = choose(License::Enterprise);
    assert_eq!(directory.seats().unwrap().limit(), Some(9));
    finish(directory);

    let directory = Directory::options()
        .license_if_new(License::Enterprise)
        .in_memory()
        .unwrap();
    assert_eq!(directory.seats().unwrap().limit(), None);
}

#[test]
fn a_text_that_is_not_a_license_is_refused() {
    for text in ["", "communty", "-1", "+5", "1.5", "18446744073709551616"] {
        assert_eq!(
            refusal(text.parse::<License>()),
            ErrorKind::InvalidArgument,
            "{text}"
        );
    }
    assert_eq!(
        " Community ".parse::<License>().unwrap(),
        License::Community
    );
    assert_eq!(
        "ENTERPRISE".parse::<License>().unwrap(),
        License::Enterprise
    );
    assert_eq!(
        "18446744073709551615".parse::<License>().unwrap(),
        License::Seats(u64::MAX)
    );
}

#[test]
fn the_summary_is_one_line() {
    let directory = Directory::in_memory().unwrap();
    let summary = |directory: &Directory| directory.seats().unwrap().to_string();
    assert_eq!(
        summary(&directory),
        "0 of 5 seats in use (community), 0 inactive"
    );
    fill(&directory);
    create_inactive(&directory, "fay@ex.co");
    directory.set_license(License::Enterprise).unwrap();
    assert_eq!(
        summary(&directory),
        "5 seats in use (enterprise: no limit), 1 inactive"
    );
    directory.set_license(License::Seats(3)).unwrap();
    assert_eq!(
        summary(&directory),
        "5 of 3 seats in use, 1 inactive; over the limit by 2"
    );
    let json = serde_json::to_value(directory.seats().unwrap()).unwrap();
    let expected = serde_json::json!({
        "license": "3", "license_version": 3, "limit": 3, "active": 5, "inactive": 1,
        "free": 0, "over_by": 2
    });
    assert_eq!(json, expected);
    finish(directory);
}
