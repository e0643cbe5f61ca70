//! A license with fewer seats than active users is accepted. Nobody is deactivated, and everything
//! that needs no further seat still works; only growth is refused.

use headcount::{Batch, Directory, ErrorKind, License, NewUser, NewWorkspace, Role, UserUpdate};

use crate::helpers::{TempPath, create_workspace, finish, hire, kind, listed, on_both_engines};

/// Five active users under a license for two.
fn over_by_three(directory: &Directory) {
    for name in ["ann", "bob", "cho", "dee", "eve"] {
        hire(directory, name);
    }
    let seats = directory.set_license(License::Seats(2)).unwrap();
    assert_eq!(
        (seats.over_by(), seats.free(), seats.active),
        (3, Some(0), 5)
    );
}

fn refuses_growth(directory: &Directory, active: u64, limit: u64) {
    let no_seat = |requested| ErrorKind::NoFreeSeat {
        limit,
        active,
        requested,
    };
    assert_eq!(kind(directory.create_user("new@ex.co")), no_seat(1));
    assert_eq!(kind(directory.activate_user("idle@ex.co")), no_seat(1));
    let two = Batch::new()
        .create_user("new@ex.co")
        .activate_user("idle@ex.co");
    assert_eq!(kind(directory.apply(two)), no_seat(2));
}

#[test]
fn the_state_is_visible_and_survives_reopening() {
    let file = TempPath::new();
    let directory = file.open();
    over_by_three(&directory);
    directory.close().unwrap();
    let directory = file.open();
    assert_eq!(
        directory.seats().unwrap().to_string(),
        "5 of 2 seats in use, 0 inactive; over the limit by 3"
    );
    assert!(listed(&directory).iter().all(|user| user.is_active()));
    finish(directory);
}

#[test]
fn operations_that_need_no_seat_still_work() {
    on_both_engines(|directory| {
        over_by_three(directory);
        directory
            .create_user(NewUser::new("idle@ex.co").active(false))
            .unwrap();
        let admin = UserUpdate::new().email("anna@ex.co").admin(true);
        directory.update_user("ann@ex.co", admin).unwrap();
        directory.activate_user("bob@ex.co").unwrap();
        let models = NewWorkspace::new("Models").owner("bob@ex.co");
        directory.create_workspace(models).unwrap();
        directory
            .add_member("Models", "idle@ex.co", Role::User)
            .unwrap();
        directory.default_workspace("cho@ex.co").unwrap();
        let exchange = Batch::new()
            .deactivate_user("dee@ex.co")
            .activate_user("idle@ex.co");
        directory.apply(exchange).unwrap();
        let replaced = Batch::new()
            .delete_user("dee@ex.co")
            .deactivate_user("eve@ex.co");
        directory.apply(replaced.create_user("fay@ex.co")).unwrap();
        assert_eq!(directory.seats().unwrap().active, 5);
    });
}

/// On the way down, every step is allowed, even if it ends above the limit.
#[test]
fn shrinking_is_allowed_step_by_step_and_growth_at_no_step() {
    on_both_engines(|directory| {
        over_by_three(directory);
        directory
            .create_user(NewUser::new("idle@ex.co").active(false))
            .unwrap();
        for (active, name) in [(5, "ann"), (4, "bob"), (3, "cho")] {
            refuses_growth(directory, active, 2);
            directory
                .deactivate_user(&*format!("{name}@ex.co"))
                .unwrap();
        }
        refuses_growth(directory, 2, 2);
        directory.delete_user("dee@ex.co").unwrap();
        directory.create_user("new@ex.co").unwrap();
        assert_eq!(directory.seats().unwrap().over_by(), 0);
    });
}

#[test]
fn any_license_is_accepted_at_any_time() {
    on_both_engines(|directory| {
        over_by_three(directory);
        directory
            .create_user(NewUser::new("idle@ex.co").active(false))
            .unwrap();
        for seats in [1, 0, 4, 3] {
            directory.set_license(License::Seats(seats)).unwrap();
            refuses_growth(directory, 5, seats);
        }
        directory.set_license(License::Community).unwrap();
        refuses_growth(directory, 5, 5);
        directory.set_license(License::Seats(6)).unwrap();
        directory.activate_user("idle@ex.co").unwrap();
        directory.set_license(License::Seats(0)).unwrap();
        directory.set_license(License::Enterprise).unwrap();
        directory.create_user("new@ex.co").unwrap();
    });
}

/// A batch that sets the license is checked against the new license.
#[test]
fn growth_and_its_license_go_together() {
    on_both_engines(|directory| {
        over_by_three(directory);
        let grown = Batch::new()
            .create_user("new@ex.co")
            .set_license(License::Seats(6));
        directory.apply(grown).unwrap();
        let limit = 5;
        let cut = Batch::new()
            .set_license(License::Community)
            .create_user("more@ex.co");
        let refusal = ErrorKind::NoFreeSeat {
            limit,
            active: 6,
            requested: 1,
        };
        assert_eq!(kind(directory.apply(cut)), refusal);
        assert_eq!(directory.seats().unwrap().license, License::Seats(6));
    });
}

#[test]
fn a_workspace_and_its_members_take_no_seats() {
    on_both_engines(|directory| {
        over_by_three(directory);
        let ann = directory.user("ann@ex.co").unwrap().unwrap().id();
        let models = create_workspace(directory, "Models", ann);
        for name in ["bob", "cho", "dee"] {
            directory
                .add_member(models, &*format!("{name}@ex.co"), Role::User)
                .unwrap();
        }
        assert_eq!(directory.seats().unwrap().active, 5);
    });
}
