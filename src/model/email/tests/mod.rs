//! The table of addresses, properties of all texts, and the messages.

mod cases;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;

use super::domain;
use super::*;
use crate::error::ErrorKind;
use crate::model::printable::is_ignorable;

#[test]
fn every_address_of_the_table_has_its_verdict() {
    for &(text, expected) in cases::CASES {
        let parsed = Email::parse(text);
        let found = parsed.as_ref().map(Email::key).map_err(Error::kind);
        assert_eq!(found, expected, "{text:?}");
        assert_eq!(
            Email::lookup_key(text).as_deref(),
            expected.ok(),
            "{text:?}"
        );
        if let Ok(email) = parsed {
            assert_eq!(email.as_str(), text.trim_ascii());
            assert_eq!(
                format!("{}@{}", local_of(email.key()), email.domain()),
                email.key()
            );
            assert_eq!(Email::parse(email.key()).unwrap().key(), email.key());
            assert_eq!(
                Email::from_stored(email.as_str(), email.key()).key(),
                email.key()
            );
        }
    }
}

#[test]
fn a_plain_key_is_its_own_key_by_the_rules_too() {
    let mut plain = 0;
    for &(text, expected) in cases::CASES {
        if is_plain_key(text.as_bytes()) {
            plain += 1;
            assert_eq!(key_by_rules(text), Ok(Cow::Borrowed(text)));
            assert_eq!(expected, Ok(text));
        }
    }
    assert!(plain > 10, "{plain}");
    for text in ["a.b+c@ex.co", "a@r-1.ex.co", "a@1.co", "a@3a", "a@b-1"] {
        assert!(is_plain_key(text.as_bytes()), "{text}");
    }
    let longest = "a".repeat(63);
    assert!(is_plain_key(format!("{longest}a@{longest}.co").as_bytes()));
    for text in [
        format!("{longest}aa@ex.co"),
        format!("a@{longest}a.co"),
        format!("a@{longest}.{longest}.{longest}.{longest}"),
        "a@xn--bcher-kva.example".to_owned(),
    ] {
        assert!(!is_plain_key(text.as_bytes()), "{text}");
    }
}

#[test]
fn the_table_has_no_row_twice() {
    let texts: HashSet<_> = cases::CASES.iter().map(|case| case.0).collect();
    assert_eq!(texts.len(), cases::CASES.len());
}

/// No address can reach this limit: with an `@` and a local part, a domain of 253 octets
/// makes 255.
#[test]
fn a_domain_of_253_octets_is_the_longest() {
    let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "a".repeat(61));
    assert_eq!(longest.len(), 253);
    assert_eq!(domain::to_a_labels(&longest), Ok(None));
    assert_eq!(
        domain::to_a_labels(&format!("{longest}a")),
        Err(InvalidEmail::DomainTooLong)
    );
}

#[test]
fn a_look_up_allocates_only_for_another_key() {
    let is_borrowed = |text| matches!(Email::lookup_key(text), Some(Cow::Borrowed(_)));
    assert!(is_borrowed("ada@example.com"));
    assert!(is_borrowed(" ada@example.com\n"));
    assert!(!is_borrowed("Ada@example.com"));
    assert!(!is_borrowed("ada@Example.com"));
}

#[test]
fn nothing_is_kept_twice() {
    for text in ["ada@example.com", "ada@xn--bcher-kva.example"] {
        assert_eq!(Email::parse(text).unwrap().bytes(), text.len());
        assert_eq!(Email::from_stored(text, text).bytes(), text.len());
    }
    assert_eq!(Email::parse("Ada@example.com").unwrap().bytes(), 30);
}

#[test]
fn equality_order_and_hash_go_by_the_key() {
    let [lower, upper, other] =
        ["b@example.com", "B@Example.com", "C@example.com"].map(|text| Email::parse(text).unwrap());
    assert_eq!(lower, upper);
    // As typed, "C" would come before "b".
    assert!(lower < other);
    assert_eq!(HashSet::from([lower.clone(), upper.clone()]).len(), 1);
    assert_eq!(BTreeSet::from([lower, upper, other]).len(), 2);
}

#[test]
fn an_address_shows_and_serializes_as_typed() {
    let email: Email = " Ada@Bücher.example ".parse().unwrap();
    assert_eq!(email.to_string(), "Ada@Bücher.example");
    assert_eq!(format!("{email:>20}"), "  Ada@Bücher.example");
    assert_eq!(
        serde_json::to_string(&email).unwrap(),
        "\"Ada@Bücher.example\""
    );
    assert_eq!(Email::try_from("ada@bücher.example").unwrap(), email);
}

#[test]
fn refusals_say_what_is_wrong_and_what_to_do() {
    let long = "a".repeat(100_000);
    for (text, expected) in [
        (
            "",
            "an email address is required and none was given; give one like ada@example.com",
        ),
        (
            "Ada <ada@example.com>",
            "\"Ada <ada@example.com>\" is not a usable email address: a space is not allowed \
             before the @; give the bare address, without a name, quotes or brackets",
        ),
        (
            "ada@example.com\r\nBcc: eve@example.com",
            "\"ada@example.com<U+000D><U+000A>Bcc: eve@example.com\" is not a usable email address: \
             it has more than one @; give one address at a time",
        ),
        (
            "ada@exa\u{200b}mple.com",
            "\"ada@exa<U+200B>mple.com\" is not a usable email address: U+200B (zero width space) \
             in the domain is invisible; type the domain again by hand",
        ),
        (
            &long,
            "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"… is not a usable \
             email address: it is too long; an address has at most 254 octets",
        ),
    ] {
        assert_eq!(Email::parse(text).unwrap_err().to_string(), expected);
    }
}

