//! `seats`: how many there are, are and were in use, and who holds them.

use crate::folder::{Folder, assert_says};

#[test]
fn of_a_day_and_of_today() {
    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    folder.done("users create dee@ex.co --inactive");
    folder.done("license set 4");
    folder.done("users deactivate bob@ex.co");

    let told = folder.json("seats");
    assert_eq!(told["seats"]["active"], 2);
    assert_eq!(told["seats"]["free"], 2);
    let history = &told["history"];
    assert_eq!(history["peak"], 3);
    assert_eq!(
        (&history["days"][0]["peak"], &history["days"][0]["last"]),
        (&3.into(), &2.into())
    );
    // All of it happened on one day, unless midnight was between.
    let today = history["peak_day"].as_str().unwrap();
    let (day, midnight) = today.split_at(10);
    assert_eq!(midnight, "T00:00:00Z");
    assert!(told.get("holders").is_none());

    let table = folder.done("seats");
    assert_eq!(
        words(&table),
        [
            vec!["LIMIT", "ACTIVE", "FREE", "PEAK", "SINCE", "PEAK", "ON"],
            vec!["4", "2", "2", "3", day, day],
        ]
    );
    // What was before the first change is not known.
    assert_eq!(folder.done("seats --since 2020-01-01"), table);
    let error = folder.run("seats --since lately");
    assert_eq!((error.code, error.out.as_str()), (2, ""));
    assert_says(&error.err, &["30m, 12h, 7d, 2w"]);
}

#[test]
fn held_by_the_active_users() {
    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    folder.done("users deactivate bob@ex.co");
    folder.done("license set 1");

    let told = folder.done("seats --holders");
    let (seats, holders) = told.split_once("\n\n").unwrap();
    assert_says(seats, &["1      2       0     3"]);
    assert_says(
        holders,
        &["over the limit by 1\n", "ann@ex.co", "cho@ex.co"],
    );
    assert!(!told.contains("bob"), "{told}");
    let told = folder.json("seats --holders");
    let emails: Vec<_> = told["holders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| &user["email"])
        .collect();
    assert_eq!(emails, ["ann@ex.co", "cho@ex.co"]);
}

#[test]
fn of_nobody() {
    let folder = Folder::new();
    assert_says(
        &folder.refused("seats"),
        &["there is no directory in headcount.redb"],
    );
    folder.done("license set enterprise");
    let told = folder.json("seats");
    assert_eq!(
        (&told["history"]["peak"], &told["history"]["peak_day"]),
        (&0.into(), &().into())
    );
    assert_says(
        &folder.done("seats"),
        &["no limit  0       no limit  0     20"],
    );
}

fn words(table: &str) -> Vec<Vec<&str>> {
    table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect()
}
