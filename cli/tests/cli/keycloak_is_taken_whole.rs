//! Keycloak's exports: realms in several files, accounts of programs, users of other
//! stores, roles of clients.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::folder::{Folder, assert_says};

fn case(name: &str) -> String {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    fs::read_to_string(cases.join(name)).unwrap()
}

fn folder_with(name: &str) -> Folder {
    let folder = Folder::new();
    folder.write(name, case(name));
    folder
}

#[test]
fn several_files_and_a_folder_are_one_request() {
    let folder = Folder::new();
    fs::create_dir(folder.path("export")).unwrap();
    for name in ["demo-users-0.json", "demo-users-1.json"] {
        folder.write(name, case(name));
        folder.write(&format!("export/{name}"), case(name));
    }
    folder.write("export/demo-realm.json", case("kc-realm-only.json"));
    folder.write("export/notes.txt", "x");
    let report = folder.json("import demo-users-0.json demo-users-1.json");
    assert_eq!(
        (&report["created"], &report["file"]),
        (&2.into(), &"2 files".into())
    );
    assert_eq!(report["files"][1]["file"], "demo-users-1.json");
    assert_eq!(folder.changes(), 1);

    let out = folder.done("import export");
    let parts = [
        "nothing to change: all 2 users of export",
        "demo-realm.json is a realm without users",
        "not imported: export/notes.txt",
    ];
    assert_says(&out, &parts);

    // A bad row is named with its file, and nothing is imported.
    folder.write(
        "export/demo-users-2.json",
        r#"{"users":[{"username":"cho"},{"email":"Ann@example.com"}]}"#,
    );
    let err = folder.refused("import export");
    assert_says(
        &err,
        &[
            "2 of 4 rows in export",
            "export/demo-users-2.json: users[0], cho: an email",
            "users[1], Ann@example.com: it has the same email as export/demo-users-0.json: users[0]",
        ],
    );
    assert_says(
        &folder.refused("import demo-users-0.json demo-users-0.json"),
        &["named twice"],
    );
}

#[test]
fn a_missing_part_of_an_export_deactivates_nobody() {
    let folder = Folder::new();
    folder.done("users create dee@ex.co");
    fs::create_dir(folder.path("export")).unwrap();
    folder.write("export/demo-users-0.json", case("demo-users-0.json"));
    folder.write("export/demo-users-2.json", case("demo-users-1.json"));
    let told = "demo-users-1.json is missing: demo-users-2.json is a later part";
    for command in ["import export", "import export/demo-users-2.json"] {
        let refused = folder.refused(&format!("{command} --missing deactivate"));
        assert_says(
            &refused,
            &[
                " is missing: demo-users-2.json is a later part",
                "all parts",
            ],
        );
    }
    assert_says(&folder.done("import export"), &[told]);
    assert_eq!(folder.emails("--inactive"), [""; 0]);

    fs::rename(
        folder.path("export/demo-users-2.json"),
        folder.path("export/demo-users-1.json"),
    )
    .unwrap();
    folder.done("import export --missing deactivate");
    assert_eq!(folder.emails("--inactive"), ["dee@ex.co"]);
}

#[test]
fn service_accounts_are_skipped_and_said() {
    let folder = folder_with("kc-service-account.json");
    let out = folder.done("import kc-service-account.json");
    assert_says(
        &out,
        &["1 service account skipped: service-account-billing"],
    );
    assert_eq!(folder.emails(""), ["ann@example.com"]);
}

#[test]
fn users_of_other_stores_are_taken_under_ids_of_their_own_or_named() {
    let folder = folder_with("kc-federated-id.json");
    let out = folder.done("import kc-federated-id.json");
    assert_says(&out, &["peter@example.com: the federated id \"f:44d42131"]);
    assert_eq!(folder.emails(""), ["ann@example.com", "peter@example.com"]);
    assert_says(
        &folder.done("import kc-federated-id.json"),
        &["nothing to change"],
    );

    let folder = folder_with("kc-federatedUsers-only.json");
    folder.done("users create dee@ex.co");
    let refused = folder.refused("import kc-federatedUsers-only.json --missing deactivate");
    assert_says(
        &refused,
        &["has only the ids of", "--missing deactivate would"],
    );
    folder.done("users delete dee@ex.co --yes");
    let out = folder.done("import kc-federatedUsers-only.json");
    assert_says(
        &out,
        &[
            "federatedUsers left out",
            "f:44d42131-2236-4897-9146-1c782cf44d92:peter",
        ],
    );
    assert_eq!(folder.emails(""), ["ann@example.com"]);
}

