//! The page's lists: users, with the filters in the address, one user, workspaces, the audit and
//! the keys.

use headcount::{License, NewUser, NewWorkspace, Role};
use headcount_server::{Holder, Scope};
use serde_json::json;

use crate::browser::Browser;
use crate::client::Running;

fn story() -> (Running, Browser) {
    let running = Running::new();
    for (name, given) in [("ann", "Zoë"), ("bob", "<b>Bob</b>"), ("cho", "מרים")] {
        let new = NewUser::new(format!("{name}@ex.co"))
            .username(name)
            .given_name(given);
        running.directory.create_user(new).unwrap();
    }
    running.directory.deactivate_user("cho@ex.co").unwrap();
    let browser = Browser::new(&running, Scope::Admin);
    (running, browser)
}

#[track_caller]
fn check(browser: &Browser, path: &str, shown: &[&str], hidden: &[&str]) {
    let answer = browser.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    for text in shown {
        assert!(
            answer.body.contains(text),
            "{path} shows no {text}: {}",
            answer.body
        );
    }
    for text in hidden {
        assert!(!answer.body.contains(text), "{path} shows {text}");
    }
}

#[test]
fn users_are_searched_by_any_part() {
    let (running, browser) = story();
    let all = ["ann@ex.co", "bob@ex.co", "cho@ex.co"];
    check(&browser, "/admin", &all, &["<b>Bob"]);
    check(
        &browser,
        "/admin?q=HO%40e",
        &["cho@ex.co"],
        &["ann@", "bob@"],
    );
    check(
        &browser,
        "/admin?q=zo%C3%AB",
        &["ann@ex.co"],
        &["bob@", "cho@"],
    );
    check(&browser, "/admin?q=bob%3C", &["&lt;b&gt;Bob"], &["ann@"]);
    check(
        &browser,
        "/admin?state=inactive",
        &["cho@ex.co"],
        &["ann@", "bob@"],
    );
    check(
        &browser,
        "/admin?q=ex.co&state=active",
        &["ann@ex.co", "bob@"],
        &["cho@"],
    );
    check(&browser, "/admin?role=admins", &["Nobody matches"], &all);
    let id = running.directory.user("bob@ex.co").unwrap().unwrap().id();
    check(
        &browser,
        &format!("/admin?q={id}"),
        &["bob@ex.co"],
        &["ann@", "cho@"],
    );
    let down = browser.get("/admin?sort=email&order=down").body;
    assert!(down.find("cho@") < down.find("bob@") && down.find("bob@") < down.find("ann@"));
    let found = browser.get("/admin?q=ex.co&sort=username&order=down").body;
    assert!(found.find("cho@") < found.find("bob@"));
}

/// A list that differs from its address would mislead.
#[test]
fn an_address_with_unknown_values_is_refused() {
    let (running, browser) = story();
    for (query, told) in [
        ("state=nonsense", "state can be active, inactive"),
        ("role=owners", "role can be admins"),
        ("sort=age", "sort can be email, username, created"),
        ("order=up", "order can be down"),
        ("page=2", "page"),
        ("limit=10", "limit"),
        ("state=active&state=inactive", "state"),
    ] {
        let page = browser.get(&format!("/admin?{query}"));
        assert_eq!(page.status, 400, "{query}");
        assert!(page.body.starts_with("<!DOCTYPE html>"), "{}", page.body);
        assert!(page.body.contains(told), "{query}: {}", page.body);
        assert!(!page.body.contains("ann@ex.co"), "{query}");
    }
    for path in [
        "audit?before=x",
        "audit?page=2",
        "workspaces?after=x",
        "workspaces?page=2",
    ] {
        assert_eq!(browser.get(&format!("/admin/{path}")).status, 400, "{path}");
    }
    let id = running.directory.user("bob@ex.co").unwrap().unwrap().id();
    let nobody = format!("/admin?q={id}&state=inactive");
    check(&browser, &nobody, &["Nobody matches"], &["bob@ex.co"]);
    let lost = format!("/admin?q={id}&after=x");
    check(
        &browser,
        &lost,
        &["here is the first page", "bob@ex.co"],
        &[],
    );
}

#[test]
fn a_page_behind_the_last_says_so() {
    let (running, browser) = story();
    let workspace = NewWorkspace::new("fraud").owner("ann@ex.co");
    running.directory.create_workspace(workspace).unwrap();
    for (path, told) in [
        ("workspaces?after=9", "no workspaces after number 9"),
        ("workspaces/1?start=9", "no more than 1"),
        ("audit?before=1", "no changes before number 1"),
    ] {
        check(&browser, &format!("/admin/{path}"), &[told], &["yet"]);
    }
}

