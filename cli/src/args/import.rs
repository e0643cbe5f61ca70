//! `headcount import` on the command line.

use std::path::PathBuf;

use clap::ValueEnum;
use headcount::{Email, printable};

use super::Ownerless;
use crate::import::dates::DateOrder;
use crate::import::encoding::Encoding;
use crate::import::names::Mapping;
use crate::import::options::{Keep, MatchBy, Missing, OnExisting};

/// The long help of the import.
const IMPORT_HELP: &str = "\
Formats (auto detects them from the content):
  keycloak   a realm export, in one file, several, or a folder; an array of
             realms or of users; or the output of `headcount users list --json`
  wallaroo   the platform's users/query answer: a map of id to user
  jsonl      one user as a JSON object on each line
  csv        a header line, then one user on each line; separated by commas,
             semicolons, tabs or pipes, in UTF-8, UTF-16 or Windows-1252

Fields: id, email, username, active (enabled, status), given_name (firstName),
family_name (lastName), admin, created_at (createdTimestamp), attributes,
external_ids (by provisioner), or external_id with --provisioner. In CSV, each
attribute has a column such as attributes.team, and each provisioner one such as
external_ids.okta. Case, spaces and underscores in names don't matter, and the
headers of Okta, Entra, Google Workspace, GitLab and Keycloak are known. Unknown
fields are left out and named in Keycloak's files; in csv and jsonl files they are
an error. In Keycloak's files, realmRoles decides who is an admin.

By default a user is active and not an admin. active is true, yes, 1, active,
suspended and the like; admin is true, yes, no and the like. A time is a date,
RFC 3339, or seconds or milliseconds since 1970.

A row is matched with a user by id, then by email, unless --match says otherwise.
Fields that differ are updated; fields that are not in the file, and empty cells,
stay as they are. Users who were deactivated here stay inactive, and users who are
admins here stay admins, whatever the file says; with --keep none, the file
decides. Every row is checked before anything is written.

Examples:
  headcount import users.csv --dry-run
  headcount import okta.csv --map 'Team=attributes.team' --ignore 'Phone'
  headcount import keycloak-export/ --admin-client-role realm-management/realm-admin
  headcount import hr.csv --encoding windows-1252 --missing deactivate --keep none";

#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_HELP)]
pub(crate) struct ImportArgs {
    /// The files to import, as one request; - is standard input, and a folder stands
    /// for the JSON, CSV and TSV files in it
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The format of the files
    #[arg(long, value_enum, default_value_t = FormatArg::Auto)]
    pub(crate) format: FormatArg,
    /// The character between CSV cells: comma, semicolon, tab, pipe, or any character;
    /// detected from the header by default
    #[arg(long, value_name = "CHARACTER", value_parser = parse_delimiter)]
    pub(crate) delimiter: Option<char>,
    /// The text encoding of the files
    #[arg(long, value_enum, default_value_t = Encoding::Auto)]
    pub(crate) encoding: Encoding,
    /// Read a column or field as another, such as 'Work mail=email' or
    /// 'Team=attributes.team'; may be repeated
    #[arg(long, value_name = "COLUMN=FIELD")]
    pub(crate) map: Vec<Mapping>,
    /// Leave a column or field out; may be repeated
    #[arg(long, value_name = "COLUMN")]
    pub(crate) ignore: Vec<String>,
    /// Leave an attribute out; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) ignore_attribute: Vec<String>,
    /// Ignore the file's ids; new users get generated ones
    #[arg(long)]
    pub(crate) ignore_ids: bool,
    /// What is first in dates such as 7/11/2024, which are refused by default
    #[arg(long, value_enum, value_name = "ORDER")]
    pub(crate) dates: Option<DateOrder>,
    /// The provisioner whose ids are in the field `external_id`, such as okta; a column
    /// `external_ids.okta` doesn't need it
    #[arg(long, value_name = "NAME")]
    pub(crate) provisioner: Option<String>,
    /// The realm role that makes an admin
    #[arg(long, value_name = "ROLE", default_value = "admin")]
    pub(crate) admin_role: String,
    /// A client role that makes an admin too; may be repeated
    #[arg(long, value_name = "CLIENT/ROLE", value_parser = parse_client_role)]
    pub(crate) admin_client_role: Vec<String>,
    /// How rows are matched with users: the first of these that finds a user
    #[arg(
        long = "match",
        value_name = "KEYS",
        value_enum,
        value_delimiter = ',',
        default_value = "id,email"
    )]
    pub(crate) matching: Vec<MatchBy>,
    /// What to do with existing users
    #[arg(long, value_enum, default_value_t)]
    pub(crate) on_existing: OnExisting,
    /// Fields of existing users that stay as they are; active,admin do too, unless one of
    /// the two or none is named
    #[arg(long, value_name = "FIELDS", value_enum, value_delimiter = ',')]
    pub(crate) keep: Option<Vec<Keep>>,
    /// What to do with users who are not in the file
    #[arg(long, value_enum, default_value_t)]
    pub(crate) missing: Missing,
    #[command(flatten)]
    pub(crate) ownerless: Ownerless,
    /// What to do when seats run out: change nothing, or import users without a seat as
    /// inactive; admins get seats first, then others in the file's order
    #[arg(long, value_enum, default_value_t = WhenFull::Fail)]
    pub(crate) when_full: WhenFull,
    /// Leave invalid rows out, and import the rest
    #[arg(long)]
    pub(crate) skip_invalid: bool,
    /// The address of users without one, such as '{username}@example.com'; unused where
    /// the username is an address
    #[arg(long, value_name = "TEMPLATE", value_parser = parse_template)]
    pub(crate) email_template: Option<String>,
    /// Show what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    Auto,
    Keycloak,
    Wallaroo,
    Jsonl,
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhenFull {
    Fail,
    Inactive,
}