/// Keycloak writes users of other stores to files of their own where it writes several.
#[test]
fn a_file_of_federated_users_alone_is_no_realm_without_users() {
    let folder = Folder::new();
    let peter = json!({ "realm": "demo", "federatedUsers": [
        { "id": "f:44d42131-2236-4897-9146-1c782cf44d92:peter",
          "attributes": { "email": ["peter@ex.co"] } },
    ] });
    folder.write("peter.json", peter.to_string());
    let out = folder.done("import peter.json");
    assert_says(&out, &["1 created"]);
    assert!(!out.contains("realm without users"), "{out}");
    assert_eq!(folder.emails(""), ["peter@ex.co"]);

    let nobody = json!({ "realm": "demo", "federatedUsers": [] });
    folder.write("nobody.json", nobody.to_string());
    assert_says(
        &folder.refused("import nobody.json"),
        &["a realm without users"],
    );
}

#[test]
fn users_of_other_stores_with_an_address_are_users() {
    let folder = Folder::new();
    let users = json!({ "realm": "demo", "users": [], "federatedUsers": [
        { "id": "f:44d42131-2236-4897-9146-1c782cf44d92:peter",
          "attributes": { "email": ["peter@ex.co"], "team": ["a"] }, "realmRoles": ["admin"] },
        { "id": "f:44d42131-2236-4897-9146-1c782cf44d92:cho" },
        { "id": "f:44d42131-2236-4897-9146-1c782cf44d92:dee",
          "attributes": { "mail": ["no address"] } },
    ] });
    folder.write("u.json", users.to_string());
    assert_says(
        &folder.refused("import u.json"),
        &["1 of 2 rows", "federatedUsers[2], no address: "],
    );
    let out = folder.done("import u.json --skip-invalid");
    assert_says(
        &out,
        &["federatedUsers left out: f:44d42131-2236-4897-9146-1c782cf44d92:cho;"],
    );
    let peter = folder.user("peter");
    assert_eq!(
        (&peter["email"], &peter["admin"]),
        (&json!("peter@ex.co"), &json!(true))
    );
    assert_eq!(peter["attributes"], json!({ "team": "a" }));
    assert_eq!(folder.emails(""), ["peter@ex.co"]);
}

#[test]
fn a_client_role_makes_an_admin_on_request_alone() {
    let folder = folder_with("kc-admin-by-client-role.json");
    let line = "import kc-admin-by-client-role.json";
    let out = folder.done(line);
    assert_says(
        &out,
        &["1 user has the client role realm-management/realm-admin, which makes nobody an admin"],
    );
    assert_eq!(folder.user("ann@example.com")["admin"], false);
    let out = folder.done(&format!(
        "{line} --admin-client-role realm-management/realm-admin"
    ));
    assert_says(
        &out,
        &[
            "admin by the client role realm-management/realm-admin",
            "updated: admin",
        ],
    );
    assert_eq!(folder.user("ann@example.com")["admin"], true);
}

#[test]
fn an_admin_has_a_seat_wherever_the_file_has_them() {
    let folder = folder_with("kc-admin-last-in-file.json");
    let err = folder.refused("import kc-admin-last-in-file.json");
    assert_says(
        &err,
        &[
            "users[4], u4@example.com: finds no seat",
            "users[5], u5@example.com",
        ],
    );
    folder.done("import kc-admin-last-in-file.json --when-full inactive");
    assert_eq!(folder.user("u6@example.com")["active"], true);
    assert_eq!(
        folder.emails("--inactive"),
        ["u4@example.com", "u5@example.com"]
    );
}

#[test]
fn rows_of_kcadm_are_lines() {
    let folder = folder_with("kc-users-as-jsonl.jsonl");
    assert_eq!(
        folder.json("import kc-users-as-jsonl.jsonl")["format"],
        "jsonl"
    );
    let ann = folder.user("ann@example.com");
    assert_eq!(ann["created_at"], "2024-07-11T16:55:59.173Z");
    assert_eq!(ann["attributes"]["team"], "x");
}

