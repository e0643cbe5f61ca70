//! The SDK's logins go to the identity provider where one is configured, and only so many.

use headcount_server::Config;

use crate::client::{Answer, Running};
use crate::provider::Provider;

const FOLDER: &str = "/auth/realms/master/protocol/openid-connect";

fn post(running: &Running, path: &str, form: &str) -> Answer {
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    running
        .stranger()
        .send("POST", &format!("{FOLDER}/{path}"), kind, form)
}

#[test]
fn what_the_provider_says_comes_back() {
    let provider = Provider::start();
    let running = Running::with(Config {
        relay: Some(format!("{}/openid-connect/", provider.url)),
        ..Config::default()
    });
    let device = post(&running, "auth/device", "client_id=sdk-client");
    assert_eq!(
        (device.status, &device.json()["device_code"]),
        (200, &"d".into())
    );
    let refused = post(&running, "token", "grant_type=password&password=a%20b");
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (400, &"invalid_grant".into())
    );
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    let posted = provider.posted.lock().unwrap().clone();
    let path = |name: &str| format!("/staff/openid-connect/{name}");
    assert_eq!(
        posted,
        [
            (path("auth/device"), "client_id=sdk-client".to_owned()),
            (
                path("token"),
                "grant_type=password&password=a%20b".to_owned()
            ),
        ]
    );
    assert_eq!(post(&running, "logout", "").status, 404);
    assert_eq!(post(&running, "token", &"x".repeat(20_000)).status, 413);
    let limited = (0..200)
        .map(|_| post(&running, "auth/device", ""))
        .find(|of| of.status != 200);
    let limited = limited.unwrap();
    assert_eq!(limited.status, 429);
    assert!(limited.header("retry-after").is_some());
}

#[test]
fn it_is_off_by_default_and_says_so() {
    let off = post(&Running::new(), "token", "");
    assert_eq!(off.status, 404);
    assert!(
        off.body.contains("offers no login of its own"),
        "{}",
        off.body
    );
    let dead = Running::with(Config {
        relay: Some("http://127.0.0.1:1".to_owned()),
        ..Config::default()
    });
    assert_eq!(post(&dead, "token", "").status, 502);
}
