//! A batch is applied as one request, or not at all; a dry run answers the same and changes
//! nothing.

use headcount::License;
use headcount_server::{Holder, Scope};
use serde_json::json;

use crate::client::Running;

const BATCH: &str = "/api/v1/batch";

#[test]
fn a_full_house_swaps_and_a_dry_run_only_says_so() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    running.directory.set_license(License::Seats(2)).unwrap();
    let swap = json!({ "operations": [
        { "op": "create_user", "email": "cho@ex.co" },
        { "op": "deactivate_user", "user": "bob@ex.co", "if_version": 1 },
    ] });
    let changes = || running.directory.stats().unwrap().latest_change;
    let before = changes();
    let told = client.post(&format!("{BATCH}?dry_run=true"), &swap);
    assert_eq!(told.status, 200, "{}", told.body);
    let told = told.json();
    assert_eq!(
        (&told["dry_run"], &told["sequence"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(
        told["outcomes"][1],
        json!({ "subject": { "user": bob.id() }, "changed": true, "version": 2 })
    );
    assert_eq!(changes(), before);
    let done = client.post(BATCH, &swap).json();
    assert_eq!(done["sequence"], before + 1);
    assert_eq!(done["outcomes"][1], told["outcomes"][1]);
    assert_eq!(changes(), before + 1);
}

#[test]
fn a_refusal_names_the_operation_and_nothing_is_done() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let refused = client.post(
        BATCH,
        &json!({ "operations": [
            { "op": "create_user", "email": "bob@ex.co" },
            { "op": "activate_user", "user": "nobody@ex.co" },
        ] }),
    );
    assert_eq!(
        (refused.status, &refused.json()["op_index"]),
        (404, &json!(1))
    );
    assert_eq!(running.directory.len().unwrap(), 1);
    let unknown = json!({ "operations": [{ "op": "evict", "user": "ann" }] });
    assert_eq!(client.post(BATCH, &unknown).status, 400);

    let admin = running.client(Holder::User(ann.id()), Scope::Admin);
    for operation in [
        json!({ "op": "set_license", "license": "enterprise" }),
        json!({ "op": "create_user", "email": "eve@ex.co", "admin": true }),
        json!({ "op": "update_user", "user": "ann@ex.co", "admin": true }),
    ] {
        let batch = json!({ "operations": [operation] });
        assert_eq!(client.post(BATCH, &batch).status, 403, "{batch}");
        assert_eq!(admin.post(BATCH, &batch).status, 200, "{batch}");
    }
}
