//! `headcount batch --request-id`: a retry is done once, also from another process.

use crate::folder::{Folder, assert_says};

const BATCH: &str = "batch b.jsonl --request-id 8a3c1b1e-3d3c-4a55-9d8b-0c4f1f1f9a01";

fn folder() -> Folder {
    let folder = Folder::with_users(&["ann"]);
    folder.write(
        "b.jsonl",
        "{\"op\":\"create_user\",\"email\":\"bob@ex.co\"}\n\
         {\"op\":\"create_workspace\",\"name\":\"w\",\"owner\":\"bob@ex.co\"}\n",
    );
    folder
}

#[test]
fn and_are_answered_as_the_first_time() {
    let folder = folder();
    let first = folder.json(BATCH);
    assert_eq!(
        (&first["changed"], &first["replayed"]),
        (&true.into(), &false.into())
    );
    // Somebody else is faster with the next change; the retry must not act on it.
    folder.done("users update bob@ex.co --email bud@ex.co");
    let again = folder.json(BATCH);
    assert_eq!(
        (&again["changed"], &again["replayed"]),
        (&false.into(), &true.into())
    );
    assert_eq!(again["outcomes"], first["outcomes"]);
    assert_eq!(again["sequence"], first["sequence"]);
    assert_eq!(folder.users(""), ["ann", "bud"]);
    assert_says(
        &folder.done(BATCH),
        &[
            "nothing to do: the request was applied before, as change 3; this is what came of it",
            "1     create_user       bud@ex.co  changed  1\n",
        ],
    );
    let change = folder.json("changes --after 2")["changes"][0].take();
    assert_eq!(change["request_id"], "8a3c1b1e-3d3c-4a55-9d8b-0c4f1f1f9a01");
}

#[test]
fn one_that_was_refused_can_be_mended() {
    let folder = folder();
    folder.done("users create bob@ex.co");
    folder.refused(BATCH);
    folder.done("users delete bob@ex.co --yes");
    assert_eq!(folder.json(BATCH)["replayed"], false);
}

#[test]
fn one_that_did_nothing_is_remembered_too() {
    let folder = folder();
    folder.write(
        "b.jsonl",
        "{\"op\":\"activate_user\",\"user\":\"ann@ex.co\"}\n",
    );
    assert_eq!(folder.json(BATCH)["changed"], false);
    folder.done("users deactivate ann@ex.co");
    assert_eq!(folder.json(BATCH)["replayed"], true);
    assert_eq!(folder.users("--active"), [""; 0]);
    assert_says(
        &folder.done("changes"),
        &["nothing, by a batch with a request id"],
    );
}

#[test]
fn an_id_of_another_batch_is_refused() {
    let folder = folder();
    folder.done(BATCH);
    folder.write(
        "b.jsonl",
        "{\"op\":\"delete_user\",\"user\":\"ann@ex.co\"}\n",
    );
    assert_eq!(folder.error(BATCH)["kind"], "request_id_reused");
    assert_eq!(folder.users(""), ["ann", "bob"]);
}

#[test]
fn a_dry_run_leaves_the_id_free() {
    let folder = folder();
    assert_eq!(
        folder.json(&format!("{BATCH} --dry-run"))["replayed"],
        false
    );
    assert_eq!(folder.json(BATCH)["replayed"], false);
}
