//! `GET /api/v1/seats?since=`: the most users that were active, day by day.

use headcount::License;
use headcount_server::Scope;
use serde_json::{Value, json};

use crate::client::Running;

#[test]
fn with_since_and_only_then() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Read);
    let directory = &running.directory;
    directory.create_user("bob@ex.co").unwrap();
    directory.create_user("cho@ex.co").unwrap();
    directory.deactivate_user("cho@ex.co").unwrap();
    directory.set_license(License::Seats(7)).unwrap();

    let now = client.get("/api/v1/seats").json();
    assert_eq!((&now["active"], &now["free"]), (&json!(2), &json!(5)));
    assert_eq!(now.get("history"), None);

    let told = client.get("/api/v1/seats?since=2020-01-01T00:00:00Z");
    assert!(told.header("etag").is_some());
    let mut told = told.json();
    let history = told["history"].take();
    let day = &history["since"];
    assert!(day.as_str().unwrap().ends_with("T00:00:00Z"), "{day}");
    assert_eq!(
        history,
        json!({
            "since": day, "peak": 3, "peak_day": day,
            "days": [{ "day": day, "peak": 3, "last": 2 }],
        })
    );
    assert_eq!((&told["active"], &told["free"]), (&json!(2), &json!(5)));

    // Nothing has changed since a future day.
    let told = client
        .get("/api/v1/seats?since=2100-01-01T00:00:00Z")
        .json();
    let history = &told["history"];
    assert_eq!(
        (&history["peak"], &history["peak_day"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(history["days"], json!([]));

    for wrong in ["since=lately", "since=", "until=2020-01-01T00:00:00Z"] {
        let refused = client.get(&format!("/api/v1/seats?{wrong}"));
        assert_eq!(refused.status, 400, "{wrong}");
    }
}
