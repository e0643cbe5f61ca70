//! The platform's wire lists users, finds them by exact email and by id, and returns the fields
//! that the SDK needs.

use headcount::{Batch, License};
use headcount_server::{Holder, Scope};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::Running;

const USERS: &str = "/auth/admin/realms/master/users";

#[test]
fn all_users_are_listed_by_id_and_wanted_ones_with_null_for_nobody() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Read);
    let steve = running.directory.create_user("steve@ex.co").unwrap();
    running.directory.deactivate_user(steve.id()).unwrap();
    let (ann, steve) = (ann.id().to_string(), steve.id().to_string());

    let all = client.post("/v1/api/users/query", &json!({})).json();
    assert_eq!(all["users"].as_object().unwrap().len(), 2);
    assert_eq!(all["users"][&ann]["enabled"], true);
    assert_eq!(all["users"][&steve]["enabled"], false);
    let null = client.post("/v1/api/users/query", &json!({ "user_ids": null }));
    assert_eq!(null.json(), all);

    let nobody = "00000000-0000-4000-8000-000000000000";
    let wanted = json!({ "user_ids": [steve, nobody, "no id"] });
    let found = client.post("/v1/api/users/query", &wanted).json();
    let mut expected = json!({ "users": { nobody: null, "no id": null } });
    expected["users"][&steve] = all["users"][&steve].clone();
    assert_eq!(found, expected);
}

#[test]
fn a_user_is_found_by_the_whole_email_only() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    running.directory.create_user("steve@ex.co").unwrap();
    running.directory.create_user("a+b@ex.co").unwrap();
    let found = |query: &str| -> Vec<String> {
        let answer = client.get(&format!("{USERS}?email={query}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let list = answer.json();
        let emails = list.as_array().unwrap().iter();
        emails
            .map(|user| user["email"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(found("steve%40ex.co"), ["steve@ex.co"]);
    assert_eq!(found("STEVE%40EX.co"), ["steve@ex.co"]);
    assert_eq!(found("a%2Bb%40ex.co"), ["a+b@ex.co"]);
    for nobody in ["eve%40ex.co", "", "%40", "no+address", "a+b%40ex.co"] {
        assert_eq!(found(nobody), [""; 0], "{nobody}");
    }
}

#[test]
fn a_user_is_shown_by_id_as_the_sdk_reads_one() {
    let running = Running::new();
    let (ann, client) = running.user("ann", Scope::Read);
    let shown = client.get(&format!("{USERS}/{}", ann.id()));
    assert_eq!(shown.status, 200);
    let shown = shown.json();
    assert_eq!(shown["id"], ann.id().to_string());
    assert_eq!(shown["username"], "ann");
    assert_eq!(shown["email"], "ann@ex.co");
    assert_eq!(shown["firstName"], Value::Null);
    assert_eq!(
        shown["createdTimestamp"],
        ann.created_at().as_unix_micros() / 1_000
    );
    for nobody in ["00000000-0000-4000-8000-000000000000", "no-id"] {
        let answer = client.get(&format!("{USERS}/{nobody}"));
        assert_eq!(
            (answer.status, answer.json()),
            (404, json!({ "error": "User not found" }))
        );
    }
}

#[test]
fn a_list_of_many_users_is_one_object() {
    let running = Running::new();
    let directory = &running.directory;
    let mut batch = Batch::new().set_license(License::Enterprise);
    for number in 0..2_000 {
        batch = batch.create_user(format!("user{number}@ex.co").as_str());
    }
    directory.apply(batch).unwrap();
    let client = running.client(Holder::Provisioner("ops".to_owned()), Scope::Read);
    let all = client.post("/v1/api/users/query", &json!({}));
    assert_eq!(all.header("content-length"), None, "it comes in parts");
    let all = all.json();
    let all = all["users"].as_object().unwrap();
    assert_eq!(all.len(), 2_000);
    for user in directory.users().unwrap() {
        let user = user.unwrap();
        assert_eq!(all[&user.id().to_string()]["email"], user.email().as_str());
    }
    let browser = Browser::new(&running, Scope::Read);
    let csv = browser.get("/admin/export.csv").body;
    assert_eq!(csv.lines().count(), 1 + 2_000);
}