#[test]
fn long_lists_have_pages_that_keep_the_filters() {
    let running = Running::new();
    running.directory.set_license(License::Enterprise).unwrap();
    for number in 100..220 {
        running
            .directory
            .create_user(format!("u{number}@ex.co").as_str())
            .unwrap();
    }
    let browser = Browser::new(&running, Scope::Read);
    for first in ["/admin?state=active", "/admin?q=u&state=active"] {
        let mut path = first.to_owned();
        let mut shown = 0;
        loop {
            let page = browser.get(&path);
            shown += page.body.matches("<td class=\"email\">").count();
            let Some((before, _)) = page.body.split_once("\" rel=\"next\"") else {
                break;
            };
            let (_, next) = before.rsplit_once("href=\"").unwrap();
            path = next.replace("&amp;", "&");
            assert!(path.contains("state=active"), "{path}");
            let is_told = path.contains("ex.co") || path.contains('@');
            assert!(!is_told, "an address says nothing of anybody: {path}");
        }
        assert_eq!(shown, 120, "{first}");
    }
    let lost = browser.get("/admin?after=u150%40ex.co");
    assert!(
        lost.body.contains("here is the first page"),
        "{}",
        lost.body
    );
    assert!(lost.body.contains("u100@ex.co"), "{}", lost.body);
}

#[test]
fn seats_are_shown_and_warned_of() {
    let (running, browser) = story();
    check(
        &browser,
        "/admin",
        &["2 of 5 seats in use", "who holds them"],
        &["⚠"],
    );
    for name in ["dee", "eve"] {
        running
            .directory
            .create_user(format!("{name}@ex.co").as_str())
            .unwrap();
    }
    check(
        &browser,
        "/admin",
        &["4 of 5 seats in use", "⚠ 1 left"],
        &[],
    );
    running.directory.deactivate_user("eve@ex.co").unwrap();
    check(
        &browser,
        "/admin",
        &["3 of 5 seats in use", "peak in 30 days: 4"],
        &["⚠"],
    );
    running.directory.activate_user("eve@ex.co").unwrap();
    running.directory.set_license(License::Seats(4)).unwrap();
    check(&browser, "/admin", &["⚠ no seat is free"], &[]);
    running.directory.set_license(License::Seats(3)).unwrap();
    check(
        &browser,
        "/admin",
        &["⚠ 1 more than the license allows"],
        &[],
    );
    running.directory.set_license(License::Enterprise).unwrap();
    check(&browser, "/admin", &["4 seats in use"], &["⚠"]);
}

#[test]
fn a_user_is_shown_with_workspaces_and_history() {
    let (running, browser) = story();
    let directory = &running.directory;
    let ann = directory.user("ann@ex.co").unwrap().unwrap();
    directory
        .create_workspace(NewWorkspace::new("fraud & more").owner("ann@ex.co"))
        .unwrap();
    directory
        .add_member("fraud & more", "bob@ex.co", Role::User)
        .unwrap();
    let acting = directory.acting_as(ann.id());
    acting.deactivate_user("bob@ex.co").unwrap();
    let bob = directory.user("bob@ex.co").unwrap().unwrap().id();
    check(
        &browser,
        &format!("/admin/users/{bob}"),
        &[
            "fraud &amp; more",
            "(user)",
            "deactivated ",
            "created ",
            "ann@ex.co",
            "Activate",
        ],
        &[],
    );
    check(
        &browser,
        "/admin/workspaces",
        &["fraud &amp; more", "ann@ex.co"],
        &["no owner"],
    );
    check(
        &browser,
        "/admin/workspaces/1",
        &["ann@ex.co", "owner", "bob@ex.co"],
        &[],
    );
    check(
        &browser,
        "/admin/audit",
        &["created ", "a member of ", "a program", "the library"],
        &["Older"],
    );
    assert_eq!(browser.get("/admin/users/x").status, 404);
    assert_eq!(browser.get("/admin/workspaces/9").status, 404);
    let csv = browser.get("/admin/export.csv");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.body.lines().count(), 4);
}

#[test]
fn keys_show_the_last_sync_and_the_last_refusal() {
    let (running, browser) = story();
    let okta = running.client(Holder::Provisioner("okta".to_owned()), Scope::Scim);
    check(
        &browser,
        "/admin/keys",
        &["okta", "scim", "never"],
        &["userName"],
    );
    okta.get("/scim/v2/Users/x");
    check(&browser, "/admin/keys", &["<time"], &["has the id"]);
    okta.post("/scim/v2/Users", &json!({ "userName": "" }));
    okta.get("/scim/v2/Users");
    check(
        &browser,
        "/admin/keys",
        &["<b>400</b> userName is required"],
        &[],
    );
}

#[test]
fn a_new_keys_secret_is_shown_once() {
    let (running, browser) = story();
    let form = "name=sync&kind=provisioner&holder=okta&scope=scim";
    let sent = browser.post("/admin/keys", form);
    let page = sent.header("location").unwrap().to_owned();
    assert_eq!(sent.status, 303);
    // Another session does not see it.
    let other = Browser::new(&running, Scope::Admin);
    assert!(!other.get(&page).body.contains("hc_"));
    let shown = browser.get(&page).body;
    let (_, secret) = shown.split_once("<code>hc_").unwrap();
    let secret = format!("hc_{}", secret.split('<').next().unwrap());
    assert_eq!(running.bearing(&secret).get("/scim/v2/Users").status, 200);
    let count = running.server.keys().list().len();
    let again = browser.get(&page);
    assert_eq!(again.status, 200);
    assert!(!again.body.contains(&secret), "{}", again.body);
    assert_eq!(running.server.keys().list().len(), count);
    assert_eq!(browser.get("/admin/keys/0123456789abcdef").status, 404);
}
