//! Who created and revoked keys is shown in the audit to those who manage keys, in `/api/v1/keys`,
//! and in the log.

use std::io::{BufRead, BufReader};

use headcount::{Directory, License, UserId};
use headcount_server::{Author, Config, Holder, NewKey, Scope, Server};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::Running;
use crate::log_lines::{collect, lines_with};

const KEYS: &str = "/api/v1/keys";
const NEVER: &str = "which never expires";

/// The rows of the audit's table, in their order.
fn rows(browser: &Browser, path: &str) -> Vec<String> {
    let page = browser.get(path).body;
    let (_, table) = page.split_once("<tbody").unwrap_or_default();
    let rows = table.split("<tr>").skip(1);
    rows.map(str::to_owned).collect()
}

#[test]
fn the_audit_has_keys_in_the_order_of_time() {
    let running = Running::new();
    let (ann, admin) = running.user("ann", Scope::Admin);
    let keeper = Browser::with(&running, Holder::User(ann.id()), Scope::Admin);
    let new = json!({ "name": "<b>sync", "provisioner": "okta", "scopes": ["scim"] });
    let id = admin.post(KEYS, &new).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    running.directory.create_user("bob@ex.co").unwrap();
    let asked = keeper.post("/admin/keys/revoke", &format!("id={id}"));
    keeper.press(&asked, "Revoke");

    let rows = rows(&keeper, "/admin/audit");
    let [revoked, bob, created] = &rows[..3] else {
        panic!("{rows:?}");
    };
    for (row, done, door) in [(revoked, "revoked", "page"), (created, "created", "rest")] {
        assert!(
            row.contains(&format!("{done} the key <bdi>&lt;b&gt;sync")),
            "{row}"
        );
        for told in [&*id, "ann@ex.co", "okta", "(scim)", &format!(">{door}<")] {
            assert!(row.contains(told), "{told}: {row}");
        }
    }
    assert!(bob.contains("bob@ex.co"), "{bob}");

    // Visitors who may not list keys don't see them.
    let reader = Browser::with(&running, Holder::User(ann.id()), Scope::Write);
    for path in ["/admin/audit", &format!("/admin/users/{}", ann.id())] {
        assert!(!reader.get(path).body.contains("the key"), "{path}");
    }
    // A user's page has that user's keys.
    let own = keeper.get(&format!("/admin/users/{}", ann.id())).body;
    assert!(own.contains("created the key <bdi>desk"), "{own}");
    assert!(!own.contains(&id), "{own}");
}

#[test]
fn each_page_of_the_audit_has_the_keys_of_its_time() {
    let running = Running::new();
    running.directory.set_license(License::Enterprise).unwrap();
    let holder = || Holder::Provisioner("ci".to_owned());
    for number in 0..120 {
        running
            .directory
            .create_user(format!("user{number}@ex.co"))
            .unwrap();
        if number % 20 == 7 {
            let new = NewKey::new(format!("key{number}."), holder());
            running.server.keys().create(new).unwrap();
        }
    }
    let browser = Browser::with(&running, holder(), Scope::Admin);
    let latest = running.directory.stats().unwrap().latest_change;
    let mut told = Vec::new();
    for path in [
        "/admin/audit".to_owned(),
        format!("/admin/audit?before={}", latest - 49),
        format!("/admin/audit?before={}", latest - 99),
    ] {
        told.extend(rows(&browser, &path));
    }
    assert_eq!(told.len(), 121 + 6 + 1, "each change and each key once");
    for number in (0..120).rev().filter(|number| number % 20 == 7) {
        let at = told
            .iter()
            .position(|row| row.contains(&format!("key{number}.")));
        let user = told
            .iter()
            .position(|row| row.contains(&format!("user{number}@")));
        assert_eq!(at.map(|at| at + 1), user, "the key came after the user");
    }
}

