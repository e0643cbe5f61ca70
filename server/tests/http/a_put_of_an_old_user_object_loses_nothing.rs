//! A PUT sends a whole user object that was read earlier. If the record has changed since, the
//! server takes only whether the user is active from it.

use headcount::UserUpdate;
use headcount_server::Scope;
use serde_json::json;

use crate::client::Running;

const USERS: &str = "/auth/admin/realms/master/users";

#[test]
fn an_old_object_changes_only_whether_the_user_is_active() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    let path = format!("{USERS}/{}", bob.id());
    let mut object = client.get(&path).json();

    let moved = UserUpdate::new().email("robert@ex.co").given_name("Robert");
    running.directory.update_user(bob.id(), moved).unwrap();
    object["enabled"] = json!(false);
    let answer = client.put(&path, &object);
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));

    let bob = running.directory.user_by_id(bob.id()).unwrap().unwrap();
    assert!(!bob.is_active());
    assert_eq!(bob.email().as_str(), "robert@ex.co");
    assert_eq!(bob.given_name(), Some("Robert"));
}

#[test]
fn a_fresh_object_changes_names_too() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    let path = format!("{USERS}/{}", bob.id());
    let mut object = client.get(&path).json();
    object["email"] = json!("robert@ex.co");
    object["username"] = json!("robert");
    object["lastName"] = json!("Roe");
    assert_eq!(client.put(&path, &object).status, 204);
    let bob = running.directory.user_by_id(bob.id()).unwrap().unwrap();
    assert_eq!(
        (bob.email().as_str(), bob.username(), bob.family_name()),
        ("robert@ex.co", "robert", Some("Roe"))
    );
    // Without its version, the object's age is unknown.
    let unversioned = json!({ "email": "x@ex.co", "enabled": true });
    assert_eq!(client.put(&path, &unversioned).status, 204);
    let bob = running.directory.user_by_id(bob.id()).unwrap().unwrap();
    assert_eq!(bob.email().as_str(), "robert@ex.co");
}

#[test]
fn a_put_is_recorded_as_the_callers() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    let answer = client.put(
        &format!("{USERS}/{}", bob.id()),
        &json!({ "enabled": false }),
    );
    assert_eq!(answer.status, 204);
    let last = running
        .directory
        .changes(0)
        .unwrap()
        .last()
        .unwrap()
        .unwrap();
    assert_eq!(last.actor, Some(ann.id()));
}
