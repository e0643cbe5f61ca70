//! SCIM groups are workspaces, with the same members.

use headcount::Role;
use serde_json::{Value, json};

use super::scim_provisions_users::{USERS, patch, provisioner};
use crate::client::{Answer, Client, Running};

const GROUPS: &str = "/scim/v2/Groups";
const WORKSPACE: &str = "urn:headcount:scim:schemas:extension:workspace:2.0:Group";

struct Story {
    running: Running,
    okta: Client,
    /// Ids of users.
    users: Vec<String>,
}

impl Story {
    fn new() -> Self {
        let running = Running::new();
        let okta = provisioner(&running, "okta");
        let users = ["ann", "bob", "cho"].map(|name| {
            let user = running
                .directory
                .create_user(format!("{name}@ex.co").as_str());
            user.unwrap().id().to_string()
        });
        Self {
            running,
            okta,
            users: users.to_vec(),
        }
    }

    fn group(&self, members: &[usize]) -> String {
        self.made(&json!({ "displayName": "Fraud", "members": self.members(members) }))
    }

    fn group_named(&self, name: &str) -> String {
        self.made(&json!({ "displayName": name }))
    }

    fn made(&self, new: &Value) -> String {
        let made = self.okta.post(GROUPS, new);
        assert_eq!(made.status, 201, "{}", made.body);
        format!("{GROUPS}/{}", made.json()["id"].as_str().unwrap())
    }

    fn members(&self, of: &[usize]) -> Vec<Value> {
        of.iter()
            .map(|at| json!({ "value": self.users[*at] }))
            .collect()
    }

    /// The numbers of the users in a list.
    fn numbers(&self, list: &Value) -> Vec<usize> {
        let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut numbers: Vec<_> = items
            .iter()
            .map(|item| {
                self.users
                    .iter()
                    .position(|id| item["value"] == json!(id))
                    .unwrap()
            })
            .collect();
        numbers.sort_unstable();
        numbers
    }

    #[track_caller]
    fn check(&self, answer: &Answer, members: &[usize], owners: &[usize]) {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let group = answer.json();
        assert_eq!(self.numbers(&group["members"]), members);
        assert_eq!(self.numbers(&group[WORKSPACE]["owners"]), owners);
    }
}

#[test]
fn a_group_is_a_workspace() {
    let story = Story::new();
    let new = json!({ "displayName": "Fraud", "externalId": "g1", "members": [] });
    let made = story.okta.post(GROUPS, &new);
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("{GROUPS}/{}", made.json()["id"].as_str().unwrap());
    assert!(
        story
            .running
            .directory
            .workspace("fraud")
            .unwrap()
            .is_some()
    );
    assert_eq!(
        story.okta.post(GROUPS, &new).json()["scimType"],
        "uniqueness"
    );
    for filter in [
        "displayName%20eq%20%22FRAUD%22",
        "externalId%20eq%20%22g1%22",
    ] {
        let found = story.okta.get(&format!("{GROUPS}?filter={filter}")).json();
        assert_eq!(found["Resources"][0]["externalId"], "g1", "{filter}");
    }
    let renamed = patch(
        &story.okta,
        &path,
        json!([{ "op": "replace", "value": { "id": "7", "displayName": "Fraud models" } }]),
    );
    assert_eq!(renamed.json()["displayName"], "Fraud models");
    assert_eq!(renamed.json()["externalId"], "g1");
    assert_eq!(story.okta.send("DELETE", &path, "", "").status, 204);
    assert_eq!(story.okta.get(&path).status, 404);
    let found = story
        .okta
        .get(&format!("{GROUPS}?filter=externalId%20eq%20%22g1%22"))
        .json();
    assert_eq!(found["totalResults"], 0);
}

#[test]
fn a_group_and_its_external_id_are_one_change() {
    let story = Story::new();
    let new = |name: &str| json!({ "displayName": name, "externalId": "g1" });
    assert_eq!(story.okta.post(GROUPS, &new("Fraud")).status, 201);
    let directory = &story.running.directory;
    let changes = || directory.stats().unwrap().latest_change;
    assert_eq!(changes(), story.users.len() as u64 + 1);
    let taken = story.okta.post(GROUPS, &new("Risk"));
    assert_eq!(
        (taken.status, &taken.json()["scimType"]),
        (409, &json!("uniqueness"))
    );
    assert!(directory.workspace("Risk").unwrap().is_none());

    let path = story.group_named("Risk");
    let change = json!([{ "op": "replace", "value": new("Risks") }]);
    assert_eq!(patch(&story.okta, &path, change).status, 409);
    assert!(
        directory.workspace("Risks").unwrap().is_none(),
        "not renamed"
    );
    let entra = provisioner(&story.running, "entra");
    let change = json!([{ "op": "add", "path": "externalId", "value": "g1" }]);
    assert_eq!(patch(&entra, &path, change).json()["externalId"], "g1");
    let risk = directory.workspace("Risk").unwrap().unwrap();
    assert_eq!(
        (risk.external_id("entra"), risk.external_id("okta")),
        (Some("g1"), None)
    );
    let none = json!([{ "op": "remove", "path": "externalId" }]);
    assert_eq!(patch(&entra, &path, none).json()["externalId"], Value::Null);
    let versioned = |tag: &str| {
        let headers = format!("If-Match: {tag}\r\n");
        story.okta.send("DELETE", &path, &headers, "").status
    };
    assert_eq!((versioned("W/\"1\""), versioned("*")), (412, 204));
}

