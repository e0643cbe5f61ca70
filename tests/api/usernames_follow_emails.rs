//! The username is the email unless another one is set; no two users have the same.

use headcount::{Batch, Directory, ErrorKind, NewUser, UserId, UserUpdate};

use crate::helpers::{create, on_both_engines, refusal};

fn owner(directory: &Directory, username: &str) -> Option<UserId> {
    directory
        .user_by_username(username)
        .unwrap()
        .map(|user| user.id())
}

#[test]
fn without_a_username_it_is_the_email_and_follows_it() {
    on_both_engines(|directory| {
        let ann = create(directory, "Ann@ex.co");
        assert_eq!(owner(directory, "ann@EX.co"), Some(ann));
        let moved = directory
            .update_user(ann, UserUpdate::new().email("Amy@ex.co"))
            .unwrap();
        assert_eq!(moved.username(), "Amy@ex.co");
        assert_eq!(owner(directory, "ann@ex.co"), None);
        assert_eq!(owner(directory, "amy@ex.co"), Some(ann));
    });
}

#[test]
fn a_username_of_its_own_stays_when_the_email_changes() {
    on_both_engines(|directory| {
        let user = NewUser::new("ann@ex.co").username("Ann");
        let ann = directory.create_user(user).unwrap().id();
        assert_eq!(owner(directory, "ANN"), Some(ann));
        assert_eq!(
            owner(directory, "ann@ex.co"),
            None,
            "the email is not the username"
        );
        let moved = directory
            .update_user(ann, UserUpdate::new().email("amy@ex.co"))
            .unwrap();
        assert_eq!(moved.username(), "Ann");
        assert_eq!(owner(directory, "ann"), Some(ann));
    });
}

#[test]
fn a_username_with_an_at_must_be_an_address() {
    on_both_engines(|directory| {
        create(directory, "bob@ex.co");
        for other in ["@", "ann@", "Ann <ann@ex.co>", "a@nn@ex.co"] {
            let user = NewUser::new("ann@ex.co").username(other);
            assert_eq!(
                refusal(directory.create_user(user)),
                ErrorKind::InvalidUsername,
                "{other}"
            );
            let update = UserUpdate::new().username(other);
            let refused = directory.update_user("bob@ex.co", update);
            assert_eq!(refusal(refused), ErrorKind::InvalidUsername, "{other}");
        }
        let user = NewUser::new("ann@ex.co").username(" ANN@ex.co ");
        let ann = directory.create_user(user).unwrap();
        assert_eq!(ann.username(), "ann@ex.co");
    });
}

#[test]
fn a_username_given_as_the_email_follows_it_too() {
    on_both_engines(|directory| {
        let user = NewUser::new("ann@ex.co").username("ann@ex.co");
        let ann = directory.create_user(user).unwrap().id();
        let moved = directory
            .update_user(ann, UserUpdate::new().email("amy@ex.co"))
            .unwrap();
        assert_eq!(moved.username(), "amy@ex.co");

        // If both are set, the username is compared with the new email.
        let both = UserUpdate::new().username("abe@ex.co").email("abe@ex.co");
        assert_eq!(
            directory.update_user(ann, both).unwrap().username(),
            "abe@ex.co"
        );
        let old = UserUpdate::new().email("ada@ex.co").username("abe@ex.co");
        let ada = directory.update_user(ann, old).unwrap();
        assert_eq!(
            ada.username(),
            "abe@ex.co",
            "the old email is now an independent username"
        );
    });
}

#[test]
fn a_username_can_be_set_and_removed() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let set = |username: Option<&str>| {
            directory
                .update_user(ann, UserUpdate::new().username(username))
                .unwrap()
        };
        assert_eq!(set(Some("ann")).username(), "ann");
        assert_eq!(owner(directory, "ann@ex.co"), None);
        assert_eq!(set(None).username(), "ann@ex.co");
        assert_eq!(
            (owner(directory, "ann@ex.co"), owner(directory, "ann")),
            (Some(ann), None)
        );
        assert_eq!(
            set(Some("ann@ex.co")).version(),
            3,
            "it is the email already"
        );
        create(directory, "bob@ex.co");
        let free = UserUpdate::new().username("ann");
        directory.update_user("bob@ex.co", free).unwrap();
    });
}

#[test]
fn a_username_has_one_owner() {
    on_both_engines(|directory| {
        directory
            .create_user(NewUser::new("ann@ex.co").username("Åsa"))
            .unwrap();
        create(directory, "bob@ex.co");
        for same in ["åsa", "A\u{30a}SA", "ÅSA"] {
            let user = NewUser::new("cho@ex.co").username(same);
            assert_eq!(
                refusal(directory.create_user(user)),
                ErrorKind::UsernameTaken,
                "{same}"
            );
            let update = UserUpdate::new().username(same);
            let refused = directory.update_user("bob@ex.co", update);
            assert_eq!(refusal(refused), ErrorKind::UsernameTaken, "{same}");
        }
        directory
            .create_user(NewUser::new("cho@ex.co").username("asa"))
            .unwrap();

        directory.delete_user("ann@ex.co").unwrap();
        directory
            .create_user(NewUser::new("dee@ex.co").username("ÅSA"))
            .unwrap();
    });
}

#[test]
fn two_users_swap_usernames_in_one_batch() {
    on_both_engines(|directory| {
        let create = |email: &str, username: &str| {
            directory
                .create_user(NewUser::new(email).username(username))
                .unwrap()
                .id()
        };
        let (ann, bob) = (create("ann@ex.co", "ann"), create("bob@ex.co", "bob"));
        let swap = Batch::new()
            .update_user(ann, UserUpdate::new().username("BOB"))
            .update_user(bob, UserUpdate::new().username("ann"));
        directory.apply(swap).unwrap();
        assert_eq!(
            (owner(directory, "bob"), owner(directory, "ann")),
            (Some(ann), Some(bob))
        );

        let clash = Batch::new().update_user(ann, UserUpdate::new().username("Ann"));
        let refused = directory.apply(clash).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::UsernameTaken, Some(0))
        );
    });
}

#[test]
fn a_text_that_is_not_a_username_is_refused() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        for bad in ["", " ", "a b", "a\u{200b}b", "\u{212a}", "🦀", "tab\there"] {
            let user = NewUser::new("bob@ex.co").username(bad);
            assert_eq!(
                refusal(directory.create_user(user)),
                ErrorKind::InvalidUsername,
                "{bad:?}"
            );
            let update = UserUpdate::new().username(bad);
            let refused = directory.update_user("ann@ex.co", update);
            assert_eq!(refusal(refused), ErrorKind::InvalidUsername, "{bad:?}");
        }
    });
}
