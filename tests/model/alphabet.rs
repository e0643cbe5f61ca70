//! The few texts that scripts are made of, and what each means, by hand. They
//! are few so that users get in each other's way all the time.

use headcount::ErrorKind;

/// A text that a caller gives.
pub type Text = &'static str;

/// Ids that scripts give to users; each is written `#n`.
pub const IDS: u8 = 16;

/// An address that is given, and its key; or why it is refused.
pub const EMAILS: [(Text, Result<Text, ErrorKind>); 17] = [
    ("ann@ex.co", Ok("ann@ex.co")),
    ("ANN@ex.co", Ok("ann@ex.co")),
    (" Ann@EX.co\n", Ok("ann@ex.co")),
    ("bob@ex.co", Ok("bob@ex.co")),
    ("bob@Bücher.example", Ok("bob@xn--bcher-kva.example")),
    ("BOB@xn--bcher-kva.example", Ok("bob@xn--bcher-kva.example")),
    ("cho@ex.co", Ok("cho@ex.co")),
    ("cho+1@ex.co", Ok("cho+1@ex.co")),
    ("dee@ex.co", Ok("dee@ex.co")),
    ("Dee@Ex.Co", Ok("dee@ex.co")),
    ("eve@localhost", Ok("eve@localhost")),
    ("fay@ex.co", Ok("fay@ex.co")),
    ("gus@ex.co", Ok("gus@ex.co")),
    ("", Err(ErrorKind::EmailRequired)),
    ("ann", Err(ErrorKind::InvalidEmail)),
    ("ann@ex..co", Err(ErrorKind::InvalidEmail)),
    ("änn@ex.co", Err(ErrorKind::InternationalEmail)),
];

/// What a username is.
#[derive(Clone, Copy)]
pub enum Name {
    /// A name of its own, with this key.
    Own(Text),
    /// An address with this key.
    Address(Text),
    /// Nobody's, ever.
    Invalid,
}

/// A username that is given, and what it is.
pub const USERNAMES: [(Text, Name); 14] = [
    ("ann", Name::Own("ann")),
    ("Ann", Name::Own("ann")),
    (" ＡＮＮ", Name::Own("ann")),
    ("bob", Name::Own("bob")),
    ("BOB", Name::Own("bob")),
    ("åsa", Name::Own("åsa")),
    ("A\u{30a}SA", Name::Own("åsa")),
    ("ann@ex.co", Name::Address("ann@ex.co")),
    ("ANN@EX.CO", Name::Address("ann@ex.co")),
    ("dee@ex.co", Name::Address("dee@ex.co")),
    ("x@", Name::Invalid),
    ("", Name::Invalid),
    ("a b", Name::Invalid),
    ("\u{212a}ho", Name::Invalid),
];

/// The key of an address, or why it is refused.
pub fn email_key(text: Text) -> Result<Text, ErrorKind> {
    EMAILS.iter().find(|(email, _)| *email == text).unwrap().1
}

/// The key that a text has as an email or a username.
pub fn any_key(text: Text) -> Option<Text> {
    let email = EMAILS.iter().find(|(email, _)| *email == text);
    let username = USERNAMES.iter().find(|(name, _)| *name == text);
    match (email, username) {
        (Some((_, Ok(key))), _) | (_, Some((_, Name::Own(key) | Name::Address(key)))) => Some(key),
        _ => None,
    }
}

/// What a username is.
pub fn name(text: Text) -> Name {
    USERNAMES.iter().find(|(name, _)| *name == text).unwrap().1
}
