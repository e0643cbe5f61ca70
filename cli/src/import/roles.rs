//! Keycloak's roles, some of which make a user an admin.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Row;
use super::asked::ADMIN_ROLE;
use super::names::{Field, Target};
use super::reading::{Reading, count_one};
use super::values::{kind_of, mismatch, shortened};
use crate::output::{count, shell_word};

/// Realm roles that may be meant to make an admin, and make none. A realm's roles may come
/// after its users, in another file.
#[derive(Default)]
pub(super) struct RealmRoles {
    /// How many users have each role, by realm.
    users: BTreeMap<Arc<str>, BTreeMap<String, usize>>,
    /// The realm roles that each composite role has in it, by realm.
    parts: BTreeMap<(Arc<str>, String), Vec<String>>,
}

impl RealmRoles {
    /// Counts a user of the realm who has these roles.
    pub(super) fn has(&mut self, realm: &Arc<str>, roles: &Value) {
        let users = self.users.entry(realm.clone()).or_default();
        let roles = roles.as_array().into_iter().flatten();
        for role in roles.filter_map(Value::as_str) {
            count_one(users, role);
        }
    }

    /// Remembers the composite ones of a realm's roles.
    pub(super) fn composites(&mut self, realm: &Arc<str>, roles: &Value) {
        for role in roles["realm"].as_array().into_iter().flatten() {
            let parts = role["composites"]["realm"].as_array();
            if let (Some(name), Some(parts)) = (role["name"].as_str(), parts) {
                let parts = parts.iter().filter_map(Value::as_str);
                let key = (realm.clone(), name.to_owned());
                self.parts.insert(key, parts.map(str::to_owned).collect());
            }
        }
    }

    /// Whether the role has the other in it, directly or not.
    fn contains(&self, realm: &Arc<str>, role: &str, other: &str) -> bool {
        let mut open = vec![role.to_owned()];
        let mut seen = 0;
        while let Some(role) = open.get(seen).cloned() {
            seen += 1;
            let parts = self.parts.get(&(realm.clone(), role));
            for part in parts.into_iter().flatten() {
                if part == other {
                    return true;
                }
                if !open.contains(part) {
                    open.push(part.clone());
                }
            }
        }
        false
    }

    /// The notes about them, a sentence each.
    pub(super) fn notes(&self, admin_role: &str) -> Vec<String> {
        let mut notes = Vec::new();
        let users = { self.users.iter() }
            .flat_map(|(realm, roles)| roles.iter().map(move |(role, users)| (realm, role, users)));
        for (realm, role, users) in users {
            let have = if *users == 1 { "has" } else { "have" };
            let who = format!("{} {have} the realm role", count(*users, "user"));
            if self.contains(realm, role, admin_role) {
                notes.push(format!(
                    "{who} {}, which has the role {admin_role} in it; composite roles make nobody \
                     an admin, so give {admin_role} to the users themselves",
                    shortened(role)
                ));
            } else if role != admin_role && role.eq_ignore_ascii_case(admin_role) {
                notes.push(format!(
                    "{who} {}, which makes nobody an admin; use --admin-role {} if it should",
                    shortened(role),
                    shell_word(role)
                ));
            }
        }
        notes
    }
}

/// The groups and roles of a user, which count once it is known that it is one.
#[derive(Default)]
pub(super) struct Aside {
    groups: Value,
    realm_roles: Value,
    client_roles: Value,
}

impl Aside {
    /// Keeps a member of a user that is one of these.
    pub(super) fn keep(&mut self, name: &str, target: Option<&Target>, value: &Value) {
        let kept = match target {
            Some(Target::Field(Field::RealmRoles)) => &mut self.realm_roles,
            Some(Target::Field(Field::ClientRoles)) => &mut self.client_roles,
            Some(Target::Silent | Target::LeftOut) if name == "groups" => &mut self.groups,
            _ => return,
        };
        kept.clone_from(value);
    }
}

impl Reading<'_> {
    /// Counts the groups and roles of a user.
    pub(super) fn count_roles(&mut self, aside: &Aside, is_admin: Option<bool>) {
        self.client_roles(&aside.client_roles);
        let admin_role = self.options.admin_role;
        let realm_roles = aside.realm_roles.as_array();
        if { realm_roles.into_iter().flatten() }.any(|role| role == admin_role) {
            self.meet_as(ADMIN_ROLE, admin_role);
        }
        // Those who are admins by their own role need no group for it.
        if is_admin != Some(true) {
            self.member_of(&aside.groups);
            self.realm_roles.has(&self.realm, &aside.realm_roles);
        }
    }
}

impl Row {
    pub(super) fn read_realm_roles(
        &mut self,
        name: &str,
        value: &Value,
        reading: &Reading<'_>,
    ) -> Result<(), String> {
        let roles = role_names(name, value)?;
        let is_admin = roles.contains(&reading.options.admin_role);
        self.admin_by_role = Some(self.admin_by_role.unwrap_or(false) || is_admin);
        Ok(())
    }

    pub(super) fn read_client_roles(
        &mut self,
        name: &str,
        value: &Value,
        reading: &Reading<'_>,
    ) -> Result<(), String> {
        let Value::Object(clients) = value else {
            return Err(mismatch(name, "an object of lists", value));
        };
        for (client, roles) in clients {
            for role in role_names(&format!("{name}.{client}"), roles)? {
                let full = format!("{client}/{role}");
                if reading.options.admin_client_roles.contains(&full) {
                    self.admin_by_role = Some(true);
                    self.notes.push(format!("admin by the client role {full}"));
                }
            }
        }
        if !reading.options.admin_client_roles.is_empty() {
            self.admin_by_role.get_or_insert(false);
        }
        Ok(())
    }
}

/// The names of roles. Keycloak has objects for them elsewhere, which would make nobody an
/// admin.
fn role_names<'v>(name: &str, value: &'v Value) -> Result<Vec<&'v str>, String> {
    const EXPECTED: &str = "a list of names";
    let Value::Array(roles) = value else {
        return Err(mismatch(name, EXPECTED, value));
    };
    let names = roles.iter().map(|role| {
        role.as_str().ok_or_else(|| {
            let kind = kind_of(role);
            format!("{name} has {kind} in it; it has to be {EXPECTED}")
        })
    });
    names.collect()
}
