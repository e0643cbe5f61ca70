//! `headcount export` and `headcount import` of it: the same directory, or nothing.

use serde_json::Value;

use crate::folder::{Folder, assert_says};

/// A directory with one of everything.
fn full() -> Folder {
    let folder = Folder::with_users(&["ann", "bob", "dee"]);
    folder.done("users update ann@ex.co --admin true --given-name Ann --attribute team=a,b");
    folder.done("users update bob@ex.co --username Bob --attribute site=\"x\"");
    let padded = [
        "users",
        "update",
        "bob@ex.co",
        "--attribute",
        "note=\u{a0}a ",
    ];
    assert!(folder.command("").args(padded).status().unwrap().success());
    folder.done("users deactivate bob@ex.co");
    folder.done("workspaces create Models --owner ann@ex.co");
    folder.done("workspaces add Models bob@ex.co");
    folder.done("workspaces create Old --owner ann@ex.co");
    folder.done("workspaces archive Old");
    folder.done("workspaces default dee@ex.co");
    folder.done("workspaces create Gone --owner ann@ex.co");
    folder.done("workspaces delete Gone --yes");
    folder.done("users create eve@ex.co");
    folder.done("users delete eve@ex.co --yes");
    folder.done("license set 7");
    folder.done("users update ann@ex.co --external-id okta=00u1");
    // The command sets no external ids of workspaces, and touches nobody.
    let directory = headcount::Directory::open(folder.path("headcount.redb")).unwrap();
    directory
        .set_workspace_external_id("Models", "okta", "00g1")
        .unwrap();
    directory.touch_user("ann@ex.co").unwrap();
    directory.close().unwrap();
    folder
}

#[test]
fn an_export_makes_the_same_directory() {
    let folder = full();
    let exported = folder.done("export");
    assert_eq!(
        folder.done("export --output users.jsonl"),
        "exported 3 users to users.jsonl\n"
    );
    let written = std::fs::read_to_string(folder.path("users.jsonl")).unwrap();
    assert_eq!(written, exported);
    assert_eq!(
        folder.done("--db copy.redb import users.jsonl"),
        "took over 13 records of users.jsonl, 3 users among them\n\
         2 of 7 seats in use, 1 inactive\n"
    );
    assert_eq!(folder.done("--db copy.redb export"), exported);
    // By way of a pipe, into a directory that is there and empty.
    folder.done("--db new.redb license set community");
    folder.done("--db new.redb import users.jsonl");
    for db in ["copy.redb", "new.redb"] {
        let changes = folder.json(&format!("--db {db} changes"));
        assert_eq!(changes["changes"][0]["door"], "command", "{db}");
    }
    let refused = folder.run_with_input("--db new.redb import -", &exported);
    assert_says(&refused.err, &["new.redb is not empty"]);
    let piped = folder.run_with_input("--db piped.redb import - --json", &exported);
    assert_eq!((piped.code, piped.err.as_str()), (0, ""));
    let told: Value = serde_json::from_str(&piped.out).unwrap();
    assert_eq!(told["records"], 13);
    assert_eq!(folder.done("--db piped.redb export"), exported);
    // A deleted user's id is not reused, and neither are ids of workspaces.
    let gone = exported.lines().find(|line| line.contains("deleted_user"));
    let gone: Value = serde_json::from_str(gone.unwrap()).unwrap();
    let line = format!(
        "--db copy.redb users create f@ex.co --id {}",
        gone["id"].as_str().unwrap()
    );
    assert_says(&folder.refused(&line), &["never used"]);
}

#[test]
fn a_part_of_an_export_is_refused_and_leaves_nothing() {
    let folder = full();
    let exported = folder.done("export");
    let lines: Vec<_> = exported.lines().collect();
    let cut = lines[..lines.len() - 1].join("\n");
    let one_out = [&lines[..4], &lines[5..]].concat().join("\n");
    let twice = [&lines[..2], &lines[1..]].concat().join("\n");
    let more = format!("{exported}{{}}\n");
    for (text, told) in [
        (cut.as_str(), "part.jsonl: line 14: the file ends here"),
        (
            &exported[..exported.find('\n').unwrap() + 30],
            "line 2: the line ends in its middle, at column 29: the file is cut off; export it again",
        ),
        (&one_out, "records before it, not 13"),
        (&twice, "part.jsonl: line 3: "),
        (&more, "something follows the last line"),
        (
            &exported.replace("\"headcount_export\":1", "\"headcount_export\":2"),
            "newer release",
        ),
        (
            &exported.replace("\"version\":1", "\"version\":-1"),
            ": `version`: a whole number is needed, not -1; export it again",
        ),
    ] {
        folder.write("part.jsonl", text);
        let refused = folder.refused("--db copy.redb import part.jsonl");
        assert_says(&refused, &[told, "nothing was changed"]);
        assert!(!folder.path("copy.redb").exists());
    }
    let names = std::fs::read_dir(folder.path(".")).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().contains(".part")),
        "{names:?}"
    );
}

