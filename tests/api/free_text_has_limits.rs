//! Names and attributes are free text. Their limits apply to the whole user, not only to the part
//! that one call sets.

use headcount::{Directory, ErrorKind, NewUser, UserUpdate};

use crate::helpers::{create, finish, last_change, on_both_engines, refusal};

const PAIRS_MAX: usize = 64;
const BYTES_MAX: usize = 16 * 1024;

fn with_pairs(count: usize) -> NewUser {
    (0..count).fold(NewUser::new("ann@ex.co"), |user, n| {
        user.attribute(format!("{n}"), "v")
    })
}

#[test]
fn a_user_has_at_most_64_attributes() {
    on_both_engines(|directory| {
        let refused = directory.create_user(with_pairs(PAIRS_MAX + 1));
        assert_eq!(refusal(refused), ErrorKind::InvalidArgument);
        let ann = directory.create_user(with_pairs(PAIRS_MAX)).unwrap();
        assert_eq!(ann.attributes().len(), PAIRS_MAX);

        let one_more = UserUpdate::new().attribute("more", "v");
        let refused = directory.update_user(&*ann, one_more.clone());
        assert_eq!(refusal(refused), ErrorKind::InvalidArgument);
        let swapped = one_more.attribute("0", None);
        let ann = directory.update_user(&*ann, swapped).unwrap();
        assert_eq!(
            (ann.attribute("more"), ann.attribute("0")),
            (Some("v"), None)
        );
        assert_eq!(ann.attributes().len(), PAIRS_MAX);
    });
}

#[test]
fn attributes_take_at_most_16_kib_in_all() {
    on_both_engines(|directory| {
        let filled = |bytes: usize| {
            NewUser::new("ann@ex.co").attribute("name", "x".repeat(bytes - "name".len()))
        };
        let refused = directory.create_user(filled(BYTES_MAX + 1));
        assert_eq!(refusal(refused), ErrorKind::InvalidArgument);
        directory.create_user(filled(BYTES_MAX)).unwrap();
        let one_more = UserUpdate::new().attribute("a", "");
        let refused = directory.update_user("ann@ex.co", one_more.clone());
        assert_eq!(refusal(refused), ErrorKind::InvalidArgument);
        let ann = directory
            .update_user("ann@ex.co", one_more.replace_attributes(true))
            .unwrap();
        assert_eq!(ann.attributes().collect::<Vec<_>>(), [("a", "")]);
    });
}

#[test]
fn attributes_are_set_one_by_one_and_sorted_by_name() {
    on_both_engines(|directory| {
        let user = NewUser::new("ann@ex.co")
            .attribute("b", "1")
            .attribute("a", "line\nbreak\0")
            .attribute("b", "2");
        let ann = directory.create_user(user).unwrap();
        assert_eq!(
            ann.attributes().collect::<Vec<_>>(),
            [("a", "line\nbreak\0"), ("b", "2")]
        );

        let update = UserUpdate::new()
            .attribute("c", "3")
            .attribute("absent", None);
        let ann = directory.update_user(&*ann, update.clone()).unwrap();
        assert_eq!(
            ann.attributes().map(|(name, _)| name).collect::<String>(),
            "abc"
        );
        let before = last_change(directory);
        assert_eq!(directory.update_user(&*ann, update).unwrap(), ann);
        assert_eq!(last_change(directory), before);
    });
}

#[test]
fn attribute_names_are_short_visible_and_not_empty() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        let long = "n".repeat(256);
        for name in ["", "a\nb", "a\u{7f}", &long] {
            let user = NewUser::new("bob@ex.co").attribute(name, "v");
            assert_eq!(
                refusal(directory.create_user(user)),
                ErrorKind::InvalidArgument
            );
            let update = UserUpdate::new().attribute(name, "v");
            let refused = directory.update_user("ann@ex.co", update);
            assert_eq!(refusal(refused), ErrorKind::InvalidArgument);
        }
        let update = UserUpdate::new()
            .attribute(&long[1..], "v")
            .attribute("Ключ 1", "v");
        directory.update_user("ann@ex.co", update).unwrap();
    });
}

#[test]
fn names_are_trimmed_bounded_and_removable() {
    on_both_engines(|directory| {
        let long = "n".repeat(256);
        for name in ["a\nb", "a\0", &long] {
            let kind = ErrorKind::InvalidArgument;
            let given = NewUser::new("ann@ex.co").given_name(name);
            assert_eq!(refusal(directory.create_user(given)), kind);
            let family = NewUser::new("ann@ex.co").family_name(name);
            assert_eq!(refusal(directory.create_user(family)), kind);
        }
        let user = NewUser::new("ann@ex.co")
            .given_name(" Ann Mary ")
            .family_name(&long[1..]);
        let ann = directory.create_user(user).unwrap();
        assert_eq!(
            (ann.given_name(), ann.family_name()),
            (Some("Ann Mary"), Some(&long[1..]))
        );
        let update = UserUpdate::new().given_name(None).family_name("  ");
        let ann = directory.update_user(&*ann, update).unwrap();
        assert_eq!((ann.given_name(), ann.family_name()), (None, None));
    });
}

#[test]
fn the_first_malformed_part_is_the_one_that_is_reported() {
    let directory = Directory::in_memory().unwrap();
    let user = NewUser::new("ann@ex.co")
        .username("a b")
        .given_name("\n.")
        .attribute("", "");
    assert_eq!(
        refusal(directory.create_user(user)),
        ErrorKind::InvalidUsername
    );
    let update = UserUpdate::new().given_name("a\nb").email("");
    // This is checked before the directory looks for the user.
    let refused = directory.update_user("nobody@ex.co", update);
    assert_eq!(refusal(refused), ErrorKind::InvalidArgument);
    finish(directory);
}