#[test]
fn keys_appear_in_the_live_audit() {
    let running = Running::new();
    let (ann, admin) = running.user("ann", Scope::Admin);
    let keeper = Browser::with(&running, Holder::User(ann.id()), Scope::Admin);
    let reader = Browser::with(&running, Holder::User(ann.id()), Scope::Read);
    let latest = running.directory.stats().unwrap().latest_change;
    let path = format!("/admin/audit?after={latest}");
    let mut streams = [&keeper, &reader].map(|browser| {
        let mut lines = BufReader::new(browser.listen(&path)).lines();
        // The head has arrived, so the listener is registered.
        let head: Option<String> = lines.find_map(|line| line.ok().filter(String::is_empty));
        assert!(head.is_some());
        lines
    });
    admin.post(KEYS, &json!({ "name": "sync", "provisioner": "okta" }));
    let next = |at: usize, streams: &mut [std::io::Lines<BufReader<_>>; 2]| {
        let mut lines = streams[at].by_ref().map(Result::unwrap);
        lines
            .find_map(|line| line.strip_prefix("data: ").map(str::to_owned))
            .unwrap()
    };
    let row = next(0, &mut streams);
    assert!(row.contains("created the key <bdi>sync"), "{row}");
    running.directory.create_user("bob@ex.co").unwrap();
    for at in 0..2 {
        let row = next(at, &mut streams);
        assert!(row.contains("bob@ex.co"), "{row}");
    }
}

#[test]
fn a_revoked_key_is_remembered_without_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let directory = Directory::open(&path).unwrap();
    let server = Server::new(directory.clone(), Config::default()).unwrap();
    let new = NewKey::new("ci", Holder::Provisioner("ci".to_owned()));
    let (key, secret) = server.keys().create(new).unwrap();
    let by = Author::new(Some(UserId::generate()))
        .with_key(Some("0123456789abcdef".to_owned()))
        .through("page");
    assert!(server.keys().revoke(&key.id, by.clone()).unwrap());
    assert!(!server.keys().revoke(&key.id, Author::default()).unwrap());
    let record = directory
        .extra(&format!("api-key/{}", key.id))
        .unwrap()
        .unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(
        record["sha256"], "",
        "so no program takes it for a valid key"
    );
    drop(server);
    directory.close().unwrap();

    let running = Running::of(Directory::open(&path).unwrap(), Config::default());
    assert_eq!(
        running.bearing(secret.expose()).get("/api/v1/seats").status,
        401
    );
    let revoked = running.server.keys().revoked();
    assert_eq!(revoked.len(), 1);
    assert_eq!(
        (&revoked[0].key.name, &revoked[0].by),
        (&"ci".to_owned(), &by)
    );
    let (_, admin) = running.user("ann", Scope::Admin);
    let listed = admin.get(&format!("{KEYS}?revoked=true")).json();
    let listed = &listed["keys"][0];
    assert_eq!(
        (
            &listed["id"],
            &listed["revoked_by"],
            &listed["revoked_through"]
        ),
        (&json!(key.id), &json!(by.user), &json!("page"))
    );
    assert_eq!(listed["revoked_by_key"], "0123456789abcdef");
    assert!(listed["revoked_at"].is_string() && listed["created_at"].is_string());
    let valid = admin.get(KEYS);
    assert!(!valid.body.contains(&key.id), "{}", valid.body);
}

#[test]
fn the_log_says_who_created_and_revoked_which_key() {
    collect();
    let running = Running::new();
    let (ann, admin) = running.user("ann", Scope::Admin);
    let first = running.server.keys().list()[0].id.clone();
    let new = json!({ "name": "log\nged", "provisioner": "okta", "scopes": ["scim", "read"] });
    assert_eq!(
        admin.post(KEYS, &new).status,
        422,
        "no second line can be forged"
    );
    let new = json!({ "name": "logged", "provisioner": "okta", "scopes": ["scim", "read"] });
    let made = admin.post(KEYS, &new).json();
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    assert_eq!(
        admin.send("DELETE", &format!("{KEYS}/{id}"), "", "").status,
        204
    );
    let by = format!(
        "{:?} with the key {first} through rest",
        ann.id().to_string()
    );
    let what = format!("{id} (\"logged\") of \"okta\" with the scopes read, scim, {NEVER}");
    assert_eq!(
        lines_with(id),
        [
            format!("{by} created the key {what}"),
            format!("{by} revoked the key {what}"),
        ]
    );
    assert!(lines_with(secret).is_empty());
}
