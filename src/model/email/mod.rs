//! Email addresses: which are accepted, and when two are the same.
//!
//! [`Email::parse`] is the only entry. The rules for domains are in `domain`, the reasons
//! for refusing a text and their messages in `invalid`. This module knows nothing of users
//! or storage.

mod domain;
mod invalid;
mod local;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::error::{Error, Result};
pub(super) use invalid::InvalidEmail;

/// Maximum octets of an address: RFC 5321 section 4.5.3.1.3 allows 256 for the path, which
/// includes `<` and `>` around the address (RFC 3696 erratum 1690).
const KEY_BYTES_MAX: usize = 254;

/// Maximum bytes of the text as typed. IDNA maps at most four bytes of UTF-8 to one octet
/// of a key, so no valid address in composed letters is longer.
const TYPED_BYTES_MAX: usize = 4 * KEY_BYTES_MAX;

/// The address of a user.
///
/// It keeps the address as typed, and a key that is unique: the part before the `@` in
/// ASCII lower case, and the domain as IDNA A-labels. **Two addresses are equal, ordered
/// and hashed by their keys alone.**
///
/// ```
/// use headcount::Email;
///
/// let email = Email::parse(" Ada.Lovelace@Bücher.example ")?;
/// assert_eq!(email.as_str(), "Ada.Lovelace@Bücher.example");
/// assert_eq!(email.key(), "ada.lovelace@xn--bcher-kva.example");
/// assert_eq!(email, Email::parse("ada.lovelace@XN--BCHER-KVA.example")?);
/// assert_ne!(email, Email::parse("adalovelace@bücher.example")?);
/// # Ok::<(), headcount::Error>(())
/// ```
///
/// # What is accepted
///
/// It is an addr-spec (RFC 5322) without a display name, quoted local part, comment or
/// domain literal. ASCII white space around it is trimmed.
///
/// - **Before the `@`**: a dot-atom of at most 64 octets. Letters outside ASCII (RFC 6531)
///   are not supported yet, and are refused with a kind of their own. Only ASCII letters
///   are lower-cased: U+212A KELVIN SIGN is a `k` to Unicode, and taking it for one lets a
///   stranger reset another's password (CVE-2019-19844). Dots and `+tag` are kept, because
///   addresses that differ in them can belong to different people.
/// - **After the `@`**: a host name of letters, digits and hyphens (RFC 1123), or an
///   internationalized one that UTS #46 maps to A-labels without error, of at most 253
///   octets and 63 per label. A single label is allowed: `root@localhost` is a real
///   address. A trailing dot is refused.
/// - Code points that are invisible (`Default_Ignorable_Code_Point`) and the look-alike
///   full stops U+3002, U+FF0E and U+FF61 are refused in the domain, written out or inside
///   an `xn--` label. UTS #46 drops or replaces them, so `exa\u{200b}mple.com` would become
///   `example.com`, which belongs to somebody else.
/// - A domain whose last label is all digits is refused: it is an IPv4 address,
///   and no top-level domain is a number (RFC 3696 section 2).
/// - 254 octets in all, measured on the key; 1016 bytes as typed.
pub struct Email {
    /// The address as typed, then the key if it differs, and then what
    /// [`with_rest`](Self::with_rest) added: the other texts of a user.
    block: Box<str>,
    typed_bytes: u32,
    /// 0 if the address was typed as its own key, as most are.
    key_bytes: u32,
}

