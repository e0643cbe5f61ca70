//! Tokens that the identity provider did not sign for this server are refused at every door,
//! however they are forged. `src/jwt/tests.rs` has more attacks with tokens.

use headcount_server::Scope;
use serde_json::{Value, json};

use crate::client::{Client, Running};
use crate::provider::Provider;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n\
                    Sec-Fetch-Site: same-origin\r\n";
const HEAD: fn() -> Value = || json!({ "alg": "ES256", "kid": "first", "typ": "JWT" });

/// The object with a member set to another value or, for null, removed.
fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    if value.is_null() {
        object.as_object_mut().unwrap().remove(name);
    } else {
        object[name] = value;
    }
    object
}

struct Target {
    provider: Provider,
    running: Running,
    claims: Value,
}

impl Target {
    fn new() -> Self {
        let provider = Provider::start();
        let running = provider.server("sub");
        let (bob, _) = running.user("bob", Scope::Read);
        let claims = provider.claims(&json!({ "sub": bob.id().to_string() }));
        let target = Self {
            provider,
            running,
            claims,
        };
        let good = target.provider.sign(&HEAD(), &target.claims);
        assert_eq!(target.bearing(&good).get("/api/v1/seats").status, 200);
        target
    }

    fn bearing(&self, token: &str) -> Client {
        self.running.bearing(token)
    }

    /// Checks that no door accepts the token.
    fn refuses(&self, token: &str, what: &str) {
        let bearer = self.bearing(token);
        for (method, path) in [
            ("GET", "/api/v1/seats"),
            ("POST", "/v1/api/users/query"),
            ("GET", "/auth/admin/realms/master/users?email=bob@ex.co"),
            ("GET", "/scim/v2/Users"),
            ("POST", "/v1/graphql"),
            ("GET", "/metrics"),
        ] {
            let answer = bearer.send(method, path, "", "{}");
            assert_eq!(answer.status, 401, "{what}: {path}: {}", answer.body);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let form = format!("key={token}");
        let login = self.running.stranger();
        let login = login.send("POST", "/admin/login", FORM, &form);
        assert_eq!(login.status, 401, "{what}: {}", login.body);
        assert_eq!(login.header("set-cookie"), None, "{what}");
    }
}

#[test]
fn a_token_can_not_choose_how_it_is_checked() {
    let target = Target::new();
    let (provider, claims) = (&target.provider, &target.claims);
    let signed = provider.sign(&HEAD(), claims);
    let (_, signature) = signed.rsplit_once('.').unwrap();
    for alg in [
        "none", "None", "nOnE", "", "HS256", "RS256", "PS256", "ES512", "EdDSA", "dir",
    ] {
        let head = with(&HEAD(), "alg", json!(alg));
        target.refuses(&provider.sign(&head, claims), alg);
        let unsigned = Provider::unsigned(&head, claims);
        target.refuses(&format!("{unsigned}."), alg);
        target.refuses(&format!("{unsigned}.{signature}"), alg);
    }
    // The public key, used as an HMAC secret.
    for alg in ["HS256", "ES256", "RS256"] {
        let unsigned = Provider::unsigned(&with(&HEAD(), "alg", json!(alg)), claims);
        let jwk = provider.jwk("first");
        for secret in [jwk.to_string(), jwk["x"].as_str().unwrap().to_owned()] {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
            let tag = ring::hmac::sign(&key, unsigned.as_bytes());
            target.refuses(&format!("{unsigned}.{}", Provider::text(tag.as_ref())), alg);
        }
    }
    for (name, value) in [
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("typ", json!("logout+jwt")),
        ("kid", json!(1)),
    ] {
        let head = with(&HEAD(), name, value);
        target.refuses(&provider.sign(&head, claims), &head.to_string());
    }
}

#[test]
fn a_token_can_not_choose_its_key() {
    let target = Target::new();
    let thief = Provider::start();
    let claims = &target.claims;
    target.refuses(&thief.sign(&HEAD(), claims), "another key of that name");
    for kid in [
        "second",
        "",
        "FIRST",
        "../first",
        "first\u{0}",
        "' or 1=1 --",
        "http://127.0.0.1:1/",
    ] {
        let head = with(&HEAD(), "kid", json!(kid));
        target.refuses(&thief.sign(&head, claims), kid);
    }
    target.refuses(
        &thief.sign(&with(&HEAD(), "kid", Value::Null), claims),
        "no name",
    );
    let jwk = thief.jwk("first");
    for (name, value) in [
        ("jwk", jwk.clone()),
        ("jku", json!(format!("{}/keys", thief.url))),
        ("x5u", json!(format!("{}/keys", thief.url))),
        ("x5c", json!(["MIIB"])),
    ] {
        target.refuses(&thief.sign(&with(&HEAD(), name, value), claims), name);
    }
    let asked = thief.questions.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(asked, 0, "nobody asked the thief");
}

#[test]
fn a_token_for_others_or_of_another_time_is_refused() {
    let target = Target::new();
    let now = target.claims["exp"].as_u64().unwrap() - 60;
    for (name, value) in [
        ("aud", json!("other")),
        ("aud", json!(["other"])),
        ("aud", json!([])),
        ("aud", json!({ "headcount": true })),
        ("aud", Value::Null),
        ("iss", json!("http://127.0.0.1:1/staff")),
        ("iss", json!(format!("{}/", target.provider.url))),
        ("iss", Value::Null),
        ("exp", json!(now - 120)),
        ("exp", json!(-1)),
        ("exp", json!("never")),
        ("exp", json!(1e300)),
        ("exp", Value::Null),
        ("nbf", json!(now + 3600)),
        ("nbf", json!([])),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!("bob@ex.co")),
        ("sub", json!("01890a5d-ac96-774b-bcce-b302099a8057")),
    ] {
        let claims = with(&target.claims, name, value);
        let token = target.provider.sign(&HEAD(), &claims);
        target.refuses(&token, &claims.to_string());
    }
}

