//! Keys lead back to their parts and sort as they do.

use super::*;

fn domain(email_key: &str) -> Vec<u8> {
    build(|out| put_domain(out, email_key))
}

#[test]
fn keys_lead_back_to_their_parts() {
    let (some_id, workspace_id) = (UserId::generate(), WorkspaceId::from_u64(258));
    assert_eq!(email_key_of(&user("a@b")), Some("a@b"));
    assert_eq!(id_of(&id(some_id)), Some(some_id));
    assert_eq!(sequence_of(&change(300)), Some(300));
    assert_eq!(workspace_of(&workspace(workspace_id)), Some(workspace_id));
    assert_eq!(
        membership_of(&membership(some_id, workspace_id)),
        Some((some_id, workspace_id))
    );
    assert_eq!(email_key_of(&username("ann")), None);
    assert_eq!(id_of(&[KeyKind::Id as u8, 1, 2]), None);
}

#[test]
fn indexes_by_email_lead_back_to_it() {
    for (prefix, kind) in [
        (KeyKind::User.all(), KeyKind::User),
        (KeyKind::Admin.all(), KeyKind::Admin),
        (KeyKind::Inactive.all(), KeyKind::Inactive),
        (domains("ex.co"), KeyKind::Domain),
        (
            members(WorkspaceId::from_u64(7), Role::User),
            KeyKind::Member,
        ),
    ] {
        let place = place_of_email(&prefix, "a.b@ex.co");
        assert_eq!(
            email_key_in(kind, &place, &[]).as_deref(),
            Some("a.b@ex.co"),
            "{kind:?}"
        );
    }
}

#[test]
fn a_domain_sorts_as_its_emails_do() {
    let emails = [
        "a@ex.co",
        "a.b@ex.co",
        "a0@ex.co",
        "ab@ex.co",
        "a+t@ex.co",
        "z@ex.co",
    ];
    let mut by_email = emails.to_vec();
    by_email.sort_unstable();
    let mut by_place = emails.to_vec();
    by_place.sort_unstable_by_key(|email| domain(email));
    assert_eq!(by_email, by_place);
}

#[test]
fn an_email_of_another_domain_lies_between_the_entries() {
    let ordered = [
        "a!@ex.co", "a@ex.co", "a@ex.com", "a@ez.co", "a@z", "aa@ex.co", "b@a", "b@ex.co",
    ];
    let place = |email: &&str| place_of_email(&domains("ex.com"), email);
    assert!(ordered.is_sorted());
    assert!(ordered.is_sorted_by_key(place));
    assert!(place(&"a@ex.co") > place(&"a?@ex.com"));
    assert_eq!(place(&"a@ex.com"), domain("a@ex.com"));
}

#[test]
fn a_domain_is_not_repeated_in_its_entries() {
    let key = domain("ann@ex.co");
    assert_eq!(key, b"\x15ex.co\0ann@");
    assert_eq!(
        email_key_in(KeyKind::Domain, &key, &[]).as_deref(),
        Some("ann@ex.co")
    );
    for malformed in ["", "ex.co", "ex.co\0", "ex.co\0ann", "ex.co\0ann@b@"] {
        let key = [&[KeyKind::Domain as u8], malformed.as_bytes()].concat();
        assert_eq!(
            email_key_in(KeyKind::Domain, &key, &[]),
            None,
            "{malformed:?}"
        );
    }
}

#[test]
fn a_place_in_a_domain_is_that_of_any_text_among_its_emails() {
    let entries = ["a@ex.co", "a.b@ex.co", "aa@ex.co", "b@ex.co"];
    let texts = [
        "", "a", "a@", "a@ex.c", "a@ex.co", "a@ex.com", "a@z", "a.b", "a.b@a", "aa", "b@", "c",
        "\u{e9}@a", "a@b@c", "@ex.co", "a?",
    ];
    for text in texts {
        let place = place_of_email(&domains("ex.co"), text);
        for entry in entries {
            assert_eq!(
                place.cmp(&domain(entry)),
                text.cmp(entry),
                "{text:?} and {entry:?}"
            );
        }
    }
}

#[test]
fn a_username_leads_to_the_email_by_what_differs() {
    let long = "x".repeat(300);
    for (name, email, bytes) in [
        ("ann@ex.co", "ann@ex.co", 1),
        ("ann", "ann@ex.co", 7),
        ("bob", "ann@ex.co", 10),
        ("ann2", "ann@ex.co", 7),
        ("\u{e9}", "\u{e8}@ex.co", 8),
        (&long, &long, 46),
    ] {
        let mut value = Vec::new();
        put_username_value(&mut value, name, email);
        assert_eq!(value.len(), bytes, "{name:?}");
        let read = email_key_of_username(&username(name), &value);
        assert_eq!(read.as_deref(), Some(email));
    }
    for malformed in [&[][..], &[4, b'x'], &[0, 0xff]] {
        assert_eq!(email_key_of_username(&username("ann"), malformed), None);
    }
}

#[test]
fn prefixes_end_behind_their_last_key() {
    assert_eq!(Prefix(vec![0x10]).end(), [0x11]);
    assert_eq!(Prefix(vec![0x10, 0xff, 0xff]).end(), [0x11]);
    assert!(change(255) < change(256));
    assert!(change(u64::MAX) < KeyKind::Change.all().end());
}
