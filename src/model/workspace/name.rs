//! Names of workspaces.

use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, ErrorKind, Result};
use crate::model::visible::{look_of, parse_visible};

/// Maximum characters of a workspace's name.
const NAME_CHARS_MAX: usize = 128;

/// The name of a workspace: 1 to 128 visible characters. Names are compared without regard
/// to case, compatibility forms (NFKC, lower case) and letters of other scripts that look
/// the same.
#[derive(Clone, Debug)]
pub(crate) struct WorkspaceName {
    pub(crate) typed: String,
    pub(crate) key: String,
}

impl WorkspaceName {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let typed = parse_visible("workspace's name", text)?;
        let refuse = |what: String| Err(Error::new(ErrorKind::InvalidArgument, what));
        if typed.is_empty() {
            return refuse("a workspace needs a name".to_owned());
        }
        let chars = typed.chars().count();
        if chars > NAME_CHARS_MAX {
            return refuse(format!(
                "the workspace's name has {chars} characters; {NAME_CHARS_MAX} are allowed"
            ));
        }
        let key = workspace_name_key(&typed);
        Ok(Self { typed, key })
    }
}

/// The unique key of a workspace's name: its look.
pub(crate) fn workspace_name_key(name: &str) -> String {
    let key = plain_name_key(name);
    look_of(&key).unwrap_or(key)
}

/// The name without regard to case, form and white space.
pub(super) fn plain_name_key(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let name = words.join(" ");
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_bounded_and_free_of_controls() {
        assert_eq!(
            WorkspaceName::parse("  Fraud Models ").unwrap().typed,
            "Fraud Models"
        );
        assert!(WorkspaceName::parse(" \u{3000}").is_err());
        assert!(WorkspaceName::parse(&"é".repeat(128)).is_ok());
        assert!(WorkspaceName::parse(&"é".repeat(129)).is_err());
        assert!(WorkspaceName::parse("a\u{0}b").is_err());
        assert!(WorkspaceName::parse("a\u{85}b").is_err());
    }

    #[test]
    fn names_are_the_same_without_regard_to_case_and_form() {
        let key = workspace_name_key;
        assert_eq!(key("Fraud"), key("fRAUD "));
        assert_eq!(key("É"), key("e\u{301}"));
        assert_eq!(key("Ａ"), key("a"));
        assert_ne!(key("a b"), key("ab"));
        for name in ["İstanbul", "ǅ", "ΑΣ", "ﬁ", "Å"] {
            assert_eq!(key(&key(name)), key(name), "{name}");
        }
    }
}