/// Domains at the edge of the rules, both accepted and refused ones.
fn ascii_domain() -> impl Strategy<Value = String> {
    "([a-cA-C0-9-]{0,4}|[a-z]{62,64}|[a-z_ +]{1,3})(\\.([a-cA-C0-9-]{1,4}|[a-z]{62,63})){0,4}"
}

/// Texts that are mostly addresses, in all scripts.
fn address_like() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9.+'ü ]{1,8}@([a-zA-Zß\u{300}-\u{308}ａ-ｅ\u{200b}-\u{200d}。अ-ह\u{94d}א-ת0-9-]{1,5}\\.){0,2}\
     (xn--)?[a-zA-Zü0-9-]{1,8}"
}

/// Any text at all; `any::<String>()` would leave out control characters.
fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 0..80).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn what_looks_plain_is_its_own_key(text in "[aB1.@+-]{1,6}@[aZ19.x\u{e9}-]{1,8}") {
        if is_plain_key(text.as_bytes()) {
            prop_assert_eq!(key_by_rules(&text), Ok(Cow::Borrowed(&text[..])));
        }
    }

    #[test]
    fn no_text_panics_and_no_refusal_breaks_its_line(text in any_text()) {
        if let Err(error) = Email::parse(&text) {
            let message = error.to_string();
            prop_assert!(!message.chars().any(char::is_control), "{}", message);
            prop_assert!(message.len() < 1024);
        }
    }

    #[test]
    fn a_key_is_ascii_and_its_own_key(text in address_like()) {
        if let Ok(email) = Email::parse(&text) {
            prop_assert_eq!(email.as_str(), text.trim_ascii());
            prop_assert!(email.key().is_ascii() && email.key().len() <= KEY_BYTES_MAX);
            prop_assert_eq!(email.key().matches('@').count(), 1);
            prop_assert!(!email.key().bytes().any(|byte| byte.is_ascii_uppercase()));
            // No mapping may move the boundary between labels.
            prop_assert_eq!(email.key().matches('.').count(), text.matches('.').count());
            let again = Email::parse(email.key()).unwrap();
            prop_assert_eq!(again.key(), email.key());
            prop_assert_eq!(again.bytes(), email.key().len());
        }
    }

    #[test]
    fn looking_up_and_parsing_agree(text in prop_oneof![address_like(), any_text()]) {
        let parsed = Email::parse(&text).ok();
        let looked_up = Email::lookup_key(&text);
        prop_assert_eq!(looked_up.as_deref(), parsed.as_ref().map(Email::key));
    }

    #[test]
    fn the_case_of_ascii_letters_never_matters(text in address_like()) {
        let keys = [text.clone(), text.to_ascii_lowercase(), text.to_ascii_uppercase()]
            .map(|text| Email::lookup_key(&text).map(Cow::into_owned));
        prop_assert_eq!(&keys[0], &keys[1]);
        prop_assert_eq!(&keys[0], &keys[2]);
    }

    #[test]
    fn a_domain_has_one_key_in_letters_and_as_a_labels(text in address_like()) {
        if let Ok(email) = Email::parse(&text) {
            let (letters, valid) = idna::domain_to_unicode(email.domain());
            prop_assert!(valid.is_ok());
            let spelled = format!("{}@{letters}", local_of(email.key()));
            let looked_up = Email::lookup_key(&spelled);
            prop_assert_eq!(looked_up.as_deref(), Some(email.key()));
        }
    }

    #[test]
    fn checking_ascii_by_hand_is_what_idna_would_say(name in ascii_domain()) {
        prop_assume!(!name.to_ascii_lowercase().split('.').any(|label| label.starts_with("xn--")));
        let by_hand = domain::to_a_labels(&name).map(|mapped| {
            assert_eq!(mapped, None, "{name:?} went through IDNA");
            name.to_ascii_lowercase()
        });
        let is_number = |name: &String| {
            name.rsplit('.').next().unwrap().bytes().all(|byte| byte.is_ascii_digit())
        };
        let by_idna = domain::to_ascii(&name).ok().filter(|name| !is_number(name));
        prop_assert_eq!(by_hand.ok(), by_idna);
    }
}

/// The crate maps a code point to nothing exactly if it is in our table; otherwise an
/// address with it would be a second spelling of another address.
#[test]
fn nothing_but_the_ignorable_vanishes_from_a_domain() {
    for c in code_points().filter(|&c| !c.is_ascii() && !is_ignorable(c)) {
        let mapped = domain::to_ascii(&format!("a{c}b.c"));
        assert_ne!(mapped.as_deref(), Ok("ab.c"), "{c:?}");
    }
}

/// Only the three refused code points split a label.
#[test]
fn nothing_but_a_dot_separates_labels() {
    for c in code_points().filter(|c| !c.is_ascii()) {
        if let Some(key) = Email::lookup_key(&format!("a@b{c}c.d")) {
            assert_eq!(key.matches('.').count(), 1, "{c:?}");
        }
    }
}

/// No code point outside ASCII has a key in the local part, whatever it would map to, so
/// nobody can claim another's address (CVE-2019-19844).
#[test]
fn nothing_outside_ascii_is_mapped_before_the_at() {
    for c in code_points().filter(|c| !c.is_ascii()) {
        let kind = Email::parse(&format!("a{c}@b")).map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::InternationalEmail), "{c:?}");
    }
}

fn local_of(key: &str) -> &str {
    key.rsplit_once('@').unwrap().0
}

/// All code points of the planes that contain letters or format characters; the other
/// planes are unassigned or for private use.
fn code_points() -> impl Iterator<Item = char> {
    ('\0'..='\u{3ffff}').chain('\u{e0000}'..='\u{e0fff}')
}
