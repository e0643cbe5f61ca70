//! Entries that hold an email without repeating the part that is in their own key.
//!
//! The key of a domain entry is `domain, 0, local part, '@'`, because the email ends with
//! the domain. The value of a username entry is one byte with the length of the prefix that
//! the key and the email share, then the rest of the email: most usernames are the email,
//! or the part of it before the `@`.

use super::{KeyKind, Prefix};

/// Ends the domain in a key of [`KeyKind::Domain`]; no domain contains it.
const DOMAIN_END: u8 = 0;

/// Ends the local part of an email, which doesn't contain it.
const AT: u8 = b'@';

/// Sorts after every text with the same beginning.
const BEHIND_TEXTS: u8 = 0xff;

pub(crate) fn domains(domain: &str) -> Prefix {
    Prefix(KeyKind::Domain.key(&[domain.as_bytes(), &[DOMAIN_END]]))
}

pub(crate) fn put_domain(out: &mut Vec<u8>, email_key: &str) {
    let (local, domain) = email_key.split_at(end_of_local(email_key));
    KeyKind::Domain.put(out, &[domain.as_bytes(), &[DOMAIN_END], local.as_bytes()]);
}

/// The end of the local part, including the `@`: the start of the domain.
fn end_of_local(email_key: &str) -> usize {
    email_key.find(char::from(AT)).map_or(0, |at| at + 1)
}

/// The email key that a key of [`KeyKind::Domain`] stands for.
pub(super) fn email_key_in_domain(key: &[u8]) -> Option<String> {
    let rest = str::from_utf8(KeyKind::Domain.rest(key)?).ok()?;
    let (domain, local) = rest.split_once(char::from(DOMAIN_END))?;
    (!local.is_empty() && end_of_local(local) == local.len()).then(|| [local, domain].concat())
}

/// The position of an email key within an index that is sorted by it; there need not be an
/// entry.
pub(crate) fn place_of_email(prefix: &Prefix, email_key: &str) -> Vec<u8> {
    let mut place = prefix.0.clone();
    let domain = match prefix.0.split_first() {
        Some((kind, [domain @ .., DOMAIN_END])) if *kind == KeyKind::Domain as u8 => domain,
        _ => {
            place.extend_from_slice(email_key.as_bytes());
            return place;
        }
    };
    let (local, own) = email_key.split_at(end_of_local(email_key));
    place.extend_from_slice(local.as_bytes());
    // Entries end with the `@`. The domain matters only for the entry with the same local
    // part; other local parts sort before or after it anyway.
    match own.as_bytes().cmp(domain) {
        std::cmp::Ordering::Less if !local.is_empty() => {
            place.pop();
            place.extend_from_slice(&[AT - 1, BEHIND_TEXTS]);
        }
        std::cmp::Ordering::Equal => {}
        _ => place.extend_from_slice(own.as_bytes()),
    }
    place
}

/// Appends the value of the entry of a username, which leads to the email key.
pub(crate) fn put_username_value(out: &mut Vec<u8>, username_key: &str, email_key: &str) {
    let pairs = std::iter::zip(username_key.bytes(), email_key.bytes());
    let shared = pairs.take_while(|(a, b)| a == b).count();
    let shared = u8::try_from(shared).unwrap_or(u8::MAX);
    out.push(shared);
    out.extend_from_slice(&email_key.as_bytes()[usize::from(shared)..]);
}

/// The email key that the entry of a username leads to.
pub(crate) fn email_key_of_username(key: &[u8], value: &[u8]) -> Option<String> {
    let (shared, rest) = value.split_first()?;
    let shared = KeyKind::Username.rest(key)?.get(..usize::from(*shared))?;
    String::from_utf8([shared, rest].concat()).ok()
}
