//! The part after the `@`: a host name of letters, digits and hyphens, or an
//! internationalized one.
//!
//! ASCII names are checked by hand, because every lookup passes here. All others go through
//! the `idna` crate, which maps more than is safe for an identifier: characters that it
//! would drop are refused before, and its result is verified after by mapping it back.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::invalid::InvalidEmail;
use crate::model::printable::is_ignorable;

/// Maximum octets of a name: 255 on the wire (RFC 1035 section 2.3.4), minus the length
/// bytes of the first label and of the root.
const DOMAIN_BYTES_MAX: usize = 253;

/// Maximum octets of a label: RFC 1035 section 2.3.4.
const LABEL_BYTES_MAX: usize = 63;

/// Hyphens are refused at a label's ends only. `CheckHyphens=true` of UTS #46
/// would refuse hosts like `r3---sn.example` too, which RFC 1123 allows.
const HYPHENS: Hyphens = Hyphens::CheckFirstLast;

/// Full stops of other scripts, which UTS #46 maps to an ASCII dot.
const LOOK_ALIKE_DOTS: [char; 3] = ['\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// The domain as lower-case A-labels; `None` if that is `domain` itself, apart from the
/// case of its ASCII letters.
pub(super) fn to_a_labels(domain: &str) -> Result<Option<String>, InvalidEmail> {
    if domain.is_empty() {
        return Err(InvalidEmail::DomainEmpty);
    }
    if is_plain(domain)? {
        check_whole(domain)?;
        return Ok(None);
    }
    let mapped = map(domain)?;
    check_whole(&mapped)?;
    Ok((!mapped.eq_ignore_ascii_case(domain)).then_some(mapped))
}

/// Whether this is a lower-case host name without two hyphens in a row: its labels are
/// their own A-labels.
pub(super) fn is_plain_key(domain: &[u8]) -> bool {
    let (mut previous, mut label_bytes, mut is_number) = (b'.', 0, true);
    for &byte in domain {
        let follows_a_letter = previous.is_ascii_alphanumeric();
        match byte {
            b'a'..=b'z' => is_number = false,
            b'0'..=b'9' => {}
            b'-' if follows_a_letter => is_number = false,
            b'.' if follows_a_letter => (label_bytes, is_number) = (0, true),
            _ => return false,
        }
        label_bytes += usize::from(byte != b'.');
        if label_bytes > LABEL_BYTES_MAX {
            return false;
        }
        previous = byte;
    }
    previous.is_ascii_alphanumeric() && !is_number
}

/// Whether every label consists of letters, digits and hyphens, so that IDNA would only
/// lower their case; `false` if IDNA must decide.
fn is_plain(domain: &str) -> Result<bool, InvalidEmail> {
    for label in domain.as_bytes().split(|&byte| byte == b'.') {
        if label
            .get(..4)
            .is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"xn--"))
        {
            return Ok(false);
        }
        for &byte in label {
            if !(byte.is_ascii_alphanumeric() || byte == b'-') {
                if byte.is_ascii() {
                    return Err(InvalidEmail::DomainChar(char::from(byte)));
                }
                return Ok(false);
            }
        }
        if label.is_empty() {
            return Err(InvalidEmail::DomainDot);
        }
        if label.starts_with(b"-") || label.ends_with(b"-") {
            return Err(InvalidEmail::LabelHyphen);
        }
        if label.len() > LABEL_BYTES_MAX {
            return Err(InvalidEmail::LabelTooLong);
        }
    }
    Ok(true)
}

/// Checks the limits of a whole ASCII name.
fn check_whole(domain: &str) -> Result<(), InvalidEmail> {
    if domain.len() > DOMAIN_BYTES_MAX {
        return Err(InvalidEmail::DomainTooLong);
    }
    let top = domain.rsplit('.').next().unwrap_or(domain);
    if top.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidEmail::DomainNumeric);
    }
    Ok(())
}

/// Strict UTS #46 `ToASCII`, verified by mapping back: the name behind an A-label would
/// itself be accepted, and has this A-label and no other.
fn map(domain: &str) -> Result<String, InvalidEmail> {
    refuse_unseen(domain)?;
    let a_labels = to_ascii(domain)?;
    let (u_labels, valid) =
        Uts46::new().to_unicode(a_labels.as_bytes(), AsciiDenyList::STD3, HYPHENS);
    valid.map_err(|_| InvalidEmail::DomainInvalid)?;
    refuse_unseen(&u_labels)?;
    if to_ascii(&u_labels)? != a_labels {
        return Err(InvalidEmail::DomainInvalid);
    }
    Ok(a_labels)
}

pub(super) fn to_ascii(domain: &str) -> Result<String, InvalidEmail> {
    Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            HYPHENS,
            DnsLength::Verify,
        )
        .map(String::from)
        .map_err(|_| InvalidEmail::DomainInvalid)
}

fn refuse_unseen(domain: &str) -> Result<(), InvalidEmail> {
    for c in domain.chars() {
        if LOOK_ALIKE_DOTS.contains(&c) {
            return Err(InvalidEmail::DomainLookAlikeDot(c));
        }
        if is_ignorable(c) {
            return Err(InvalidEmail::DomainUnseen(c));
        }
    }
    Ok(())
}
