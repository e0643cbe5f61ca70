//! A provider sends a group of 10,000 members in requests whose cost is linear in the number of
//! members, not quadratic.

use std::time::{Duration, Instant};

use headcount::{Batch, License, NewUser};
use serde_json::{Value, json};

use super::scim_provisions_users::{patch, provisioner};
use crate::client::{Answer, Running};

const GROUPS: &str = "/scim/v2/Groups";
const MEMBERS: usize = 10_000;
/// Each of these requests takes a second without optimizations. Comparing each pair of members
/// would take minutes.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many members a request removes one by one.
const FEW: usize = 200;

#[test]
fn ten_thousand_members_come_stay_and_go() {
    let running = Running::new();
    running.directory.set_license(License::Enterprise).unwrap();
    let new = (0..MEMBERS).map(|at| NewUser::new(format!("user{at}@ex.co")));
    let batch = new.fold(Batch::new(), Batch::create_user);
    running.directory.apply(batch).unwrap();
    let users = running.directory.users().unwrap();
    let items: Vec<Value> = users
        .map(|user| json!({ "value": user.unwrap().id() }))
        .collect();

    let okta = provisioner(&running, "okta");
    let timed = |request: &dyn Fn() -> Answer, members: usize| {
        let begun = Instant::now();
        let answer = request();
        assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
        assert!(answer.status < 300, "{:.300}", answer.body);
        let count = running.directory.members("Staff").unwrap().len();
        assert_eq!(count, members);
    };
    let new = json!({ "displayName": "Staff", "members": &items[..MEMBERS / 2] });
    timed(&|| okta.post(GROUPS, &new), MEMBERS / 2);
    let path = format!("{GROUPS}/1");
    let change = |operation: &Value| patch(&okta, &path, json!([operation]));
    let add = json!({ "op": "add", "path": "members", "value": items });
    timed(&|| change(&add), MEMBERS);
    timed(&|| change(&add), MEMBERS);
    let upper: Vec<_> = { items.iter() }
        .map(|item| json!({ "value": item["value"].as_str().unwrap().to_uppercase() }))
        .collect();
    let remove = json!({ "op": "remove", "path": "members", "value": &upper[..MEMBERS / 2] });
    timed(&|| change(&remove), MEMBERS / 2);
    // Entra removes them one by one.
    let each: Vec<_> = { items[MEMBERS / 2..].iter().take(FEW) }
        .map(|item| format!("members[value eq {}]", item["value"]))
        .map(|path| json!({ "op": "remove", "path": path }))
        .collect();
    timed(&|| patch(&okta, &path, json!(each)), MEMBERS / 2 - FEW);
    let whole = json!({ "displayName": "Staff", "members": items });
    timed(&|| okta.put(&path, &whole), MEMBERS);
    timed(&|| okta.get(&path), MEMBERS);
    let first = items[0]["value"].as_str().unwrap();
    let found = okta.get(&format!(
        "{GROUPS}?filter=members+eq+%22{first}%22&excludedAttributes=members"
    ));
    assert_eq!(found.json()["totalResults"], 1, "{}", found.body);
    timed(&|| okta.send("PATCH", &path, "", &none()), 0);
}

fn none() -> String {
    let operation = json!({ "op": "replace", "path": "members", "value": [] });
    json!({ "Operations": [operation] }).to_string()
}
