//! Notes of an import on its files: options that match nothing, accounts that are not imported,
//! and files that end too early.

use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

#[test]
fn options_that_meet_nobody_are_told() {
    let realm = json!({ "realm": "demo", "users": [
        { "username": "ann", "email": "ann@ex.co", "attributes": { "team": ["a"] },
          "realmRoles": ["boss"], "clientRoles": { "web": ["owner"] } },
        // A role that only the account of a program has counts as nobody's.
        { "username": "service-account-web", "clientRoles": { "web": ["daemon-admin"] } },
    ] });
    let folder = Folder::new();
    folder.write("u.json", realm.to_string());
    for (options, unmet) in [
        ("--admin-client-role web/owner", None),
        (
            "--admin-client-role web/Owner",
            Some("--admin-client-role 'web/Owner'"),
        ),
        (
            "--admin-client-role web/daemon-admin",
            Some("--admin-client-role 'web/daemon-admin'"),
        ),
        ("--admin-role boss", None),
        ("--admin-role chief", Some("--admin-role 'chief'")),
        ("--ignore-attribute team", None),
        ("--ignore-attribute Team", Some("--ignore-attribute 'Team'")),
        ("--provisioner okta", Some("--provisioner 'okta'")),
        ("--ignore realmRoles", None),
        ("--ignore phone", Some("--ignore 'phone'")),
    ] {
        let line = format!("import u.json --dry-run {options}");
        let told = folder.json(&line);
        assert_eq!(told["unmet_options"], json!(unmet.as_slice()), "{options}");
        let notes = told["notes"].to_string();
        assert!(!notes.contains("daemon-admin, which"), "{notes}");
        let text = folder.done(&line);
        let is_told = text.contains("no user has what these options name: ");
        assert_eq!(is_told, unmet.is_some(), "{text}");
        assert!(unmet.is_none_or(|unmet| text.contains(unmet)), "{text}");
    }
}

#[test]
fn columns_meet_the_options_that_name_them() {
    let folder = Folder::new();
    folder.write("u.csv", "email,attributes.team,external_id\nann@ex.co,,\n");
    let line = "import u.csv --ignore-attribute team --provisioner okta --dry-run";
    assert_eq!(folder.json(line)["unmet_options"], json!([]));
}