#[test]
fn big_attributes_are_left_out_by_name_and_not_the_user() {
    let folder = Folder::new();
    let photo = "x".repeat(20_000);
    let mut attributes = json!({ "photo": [photo], "team": ["a"] });
    let users = json!({ "users": [{ "email": "ann@ex.co", "attributes": attributes.clone() }] });
    folder.write("u.json", users.to_string());
    let out = folder.done("import u.json");
    assert_says(
        &out,
        &["ann@ex.co: the attribute \"photo\" of 20005 bytes is left out"],
    );
    assert_eq!(
        folder.user("ann@ex.co")["attributes"],
        json!({ "team": "a" })
    );
    assert_says(&folder.done("import u.json"), &["nothing to change"]);
    for n in 0..70 {
        attributes[format!("a{n:02}")] = "x".into();
    }
    let users = json!([{ "email": "bob@ex.co", "attributes": attributes }]);
    folder.write("u.json", users.to_string());
    folder.done("import u.json");
    let bob = folder.user("bob@ex.co");
    assert_eq!(bob["attributes"].as_object().unwrap().len(), 64);
    assert_says(&folder.done("import u.json"), &["nothing to change"]);
}

#[test]
fn what_nobody_knows_is_named() {
    let folder = Folder::new();
    folder.write(
        "u.json",
        r#"{"users":[{"email":"ann@ex.co","totp":true,"shoeSize":5}]}"#,
    );
    assert_says(
        &folder.done("import u.json"),
        &["left out, as there is no field for them: shoeSize, totp;"],
    );
    folder.done("import u.json --map shoeSize=attributes.shoes");
    // Left out, it would give a seat.
    for users in [
        r#"{"users":[{"email":"bob@ex.co","enabeld":false}]}"#,
        r#"[{"email":"bob@ex.co","acitve":false}]"#,
    ] {
        folder.write("u.json", users);
        let told = folder.refused("import u.json");
        assert_says(&told, &["(is it active?)", "--ignore"]);
        let name = if users.contains("acitve") {
            "acitve"
        } else {
            "enabeld"
        };
        let mapped = format!("import u.json --map {name}=active");
        folder.done(&mapped);
        assert_eq!(folder.user("bob@ex.co")["active"], false);
    }
}

#[test]
fn what_keycloak_says_of_a_user_is_named_if_it_says_anything() {
    let folder = Folder::new();
    let users = json!([
        { "email": "ann@ex.co", "credentials": [], "emailVerified": false, "notBefore": 0,
          "requiredActions": ["UPDATE_PASSWORD"], "federationLink": null },
        { "email": "bob@ex.co", "credentials": [{ "type": "password" }], "groups": [] },
        { "username": "service-account-web", "id": "x1", "totp": true, "shoeSize": 5 },
    ]);
    folder.write("u.json", users.to_string());
    let notes = &folder.json("import u.json --dry-run")["notes"];
    let told = "left out, as there is no field for them: credentials, requiredActions;";
    assert_says(&notes.to_string(), &[told, "service-account-web"]);
    // The account of a program counts nowhere else.
    assert_eq!(notes.as_array().unwrap().len(), 2, "{notes}");
}

#[test]
fn times_are_of_each_unit_and_not_to_come() {
    let folder = Folder::new();
    let users: Vec<_> = [
        json!(1_720_716_959),
        json!(1_720_716_959_000_u64),
        json!("2024-07-11T16:55:59Z"),
    ]
    .into_iter()
    .enumerate()
    .map(|(n, at)| json!({ "email": format!("u{n}@ex.co"), "createdTimestamp": at }))
    .collect();
    folder.write("u.json", json!(users).to_string());
    folder.done("import u.json");
    for n in 0..3 {
        assert_eq!(
            folder.user(&format!("u{n}@ex.co"))["created_at"],
            "2024-07-11T16:55:59Z"
        );
    }
    folder.write(
        "u.json",
        r#"[{"email":"a@ex.co","createdTimestamp":4102444800000}]"#,
    );
    assert_says(
        &folder.refused("import u.json"),
        &["[0], a@ex.co: createdTimestamp", "in the future"],
    );
}

