//! Usernames: every accepted text has one key, which is itself a username.

use super::kind_of;
use crate::error::ErrorKind;
use crate::model::{Email, UserId, Username};

/// Checks one text, or two with a NUL between them.
pub fn check(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match text.split_once('\0') {
        None => {
            parsed(text);
        }
        Some((one, other)) => {
            if let (Some(one), Some(other)) = (parsed(one), parsed(other)) {
                assert_eq!(one == other, one.key() == other.key());
                assert_eq!(one.cmp(&other), one.key().cmp(other.key()));
            }
        }
    }
}

fn parsed(text: &str) -> Option<Username> {
    let looked_up = Username::lookup_key(text);
    let username = match Username::parse(text) {
        Ok(username) => username,
        Err(error) => {
            assert_eq!(kind_of(&error), ErrorKind::InvalidUsername, "{text:?}");
            assert_eq!(looked_up, None, "{text:?} is refused and looked up");
            return None;
        }
    };
    let key = username.key();
    assert_eq!(looked_up.as_deref(), Some(key), "{text:?}");
    assert_eq!(username.as_str(), text.trim_ascii());
    assert!((1..=255).contains(&key.len()), "{key:?}");
    assert!(
        !key.chars().any(|c| c.is_control() || c.is_whitespace()),
        "{key:?}"
    );
    assert!(!key.bytes().any(|b| b.is_ascii_uppercase()), "{key:?}");
    // Emails and usernames with an @ share one name space, apart from ids.
    let address = Email::lookup_key(key).filter(|_| key.contains('@'));
    assert_eq!(
        address.as_deref(),
        Some(key).filter(|key| key.contains('@'))
    );
    assert!(key.parse::<UserId>().is_err(), "{key:?}");
    assert!(unicode_normalization::is_nfc(key), "{key:?}");

    let again = Username::parse(key).expect("a key is a username");
    assert_eq!((again.as_str(), again.key()), (key, key), "{text:?}");
    assert_eq!(again, username);
    Some(username)
}
