//! The table of usernames, properties of all texts, and the messages.

use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;

use super::*;

/// Each text with its key, or with the reason why it is refused.
const CASES: &[(&str, Result<&str, InvalidUsername>)] = &[
    ("ada", Ok("ada")),
    ("Ada.Lovelace", Ok("ada.lovelace")),
    (" \tada\r\n", Ok("ada")),
    ("x", Ok("x")),
    ("0", Ok("0")),
    (
        "!\"#$%&'()*+,-./:;<=>?[\\]^_`{|}~",
        Ok("!\"#$%&'()*+,-./:;<=>?[\\]^_`{|}~"),
    ),
    // Empty texts, white space and control characters.
    ("", Err(InvalidUsername::Empty)),
    (" \n", Err(InvalidUsername::Empty)),
    ("ada lovelace", Err(InvalidUsername::Char(' '))),
    ("ada\tlovelace", Err(InvalidUsername::Char('\t'))),
    ("ada\nlovelace", Err(InvalidUsername::Char('\n'))),
    ("ada\0", Err(InvalidUsername::Char('\0'))),
    ("ada\u{7f}", Err(InvalidUsername::Char('\u{7f}'))),
    ("\u{a0}ada", Err(InvalidUsername::Char('\u{a0}'))),
    ("\u{3000}ada", Err(InvalidUsername::Char(' '))),
    // A name with an @ is an address, and has its key.
    ("Ada@Example.com", Ok("ada@example.com")),
    ("ada@B\u{fc}cher.example", Ok("ada@xn--bcher-kva.example")),
    (
        "@ada",
        Err(InvalidUsername::Address(InvalidEmail::LocalEmpty)),
    ),
    ("@", Err(InvalidUsername::Address(InvalidEmail::LocalEmpty))),
    (
        "\u{e5}sa@ex.co",
        Err(InvalidUsername::Address(InvalidEmail::LocalInternational(
            '\u{e5}',
        ))),
    ),
    ("ada\u{ff20}example.com", Err(InvalidUsername::WideAt)),
    ("\u{ff20}", Err(InvalidUsername::WideAt)),
    // A UUID is an id, however it is written.
    (
        "45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
        Err(InvalidUsername::Uuid),
    ),
    (
        "45E6B641FE574FB283D22C2BD201EFE8",
        Err(InvalidUsername::Uuid),
    ),
    (
        "{45e6b641-fe57-4fb2-83d2-2c2bd201efe8}",
        Err(InvalidUsername::Uuid),
    ),
    (
        "urn:uuid:45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
        Err(InvalidUsername::Uuid),
    ),
    (
        "URN:UUID:45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
        Err(InvalidUsername::Uuid),
    ),
    (
        "\u{ff14}5e6b641-fe57-4fb2-83d2-2c2bd201efe8",
        Err(InvalidUsername::Uuid),
    ),
    (
        "45e6b641-fe57-4fb2-83d2-2c2bd201efe",
        Ok("45e6b641-fe57-4fb2-83d2-2c2bd201efe"),
    ),
    (
        "ada\u{fe6b}example.com",
        Err(InvalidUsername::Char('\u{fe6b}')),
    ),
    // Case, in all scripts, one code point at a time.
    ("Åsa", Ok("åsa")),
    ("JÜRGEN", Ok("jürgen")),
    ("ЁЛКА", Ok("ёлка")),
    ("ΣΊΣΥΦΟΣ", Ok("σίσυφοσ")),
    ("Σίσυφος", Ok("σίσυφος")),
    ("straße", Ok("straße")),
    ("STRAẞE", Ok("straße")),
    ("strasse", Ok("strasse")),
    ("\u{130}stanbul", Ok("i\u{307}stanbul")),
    ("\u{131}lgaz", Ok("\u{131}lgaz")),
    // Width and composition.
    ("ＡＤＡ", Ok("ada")),
    ("ａｄａ１", Ok("ada1")),
    ("ｶﾞ", Ok("ガ")),
    ("A\u{30a}sa", Ok("åsa")),
    ("e\u{301}ve", Ok("\u{e9}ve")),
    // Look-alikes with a compatibility mapping.
    ("\u{212a}elvin", Err(InvalidUsername::Char('\u{212a}'))),
    ("\u{212b}sa", Err(InvalidUsername::Char('\u{212b}'))),
    ("\u{17f}ue", Err(InvalidUsername::Char('\u{17f}'))),
    ("\u{fb01}ona", Err(InvalidUsername::Char('\u{fb01}'))),
    ("ada\u{2460}", Err(InvalidUsername::Char('\u{2460}'))),
    ("\u{1d400}da", Err(InvalidUsername::Char('\u{1d400}'))),
    ("henry\u{2163}", Err(InvalidUsername::Char('\u{2163}'))),
    // Invisible characters and symbols.
    ("a\u{200b}da", Err(InvalidUsername::Char('\u{200b}'))),
    ("a\u{ad}da", Err(InvalidUsername::Char('\u{ad}'))),
    ("\u{feff}ada", Err(InvalidUsername::Char('\u{feff}'))),
    ("\u{202e}ada", Err(InvalidUsername::Char('\u{202e}'))),
    ("ada\u{fe0f}", Err(InvalidUsername::Char('\u{fe0f}'))),
    ("ada♥", Err(InvalidUsername::Char('♥'))),
    ("ada💩", Err(InvalidUsername::Char('💩'))),
    ("ada\u{e000}", Err(InvalidUsername::Char('\u{e000}'))),
    // Joiners and middle dots where their script needs them.
    ("a\u{200d}da", Err(InvalidUsername::Char('\u{200d}'))),
    ("\u{200d}ada", Err(InvalidUsername::Context)),
    ("क\u{94d}\u{200d}ष", Ok("क\u{94d}\u{200d}ष")),
    ("para\u{b7}lel", Err(InvalidUsername::Char('\u{b7}'))),
    ("paral\u{b7}lel", Ok("paral\u{b7}lel")),
    // Directions.
    ("אדה", Ok("אדה")),
    ("أدا", Ok("أدا")),
    ("אדה7", Ok("אדה7")),
    ("7אדה", Err(InvalidUsername::Direction)),
    ("adaאדה", Err(InvalidUsername::Direction)),
    ("אדהada", Err(InvalidUsername::Direction)),
    // Letters newer than Unicode 6.3, and Cherokee, whose small letters are.
    ("\u{301}ann", Err(InvalidUsername::LeadingMark('\u{301}'))),
    ("\u{ff9e}", Err(InvalidUsername::LeadingMark('\u{3099}'))),
    ("\u{1c90}", Err(InvalidUsername::Newer('\u{1c90}'))),
    ("\u{ab70}", Err(InvalidUsername::Newer('\u{ab70}'))),
    ("\u{13a0}", Err(InvalidUsername::Unstable)),
    ("用户", Ok("用户")),
];

