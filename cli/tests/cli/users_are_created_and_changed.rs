//! `headcount users`: users are created, found, changed, activated, deactivated and deleted.

use serde_json::{Value, json};

use crate::folder::{Folder, assert_says};

const ID: &str = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8";

#[test]
fn the_product_guides_session() {
    let folder = Folder::with_examples();
    folder.done("import examples/data/seed-users.jsonl");
    assert_eq!(
        folder.done("users list"),
        "\
EMAIL                               USERNAME                            NAME  SEAT  ADMIN
john.hummel+signuptest@wallaroo.ai  john.hummel+signuptest@wallaroo.ai  -     yes   no
steve@ex.co                         steve                               -     yes   no
test@test.com                       admin                               -     yes   no
testuser@wallaroo.ai                testuser@wallaroo.ai                -     yes   no

4 of 5 seats in use (community), 0 inactive
"
    );
    assert_eq!(
        folder.done("users deactivate testuser@wallaroo.ai"),
        "deactivated testuser@wallaroo.ai (id 0528f34c-2725-489f-b97b-da0cde02cbd9)\n\
         3 of 5 seats in use (community), 1 inactive\n"
    );
    assert_eq!(folder.emails("--inactive"), ["testuser@wallaroo.ai"]);
    assert_eq!(folder.emails("--active").len(), 3);
    assert_says(
        &folder.done("users activate testuser@wallaroo.ai"),
        &["activated testuser@wallaroo.ai", "4 of 5 seats"],
    );
    assert_says(
        &folder.done("users activate 0528f34c-2725-489f-b97b-da0cde02cbd9"),
        &[
            "nothing to change: testuser@wallaroo.ai",
            "is active already",
        ],
    );
}

#[test]
fn created_with_everything() {
    let folder = Folder::new();
    let run = folder.run_args(&[
        "users",
        "create",
        "Steve@ex.co",
        "--id",
        ID,
        "--username",
        "steve",
        "--given-name",
        "Steve Q",
        "--family-name",
        "O'Ex",
        "--admin",
        "--attribute",
        "team=a=b",
        "--attribute",
        "site=",
    ]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(
        run.out,
        format!("created Steve@ex.co (id {ID})\n1 of 5 seats in use (community), 0 inactive\n")
    );
    for found in [
        "users get steve@EX.CO",
        &format!("users get {ID}"),
        "users get --username STEVE",
    ] {
        let user = folder.json(found)["user"].take();
        assert_eq!(user["email"], "Steve@ex.co");
        assert_eq!(user["family_name"], "O'Ex");
        assert_eq!(user["admin"], true);
        assert_eq!(user["attributes"], json!({ "team": "a=b", "site": "" }));
    }
    let out = folder.done("users get steve@ex.co");
    assert_says(
        &out,
        &[
            "email        Steve@ex.co\n",
            "given name   Steve Q\n",
            "seat         yes\n",
            "attribute    team = a=b\n",
        ],
    );
    folder.done("users create ann@ex.co --inactive");
    assert_eq!(folder.emails("--inactive"), ["ann@ex.co"]);
}

#[test]
fn updated_field_by_field() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co --given-name Ann --attribute a=1 --attribute b=2");
    folder.done("users update ann@ex.co --email ann@new.co --remove-attribute a --attribute c=3");
    let ann = folder.user("ann@new.co");
    assert_eq!(ann["username"], "ann@new.co");
    assert_eq!(ann["given_name"], "Ann");
    assert_eq!(ann["attributes"], json!({ "b": "2", "c": "3" }));
    folder.done("users update ann@new.co --username ann --admin true");
    let run = folder.run_args(&["users", "update", "ann@new.co", "--given-name", ""]);
    assert_eq!(run.code, 0);
    let ann = folder.user("ann@new.co");
    assert_eq!(
        (&ann["username"], &ann["given_name"]),
        (&"ann".into(), &Value::Null)
    );
    folder.done("users create bob@ex.co --admin");
    folder.done("users update ann@new.co --username-from-email --admin false");
    let ann = folder.user("ann@new.co");
    assert_eq!(
        (&ann["username"], &ann["admin"]),
        (&"ann@new.co".into(), &false.into())
    );
    assert_says(
        &folder.done("users update ann@new.co --admin false"),
        &["nothing to change: ann@new.co"],
    );
}

