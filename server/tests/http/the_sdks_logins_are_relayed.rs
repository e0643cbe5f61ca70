//! The SDK's logins are relayed to the identity provider if one is configured, up to a rate limit.

use headcount_server::{Config, Scope};

use crate::client::{Answer, Running};
use crate::provider::Provider;

const FOLDER: &str = "/auth/realms/master/protocol/openid-connect";

const CONFIGURATION: &str = "/auth/realms/master/.well-known/openid-configuration";

fn relaying(provider: &Provider) -> Running {
    Running::with(Config {
        relay: Some(format!("{}/protocol/openid-connect/", provider.url)),
        ..Config::default()
    })
}

fn get(running: &Running, path: &str, headers: &str) -> Answer {
    let path = format!("{FOLDER}/{path}");
    running.stranger().send("GET", &path, headers, "")
}

fn post(running: &Running, path: &str, form: &str) -> Answer {
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    running
        .stranger()
        .send("POST", &format!("{FOLDER}/{path}"), kind, form)
}

#[test]
fn what_the_provider_says_comes_back() {
    let provider = Provider::start();
    let running = relaying(&provider);
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
    let path = |name: &str| format!("/staff/protocol/openid-connect/{name}");
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
    assert_eq!(post(&running, "introspect", "").status, 404);
    assert_eq!(post(&running, "token", &"x".repeat(20_000)).status, 413);
    let limited = (0..200)
        .map(|_| post(&running, "auth/device", ""))
        .find(|of| of.status != 200);
    let limited = limited.unwrap();
    assert_eq!(limited.status, 429);
    assert!(limited.header("retry-after").is_some());
    assert_eq!(get(&running, "certs", "").status, 429);
    assert_eq!(get(&running, "auth", "").status, 429);
}

#[test]
fn programs_read_keys_configuration_and_their_user() {
    let provider = Provider::start();
    let running = relaying(&provider);
    let keys = get(&running, "certs", "");
    assert_eq!(keys.status, 200, "{}", keys.body);
    assert_eq!(keys.json()["keys"][0]["kid"], "first");
    let about = running.stranger().get(CONFIGURATION);
    assert_eq!(about.json()["issuer"], provider.url.as_str());
    for method in ["GET", "POST"] {
        let path = format!("{FOLDER}/userinfo");
        let ask = |headers: &str| running.stranger().send(method, &path, headers, "");
        let user = ask("Authorization: Bearer a.b.c\r\n");
        assert_eq!(
            (user.status, &user.json()["asked"]),
            (200, &"Bearer a.b.c".into())
        );
        assert_eq!(user.header("content-type"), Some("application/json"));
        assert_eq!(ask("Authorization: Bearer a.b.xhc_y\r\n").status, 200);
        assert_eq!(ask("").status, 401);
    }
    let (_, ann) = running.user("ann", Scope::Read);
    let own = ann.get(&format!("{FOLDER}/userinfo"));
    assert_eq!(
        own.status, 401,
        "a key of this server is told to nobody else"
    );
    assert_eq!(post(&running, "logout", "refresh_token=r").status, 204);
    let posted = provider.posted.lock().unwrap().clone();
    assert_eq!(posted.last().unwrap().1, "refresh_token=r");
}

#[test]
fn browsers_are_sent_to_the_provider() {
    let provider = Provider::start();
    let running = relaying(&provider);
    let folder = format!("{}/protocol/openid-connect", provider.url);
    for (path, place) in [
        (
            "auth?client_id=sdk-client&state=a%20b",
            "auth?client_id=sdk-client&state=a%20b",
        ),
        ("auth", "auth"),
        ("logout?id_token_hint=x", "logout?id_token_hint=x"),
        ("auth?//evil.example/", "auth?//evil.example/"),
    ] {
        let sent = get(&running, path, "");
        let to = sent.header("location").map(str::to_owned);
        assert_eq!((sent.status, to), (302, Some(format!("{folder}/{place}"))));
        assert_eq!(sent.header("cache-control"), Some("no-store"));
    }
    assert!(provider.posted.lock().unwrap().is_empty());
}

#[test]
fn the_configuration_is_the_issuers_where_the_folder_does_not_tell() {
    let provider = Provider::start();
    let with = |issuer| {
        Running::with(Config {
            relay: Some(format!("{}/oauth2/v1", provider.url)),
            issuer,
            ..Config::default()
        })
    };
    assert_eq!(with(None).stranger().get(CONFIGURATION).status, 404);
    let told = with(Some(provider.issuer("sub")))
        .stranger()
        .get(CONFIGURATION);
    assert_eq!(told.json()["issuer"], provider.url.as_str());
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
    assert_eq!(get(&dead, "certs", "").status, 502);
}
