//! `--dry-run` says exactly what would happen, and leaves no trace.

use crate::folder::{Folder, assert_says};

#[test]
fn not_even_a_file() {
    let folder = Folder::with_examples();
    let line = "import examples/data/keycloak-realm.json --when-full inactive";
    let dry = folder.done(&format!("{line} --dry-run"));
    assert!(!folder.has_database());
    let wet = folder.done(line);
    let (dry_head, dry_rest) = dry.split_once('\n').unwrap();
    assert_eq!(
        dry_head,
        "dry run, nothing is written: of examples/data/keycloak-realm.json, 7 would be created, \
         0 updated, 0 unchanged"
    );
    assert_eq!(dry_rest, wet.split_once('\n').unwrap().1);
}

#[test]
fn not_a_record_of_it() {
    let folder = Folder::with_examples();
    folder.done("license set 3");
    folder.done("users create steve@ex.co --inactive");
    folder.done("users create bob@ex.co --admin");
    folder.write(
        "u.csv",
        "email,username,active\nsteve@ex.co,steve,yes\nbob@ex.co,,\ncho@ex.co,,\ndee@ex.co,,\n,x,\n",
    );
    let line = "import u.csv --when-full inactive --skip-invalid";
    let before = (folder.json("users list"), folder.json("changes"));
    let dry = folder.json(&format!("{line} --dry-run"));
    let dry_text = folder.done(&format!("{line} --dry-run"));
    let after = (folder.json("users list"), folder.json("changes"));
    assert_eq!(before, after);

    assert_says(
        &dry_text,
        &["1 row would be skipped", "3 of 3 seats in use, 1 inactive"],
    );
    let wet = folder.json(line);
    for part in ["created", "updated", "unchanged", "seats", "invalid"] {
        assert_eq!(dry[part], wet[part], "{part}");
    }
    assert_eq!(
        (&dry["applied"], &wet["applied"]),
        (&false.into(), &true.into())
    );
    let users = dry["users"].as_array().unwrap();
    for (dry, wet) in users.iter().zip(wet["users"].as_array().unwrap()) {
        for part in ["email", "username", "active", "admin", "result"] {
            assert_eq!(dry[part], wet[part], "{part}");
        }
        assert_eq!(dry["id"].is_null(), dry["result"] == "created");
    }
}

#[test]
fn what_is_refused_is_refused_dry_too() {
    let folder = Folder::with_examples();
    let err = folder.refused("import examples/data/keycloak-realm.json --dry-run");
    assert_says(&err, &["2 more seats are needed"]);
    let err = folder.refused("import examples/data/wallaroo-users-query.json --dry-run");
    assert_says(&err, &["1 of 3 rows"]);
    assert!(!folder.has_database());
}
