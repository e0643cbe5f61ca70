//! A batch with a request id can be sent again: it returns the first outcome, and is not applied
//! twice.

use headcount::{
    Applied, Batch, Directory, ErrorKind, License, NewUser, NewWorkspace, RequestId, Role, Subject,
    UserUpdate,
};

use crate::helpers::{
    TempPath, at_once, changes, create_workspace, finish, hire, kind, last_sequence, listed,
    on_both_engines, refused, unlimited,
};

const ID: RequestId = RequestId::from_bytes(*b"request number 1");

fn same(first: &Applied, again: &Applied) {
    assert!(again.replayed && !first.replayed);
    assert_eq!(again.outcomes, first.outcomes);
    assert_eq!(again.sequence, first.sequence);
}

#[test]
fn each_repetition_returns_the_first_outcome() {
    on_both_engines(|directory| {
        let request = || {
            Batch::new()
                .create_user("ann@ex.co")
                .create_workspace(NewWorkspace::new("Models").owner("ann@ex.co"))
                .update_user("ann@ex.co", UserUpdate::new().given_name("Ann"))
                .update_user("ann@ex.co", UserUpdate::new().given_name("Ann"))
                .request_id(ID)
        };
        let first = directory.apply(request()).unwrap();
        assert!(!first.outcomes[3].changed);
        let before = changes(directory, 0);
        for _ in 0..3 {
            same(&first, &directory.apply(request()).unwrap());
        }
        assert_eq!(changes(directory, 0), before);
        assert_eq!(directory.len().unwrap(), 1);
        assert_eq!(before.last().unwrap().request_id, Some(ID));
    });
}

#[test]
fn the_answer_stays_the_same_after_later_changes() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let request = || Batch::new().deactivate_user(ann).request_id(ID);
        let first = directory.apply(request()).unwrap();
        directory.activate_user(ann).unwrap();
        same(&first, &directory.apply(request()).unwrap());
        assert!(
            directory.user(ann).unwrap().unwrap().is_active(),
            "not done again"
        );

        directory.delete_user(ann).unwrap();
        same(&first, &directory.apply(request()).unwrap());
    });
}

#[test]
fn another_batch_with_the_id_is_refused() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let bob = hire(directory, "bob");
        let request = || Batch::new().deactivate_user(ann).request_id(ID);
        let first = directory.apply(request()).unwrap();
        let before = changes(directory, 0);
        let others = [
            Batch::new().delete_user(ann),
            Batch::new().deactivate_user(bob),
            Batch::new().deactivate_user(ann).deactivate_user(bob),
            Batch::new().deactivate_user("ann@ex.co"),
            Batch::new().deactivate_user(ann).if_version(1),
            Batch::new().deactivate_user(ann).allow_ownerless(true),
            Batch::new().deactivate_user(ann).actor(bob),
            Batch::new(),
        ];
        for other in others.map(|other| other.request_id(ID)) {
            let reused = (ErrorKind::RequestIdReused, None);
            assert_eq!(refused(directory.apply(other.clone())), reused);
            assert_eq!(refused(directory.dry_run(other.clone())), reused);
            let foretold = directory.preview(other).unwrap();
            let foretold = foretold.iter().map(|e| (e.kind(), e.op_index()));
            assert_eq!(foretold.collect::<Vec<_>>(), [reused]);
        }
        let as_bob = directory.acting_as(bob);
        assert_eq!(kind(as_bob.apply(request())), ErrorKind::RequestIdReused);
        assert_eq!(changes(directory, 0), before);
        same(&first, &directory.apply(request()).unwrap());

        let said = directory.apply(Batch::new().request_id(ID)).unwrap_err();
        let sequence = first.sequence.unwrap();
        assert!(
            said.to_string()
                .contains(&format!("applied as change {sequence}; draw a new id")),
            "{said}"
        );
    });
}

#[test]
fn another_batch_is_recognized_after_reopening_too() {
    let file = TempPath::new();
    let directory = file.open();
    let create = |email: &str| Batch::new().create_user(email).request_id(ID);
    directory.apply(create("ann@ex.co")).unwrap();
    directory.close().unwrap();

    let directory = file.open();
    let reused = ErrorKind::RequestIdReused;
    assert_eq!(kind(directory.apply(create("bob@ex.co"))), reused);
    assert!(directory.apply(create("ann@ex.co")).unwrap().replayed);
    assert!(directory.user("bob@ex.co").unwrap().is_none());
    finish(directory);
}

#[test]
fn the_answer_survives_reopening() {
    let file = TempPath::new();
    let directory = file.open();
    let request = || Batch::new().create_user("ann@ex.co").request_id(ID);
    let first = directory.apply(request()).unwrap();
    directory.close().unwrap();

    let directory = file.open();
    same(&first, &directory.apply(request()).unwrap());
    assert_eq!(directory.len().unwrap(), 1);
    finish(directory);
}

