//! A workspace keeps an active owner, unless the request says that it may not.

use crate::folder::{Folder, assert_says};

/// Ann owns the workspaces a and b, Bob works in them.
fn folder() -> Folder {
    let folder = Folder::with_users(&["ann", "bob"]);
    for name in ["a", "b"] {
        folder.done(&format!("workspaces create {name} --owner ann@ex.co"));
        folder.done(&format!("workspaces add {name} bob@ex.co"));
    }
    folder
}

#[test]
fn whichever_way_it_would_go() {
    for line in [
        "workspaces create c",
        "workspaces set-role a ann@ex.co user",
        "workspaces remove a ann@ex.co",
        "users deactivate ann@ex.co",
        "users delete ann@ex.co --yes",
    ] {
        let folder = folder();
        let err = folder.refused(line);
        assert_says(
            &err,
            &[
                "no active owner would be left in ",
                "\nuse --allow-ownerless to leave it without one\n",
            ],
        );
        assert_eq!(folder.error(line)["kind"], "last_owner");
        assert_eq!(folder.members("a"), ["ann owner", "bob user"]);

        folder.done(&format!("{line} --allow-ownerless"));
        assert_says(&folder.done("changes"), &["left without an active owner"]);
    }
}

#[test]
fn the_refusal_names_the_workspaces() {
    let folder = folder();
    assert_says(
        &folder.refused("users delete ann@ex.co --yes"),
        &["\"a\", \"b\""],
    );
    folder.done("workspaces set-role a bob@ex.co owner");
    let err = folder.refused("users deactivate ann@ex.co");
    assert!(!err.contains("\"a\"") && err.contains("\"b\""), "{err}");
}

#[test]
fn handing_over_and_going_is_one_request() {
    let folder = folder();
    let handover = r#"
        {"op":"delete_user","user":"ann@ex.co"}
        {"op":"set_role","workspace":"a","user":"bob@ex.co","role":"owner"}
        {"op":"set_role","workspace":"b","user":"bob@ex.co","role":"owner"}
    "#;
    let run = folder.run_with_input("batch -", handover);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(folder.members("a"), ["bob owner"]);
}

#[test]
fn a_batch_can_be_allowed_it_too() {
    let folder = folder();
    folder.write(
        "b.jsonl",
        "{\"op\":\"deactivate_user\",\"user\":\"ann@ex.co\"}\n",
    );
    let err = folder.refused("batch b.jsonl");
    assert_says(
        &err,
        &[
            "headcount: no active owner would be left in \"a\", \"b\"",
            "use --allow-ownerless",
            "nothing was changed",
        ],
    );
    folder.done("batch b.jsonl --allow-ownerless");
    assert_eq!(folder.users("--inactive"), ["ann"]);
}
