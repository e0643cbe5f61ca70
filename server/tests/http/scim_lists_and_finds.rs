//! SCIM lists: filters, pages and selected attributes.

use std::collections::BTreeSet;

use headcount::{License, UserUpdate};
use serde_json::{Value, json};

use super::scim_provisions_users::{USERS, provisioner};
use crate::client::Running;

fn ids(list: &Value) -> Vec<String> {
    let resources = list["Resources"].as_array().unwrap();
    resources
        .iter()
        .map(|of| of["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_walk_reads_every_user_once() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    running.directory.set_license(License::Enterprise).unwrap();
    for number in 0..25 {
        running
            .directory
            .create_user(format!("u{number}@ex.co").as_str())
            .unwrap();
    }
    running.directory.deactivate_user("u3@ex.co").unwrap();
    let mut seen = Vec::new();
    loop {
        let list = okta
            .get(&format!("{USERS}?startIndex={}&count=10", seen.len() + 1))
            .json();
        assert_eq!(list["totalResults"], 25, "the inactive too");
        assert_eq!(list["startIndex"], json!(seen.len() + 1));
        let page = ids(&list);
        assert_eq!(list["itemsPerPage"], json!(page.len()));
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    assert_eq!(seen.len(), 25);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 25);
    let page = okta.get(&format!("{USERS}?startIndex=14&count=3")).json();
    assert_eq!(ids(&page), seen[13..16], "also from where no page ended");

    let probe = okta.get(&format!("{USERS}?count=2&startIndex=1")).json();
    assert_eq!(
        (&probe["itemsPerPage"], &probe["totalResults"]),
        (&json!(2), &json!(25))
    );
    let none = okta.get(&format!("{USERS}?count=0")).json();
    assert_eq!(
        (&none["Resources"], &none["totalResults"]),
        (&json!([]), &json!(25))
    );
    let inactive = okta
        .get(&format!("{USERS}?filter=active%20eq%20false"))
        .json();
    assert_eq!(inactive["totalResults"], 1);
    assert_eq!(okta.get(&format!("{USERS}?count=x")).status, 400);
    let far = "99999999999999999999";
    let behind = okta
        .get(&format!("{USERS}?startIndex={far}&count={far}"))
        .json();
    assert_eq!(
        (ids(&behind).len(), &behind["totalResults"]),
        (0, &json!(25))
    );
    let before = okta
        .get(&format!("{USERS}?startIndex=-{far}&count=1"))
        .json();
    assert_eq!((&before["startIndex"], ids(&before).len()), (&json!(1), 1));
    let search = |numbers: &str| okta.send("POST", &format!("{USERS}/.search"), "", numbers);
    let all = search(&format!("{{\"startIndex\": -{far}, \"count\": {far}}}")).json();
    assert_eq!(ids(&all).len(), 25, "{all}");
    let behind = search(&format!("{{\"startIndex\": {far}, \"count\": null}}")).json();
    assert_eq!(
        (ids(&behind).len(), &behind["totalResults"]),
        (0, &json!(25))
    );
    for wrong in ["{\"count\": 1.5}", "{\"count\": \"x\"}"] {
        assert_eq!(search(wrong).status, 400, "{wrong}");
    }
}

#[test]
fn users_are_found_by_what_providers_match() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let made = okta.post(
        USERS,
        &json!({
            "userName": "ann", "externalId": "00U1", "active": false,
            "emails": [{ "value": "ann@ex.co", "type": "work" }],
        }),
    );
    okta.post(USERS, &json!({ "userName": "bob@ex.co" }));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    for filter in [
        "userName eq \"ANN\"".to_owned(),
        "externalId eq \"00U1\"".to_owned(),
        "emails eq \"ann@ex.co\"".to_owned(),
        "emails[type eq \"work\"].value eq \"Ann@ex.co\"".to_owned(),
        "emails.value sw \"ann\" and active eq false".to_owned(),
        format!("id eq \"{id}\""),
        "not (userName co \"bob\")".to_owned(),
        "externalId sw \"00U\"".to_owned(),
        "externalId ne null and active eq \"False\"".to_owned(),
        "meta.created gt \"2020-01-01T00:00:00Z\" and userName sw \"a\"".to_owned(),
    ] {
        let asked = filter.replace(' ', "%20").replace('"', "%22");
        let found = okta.get(&format!("{USERS}?filter={asked}"));
        assert_eq!(
            ids(&found.json()),
            [id.as_str()],
            "{filter}: {}",
            found.body
        );
        let body = json!({ "filter": filter, "count": 5 });
        assert_eq!(
            ids(&okta.post(&format!("{USERS}/.search"), &body).json()),
            [id.as_str()]
        );
    }
    let entra = provisioner(&running, "entra");
    let found = entra
        .get(&format!("{USERS}?filter=externalId%20eq%20%2200U1%22"))
        .json();
    assert_eq!(found["totalResults"], 0, "another's id");
    for wrong in [
        "userName",
        "shoeSize%20eq%201",
        "name.shoe%20pr",
        "userName%20like%20%22a%22",
        "emails[shoe%20eq%20%22x%22]",
        "emails[type%20eq%201]",
        "userName[value%20eq%20%22a%22]",
        "name%20eq%20%22a%22",
        "userName%20eq%205",
        "active%20eq%20%22maybe%22",
        "active%20co%20%22tr%22",
        "meta.created%20gt%20%22yesterday%22",
    ] {
        let refused = okta.get(&format!("{USERS}?filter={wrong}"));
        assert_eq!(
            (refused.status, &refused.json()["scimType"]),
            (400, &json!("invalidFilter")),
            "{wrong}"
        );
    }
}

#[test]
fn a_filter_names_schemas_of_its_resource() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let own = "urn:okta:custom:1.0:User";
    let core = "urn:ietf:params:scim:schemas:core:2.0";
    let extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0";
    let groups_own = "urn:headcount:scim:schemas:extension:workspace:2.0:Group";
    let mut new = json!({ "userName": "ann@ex.co" });
    new[own] = json!({ "badge": "7" });
    new[format!("{extension}:User")] = json!({ "department": "R&D" });
    assert_eq!(okta.post(USERS, &new).status, 201);
    okta.post("/scim/v2/Groups", &json!({ "displayName": "fraud" }));
    let asked = |endpoint: &str, filter: &str| {
        let filter = filter.replace(' ', "%20").replace('"', "%22");
        okta.get(&format!("/scim/v2/{endpoint}?filter={filter}"))
    };
    for (endpoint, filter) in [
        ("Users", format!("{own}:badge eq \"7\"")),
        ("Users", format!("{core}:User:userName eq \"ann@ex.co\"")),
        ("Users", format!("{extension}:User:department pr")),
        ("Groups", format!("{core}:Group:displayName eq \"fraud\"")),
    ] {
        let found = asked(endpoint, &filter);
        assert_eq!(found.json()["totalResults"], 1, "{filter}: {}", found.body);
    }
    for (endpoint, filter) in [
        ("Users", format!("{core}:Group:displayName eq \"fraud\"")),
        ("Users", format!("{core}:Usr:userName eq \"ann@ex.co\"")),
        ("Users", format!("{extension}:Usr:department pr")),
        ("Users", format!("{groups_own}:archived eq true")),
        ("Users", format!("{groups_own}:owners[value eq \"x\"]")),
        ("Groups", format!("{core}:User:userName eq \"ann@ex.co\"")),
        ("Groups", format!("{extension}:User:department pr")),
        ("Groups", format!("{own}:badge eq \"7\"")),
    ] {
        let refused = asked(endpoint, &filter);
        assert_eq!(
            (refused.status, &refused.json()["scimType"]),
            (400, &json!("invalidFilter")),
            "{endpoint} {filter}: {}",
            refused.body
        );
    }
}