/// Wherever a key is twice, one of the two would be dropped.
#[test]
fn a_realm_with_a_key_twice_is_refused_whole() {
    let folder = Folder::new();
    let (ann, bob) = (
        r#"{"username":"ann","email":"ann@ex.co"}"#,
        r#"{"username":"bob","email":"bob@ex.co"}"#,
    );
    for (text, told) in [
        (
            format!(
                r#"[{{"realm":"a","users":[{ann}],"users":[{bob}]}},{{"realm":"b","users":[]}}]"#
            ),
            "the key \"users\" is there twice",
        ),
        (
            format!(r#"{{"realm":"a","users":[{ann}],"federatedUsers":[{{"id":"x","id":"y"}}]}}"#),
            "the key \"id\" is there twice",
        ),
        (
            format!(r#"{{"realm":"a","users":[{ann}],"federatedUsers":{{}}}}"#),
            "`federatedUsers` is an object; it has to be a list",
        ),
    ] {
        folder.write("r.json", text);
        for line in ["import r.json", "import r.json --skip-invalid"] {
            assert_says(&folder.refused(line), &["can't import r.json", told]);
        }
    }
    assert!(!folder.has_database());
}

#[test]
fn duplicate_keys_are_refused_in_what_is_not_read_too() {
    let folder = Folder::new();
    for (realm, place) in [
        (
            r#"{"realm":"demo","roles":{"realm":[{"name":"a","name":"b"}]},"users":[{"email":"a@ex.co"}]}"#,
            r#"line 1, column 52: the key "name" is there twice"#,
        ),
        (
            "[{\"realm\":\"demo\",\n\"smtpServer\":{\"host\":1,\"host\":1}}]",
            r#"line 2, column 29: the key "host" is there twice"#,
        ),
        (
            r#"{"attributes":{"a":[{"b":{"c":1,"c":2}}]},"users":{}}"#,
            r#"the key "c" is there twice"#,
        ),
    ] {
        folder.write("realm.json", realm);
        let err = folder.refused("import realm.json");
        assert_says(&err, &["can't import realm.json: ", place]);
        assert!(!folder.has_database());
    }
}

#[test]
fn admins_by_a_group_are_said() {
    let folder = Folder::new();
    fs::create_dir(folder.path("export")).unwrap();
    folder.write(
        "export/demo-realm.json",
        r#"{"realm":"demo","groups":[
            {"name":"staff","realmRoles":["user"],"subGroups":[
                {"name":"ops","realmRoles":["admin"],"subGroups":[{"name":"night"}]}]}]}"#,
    );
    folder.write(
        "export/demo-users-0.json",
        r#"{"realm":"demo","users":[
            {"email":"a@ex.co","groups":["/staff/ops"]},
            {"email":"b@ex.co","groups":["/staff","/staff/ops/night"]},
            {"email":"c@ex.co","groups":["/staff","/staff/opsa"]}]}"#,
    );
    let report = folder.json("import export");
    let note = "2 users are in the group /staff/ops, which has the realm role admin; roles of \
                groups make nobody an admin, so give the role to the users themselves";
    assert!(
        report["notes"].as_array().unwrap().contains(&note.into()),
        "{report}"
    );
    assert_eq!(report["users"][0]["admin"], false);
    folder.done("import export --admin-role other");
}

#[test]
fn groups_are_those_of_their_realm() {
    let folder = Folder::new();
    folder.write(
        "a.json",
        r#"[{"realm":"a","groups":[{"name":"staff","realmRoles":["admin"]}],"users":[
                {"email":"a@ex.co","groups":["/staff"]},
                {"email":"b@ex.co","groups":["/staff"],"realmRoles":["admin"]}]},
            {"realm":"b","groups":[{"name":"staff"}],"users":[
                {"email":"c@ex.co","groups":["/staff"]}]}]"#,
    );
    folder.write(
        "c-users.json",
        r#"{"realm":"c","users":[{"email":"d@ex.co","groups":["/staff"]}]}"#,
    );
    folder.write(
        "c-realm.json",
        r#"{"realm":"c","groups":[{"name":"staff","realmRoles":["admin"]}]}"#,
    );
    for files in [
        "a.json c-users.json c-realm.json",
        "c-realm.json c-users.json a.json",
    ] {
        let report = folder.json(&format!("import {files} --dry-run"));
        let notes: Vec<_> = report["notes"].as_array().unwrap().iter().collect();
        let said = |realm: &str| {
            let start = format!("1 user is in the group /staff of realm {realm}, which");
            let all = { notes.iter() }.filter(|note| note.as_str().unwrap().starts_with(&start));
            all.count()
        };
        assert_eq!(
            [said("a"), said("b"), said("c")],
            [1, 0, 1],
            "{files}: {report}"
        );
    }
}
