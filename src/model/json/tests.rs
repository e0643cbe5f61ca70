//! Values survive a round trip, and unknown fields are refused.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::model::{
    Batch, Change, License, Member, NewUser, NewWorkspace, Role, Seats, Sort, Step, Subject, User,
    UserId, UserPage, UserQuery, UserRef, UserUpdate, Workspace, WorkspaceId,
};

/// Reads `written`, and expects the same when it is written again.
#[track_caller]
fn round<T: Serialize + DeserializeOwned>(written: &Value) -> T {
    let value: T = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&value).unwrap(), written);
    value
}

#[track_caller]
fn refusal<T: DeserializeOwned>(text: &str) -> String {
    let read = serde_json::from_str::<T>(text);
    read.map(drop).unwrap_err().to_string()
}

fn operations() -> Vec<Value> {
    vec![
        json!({"op": "create_user", "email": "ann@ex.co"}),
        json!({"op": "create_user", "email": "Bob@ex.co",
            "id": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8", "username": "bob", "given_name": "Bob",
            "family_name": "Ross", "active": false, "admin": true, "attributes": {"team": "a"},
            "external_ids": {"okta": "00u1"}, "created_at": "2024-07-11T16:55:59Z"}),
        json!({"op": "update_user", "user": "bob", "if_version": 3}),
        json!({"op": "update_user", "user": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
            "email": "b@ex.co", "username": null, "given_name": null, "family_name": "R",
            "admin": false, "attributes": {"team": null, "room": "5"},
            "external_ids": {"okta": null, "entra": "6F1B"},
            "replace_attributes": true}),
        json!({"op": "activate_user", "user": "ann@ex.co", "if_version": 1}),
        json!({"op": "deactivate_user", "user": "ann@ex.co"}),
        json!({"op": "delete_user", "user": "not anybody@"}),
        json!({"op": "set_license", "license": "7", "if_version": 2}),
        json!({"op": "set_license", "license": "enterprise"}),
        json!({"op": "create_workspace", "name": "w", "owner": "ann@ex.co"}),
        json!({"op": "create_workspace", "name": "v", "external_ids": {"okta": "00g1"}}),
        json!({"op": "set_workspace_external_id", "workspace": "v", "provisioner": "okta",
            "id": "00g2"}),
        json!({"op": "set_workspace_external_id", "workspace": 4, "provisioner": "okta",
            "id": null, "if_version": 2}),
        json!({"op": "default_workspace", "user": "ann@ex.co"}),
        json!({"op": "rename_workspace", "workspace": "w", "name": "u", "if_version": 1}),
        json!({"op": "archive_workspace", "workspace": 4}),
        json!({"op": "restore_workspace", "workspace": 4}),
        json!({"op": "delete_workspace", "workspace": 4, "if_version": 9}),
        json!({"op": "add_member", "workspace": 4, "user": "bob", "role": "user"}),
        json!({"op": "set_role", "workspace": 4, "user": "bob", "role": "owner"}),
        json!({"op": "remove_member", "workspace": 4, "user": "bob", "if_version": 1}),
    ]
}

#[test]
fn batches_read_as_they_are_written() {
    for operation in operations() {
        round::<Step>(&operation);
    }
    let batch: Batch = round(&json!({
        "operations": operations(),
        "actor": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
        "door": "scim:okta",
        "request_id": "8a3c1b1e-3d3c-4a55-9d8b-0c4f1f1f9a01",
        "allow_ownerless": true,
    }));
    let again: Batch = serde_json::from_value(serde_json::to_value(&batch).unwrap()).unwrap();
    assert_eq!(batch.digest(), again.digest());
    assert_eq!(batch.steps()[4].if_version, Some(1));
    round::<Batch>(&json!({"operations": []}));
}

#[test]
fn what_builders_make_can_be_written() {
    let batch = Batch::new()
        .create_user(NewUser::new("ann@ex.co").username("ANN@ex.co"))
        .update_user("ann@ex.co", UserUpdate::new().if_version(2).admin(true));
    let written = serde_json::to_value(&batch).unwrap();
    let expected = json!({"operations": [
        {"op": "create_user", "email": "ann@ex.co"},
        {"op": "update_user", "user": "ann@ex.co", "admin": true, "if_version": 2},
    ]});
    assert_eq!(written, expected);

    let update = UserUpdate::new().if_version(1);
    let twice = Batch::new().update_user("ann@ex.co", update).if_version(2);
    assert!(serde_json::to_value(&twice).is_err());
    let malformed = Batch::new().create_user("ann");
    assert!(serde_json::to_value(&malformed).is_err());
}

