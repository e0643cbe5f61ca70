//! Columns of one tool that hold the same field, and which of them comes first.

use serde_json::Value;

use super::names::{Field, Names, Target, plain};

/// What Active Directory calls the same field, as [`plain`] makes it. The first that a user has
/// counts.
const SAME: [(Field, &[&str]); 4] = [
    (Field::Username, &["userprincipalname", "samaccountname"]),
    (Field::Email, &["mail", "emailaddress"]),
    (Field::FamilyName, &["surname", "sn"]),
    (
        Field::CreatedAt,
        &["whencreated", "created", "createtimestamp"],
    ),
];

/// Where a name stands among those of the same field: what the command line names comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    is_unmapped: bool,
    place: usize,
}

/// The one of these names that comes before `name`, as both are the same field, and the rank of
/// `name`.
pub(super) fn before<'n>(
    name: &str,
    all: impl Iterator<Item = &'n str>,
    names: Names<'_>,
) -> Option<(&'n str, Field, Rank)> {
    let own = plain(name);
    let Some(Target::Field(field)) = names.target(name) else {
        return None;
    };
    let (_, same) = SAME
        .iter()
        .find(|(of, same)| *of == field && same.contains(&&*own))?;
    let rank = |name: &str, plain: &str| {
        let place = same.iter().position(|other| *other == plain)?;
        let is_unmapped = !names.maps(name);
        (names.target(name) == Some(Target::Field(field))).then_some(Rank { is_unmapped, place })
    };
    let own = rank(name, &own)?;
    let others = all.filter_map(|other| Some((rank(other, &plain(other))?, other)));
    let (first, other) = others.min()?;
    (first < own).then_some((other, field, own))
}

/// The members of a user that another comes before, each with that and the field.
pub(super) fn second<'m>(
    members: &'m [(String, Value, Option<Target>)],
    names: Names<'_>,
) -> Vec<(&'m str, &'m str, Field)> {
    let is_filled = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    };
    let mut second = Vec::new();
    for (index, (name, value, target)) in members.iter().enumerate() {
        let is_same = |(other, (_, value, field)): (usize, &(String, Value, Option<Target>))| {
            other != index && field == target && is_filled(value)
        };
        let Some(Target::Field(field)) = target else {
            continue;
        };
        if !SAME.iter().any(|(of, _)| of == field)
            || !is_filled(value)
            || !members.iter().enumerate().any(is_same)
        {
            continue;
        }
        let filled = members.iter().filter(|(_, value, _)| is_filled(value));
        let all = filled.map(|(name, ..)| name.as_str());
        if let Some((first, field, _)) = before(name, all, names) {
            second.push((name.as_str(), first, field));
        }
    }
    second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_same_comes_before_unless_the_command_line_says_otherwise() {
        let titles = ["SamAccountName", "mail", "UserPrincipalName", "sn", "email"];
        let before = |name, names| before(name, titles.into_iter(), names).map(|(first, ..)| first);
        let names = Names::default();
        assert_eq!(before("SamAccountName", names), Some("UserPrincipalName"));
        for first in ["UserPrincipalName", "mail", "sn", "email"] {
            assert_eq!(before(first, names), None);
        }
        let map = ["samaccountname=username".parse().unwrap()];
        let names = Names {
            map: &map,
            ignore: &[],
        };
        assert_eq!(before("UserPrincipalName", names), Some("SamAccountName"));
        assert_eq!(before("SamAccountName", names), None);
        let map = ["UserPrincipalName=email".parse().unwrap()];
        let names = Names {
            map: &map,
            ignore: &[],
        };
        for name in titles {
            assert_eq!(before(name, names), None);
        }
    }
}
