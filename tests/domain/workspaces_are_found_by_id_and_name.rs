//! A workspace has an id that is never reused and a name that no other workspace has, and is found
//! by both.

use headcount::{Batch, Directory, ErrorKind, NewWorkspace, UserId, WorkspaceId};

use crate::helpers::{
    TempPath, create_workspace, finish, hire, kind, listed_workspaces, on_both_engines, refused,
    unlimited, workspace,
};

fn create(directory: &Directory, name: &str, owner: UserId) -> headcount::Result<WorkspaceId> {
    let made = directory.create_workspace(NewWorkspace::new(name).owner(owner))?;
    Ok(made.id())
}

#[test]
fn a_workspace_is_found_by_id_and_by_name_in_any_case() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let made = directory.create_workspace(NewWorkspace::new(" Fraud Models ").owner(ann));
        let made = made.unwrap();
        assert_eq!((made.name(), made.version()), ("Fraud Models", 1));
        assert!(!made.is_archived() && made.default_of().is_none());
        for name in [
            "Fraud Models",
            "fraud models",
            "FRAUD MODELS ",
            "Ｆraud Models",
        ] {
            assert_eq!(
                directory.workspace(name).unwrap().as_ref(),
                Some(&made),
                "{name}"
            );
        }
        assert_eq!(directory.workspace(made.id()).unwrap(), Some(made));
        for name in ["Fraud", "FraudModels", "", "1"] {
            assert_eq!(directory.workspace(name).unwrap(), None, "{name}");
        }
        assert_eq!(
            directory.workspace(WorkspaceId::from_u64(99)).unwrap(),
            None
        );
    });
}

#[test]
fn names_have_limits() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let longest = "é".repeat(128);
        let models = create(directory, &longest, ann).unwrap();
        let too_long = format!("{longest}e");
        for name in [
            "", "  ", "\u{3000}", "a\u{0}b", "a\nb", "a\u{7f}b", "a\u{85}b", &too_long,
        ] {
            let created = create(directory, name, ann);
            assert_eq!(kind(created), ErrorKind::InvalidArgument, "{name:?}");
            let renamed = directory.rename_workspace(models, name);
            assert_eq!(kind(renamed), ErrorKind::InvalidArgument, "{name:?}");
        }
        assert_eq!(workspace(directory, models).name(), longest);
        create(directory, "x", ann).unwrap();
    });
}

#[test]
fn no_two_workspaces_have_one_name() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let models = create_workspace(directory, "Models", ann);
        let data = create_workspace(directory, "Data", ann);
        for name in ["Models", "mODELS", "models ", "ｍodels"] {
            assert_eq!(
                kind(create(directory, name, ann)),
                ErrorKind::WorkspaceNameTaken
            );
            let renamed = directory.rename_workspace(data, name);
            assert_eq!(kind(renamed), ErrorKind::WorkspaceNameTaken);
        }
        // It can take its own name in another case.
        directory.rename_workspace(models, "MODELS").unwrap();
        assert_eq!(workspace(directory, models).name(), "MODELS");

        // An archived workspace keeps its name; a renamed or deleted one frees it.
        directory.archive_workspace(data).unwrap();
        assert_eq!(
            kind(create(directory, "data", ann)),
            ErrorKind::WorkspaceNameTaken
        );
        directory.rename_workspace(models, "Fraud").unwrap();
        create(directory, "Models", ann).unwrap();
        directory.delete_workspace(data).unwrap();
        create(directory, "Data", ann).unwrap();
        assert!(directory.workspace(data).unwrap().is_none());
    });
}

#[test]
fn two_new_workspaces_of_a_batch_cannot_have_one_name() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let twins = Batch::new()
            .create_workspace(NewWorkspace::new("Models").owner(ann))
            .create_workspace(NewWorkspace::new("MODELS").owner(ann));
        let taken = (ErrorKind::WorkspaceNameTaken, Some(1));
        assert_eq!(refused(directory.apply(twins)), taken);
        assert!(listed_workspaces(directory).is_empty());
    });
}

#[test]
fn ids_are_never_reused() {
    let file = TempPath::new();
    let directory = file.open();
    let ann = hire(&directory, "ann");
    let first = create_workspace(&directory, "First", ann);
    let second = create_workspace(&directory, "Second", ann);
    assert_eq!((first.as_u64(), second.as_u64()), (1, 2));
    directory.delete_workspace(second).unwrap();
    directory.close().unwrap();

    let directory = file.open();
    assert_eq!(create_workspace(&directory, "Third", ann).as_u64(), 3);
    // A workspace that is created and deleted in one batch uses up an id too.
    let passing = Batch::new()
        .create_workspace(NewWorkspace::new("Passing").owner(ann))
        .delete_workspace("Passing");
    directory.apply(passing).unwrap();
    assert_eq!(create_workspace(&directory, "Fifth", ann).as_u64(), 5);
    let ids: Vec<_> = listed_workspaces(&directory)
        .iter()
        .map(|w| w.id().as_u64())
        .collect();
    assert_eq!(ids, [1, 3, 5]);
    finish(directory);
}

/// The listing is read in pages; no workspace is lost between them.
#[test]
fn a_listing_is_complete_and_shows_one_moment() {
    let directory = unlimited();
    let ann = hire(&directory, "ann");
    let names = (0..600).map(|n| NewWorkspace::new(format!("w{n}")).owner(ann));
    let batch = names.fold(Batch::new(), Batch::create_workspace);
    directory.apply(batch).unwrap();
    let mut listing = directory.workspaces().unwrap();
    assert_eq!(listing.next().unwrap().unwrap().name(), "w0");
    directory.delete_workspace("w599").unwrap();
    assert_eq!(listing.last().unwrap().unwrap().name(), "w599");
    assert_eq!(listed_workspaces(&directory).len(), 599);
    finish(directory);
}

#[test]
fn a_workspace_that_does_not_exist_cannot_be_changed() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let gone = create_workspace(directory, "Gone", ann);
        assert_eq!(directory.delete_workspace("GONE").unwrap(), gone);
        for batch in [
            Batch::new().rename_workspace(gone, "New"),
            Batch::new().archive_workspace(gone),
            Batch::new().restore_workspace("Gone"),
            Batch::new().delete_workspace(gone),
            Batch::new().remove_member(gone, ann),
        ] {
            let not_found = (ErrorKind::WorkspaceNotFound, Some(0));
            assert_eq!(refused(directory.apply(batch)), not_found);
        }
        assert_eq!(kind(directory.members(gone)), ErrorKind::WorkspaceNotFound);
        assert!(directory.workspaces_of(ann).unwrap().is_empty());
    });
}
