//! More active users than seats: accepted from a smaller license, and said plainly
//! wherever seats are shown.

use crate::folder::{Folder, assert_says};

#[test]
fn until_enough_have_left() {
    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    folder.done("users create dee@ex.co --inactive");
    let over = "3 of 1 seat in use, 1 inactive; over the limit by 2\n";
    assert_says(
        &folder.done("license set 1"),
        &[
            "the license is now 1 seat\n",
            over,
            "nobody was deactivated",
        ],
    );
    assert_says(&folder.done("license show"), &[over]);
    assert_says(&folder.done("users list --limit 1"), &[over]);
    assert_eq!(folder.json("users list")["seats"]["over_by"], 2);

    // Nothing that grows the number is let in; the rest goes on.
    let error = folder.error("users activate dee@ex.co");
    assert_eq!(error["kind"], "no_free_seat");
    assert_eq!((&error["limit"], &error["active"]), (&1.into(), &3.into()));
    folder.write(
        "swap.jsonl",
        "{\"op\":\"activate_user\",\"user\":\"dee@ex.co\"}\n\
         {\"op\":\"deactivate_user\",\"user\":\"ann@ex.co\"}\n",
    );
    assert_says(&folder.done("batch swap.jsonl"), &[over]);
    folder.done("workspaces create a --owner bob@ex.co");
    assert_says(
        &folder.done("users deactivate cho@ex.co"),
        &["2 of 1 seat in use, 2 inactive; over the limit by 1\n"],
    );
    assert_eq!(
        folder.done("license set 2"),
        "the license is now 2 seats\n2 of 2 seats in use, 2 inactive\n"
    );
}
