//! The names of columns and fields: ours, those of other tools, and common ones.

use std::str::FromStr;

use headcount::quoted;

use super::foreign_names::FOREIGN;
use super::left_out::LEFT_OUT;
use super::left_out_of_tools::LEFT_OUT_OF_TOOLS;
use super::name_tables::{ALIASES, OURS, SILENT};
use super::words::unaccented;

/// A field of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Email,
    Username,
    GivenName,
    FamilyName,
    Active,
    /// The opposite of [`Field::Active`].
    Inactive,
    /// The same as flags of Active Directory.
    AccountControl,
    Admin,
    CreatedAt,
    /// The id that the provisioner on the command line gave.
    ExternalId,
    /// All of them, by provisioner.
    ExternalIds,
    Attributes,
    RealmRoles,
    ClientRoles,
    ServiceAccount,
}

/// The meaning of a name in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Field(Field),
    /// One attribute, in a column of its own.
    Attribute(String),
    /// The external id of one provisioner, in a column of its own.
    ExternalId(String),
    /// Known and ignored without a note.
    Silent,
    /// Known from some tool and ignored, which a note says.
    LeftOut,
}

/// The prefix of a column that holds one attribute.
const ATTRIBUTE_PREFIX: &str = "attributes.";
/// The prefix of a column that holds the external ids of one provisioner.
const EXTERNAL_PREFIX: &str = "external_ids.";

/// `--map COLUMN=field`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    column: String,
    target: Target,
}

impl FromStr for Mapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (column, field) = text
            .rsplit_once('=')
            .filter(|(column, _)| !plain(column).is_empty())
            .ok_or("write it as COLUMN=field, such as 'Work mail=email'")?;
        match known(field.trim_ascii()) {
            None
            | Some(
                Target::Field(Field::Attributes | Field::ExternalIds)
                | Target::Silent
                | Target::LeftOut,
            ) => Err(format!(
                "there is no field {field}; there are {}",
                our_names(),
                field = quoted(field)
            )),
            Some(target) => Ok(Self {
                column: column.to_owned(),
                target,
            }),
        }
    }
}

/// The meanings of names that the command line sets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names<'a> {
    pub(crate) map: &'a [Mapping],
    pub(crate) ignore: &'a [String],
}

impl<'a> Names<'a> {
    /// The meaning of `name`; `None` if it is unknown.
    pub(super) fn target(&self, name: &str) -> Option<Target> {
        if self.ignore.iter().any(|ignored| is_same(ignored, name)) {
            return Some(Target::Silent);
        }
        let mut map = self.map.iter();
        if let Some(mapping) = map.find(|mapping| is_same(&mapping.column, name)) {
            return Some(mapping.target.clone());
        }
        known(name)
    }

    /// The contradiction between options that give one column two meanings.
    pub(crate) fn contradiction(&self) -> Option<String> {
        for (index, Mapping { column, target }) in self.map.iter().enumerate() {
            let is_other =
                |other: &Mapping| is_same(&other.column, column) && other.target != *target;
            if self.map[..index].iter().any(is_other) {
                return Some(format!(
                    "--map says of the column {} that it is two fields; name one",
                    quoted(column)
                ));
            }
            if self.ignore.iter().any(|ignored| is_same(ignored, column)) {
                return Some(format!(
                    "--map and --ignore both name the column {}; leave one of them out",
                    quoted(column)
                ));
            }
        }
        None
    }

    /// Whether the command line says which field this is.
    pub(super) fn maps(&self, name: &str) -> bool {
        self.map
            .iter()
            .any(|mapping| is_same(&mapping.column, name))
    }

    /// The columns that `--map` names and `names` does not have. One that `--ignore` names may be
    /// missing: it is left out all the same.
    pub(super) fn absent<'n>(self, names: impl Iterator<Item = &'n str>) -> Vec<&'a str> {
        let names: Vec<_> = names.map(plain).collect();
        let mapped = self.mapped();
        mapped
            .filter(|column| !names.contains(&plain(column)))
            .collect()
    }

    /// The columns that `--map` names.
    pub(super) fn mapped(self) -> impl Iterator<Item = &'a str> {
        self.map.iter().map(|mapping| mapping.column.as_str())
    }
}

fn known(name: &str) -> Option<Target> {
    // The rest is the exact name.
    let name = name.trim_start();
    if let Some(attribute) = behind(ATTRIBUTE_PREFIX, name) {
        return Some(Target::Attribute(attribute.to_owned()));
    }
    if let Some(provisioner) = behind(EXTERNAL_PREFIX, name) {
        return Some(Target::ExternalId(provisioner.to_owned()));
    }
    // As in Entra's templates: `User name [userPrincipalName] Required`; and in
    // Google's: `First Name [Required]`.
    let (before, inner) = match name.split_once('[') {
        Some((before, inner)) => (before, inner.split(']').next().unwrap_or_default()),
        None => (name, ""),
    };
    let before = before.split('(').next().unwrap_or_default();
    let target = |text: &str| by_plain_name(&plain(text));
    target(before)
        .or_else(|| target(inner))
        .or_else(|| target(name))
        .or_else(|| of_list(name))
}

