//! A token that the configured identity provider signed lets its user in while both are valid.
//! `src/jwt/tests.rs` has the attacks with tokens.

use std::sync::atomic::Ordering;

use headcount_server::{Config, Issuer, Scope};
use serde_json::json;

use crate::client::{Client, Running};
use crate::provider::Provider;

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
