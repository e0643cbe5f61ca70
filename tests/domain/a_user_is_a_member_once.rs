//! A user is a member of a workspace once, in one role, and the membership is found from either
//! side, even after the email changes.

use headcount::{
    Batch, Directory, ErrorKind, Event, Role, UserId, UserQuery, UserUpdate, WorkspaceId,
};

use crate::helpers::{
    changes, create_workspace, hire, kind, last_sequence, on_both_engines, refused, roles,
};

fn queried(directory: &Directory, workspace: WorkspaceId, role: Option<Role>) -> Vec<UserId> {
    let query = UserQuery::new().member_of(workspace, role);
    let page = directory.query(&query).unwrap();
    page.users.iter().map(|user| user.id()).collect()
}

#[test]
fn roles_are_parsed_by_the_older_name_too() {
    for (text, role) in [
        ("owner", Role::Owner),
        (" OWNER ", Role::Owner),
        ("user", Role::User),
        ("Collaborator", Role::User),
    ] {
        assert_eq!(text.parse::<Role>().unwrap(), role);
        assert_eq!(role.to_string().parse::<Role>().unwrap(), role);
    }
    for text in ["", "admin", "owners", "own"] {
        assert_eq!(kind(text.parse::<Role>()), ErrorKind::InvalidArgument);
    }
}

#[test]
fn adding_again_does_nothing_and_in_another_role_is_refused() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let models = create_workspace(directory, "Models", ann);
        directory
            .add_member("MODELS", "Bob@ex.co", Role::User)
            .unwrap();
        let before = last_sequence(directory);
        directory.add_member(models, bob, Role::User).unwrap();
        assert_eq!(last_sequence(directory), before);
        for (user, other) in [(bob, Role::Owner), (ann, Role::User)] {
            let error = directory.add_member(models, user, other).unwrap_err();
            assert_eq!(
                (error.kind(), error.op_index()),
                (ErrorKind::RoleDiffers, Some(0))
            );
        }
        assert_eq!(
            directory
                .add_member(models, bob, Role::Owner)
                .unwrap_err()
                .to_string(),
            "the user is a member of \"Models\" already, as user; set the role to change it"
        );
        directory.set_role(models, bob, Role::Owner).unwrap();
        directory.set_role(models, bob, Role::Owner).unwrap();
        let (workspace, user, role) = (models, bob, Role::Owner);
        let history = changes(directory, before);
        assert_eq!(history.len(), 1);
        assert_eq!(
            history[0].events,
            [Event::MemberRoleSet {
                workspace,
                user,
                role
            }]
        );
    });
}

#[test]
fn a_member_who_does_not_exist_cannot_be_changed() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let models = create_workspace(directory, "Models", ann);
        let gone = ErrorKind::MemberNotFound;
        assert_eq!(kind(directory.set_role(models, bob, Role::User)), gone);
        assert_eq!(kind(directory.remove_member(models, bob)), gone);
        let nobody = ErrorKind::UserNotFound;
        assert_eq!(
            kind(directory.add_member(models, "cho@ex.co", Role::User)),
            nobody
        );
        assert_eq!(kind(directory.remove_member(models, "cho@ex.co")), nobody);
        assert_eq!(kind(directory.workspaces_of("cho@ex.co")), nobody);
        directory.add_member(models, bob, Role::User).unwrap();
        directory.remove_member(models, bob).unwrap();
        assert_eq!(kind(directory.remove_member(models, bob)), gone);
        directory.add_member(models, bob, Role::Owner).unwrap();
    });
}

