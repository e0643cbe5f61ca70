//! The seats that a dry run shows are those that there are once it is done.

use crate::folder::{Folder, assert_says};

#[test]
fn the_seats_of_a_dry_run_are_those_afterwards() {
    let folder = Folder::with_users(&["ann", "bob", "cho", "dee"]);
    folder.done("license set 9");
    folder.write(
        "ops.jsonl",
        r#"{"op":"create_user","email":"eve@ex.co"}
{"op":"create_user","email":"fay@ex.co","active":false}
{"op":"create_user","email":"gus@ex.co"}
{"op":"delete_user","user":"gus@ex.co"}
{"op":"activate_user","user":"fay@ex.co"}
{"op":"deactivate_user","user":"fay@ex.co"}
{"op":"activate_user","user":"ann@ex.co"}
{"op":"delete_user","user":"bob@ex.co"}
{"op":"create_workspace","name":"w","owner":"ann@ex.co"}
{"op":"add_member","workspace":"w","user":"eve@ex.co","role":"user"}
{"op":"set_license","license":20}
"#,
    );
    for line in [
        "users deactivate ann@ex.co bob@ex.co",
        "users activate bob@ex.co cho@ex.co",
        "users update ann@ex.co bob@ex.co --given-name A",
        "batch ops.jsonl",
        "users deactivate --domain ex.co --username-prefix e --allow-ownerless",
        "users delete cho@ex.co dee@ex.co --yes",
        "users delete --inactive --yes",
    ] {
        let said = folder.done(&format!("{line} --dry-run"));
        let tried = folder.json(&format!("{line} --dry-run"));
        let done = folder.json(line);
        assert_eq!(tried["seats"], done["seats"], "{line}");
        assert_eq!(tried["seats"], folder.json("seats")["seats"], "{line}");
        let (_, then) = said.rsplit_once("\nthen: ").unwrap();
        assert_says(&folder.done("license show"), &[then]);
    }
}

#[test]
fn a_batch_that_was_sent_before_changes_no_seats() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.write(
        "ops.jsonl",
        r#"{"op":"deactivate_user","user":"ann@ex.co"}"#,
    );
    let line = "batch ops.jsonl --request-id 4b7c9c1e-6d0a-4f0e-9a57-0f6f0d6c9c11";
    let seats = folder.json(line)["seats"].take();
    assert_eq!(seats["active"], 1);
    let again = folder.json(&format!("{line} --dry-run"));
    assert_eq!(
        (&again["replayed"], &again["seats"]),
        (&true.into(), &seats)
    );
}