#[test]
fn huge_and_broken_tokens_are_refused() {
    let target = Target::new();
    let padding = "x".repeat(9_000);
    let long = target
        .provider
        .sign(&HEAD(), &with(&target.claims, "pad", json!(padding)));
    assert_eq!(
        target.bearing(&long).get("/api/v1/seats").status,
        200,
        "12 KiB are taken"
    );
    let padding = "x".repeat(500_000);
    let huge = target
        .provider
        .sign(&HEAD(), &with(&target.claims, "pad", json!(padding)));
    assert_eq!(target.bearing(&huge).get("/api/v1/seats").status, 431);
    let login = target.running.stranger();
    let login = login.send("POST", "/admin/login", FORM, &format!("key={huge}"));
    assert_eq!((login.status, login.header("set-cookie")), (401, None));
    let deep = format!(
        "{}.{}.AA",
        Provider::text(b"{\"alg\":\"ES256\"}"),
        Provider::text("[".repeat(3_000).as_bytes())
    );
    for broken in [".", "..", "...", "a.b", "a.b.c", "a.b.c.d.e", &deep] {
        target.refuses(broken, broken);
    }
}

#[test]
fn a_token_ends_with_its_user() {
    let target = Target::new();
    let token = target.provider.sign(&HEAD(), &target.claims);
    let directory = &target.running.directory;
    directory.deactivate_user("bob@ex.co").unwrap();
    target.refuses(&token, "deactivated");
    directory.activate_user("bob@ex.co").unwrap();
    assert_eq!(target.bearing(&token).get("/api/v1/seats").status, 200);
    directory.delete_user("bob@ex.co").unwrap();
    target.refuses(&token, "deleted");
    // A new user with the same email and name is another one.
    target.running.user("bob", Scope::Read);
    target.refuses(&token, "deleted");
}
