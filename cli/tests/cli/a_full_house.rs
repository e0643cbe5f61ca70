//! More active users than seats: the file is refused, or the overflow comes in
//! without a seat.

use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

fn lines(users: &[(&str, Option<bool>)]) -> String {
    let line = |(name, active): &(&str, Option<bool>)| {
        let mut user = json!({ "email": format!("{name}@ex.co") });
        if let Some(active) = active {
            user["active"] = (*active).into();
        }
        format!("{user}\n")
    };
    users.iter().map(line).collect()
}

#[test]
fn by_default_nothing_is_changed_and_help_is_offered() {
    let folder = Folder::with_examples();
    assert_eq!(
        folder.refused("import examples/data/keycloak-realm.json"),
        "headcount: 2 more seats are needed: with examples/data/keycloak-realm.json there would \
         be 7 active users, and the Community license has 5 seats, 0 of them in use; nothing was \
         changed\n  \
         users[5], rich.roles@redhat.com: finds no seat\n  \
         users[6], non-duplicate-email-user@localhost: finds no seat\n\
         use --when-full inactive to take those who find no seat as inactive\n\
         or install a larger license: `headcount license set 7` or \
         `headcount license set enterprise`\n"
    );
    assert!(!folder.has_database());

    let run = folder.run("import examples/data/keycloak-realm.json --json");
    assert_eq!(run.code, 1);
    let error: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(error["error"]["kind"], "no_free_seat");
    assert_eq!(error["error"]["missing"], 2);
    assert_eq!(error["error"]["rows"].as_array().unwrap().len(), 2);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["blamed"], error["error"]["rows"]);
    assert_eq!(report["invalid"], json!([]));

    // The suggested option works.
    folder.done("license set 7");
    folder.done("import examples/data/keycloak-realm.json");
}

#[test]
fn users_who_are_active_keep_their_seats_and_who_leaves_makes_room() {
    let folder = Folder::new();
    folder.done("license set 3");
    for name in ["ann", "bob", "cho"] {
        folder.done(&format!("users create {name}@ex.co"));
    }
    let file = [
        ("dee", Some(true)),
        ("eve", None),
        ("cho", Some(true)),
        ("ann", None),
        ("bob", Some(false)),
    ];
    folder.write("u.jsonl", lines(&file));
    let err = folder.refused("import u.jsonl");
    assert_says(
        &err,
        &[
            "1 more seat is needed",
            "4 active users",
            "has 3 seats, 3 of them",
        ],
    );
    let report = folder.json("import u.jsonl --when-full inactive");
    assert_eq!(report["without_seat"].as_array().unwrap().len(), 1);
    assert_eq!(report["without_seat"][0]["email"], "eve@ex.co");
    assert_eq!(
        folder.emails("--active"),
        ["ann@ex.co", "cho@ex.co", "dee@ex.co"]
    );
    assert_eq!(folder.emails("--inactive"), ["bob@ex.co", "eve@ex.co"]);
}

#[test]
fn a_swap_fits_into_a_full_house() {
    let folder = Folder::new();
    folder.done("license set 1");
    folder.done("users create ann@ex.co");
    folder.write(
        "u.jsonl",
        lines(&[("bob", Some(true)), ("ann", Some(false))]),
    );
    folder.done("import u.jsonl");
    assert_eq!(folder.emails("--active"), ["bob@ex.co"]);
}

#[test]
fn an_inactive_user_is_activated_while_there_are_seats_and_stays_so_after() {
    let folder = Folder::new();
    folder.done("license set 1");
    folder.done("users create ann@ex.co --inactive");
    folder.done("users create bob@ex.co --inactive");
    folder.write("silent.jsonl", lines(&[("ann", None), ("bob", None)]));
    assert_says(&folder.done("import silent.jsonl"), &["nothing to change"]);
    folder.write(
        "u.jsonl",
        lines(&[("ann", Some(true)), ("bob", Some(true))]),
    );
    let out = folder.done("import u.jsonl --when-full inactive");
    assert_says(
        &out,
        &[
            "1 updated, 1 unchanged",
            "no seat for 1 user",
            "\n  bob@ex.co\n",
        ],
    );
    assert_eq!(folder.emails("--active"), ["ann@ex.co"]);
    let out = folder.done("import u.jsonl --when-full inactive");
    assert_says(&out, &["nothing to change", "no seat for 1 user"]);
}

#[test]
fn above_the_limit_nobody_is_evicted_and_nobody_gets_in() {
    let folder = Folder::new();
    for name in ["ann", "bob", "cho"] {
        folder.done(&format!("users create {name}@ex.co"));
    }
    folder.done("license set 1");
    folder.write(
        "u.jsonl",
        lines(&[("ann", Some(true)), ("dee", Some(true))]),
    );
    assert_says(
        &folder.refused("import u.jsonl"),
        &["1 more seat is needed"],
    );
    folder.done("import u.jsonl --when-full inactive");
    assert_eq!(
        folder.emails("--active"),
        ["ann@ex.co", "bob@ex.co", "cho@ex.co"]
    );
    assert_eq!(folder.emails("--inactive"), ["dee@ex.co"]);
}

#[test]
fn above_the_limit_one_may_come_for_one_who_goes() {
    for when_full in ["fail", "inactive"] {
        let folder = Folder::new();
        for name in ["ann", "bob", "cho"] {
            folder.done(&format!("users create {name}@ex.co"));
        }
        folder.done("license set 1");
        folder.write("u.jsonl", lines(&[("dee", None), ("ann", Some(false))]));
        folder.done(&format!("import u.jsonl --when-full {when_full}"));
        assert_eq!(
            folder.emails("--active"),
            ["bob@ex.co", "cho@ex.co", "dee@ex.co"]
        );
    }
}

#[test]
fn the_last_admin_keeps_the_seat() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co --admin");
    folder.write("u.jsonl", lines(&[("ann", Some(false)), ("bob", None)]));
    let err = folder.refused("import u.jsonl --when-full inactive --skip-invalid");
    assert_says(&err, &["no active admin would be left"]);
    assert_eq!(folder.emails("--active"), ["ann@ex.co"]);
}

#[test]
fn a_long_overflow_is_cut_short_in_text() {
    let folder = Folder::new();
    let names: Vec<_> = (0..60).map(|n| format!("u{n}")).collect();
    let users: Vec<_> = names.iter().map(|name| (name.as_str(), None)).collect();
    folder.write("u.jsonl", lines(&users));
    let out = folder.done("import u.jsonl --when-full inactive");
    assert_says(
        &out,
        &[
            "no seat for 55 users",
            "  u24@ex.co\n  and 35 more; --json lists",
        ],
    );
}
