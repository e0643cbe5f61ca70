//! The conditions of `GET /api/v1/users`, alone and together.

use headcount::{License, NewUser};
use headcount_server::Scope;
use serde_json::json;

use crate::client::Running;

const USERS: &str = "/api/v1/users";

#[test]
fn each_condition_finds_its_users() {
    let running = Running::new();
    running.directory.set_license(License::Enterprise).unwrap();
    let early = "2024-01-01T00:00:00Z".parse().unwrap();
    for new in [
        NewUser::new("ann@ex.co")
            .family_name("Lee")
            .attribute("team", "red")
            .attribute("cost", "7")
            .created_at(early),
        NewUser::new("bob@ex.co").attribute("team", "blue"),
        NewUser::new("cho@ex.co").active(false),
    ] {
        running.directory.create_user(new).unwrap();
    }
    let (_, client) = running.user("dee", Scope::Read);
    let found = |query: &str| {
        let list = client.get(&format!("{USERS}?{query}"));
        assert_eq!(list.status, 200, "{query}: {}", list.body);
        let list = list.json();
        let users = list["users"].as_array().unwrap();
        let emails = users.iter().map(|user| user["email"].as_str().unwrap());
        let names = emails.map(|email| email.split('@').next().unwrap());
        names.collect::<Vec<_>>().join(" ")
    };
    for (query, names) in [
        ("search=LEE%20nn@", "ann"),
        ("search=nobody", ""),
        ("attribute=team", "ann bob"),
        ("attribute=team%3Dblue", "bob"),
        ("attribute=team=red&attribute=cost", "ann"),
        ("attribute=team=blue&attribute=cost", ""),
        ("created_before=2024-06-01T00:00:00Z", "ann"),
        ("created_since=2024-06-01T00:00:00Z&active=true", "bob dee"),
        ("changed_before=2023-01-01T00:00:00Z", ""),
        (
            "changed_since=2023-01-01T00:00:00Z&search=ex.co&limit=2",
            "ann bob",
        ),
        ("seen_before=2024-06-01T00:00:00Z", "ann"),
        ("seen_since=2024-06-01T00:00:00Z&active=false", "cho"),
    ] {
        assert_eq!(found(query), names, "{query}");
    }
    let first = client.get(&format!("{USERS}?search=ex.co&limit=1")).json();
    let next = first["next"].as_str().unwrap();
    assert_eq!(found(&format!("search=ex.co&limit=1&after={next}")), "bob");
}

#[test]
fn what_is_no_condition_is_refused() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let long = format!("search={}", "a".repeat(256));
    let many: Vec<_> = (0..17).map(|n| format!("attribute=a{n}")).collect();
    let many = many.join("&");
    for query in [
        "created_before=yesterday",
        "shoe=1",
        "active=maybe",
        &long,
        &many,
    ] {
        let refused = client.get(&format!("{USERS}?{query}"));
        assert_eq!(refused.status / 100, 4, "{query}: {}", refused.body);
        assert_ne!(refused.json()["title"], json!(null), "{}", refused.body);
    }
}
