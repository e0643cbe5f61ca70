//! The ids that other systems have for users and workspaces.

use super::text_map::TextMap;

use super::printable::excerpt;
use crate::error::{Error, ErrorKind, Result};

/// Maximum external ids of a user or a workspace.
pub(crate) const EXTERNAL_IDS_MAX: usize = 16;
/// Maximum bytes of a provisioner's name.
pub(crate) const PROVISIONER_BYTES_MAX: usize = 64;
/// Maximum bytes of an external id.
pub(crate) const EXTERNAL_ID_BYTES_MAX: usize = 255;

/// External ids by the name of their provisioner.
pub(crate) type ExternalIds = TextMap;

/// Checks the name of a provisioner.
pub(crate) fn check_provisioner(name: &str) -> Result<()> {
    check("name of the provisioner", name, PROVISIONER_BYTES_MAX)
}

/// Checks an external id, which is stored and compared byte by byte.
pub(crate) fn check_external_id(id: &str) -> Result<()> {
    check("external id", id, EXTERNAL_ID_BYTES_MAX)
}

/// Sets or, with `None`, removes the external id of a provisioner; returns whether that
/// changes anything. Both texts must have been checked.
pub(crate) fn set_external_id(
    ids: &mut ExternalIds,
    provisioner: &str,
    id: Option<&str>,
) -> Result<bool> {
    let Some(id) = id else {
        return Ok(ids.remove(provisioner).is_some());
    };
    let had = ids.insert(provisioner, id);
    if ids.len() > EXTERNAL_IDS_MAX {
        let count = ids.len();
        ids.remove(provisioner);
        return Err(invalid(format!(
            "{count} external ids are too many; there may be those of {EXTERNAL_IDS_MAX} provisioners"
        )));
    }
    Ok(had.as_deref() != Some(id))
}

fn check(what: &str, text: &str, bytes_max: usize) -> Result<()> {
    let wrong = if text.is_empty() {
        "is empty".to_owned()
    } else if text.len() > bytes_max {
        format!("is {} bytes long; {bytes_max} are allowed", text.len())
    } else if text.chars().any(char::is_control) {
        format!("{} contains a control character", excerpt(text))
    } else {
        return Ok(());
    };
    Err(invalid(format!("the {what} {wrong}")))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_inclusive() {
        assert!(check_provisioner(&"x".repeat(64)).is_ok());
        assert!(check_external_id(&"x".repeat(255)).is_ok());
        for refused in [
            check_provisioner(""),
            check_provisioner(&"x".repeat(65)),
            check_provisioner("a\0b"),
            check_external_id(""),
            check_external_id(&"x".repeat(256)),
            check_external_id("a\nb"),
        ] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
        let mut ids = ExternalIds::new();
        for number in 0..EXTERNAL_IDS_MAX {
            assert!(set_external_id(&mut ids, &number.to_string(), Some("x")).unwrap());
        }
        assert!(set_external_id(&mut ids, "more", Some("x")).is_err());
    }

    #[test]
    fn setting_says_whether_it_changes_anything() {
        let mut ids = ExternalIds::new();
        assert!(set_external_id(&mut ids, "okta", Some("a")).unwrap());
        assert!(!set_external_id(&mut ids, "okta", Some("a")).unwrap());
        assert!(set_external_id(&mut ids, "okta", Some("A")).unwrap());
        assert!(set_external_id(&mut ids, "okta", None).unwrap());
        assert!(!set_external_id(&mut ids, "okta", None).unwrap());
    }
}