#[test]
fn an_answer_has_the_attributes_that_were_asked_for() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let made = okta
        .post(USERS, &json!({ "userName": "ann@ex.co", "title": "Dr" }))
        .json();
    let path = format!("{USERS}/{}", made["id"].as_str().unwrap());
    let some = okta
        .get(&format!("{path}?attributes=userName,emails.value"))
        .json();
    let names: Vec<_> = some.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["emails", "id", "schemas", "userName"]);
    assert_eq!(some["emails"], json!([{ "value": "ann@ex.co" }]));
    let less = okta
        .get(&format!("{path}?excludedAttributes=Title,id"))
        .json();
    assert_eq!((&less["title"], &less["id"]), (&Value::Null, &made["id"]));
    let listed = okta.get(&format!("{USERS}?attributes=title")).json();
    assert_eq!(listed["Resources"][0].as_object().unwrap().len(), 3);
}

#[test]
fn both_kinds_are_searched_at_once() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    okta.post(
        USERS,
        &json!({ "userName": "ann@ex.co", "displayName": "Fraud hunter" }),
    );
    okta.post("/scim/v2/Groups", &json!({ "displayName": "Fraud" }));
    let both = json!({ "filter": "displayName sw \"fraud\"" });
    let found = okta.post("/scim/v2/.search", &both).json();
    assert_eq!((&found["totalResults"], ids(&found).len()), (&json!(2), 2));
    let second = json!({ "filter": "displayName sw \"fraud\"", "startIndex": 2, "count": 1 });
    let found = okta.post("/scim/v2/.search", &second).json();
    assert_eq!(found["Resources"][0]["meta"]["resourceType"], "Group");
}