#[test]
fn an_export_is_taken_as_it_is() {
    let folder = full();
    folder.done("export --output all.jsonl");
    assert_says(
        &folder.refused("--db copy.redb import all.jsonl --ignore-ids"),
        &["leave out --ignore-ids (only --dry-run applies)"],
    );
    for options in [
        "--format jsonl",
        "--encoding utf-8",
        "--delimiter tab",
        "--match email",
        "--provisioner okta",
        "--allow-ownerless",
        "--admin-role boss",
        "--admin-client-role realm-management/realm-admin",
        "--skip-invalid",
    ] {
        let refused = folder.refused(&format!("--db copy.redb import all.jsonl {options}"));
        let (option, _) = options.split_once(' ').unwrap_or((options, ""));
        assert_says(&refused, &[&format!("leave out {option} (")]);
    }
    assert_says(
        &folder.done("--db copy.redb import all.jsonl --dry-run"),
        &["nothing is written: 13 records of all.jsonl"],
    );
    assert!(!folder.path("copy.redb").exists());
    assert_says(
        &folder.refused("import all.jsonl"),
        &["is not empty: name a new file"],
    );
    assert_says(
        &folder.refused("export --output all.jsonl"),
        &["all.jsonl already", "--force"],
    );
    folder.done("export --output all.jsonl --force");
}

#[test]
fn csv_and_a_realm_are_imported_as_they_were() {
    let folder = full();
    for (format, name) in [("csv", "users.csv"), ("keycloak", "realm.json")] {
        folder.done(&format!("export --format {format} --output {name}"));
        let copy = format!("--db {format}.redb");
        folder.done(&format!("{copy} import {name}"));
        for user in ["ann", "bob", "dee"] {
            let was = folder.json(&format!("users get {user}@ex.co"))["user"].take();
            let is = folder.json(&format!("{copy} users get {user}@ex.co"))["user"].take();
            for field in [
                "id",
                "email",
                "username",
                "given_name",
                "active",
                "admin",
                "attributes",
            ] {
                assert_eq!(was[field], is[field], "{format} {user} {field}");
            }
            if format == "csv" {
                assert_eq!(was["external_ids"], is["external_ids"], "{user}");
            }
        }
    }
    let table = folder.done("export --format csv");
    assert!(table.starts_with(
        "id,email,username,given_name,family_name,active,admin,created_at,updated_at,\
         deactivated_at,version,external_ids.okta,attributes.note,attributes.site,\
         attributes.team\n"
    ));
    assert_says(&table, &[",\"a,b\"\n"]);
    let realm: Value =
        serde_json::from_str(&folder.done("export --format keycloak --realm r")).unwrap();
    assert_eq!(realm["realm"], "r");
    assert_eq!(realm["users"][0]["realmRoles"][0], "admin");
}

#[test]
fn formulas_are_told_and_kept() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let told = "1 cell looks like a formula";
    assert_eq!(folder.run("export --format csv").err, "");
    folder.done("users update ann@ex.co --given-name =1+1 --family-name @lee");
    for csv in [
        "export --format csv",
        "export --format csv --output users.csv",
    ] {
        assert_says(&folder.run(csv).err, &[told]);
    }
    for quiet in [
        "export",
        "export --format keycloak",
        "users list --format csv",
    ] {
        assert_eq!(folder.run(quiet).err, "", "{quiet}");
    }
    let told = folder.json("export --format csv --output users.csv --force");
    assert_eq!(told["exported"]["formulas"], 1);
    folder.done("--db copy.redb import users.csv");
    let ann = folder.json("--db copy.redb users get ann@ex.co");
    assert_eq!(ann["user"]["given_name"], "=1+1");
}

