//! Malformed parts of a user to create.

use super::*;

/// If a setter fails, whichever it is, the value that C holds stays as it was.
#[test]
fn a_setter_that_refuses_changes_nothing() {
    let mut user = NewUser::new("ann@ex.co");
    user.set(|user| user.attribute("team", "red")).unwrap();
    for number in 0..16 {
        user.set(|user| user.external_id(format!("p{number}"), "1"))
            .unwrap();
    }
    let before = format!("{user:?}");
    let refused: [fn(NewUser) -> NewUser; 6] = [
        |user| user.username("two words").admin(true),
        |user| user.given_name("a\u{0}b"),
        |user| user.attribute("", "x"),
        |user| user.attribute("team", "x".repeat(1 << 20)),
        |user| user.attribute("more", "x".repeat(1 << 20)),
        |user| user.external_id("p16", "1"),
    ];
    for setter in refused {
        assert!(user.set(setter).is_err());
        assert_eq!(format!("{user:?}"), before);
    }
}