#[test]
fn every_username_of_the_table_has_its_verdict() {
    for &(text, expected) in CASES {
        assert_eq!(
            key_of(text.trim_ascii()).as_deref(),
            expected.as_deref(),
            "{text:?}"
        );
        let parsed = Username::parse(text);
        match parsed {
            Ok(username) => {
                assert_eq!(Ok(username.key()), expected, "{text:?}");
                assert_eq!(username.as_str(), text.trim_ascii());
                assert_eq!(
                    Username::from_stored(username.as_str(), username.key(), None),
                    username
                );
            }
            Err(error) => {
                assert!(expected.is_err(), "{text:?}");
                assert_eq!(error.kind(), ErrorKind::InvalidUsername);
            }
        }
    }
}

#[test]
fn a_username_has_at_most_255_bytes_as_typed_and_as_key() {
    let longest = "a".repeat(255);
    assert_eq!(key_of(&longest).as_deref(), Ok(longest.as_str()));
    assert_eq!(key_of(&"a".repeat(256)), Err(InvalidUsername::TooLong));
    // Two bytes as typed, three as the key.
    assert_eq!(key_of(&"\u{130}".repeat(85)).map(|key| key.len()), Ok(255));
    assert_eq!(key_of(&"\u{130}".repeat(86)), Err(InvalidUsername::TooLong));
    // Three bytes as typed, one as the key.
    assert_eq!(key_of(&"ａ".repeat(85)).map(|key| key.len()), Ok(85));
    assert_eq!(key_of(&"ａ".repeat(86)), Err(InvalidUsername::TooLong));
}

#[test]
fn a_look_up_allocates_only_for_another_key() {
    let is_borrowed = |text| matches!(Username::lookup_key(text), Some(Cow::Borrowed(_)));
    assert!(is_borrowed("ada"));
    assert!(is_borrowed(" ada\n"));
    assert!(is_borrowed("ådå"));
    assert!(!is_borrowed("Ada"));
    assert_eq!(Username::parse("ada").unwrap().key, None);
    assert_eq!(Username::from_stored("ada", "ada", None).key, None);
    assert!(Username::parse("Ada").unwrap().key.is_some());
}

