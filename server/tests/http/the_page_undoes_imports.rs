//! An import is undone as a whole, or not at all if anybody has changed its users since.

use std::sync::Arc;

use headcount::{Directory, License, NewUser, NewWorkspace, User, UserUpdate};
use headcount_server::Scope;

use crate::browser::Browser;
use crate::client::{Answer, Running};

/// Ann is active and has a name, Bob is inactive; two of two seats are in use.
fn story() -> (Running, Browser) {
    let running = Running::new();
    let ann = NewUser::new("ann@ex.co")
        .username("ann")
        .given_name("Ann")
        .attribute("team", "red")
        .external_id("hr", "1");
    running.directory.create_user(ann).unwrap();
    let bob = NewUser::new("bob@ex.co").active(false);
    running.directory.create_user(bob).unwrap();
    running.directory.create_user("cho@ex.co").unwrap();
    running.directory.set_license(License::Seats(2)).unwrap();
    let browser = Browser::new(&running, Scope::Write);
    (running, browser)
}

fn import(browser: &Browser, text: &str) -> Answer {
    let preview = browser.upload("/admin/import", &[("text", text)]);
    let done = browser.import(&preview);
    assert_eq!(done.status, 200, "{}", done.body);
    done
}

fn user(directory: &Directory, email: &str) -> Arc<User> {
    directory.user_by_email(email).unwrap().unwrap()
}

/// All that an import can set.
fn all(directory: &Directory) -> Vec<String> {
    let users = directory.users().unwrap().map(Result::unwrap);
    users
        .map(|user| {
            format!(
                "{} {} {:?} {:?} {:?} {:?} {} {}",
                user.email(),
                user.username(),
                user.given_name(),
                user.family_name(),
                user.attributes().collect::<Vec<_>>(),
                user.external_ids().collect::<Vec<_>>(),
                user.is_active(),
                user.is_admin()
            )
        })
        .collect()
}

#[test]
fn all_that_a_file_changed_is_as_before() {
    let (running, browser) = story();
    let directory = &running.directory;
    let before = all(directory);
    let ann = user(directory, "ann@ex.co").id();
    let text = format!(
        r#"[{{"id": "{ann}", "email": "anna@ex.co", "username": "anna", "given_name": null,
             "family_name": "Lee", "attributes": {{"team": "blue", "desk": "7"}},
             "external_ids": {{"hr": "2"}}, "active": false}},
            {{"email": "bob@ex.co", "active": true}},
            {{"email": "eve@ex.co", "username": "ann", "active": false}},
            {{"email": "dee@ex.co", "active": false}}]"#
    );
    let done = import(&browser, &text);
    let told = "2 created, 1 changed, 1 deactivated, 1 activated.";
    assert!(done.body.contains(told), "{}", done.body);
    assert_ne!(all(directory), before);
    let undone = browser.press(&done, "Undo");
    assert_eq!(undone.status, 200, "{}", undone.body);
    let told = "1 changed, 1 deactivated, 1 activated, 2 deleted.";
    assert!(undone.body.contains(told), "{}", undone.body);
    assert_eq!(all(directory), before);
    let changes = directory.stats().unwrap().latest_change;
    let again = browser.press(&done, "Undo");
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(directory.stats().unwrap().latest_change, changes);
    let page = browser.get(&format!("/admin/changes/{}", changes - 1)).body;
    assert!(page.contains("Undone by change"), "{page}");
    assert!(!page.contains("<button class=\"main\">Undo"), "{page}");
}

#[test]
fn an_import_is_undone_from_the_audit_too() {
    let (running, browser) = story();
    let before = all(&running.directory);
    import(&browser, "email,given_name\nann@ex.co,Anna\n");
    let number = running.directory.stats().unwrap().latest_change;
    let offer = format!("aria-label=\"Undo change {number}\"");
    assert!(browser.get("/admin/audit").body.contains(&offer));
    let page = browser.get(&format!("/admin/changes/{number}"));
    let undone = browser.press(&page, "Undo");
    assert_eq!(undone.status, 200, "{}", undone.body);
    assert_eq!(all(&running.directory), before);
    assert!(!browser.get("/admin/audit").body.contains(&offer));
}