#[test]
fn an_update_can_insist_on_a_version() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co");
    folder.done("users update ann@ex.co --admin true --if-version 1");
    let run = folder.run("users update ann@ex.co --admin false --if-version 1 --json");
    assert_eq!(run.code, 1);
    let error: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(error["error"]["kind"], "conflict");
    assert_eq!(error["error"]["expected"], 1);
    assert_eq!(error["error"]["found"], 2);
}

#[test]
fn refusals_say_why() {
    let folder = Folder::with_examples();
    folder.done("import examples/data/seed-users.jsonl");
    folder.done("users create ann@ex.co --admin");
    for (line, told) in [
        (
            "users create bob@ex.co",
            "no seat free: 5 of 5 seats of the Community license",
        ),
        (
            "users create STEVE@ex.co --inactive",
            "another user has the email",
        ),
        (
            "users create bob@ex.co --username steve --inactive",
            "another user has the username",
        ),
        (
            "users create bob --inactive",
            "is not a usable email address",
        ),
        (
            "users get nobody@ex.co",
            "no user has the email or username \"nobody@ex.co\"",
        ),
        ("users get nobody", "no user has the username \"nobody\""),
        ("users get a..b@", "is not an id, email or username"),
        (
            "users get --username nobody",
            "no user has the username \"nobody\"",
        ),
        (
            "users update nobody@ex.co --admin true",
            "no user has the email or username",
        ),
        (
            "users delete nobody@ex.co",
            "no user has the email or username",
        ),
        (
            "users deactivate ann@ex.co",
            "no active admin would be left",
        ),
        (
            "users delete ann@ex.co --actor ann@ex.co --yes",
            "users can't delete themselves",
        ),
        (
            "users activate steve@ex.co --actor nobody@ex.co",
            "the actor \"nobody@ex.co\"",
        ),
    ] {
        assert_says(&folder.refused(line), &[told]);
    }
    assert_eq!(folder.changes(), 2);
}

#[test]
fn deleted_for_good() {
    let folder = Folder::with_examples();
    folder.done("import examples/data/seed-users.jsonl");
    assert_eq!(
        folder.done("users delete STEVE@ex.co --yes"),
        format!("deleted steve@ex.co (id {ID})\n3 of 5 seats in use (community), 0 inactive\n")
    );
    assert_eq!(
        folder.json("users delete test@test.com --yes")["changed"],
        true
    );
    assert_says(&folder.refused("users get steve@ex.co"), &["no user has"]);
    assert_says(
        &folder.refused(&format!("users create steve@ex.co --id {ID}")),
        &["never used"],
    );
    folder.done("users create steve@ex.co --username steve");
}

#[test]
fn a_command_line_that_makes_no_sense_is_a_usage_error() {
    let folder = Folder::new();
    for line in [
        "",
        "users",
        "users create",
        "users get",
        "users get a@b --username c",
        "users list --active --inactive",
        "users update a@b",
        "users update a@b --username c --username-from-email",
        "users update a@b --admin maybe",
        "users create a@b --attribute k",
        "users create a@b --id 5",
        "license set several",
        "changes --after x",
        "import",
    ] {
        let run = folder.run(line);
        assert_eq!(run.code, 2, "{line}: {}", run.err);
        assert_eq!(run.out, "", "{line}");
    }
    assert!(!folder.has_database());
    assert_eq!(folder.run("--help").code, 0);
    assert_says(
        &folder.done("import --help"),
        &["realmRoles decides who is an admin"],
    );
}
