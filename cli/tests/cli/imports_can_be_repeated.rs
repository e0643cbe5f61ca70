//! Importing the same file again with the same options changes nothing.

use crate::folder::{Folder, assert_says};

/// Imports twice; the second time must change nothing.
#[track_caller]
fn assert_repeatable(folder: &Folder, line: &str) {
    let first = folder.json(line);
    assert_eq!(first["changed"], true);
    let before = folder.json("users list");
    let second = folder.json(line);
    assert_eq!(second["changed"], false, "{second}");
    assert_eq!(second["created"], 0);
    assert_eq!(second["updated"], 0);
    assert_eq!(second["without_seat"].as_array().unwrap().len(), {
        first["without_seat"].as_array().unwrap().len()
    });
    assert_eq!(folder.json("users list"), before);
    assert_says(&folder.done(line), &["nothing to change"]);
}

#[test]
fn the_examples() {
    let folder = Folder::with_examples();
    assert_repeatable(&folder, "import examples/data/seed-users.jsonl");
    assert_repeatable(
        &folder,
        "import examples/data/keycloak-realm.json --when-full inactive",
    );
    assert_repeatable(
        &folder,
        "import examples/data/wallaroo-users-query.json --when-full inactive \
         --email-template {username}@wallaroo.ai --skip-invalid",
    );
    assert_eq!(folder.changes(), 3);
}

#[test]
fn every_field() {
    let folder = Folder::new();
    folder.write(
        "users.jsonl",
        r#"{"email":"Ann@Bücher.example","username":"ann@bücher.example","given_name":" Ann ","active":true,"admin":true,"created_at":"2020-01-02T03:04:05Z","attributes":{"team":"a","tags":["x","y"]}}
{"email":"bob@ex.co","username":"Bob","family_name":"","active":false,"createdTimestamp":1720716959173}
"#,
    );
    assert_repeatable(&folder, "import users.jsonl");
    folder.write(
        "users.csv",
        "email,active,admin,attributes.team\nANN@bücher.example,yes,yes,b\nbob@ex.co,no,,\n",
    );
    assert_repeatable(&folder, "import users.csv");
}

#[test]
fn what_the_directory_lists_can_be_imported_elsewhere() {
    let folder = Folder::with_examples();
    folder.done(
        "import examples/data/wallaroo-users-query.json --email-template {username}@wallaroo.ai",
    );
    folder.done("users update admin@wallaroo.ai --attribute team=platform --given-name Ada");
    folder.done("users deactivate john.hansarick@wallaroo.ai");
    folder.write("list.json", folder.done("users list --json"));
    assert_says(&folder.done("import list.json"), &["nothing to change"]);

    let other = Folder::new();
    other.write("list.json", folder.done("users list --json"));
    assert_repeatable(&other, "import list.json");
    let facts = |folder: &Folder| {
        let mut users = folder.json("users list")["users"].take();
        for user in users.as_array_mut().unwrap() {
            let user = user.as_object_mut().unwrap();
            user.remove("version").unwrap();
            user.remove("updated_at").unwrap();
            user.remove("deactivated_at").unwrap();
        }
        users
    };
    assert_eq!(facts(&other), facts(&folder));
}
