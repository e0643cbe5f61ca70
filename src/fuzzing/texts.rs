//! The short texts that callers write: ids, roles, licenses, times, names. Every accepted
//! text prints as a text that parses to the same value.

use std::fmt::Display;
use std::str::FromStr;

use super::kind_of;
use crate::error::{Error, ErrorKind};
use crate::model::{License, Role, Timestamp, UserId, UserRef, WorkspaceName, WorkspaceRef};

/// Checks one text against each of the parsers.
pub fn check(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    prints_as_it_parses::<UserId>(text);
    prints_as_it_parses::<License>(text);
    prints_as_it_parses::<Role>(text);
    prints_as_it_parses::<Timestamp>(text);
    kind_of(&UserRef::from(text).not_found());
    kind_of(&WorkspaceRef::from(text).not_found());
    name_of_workspace(text);
}

fn prints_as_it_parses<T>(text: &str)
where
    T: FromStr<Err = Error> + Display + PartialEq + std::fmt::Debug,
{
    match text.parse::<T>() {
        Ok(value) => assert_eq!(value.to_string().parse::<T>().expect("as printed"), value),
        Err(error) => assert_eq!(kind_of(&error), ErrorKind::InvalidArgument, "{text:?}"),
    }
}

fn name_of_workspace(text: &str) {
    match WorkspaceName::parse(text) {
        Ok(name) => {
            let again = WorkspaceName::parse(&name.typed).expect("as kept");
            assert_eq!((&again.typed, &again.key), (&name.typed, &name.key));
            assert!((1..=128).contains(&name.typed.chars().count()), "{text:?}");
            assert!(!name.typed.chars().any(char::is_control), "{text:?}");
        }
        Err(error) => assert_eq!(kind_of(&error), ErrorKind::InvalidArgument, "{text:?}"),
    }
}
