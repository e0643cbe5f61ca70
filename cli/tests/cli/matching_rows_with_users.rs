//! Matching rows with users: by id, or else by email; fields that differ are updated.

use crate::folder::{Folder, assert_says};

const ANN: &str = "00000000-0000-0000-0000-00000000000a";
const BOB: &str = "00000000-0000-0000-0000-00000000000b";

fn folder_with_ann() -> Folder {
    let folder = Folder::new();
    folder.done(&format!(
        "users create ann@ex.co --id {ANN} --username ann --given-name Ann --attribute team=a"
    ));
    folder
}

#[test]
fn by_id_the_email_may_change() {
    let folder = folder_with_ann();
    folder.write(
        "u.jsonl",
        format!(r#"{{"id":"{ANN}","email":"ann@new.co"}}"#),
    );
    assert_says(
        &folder.done("import u.jsonl"),
        &["0 created, 1 updated, 0 unchanged"],
    );
    assert_eq!(folder.emails(""), ["ann@new.co"]);
}

#[test]
fn by_email_whatever_its_case() {
    let folder = folder_with_ann();
    folder.write("u.csv", "email,family_name\nANN@EX.CO,Lee\n");
    assert_says(&folder.done("import u.csv"), &["0 created, 1 updated"]);
    let ann = folder.user(ANN);
    assert_eq!(ann["email"], "ANN@EX.CO");
    assert_eq!(ann["family_name"], "Lee");
}

#[test]
fn what_the_file_does_not_say_stays() {
    let folder = folder_with_ann();
    folder.write(
        "u.csv",
        "email,username,given_name,active,admin,attributes.team,attributes.site\n\
         ann@ex.co,,,,,,here\n",
    );
    folder.done("import u.csv");
    let ann = folder.user(ANN);
    assert_eq!(ann["username"], "ann");
    assert_eq!(ann["given_name"], "Ann");
    assert_eq!(ann["active"], true);
    assert_eq!(ann["attributes"]["team"], "a");
    assert_eq!(ann["attributes"]["site"], "here");

    let created_at = ann["created_at"].clone();
    folder.write(
        "u.jsonl",
        r#"{"email":"ann@ex.co","username":null,"attributes":null,"given_name":"","createdTimestamp":0}"#,
    );
    folder.done("import u.jsonl");
    let ann = folder.user(ANN);
    assert_eq!(ann["username"], "ann");
    assert_eq!(
        ann["given_name"],
        serde_json::Value::Null,
        "an empty name is said"
    );
    assert_eq!(ann["created_at"], created_at, "only a new user gets one");
}

#[test]
fn a_user_of_that_email_with_another_id_is_somebody_else() {
    let folder = folder_with_ann();
    folder.write(
        "u.jsonl",
        format!(r#"{{"id":"{BOB}","email":"ann@ex.co"}}"#),
    );
    let err = folder.refused("import u.jsonl");
    assert_says(
        &err,
        &[
            "line 1, ann@ex.co: the user with this email has the id 00000000-0000-0000-0000-00000000000a, not 0000",
        ],
    );
}

#[test]
fn an_address_can_go_from_one_user_to_another() {
    let folder = folder_with_ann();
    folder.write(
        "u.jsonl",
        format!("{{\"email\":\"ann@ex.co\"}}\n{{\"id\":\"{ANN}\",\"email\":\"ann@new.co\"}}\n"),
    );
    assert_says(&folder.done("import u.jsonl"), &["1 created, 1 updated"]);
    assert_eq!(folder.user(ANN)["email"], "ann@new.co");
    assert_ne!(folder.user("ann@ex.co")["id"], ANN);
}

#[test]
fn users_can_swap_their_addresses_and_usernames() {
    let folder = folder_with_ann();
    folder.done(&format!("users create bob@ex.co --id {BOB} --username bob"));
    folder.write(
        "u.csv",
        format!("id,email,username\n{ANN},bob@ex.co,bob\n{BOB},ann@ex.co,ann\n"),
    );
    assert_says(&folder.done("import u.csv"), &["0 created, 2 updated"]);
    assert_eq!(folder.user("bob@ex.co")["id"], ANN);
}

#[test]
fn two_rows_about_one_user_are_duplicates() {
    for (rows, told) in [
        (
            ["{\"email\":\"ann@ex.co\"}", "{\"id\":\"ID\"}"],
            "line 2, id 0000",
        ),
        (
            ["{\"id\":\"ID\"}", "{\"email\":\"ann@ex.co\"}"],
            "line 2, ann@ex.co",
        ),
    ] {
        let folder = folder_with_ann();
        folder.write("u.jsonl", rows.join("\n").replace("ID", ANN));
        let err = folder.refused("import u.jsonl --format jsonl");
        assert_says(
            &err,
            &[told, "it has the same user as line 1", "1 of 2 rows"],
        );
    }
}

#[test]
fn the_actor_is_recorded_and_can_not_deactivate_themself() {
    let folder = folder_with_ann();
    folder.write("u.csv", "email,active\nbob@ex.co,yes\nann@ex.co,no\n");
    let err = folder.refused("import u.csv --actor ann@ex.co");
    assert_says(
        &err,
        &["line 3, ann@ex.co: users can't deactivate themselves"],
    );
    folder.done("import u.csv --actor ann@ex.co --skip-invalid");
    let changes = folder.json("changes --after 1");
    assert_eq!(changes["changes"][0]["actor"], ANN);
    let err = folder.refused("import u.csv --actor eve@ex.co");
    assert_says(
        &err,
        &["the actor \"eve@ex.co\" is not a user's id, email or username"],
    );
}

#[test]
fn a_user_has_one_row_whatever_it_calls_them() {
    let folder = folder_with_ann();
    folder.done("users update ann --external-id okta=1 --external-id entra=2");
    folder.write(
        "u.jsonl",
        "{\"external_ids\":{\"okta\":\"1\"},\"given_name\":\"A\"}\n\
         {\"external_ids\":{\"entra\":\"2\"},\"given_name\":\"B\"}\n",
    );
    assert_says(
        &folder.refused("import u.jsonl --match external_id"),
        &["line 2, unnamed: it has the same user as line 1; remove one of them"],
    );
}
