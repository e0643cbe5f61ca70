//! `headcount workspaces add`, `set-role`, `remove` and `members`.

use crate::folder::{Folder, assert_says};

#[test]
fn one_by_one() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("workspaces create a --owner ann@ex.co");
    assert_eq!(
        folder.done("workspaces add a bob@ex.co"),
        "bob@ex.co has the role user in a (id:1) now\n"
    );
    assert_eq!(
        folder.done("workspaces add a bob@ex.co --role collaborator"),
        "nothing to change: bob@ex.co has the role user in a (id:1) already\n"
    );
    let error = folder.error("workspaces add a bob@ex.co --role owner");
    assert_eq!(error["kind"], "role_differs");
    let set = folder.json("workspaces set-role a bob@ex.co owner");
    assert_eq!(set["changed"], true);
    assert_eq!(set["member"]["role"], "owner");
    assert_eq!(set["member"]["version"], 2);
    folder.done("workspaces set-role a ann@ex.co user");
    assert_eq!(folder.members("a"), ["bob owner", "ann user"]);
    assert_eq!(
        folder.done("workspaces remove a ann@ex.co"),
        "removed ann@ex.co from a (id:1)\n"
    );
    for (line, told) in [
        ("remove a ann@ex.co", "list its members"),
        ("set-role a ann@ex.co user", "add the user first"),
    ] {
        let error = folder.error(&format!("workspaces {line}"));
        assert_eq!(error["kind"], "member_not_found");
        assert_says(error["message"].as_str().unwrap(), &[told]);
    }
    assert_eq!(
        folder.error("workspaces remove a cho@ex.co")["kind"],
        "user_not_found"
    );
    assert_eq!(folder.members("a"), ["bob owner"]);
}

#[test]
fn listed_with_their_seats() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("workspaces create a --allow-ownerless");
    assert_eq!(folder.done("workspaces members a"), "no members\n");
    assert_eq!(
        folder.done("workspaces members a --json"),
        "{\"members\":[]}\n"
    );
    folder.done("workspaces add a ann@ex.co --role owner");
    folder.done("workspaces add a bob@ex.co");
    folder.done("users deactivate bob@ex.co");
    let out = folder.done("workspaces members a");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines[0], "EMAIL      ROLE   SEAT  SINCE");
    assert!(lines[1].starts_with("ann@ex.co  owner  yes   2"), "{out}");
    assert!(lines[2].starts_with("bob@ex.co  user   no    2"), "{out}");
}

#[test]
fn a_user_is_shown_with_their_workspaces() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("workspaces create a --owner ann@ex.co");
    folder.done("workspaces create b --owner ann@ex.co");
    folder.done("workspaces add a bob@ex.co");
    folder.done("workspaces add b bob@ex.co --role owner");
    folder.done("workspaces archive b");
    assert_says(
        &folder.done("users get bob@ex.co"),
        &[
            "workspace    a (id:1): user\n",
            "workspace    b (id:2): owner, archived\n",
        ],
    );
    let of_bob = folder.json("users get bob@ex.co")["workspaces"].take();
    assert_eq!(of_bob[0]["workspace"], 1);
    assert_eq!(of_bob[0]["name"], "a");
    assert_eq!(of_bob[0]["role"], "user");
    assert_eq!(of_bob[0]["version"], 1);
    assert_eq!(of_bob[1]["archived"], true);
    folder.done("users delete bob@ex.co --yes");
    assert_eq!(folder.members("a"), ["ann owner"]);
}

#[test]
fn what_the_actor_did_is_recorded() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let ann = folder.json("users get ann@ex.co")["user"]["id"].take();
    folder.done("workspaces create a --owner ann@ex.co --actor ann@ex.co");
    folder.done("workspaces add a bob@ex.co --actor ann@ex.co");
    let changes = folder.json("changes --after 3")["changes"].take();
    for change in changes.as_array().unwrap() {
        assert_eq!(change["actor"], ann);
    }
    assert_says(
        &folder.done("changes --after 4"),
        &["added to workspace 1 as user  by "],
    );
}