/// The meaning of a part of a list, as GAM names its column: `emails.0.address`. The list has no
/// field.
fn of_list(name: &str) -> Option<Target> {
    let (list, part) = name.split_once('.')?;
    let number = part.split('.').next()?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && by_plain_name(&plain(list)).is_some()).then_some(Target::LeftOut)
}

/// What follows the prefix, in whatever case it is written.
fn behind<'n>(prefix: &str, name: &'n str) -> Option<&'n str> {
    let (start, rest) = name.split_at_checked(prefix.len())?;
    (start.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}

/// The fields' names elsewhere.
pub(super) fn aliases() -> impl Iterator<Item = &'static (Field, &'static [&'static str])> {
    ALIASES.iter().chain(FOREIGN)
}

fn by_plain_name(name: &str) -> Option<Target> {
    if let Some((_, field)) = OURS.iter().find(|(ours, _)| plain(ours) == name) {
        return Some(Target::Field(*field));
    }
    if let Some((field, _)) = aliases().find(|(_, names)| names.contains(&name)) {
        return Some(Target::Field(*field));
    }
    if SILENT.contains(&name) {
        return Some(Target::Silent);
    }
    let lists = [LEFT_OUT, LEFT_OUT_OF_TOOLS];
    let is_left_out = lists.iter().any(|names| names.contains(&name));
    is_left_out.then_some(Target::LeftOut)
}

/// A name without case, accents, spaces, underscores and the like.
pub(super) fn plain(name: &str) -> String {
    let mut plain = unaccented(name);
    plain.retain(char::is_alphanumeric);
    plain
}

/// Whether the command line means `name`.
pub(super) fn is_same(option: &str, name: &str) -> bool {
    option == name || plain(option) == plain(name)
}

/// Our name of a field, if it has one.
pub(super) fn our_name(field: Field) -> Option<&'static str> {
    { OURS.iter() }.find_map(|(name, ours)| (*ours == field).then_some(*name))
}

/// Our names in a sentence.
pub(super) fn our_names() -> String {
    let names = OURS.map(|(name, _)| name);
    let (last, first) = names.split_last().unwrap_or((&"", &[]));
    format!("{} and {last}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> Option<Field> {
        match Names::default().target(name) {
            Some(Target::Field(field)) => Some(field),
            _ => None,
        }
    }

    #[test]
    fn names_are_known_however_they_are_written() {
        for (names, expected) in [
            (
                &[
                    "First Name",
                    "FirstName",
                    "first_name",
                    "FIRST-NAME",
                    "First Name [Required]",
                ][..],
                Field::GivenName,
            ),
            (
                &["Email Address [Required]", "E-mail", "mail"],
                Field::Email,
            ),
            (
                &[
                    "userPrincipalName",
                    "User name [userPrincipalName] Required",
                    "login",
                ],
                Field::Username,
            ),
            (
                &["Status [READ ONLY]", "accountEnabled", "state"],
                Field::Active,
            ),
            (
                &["Block sign in (Yes/No) [accountEnabled] Required"],
                Field::Inactive,
            ),
            (&["createdTimestamp", "Created date time"], Field::CreatedAt),
        ] {
            for name in names {
                assert_eq!(field(name), Some(expected), "{name}");
            }
        }
        let target = |name| Names::default().target(name);
        assert_eq!(
            target("Attributes.Team"),
            Some(Target::Attribute("Team".to_owned()))
        );
        assert_eq!(
            target("External_IDs.okta"),
            Some(Target::ExternalId("okta".to_owned()))
        );
        assert_eq!(field("External ID"), Some(Field::ExternalId));
        assert_eq!(
            target("Display name [displayName] Required"),
            Some(Target::LeftOut)
        );
        for part in ["emails.0.address", "phones.1.value", "aliases.0"] {
            assert_eq!(target(part), Some(Target::LeftOut), "{part}");
        }
        for other in ["zodiac.0.sign", "emails.first", "emails..0"] {
            assert_eq!(target(other), None, "{other}");
        }
        assert_eq!(target("actve"), None);
        assert_eq!(target("\u{e9}"), None);
    }

    #[test]
    fn the_command_line_comes_first() {
        let map = [
            "Work mail=email".parse().unwrap(),
            "Team = attributes.team".parse().unwrap(),
        ];
        let ignore = ["Email".to_owned(), "Phone".to_owned()];
        let names = Names {
            map: &map,
            ignore: &ignore,
        };
        assert_eq!(names.target("work_mail"), Some(Target::Field(Field::Email)));
        assert_eq!(
            names.target("TEAM"),
            Some(Target::Attribute("team".to_owned()))
        );
        assert_eq!(names.target("email"), Some(Target::Silent));
        assert_eq!(names.absent(["email", "team"].into_iter()), ["Work mail"]);
        for wrong in [
            "email",
            "=email",
            "a=b",
            "a=attributes",
            "a=",
            "a=password",
            "a=version",
        ] {
            assert!(wrong.parse::<Mapping>().is_err(), "{wrong}");
        }
    }
}
