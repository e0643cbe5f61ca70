//! Two users never have the same email, however it is spelled, even in a race.

use std::sync::{Barrier, Mutex};
use std::thread;

use headcount::{Batch, Directory, Error, ErrorKind, UserUpdate};

use crate::helpers::{
    TempPath, create, create_inactive, emails, finish, last_change, on_both_engines, refusal,
};

#[test]
fn one_of_two_threads_with_one_address_creates_the_user() {
    let directory = Directory::in_memory().unwrap();
    race_for_one_address(&directory, 1000);
    finish(directory);
}

#[test]
fn one_of_two_threads_with_one_address_creates_the_user_in_a_file() {
    let file = TempPath::new();
    let directory = file.open();
    race_for_one_address(&directory, 100);
    finish(directory);
}

fn race_for_one_address(directory: &Directory, rounds: usize) {
    // If one thread panicked, the other would wait for it forever, so results are collected here
    // and checked when both are done.
    let start = Barrier::new(2);
    let outcomes: Mutex<Vec<Option<ErrorKind>>> = Mutex::default();
    let race = |spelling: &str| {
        for _ in 0..rounds {
            start.wait();
            let created = directory.create_user(spelling);
            let outcome = created.as_ref().err().map(Error::kind);
            outcomes.lock().unwrap().push(outcome);
            start.wait();
            if let Ok(user) = created {
                let outcome = directory
                    .delete_user(&*user)
                    .err()
                    .map(|error| error.kind());
                outcomes.lock().unwrap().push(outcome);
            }
            start.wait();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| race("Steve@ex.co"));
        scope.spawn(|| race("steve@EX.CO"));
    });
    let outcomes = outcomes.into_inner().unwrap();
    let count = |wanted| {
        outcomes
            .iter()
            .filter(|outcome| **outcome == wanted)
            .count()
    };
    assert_eq!(
        count(None),
        2 * rounds,
        "each round one creates and deletes"
    );
    assert_eq!(count(Some(ErrorKind::EmailTaken)), rounds);
    assert_eq!(outcomes.len(), 3 * rounds);
    assert!(directory.is_empty().unwrap());
    assert_eq!(last_change(directory), 2 * rounds as u64);
}

#[test]
fn spellings_of_one_address_are_equal() {
    on_both_engines(|directory| {
        create(directory, "Ada@Bücher.example");
        for same in [
            "ada@bücher.example",
            "ADA@BÜCHER.EXAMPLE",
            "ada@xn--bcher-kva.example",
            " ada@bu\u{308}cher.example\n",
        ] {
            assert_eq!(
                refusal(directory.create_user(same)),
                ErrorKind::EmailTaken,
                "{same}"
            );
        }
        for other in [
            "ada+1@bücher.example",
            "a.da@bücher.example",
            "ada@bucher.example",
        ] {
            create(directory, other);
        }
        assert_eq!(directory.len().unwrap(), 4);
    });
}

#[test]
fn an_update_does_not_take_an_email_either() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        create(directory, "bob@ex.co");
        let take = UserUpdate::new().email("ANN@ex.co");
        assert_eq!(
            refusal(directory.update_user("bob@ex.co", take)),
            ErrorKind::EmailTaken
        );

        // An inactive user's email is taken; a deleted user's is free.
        directory.deactivate_user("ann@ex.co").unwrap();
        assert_eq!(
            refusal(directory.create_user("ann@ex.co")),
            ErrorKind::EmailTaken
        );
        directory.delete_user("ann@ex.co").unwrap();
        create(directory, "ann@ex.co");
    });
}

#[test]
fn a_user_can_change_the_spelling_of_an_email() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        let respelled = directory
            .update_user(ann, UserUpdate::new().email("Ann@Ex.co"))
            .unwrap();
        assert_eq!(respelled.email().as_str(), "Ann@Ex.co");
        assert_eq!(
            (respelled.email().key(), respelled.version()),
            ("ann@ex.co", 2)
        );
        assert_eq!(emails(directory), ["Ann@Ex.co"]);
    });
}

#[test]
fn two_users_swap_emails_in_one_batch() {
    on_both_engines(|directory| {
        let (ann, bob) = (
            create(directory, "ann@ex.co"),
            create(directory, "bob@ex.co"),
        );
        let swap = Batch::new()
            .update_user(ann, UserUpdate::new().email("bob@ex.co"))
            .update_user(bob, UserUpdate::new().email("ann@ex.co"));
        directory.apply(swap).unwrap();
        assert_eq!(
            directory.user_by_email("bob@ex.co").unwrap().unwrap().id(),
            ann
        );
        assert_eq!(
            directory.user_by_email("ann@ex.co").unwrap().unwrap().id(),
            bob
        );
        assert_eq!(
            directory
                .user_by_username("ann@ex.co")
                .unwrap()
                .unwrap()
                .id(),
            bob
        );
    });
}

#[test]
fn three_users_rotate_their_emails_and_a_new_user_takes_one_that_is_free() {
    on_both_engines(|directory| {
        let ids = ["a@ex.co", "b@ex.co", "c@ex.co"].map(|email| create(directory, email));
        let round = Batch::new()
            .update_user(ids[0], UserUpdate::new().email("b@ex.co"))
            .update_user(ids[1], UserUpdate::new().email("c@ex.co"))
            .update_user(ids[2], UserUpdate::new().email("d@ex.co"))
            .create_user("a@ex.co");
        directory.apply(round).unwrap();
        let owner = |email| directory.user_by_email(email).unwrap().unwrap().id();
        assert_eq!(["b@ex.co", "c@ex.co", "d@ex.co"].map(owner), ids);
        assert!(!ids.contains(&owner("a@ex.co")));
    });
}

#[test]
fn the_new_user_is_blamed_and_not_the_owner() {
    on_both_engines(|directory| {
        create_inactive(directory, "ann@ex.co");
        let batch = Batch::new()
            .create_user("bob@ex.co")
            .create_user("ANN@ex.co");
        let refused = directory.apply(batch).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::EmailTaken, Some(1))
        );

        // Of two new users, the second is blamed.
        let batch = Batch::new()
            .create_user("dee@ex.co")
            .create_user("Dee@ex.co");
        let refused = directory.apply(batch).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::EmailTaken, Some(1))
        );
        assert_eq!(emails(directory), ["ann@ex.co"]);
    });
}

#[test]
fn an_address_that_two_users_have_for_a_moment_names_neither() {
    on_both_engines(|directory| {
        let (ann, bob) = (
            create(directory, "ann@ex.co"),
            create(directory, "bob@ex.co"),
        );
        let move_bob = UserUpdate::new().email("ann@ex.co");
        let move_ann = UserUpdate::new().email("amy@ex.co");
        let unclear = Batch::new()
            .update_user(bob, move_bob.clone())
            .update_user("ann@ex.co", move_ann.clone());
        let refused = directory.apply(unclear).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::EmailTaken, Some(1))
        );

        let clear = Batch::new()
            .update_user(bob, move_bob)
            .update_user(ann, move_ann);
        directory.apply(clear).unwrap();
        assert_eq!(emails(directory), ["amy@ex.co", "ann@ex.co"]);
    });
}
