//! What is checked of any file that is imported: nothing makes the importer panic, the
//! directory is sound afterwards, and the same file again changes nothing.

#![allow(clippy::unwrap_used)]

use headcount::Directory;

use super::plan::{Options, Plan};
use super::refusals::Refusals;
use super::{Row, parse};
use crate::args::{FormatArg, WhenFull};

/// Imports a file in every way there is.
pub fn check(bytes: &[u8]) {
    for format in [
        FormatArg::Auto,
        FormatArg::Keycloak,
        FormatArg::Wallaroo,
        FormatArg::Jsonl,
        FormatArg::Csv,
    ] {
        let Ok(parsed) = parse(bytes, "file", format) else {
            continue;
        };
        // With five seats, so that some find none.
        let directory = Directory::in_memory().unwrap();
        import(&directory, &parsed.rows);
        let users = users(&directory);
        import(&directory, &parsed.rows);
        assert_eq!(users, self::users(&directory), "{format:?}");
    }
}

fn import(directory: &Directory, rows: &[Row]) {
    let mut refusals = Refusals::of_unreadable(rows);
    let options = Options {
        when_full: WhenFull::Inactive,
        skip_invalid: true,
        email_template: Some("{username}@ex.co"),
    };
    let plan = Plan::make(directory, rows, options, &mut refusals).unwrap();
    refusals.json(rows);
    refusals.lines(rows);
    assert!(plan.obstacle.is_none());
    directory.apply(plan.operations(rows).batch).unwrap();
    directory.verify().unwrap();
}

/// All users, in the form in which they are compared: their versions too.
fn users(directory: &Directory) -> Vec<String> {
    let users = directory.users().unwrap();
    users.map(|user| format!("{:?}", user.unwrap())).collect()
}
