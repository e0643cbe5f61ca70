//! A user whose texts have separate allocations, so that each can be changed.

use super::attributes::Attributes;
use super::external::ExternalIds;
use super::user_texts::UserTexts;
use super::{Derived, Email, Timestamp, User, UserId, Username};

/// The fields of a [`User`], with an allocation for each text.
#[derive(Clone, Debug)]
pub(crate) struct UserParts {
    pub(crate) id: UserId,
    pub(crate) email: Email,
    /// `None` if the username is the email and follows it.
    pub(crate) username: Option<Username>,
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) active: bool,
    pub(crate) admin: bool,
    pub(crate) external_ids: ExternalIds,
    pub(crate) attributes: Attributes,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) deactivated_at: Option<Timestamp>,
    pub(crate) version: u64,
}

impl From<&User> for UserParts {
    fn from(user: &User) -> Self {
        let rest = user.texts.rest();
        Self {
            id: user.id,
            email: user.email().clone(),
            username: rest
                .username
                .map(|name| Username::from_stored(name.typed, name.key(), name.look)),
            given_name: rest.given_name.map(str::to_owned),
            family_name: rest.family_name.map(str::to_owned),
            active: user.active,
            admin: user.admin,
            external_ids: rest.external_ids.iter().collect(),
            attributes: rest.attributes().iter().collect(),
            created_at: user.created_at,
            updated_at: user.updated_at,
            deactivated_at: user.deactivated_at,
            version: user.version,
        }
    }
}

impl From<UserParts> for User {
    fn from(parts: UserParts) -> Self {
        let names = [&parts.given_name, &parts.family_name].map(Option::as_deref);
        Self {
            id: parts.id,
            texts: UserTexts::of(
                &parts.email,
                parts.username.as_ref(),
                names,
                &parts.external_ids,
                &parts.attributes,
            ),
            active: parts.active,
            admin: parts.admin,
            created_at: parts.created_at,
            updated_at: parts.updated_at,
            deactivated_at: parts.deactivated_at,
            version: parts.version,
            derived: Derived::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> UserParts {
        let pairs = |number: usize| {
            let pairs = (0..number).map(|n| (format!("name {n:02}"), "\u{e9}".repeat(n * 50)));
            pairs.collect()
        };
        UserParts {
            id: UserId::from_bytes([7; 16]),
            email: Email::parse("Ann@B\u{fc}cher.example").unwrap(),
            username: Some(Username::parse("\u{ff21}NN\u{430}").unwrap()),
            given_name: Some("Ann".to_owned()),
            family_name: None,
            active: true,
            admin: false,
            external_ids: pairs(3),
            attributes: pairs(64),
            created_at: Timestamp::now(),
            updated_at: Timestamp::now(),
            deactivated_at: None,
            version: 3,
        }
    }

    #[test]
    fn a_user_has_the_texts_of_its_parts() {
        let parts = parts();
        let user = User::from(parts.clone());
        assert_eq!(user.email().as_str(), "Ann@B\u{fc}cher.example");
        assert_eq!(user.email().key(), "ann@xn--bcher-kva.example");
        assert_eq!(user.username(), "\u{ff21}NN\u{430}");
        assert_eq!(user.username_key(), Some("ann\u{430}"));
        let look = parts.username.as_ref().and_then(|name| name.texts().look);
        assert!(look.is_some() && user.username_look() == look);
        assert_eq!((user.given_name(), user.family_name()), (Some("Ann"), None));
        assert!(user.external_ids().eq(parts.external_ids.iter()));
        assert!(user.attributes().eq(parts.attributes.iter()));
        assert_eq!(user.external_ids().len(), 3);
        assert_eq!(user.attribute("name 02").map(str::len), Some(200));
        assert_eq!(user.attribute("name 2"), None);
        assert_eq!(User::from(UserParts::from(&user)), user);
    }

    #[test]
    fn a_change_of_any_text_makes_another_user() {
        let user = User::from(parts());
        let mut retyped = parts();
        retyped.email = Email::parse("ann@b\u{fc}cher.example").unwrap();
        assert_eq!(User::from(retyped).email(), user.email());
        let changes: [fn(&mut UserParts); 7] = [
            |parts| parts.email = Email::parse("ann@b\u{fc}cher.example").unwrap(),
            |parts| parts.username = None,
            |parts| parts.given_name = None,
            |parts| parts.family_name = Some(String::new()),
            |parts| drop(parts.external_ids.remove("name 00")),
            |parts| drop(parts.attributes.insert("name 63", "")),
            // As many bytes as before.
            |parts| drop(parts.attributes.insert("name 02", "\u{ea}".repeat(100))),
        ];
        for change in changes {
            let mut parts = UserParts::from(&user);
            change(&mut parts);
            assert_ne!(User::from(parts), user);
        }
    }

    #[test]
    fn a_clone_of_the_email_leaves_the_other_texts_out() {
        let user = User::from(parts());
        let email = user.email().clone();
        assert_eq!(
            (email.as_str(), email.key()),
            (user.email().as_str(), user.email().key())
        );
        assert_eq!(email.bytes(), email.as_str().len() + email.key().len());
        assert!(user.texts.bytes() > email.bytes());
        assert_eq!(user.clone(), user);
    }

    #[test]
    fn a_shared_user_is_small() {
        // With the counters of an `Arc` and the allocator's overhead, 112 bytes, or 144.
        let derived = if cfg!(feature = "capi") { 24 } else { 0 };
        assert_eq!(size_of::<User>(), 88 + derived);
    }
}
