//! Views have the same fields as users, and refuse bytes that are not a user.

use super::*;
use crate::codec::{decode_user, put_user};
use crate::error::ErrorKind;
use crate::model::{Attributes, Email, ExternalIds, UserParts, Username};

fn user(email: &str) -> UserParts {
    UserParts {
        id: UserId::generate(),
        email: Email::parse(email).unwrap(),
        username: None,
        given_name: None,
        family_name: None,
        active: false,
        admin: true,
        external_ids: ExternalIds::new(),
        attributes: Attributes::new(),
        created_at: Timestamp::now(),
        updated_at: Timestamp::now(),
        deactivated_at: None,
        version: 300,
    }
}

fn users() -> [User; 2] {
    let mut full = user("Ann@Bücher.example");
    full.username = Some(Username::parse("ＡＮＮ\u{430}").unwrap());
    full.deactivated_at = Some(Timestamp::now());
    full.external_ids
        .insert("okta".to_owned(), "00u1".to_owned());
    full.given_name = Some("Ann".to_owned());
    full.family_name = Some("Lee".to_owned());
    for (name, value) in [("short", String::new()), ("long", "x".repeat(251))] {
        full.attributes.insert(name.to_owned(), value);
    }
    [user("bob@ex.co"), full].map(User::from)
}

fn encoded(user: &User) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_user(&mut bytes, user).unwrap();
    bytes
}

#[test]
fn a_view_says_what_the_user_does() {
    for user in users() {
        let bytes = encoded(&user);
        let stored = view_user(user.email_key(), &bytes).unwrap();
        for view in [stored, UserView::from(&user)] {
            assert_eq!(view.to_user(), user);
            assert_eq!(view.email(), user.email().as_str());
            assert_eq!(view.email_key(), user.email().key());
            assert_eq!(view.username(), user.username());
            assert_eq!(view.attribute("long"), user.attribute("long"));
            assert_eq!(view.attribute("none"), None);
            assert!(view.attributes().eq(user.attributes()));
            assert!(view.external_ids().eq(user.external_ids()));
            assert_eq!(view.external_id("okta"), user.external_id("okta"));
            assert_eq!(view.attributes().len(), user.attributes().len());
        }
    }
}

#[test]
fn a_view_refuses_what_is_no_user() {
    for user in users() {
        let (key, bytes) = (user.email_key(), encoded(&user));
        for length in 0..bytes.len() {
            let cut = view_user(key, &bytes[..length]).map(|_| ()).unwrap_err();
            assert_eq!(cut.kind(), ErrorKind::Corrupted, "{length}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(view_user(key, &longer).is_err());
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x85;
            let view = view_user(key, &damaged).map(|view| view.to_user()).ok();
            assert_eq!(view, decode_user(key, &damaged).ok(), "byte {place}");
        }
    }
}

#[test]
fn pairs_that_are_not_in_order_are_damage() {
    let mut parts = user("bob@ex.co");
    for name in ["one", "two"] {
        parts.external_ids.insert(name.to_owned(), "1".to_owned());
        parts.attributes.insert(name.to_owned(), "1".to_owned());
    }
    let user = User::from(parts);
    let (key, bytes) = (user.email_key(), encoded(&user));
    let is_name = |at: &usize| matches!(&bytes[*at..*at + 3], b"one" | b"two");
    let places: Vec<_> = (0..bytes.len() - 3).filter(is_name).collect();
    assert_eq!(places.len(), 4);
    for (place, names) in places
        .into_iter()
        .zip([["two", "zoo"], ["one", "a.."]].repeat(2))
    {
        for name in names {
            let mut damaged = bytes.clone();
            damaged[place..place + 3].copy_from_slice(name.as_bytes());
            let refused = view_user(key, &damaged).map(|_| ()).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Corrupted, "{name} at {place}");
        }
    }
}
