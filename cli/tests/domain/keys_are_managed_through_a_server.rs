//! `headcount keys --server`: the keys of a server are listed, created and revoked while it
//! runs, and apply at once.

use std::fs;

use headcount::Directory;
use headcount_server::{Config, Holder, Scope};
use serde_json::Value;

use crate::folder::{Folder, assert_says};
use crate::served::Served;

#[test]
fn a_key_works_until_it_is_revoked() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let ann = served.directory.create_user("ann@ex.co").unwrap();
    let admin = served.key(Holder::User(ann.id()), Scope::Admin);
    let through = |key: &str| format!("--server {} --key {key}", served.url);
    let more = through(&admin);

    let line = format!("{more} keys create sync --provisioner hr --scope write --json");
    let made: Value = serde_json::from_str(&folder.done(&line)).unwrap();
    let key = &made["key"];
    assert_eq!(key["created_by"], ann.id().to_string());
    let secret = key["secret"].as_str().unwrap();
    folder.done(&format!("{} users create bob@ex.co", through(secret)));

    let list = folder.done(&format!("{more} keys list"));
    assert_says(&list, &["sync", "hr", "write", "never"]);
    let listed = folder.done(&format!("{more} keys list --json"));
    assert!(!listed.contains(secret), "{listed}");
    let id = key["id"].as_str().unwrap();
    folder.done(&format!("{more} keys revoke {id}"));
    let gone = folder.run(&format!("{} users list", through(secret)));
    assert_says(&gone.err, &["does not accept the key"]);
    let again = folder.run(&format!("{more} keys revoke {id}"));
    assert_eq!(again.code, 1);
    assert_says(&again.err, &["no key has the id"]);
}

#[test]
fn a_users_key_is_written_for_the_sdk() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let ann = served.directory.create_user("ann@ex.co").unwrap();
    let admin = served.key(Holder::Provisioner("ops".to_owned()), Scope::Admin);
    let more = format!("--server {} --key {admin}", served.url);
    let line = format!("{more} keys create laptop --user ann@ex.co --credentials ann.json");
    folder.done(&line);
    let written = fs::read_to_string(folder.path("ann.json")).unwrap();
    let credentials: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(credentials["user_id"], ann.id().to_string());
    let token = credentials["token"].as_str().unwrap();
    folder.done(&format!("--server {} --key {token} seats", served.url));

    // No key is left that nobody has.
    assert_eq!(folder.run(&line).code, 5);
    let keys: Value = folder.json(&format!("{more} keys list"));
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);

    let nobody = folder.run(&format!("{more} keys create x --user bob@ex.co"));
    assert_eq!(nobody.code, 1);
    assert_says(&nobody.err, &["is not a user's id, email or username"]);
    let reader = format!("--server {} --key {token}", served.url);
    let refused = folder.run(&format!("{reader} keys create x --user ann@ex.co"));
    assert_eq!(refused.code, 1);
    assert_says(&refused.err, &["the scope admin"]);
}
