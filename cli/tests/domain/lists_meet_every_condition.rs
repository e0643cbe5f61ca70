//! `headcount users list`: each filter, and combinations of filters, compared with
//! a check of every user.

use std::thread::sleep;
use std::time::Duration;

use headcount::Directory;
use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

/// Twelve users of two domains, every second one with a username of their own,
/// every third inactive, every fourth an admin, every fifth in a workspace.
fn folder() -> Folder {
    let folder = Folder::with_users(&[]);
    let mut lines = vec![json!({ "op": "create_workspace", "name": "w" }).to_string()];
    for n in 0..12 {
        let domain = if n < 7 { "ex.co" } else { "other.example" };
        let email = format!("u{:02}@{domain}", (n * 7) % 12);
        let mut user = json!({
            "op": "create_user", "email": email, "active": n % 3 != 0, "admin": n % 4 == 0,
            "created_at": format!("2024-01-{:02}T00:00:00Z", 28 - n),
        });
        if n % 3 == 1 {
            user["family_name"] = "Lee".into();
            user["attributes"] = json!({ "team": if n < 6 { "red" } else { "blue" } });
        }
        if n % 2 == 0 {
            user["username"] = format!("Name{:02}", 11 - n).into();
        }
        lines.push(user.to_string());
        if n % 5 == 0 {
            let role = if n == 0 { "owner" } else { "user" };
            let member = json!({
                "op": "add_member", "workspace": "w", "user": email, "role": role,
            });
            lines.push(member.to_string());
        }
    }
    folder.write("users.jsonl", &lines.join("\n"));
    folder.done("batch users.jsonl --allow-ownerless");
    folder
}

/// The emails of all users that `is_wanted`, ordered by `key`.
fn expected<K: Ord>(
    all: &[Value],
    is_wanted: impl Fn(&Value) -> bool,
    key: impl Fn(&Value) -> K,
) -> Vec<String> {
    let mut users: Vec<_> = all.iter().filter(|user| is_wanted(user)).collect();
    users.sort_by_key(|user| key(user));
    users.iter().map(|user| text(user, "email")).collect()
}

fn text(user: &Value, field: &str) -> String {
    user[field].as_str().unwrap().to_owned()
}

/// Whether a user is to be listed.
type Wanted = Box<dyn Fn(&Value) -> bool>;

/// Filters, and the users that they select; the first of `members` is the owner.
fn filters(members: &[String]) -> Vec<(&'static str, Wanted)> {
    fn starts(user: &Value, field: &str, with: &str) -> bool {
        text(user, field).to_lowercase().starts_with(with)
    }
    fn is_at(user: &Value, domain: &str) -> bool {
        text(user, "email").ends_with(domain)
    }
    fn is_since(user: &Value) -> bool {
        text(user, "created_at").as_str() >= "2024-01-20T00:00:00Z"
    }
    let of = |members: &[String]| -> Wanted {
        let members = members.to_vec();
        Box::new(move |user| members.contains(&text(user, "email")))
    };
    vec![
        ("", Box::new(|_| true)),
        ("--active", Box::new(|user| user["active"] == true)),
        ("--inactive", Box::new(|user| user["active"] == false)),
        ("--admin", Box::new(|user| user["admin"] == true)),
        (
            "--domain OTHER.example",
            Box::new(|user| is_at(user, "@other.example")),
        ),
        ("--domain nowhere.example", Box::new(|_| false)),
        (
            "--email-prefix U0",
            Box::new(|user| starts(user, "email", "u0")),
        ),
        (
            "--username-prefix NAME0",
            Box::new(|user| starts(user, "username", "name0")),
        ),
        ("--workspace w", of(members)),
        ("--workspace id:1 --role owner", of(&members[..1])),
        ("--workspace W --role user", of(&members[1..])),
        (
            "--created-since 2024-01-20T01:00:00+01:00",
            Box::new(is_since),
        ),
        (
            "--inactive --domain ex.co --created-since 2024-01-20T00:00:00Z",
            Box::new(|user| user["active"] == false && is_at(user, "@ex.co") && is_since(user)),
        ),
        (
            "--created-before 2024-01-20",
            Box::new(|user| !is_since(user)),
        ),
        ("--changed-before 2024-01-20", Box::new(|_| false)),
        ("--changed-before 0s", Box::new(|_| true)),
        // Nobody was seen, so each counts as seen when created.
        ("--seen-since 2024-01-20", Box::new(is_since)),
        (
            "--inactive-since 2024-01-20",
            Box::new(|user| !is_since(user)),
        ),
        (
            "--seen-before 2024-01-20 --active",
            Box::new(|user| user["active"] == true && !is_since(user)),
        ),
        (
            "--attribute team",
            Box::new(|user| user["attributes"]["team"].is_string()),
        ),
        (
            "--attribute team=red",
            Box::new(|user| user["attributes"]["team"] == "red"),
        ),
        ("--attribute team=red --attribute cost", Box::new(|_| false)),
        (
            "--search LEE",
            Box::new(|user| user["family_name"] == "Lee"),
        ),
        (
            "--search other --attribute team",
            Box::new(|user| {
                is_at(user, "@other.example") && user["attributes"]["team"].is_string()
            }),
        ),
        (
            "--admin --active --username-prefix name",
            Box::new(|user| {
                user["admin"] == true && user["active"] == true && starts(user, "username", "name")
            }),
        ),
    ]
}