#[test]
fn an_import_that_is_sent_twice_can_be_undone() {
    let (running, browser) = story();
    let before = all(&running.directory);
    let text = "email,given_name\nann@ex.co,Anna\n";
    let preview = browser.upload("/admin/import", &[("text", text)]);
    browser.import(&preview);
    let again = browser.import(&preview);
    assert_eq!(browser.press(&again, "Undo").status, 200);
    assert_eq!(all(&running.directory), before);
}

#[test]
fn what_others_did_meanwhile_is_not_undone() {
    let (running, browser) = story();
    let directory = &running.directory;
    let text = "email,given_name,active\nann@ex.co,Anna,\nbob@ex.co,,false\ndee@ex.co,,false\n";
    let done = import(&browser, text);
    let dee = user(directory, "dee@ex.co");
    let workspace = directory
        .create_workspace(NewWorkspace::new("fraud").owner("ann@ex.co"))
        .unwrap();
    directory
        .add_member(workspace.id(), dee.id(), headcount::Role::User)
        .unwrap();
    let joined = browser.press(&done, "Undo");
    assert_eq!(joined.status, 409);
    assert!(
        joined
            .body
            .contains("dee@ex.co, who has joined a workspace since"),
        "{}",
        joined.body
    );
    directory.remove_member(workspace.id(), dee.id()).unwrap();
    let update = UserUpdate::new().family_name("Lee");
    directory.update_user("ann@ex.co", update).unwrap();
    let before = all(directory);
    let refused = browser.press(&done, "Undo");
    assert_eq!(refused.status, 412);
    assert!(
        refused.body.contains("<b><bdi>ann@ex.co</bdi></b>"),
        "{}",
        refused.body
    );
    assert_eq!(all(directory), before, "all or nothing");
}

#[test]
fn a_user_s_own_default_workspace_goes_with_them() {
    let (running, browser) = story();
    let before = all(&running.directory);
    let done = import(&browser, "email,active\ndee@ex.co,false\n");
    let dee = user(&running.directory, "dee@ex.co").id();
    running.directory.default_workspace(dee).unwrap();
    let undone = browser.press(&done, "Undo");
    assert_eq!(undone.status, 200, "{}", undone.body);
    assert_eq!(all(&running.directory), before);
}

#[test]
fn a_refusal_says_what_helps() {
    let (running, browser) = story();
    let directory = &running.directory;
    let done = import(&browser, "email,active\ncho@ex.co,false\n");
    directory.activate_user("bob@ex.co").unwrap();
    let full = browser.press(&done, "Undo");
    assert_eq!(full.status, 409);
    assert!(full.body.contains("/admin?state=active"), "{}", full.body);

    directory.deactivate_user("ann@ex.co").unwrap();
    let done = import(&browser, "email,active\nann@ex.co,true\n");
    directory
        .create_workspace(NewWorkspace::new("fraud").owner("ann@ex.co"))
        .unwrap();
    let owner = browser.press(&done, "Undo");
    assert_eq!(owner.status, 409);
    let undone = browser.press(&owner, "Leave them without an owner");
    assert_eq!(undone.status, 200, "{}", undone.body);
    assert!(!user(directory, "ann@ex.co").is_active());
    let again = browser.press(&done, "Undo");
    assert_eq!(again.status, 200, "it is undone: {}", again.body);
}

#[test]
fn only_admins_take_back_who_is_an_admin() {
    let (running, browser) = story();
    let admin = Browser::new(&running, Scope::Admin);
    let done = import(&admin, "email,admin\nann@ex.co,true\ncho@ex.co,true\n");
    assert_eq!(browser.press(&done, "Undo").status, 403);
    let last = admin.press(&done, "Undo");
    assert_eq!(last.status, 409, "one of them stays: {}", last.body);
    assert!(user(&running.directory, "ann@ex.co").is_admin());
    for unknown in ["99", "0", "x"] {
        let path = format!("/admin/changes/{unknown}/undo");
        assert_eq!(admin.post(&path, "").status, 404, "{unknown}");
    }
}