#[test]
fn members_are_listed_owners_first_and_by_email() {
    on_both_engines(|directory| {
        let [dee, bob, cho, ann] = ["Dee", "bob", "Cho", "ann"].map(|name| hire(directory, name));
        let models = create_workspace(directory, "Models", dee);
        directory.add_member(models, cho, Role::User).unwrap();
        directory.add_member(models, bob, Role::Owner).unwrap();
        directory.add_member(models, ann, Role::User).unwrap();
        let (owner, user) = (Role::Owner, Role::User);
        assert_eq!(
            roles(directory, models),
            [(bob, owner), (dee, owner), (ann, user), (cho, user)]
        );
        assert_eq!(queried(directory, models, None), [ann, bob, cho, dee]);
        assert_eq!(queried(directory, models, Some(Role::Owner)), [bob, dee]);
        assert_eq!(queried(directory, models, Some(Role::User)), [ann, cho]);
    });
}

/// The index of members contains emails, so it must follow every change of them.
#[test]
fn members_stay_in_order_when_emails_change() {
    on_both_engines(|directory| {
        let [ann, bob, cho] = ["ann", "bob", "cho"].map(|name| hire(directory, name));
        let models = create_workspace(directory, "Models", ann);
        let data = create_workspace(directory, "Data", bob);
        directory.add_member(models, bob, Role::Owner).unwrap();
        directory.add_member(data, ann, Role::User).unwrap();
        directory.add_member(models, cho, Role::User).unwrap();
        directory
            .update_user(ann, UserUpdate::new().email("zoe@ex.co"))
            .unwrap();
        assert_eq!(queried(directory, models, None), [bob, cho, ann]);
        directory.verify().unwrap();

        // Two owners of one workspace swap their emails: each gets the other's index entry.
        let swap = Batch::new()
            .update_user(ann, UserUpdate::new().email("bob@ex.co"))
            .update_user(bob, UserUpdate::new().email("zoe@ex.co"));
        directory.apply(swap).unwrap();
        assert_eq!(queried(directory, models, None), [ann, cho, bob]);
        directory.verify().unwrap();

        // The email and the role change in one batch, and another user takes the old email.
        let heir = Batch::new()
            .update_user(bob, UserUpdate::new().email("old@ex.co"))
            .set_role(models, bob, Role::User)
            .update_user(cho, UserUpdate::new().email("zoe@ex.co"))
            .set_role(models, cho, Role::Owner);
        directory.apply(heir).unwrap();
        assert_eq!(queried(directory, models, Some(Role::Owner)), [ann, cho]);
        assert_eq!(queried(directory, data, None), [ann, bob]);
    });
}

#[test]
fn a_users_workspaces_come_with_the_role() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let models = create_workspace(directory, "Models", ann);
        let data = create_workspace(directory, "Data", bob);
        directory.add_member(data, ann, Role::User).unwrap();
        let of = |user: UserId| -> Vec<_> {
            let memberships = directory.workspaces_of(user).unwrap();
            memberships
                .iter()
                .map(|m| (m.workspace(), m.role()))
                .collect()
        };
        assert_eq!(of(ann), [(models, Role::Owner), (data, Role::User)]);
        assert_eq!(of(bob), [(data, Role::Owner)]);
        directory.delete_workspace(data).unwrap();
        assert_eq!(of(ann), [(models, Role::Owner)]);
        assert!(of(bob).is_empty());
    });
}

#[test]
fn leaving_and_rejoining_in_one_batch_is_a_new_membership() {
    on_both_engines(|directory| {
        let (ann, bob) = (hire(directory, "ann"), hire(directory, "bob"));
        let models = create_workspace(directory, "Models", ann);
        directory.add_member(models, bob, Role::User).unwrap();
        let back = Batch::new()
            .remove_member(models, bob)
            .add_member(models, bob, Role::Owner);
        directory.apply(back).unwrap();
        assert_eq!(
            roles(directory, models),
            [(ann, Role::Owner), (bob, Role::Owner)]
        );
        let gone = Batch::new()
            .remove_member(models, bob)
            .remove_member(models, bob);
        let not_found = (ErrorKind::MemberNotFound, Some(1));
        assert_eq!(refused(directory.apply(gone)), not_found);
    });
}