#[test]
fn what_is_not_there_is_told_as_scim_errors() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    for (method, path, status) in [
        ("GET", "/scim/v2/Users/x", "404"),
        ("GET", "/scim/v2/Groups/0", "404"),
        ("GET", "/scim/v2/bulk", "404"),
        ("GET", "/scim/v2/Schemas/x", "404"),
        ("POST", "/scim/v2/Schemas", "405"),
    ] {
        let answer = okta.send(method, path, "", "");
        assert_eq!(answer.json()["status"], status, "{method} {path}");
        assert_eq!(
            answer.json()["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
        );
    }
    let stranger = running.stranger().get(USERS);
    assert_eq!(
        (stranger.status, &stranger.json()["status"]),
        (401, &json!("401"))
    );
}

#[test]
fn any_of_the_emails_finds_a_user() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let ann = running.directory.create_user("ann@ex.co").unwrap();
    let new = json!({
        "userName": "bob", "active": false,
        "emails": [
            { "value": "bob@ex.co", "type": "work" }, { "value": "Bob@home.net" },
            { "value": "ann@ex.co" }
        ],
    });
    let found = |email: &str| {
        let filter = format!("{USERS}?filter=emails.value%20eq%20%22{email}%22");
        ids(&okta.get(&filter).json())
    };
    assert_eq!(found("bob@home.net"), [""; 0]);
    let bob = okta.post(USERS, &new).json()["id"].clone();
    let (ann, bob) = (ann.id().to_string(), bob.as_str().unwrap().to_owned());
    assert_eq!(found("BOB@home.net"), [bob.as_str()]);
    assert_eq!(found("bob@ex.co"), [bob.as_str()]);
    let both: BTreeSet<_> = found("ann@ex.co").into_iter().collect();
    assert_eq!(both, BTreeSet::from([ann.clone(), bob.clone()]));
    let typed = format!("{USERS}?filter=emails.type%20eq%20%22work%22");
    assert_eq!(ids(&okta.get(&typed).json()).len(), 2);
    let path = format!("{USERS}/{bob}");
    let fewer = json!({ "userName": "bob", "emails": [{ "value": "bob@ex.co" }] });
    assert_eq!(okta.put(&path, &fewer).status, 200);
    assert_eq!(found("bob@home.net"), [""; 0]);
    assert_eq!(found("ann@ex.co"), [ann]);
}

#[test]
fn what_other_doors_write_is_found_too() {
    let running = Running::new();
    let okta = provisioner(&running, "okta");
    let found = |path: &str, text: &str| {
        let filter = format!("{USERS}?filter={path}%20eq%20%22{text}%22");
        ids(&okta.get(&filter).json())
    };
    assert_eq!(found("emails.value", "ann@home.net"), [""; 0]);
    let record = |second: &str| {
        let emails = json!([{ "value": "ann@ex.co", "primary": true }, { "value": second }]);
        let record = json!({ "userName": "ann@idp.net", "emails": emails });
        UserUpdate::new().attribute("scim", record.to_string().as_str())
    };
    let directory = &running.directory;
    let ann = directory.create_user("ann@ex.co").unwrap().id();
    directory.update_user(ann, record("ann@home.net")).unwrap();
    let id = ann.to_string();
    assert_eq!(found("emails.value", "ann@home.net"), [id.as_str()]);
    assert_eq!(found("userName", "ann@idp.net"), [id.as_str()]);
    directory.update_user(ann, record("a@home.net")).unwrap();
    let latest = directory.stats().unwrap().latest_change;
    directory.trim_changes(latest).unwrap();
    assert_eq!(found("emails.value", "a@home.net"), [id.as_str()]);
    assert_eq!(found("emails.value", "ann@home.net"), [""; 0]);
}
