//! The texts in requests, each with its expected key, written by hand.

use headcount::ErrorKind;

/// An email as typed, and its key or the kind of its refusal.
pub const EMAILS: [(&str, Result<&str, ErrorKind>); 18] = [
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
    ("hal@ex.co", Ok("hal@ex.co")),
    ("", Err(ErrorKind::EmailRequired)),
    ("ann", Err(ErrorKind::InvalidEmail)),
    ("ann@ex..co", Err(ErrorKind::InvalidEmail)),
    ("änn@ex.co", Err(ErrorKind::InternationalEmail)),
];

/// A username as typed, and its key if it is valid.
pub const USERNAMES: [(&str, Option<&str>); 15] = [
    ("ann", Some("ann")),
    ("Ann", Some("ann")),
    (" ＡＮＮ", Some("ann")),
    ("bob", Some("bob")),
    ("BOB", Some("bob")),
    ("åsa", Some("åsa")),
    ("A\u{30a}SA", Some("åsa")),
    ("ann@ex.co", Some("ann@ex.co")),
    ("ANN@EX.CO", Some("ann@ex.co")),
    ("dee@ex.co", Some("dee@ex.co")),
    ("kim@corp.example", Some("kim@corp.example")),
    ("x@", None),
    ("", None),
    ("a b", None),
    ("\u{212a}ho", None),
];

/// The name of a workspace as typed, and its key if it is valid.
pub const WORKSPACES: [(&str, Option<&str>); 8] = [
    ("w0", Some("w0")),
    ("W0", Some("w0")),
    ("w1", Some("w1")),
    ("Ｗ1", Some("w1")),
    ("Big  Team ", Some("big team")),
    ("BIG TEAM", Some("big team")),
    (" ", None),
    ("a\u{200b}b", None),
];

/// A given name as typed, and the stored form: none for a blank name. A name with a control
/// character is refused.
pub const GIVEN_NAMES: [(&str, Option<Option<&str>>); 5] = [
    ("Ann", Some(Some("Ann"))),
    ("Bob", Some(Some("Bob"))),
    (" Bob  Lee ", Some(Some("Bob Lee"))),
    ("", Some(None)),
    ("a\nb", None),
];

pub const PROVISIONERS: [&str; 2] = ["okta", "entra"];
pub const EXTERNAL_IDS: [&str; 3] = ["x0", "x1", "X1"];
pub const ATTRIBUTES: [&str; 2] = ["team", "site"];
pub const DOORS: [&str; 2] = ["rest", "cli"];

/// The key of an email. An email that is not in the table is plain ASCII.
pub fn email_key(typed: &str) -> Result<String, ErrorKind> {
    match EMAILS.iter().find(|(email, _)| *email == typed) {
        Some((_, key)) => key.map(str::to_owned),
        None => Ok(typed.to_lowercase()),
    }
}

/// The key of a username.
pub fn username_key(typed: &str) -> Result<String, ErrorKind> {
    in_table(&USERNAMES, typed).ok_or(ErrorKind::InvalidUsername)
}

/// The key of a workspace's name.
pub fn workspace_key(typed: &str) -> Result<String, ErrorKind> {
    in_table(&WORKSPACES, typed).ok_or(ErrorKind::InvalidArgument)
}

fn in_table(table: &[(&str, Option<&str>)], typed: &str) -> Option<String> {
    match table.iter().find(|(text, _)| *text == typed) {
        Some((_, key)) => key.map(str::to_owned),
        None => Some(typed.to_lowercase()),
    }
}

/// The key by which a text names a user: the key of an email or of a username.
pub fn user_key(typed: &str) -> Option<String> {
    let is_email = EMAILS.iter().any(|(email, _)| *email == typed);
    let email = email_key(typed).ok().filter(|_| is_email);
    email.or_else(|| username_key(typed).ok())
}

/// The stored form of a given name.
pub fn given_name(typed: &str) -> Result<Option<String>, ErrorKind> {
    let found = GIVEN_NAMES.iter().find(|(name, _)| *name == typed);
    match found.map_or(Some(Some(typed)), |(_, stored)| *stored) {
        Some(stored) => Ok(stored.map(str::to_owned)),
        None => Err(ErrorKind::InvalidArgument),
    }
}

/// The words of a text, separated by single spaces.
pub fn collapsed(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}
