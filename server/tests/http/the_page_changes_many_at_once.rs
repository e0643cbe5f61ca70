//! The page's batches: previewed, applied, undone, and refused with the reason.

use headcount::{Directory, License, NewWorkspace};
use headcount_server::{Holder, Scope};

use crate::browser::Browser;
use crate::client::Running;

fn story() -> (Running, Browser) {
    let running = Running::new();
    for name in ["ann", "bob", "cho"] {
        running
            .directory
            .create_user(format!("{name}@ex.co").as_str())
            .unwrap();
    }
    running.directory.deactivate_user("cho@ex.co").unwrap();
    running.directory.set_license(License::Seats(2)).unwrap();
    let browser = Browser::new(&running, Scope::Write);
    (running, browser)
}

fn form(directory: &Directory, what: &str, names: &[&str]) -> String {
    let mut form = format!("what={what}&back=%2Fadmin%3Fq%3Dex");
    for name in names {
        let user = directory
            .user(format!("{name}@ex.co").as_str())
            .unwrap()
            .unwrap();
        form += "&user=";
        form += &user.id().to_string();
    }
    form
}

fn active(directory: &Directory) -> Vec<String> {
    let users = directory.users().unwrap().map(Result::unwrap);
    let active = users.filter(|user| user.is_active());
    active
        .map(|user| user.email().to_string().replace("@ex.co", ""))
        .collect()
}

#[test]
fn a_swap_is_previewed_done_and_undone() {
    let (running, browser) = story();
    let directory = &running.directory;
    let preview = browser.post("/admin/preview", &form(directory, "swap", &["bob", "cho"]));
    assert_eq!(preview.status, 200);
    assert!(preview.body.contains("2 → 2"), "{}", preview.body);
    assert_eq!(
        active(directory),
        ["ann", "bob"],
        "nothing has happened yet"
    );
    let done = browser.press(&preview, "Apply");
    assert!(
        done.body.contains("1 deactivated, 1 activated"),
        "{}",
        done.body
    );
    assert!(done.body.contains("href=\"/admin?q=ex\""));
    assert_eq!(active(directory), ["ann", "cho"]);
    let undone = browser.press(&done, "Undo");
    assert_eq!(undone.status, 200, "{}", undone.body);
    assert_eq!(active(directory), ["ann", "bob"]);
}

#[test]
fn what_somebody_else_did_is_not_undone() {
    let (running, browser) = story();
    let directory = &running.directory;
    let preview = browser.post("/admin/preview", &form(directory, "deactivate", &["bob"]));
    let done = browser.press(&preview, "Apply");
    let update = headcount::UserUpdate::new().given_name("Bob");
    directory.update_user("bob@ex.co", update).unwrap();
    let undone = browser.press(&done, "Undo");
    assert_eq!(undone.status, 412);
    assert!(undone.body.contains("has changed since"), "{}", undone.body);
    let stale = browser.press(&preview, "Apply");
    assert_eq!(stale.status, 412, "a form that is sent twice is done once");
    assert_eq!(active(directory), ["ann"]);
}

#[test]
fn a_refusal_says_why_and_what_helps() {
    let (running, browser) = story();
    let directory = &running.directory;
    let full = browser.post("/admin/preview", &form(directory, "activate", &["cho"]));
    assert!(full.body.contains("2 of 2 seats"), "{}", full.body);
    assert!(!full.body.contains("Apply"));

    directory
        .create_workspace(NewWorkspace::new("fraud").owner("ann@ex.co"))
        .unwrap();
    let owner = browser.post("/admin/preview", &form(directory, "deactivate", &["ann"]));
    assert!(owner.body.contains("&quot;fraud&quot;"), "{}", owner.body);
    let done = browser.press(&owner, "Leave them without an owner");
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(active(directory), ["bob"]);

    let nothing = browser.post("/admin/preview", &form(directory, "deactivate", &["ann"]));
    assert!(nothing.body.contains("first choose users"));
}

#[test]
fn a_full_house_is_left_by_a_swap() {
    let (running, browser) = story();
    let directory = &running.directory;
    let is_offered = |page: &str, name: &str| {
        let id = directory
            .user(&*format!("{name}@ex.co"))
            .unwrap()
            .unwrap()
            .id();
        page.contains(&format!("type=\"checkbox\" name=\"user\" value=\"{id}\""))
    };
    let full = browser
        .post("/admin/preview", &form(directory, "activate", &["cho"]))
        .body;
    assert!(full.contains("choose 1 of those who hold one"), "{full}");
    assert!(
        is_offered(&full, "ann") && is_offered(&full, "bob"),
        "{full}"
    );
    assert!(!is_offered(&full, "cho"), "cho has no seat to give");

    // Selected users stay selected during a search.
    let search = form(directory, "holders", &["cho", "bob"]) + "&q=ann";
    let found = browser.post("/admin/preview", &search).body;
    assert!(
        is_offered(&found, "ann") && is_offered(&found, "bob"),
        "{found}"
    );
    let search = form(directory, "holders", &["cho"]) + "&q=ann";
    let found = browser.post("/admin/preview", &search).body;
    assert!(
        is_offered(&found, "ann") && !is_offered(&found, "bob"),
        "{found}"
    );

    let preview = browser.post("/admin/preview", &form(directory, "swap", &["cho", "bob"]));
    assert!(preview.body.contains("2 → 2"), "{}", preview.body);
    assert_eq!(browser.press(&preview, "Apply").status, 200);
    assert_eq!(active(directory), ["ann", "cho"]);

    // A user's own page also leads there.
    let bob = directory.user("bob@ex.co").unwrap().unwrap();
    let page = browser.get(&format!("/admin/users/{}", bob.id()));
    let refused = browser.press(&page, "Activate");
    assert_eq!(refused.status, 409);
    assert!(is_offered(&refused.body, "cho"), "{}", refused.body);
}