impl Email {
    /// Parses an address; ASCII white space around it is ignored.
    ///
    /// Fails with [`EmailRequired`] if there is nothing but white space, with
    /// [`InternationalEmail`] if the only fault is letters outside ASCII before the `@`,
    /// and with [`InvalidEmail`] otherwise.
    ///
    /// [`EmailRequired`]: crate::ErrorKind::EmailRequired
    /// [`InternationalEmail`]: crate::ErrorKind::InternationalEmail
    /// [`InvalidEmail`]: crate::ErrorKind::InvalidEmail
    ///
    /// ```
    /// use headcount::{Email, ErrorKind};
    ///
    /// assert!(Email::parse("ada+lists@example.com").is_ok());
    ///
    /// let kind = |text| Email::parse(text).unwrap_err().kind();
    /// assert_eq!(kind(" "), ErrorKind::EmailRequired);
    /// assert_eq!(kind("Ada <ada@example.com>"), ErrorKind::InvalidEmail);
    /// assert_eq!(kind("jürgen@example.com"), ErrorKind::InternationalEmail);
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let typed = text.trim_ascii();
        match key_of(typed) {
            Ok(key) => Ok(Self::from_stored(typed, &key)),
            Err(refusal) => Err(Error::new(refusal.kind(), refusal.message(typed))),
        }
    }

    /// The address as typed, without white space around it.
    ///
    /// ```
    /// let email = headcount::Email::parse("Ada@Example.com\n")?;
    /// assert_eq!(email.as_str(), "Ada@Example.com");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        self.part(0, self.typed_bytes)
    }

    /// The form of the address that is unique: lower case and ASCII.
    ///
    /// It is itself an address, and its own key.
    ///
    /// ```
    /// let email = headcount::Email::parse("Ada@BÜCHER.example")?;
    /// assert_eq!(email.key(), "ada@xn--bcher-kva.example");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn key(&self) -> &str {
        match self.key_bytes {
            0 => self.as_str(),
            bytes => self.part(self.typed_bytes, bytes),
        }
    }

    /// The domain as in the key: lower-case A-labels.
    ///
    /// ```
    /// let email = headcount::Email::parse("Ada@Bücher.example")?;
    /// assert_eq!(email.domain(), "xn--bcher-kva.example");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn domain(&self) -> &str {
        self.key().rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Builds an address from parts that an earlier [`Email::parse`] returned, without
    /// checking them again.
    pub(crate) fn from_stored(typed: &str, key: &str) -> Self {
        Self::with_rest(typed, key, 0, |_| {})
    }

    /// Builds an address like [`from_stored`](Self::from_stored), and makes it hold the
    /// `rest_bytes` bytes that `put_rest` appends, in the same allocation.
    pub(super) fn with_rest(
        typed: &str,
        key: &str,
        rest_bytes: usize,
        put_rest: impl FnOnce(&mut String),
    ) -> Self {
        let key = if key == typed { "" } else { key };
        let mut block = String::with_capacity(typed.len() + key.len() + rest_bytes);
        block.push_str(typed);
        block.push_str(key);
        put_rest(&mut block);
        let narrow = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self {
            block: block.into(),
            typed_bytes: narrow(typed),
            key_bytes: narrow(key),
        }
    }

    /// The bytes that [`with_rest`](Self::with_rest) added.
    #[inline]
    pub(super) fn rest(&self) -> &str {
        let own = self.typed_bytes as usize + self.key_bytes as usize;
        self.block.get(own..).unwrap_or_default()
    }

    /// A clone that holds the rest, too; [`clone`](Self::clone) leaves it out.
    pub(super) fn clone_with_rest(&self) -> Self {
        Self {
            block: self.block.clone(),
            ..*self
        }
    }

    /// Whether not only the keys are equal, but also the address as typed and the rest.
    pub(super) fn is_same_with_rest(&self, other: &Self) -> bool {
        let lengths = |email: &Self| (email.typed_bytes, email.key_bytes);
        self.block == other.block && lengths(self) == lengths(other)
    }

    /// Bytes of the allocation.
    pub(super) fn bytes(&self) -> usize {
        self.block.len()
    }

    #[inline]
    fn part(&self, start: u32, bytes: u32) -> &str {
        let start = start as usize;
        let part = self.block.get(start..start + bytes as usize);
        part.unwrap_or_default()
    }

    /// The key of a trimmed text, or the reason why it has none.
    pub(super) fn key_of(typed: &str) -> Result<Cow<'_, str>, InvalidEmail> {
        key_of(typed)
    }

    /// The key of `text`, by the rules of [`Email::parse`]; `None` if it isn't an address,
    /// so that nobody can have it.
    ///
    /// Allocates only if the key differs from the text.
    pub(crate) fn lookup_key(text: &str) -> Option<Cow<'_, str>> {
        key_of(text.trim_ascii()).ok()
    }
}

/// Copies the address alone, without the other texts of the user whose email it is.
impl Clone for Email {
    fn clone(&self) -> Self {
        Self::from_stored(self.as_str(), self.key())
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("typed", &self.as_str())
            .field("key", &self.key())
            .finish()
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Email {}

impl PartialOrd for Email {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Email {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}

impl Hash for Email {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Email {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl AsRef<str> for Email {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl TryFrom<String> for Email {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl TryFrom<&str> for Email {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

/// The key of a trimmed text; borrowed if the text is its own key.
fn key_of(typed: &str) -> Result<Cow<'_, str>, InvalidEmail> {
    if is_plain_key(typed.as_bytes()) {
        return Ok(Cow::Borrowed(typed));
    }
    key_by_rules(typed)
}

/// A fast check whether this is an address and its own key, as most addresses are. `false`
/// means that the full rules must decide.
fn is_plain_key(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| *byte == b'@') else {
        return false;
    };
    text.len() <= KEY_BYTES_MAX
        && local::is_plain_key(&text[..at])
        && domain::is_plain_key(&text[at + 1..])
}

/// [`key_of`] by the full rules.
fn key_by_rules(typed: &str) -> Result<Cow<'_, str>, InvalidEmail> {
    if typed.is_empty() {
        return Err(InvalidEmail::Empty);
    }
    if typed.len() > TYPED_BYTES_MAX {
        return Err(InvalidEmail::TooLong);
    }
    let (local, domain) = typed.rsplit_once('@').ok_or(InvalidEmail::NoAt)?;
    let international = local::check(local)?;
    let mapped = domain::to_a_labels(domain)?;
    let domain_bytes = mapped.as_ref().map_or(domain.len(), String::len);
    if local.len() + 1 + domain_bytes > KEY_BYTES_MAX {
        return Err(InvalidEmail::TooLong);
    }
    // Checked last, so that this kind means that nothing else is wrong.
    if let Some(letter) = international {
        return Err(InvalidEmail::LocalInternational(letter));
    }
    Ok(match mapped {
        Some(mapped) => Cow::Owned(format!("{}@{mapped}", local.to_ascii_lowercase())),
        None if typed.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Cow::Owned(typed.to_ascii_lowercase())
        }
        None => Cow::Borrowed(typed),
    })
}
