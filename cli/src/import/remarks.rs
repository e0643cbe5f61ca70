//! What there is to say of files that were read, as sentences and as lists.

use headcount::quoted;
use serde_json::{Value, json};

use super::asked::Asked;
use super::names::our_name;
use super::pages::Pages;
use super::reading::Reading;
use super::values::shortened;
use crate::output::{count, shell_word};

/// Users that a sentence names in a text.
const NAMED_MAX: usize = 20;

/// What there is to say of files. In JSON, everybody is named.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// A sentence each.
    pub(crate) notes: Vec<String>,
    /// Options whose names no file had, as they may be typed.
    pub(crate) unmet_options: Vec<String>,
    /// The accounts of programs that were skipped.
    pub(crate) service_accounts: Vec<String>,
    /// The members of `federatedUsers` that were left out.
    pub(crate) federated_users: Vec<String>,
    /// The files that are a page of a longer list.
    pub(crate) pages: Pages,
}

impl Remarks {
    /// Adds them to the JSON of an import.
    pub(crate) fn add_to(&self, document: &mut Value) {
        document["notes"] = json!(self.notes);
        document["unmet_options"] = json!(self.unmet_options);
        document["service_accounts"] = json!(self.service_accounts);
        document["federated_users"] = json!(self.federated_users);
    }
}

impl Reading<'_> {
    /// What there is to say, for a text or in full.
    pub(crate) fn into_remarks(self, in_full: bool) -> Remarks {
        let named_max = if in_full { usize::MAX } else { NAMED_MAX };
        let notes = self.notes(named_max);
        let unmet = self.unmet.iter();
        Remarks {
            notes,
            unmet_options: unmet.map(Asked::typed).collect(),
            service_accounts: self.service_accounts,
            pages: self.pages,
            federated_users: self.federated,
        }
    }

    /// What there is to say of the files, a sentence each.
    fn notes(&self, named_max: usize) -> Vec<String> {
        let mut notes = self.others.clone();
        notes.extend(self.pages.notes());
        if !self.unmet.is_empty() {
            let options: Vec<_> = self.unmet.iter().map(Asked::typed).collect();
            notes.push(format!(
                "no user has what these options name: {}; check how it is written",
                options.join(" ")
            ));
        }
        if !self.service_accounts.is_empty() {
            notes.push(format!(
                "{} skipped: {}",
                count(self.service_accounts.len(), "service account"),
                listed(&self.service_accounts, named_max)
            ));
        }
        if !self.federated.is_empty() {
            notes.push(format!(
                "federatedUsers left out: {}; Keycloak has their names and addresses from another \
                 store, so export them from there",
                listed(&self.federated, named_max)
            ));
        }
        self.note_columns(&mut notes);
        self.note_roles(&mut notes);
        notes
    }

    /// Says which columns and fields are not read, or not as they are called.
    fn note_columns(&self, notes: &mut Vec<String>) {
        if !self.left_out.is_empty() {
            let names: Vec<_> = self.left_out.keys().map(String::as_str).collect();
            let (them, attributes) = match names.len() {
                1 => ("it", "it as an attribute"),
                _ => ("them", "them as attributes"),
            };
            notes.push(format!(
                "left out, as there is no field for {them}: {}; use --map NAME=attributes.NAME to \
                 keep {attributes}, where the values are texts or numbers",
                names.join(", ")
            ));
        }
        for (name, (users, first)) in &self.foreign_ids {
            notes.push(format!(
                "{} has ids of another system and no UUIDs, such as {}: left out for {}; \
                 use --map {} --provisioner NAME to keep them as the ids of a provisioner",
                quoted(name),
                quoted(&shortened(first)),
                count(*users, "user"),
                shell_word(&format!("{name}=external_id"))
            ));
        }
        for (name, (first, field)) in &self.second {
            let field = our_name(*field).unwrap_or_default();
            notes.push(format!(
                "{} is read only where {} is empty, as both are the {field}; use --map \
                 {} to read it first",
                quoted(name),
                quoted(first),
                shell_word(&format!("{name}={field}"))
            ));
        }
    }

    /// Says which roles and groups make nobody an admin, though they may be meant to.
    fn note_roles(&self, notes: &mut Vec<String>) {
        for ((realm, group), users) in self.members_of_admin_groups() {
            let are = if users == 1 { "is" } else { "are" };
            // The name of the only realm would tell nothing apart.
            let of = match self.admin_groups.len() {
                0 | 1 => String::new(),
                _ => format!(" of realm {}", shortened(realm)),
            };
            notes.push(format!(
                "{} {are} in the group {group}{of}, which has the realm role {}; roles of groups \
                 make nobody an admin, so give the role to the users themselves",
                count(users, "user"),
                self.options.admin_role
            ));
        }
        notes.extend(self.realm_roles.notes(self.options.admin_role));
        for (role, users) in &self.client_roles {
            let have = if *users == 1 { "has" } else { "have" };
            notes.push(format!(
                "{} {have} the client role {role}, which makes nobody an admin; use \
                 --admin-client-role {} if it should",
                count(*users, "user"),
                shell_word(role)
            ));
        }
    }
}

fn listed(names: &[String], named_max: usize) -> String {
    let shown = names.iter().take(named_max).map(String::as_str);
    let text = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(named_max) {
        0 => text,
        more => format!("{text} and {more} more; --json lists them all"),
    }
}
