//! Usernames: which are accepted, and when two are the same.
//!
//! [`Username::parse`] is the only entry. A username with an `@` is an email address and
//! has that address's key, so emails and usernames share one name space. This module knows
//! nothing of users or storage.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::PrecisFastInvocation;
use precis_profiles::precis_core::{self, DerivedPropertyValue};
use uuid::Uuid;

use super::email::{Email, InvalidEmail};
use super::printable::{excerpt, named};
use super::visible::{leading_mark, look_of};
use crate::error::{Error, ErrorKind, Result};

/// Maximum bytes of a username, both as typed and as its key.
const USERNAME_BYTES_MAX: usize = 255;

/// The name under which a user signs in.
///
/// It keeps the name as typed, and a key that is unique: the UsernameCaseMapped profile of
/// PRECIS (RFC 8265 section 3.3), which narrows full-width letters, maps to lower case and
/// composes (NFC). **Two usernames are equal, ordered and hashed by their keys alone.**
///
/// ```
/// use headcount::Username;
///
/// let username = Username::parse(" Åsa ")?;
/// assert_eq!(username.as_str(), "Åsa");
/// assert_eq!(username.key(), "åsa");
/// assert_eq!(username, Username::parse("A\u{30a}SA")?);
/// # Ok::<(), headcount::Error>(())
/// ```
///
/// # What is accepted
///
/// It may contain letters and digits of any script in Unicode 6.3 (the version of the IANA
/// registry for PRECIS) and all printable ASCII except the space, up to 255 bytes. ASCII
/// white space around it is trimmed. Among others, these are refused: spaces, symbols and
/// emoji, invisible and control characters, look-alikes with a compatibility mapping
/// (U+212A KELVIN SIGN), a combining mark at the start, and names that mix directions against
/// the Bidi rule (RFC 5893).
///
/// - A username with an `@` must be an [`Email`] address, and has that address's
///   key. The directory keeps emails and usernames unique together, so a text
///   never names two users. A full-width `@` is refused.
/// - The directory refuses a username that looks like another user's because letters
///   of one script are drawn as those of another, such as a Cyrillic `а` in `аnn`.
/// - A text that parses as a UUID is refused: it would name a user by id.
/// - Case is mapped one code point at a time: a final sigma stays a final sigma, and
///   `Σίσυφος` is not `ΣΊΣΥΦΟΣ`; `ß` is not `ss`; `İ` is not `i`.
/// - Cherokee is refused: its lower case came after Unicode 6.3, and such a key
///   would not be a username itself.
#[derive(Clone, Debug)]
pub struct Username {
    typed: Arc<str>,
    /// `None` if the name was typed as its own key.
    key: Option<Arc<str>>,
    /// The look of the key, if it differs from the key.
    look: Option<Arc<str>>,
}

impl Username {
    /// Parses a username; ASCII white space around it is ignored.
    ///
    /// Fails with [`InvalidUsername`](ErrorKind::InvalidUsername).
    ///
    /// ```
    /// use headcount::{ErrorKind, Username};
    ///
    /// assert!(Username::parse("ada.lovelace").is_ok());
    /// assert_eq!(Username::parse("Ada@Example.com")?.key(), "ada@example.com");
    ///
    /// let error = Username::parse("ada@").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidUsername);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let typed = text.trim_ascii();
        let key = key_of(typed)
            .map_err(|refusal| Error::new(ErrorKind::InvalidUsername, refusal.message(typed)))?;
        let look = look_of(&key).map(Arc::from);
        Ok(Self {
            typed: typed.into(),
            key: match key {
                Cow::Borrowed(_) => None,
                Cow::Owned(key) => Some(key.into()),
            },
            look,
        })
    }

    /// The username as typed, without white space around it.
    ///
    /// ```
    /// let username = headcount::Username::parse("Ada\n")?;
    /// assert_eq!(username.as_str(), "Ada");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// The form of the username that is unique.
    ///
    /// ```
    /// let username = headcount::Username::parse("ＡＤＡ")?;
    /// assert_eq!(username.key(), "ada");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.typed)
    }

    /// Builds a username from parts that an earlier [`Username::parse`] returned, without
    /// checking them.
    pub(crate) fn from_stored(typed: &str, key: &str, look: Option<&str>) -> Self {
        Self {
            typed: typed.into(),
            key: (key != typed).then(|| key.into()),
            look: look.map(Arc::from),
        }
    }

    /// All texts of the name.
    pub(crate) fn texts(&self) -> UsernameTexts<'_> {
        UsernameTexts {
            typed: &self.typed,
            other_key: self.key.as_deref(),
            look: self.look.as_deref(),
        }
    }

    /// The key of `text`, by the rules of [`Username::parse`]; `None` if it isn't a
    /// username, so that nobody can have it.
    ///
    /// For ASCII texts, allocates only if the key differs from the text.
    pub(crate) fn lookup_key(text: &str) -> Option<Cow<'_, str>> {
        key_of(text.trim_ascii()).ok()
    }
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Username {}