#[test]
fn a_group_has_one_id() {
    let story = Story::new();
    let path = story.group(&[0]);
    assert_eq!(path, format!("{GROUPS}/1"));
    for other in ["01", "%2B1", "1.0", "1%20"] {
        let path = format!("{GROUPS}/{other}");
        assert_eq!(story.okta.get(&path).status, 404, "{other}");
        let filter = format!("{GROUPS}?filter=id%20eq%20%22{other}%22");
        assert_eq!(story.okta.get(&filter).json()["totalResults"], 0, "{other}");
    }
}

#[test]
fn members_come_and_go() {
    let story = Story::new();
    let path = story.group(&[0]);
    let change = |operation: Value| patch(&story.okta, &path, json!([operation]));
    let add = json!({ "op": "Add", "path": "members", "value": story.members(&[0, 1, 2]) });
    story.check(&change(add), &[0, 1, 2], &[]);
    let remove = json!({ "op": "Remove", "path": "members", "value": story.members(&[0]) });
    story.check(&change(remove), &[1, 2], &[]);
    let filter = format!("members[value eq \"{}\"]", story.users[1]);
    story.check(
        &change(json!({ "op": "remove", "path": filter })),
        &[2],
        &[],
    );
    let unknown = json!({ "op": "add", "path": "members", "value": [{ "value": "nobody" }] });
    story.check(&change(unknown), &[2], &[]);
    let all = json!({ "op": "replace", "path": "members", "value": story.members(&[0, 1]) });
    story.check(&change(all), &[0, 1], &[]);
    story.check(
        &change(json!({ "op": "remove", "path": "members" })),
        &[],
        &[],
    );
}

#[test]
fn a_replacement_that_names_no_members_keeps_them() {
    let story = Story::new();
    let path = story.group(&[0, 1]);
    let put = |body: &Value| story.okta.put(&path, body);
    story.check(&put(&json!({ "displayName": "Fraud" })), &[0, 1], &[]);
    for value in [
        json!({ "displayName": "Fraud" }),
        json!({ "displayName": "Fraud", "members": null }),
    ] {
        let replace = json!([{ "op": "replace", "value": value }]);
        story.check(&patch(&story.okta, &path, replace), &[0, 1], &[]);
    }
    story.check(
        &put(&json!({ "displayName": "Fraud", "members": story.members(&[2]) })),
        &[2],
        &[],
    );
    story.check(
        &put(&json!({ "displayName": "Fraud", "members": [] })),
        &[],
        &[],
    );
}

#[test]
fn owners_stay_owners_and_can_be_taken_out() {
    let story = Story::new();
    let path = story.group(&[0, 1]);
    let directory = &story.running.directory;
    directory
        .set_role("Fraud", "ann@ex.co", Role::Owner)
        .unwrap();
    let change = |operation: Value| patch(&story.okta, &path, json!([operation]));
    let add = json!({ "op": "add", "path": "members", "value": story.members(&[0, 2]) });
    story.check(&change(add), &[0, 1, 2], &[0]);
    let put = json!({ "displayName": "Fraud", "members": story.members(&[0, 1]) });
    story.check(&story.okta.put(&path, &put), &[0, 1], &[0]);
    let owners = json!({ "op": "remove", "path": format!("{WORKSPACE}:owners") });
    assert_eq!(change(owners).json()["scimType"], "mutability");
    let gone = json!({ "op": "remove", "path": "members", "value": story.members(&[0]) });
    story.check(&change(gone), &[1], &[]);
}

#[test]
fn members_can_be_left_out() {
    let story = Story::new();
    let path = story.group(&[0]);
    let without = story
        .okta
        .get(&format!("{path}?excludedAttributes=members"))
        .json();
    assert_eq!(without["members"], Value::Null);
    assert_eq!(without["displayName"], "Fraud");
    let change = json!([{ "op": "add", "path": "members", "value": story.members(&[1]) }]);
    let done = patch(
        &story.okta,
        &format!("{path}?excludedAttributes=members"),
        change,
    );
    assert_eq!((done.status, done.body.as_str()), (204, ""));
    story.check(&story.okta.get(&path), &[0, 1], &[]);
}

#[test]
fn a_users_groups_are_shown_and_default_workspaces_are_none() {
    let story = Story::new();
    let path = story.group(&[0]);
    let directory = &story.running.directory;
    let own = directory.default_workspace("ann@ex.co").unwrap();
    let ann = story
        .okta
        .get(&format!("{USERS}/{}", story.users[0]))
        .json();
    assert_eq!(ann["groups"].as_array().unwrap().len(), 1);
    assert_eq!(ann["groups"][0]["display"], "Fraud");
    assert_eq!(story.okta.get(GROUPS).json()["totalResults"], 1);
    assert_eq!(
        story.okta.get(&format!("{GROUPS}/{}", own.id())).status,
        404
    );
    let filter = format!(
        "{GROUPS}?filter=members.value%20eq%20%22{}%22",
        story.users[0]
    );
    let found = story.okta.get(&filter).json();
    assert!(path.ends_with(found["Resources"][0]["id"].as_str().unwrap()));
    let role = directory.members(own.id()).unwrap()[0].role();
    assert_eq!(role, Role::Owner);
}