#[test]
fn figures_are_a_table_json_or_for_prometheus() {
    let folder = full();
    let table = folder.done("stats");
    assert_says(
        &table,
        &[
            "seats           2 of 7 seats in use, 1 inactive\n",
            "workspaces      3\n",
        ],
    );
    assert_eq!(folder.json("stats")["stats"]["users_active"], 2);
    let json: Value = serde_json::from_str(&folder.done("stats --format json")).unwrap();
    let bytes = std::fs::metadata(folder.path("headcount.redb"))
        .unwrap()
        .len();
    assert_eq!(json["stats"]["file_bytes"], bytes);
    assert_says(
        &folder.done("stats --format prometheus"),
        &["headcount_users{state=\"active\"} 2\n"],
    );
}

#[test]
fn csv_keeps_every_text() {
    let odd = [
        "'=1",
        "''-x",
        "=1",
        "+x",
        "-Ann",
        "@x",
        "'t Hooft",
        "O'Neil",
        "'",
        "''",
        "'Ala'",
        "''Ala'",
        "\u{2018}Al\u{101}\u{2019}",
        "\u{201c}x\u{201d}",
        "NULL",
        "\\N",
        "#N/A",
        "###",
        "x\u{fffd}",
    ];
    let lines = odd.iter().enumerate().map(|(number, text)| {
        let user = serde_json::json!({
            "email": format!("u{number}@ex.co"),
            "given_name": text,
            "attributes": { "note": text, " padded ": "\u{a0}a ", "none": "" },
            // What the listing says besides: a text that seems lost is meant as it is.
            "version": 1, "updated_at": "", "deactivated_at": null,
        });
        format!("{user}\n")
    });
    let folder = Folder::with_users(&["ann"]);
    folder.done("license set enterprise");
    folder.write("users.jsonl", &lines.collect::<String>());
    folder.done("import users.jsonl");
    let columns = "--columns email,given_name,attributes.note,attributes.none --format";
    let told = |folder: &Folder, db: &str| folder.done(&format!("{db} users list {columns} jsonl"));
    let list = folder.run(&format!("users list {columns} csv")).out;
    for (db, csv) in [
        ("a.redb", folder.run("export --format csv").out),
        ("b.redb", list),
    ] {
        folder.write("users.csv", &csv);
        let db = format!("--db {db}");
        folder.done(&format!("{db} license set enterprise"));
        folder.done(&format!("{db} import users.csv"));
        assert_eq!(told(&folder, &db), told(&folder, ""));
    }
    // As the server's page exports it.
    folder.write("page.csv", "email,given_name\n'+x@ex.co,'-Ann\n");
    folder.done("--db c.redb import page.csv");
    let users = folder.done("--db c.redb users list --format csv --columns email,given_name");
    assert_eq!(users, "email,given_name\n+x@ex.co,-Ann\n");

    // A character that no text file can contain is not written.
    folder.write(
        "nul.jsonl",
        "{\"email\":\"nul@ex.co\",\"attributes\":{\"a\":\"\\u0000\"}}\n",
    );
    folder.done("import nul.jsonl");
    let refused = folder.refused("export --format csv --output nul.csv");
    let told = "\"attributes.a\" in the row of ";
    assert_says(&refused, &[told, "--format jsonl"]);
    assert!(!folder.path("nul.csv").exists());
    let list = "users list --format csv --columns email,attributes.a";
    let refused = folder.run(list);
    assert_eq!(refused.code, 1);
    assert_says(&refused.err, &[told, "of nul@ex.co", "--format jsonl"]);
}

#[test]
fn a_username_that_looks_like_no_value_comes_back() {
    for name in [
        "NULL", "'ann", "'ann'", "1.07E+20", "=\"ann\"", "`ann`", "#N/A",
    ] {
        let folder = Folder::with_users(&["ann"]);
        let update = ["users", "update", "ann@ex.co", "--username", name];
        assert_eq!(
            folder.command("").args(update).status().unwrap().code(),
            Some(0)
        );
        folder.write("users.csv", &folder.run("export --format csv").out);
        folder.done("--db copy.redb import users.csv");
        let user = folder.json("--db copy.redb users get ann@ex.co");
        assert_eq!(user["user"]["username"], name);
    }
}

#[test]
fn a_realm_has_a_name() {
    let folder = Folder::with_users(&["ann"]);
    for name in ["", " "] {
        let args = ["export", "--format", "keycloak", "--realm", name];
        let run = folder.command("").args(args).output().unwrap();
        assert_eq!(run.status.code(), Some(2));
        assert_says(&String::from_utf8(run.stderr).unwrap(), &["needs a name"]);
    }
}
