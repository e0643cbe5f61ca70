//! A directory that was closed under the server is an outage, not a refusal: each door reports it
//! in its own format, and `/readyz` takes the server out of service.

use headcount_server::{Holder, Scope};
use serde_json::json;

use crate::client::Running;

#[test]
fn reads_and_writes_are_outages() {
    let running = Running::new();
    let holder = || Holder::Provisioner("ops".to_owned());
    let client = running.client(holder(), Scope::Write);
    let scim = running.client(holder(), Scope::Scim);
    assert_eq!(client.get("/readyz").status, 200);
    running.directory.clone().close().unwrap();

    let new = json!({ "email": "eve@ex.co" });
    for (answer, status) in [
        (client.get("/api/v1/users"), 503),
        (client.post("/api/v1/users", &new), 503),
        (scim.get("/scim/v2/Users"), 503),
        (
            scim.post("/scim/v2/Users", &json!({ "userName": "eve@ex.co" })),
            503,
        ),
        (client.post("/v1/api/users/query", &json!({})), 500),
        (client.post("/v1/api/users/invite", &new), 500),
        (
            client.get("/auth/admin/realms/master/users?email=eve%40ex.co"),
            500,
        ),
        (client.get("/readyz"), 503),
    ] {
        assert_eq!(answer.status, status, "{} {}", answer.head, answer.body);
    }
    assert_eq!(client.get("/healthz").status, 200);
}
