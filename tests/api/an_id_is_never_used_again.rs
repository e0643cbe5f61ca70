//! An id belongs to one user and is never given to another one.

use headcount::{Batch, Directory, ErrorKind, NewUser, UserId};

use crate::helpers::{TempPath, create, finish, on_both_engines, refusal};

fn with_id(email: &str, id: UserId) -> NewUser {
    NewUser::new(email).id(id)
}

#[test]
fn a_caller_can_choose_the_id() {
    on_both_engines(|directory| {
        let ids = [
            UserId::from_bytes([0; 16]),
            UserId::from_bytes([0xff; 16]),
            "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".parse().unwrap(),
        ];
        for (n, id) in ids.into_iter().enumerate() {
            let user = directory
                .create_user(with_id(&format!("{n}@ex.co"), id))
                .unwrap();
            assert_eq!(user.id(), id);
            assert_eq!(directory.user(id).unwrap().unwrap(), user);
        }
    });
}

#[test]
fn drawn_ids_differ_and_increase() {
    on_both_engines(|directory| {
        let ids: Vec<_> = (0..5)
            .map(|n| create(directory, &format!("{n}@ex.co")))
            .collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    });
}

#[test]
fn the_id_of_a_user_is_taken() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        assert_eq!(
            refusal(directory.create_user(with_id("bob@ex.co", ann))),
            ErrorKind::IdTaken
        );
        let bob = UserId::generate();
        let twice = Batch::new()
            .create_user(with_id("bob@ex.co", bob))
            .create_user(with_id("cho@ex.co", bob));
        let refused = directory.apply(twice).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::IdTaken, Some(1))
        );
        assert_eq!(directory.len().unwrap(), 1);
    });
}

#[test]
fn the_id_of_a_deleted_user_stays_taken_after_reopening_too() {
    let file = TempPath::new();
    let directory = file.open();
    let ann = create(&directory, "ann@ex.co");
    assert_eq!(directory.delete_user(ann).unwrap(), ann);
    let again = with_id("ann@ex.co", ann);
    assert_eq!(
        refusal(directory.create_user(again.clone())),
        ErrorKind::IdTaken
    );
    assert_eq!(
        refusal(directory.activate_user(ann)),
        ErrorKind::UserNotFound
    );
    directory.close().unwrap();

    let directory = file.open();
    assert_eq!(directory.user(ann).unwrap(), None);
    assert_eq!(refusal(directory.create_user(again)), ErrorKind::IdTaken);
    assert_ne!(create(&directory, "ann@ex.co"), ann);
    assert_eq!(directory.verify().unwrap().deleted, 1);
    finish(directory);
}

#[test]
fn the_id_of_a_user_created_and_deleted_in_one_batch_stays_taken() {
    on_both_engines(|directory| {
        let id = UserId::generate();
        let brief = Batch::new()
            .create_user(with_id("ann@ex.co", id))
            .delete_user(id);
        let again = brief.clone().create_user(with_id("amy@ex.co", id));
        let refused = directory.apply(again).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.op_index()),
            (ErrorKind::IdTaken, Some(2))
        );

        directory.apply(brief).unwrap();
        assert!(directory.is_empty().unwrap());
        assert_eq!(
            refusal(directory.create_user(with_id("bob@ex.co", id))),
            ErrorKind::IdTaken
        );
        assert_eq!(directory.verify().unwrap().deleted, 1);
    });
}

#[test]
fn a_user_can_be_replaced_under_the_same_email_in_one_batch() {
    on_both_engines(|directory| {
        let old = directory
            .create_user(NewUser::new("ann@ex.co").username("ann"))
            .unwrap();
        let replace = Batch::new()
            .create_user(NewUser::new("ANN@ex.co").username("Ann"))
            .delete_user(&*old);
        directory.apply(replace).unwrap();
        let new = directory.user("ann@ex.co").unwrap().unwrap();
        assert_ne!(new.id(), old.id());
        assert_eq!((new.email().as_str(), new.username()), ("ANN@ex.co", "Ann"));
        assert_eq!(directory.user(old.id()).unwrap(), None);
    });
}

#[test]
fn a_text_that_is_not_an_id_is_refused() {
    for text in [
        "",
        "ann@ex.co",
        "45e6b641",
        "45e6b641-fe57-4fb2-83d2-2c2bd201efe",
    ] {
        assert_eq!(
            refusal(text.parse::<UserId>()),
            ErrorKind::InvalidArgument,
            "{text}"
        );
    }
    let directory = Directory::in_memory().unwrap();
    let ann = create(&directory, "ann@ex.co");
    for text in [
        format!("{{{ann}}}"),
        format!("urn:uuid:{ann}"),
        format!(" {ann} "),
    ] {
        assert_eq!(text.parse::<UserId>().unwrap(), ann);
        assert!(directory.user(&text).unwrap().is_some(), "{text}");
    }
    finish(directory);
}