/// What stands for the username in an email template.
pub(crate) const TEMPLATE_USERNAME: &str = "{username}";

fn parse_template(text: &str) -> Result<String, String> {
    if !text.contains(TEMPLATE_USERNAME) {
        return Err(format!(
            "it needs {TEMPLATE_USERNAME}, so that each user gets an address of their own"
        ));
    }
    let example = text.replace(TEMPLATE_USERNAME, "ada");
    if example.contains(['{', '}']) {
        return Err(format!(
            "{TEMPLATE_USERNAME} is the only thing that can be filled in"
        ));
    }
    Email::parse(&example).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

fn parse_delimiter(text: &str) -> Result<char, String> {
    let one = match text {
        "comma" => ',',
        "semicolon" => ';',
        "tab" | "\\t" => '\t',
        "pipe" => '|',
        _ => {
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(one), None) => one,
                _ => return Err("write comma, semicolon, tab, pipe or one character".to_owned()),
            }
        }
    };
    if one.is_alphanumeric() || matches!(one, '"' | '\n' | '\r' | ' ' | '@' | '.') {
        return Err(format!(
            "'{}' can't separate cells; it is within them",
            printable(&one.to_string())
        ));
    }
    Ok(one)
}

fn parse_client_role(text: &str) -> Result<String, String> {
    match text.split_once('/') {
        Some((client, role)) if !client.is_empty() && !role.is_empty() => Ok(text.to_owned()),
        _ => Err("write it as CLIENT/ROLE, such as realm-management/realm-admin".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_makes_an_address_of_each_username() {
        assert!(parse_template("{username}@example.com").is_ok());
        assert!(parse_template("wallaroo+{username}@example.com").is_ok());
        assert!(parse_template("all@example.com").is_err());
        assert!(parse_template("{username}@{realm}").is_err());
        assert!(parse_template("{username}").is_err());
    }

    #[test]
    fn a_delimiter_is_a_word_or_a_character() {
        for (text, delimiter) in [
            ("tab", '\t'),
            ("\t", '\t'),
            ("semicolon", ';'),
            ("|", '|'),
            ("~", '~'),
        ] {
            assert_eq!(parse_delimiter(text), Ok(delimiter));
        }
        for text in ["", "ab", "a", "\"", "colon"] {
            assert!(parse_delimiter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_client_role_has_a_client() {
        assert!(parse_client_role("realm-management/realm-admin").is_ok());
        for text in ["admin", "/admin", "client/"] {
            assert!(parse_client_role(text).is_err(), "{text}");
        }
    }
}
