//! Everything in a file that can't be imported, or isn't, is reported with its cause and a fix.

use crate::folder::{Folder, assert_says};

#[test]
fn accounts_of_programs_take_no_seat_in_any_format() {
    for (file, text) in [
        (
            "s.jsonl",
            "{\"username\":\"service-account-x\",\"email\":\"svc@ex.co\",\
             \"serviceAccountClientId\":\"x\",\"enabled\":true}\n{\"email\":\"ann@ex.co\"}\n",
        ),
        (
            "s.csv",
            "username,email,serviceAccountClientId\nservice-account-x,svc@ex.co,x\n\
             ann,ann@ex.co,\nservice-account-y,,\n",
        ),
        (
            "s.json",
            r#"[{"username":"service-account-x","serviceAccountClientId":"x"},
                {"email":"ann@ex.co","serviceAccountClientId":" "}]"#,
        ),
    ] {
        let folder = Folder::new();
        folder.write(file, text);
        let out = folder.done(&format!(
            "import {file} --email-template {{username}}@ex.co"
        ));
        assert_says(&out, &["skipped: service-account-x"]);
        assert_eq!(folder.emails(""), ["ann@ex.co"], "{file}");
    }
}

#[test]
fn usernames_that_no_template_takes_are_named() {
    let folder = Folder::new();
    folder.write("u.csv", "username,email\na@@b,\n@ann,\nann@,\n");
    let told = folder.refused("import u.csv --email-template {username}@ex.org");
    for name in ["a@@b", "@ann", "ann@"] {
        let part = format!("the username \"{name}\" is not a valid one; --email-template takes no");
        assert_says(&told, &[&part]);
    }
    assert!(!told.contains("use --email-template"), "{told}");
    folder.write("u.csv", "username,email\nbob,\n");
    assert_says(&folder.refused("import u.csv"), &["use --email-template"]);
}

#[test]
fn a_name_that_another_row_has_is_told_with_that_row() {
    let folder = Folder::new();
    folder.write(
        "c.json",
        r#"{"users":[{"email":"ann@ex.co"},{"username":"cho@ex.co","email":"c@ex.co"},
            {"username":"cho","email":"cho@ex.co"}]}"#,
    );
    assert_says(
        &folder.refused("import c.json"),
        &["users[2], cho@ex.co: ", "in the file, users[1] has it"],
    );
}

#[test]
fn a_user_who_was_deleted_here_can_be_taken_again() {
    let folder = Folder::new();
    let id = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8";
    folder.write("u.csv", format!("id,email\n{id},ann@ex.co\n"));
    folder.done("import u.csv");
    folder.done("users delete ann@ex.co --yes");
    assert_says(
        &folder.refused("import u.csv"),
        &["already given", "use --ignore-ids to create them again"],
    );
    folder.done("import u.csv --ignore-ids");
    assert_eq!(folder.emails(""), ["ann@ex.co"]);
}

#[test]
fn places_and_cures_are_told() {
    let folder = Folder::new();
    for (file, text, told) in [
        (
            "a.csv",
            "email,username\na@ex.co,a,b\n",
            "it has 3 cells and the header has 2; the first too many begins at column 11",
        ),
        (
            "b.csv",
            "email,username\na@ex.co\n",
            "it has 1 cell and the header has 2; the last are missing: add them",
        ),
        (
            "c.json",
            "{\"users\":[\n",
            "the file ends in the middle of a list, at line 1, column 11: was it copied whole?",
        ),
        ("d.json", "\n", "it is empty; write the users to it"),
        (
            "e.json",
            r#"{"users":{"username":{"email":"a@ex.co"}}}"#,
            "it stands under the key \"username\", which has to be its id",
        ),
    ] {
        folder.write(file, text);
        assert_says(&folder.refused(&format!("import {file}")), &[told]);
    }
    folder.done("import e.json --ignore-ids");
}

#[test]
fn all_columns_that_are_left_out_are_named() {
    let folder = Folder::new();
    let names: Vec<_> = (0..25).map(|n| format!("x{n:02}")).collect();
    let members: Vec<_> = names.iter().map(|name| format!("\"{name}\":1")).collect();
    let user = format!(r#"[{{"email":"a@ex.co",{}}}]"#, members.join(","));
    folder.write("u.json", user);
    let told = format!("no field for them: {}; use --map", names.join(", "));
    assert_says(&folder.done("import u.json"), &[&told]);
}

#[test]
fn realm_roles_that_look_like_an_admins_are_told() {
    let folder = Folder::new();
    folder.write(
        "r.json",
        r#"{"realm":"demo","users":[
            {"email":"a@ex.co","realmRoles":["top"]},{"email":"b@ex.co","realmRoles":["Admin"]},
            {"email":"c@ex.co","realmRoles":["user"]}],
            "roles":{"realm":[{"name":"top","composite":true,"composites":{"realm":["super"]}},
                {"name":"super","composite":true,"composites":{"realm":["top","admin"]}},
                {"name":"user"}]}}"#,
    );
    let out = folder.done("import r.json");
    assert_says(
        &out,
        &[
            "1 user has the realm role top, which has the role admin in it",
            "1 user has the realm role Admin, which makes nobody an admin; use --admin-role",
        ],
    );
    assert!(!out.contains("role user"), "{out}");
}