impl PartialOrd for Username {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Username {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}

impl Hash for Username {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Username {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl AsRef<str> for Username {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl TryFrom<String> for Username {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl TryFrom<&str> for Username {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

/// The texts of a username that is not the email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsernameTexts<'a> {
    pub(crate) typed: &'a str,
    /// The key, if it differs from the name as typed.
    pub(crate) other_key: Option<&'a str>,
    /// The look of the key, if it differs from the key. No other user may have a username
    /// that is it or looks like it.
    pub(crate) look: Option<&'a str>,
}

impl<'a> UsernameTexts<'a> {
    pub(crate) fn key(&self) -> &'a str {
        self.other_key.unwrap_or(self.typed)
    }
}

/// The key of a trimmed text.
fn key_of(typed: &str) -> Result<Cow<'_, str>, InvalidUsername> {
    if typed.is_empty() {
        return Err(InvalidUsername::Empty);
    }
    if typed.len() > USERNAME_BYTES_MAX {
        return Err(InvalidUsername::TooLong);
    }
    if typed.contains('@') {
        return Email::key_of(typed).map_err(InvalidUsername::Address);
    }
    let key = name_key(typed)?;
    if Uuid::try_parse(&key).is_ok() {
        return Err(InvalidUsername::Uuid);
    }
    Ok(key)
}

/// The key of a text without an `@`.
fn name_key(typed: &str) -> Result<Cow<'_, str>, InvalidUsername> {
    // The profile only changes the case of printable ASCII.
    if typed.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(if typed.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(typed.to_ascii_lowercase())
        } else {
            Cow::Borrowed(typed)
        });
    }
    let key = stable_key(typed)?;
    // Of the key: width mapping makes a mark of U+FF9E.
    if let Some(mark) = leading_mark(&key) {
        return Err(InvalidUsername::LeadingMark(mark));
    }
    // Width mapping turns U+FF20 into an @.
    if key.contains('@') {
        return Err(InvalidUsername::WideAt);
    }
    if key.len() > USERNAME_BYTES_MAX {
        return Err(InvalidUsername::TooLong);
    }
    Ok(key)
}

/// The result of the profile, if applying it again would not change it. No single code
/// point needs a second round (a test tries them all), so a text that does is refused; RFC
/// 8264 section 7 would allow three more.
fn stable_key(typed: &str) -> Result<Cow<'_, str>, InvalidUsername> {
    let key = enforce(typed)?;
    if key != typed && enforce(&key) != Ok(Cow::Borrowed(&*key)) {
        return Err(InvalidUsername::Unstable);
    }
    Ok(key)
}

fn enforce(text: &str) -> Result<Cow<'_, str>, InvalidUsername> {
    UsernameCaseMapped::enforce(text).map_err(|error| match error {
        precis_core::Error::BadCodepoint(info) => match char::from_u32(info.cp) {
            Some(c) if info.property == DerivedPropertyValue::Unassigned => {
                InvalidUsername::Newer(c)
            }
            Some(c) => InvalidUsername::Char(c),
            None => InvalidUsername::Context,
        },
        precis_core::Error::Invalid => InvalidUsername::Direction,
        precis_core::Error::Unexpected(_) => InvalidUsername::Context,
    })
}

/// The first reason why a text is not a username. It is cheap to create, because lookups
/// discard it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InvalidUsername {
    Empty,
    TooLong,
    Address(InvalidEmail),
    WideAt,
    Uuid,
    Char(char),
    Newer(char),
    LeadingMark(char),
    Context,
    Direction,
    Unstable,
}

impl InvalidUsername {
    /// One line that says what is wrong with `typed` and what to do.
    fn message(self, typed: &str) -> String {
        let advice = match self {
            Self::Empty => {
                return "a username may not be empty; give one, \
                        or leave it out to use the email"
                    .to_owned();
            }
            Self::TooLong => "it is too long; a username has at most 255 bytes".to_owned(),
            Self::Address(refusal) => format!(
                "a username with an @ must be an email address; {}",
                refusal.advice()
            ),
            Self::WideAt => {
                "its @ is a full-width one; type an ASCII @, or leave it out".to_owned()
            }
            Self::Uuid => "it reads as a UUID, which names a user by id; choose another".to_owned(),
            Self::Char(c) => format!(
                "{} is not allowed in one; use letters, digits and ASCII punctuation, \
                 without spaces",
                named(c)
            ),
            Self::Newer(c) => format!(
                "{} is not in Unicode 6.3, whose letters usernames are made of; \
                 use another letter",
                named(c)
            ),
            Self::LeadingMark(c) => format!(
                "it begins with {}, which belongs on a letter before it; remove it",
                named(c)
            ),
            Self::Context => "a joiner, a middle dot or a mark like them stands where it may not; \
                              remove it"
                .to_owned(),
            Self::Direction => "it mixes right-to-left and left-to-right text in a way that can't \
                                be read back safely; use one direction"
                .to_owned(),
            Self::Unstable => "it has letters without a stable lower case (Cherokee); \
                               use another script"
                .to_owned(),
        };
        format!("{} is not a usable username: {advice}", excerpt(typed))
    }
}

#[cfg(test)]
mod tests;
