//! Emails and usernames share one name space: however they are claimed, in turn, in one batch or
//! in a race, no text ever names two users.

use std::thread;

use headcount::{Batch, Directory, ErrorKind, NewUser, UserId, UserUpdate};

use crate::helpers::{create, on_both_engines, refusal};

const UPN: &str = "sjones@contoso.onmicrosoft.com";

fn id(directory: &Directory, name: &str) -> Option<UserId> {
    directory.user(name).unwrap().map(|user| user.id())
}

fn email(text: &str) -> UserUpdate {
    UserUpdate::new().email(text)
}

fn username(text: &str) -> UserUpdate {
    UserUpdate::new().username(text)
}

#[test]
fn a_username_may_be_another_address_than_the_email() {
    on_both_engines(|directory| {
        let steve =
            NewUser::new("steve.jones@contoso.com").username("SJones@contoso.onmicrosoft.com");
        let steve = directory.create_user(steve).unwrap();
        assert_eq!(steve.username(), "SJones@contoso.onmicrosoft.com");
        for name in ["steve.jones@contoso.com", UPN] {
            assert_eq!(id(directory, name), Some(steve.id()), "{name}");
        }
        assert!(directory.user_by_email(UPN).unwrap().is_none());
        let found = directory.user_by_username(UPN).unwrap();
        assert_eq!(found.unwrap(), steve);

        // It stays when the email changes, unless the new email equals it.
        let moved = directory
            .update_user(UPN, email("steve@contoso.com"))
            .unwrap();
        assert_eq!(moved.username(), "SJones@contoso.onmicrosoft.com");
        let same = directory.update_user(UPN, email(UPN)).unwrap();
        assert_eq!(same.username(), UPN);
        let moved = directory.update_user(UPN, email("s@contoso.com")).unwrap();
        assert_eq!(moved.username(), "s@contoso.com", "it follows");
        assert_eq!(id(directory, UPN), None);
        directory.verify().unwrap();
    });
}

#[test]
fn every_method_takes_each_of_the_names() {
    on_both_engines(|directory| {
        let ann = NewUser::new("ann@ex.co").username("ann");
        let ann = directory.create_user(ann).unwrap().id();
        let bob = NewUser::new("bob@ex.co").username("bob@old.example");
        let bob = directory.create_user(bob).unwrap().id();
        directory.deactivate_user("ANN").unwrap();
        directory.activate_user("ann@ex.co").unwrap();
        directory.default_workspace("bob@old.example").unwrap();
        let batch = Batch::new()
            .create_user(NewUser::new("cho@ex.co").username("cho"))
            .update_user("cho", UserUpdate::new().given_name("Cho"))
            .deactivate_user("Bob@old.example");
        directory.apply(batch).unwrap();
        assert_eq!(directory.delete_user(ann.to_string()).unwrap(), ann);
        assert_eq!(directory.delete_user("bob@OLD.example").unwrap(), bob);
        assert_eq!(
            refusal(directory.delete_user("ann")),
            ErrorKind::UserNotFound
        );
    });
}

#[test]
fn an_email_cannot_be_taken_as_username_nor_vice_versa() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        let bob = NewUser::new("bob@ex.co").username("bob@old.example");
        directory.create_user(bob).unwrap();
        let dee = NewUser::new("dee@ex.co").username("dee");
        directory.create_user(dee).unwrap();
        for address in ["ann@ex.co", "Bob@Old.example", "dee@ex.co"] {
            let cho = NewUser::new("cho@ex.co").username(address);
            assert_eq!(
                refusal(directory.create_user(cho)),
                ErrorKind::UsernameTaken
            );
        }
        let refused = directory.create_user("bob@old.example").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::EmailTaken);
        assert_eq!(
            refused.to_string(),
            "another user has the username \"bob@old.example\"; choose another or change that \
             one first"
        );
        let update = directory.update_user("ann@ex.co", username("dee@ex.co"));
        assert_eq!(refusal(update), ErrorKind::UsernameTaken);
        let update = directory.update_user("ann@ex.co", email("bob@old.example"));
        assert_eq!(refusal(update), ErrorKind::EmailTaken);
        directory.verify().unwrap();
    });
}

#[test]
fn in_one_batch_the_later_claim_is_refused_unless_the_first_is_given_up() {
    on_both_engines(|directory| {
        let (ann, bob) = (
            create(directory, "ann@ex.co"),
            create(directory, "bob@ex.co"),
        );
        let refused = |batch| {
            let error = directory.apply(batch).unwrap_err();
            (error.kind(), error.op_index())
        };
        let both = Batch::new()
            .update_user(ann, username("x@ex.co"))
            .update_user(bob, email("x@ex.co"));
        assert_eq!(refused(both), (ErrorKind::EmailTaken, Some(1)));
        let both = Batch::new()
            .create_user("x@ex.co")
            .update_user(bob, username("X@ex.co"));
        assert_eq!(refused(both), (ErrorKind::UsernameTaken, Some(1)));
        // Within this batch, two users have the text for a moment, so it names neither.
        let ambiguous = Batch::new()
            .update_user(ann, username("x@ex.co"))
            .update_user(bob, email("x@ex.co"))
            .deactivate_user("x@ex.co");
        assert_eq!(refused(ambiguous), (ErrorKind::EmailTaken, Some(2)));

        let swap = Batch::new()
            .update_user(ann, username("bob@ex.co"))
            .update_user(bob, username("ann@ex.co"))
            .update_user(ann, email("a@ex.co"))
            .update_user(bob, email("b@ex.co"));
        directory.apply(swap).unwrap();
        assert_eq!(id(directory, "bob@ex.co"), Some(ann));
        assert_eq!(id(directory, "ann@ex.co"), Some(bob));
        directory.verify().unwrap();
    });
}

#[test]
fn one_of_two_who_race_for_a_text_as_email_and_username_gets_it() {
    on_both_engines(|directory| {
        let (ann, bob) = (
            create(directory, "ann@ex.co"),
            create(directory, "bob@ex.co"),
        );
        for round in 0..20 {
            let text = format!("x{round}@ex.co");
            let won = thread::scope(|scope| {
                let one = scope.spawn(|| directory.update_user(ann, email(&text)).is_ok());
                let other = scope.spawn(|| directory.update_user(bob, username(&text)).is_ok());
                [one.join().unwrap(), other.join().unwrap()]
            });
            assert_eq!(won.iter().filter(|won| **won).count(), 1, "round {round}");
            let holder = if won[0] { ann } else { bob };
            assert_eq!(id(directory, &text), Some(holder));
        }
        directory.verify().unwrap();
    });
}

#[test]
fn a_text_that_reads_as_an_id_is_not_a_username() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        for text in [
            ann.to_string(),
            ann.to_string().replace('-', "").to_uppercase(),
        ] {
            let refused = directory.update_user(ann, username(&text));
            assert_eq!(refusal(refused), ErrorKind::InvalidUsername, "{text}");
        }
    });
}
