//! A user who is provisioned without emails has the user name as the email, also after being
//! renamed.

use serde_json::json;

use crate::client::{Answer, Running};
use crate::scim_provisions_users::{USERS, patch, provisioner};

#[test]
fn until_emails_are_sent_the_user_name_is_the_email() {
    let running = Running::new();
    let entra = provisioner(&running, "entra");
    let made = entra.post(USERS, &json!({ "userName": "u1@ex.co" })).json();
    let path = format!("{USERS}/{}", made["id"].as_str().unwrap());
    let email = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["emails"][0]["value"].clone()
    };
    let rename = json!([{ "op": "Replace", "path": "userName", "value": "u2@ex.co" }]);
    assert_eq!(email(&patch(&entra, &path, rename)), "u2@ex.co");
    let new_hire = entra.post(USERS, &json!({ "userName": "u1@ex.co" }));
    assert_eq!(new_hire.status, 201, "{}", new_hire.body);
    let renamed = entra.put(&path, &json!({ "userName": "u3@ex.co" }));
    assert_eq!(email(&renamed), "u3@ex.co");
    // A name that is not an address leaves the email unchanged.
    let renamed = entra.put(&path, &json!({ "userName": "u3" }));
    assert_eq!(email(&renamed), "u3@ex.co");

    let sent = json!({ "userName": "u3@ex.co", "emails": [{ "value": "u3@ex.co" }] });
    assert_eq!(email(&entra.put(&path, &sent)), "u3@ex.co");
    let renamed = entra.put(&path, &json!({ "userName": "u4@ex.co" }));
    assert_eq!(email(&renamed), "u3@ex.co", "that one was sent");
}
