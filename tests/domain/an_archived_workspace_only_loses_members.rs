//! An archived workspace gets no new members and doesn't change until it is restored. Members can
//! leave, and it can be deleted.

use headcount::{Batch, ErrorKind, Event, Role, UserUpdate};

use crate::helpers::{
    changes, create_workspace, hire, kind, last_sequence, on_both_engines, roles, workspace,
};

#[test]
fn nobody_joins_and_nothing_changes() {
    on_both_engines(|directory| {
        let [ann, bob, cho] = ["ann", "bob", "cho"].map(|name| hire(directory, name));
        let models = create_workspace(directory, "Models", ann);
        directory.add_member(models, bob, Role::User).unwrap();
        let archived = directory.archive_workspace(models).unwrap();
        assert!(archived.is_archived());

        let refusal = ErrorKind::WorkspaceArchived;
        assert_eq!(kind(directory.add_member(models, cho, Role::User)), refusal);
        assert_eq!(kind(directory.add_member(models, bob, Role::User)), refusal);
        assert_eq!(kind(directory.set_role(models, bob, Role::Owner)), refusal);
        assert_eq!(kind(directory.rename_workspace(models, "New")), refusal);
        assert_eq!(workspace(directory, models), archived);

        directory.restore_workspace(models).unwrap();
        directory.add_member(models, cho, Role::User).unwrap();
        directory.rename_workspace(models, "New").unwrap();
    });
}

#[test]
fn members_can_leave_and_so_can_the_last_owner() {
    on_both_engines(|directory| {
        let [ann, bob, cho] = ["ann", "bob", "cho"].map(|name| hire(directory, name));
        let models = create_workspace(directory, "Models", ann);
        directory.add_member(models, bob, Role::User).unwrap();
        directory.add_member(models, cho, Role::User).unwrap();
        directory.archive_workspace(models).unwrap();

        directory.remove_member(models, bob).unwrap();
        directory.delete_user(cho).unwrap();
        assert_eq!(roles(directory, models), [(ann, Role::Owner)]);
        directory
            .update_user(ann, UserUpdate::new().email("ann@new.co"))
            .unwrap();
        // Nobody could become an owner in her place.
        directory.deactivate_user(ann).unwrap();
        directory.delete_user(ann).unwrap();
        assert_eq!(roles(directory, models), []);

        // Once restored, it has no owner until somebody becomes one.
        let dee = hire(directory, "dee");
        directory.restore_workspace(models).unwrap();
        directory.add_member(models, dee, Role::Owner).unwrap();
        assert_eq!(kind(directory.delete_user(dee)), ErrorKind::LastOwner);
    });
}

#[test]
fn doing_it_twice_changes_nothing() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let models = create_workspace(directory, "Models", ann);
        directory.restore_workspace(models).unwrap();
        directory.archive_workspace(models).unwrap();
        directory.archive_workspace(models).unwrap();
        assert_eq!(last_sequence(directory), 4);
        let events = changes(directory, 3).remove(0).events;
        assert_eq!(events, [Event::WorkspaceArchived { workspace: models }]);
    });
}

#[test]
fn restoring_and_changing_can_be_one_request() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let bob = hire(directory, "bob");
        let models = create_workspace(directory, "Models", ann);
        directory.archive_workspace(models).unwrap();
        let join = Batch::new()
            .restore_workspace(models)
            .add_member(models, bob, Role::User)
            .archive_workspace(models);
        directory.apply(join).unwrap();
        assert!(workspace(directory, models).is_archived());
        assert_eq!(roles(directory, models).len(), 2);
    });
}
