//! Names and attributes: the free text of a user, and its limits.

use super::text_map::TextMap;

use super::printable::excerpt;
use super::visible::parse_visible;
use crate::error::{Error, ErrorKind, Result};

/// Maximum attributes of a user.
pub(crate) const ATTRIBUTES_MAX: usize = 64;
/// Maximum bytes of all attribute names and values of a user together.
pub(crate) const ATTRIBUTES_BYTES_MAX: usize = 16 * 1024;
/// Maximum bytes of an attribute name, given name or family name.
pub(crate) const NAME_BYTES_MAX: usize = 255;

/// Pairs of name and value, ordered by name.
pub(crate) type Attributes = TextMap;

/// Checks the limits for all `attributes` together.
pub(crate) fn check_attributes(attributes: &Attributes) -> Result<()> {
    if attributes.len() > ATTRIBUTES_MAX {
        return Err(invalid(format!(
            "{} attributes are too many; a user may have {ATTRIBUTES_MAX}",
            attributes.len()
        )));
    }
    let bytes: usize = attributes
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > ATTRIBUTES_BYTES_MAX {
        return Err(invalid(format!(
            "the attributes take {bytes} bytes; a user's may take {ATTRIBUTES_BYTES_MAX} in all"
        )));
    }
    Ok(())
}

/// Checks the name of an attribute.
pub(crate) fn check_attribute_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(invalid("an attribute needs a name".to_owned()));
    }
    check_name("attribute name", name)
}

/// Parses a given or family name; an empty one counts as none.
pub(crate) fn parse_personal_name(what: &str, text: &str) -> Result<Option<String>> {
    let name = parse_visible(what, text)?;
    check_name(what, &name)?;
    Ok(Some(name).filter(|name| !name.is_empty()))
}

fn check_name(what: &str, name: &str) -> Result<()> {
    if name.len() > NAME_BYTES_MAX {
        return Err(invalid(format!(
            "the {what} is {} bytes long; {NAME_BYTES_MAX} are allowed",
            name.len()
        )));
    }
    if name.chars().any(char::is_control) {
        return Err(invalid(format!(
            "the {what} {} contains a control character; remove it",
            excerpt(name)
        )));
    }
    Ok(())
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(count: usize, value_bytes: usize) -> Attributes {
        (0..count)
            .map(|n| (format!("{n:04}"), "v".repeat(value_bytes)))
            .collect()
    }

    #[test]
    fn attribute_limits_are_inclusive() {
        assert!(check_attributes(&pairs(64, 1)).is_ok());
        assert!(check_attributes(&pairs(65, 1)).is_err());
        assert!(check_attributes(&pairs(4, 4092)).is_ok());
        assert!(check_attributes(&pairs(4, 4093)).is_err());
        assert!(check_attribute_name("").is_err());
        assert!(check_attribute_name("a\nb").is_err());
        assert!(check_attribute_name("a b").is_ok());
    }

    #[test]
    fn personal_names_are_trimmed_and_bounded() {
        assert_eq!(
            parse_personal_name("given name", " Tom ")
                .unwrap()
                .as_deref(),
            Some("Tom")
        );
        assert_eq!(parse_personal_name("given name", " ").unwrap(), None);
        assert!(parse_personal_name("given name", &"x".repeat(255)).is_ok());
        assert!(parse_personal_name("given name", &"x".repeat(256)).is_err());
        assert!(parse_personal_name("given name", "a\u{7}b").is_err());
    }
}