#[test]
fn a_batch_that_changed_nothing_is_remembered_too() {
    let file = TempPath::new();
    let directory = file.open();
    let ann = hire(&directory, "ann");
    let request = || Batch::new().activate_user(ann).request_id(ID);
    let first = directory.apply(request()).unwrap();
    assert!(!first.outcomes[0].changed);
    let empty = directory.apply(Batch::new().request_id([2; 16])).unwrap();
    directory.deactivate_user(ann).unwrap();
    directory.close().unwrap();

    let directory = file.open();
    same(&first, &directory.apply(request()).unwrap());
    same(
        &empty,
        &directory.apply(Batch::new().request_id([2; 16])).unwrap(),
    );
    assert!(!directory.user(ann).unwrap().unwrap().is_active());
    finish(directory);
}

#[test]
fn a_refused_batch_is_not_remembered() {
    on_both_engines(|directory| {
        directory.set_license(License::Seats(0)).unwrap();
        let request = || Batch::new().create_user("ann@ex.co").request_id(ID);
        let before = changes(directory, 0);
        assert!(matches!(
            kind(directory.apply(request())),
            ErrorKind::NoFreeSeat { .. }
        ));
        assert_eq!(changes(directory, 0), before);

        directory.set_license(License::Seats(1)).unwrap();
        assert!(!directory.apply(request()).unwrap().replayed);
        assert!(directory.apply(request()).unwrap().replayed);
    });
}

#[test]
fn a_batch_without_an_id_is_applied_again() {
    on_both_engines(|directory| {
        let request = || Batch::new().create_user("ann@ex.co");
        directory.apply(request()).unwrap();
        assert_eq!(
            refused(directory.apply(request())),
            (ErrorKind::EmailTaken, Some(0))
        );
        let other = request().request_id(ID);
        assert_eq!(kind(directory.apply(other)), ErrorKind::EmailTaken);
    });
}

#[test]
fn a_preview_shows_a_replay() {
    on_both_engines(|directory| {
        let request = || Batch::new().create_user("ann@ex.co").request_id(ID);
        let first = directory.apply(request()).unwrap();
        assert!(directory.preview(request()).unwrap().is_empty());
        same(&first, &directory.dry_run(request()).unwrap());
    });
}

#[test]
fn the_same_request_from_many_threads_is_applied_once() {
    let file = TempPath::new();
    for (directory, rounds) in [(unlimited(), 30), (file.open(), 5)] {
        directory.set_license(License::Enterprise).unwrap();
        let owner = hire(&directory, "owner");
        let shared = create_workspace(&directory, "Shared", owner);
        for round in 0..rounds {
            one_of_many(&directory, round);
        }
        assert_eq!(listed(&directory).len(), 1 + usize::from(rounds));
        assert_eq!(
            directory.members(shared).unwrap().len(),
            1 + usize::from(rounds)
        );
        finish(directory);
    }
}

fn one_of_many(directory: &Directory, round: u8) {
    let before = last_sequence(directory);
    let email = format!("ann{round}@ex.co");
    let applied = at_once(16, |_| {
        let batch = Batch::new()
            .create_user(NewUser::new(&email))
            .add_member("Shared", email.as_str(), Role::User)
            .request_id([round; 16]);
        directory.apply(batch).unwrap()
    });
    let done: Vec<_> = applied.iter().filter(|applied| !applied.replayed).collect();
    assert_eq!(done.len(), 1, "round {round}");
    assert!(
        applied
            .iter()
            .all(|applied| applied.outcomes == done[0].outcomes)
    );
    assert!(
        applied
            .iter()
            .all(|applied| applied.sequence == Some(before + 1))
    );
    assert_eq!(last_sequence(directory), before + 1);
    let Subject::User(id) = done[0].outcomes[0].subject else {
        panic!("the first operation is about a user");
    };
    assert_eq!(directory.user(email.as_str()).unwrap().unwrap().id(), id);
}

#[test]
fn an_answer_is_kept_as_long_as_its_change() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let off = || Batch::new().deactivate_user(ann).request_id([1; 16]);
        let on = || Batch::new().activate_user(ann).request_id([2; 16]);
        let first = directory.apply(off()).unwrap();
        let second = directory.apply(on()).unwrap();
        directory.trim_changes(first.sequence.unwrap() + 1).unwrap();

        same(&second, &directory.apply(on()).unwrap());
        let again = directory.apply(off()).unwrap();
        assert!(!again.replayed, "its change was trimmed");
        assert!(!directory.user(ann).unwrap().unwrap().is_active());
        assert_eq!(again.sequence, Some(second.sequence.unwrap() + 1));
    });
}
