//! A token that the configured identity provider signed lets its user in, for as long as
//! both are good. `src/jwt/tests.rs` has the attacks on tokens themselves.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use headcount_server::{Config, Issuer, Scope};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::client::{Client, Running};

/// An identity provider that tells its configuration and its keys, and counts questions.
struct Provider {
    url: String,
    keys: Arc<Mutex<Vec<(String, EcdsaKeyPair)>>>,
    questions: Arc<AtomicUsize>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (keys, questions) = (Arc::default(), Arc::default());
        let provider = Self {
            url: format!("http://{address}/staff"),
            keys: Arc::clone(&keys),
            questions: Arc::clone(&questions),
        };
        provider.add_key("first");
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut line = String::new();
                let mut lines = BufReader::new(&stream);
                lines.read_line(&mut line).unwrap();
                let mut rest = String::new();
                while lines.read_line(&mut rest).unwrap() > 2 {
                    rest.clear();
                }
                let keys = keys.lock().unwrap();
                let body = told(&line, address, &keys, &questions).to_string();
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
                );
            }
        });
        provider
    }

    fn add_key(&self, id: &str) {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        self.keys.lock().unwrap().push((id.to_owned(), pair));
    }

    fn server(&self, claim: &str) -> Running {
        let mut issuer = Issuer::new(&self.url, "headcount");
        claim.clone_into(&mut issuer.user_claim);
        Running::with(Config {
            issuer: Some(issuer),
            ..Config::default()
        })
    }

    /// A token with these claims, signed by the latest key.
    fn token(&self, claims: &Value) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let mut all = json!({ "iss": self.url, "aud": "headcount", "exp": now.as_secs() + 60 });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let keys = self.keys.lock().unwrap();
        let (id, pair) = keys.last().unwrap();
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = json!({ "alg": "ES256", "kid": id });
        let signed = format!("{}.{}", part(&head), part(&all));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn told(
    line: &str,
    address: SocketAddr,
    keys: &[(String, EcdsaKeyPair)],
    questions: &AtomicUsize,
) -> Value {
    if line.contains("openid-configuration") {
        return json!({ "issuer": format!("http://{address}/staff"),
                       "jwks_uri": format!("http://{address}/keys") });
    }
    questions.fetch_add(1, Ordering::SeqCst);
    let keys = keys.iter().map(|(id, pair)| {
        let point = pair.public_key().as_ref();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "kid": id,
                "x": text(&point[1..33]), "y": text(&point[33..]) })
    });
    json!({ "keys": keys.collect::<Vec<_>>() })
}

fn status(client: &Client) -> u16 {
    client.get("/api/v1/seats").status
}

#[test]
fn a_users_token_works_while_the_user_is_active() {
    let provider = Provider::start();
    let running = provider.server("sub");
    let (bob, key) = running.user("bob", Scope::Read);
    let bearer = running.bearing(&provider.token(&json!({ "sub": bob.id().to_string() })));
    assert_eq!(status(&bearer), 200);
    running.directory.deactivate_user(bob.id()).unwrap();
    assert_eq!(status(&bearer), 401);
    running.directory.activate_user(bob.id()).unwrap();
    assert_eq!(status(&bearer), 200);
    assert_eq!(status(&key), 200, "keys are taken besides");
    let user = json!({ "email": "eve@ex.co" });
    assert_eq!(
        bearer.post("/api/v1/users", &user).status,
        403,
        "it may read"
    );
    for other in [json!("bob"), json!("bob@ex.co"), json!(7), json!("")] {
        let bearer = running.bearing(&provider.token(&json!({ "sub": other })));
        assert_eq!(status(&bearer), 401, "{other}");
    }
    let past = provider.token(&json!({ "sub": bob.id().to_string(), "exp": 1_700_000_000 }));
    assert_eq!(status(&running.bearing(&past)), 401);
}

#[test]
fn an_admins_token_may_what_admins_may_while_they_are_one() {
    let provider = Provider::start();
    let running = provider.server("preferred_username");
    let (_, _) = running.user("ann", Scope::Read);
    let (bob, _) = running.user("bob", Scope::Read);
    let bearer = running.bearing(&provider.token(&json!({ "preferred_username": "bob" })));
    let create = |name: &str| {
        bearer
            .post("/api/v1/users", &json!({ "email": name }))
            .status
    };
    assert_eq!(create("c@ex.co"), 403);
    let admin = |admin: bool| headcount::UserUpdate::new().admin(admin);
    let (ann, _) = running.user("ann", Scope::Read);
    running
        .directory
        .update_user(ann.id(), admin(true))
        .unwrap();
    running
        .directory
        .update_user(bob.id(), admin(true))
        .unwrap();
    assert_eq!(create("c@ex.co"), 201);
    let change = running
        .directory
        .changes(0)
        .unwrap()
        .last()
        .unwrap()
        .unwrap();
    assert_eq!(change.actor, Some(bob.id()), "it is their doing");
    running
        .directory
        .update_user(bob.id(), admin(false))
        .unwrap();
    assert_eq!(create("d@ex.co"), 403);
}

#[test]
fn an_email_counts_when_it_is_verified() {
    let provider = Provider::start();
    let running = provider.server("email");
    running.user("bob", Scope::Read);
    for (claims, expected) in [
        (json!({ "email": "Bob@ex.co", "email_verified": true }), 200),
        (
            json!({ "email": "bob@ex.co", "email_verified": false }),
            401,
        ),
        (
            json!({ "email": "bob@ex.co", "email_verified": "true" }),
            401,
        ),
        (json!({ "email": "bob@ex.co" }), 401),
        (json!({ "email": "eve@ex.co", "email_verified": true }), 401),
    ] {
        let bearer = running.bearing(&provider.token(&claims));
        assert_eq!(status(&bearer), expected, "{claims}");
    }
}

#[test]
fn made_up_keys_do_not_become_questions() {
    let provider = Provider::start();
    let running = provider.server("sub");
    let (bob, _) = running.user("bob", Scope::Read);
    let claims = json!({ "sub": bob.id().to_string() });
    let old = provider.token(&claims);
    assert_eq!(status(&running.bearing(&old)), 200);
    assert_eq!(provider.questions.load(Ordering::SeqCst), 1);
    provider.add_key("second");
    for _ in 0..20 {
        let unknown = running.bearing(&provider.token(&claims));
        assert_eq!(status(&unknown), 401, "it asked a moment ago");
        assert_eq!(status(&running.bearing(&old)), 200, "others go on");
    }
    assert_eq!(provider.questions.load(Ordering::SeqCst), 1);
}

#[test]
fn a_provider_that_can_not_be_reached_lets_nobody_in() {
    let provider = Provider::start();
    let mut issuer = Issuer::new(&provider.url, "headcount");
    issuer.jwks_url = Some("http://127.0.0.1:1/keys".to_owned());
    let running = Running::with(Config {
        issuer: Some(issuer),
        ..Config::default()
    });
    let (bob, key) = running.user("bob", Scope::Read);
    let token = provider.token(&json!({ "sub": bob.id().to_string() }));
    assert_eq!(status(&running.bearing(&token)), 401);
    assert_eq!(status(&key), 200);
    let plain = Running::new();
    assert_eq!(status(&plain.bearing(&token)), 401, "none is configured");
}