#[test]
fn equality_order_and_hash_go_by_the_key() {
    let [lower, upper, other] = ["b", "B", "C"].map(|text| Username::parse(text).unwrap());
    assert_eq!(lower, upper);
    // As typed, "C" would come before "b".
    assert!(lower < other);
    assert_eq!(HashSet::from([lower.clone(), upper.clone()]).len(), 1);
    assert_eq!(BTreeSet::from([lower, upper, other]).len(), 2);
}

#[test]
fn a_username_shows_and_serializes_as_typed() {
    let username: Username = " Åsa ".parse().unwrap();
    assert_eq!(format!("{username}|{username:>5}"), "Åsa|  Åsa");
    assert_eq!(serde_json::to_string(&username).unwrap(), "\"Åsa\"");
    assert_eq!(Username::try_from("åsa").unwrap(), username);
}

#[test]
fn refusals_say_what_is_wrong_and_what_to_do() {
    for (text, expected) in [
        (
            "",
            "a username may not be empty; give one, or leave it out to use the email",
        ),
        (
            "ada@",
            "\"ada@\" is not a usable username: a username with an @ must be an email address; \
             there is nothing after the @; add the domain",
        ),
        (
            "ada\nlovelace",
            "\"ada<U+000A>lovelace\" is not a usable username: U+000A (line feed) is not allowed \
             in one; use letters, digits and ASCII punctuation, without spaces",
        ),
    ] {
        assert_eq!(Username::parse(text).unwrap_err().to_string(), expected);
    }
}

/// Every code point alone, and after a letter that it may combine with or whose direction
/// it may mix with.
#[test]
fn no_code_point_has_a_key_that_is_not_its_own() {
    for before in ["", "a", "α", "א"] {
        for c in code_points() {
            let text = format!("{before}{c}");
            if let Some(key) = Username::lookup_key(&text) {
                let again = Username::lookup_key(&key);
                assert!(
                    matches!(again, Some(Cow::Borrowed(same)) if same == key),
                    "{text:?}"
                );
                // A key that equals the text is not stored again.
                assert!(matches!(key, Cow::Borrowed(_)) || key != text, "{text:?}");
                assert!(!key.contains('@'), "{text:?}");
            }
        }
    }
}

/// All code points of the planes that contain letters or format characters; the other
/// planes are unassigned or for private use.
fn code_points() -> impl Iterator<Item = char> {
    ('\0'..='\u{3ffff}').chain('\u{e0000}'..='\u{e0fff}')
}

/// Texts that are mostly usernames, in all scripts.
fn username_like() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9Α-Ωα-ωÀ-ßא-ת\u{300}-\u{308}ａ-ｅＡ-Ｅｶ-ﾞ\u{200c}\u{200d}\u{94d}क-ह·Ꭰ-Ꭲ\u{ff20}İ]{1,6}"
}

/// Any text at all; `any::<String>()` would leave out control characters.
fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 0..80).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn no_text_panics_and_no_refusal_breaks_its_line(text in any_text()) {
        if let Err(error) = Username::parse(&text) {
            let message = error.to_string();
            prop_assert!(!message.chars().any(char::is_control), "{}", message);
            prop_assert!(message.len() < 1024);
        }
    }

    #[test]
    fn a_key_is_its_own_key(text in username_like()) {
        if let Ok(username) = Username::parse(&text) {
            prop_assert_eq!(username.as_str(), &text);
            prop_assert!(!username.key().contains('@'));
            let again = Username::parse(username.key()).unwrap();
            prop_assert_eq!(again.key(), username.key());
            prop_assert_eq!(again.key, None);
        }
    }

    #[test]
    fn looking_up_and_parsing_agree(text in prop_oneof![username_like(), any_text()]) {
        let looked_up = Username::lookup_key(&text);
        let parsed = Username::parse(&text).ok();
        prop_assert_eq!(looked_up.as_deref(), parsed.as_ref().map(Username::key));
    }

    #[test]
    fn ascii_by_hand_is_what_the_profile_would_say(text in "[\0-\x7f]{1,3}|[!-?A-~]{1,12}") {
        prop_assume!(!text.contains('@'));
        prop_assert_eq!(key_of(&text), stable_key(&text));
    }
}
