//! Refusals have the statuses that the platform's SDK understands.

use headcount::{License, UserUpdate};
use headcount_server::{Holder, Scope};
use serde_json::json;

use crate::client::Running;

const USERS: &str = "/auth/admin/realms/master/users";
const API: &str = "/v1/api/users";

#[test]
fn a_full_house_is_403_everywhere() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    running.directory.deactivate_user(bob.id()).unwrap();
    running.directory.set_license(License::Seats(1)).unwrap();
    let invited = client.post(&format!("{API}/invite"), &json!({ "email": "eve@ex.co" }));
    assert_eq!(
        (invited.status, &invited.json()["code"]),
        (403, &json!(403))
    );
    assert!(invited.body.contains("1 of 1"), "{}", invited.body);
    let activated = client.post(&format!("{API}/activate"), &json!({ "email": "bob@ex.co" }));
    assert_eq!(activated.status, 403);
    let put = client.put(
        &format!("{USERS}/{}", bob.id()),
        &json!({ "enabled": true }),
    );
    assert_eq!(put.status, 403);
    running.directory.set_license(License::Community).unwrap();
    let invited = client.post(&format!("{API}/invite"), &json!({ "email": "eve@ex.co" }));
    assert_eq!(invited.status, 200);
    let eve = running
        .directory
        .user_by_email("eve@ex.co")
        .unwrap()
        .unwrap();
    assert_eq!(invited.json(), json!({ "id": eve.id(), "password": null }));
}

#[test]
fn other_refusals_are_400_or_say_more_to_the_identity_api() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    let bob = running.directory.create_user("bob@ex.co").unwrap();
    for email in ["bob@ex.co", "", "no address"] {
        let answer = client.post(&format!("{API}/invite"), &json!({ "email": email }));
        assert_eq!(answer.status, 400, "{email}");
    }
    let nobody = client.post(&format!("{API}/deactivate"), &json!({ "email": "x@ex.co" }));
    assert_eq!(nobody.status, 400);
    let broken = client.send("POST", &format!("{API}/invite"), "", "{");
    assert_eq!((broken.status, &broken.json()["code"]), (400, &json!(400)));

    let own = client.put(
        &format!("{USERS}/{}", ann.id()),
        &json!({ "enabled": false }),
    );
    assert_eq!(own.status, 403);
    let mut object = client.get(&format!("{USERS}/{}", bob.id())).json();
    object["email"] = json!("ann@ex.co");
    let taken = client.put(&format!("{USERS}/{}", bob.id()), &object);
    assert_eq!(taken.status, 409);
    let gone = client.put(
        &format!("{USERS}/{}", headcount::UserId::generate()),
        &object,
    );
    assert_eq!(gone.status, 404);
}

#[test]
fn only_an_admins_key_makes_admins_and_the_refusal_is_not_taken_for_a_lack_of_seats() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Write);
    running
        .directory
        .update_user(ann.id(), UserUpdate::new().admin(true))
        .unwrap();
    let invitation = json!({ "email": "eve@ex.co", "roles": ["admin"] });
    assert_eq!(
        client.post(&format!("{API}/invite"), &invitation).status,
        401
    );
    let admin = running.client(Holder::User(ann.id()), Scope::Admin);
    assert_eq!(
        admin.post(&format!("{API}/invite"), &invitation).status,
        200
    );
    let eve = running
        .directory
        .user_by_email("eve@ex.co")
        .unwrap()
        .unwrap();
    assert!(eve.is_admin());
}
