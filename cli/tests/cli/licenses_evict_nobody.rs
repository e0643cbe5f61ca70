//! `headcount license`: any license is accepted, and being over the limit is reported.

use crate::folder::{Folder, assert_says};

#[test]
fn shown_and_set() {
    let folder = Folder::new();
    assert_eq!(
        folder.done("license set 250"),
        "the license is now 250 seats\n0 of 250 seats in use, 0 inactive\n"
    );
    assert_says(&folder.done("license set 250"), &["nothing to change"]);
    assert_eq!(
        folder.done("license set Enterprise"),
        "the license is now enterprise\n0 seats in use (enterprise: no limit), 0 inactive\n"
    );
    folder.done("license set community");
    assert_eq!(
        folder.done("license show"),
        "0 of 5 seats in use (community), 0 inactive\n"
    );
}

#[test]
fn below_todays_use_it_is_accepted() {
    let folder = Folder::with_examples();
    folder.done("import examples/data/seed-users.jsonl");
    let over = "\
4 of 1 seat in use, 0 inactive; over the limit by 3
nobody was deactivated; to activate another, deactivate 4 first or install a larger license
";
    assert_eq!(
        folder.done("license set 1"),
        format!("the license is now 1 seat\n{over}")
    );
    assert_eq!(folder.done("license show"), over);
    assert_eq!(folder.json("license show")["seats"]["over_by"], 3);
    assert_says(&folder.done("users list"), &["over the limit by 3"]);
    assert_eq!(folder.emails("--active").len(), 4);
    assert_says(&folder.refused("users create ann@ex.co"), &["no seat free"]);
    folder.done("users deactivate steve@ex.co");
}