#[test]
fn one_by_one_and_together() {
    let folder = folder();
    let all = folder.json("users list")["users"].take();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 12);
    let members = folder.listed("workspaces members w", "members", "email");
    assert_eq!(members.len(), 3);

    for (filter, is_wanted) in filters(&members) {
        let by_email = expected(all, &is_wanted, |user| text(user, "email"));
        let by_name = expected(all, &is_wanted, |user| {
            text(user, "username").to_lowercase()
        });
        let by_time = expected(all, &is_wanted, |user| text(user, "created_at"));
        for (sort, users) in [
            ("", &by_email),
            ("--sort email", &by_email),
            ("--sort username", &by_name),
            ("--sort created", &by_time),
        ] {
            let line = format!("users list {filter} {sort}");
            assert_eq!(folder.listed(&line, "users", "email"), *users, "{line}");
        }
        let newest: Vec<_> = by_time.into_iter().rev().collect();
        let line = format!("users list {filter} --sort created --descending");
        assert_eq!(folder.listed(&line, "users", "email"), newest, "{line}");
        let line = format!("users list {filter} --count");
        assert_eq!(folder.done(&line), format!("{}\n", newest.len()), "{line}");
        assert_eq!(folder.json(&line)["count"], newest.len(), "{line}");
    }
}

#[test]
fn when_users_were_last_seen_is_a_column_and_an_order() {
    let folder = Folder::with_users(&["ann", "bob", "cho", "dee"]);
    let directory = Directory::open(folder.path("headcount.redb")).unwrap();
    for user in ["cho@ex.co", "bob@ex.co"] {
        directory.touch_user(user).unwrap();
        sleep(Duration::from_millis(2));
    }
    let seen = |user: &str| json!(directory.last_seen(user).unwrap());
    let [bob, cho] = ["bob@ex.co", "cho@ex.co"].map(seen);
    directory.close().unwrap();

    // Whoever was never seen comes last.
    for (line, users) in [
        ("--sort last_seen", ["cho", "bob", "ann", "dee"]),
        (
            "--sort last_seen --descending",
            ["bob", "cho", "dee", "ann"],
        ),
    ] {
        assert_eq!(folder.users(line), users, "{line}");
        let page = folder.json(&format!("users list {line} --limit 1"));
        let next = page["next"].as_str().unwrap();
        let rest = folder.users(&format!("{line} --after {next}"));
        assert_eq!(rest, users[1..], "{line}");
    }
    let shown = folder.json("users list --sort last_seen --columns last_seen")["users"].take();
    let expected = [cho, bob.clone(), Value::Null, Value::Null];
    assert_eq!(shown, json!(expected.map(|at| json!({ "last_seen": at }))));
    let moment = bob.as_str().unwrap();
    let csv = folder.done("users list --columns email,last_seen --format csv");
    assert_says(
        &csv,
        &[
            "email,last_seen\nann@ex.co,\n",
            &format!("bob@ex.co,{moment}\n"),
        ],
    );
    let table = folder.done("users list --columns LAST_SEEN,email");
    assert_says(&table, &["LAST_SEEN", moment]);
    // It is in a list only where it is named, and imports pass over it.
    assert!(!folder.done("users list --format csv").contains("last_seen"));
    folder.write("again.csv", &csv);
    assert_says(&folder.done("import again.csv"), &["nothing to change"]);
}

#[test]
fn those_who_changed_since() {
    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    sleep(Duration::from_millis(5));
    folder.done("users deactivate bob@ex.co");
    let moment = folder.json("users get bob@ex.co")["user"]["updated_at"].take();
    let filter = format!("--changed-since {}", moment.as_str().unwrap());
    assert_eq!(folder.users(&filter), ["bob"]);
    assert_eq!(
        folder.users("--changed-since 2024-01-01T00:00:00Z").len(),
        3
    );
}

#[test]
fn a_workspace_that_is_not_there_is_an_error() {
    let folder = Folder::with_users(&["ann"]);
    assert_says(
        &folder.refused("users list --workspace w"),
        &["no workspace has the name \"w\""],
    );
    assert_eq!(
        folder.done("users list --inactive"),
        "no users\n\n1 seat in use (enterprise: no limit), 0 inactive\n"
    );
}
