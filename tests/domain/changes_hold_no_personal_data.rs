//! The history holds ids and names of fields. Reading it, or keeping it for years, reveals no
//! personal data.

use headcount::{
    Batch, ChangeFeed, Directory, Field, NewUser, NewWorkspace, Op, Role, UserQuery, UserUpdate,
};

use crate::helpers::{changes, hire, kind, on_both_engines};

/// Every text about people and workspaces below, in pieces.
const SECRETS: [&str; 19] = [
    "quirin", "zebulon", "yolanda", "glimmer", "obelisk", "nickname", "trilby", "Ümit", "Wyvern",
    "Xanthe", "Vandal", "badge", "kestrel", "shoesize", "forty", "Pangolin", "Quokka", "Numbat",
    "umlaut",
];

#[test]
fn the_changes_of_a_user_contain_none_of_their_texts() {
    on_both_engines(|directory| {
        make_every_change(directory);
        let history = changes(directory, 0);
        let serialized = serde_json::to_string(&history).unwrap();
        let debugged = format!("{history:?}");
        for secret in SECRETS {
            for text in [&serialized, &debugged] {
                let found = text.to_lowercase().contains(&secret.to_lowercase());
                assert!(!found, "{secret:?} is in the changes: {text}");
            }
        }
        assert!(!serialized.contains('@'));
        // The fields that changed are recorded, but not their contents.
        for field in [
            "email",
            "username",
            "given_name",
            "family_name",
            "attributes",
            "admin",
        ] {
            assert!(serialized.contains(&format!("\"{field}\"")), "{field}");
        }
        let mut feed = directory.follow(0);
        assert_eq!(read(&mut feed), history);
    });
}

fn read(feed: &mut ChangeFeed) -> Vec<headcount::Change> {
    std::iter::from_fn(|| feed.recv_timeout(std::time::Duration::ZERO).unwrap()).collect()
}

fn make_every_change(directory: &Directory) {
    let boss = hire(directory, "boss");
    let person = NewUser::new("Quirin.Zebulon@glimmer.example")
        .username("nickname")
        .given_name("Ümit")
        .family_name("Wyvern")
        .attribute("badge", "kestrel");
    let person = directory.create_user(person).unwrap().id();
    let edits = UserUpdate::new()
        .email("yolanda@obelisk.example")
        .username("trilby")
        .given_name("Xanthe")
        .family_name("Vandal")
        .admin(true)
        .attribute("badge", None)
        .attribute("shoesize", "forty-two");
    directory.update_user(person, edits).unwrap();

    // Users named in every way, a request id, and a refusal.
    let mut batch = Batch::new()
        .create_workspace(NewWorkspace::new("Pangolin").owner("yolanda@obelisk.example"))
        .rename_workspace("pangolin", "Quokka")
        .add_member("Quokka", boss, Role::Owner)
        .set_role("Quokka", "yolanda@obelisk.example", Role::User)
        .request_id([3; 16]);
    batch.push(Op::DefaultWorkspace("yolanda@obelisk.example".into()));
    directory.apply(batch).unwrap();
    directory.rename_workspace("Quokka", "Numbat").unwrap();
    kind(
        directory
            .create_user("umlaut@bücher.example")
            .and_then(|_| directory.create_user("yolanda@obelisk.example")),
    );
    let default = directory.default_workspace(person).unwrap();
    directory
        .rename_workspace(default.id(), "Xanthe's own")
        .unwrap();

    let nobody = UserUpdate::new().admin(false);
    directory
        .update_user("umlaut@bücher.example", nobody)
        .unwrap();
    let gone = Batch::new()
        .delete_user("yolanda@obelisk.example")
        .request_id([4; 16]);
    directory.apply(gone).unwrap_err();
    directory
        .update_user(boss, UserUpdate::new().admin(true))
        .unwrap();
    let gone = Batch::new()
        .delete_user("yolanda@obelisk.example")
        .request_id([4; 16]);
    directory.apply(gone).unwrap();
    directory.delete_workspace("Numbat").unwrap();
    directory.delete_user("umlaut@bücher.example").unwrap();
}

/// A cursor contains an email or a username, as documented, and nothing else about users.
#[test]
fn a_cursor_holds_only_its_position() {
    on_both_engines(|directory| {
        let person = NewUser::new("ann@ex.co")
            .username("trilby")
            .given_name("Xanthe");
        directory.create_user(person).unwrap();
        hire(directory, "zoe");
        let query = UserQuery::new().limit(1);
        assert_eq!(
            directory.query(&query).unwrap().next.unwrap(),
            "email:ann@ex.co"
        );
    });
}

#[test]
fn fields_serialize_under_their_names() {
    let names = serde_json::to_string(&[Field::GivenName, Field::Attributes]).unwrap();
    assert_eq!(names, r#"["given_name","attributes"]"#);
}
