//! Users as a realm that Keycloak imports.

use std::collections::BTreeMap;
use std::io::Write;

use headcount::{User, UserId};
use serde::Serialize;
use serde_json::json;

use super::{Written, each_user};
use crate::directory::Directory;
use crate::failure::Result;
use crate::progress::Progress;

/// A user as Keycloak's `UserRepresentation` has one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Representation<'a> {
    id: UserId,
    username: &'a str,
    email: &'a str,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    created_timestamp: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'a str, [&'a str; 1]>,
    realm_roles: &'static [&'static str],
}

impl<'a> From<&'a User> for Representation<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id(),
            username: user.username(),
            email: user.email().as_str(),
            enabled: user.is_active(),
            first_name: user.given_name(),
            last_name: user.family_name(),
            created_timestamp: user.created_at().as_unix_micros() / 1_000,
            attributes: user
                .attributes()
                .map(|(name, value)| (name, [value]))
                .collect(),
            realm_roles: if user.is_admin() { &["admin"] } else { &[] },
        }
    }
}

pub(super) fn write(
    directory: &Directory,
    realm: &str,
    progress: &Progress,
    out: &mut dyn Write,
) -> Result<Written> {
    let roles = json!({ "realm": [{ "name": "admin" }] });
    write!(
        out,
        "{{\"realm\":{},\"enabled\":true,\"roles\":{roles},\"users\":[",
        json!(realm)
    )?;
    let mut written = Written::default();
    each_user(directory, |user| {
        let separator = if written.users == 0 { "\n" } else { ",\n" };
        out.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut *out, &Representation::from(user))?;
        written.users += 1;
        written.records += 1;
        progress.count(written.users);
        Ok(())
    })?;
    out.write_all(b"\n]}\n")?;
    Ok(written)
}