#[test]
fn a_mapped_column_that_is_gone_is_refused_and_an_ignored_one_is_told() {
    let folder = Folder::new();
    folder.write("hr.csv", "Work mail,Team\nann@ex.co,a\n");
    folder.write("guests.csv", "email\nbob@ex.co\n");
    let told = folder.done("import guests.csv --ignore Phone");
    let unmet = "no user has what these options name: --ignore 'Phone'";
    assert_says(&told, &["1 created", unmet]);
    // One of several files may lack it, whichever it is.
    let map = ["--map", "Work mail=email", "--map", "Team=attributes.team"];
    for files in [["hr.csv", "guests.csv"], ["guests.csv", "hr.csv"]] {
        let run = folder.run_args(&[&["import"], &files[..], &map].concat());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{files:?}");
    }
    assert_eq!(folder.user("ann@ex.co")["attributes"]["team"], "a");

    folder.write("hr.csv", "Work e-mail,Teams\nann@ex.co,a\n");
    let ignore = ["--ignore", "Teams"];
    let run = folder.run_args(&[&["import", "hr.csv"], &map[..2], &ignore].concat());
    let told = "can't import hr.csv: its header has no column \"Work mail\", which --map names; its \
                columns are Work e-mail, Teams";
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert_says(&run.err, &[told]);
    folder.write("hr.csv", "Work mail,Teams\nann@ex.co,a\n");
    let all = [&["import", "guests.csv", "hr.csv"], &map[..], &ignore].concat();
    let run = folder.run_args(&all);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_says(
        &run.err,
        &["can't import guests.csv: its header has no column \"Team\""],
    );
    // It is the cause of whatever else is wrong with the header.
    folder.write("hr.csv", "Address at work\nann@ex.co\n");
    let run = folder.run_args(&[&["import", "hr.csv"], &map[..2]].concat());
    assert_says(&run.err, &["no column \"Work mail\", which --map names"]);
    // In JSON, users without a value may lack the name.
    folder.write("u.json", r#"[{"email":"ann@ex.co"}]"#);
    let told = folder.done("import u.json --map Team=attributes.team");
    assert_says(&told, &["name: --map 'Team'"]);
}

/// Nothing that the account of a program has is a user's.
#[test]
fn what_skipped_accounts_have_is_not_counted() {
    let folder = Folder::new();
    let csv = "username,email,User Id,attributes.team\n\
               service-account-web,,00u1,a\n\
               ann,ann@ex.co,00u2,\n";
    let accounts = [
        json!({ "username": "service-account-web", "id": "00u1", "attributes": { "team": ["a"] } }),
        json!({ "username": "ann", "email": "ann@ex.co", "id": "00u2" }),
    ];
    let lines = accounts.each_ref().map(Value::to_string).join("\n");
    for (name, content) in [
        ("u.csv", csv.to_owned()),
        ("u.json", json!({ "users": accounts }).to_string()),
        ("u.jsonl", lines),
    ] {
        folder.write(name, content);
        let told = folder.json(&format!("import {name} --dry-run --ignore-attribute team"));
        assert_eq!(
            told["service_accounts"],
            json!(["service-account-web"]),
            "{name}"
        );
        assert_eq!(told["rows"], 1, "{name}");
        let notes = told["notes"].to_string();
        assert_says(&notes, &["such as \\\"00u2\\\": left out for 1 user;"]);
    }
}

#[test]
fn json_names_everybody_who_is_left_out() {
    let service = |number| json!({ "username": format!("service-account-{number}") });
    let federated = |number| json!({ "id": format!("f:store:{number}") });
    let numbers = || 0..25;
    let mut users: Vec<Value> = numbers().map(service).collect();
    users.push(json!({ "email": "ann@ex.co" }));
    let realm = json!({ "realm": "demo", "users": users,
        "federatedUsers": numbers().map(federated).collect::<Vec<_>>() });
    let folder = Folder::new();
    folder.write("u.json", realm.to_string());
    let told = folder.json("import u.json --dry-run");
    let accounts: Vec<_> = numbers().map(|n| format!("service-account-{n}")).collect();
    assert_eq!(told["service_accounts"], json!(accounts));
    let ids: Vec<_> = numbers().map(|n| format!("f:store:{n}")).collect();
    assert_eq!(told["federated_users"], json!(ids));
    let notes = told["notes"].to_string();
    assert_says(&notes, &["service-account-24", "f:store:24"]);
    assert!(!notes.contains(" more"), "{notes}");
    let text = folder.done("import u.json --dry-run");
    assert_says(
        &text,
        &["service-account-19 and 5 more; --json lists them all"],
    );
}

#[test]
fn a_file_that_was_cut_off_is_told_with_its_end() {
    let users = r#"{"realm":"demo","users":[{"email":"ann@ex.co"},
  {"email":"bo@ex.co","attributes":{"team":["a"]}}]}"#;
    for (end, told) in [
        (
            users.len() - 1,
            "in the middle of an object, at line 2, column 52",
        ),
        (
            users.len() - 2,
            "in the middle of a list, at line 2, column 51",
        ),
        (
            users.len() - 6,
            "in the middle of a text, at line 2, column 47",
        ),
        (
            users.len() - 8,
            "in the middle of a list, at line 2, column 45",
        ),
        (47, "in the middle of a value, at line 1, column 48"),
        (30, "in the middle of a text, at line 1, column 31"),
    ] {
        let folder = Folder::new();
        folder.write("u.json", &users[..end]);
        let refused = folder.refused("import u.json");
        let told = format!("the file ends {told}: was it copied whole?");
        assert_says(&refused, &[&told]);
    }
    let folder = Folder::new();
    folder.write(
        "u.jsonl",
        "{\"email\":\"ann@ex.co\"}\n{\"email\":\"bo@ex.co\",\"act",
    );
    assert_says(
        &folder.refused("import u.jsonl"),
        &["line 2, unnamed: the file ends in the middle of a text, at column 24: was it copied"],
    );
    // In the middle of a file, it is the line that is broken.
    folder.write(
        "u.jsonl",
        "{\"email\":\"ann@ex.co\"\n{\"email\":\"bo@ex.co\"}\n",
    );
    let refused = folder.refused("import u.jsonl");
    assert!(!refused.contains("copied"), "{refused}");
}

