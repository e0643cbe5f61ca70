//! Keycloak's roles, some of which make a user an admin.

use serde_json::Value;

use super::Row;
use super::reading::Reading;
use super::values::{kind_of, mismatch};

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
        reading: &mut Reading<'_>,
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
                } else if role.to_ascii_lowercase().contains("admin") {
                    reading.client_role(&full);
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