#[test]
fn nobody_deactivates_the_own_account() {
    let (running, _) = story();
    let directory = &running.directory;
    let ann = directory.user("ann@ex.co").unwrap().unwrap();
    let browser = Browser::with(&running, Holder::User(ann.id()), Scope::Write);
    let page = browser.get(&format!("/admin/users/{}", ann.id()));
    let refused = browser.press(&page, "Deactivate");
    assert!(
        refused.body.contains("by another admin"),
        "{}",
        refused.body
    );
    let bob = directory.user("bob@ex.co").unwrap().unwrap();
    let page = browser.get(&format!("/admin/users/{}", bob.id()));
    assert_eq!(browser.press(&page, "Deactivate").status, 200);
    assert_eq!(active(directory), ["ann"]);
}

#[test]
fn a_form_leads_back_to_the_page_alone() {
    let (_running, browser) = story();
    for elsewhere in [
        "https://evil.example",
        "//evil.example",
        "javascript:x",
        "/adminx",
    ] {
        let form = format!("what=activate&back={elsewhere}");
        let answer = browser.post("/admin/preview", &form);
        assert!(!answer.body.contains(elsewhere), "{elsewhere}");
        assert!(
            answer.body.contains("<a href=\"/admin\">Back</a>"),
            "{}",
            answer.body
        );
    }
    let broken = browser.post("/admin/apply", "on=x");
    assert_eq!(broken.status, 400);
}

#[test]
fn loading_again_does_not_send_a_form_again() {
    let (running, browser) = story();
    let directory = &running.directory;
    let bob = directory.user("bob@ex.co").unwrap().unwrap();
    let form = format!("off={}:{}&back=%2Fadmin%3Fq%3Dex", bob.id(), bob.version());
    let sent = browser.post("/admin/apply", &form);
    let number = directory.stats().unwrap().latest_change;
    let page = format!("/admin/changes/{number}?back=%2Fadmin%3Fq%3Dex");
    assert_eq!((sent.status, sent.header("location")), (303, Some(&*page)));
    for _ in 0..2 {
        let done = browser.get(&page);
        assert!(done.body.contains("<h1>Done</h1>"), "{}", done.body);
        assert!(done.body.contains("1 deactivated."), "{}", done.body);
    }
    assert_eq!(directory.stats().unwrap().latest_change, number);
    let elsewhere = browser.get(&format!(
        "/admin/changes/{number}?back=https://evil.example"
    ));
    assert!(
        elsewhere.body.contains("href=\"/admin\">Back"),
        "{}",
        elsewhere.body
    );
}

/// A change can be undone where it is shown, whoever made it and however long ago.
#[test]
fn a_change_is_undone_from_the_audit_and_from_a_users_page() {
    let (running, browser) = story();
    let directory = &running.directory;
    let bob = directory.user("bob@ex.co").unwrap().unwrap().id();
    let batch = headcount::Batch::new()
        .deactivate_user("ann@ex.co")
        .deactivate_user("bob@ex.co");
    let number = directory.apply(batch).unwrap().sequence.unwrap();
    let offer = format!("aria-label=\"Undo change {number}\"");
    let reader = Browser::new(&running, Scope::Read);
    for path in ["/admin/audit".to_owned(), format!("/admin/users/{bob}")] {
        assert!(browser.get(&path).body.contains(&offer), "{path}");
        assert!(!reader.get(&path).body.contains(&offer), "{path}");
    }
    let path = format!("/admin/changes/{number}");
    assert!(!reader.get(&path).body.contains("Undo"));
    assert_eq!(reader.post(&format!("{path}/undo"), "").status, 403);
    let undone = browser.press(&browser.get(&path), "Undo");
    assert!(undone.body.contains("2 activated."), "{}", undone.body);
    assert_eq!(active(directory), ["ann", "bob"]);

    // They have changed since: by the undo.
    let page = browser.get(&path);
    assert!(page.body.contains("has changed since"), "{}", page.body);
    assert!(!browser.get("/admin/audit").body.contains(&offer));
    assert_eq!(browser.post(&format!("{path}/undo"), "").status, 412);
    assert_eq!(active(directory), ["ann", "bob"]);

    // The state before other changes is unknown.
    let update = headcount::UserUpdate::new().given_name("Bob");
    directory.update_user("bob@ex.co", update).unwrap();
    let number = directory.stats().unwrap().latest_change;
    let path = format!("/admin/changes/{number}");
    assert!(!browser.get(&path).body.contains("Undo"));
    assert_eq!(browser.post(&format!("{path}/undo"), "").status, 409);
    assert_eq!(browser.get("/admin/changes/999").status, 404);
    directory.trim_changes(3).unwrap();
    assert_eq!(browser.get("/admin/changes/1").status, 410);
}

#[test]
fn an_undo_without_a_free_seat_says_who_has_them() {
    let (running, browser) = story();
    let directory = &running.directory;
    directory.deactivate_user("bob@ex.co").unwrap();
    let number = directory.stats().unwrap().latest_change;
    directory.activate_user("cho@ex.co").unwrap();
    let refused = browser.press(&browser.get(&format!("/admin/changes/{number}")), "Undo");
    assert_eq!(refused.status, 409);
    assert!(
        refused.body.contains("choose 1 of those"),
        "{}",
        refused.body
    );
    assert_eq!(active(directory), ["ann", "cho"]);
}
