//! The address parser: every accepted text has one key, which is itself an address.

use idna::uts46::{AsciiDenyList, Hyphens, Uts46};

use super::kind_of;
use crate::error::ErrorKind;
use crate::model::Email;

/// `Default_Ignorable_Code_Point` of Unicode 18.0, repeated here so that the check doesn't
/// use the table that it checks.
const IGNORABLE: [std::ops::RangeInclusive<u32>; 17] = [
    0x00AD..=0x00AD,
    0x034F..=0x034F,
    0x061C..=0x061C,
    0x115F..=0x1160,
    0x17B4..=0x17B5,
    0x180B..=0x180F,
    0x200B..=0x200F,
    0x202A..=0x202E,
    0x2060..=0x206F,
    0x3164..=0x3164,
    0xFE00..=0xFE0F,
    0xFEFF..=0xFEFF,
    0xFFA0..=0xFFA0,
    0xFFF0..=0xFFF8,
    0x1_BCA0..=0x1_BCA3,
    0x1_D173..=0x1_D17A,
    0xE_0000..=0xE_0FFF,
];

/// Checks one text, or two with a NUL between them.
pub fn check(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match text.split_once('\0') {
        None => {
            parsed(text);
        }
        Some((one, other)) => compared(one, other),
    }
}

fn parsed(text: &str) -> Option<Email> {
    let looked_up = Email::lookup_key(text);
    let email = match Email::parse(text) {
        Ok(email) => email,
        Err(error) => {
            let kind = kind_of(&error);
            let kinds = [
                ErrorKind::EmailRequired,
                ErrorKind::InternationalEmail,
                ErrorKind::InvalidEmail,
            ];
            assert!(kinds.contains(&kind), "{text:?}: {kind:?}");
            assert_eq!(looked_up, None, "{text:?} is refused and looked up");
            return None;
        }
    };
    let key = email.key();
    assert_eq!(looked_up.as_deref(), Some(key), "{text:?}");
    assert_eq!(email.as_str(), text.trim_ascii());
    is_sound(key);
    no_unseen(&email);

    let again = Email::parse(key).expect("a key is an address");
    assert_eq!(again.as_str(), key);
    assert_eq!(again.key(), key, "{text:?}");
    assert_eq!(again, email);
    for variant in [text.to_ascii_uppercase(), format!("\t {text}\r\n")] {
        assert_eq!(Email::parse(&variant).expect("the same address").key(), key);
    }
    Some(email)
}

/// Checks a key by the RFCs: see [`Email`].
fn is_sound(key: &str) {
    assert!(key.is_ascii() && key.len() <= 254, "{key:?}");
    assert!(!key.bytes().any(|b| b.is_ascii_uppercase()), "{key:?}");
    assert!(key.bytes().all(|b| b.is_ascii_graphic()), "{key:?}");
    let (local, domain) = key.split_once('@').expect("an @");
    assert!(!domain.contains('@'), "{key:?}");
    assert!((1..=64).contains(&local.len()), "{key:?}");
    assert!(local.split('.').all(|atom| !atom.is_empty()), "{key:?}");
    for label in domain.split('.') {
        assert!((1..=63).contains(&label.len()), "{key:?}");
        assert!(!label.starts_with('-') && !label.ends_with('-'), "{key:?}");
        let is_ldh = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        assert!(label.bytes().all(is_ldh), "{key:?}");
    }
}

/// Checks that there are no invisible characters, as typed or behind an A-label.
fn no_unseen(email: &Email) {
    let lenient = AsciiDenyList::EMPTY;
    let (shown, _) = Uts46::new().to_unicode(email.domain().as_bytes(), lenient, Hyphens::Allow);
    for c in email.as_str().chars().chain(shown.chars()) {
        let is_ignorable = IGNORABLE.iter().any(|range| range.contains(&u32::from(c)));
        assert!(!is_ignorable, "{email:?} has {c:?}");
    }
}

fn compared(one: &str, other: &str) {
    if let (Some(one), Some(other)) = (parsed(one), parsed(other)) {
        assert_eq!(one == other, one.key() == other.key());
        assert_eq!(one.cmp(&other), one.key().cmp(other.key()));
    }
}