#[test]
fn malformed_parts_are_refused_by_the_call_that_takes_them() {
    let user: NewUser = serde_json::from_str(r#"{"email": "ann"}"#).unwrap();
    assert!(user.check().is_err());
    let user: NewUser = serde_json::from_str("{}").unwrap();
    assert_eq!(user.check().unwrap_err().kind().name(), "email_required");
    let update: UserUpdate = serde_json::from_str(r#"{"username": "a b"}"#).unwrap();
    assert!(update.check().is_err());
}

#[test]
fn what_is_not_known_is_refused() {
    let told = refusal::<NewUser>(r#"{"email": "a@ex.co", "emali": 1}"#);
    assert!(told.starts_with("unknown field `emali`"), "{told}");
    let told = refusal::<UserUpdate>(r#"{"user": "a@ex.co"}"#);
    assert!(told.starts_with("unknown field `user`"), "{told}");
    let told = refusal::<Step>(r#"{"op": "update_user", "user": "a", "activ": true}"#);
    assert!(told.starts_with("unknown field `activ`"), "{told}");
    let told = refusal::<Step>(r#"{"op": "update_user"}"#);
    assert!(told.starts_with("missing field `user`"), "{told}");
    let told = refusal::<Step>(r#"{"op": "create_user", "email": "a@ex.co", "if_version": 1}"#);
    assert!(told.starts_with("unknown field `if_version`"), "{told}");
    let told = refusal::<Step>(
        r#"{"op": "set_workspace_external_id", "workspace": 1, "provisioner": "okta"}"#,
    );
    assert!(told.starts_with("missing field `id`"), "{told}");
    let told = refusal::<Batch>(r#"{"operations": [], "dry_run": true}"#);
    assert!(told.starts_with("unknown field `dry_run`"), "{told}");
    let told = refusal::<UserQuery>(r#"{"activ": true}"#);
    assert!(told.starts_with("unknown field `activ`"), "{told}");
    let told = refusal::<UserQuery>(r#"{"role": "owner"}"#);
    assert!(told.starts_with("a role is one in a workspace"), "{told}");
    let told = refusal::<UserUpdate>(r#"{"attributes": {"a": "b", "a": null}}"#);
    assert!(told.starts_with("`a` is there twice"), "{told}");
    let told = refusal::<License>("true");
    assert!(told.contains("a number of seats"), "{told}");
}

#[test]
fn records_read_as_they_are_written() {
    let mut user = json!({
        "id": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8", "email": "Ann@ex.co",
        "username": "Ann@ex.co", "given_name": "Ann", "family_name": null, "active": false,
        "admin": true, "external_ids": {"okta": "00u1"}, "attributes": {"team": "a"},
        "created_at": "2024-07-11T16:55:59Z",
        "updated_at": "2024-07-12T16:55:59Z", "deactivated_at": "2024-07-12T16:55:59Z",
        "version": 3,
    });
    let ann: User = round(&user);
    assert_eq!((ann.username(), ann.username_key()), ("Ann@ex.co", None));
    round::<UserPage>(&json!({"users": [user], "next": "x"}));
    user["shoe_size"] = 44.into();
    assert_eq!(serde_json::from_value::<User>(user).unwrap(), ann);

    let fraud: Workspace = round(&json!({
        "id": 4, "name": "Fraud", "archived": false, "default_of": null, "external_ids": {},
        "created_at": "2024-07-11T16:55:59Z", "updated_at": "2024-07-11T16:55:59Z", "version": 1,
    }));
    assert_eq!(fraud.name_key, "fraud");
    round::<Member>(&json!({
        "workspace": 4, "user": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8", "role": "owner",
        "since": "2024-07-11T16:55:59Z", "version": 1,
    }));
    round::<NewWorkspace>(&json!({"name": "w", "owner": "ann@ex.co"}));
    let seats: Seats = round(&json!({
        "license": "community", "license_version": 1, "limit": 5, "active": 2, "inactive": 1,
        "free": 3, "over_by": 0,
    }));
    assert_eq!(seats.license, License::Community);
    round::<Change>(&json!({
        "sequence": 3, "at": "2024-07-11T16:55:59Z", "actor": null, "door": "rest", "events": [
            {"event": "user_updated", "user": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
             "fields": ["email", "given_name"]},
            {"event": "license_set", "license": "9"},
        ],
    }));
}

#[test]
fn small_values_read_as_they_are_written() {
    for subject in [
        Subject::License,
        Subject::User(UserId::from_bytes([1; 16])),
        Subject::Workspace(WorkspaceId::from_u64(3)),
        Subject::Member(WorkspaceId::from_u64(3), UserId::from_bytes([1; 16])),
    ] {
        let written = serde_json::to_value(subject).unwrap();
        assert_eq!(round::<Subject>(&written), subject);
    }
    assert_eq!(round::<Sort>(&json!("created")), Sort::Created);
    assert_eq!(round::<Role>(&json!("owner")), Role::Owner);
    assert_eq!(
        serde_json::from_str::<License>("7").unwrap(),
        License::Seats(7)
    );
    assert_eq!(
        round::<UserRef>(&json!("Ann@ex.co")),
        UserRef::from("Ann@ex.co")
    );
    round::<UserQuery>(&json!({
        "active": false, "admins": true, "member_of": "w", "role": "owner",
        "email_prefix": "a", "email_domain": "ex.co", "username_prefix": "b",
        "created_since": "2024-07-11T16:55:59Z", "changed_since": "2024-07-11T16:55:59Z",
        "sort": "username", "descending": true, "limit": 7, "after": "x",
    }));
    round::<UserQuery>(&json!({"sort": "email"}));
}