#[test]
fn a_name_that_only_looks_a_little_like_active_is_left_out() {
    let folder = Folder::new();
    let google = json!({ "kind": "admin#directory#users", "etag": "x", "users": [
        { "kind": "admin#directory#user", "etag": "x", "primaryEmail": "ann@ex.co",
          "archivedAt": "2026", "stat": 1, "activity": "low", "domain": "ex.co",
          "isAdmin": true, "suspended": true },
    ] });
    folder.write("u.json", google.to_string());
    let told = folder.done("import u.json");
    let names = ": activity, archivedAt, domain, etag, kind, stat;";
    assert_says(&told, &["1 created", names]);
    for name in [
        "admn",
        "isActve",
        "suspeneded",
        "isAdmim",
        "deactivted",
        "Statsu",
    ] {
        folder.write(
            "u.json",
            json!([{ "email": "b@ex.co", name: true }]).to_string(),
        );
        let told = folder.refused("import u.json");
        assert_says(&told, &["unknown field", "(is it a"]);
    }
}

#[test]
fn a_page_of_a_longer_list_deactivates_nobody() {
    let folder = Folder::new();
    for user in ["ann", "bob", "cho"] {
        folder.done(&format!("users create {user}@ex.co"));
    }
    let page = folder.json("users list --limit 1");
    folder.write("page.json", page.to_string());
    folder.write("list.json", folder.json("users list").to_string());
    folder.write(
        "google.json",
        r#"{"users":[{"primaryEmail":"ann@ex.co"}],"nextPageToken":"abc"}"#,
    );
    for (file, mark) in [("page.json", "next"), ("google.json", "nextPageToken")] {
        let told =
            format!("{file} is a page of a longer list: its \"{mark}\" says that there are more");
        assert_says(&folder.done(&format!("import {file}")), &[&told]);
        let refused = folder.refused(&format!("import {file} --missing deactivate"));
        assert_says(&refused, &[&told, "jq -s"]);
    }
    let whole = folder.done("import list.json --missing deactivate");
    assert!(!whole.contains("page"), "{whole}");
    assert_eq!(folder.emails("--active").len(), 3);
}

#[test]
fn all_pages_of_a_list_deactivate_who_is_on_none_of_them() {
    let folder = Folder::new();
    for user in ["ann", "bob", "cho", "dee"] {
        folder.done(&format!("users create {user}@ex.co"));
    }
    let page = |start: u64, emails: &[&str]| {
        let users: Vec<_> = emails
            .iter()
            .map(|email| json!({ "email": email }))
            .collect();
        json!({ "start": start, "limit": 2, "length": users.len(), "total": 3, "users": users })
    };
    folder.write("1.json", page(0, &["ann@ex.co", "bob@ex.co"]).to_string());
    folder.write("2.json", page(2, &["cho@ex.co"]).to_string());
    let refused = folder.refused("import 1.json --missing deactivate");
    assert_says(
        &refused,
        &["its \"total\" says", "2 of its 3 users are here"],
    );
    assert_eq!(folder.emails("--active").len(), 4);
    let told = folder.done("import 1.json 2.json --missing deactivate");
    assert!(!told.contains("page"), "{told}");
    assert_eq!(folder.emails("--inactive"), ["dee@ex.co"]);

    // The list is called otherwise, and one page of it is no list of all either.
    let mut scim = page(0, &["ann@ex.co", "bob@ex.co"]);
    scim["Resources"] = scim["users"].take();
    scim.as_object_mut().unwrap().remove("users");
    folder.write("scim.json", scim.to_string());
    let command = "`jq -s '[.[].Resources[]]' PAGES | headcount import -`";
    assert_says(
        &folder.refused("import scim.json"),
        &["a page of a longer one", command],
    );
}
