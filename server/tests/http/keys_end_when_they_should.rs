//! A key stops working when it expires or is revoked, or its user is deactivated; its secret is not
//! stored.

use std::thread;
use std::time::Duration;

use headcount::{Directory, Timestamp};
use headcount_server::{Author, Config, Holder, NewKey, Scope, Server};

use crate::client::Running;

const LIST: &str = "/v1/api/users/query";

#[test]
fn an_expired_key_is_refused() {
    let running = Running::new();
    let holder = || Holder::Provisioner("cron".to_owned());
    let over = Timestamp::now().as_unix_micros() + 100_000;
    let over = Timestamp::from_unix_micros(over).unwrap();
    let key = |new: NewKey| running.server.keys().create(new).unwrap().1;
    let old = key(NewKey::new("old", holder()).expires_at(over));
    thread::sleep(Duration::from_millis(150));
    let answer = running.bearing(old.expose()).send("POST", LIST, "", "");
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["code"], 401);
    let soon = Timestamp::now().as_unix_micros() + 60_000_000;
    let soon = Timestamp::from_unix_micros(soon).unwrap();
    let good = key(NewKey::new("good", holder()).expires_at(soon));
    assert_eq!(
        running
            .bearing(good.expose())
            .send("POST", LIST, "", "")
            .status,
        200
    );
}

#[test]
fn a_key_works_while_its_user_is_active() {
    let running = Running::new();
    let (bob, client) = running.user("bob", Scope::Read);
    assert_eq!(client.send("POST", LIST, "", "").status, 200);
    running.directory.deactivate_user(bob.id()).unwrap();
    assert_eq!(client.send("POST", LIST, "", "").status, 401);
    running.directory.activate_user(bob.id()).unwrap();
    assert_eq!(client.send("POST", LIST, "", "").status, 200);
    running.directory.delete_user(bob.id()).unwrap();
    assert_eq!(client.send("POST", LIST, "", "").status, 401);
}

#[test]
fn a_revoked_key_is_refused_at_once() {
    let running = Running::new();
    let client = running.client(Holder::Provisioner("ci".to_owned()), Scope::Read);
    assert_eq!(client.send("POST", LIST, "", "").status, 200);
    let id = running.server.keys().list()[0].id.clone();
    assert!(
        running
            .server
            .keys()
            .revoke(&id, Author::default())
            .unwrap()
    );
    assert!(
        !running
            .server
            .keys()
            .revoke(&id, Author::default())
            .unwrap()
    );
    assert_eq!(client.send("POST", LIST, "", "").status, 401);
}

#[test]
fn keys_are_there_after_reopening_and_their_secrets_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let directory = Directory::open(&path).unwrap();
    let server = Server::new(directory.clone(), Config::default()).unwrap();
    let new = NewKey::new("ci", Holder::Provisioner("ci".to_owned())).scope(Scope::Scim);
    let (made, secret) = server.keys().create(new).unwrap();
    drop(server);
    directory.close().unwrap();

    let bytes = std::fs::read(&path).unwrap();
    let random = secret.expose().strip_prefix("hc_").unwrap().as_bytes();
    assert!(!bytes.windows(random.len()).any(|window| window == random));
    let directory = Directory::open(&path).unwrap();
    let keys = Server::new(directory, Config::default())
        .unwrap()
        .keys()
        .list();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (&keys[0].id, &keys[0].scopes),
        (&made.id, &vec![Scope::Scim])
    );
}
