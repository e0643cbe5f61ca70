//! REST reports a refusal as problem details (RFC 9457): the kind, the operation, and the numbers
//! of seats.

use headcount_server::Scope;
use serde_json::json;

use crate::client::Running;

#[test]
fn a_full_house_is_409_with_the_numbers() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    for name in ["bob", "cho", "dee", "eve"] {
        running
            .directory
            .create_user(format!("{name}@ex.co").as_str())
            .unwrap();
    }
    let refused = client.post("/api/v1/users", &json!({ "email": "fay@ex.co" }));
    assert_eq!(
        refused.header("content-type"),
        Some("application/problem+json")
    );
    let problem = refused.json();
    assert_eq!((refused.status, &problem["status"]), (409, &json!(409)));
    assert_eq!(problem["kind"], "no_free_seat");
    assert_eq!(
        problem["seats"],
        json!({ "limit": 5, "active": 5, "requested": 1 })
    );
    assert!(problem["detail"].as_str().unwrap().contains("5 of 5"));
}

#[test]
fn each_kind_has_its_status() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let create = |email: &str| client.post("/api/v1/users", &json!({ "email": email }));
    let taken = create("ANN@ex.co");
    assert_eq!((taken.status, &taken.json()["op_index"]), (409, &json!(0)));
    assert_eq!(create("no address").status, 422);
    assert_eq!(
        client
            .post("/api/v1/users", &json!({ "e-mail": "x@ex.co" }))
            .status,
        400
    );
    let own = client.send("POST", "/api/v1/users/ann/deactivate", "", "");
    assert_eq!(
        (own.status, &own.json()["kind"]),
        (409, &json!("own_account"))
    );
    assert_eq!(
        client.get("/api/v1/users/nobody").json()["kind"],
        "user_not_found"
    );
    for (path, status) in [("/users?limit=x", 400), ("/workspaces/x", 404)] {
        let refused = client.get(&format!("/api/v1{path}"));
        assert_eq!(
            (refused.status, &refused.json()["status"]),
            (status, &json!(status))
        );
    }
    let unkeyed = running.stranger().get("/api/v1/users");
    assert_eq!(
        unkeyed.header("content-type"),
        Some("application/problem+json")
    );
}
