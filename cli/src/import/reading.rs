//! How files are read, and what is noticed while they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::dates::DateOrder;
use super::encoding::Encoding;
use super::names::{Field, Names, is_same, our_name};
use super::roles::RealmRoles;
use super::values::shortened;
use crate::args::FormatArg;
use crate::output::{count, shell_word};
use crate::progress::Progress;

/// Users that a note names.
const NAMED_MAX: usize = 20;

/// How often the progress is told.
const ROWS_BETWEEN: u64 = 1_000;

/// How to read a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadOptions<'a> {
    pub(crate) format: FormatArg,
    pub(crate) encoding: Encoding,
    pub(crate) delimiter: Option<char>,
    pub(crate) names: Names<'a>,
    pub(crate) ignore_attributes: &'a [String],
    pub(crate) ignore_ids: bool,
    /// What is first in dates that could be two days.
    pub(crate) dates: Option<DateOrder>,
    /// Who gave the ids in a field `external_id`.
    pub(crate) provisioner: Option<&'a str>,
    /// The realm role that makes an admin.
    pub(crate) admin_role: &'a str,
    /// Client roles that make an admin, as `client/role`.
    pub(crate) admin_client_roles: &'a [String],
    pub(crate) progress: Option<&'a Progress>,
}

impl Default for ReadOptions<'_> {
    fn default() -> Self {
        Self {
            format: FormatArg::Auto,
            encoding: Encoding::Auto,
            delimiter: None,
            names: Names::default(),
            ignore_attributes: &[],
            ignore_ids: false,
            dates: None,
            provisioner: None,
            admin_role: "admin",
            admin_client_roles: &[],
            progress: None,
        }
    }
}

/// Files that are being read: the options, and what is to be said of them all.
pub(crate) struct Reading<'a> {
    pub(super) options: ReadOptions<'a>,
    /// What the command line names of columns and fields that no file had so far.
    unmet: Vec<&'a str>,
    left_out: BTreeMap<String, usize>,
    client_roles: BTreeMap<String, usize>,
    /// Columns and fields that are read only where another is empty, with that and the field.
    second: BTreeMap<String, (String, Field)>,
    /// The name of the Keycloak realm that is being read; empty if it has none.
    pub(super) realm: Arc<str>,
    /// The realm roles of users who are no admins.
    pub(super) realm_roles: RealmRoles,
    /// The paths of Keycloak's groups that have the role of admins, by realm.
    admin_groups: BTreeMap<Arc<str>, BTreeSet<String>>,
    /// The groups that users are in, by realm, and how many users. A realm's groups may come
    /// after its users, in another file.
    memberships: BTreeMap<(Arc<str>, Vec<String>), usize>,
    service_accounts: Vec<String>,
    federated: Vec<String>,
    others: Vec<String>,
    /// The file that is being read, and its rows so far.
    file: (String, u64),
}

impl<'a> Reading<'a> {
    pub(crate) fn new(options: ReadOptions<'a>) -> Self {
        Self {
            options,
            unmet: options.names.asked().collect(),
            file: (String::new(), 0),
            left_out: BTreeMap::new(),
            client_roles: BTreeMap::new(),
            second: BTreeMap::new(),
            realm: "".into(),
            realm_roles: RealmRoles::default(),
            admin_groups: BTreeMap::new(),
            memberships: BTreeMap::new(),
            service_accounts: Vec::new(),
            federated: Vec::new(),
            others: Vec::new(),
        }
    }

    /// Begins a file with this many bytes of text.
    pub(super) fn begin(&mut self, name: &str, bytes: usize) {
        self.file = (name.to_owned(), 0);
        self.begin_realm(None);
        if let Some(progress) = self.options.progress {
            progress.begin_bytes(&format!("reading {name}"), bytes as u64);
        }
    }

    /// Notes that there is another row, which ends at this byte of the text.
    pub(super) fn row(&mut self, end: usize) {
        let (name, rows) = &mut self.file;
        *rows += 1;
        if let Some(progress) = self.options.progress
            && rows.is_multiple_of(ROWS_BETWEEN)
        {
            progress.rename(&format!("reading {name}: {rows} rows"));
            progress.reach(end as u64);
        }
    }

    /// A field or column that a file has.
    pub(super) fn meet(&mut self, name: &str) {
        self.unmet.retain(|asked| !is_same(asked, name));
    }

    /// A field or column that there is no place for.
    pub(super) fn left_out(&mut self, name: &str) {
        count_one(&mut self.left_out, name);
    }

    /// A field that another, which comes first, holds too.
    pub(super) fn second(&mut self, name: &str, first: &str, field: Field) {
        if !self.second.contains_key(name) {
            let told = (first.to_owned(), field);
            self.second.insert(name.to_owned(), told);
        }
    }

    /// A client role that may be an admin's, and makes none.
    pub(super) fn client_role(&mut self, full: &str) {
        count_one(&mut self.client_roles, full);
    }

    /// Begins a Keycloak realm, of which `groups` and users follow.
    pub(super) fn begin_realm(&mut self, name: Option<&Arc<str>>) {
        self.realm = name.map_or_else(|| "".into(), Arc::clone);
    }

    /// Remembers which of the realm's groups have the role of admins. Subgroups inherit it.
    pub(super) fn groups(&mut self, groups: &Value, parent: &str) {
        for group in groups.as_array().into_iter().flatten() {
            let name = group["name"].as_str().unwrap_or_default();
            let path = format!("{parent}/{name}");
            let mut roles = group["realmRoles"].as_array().into_iter().flatten();
            if roles.any(|role| role == self.options.admin_role) {
                let realm = self.admin_groups.entry(self.realm.clone());
                realm.or_default().insert(path);
            } else {
                self.groups(&group["subGroups"], &path);
            }
        }
    }

    /// Counts a user of the realm who is in these groups.
    pub(super) fn member_of(&mut self, groups: &Value) {
        let groups = groups.as_array().into_iter().flatten();
        let groups: Vec<_> = groups
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if !groups.is_empty() {
            let key = (self.realm.clone(), groups);
            *self.memberships.entry(key).or_default() += 1;
        }
    }

    /// The groups with the role of admins, each with its realm, and the users in them who
    /// don't have it themselves. Each user counts in one group.
    fn members_of_admin_groups(&self) -> BTreeMap<(&str, &str), usize> {
        let is_in = |path: &str, group: &str| {
            let rest = path.strip_prefix(group);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut members = BTreeMap::new();
        for ((realm, paths), users) in &self.memberships {
            let groups = { self.admin_groups.get(realm) }.into_iter().flatten();
            let found = groups
                .into_iter()
                .find(|group| paths.iter().any(|path| is_in(path, group)));
            if let Some(group) = found {
                *members.entry((&**realm, group.as_str())).or_default() += users;
            }
        }
        members
    }

    pub(super) fn service_account(&mut self, name: &str) {
        self.service_accounts.push(name.to_owned());
    }

    /// A member of `federatedUsers`.
    pub(super) fn federated(&mut self, id: &str) {
        self.federated.push(id.to_owned());
    }

    pub(crate) fn note(&mut self, note: String) {
        self.others.push(note);
    }

    /// What there is to say of the files, a sentence each.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = self.others.clone();
        if !self.unmet.is_empty() {
            let names: Vec<_> = self.unmet.iter().map(|name| format!("{name:?}")).collect();
            notes.push(format!(
                "no user has what --map or --ignore names: {}; check how it is written",
                names.join(", ")
            ));
        }
        if !self.service_accounts.is_empty() {
            notes.push(format!(
                "{} skipped: {}",
                count(self.service_accounts.len(), "service account"),
                listed(&self.service_accounts)
            ));
        }
        if !self.federated.is_empty() {
            notes.push(format!(
                "federatedUsers left out: {}; Keycloak has their names and addresses from another \
                 store, so export them from there",
                listed(&self.federated)
            ));
        }
        if !self.left_out.is_empty() {
            let names: Vec<_> = self.left_out.keys().map(String::as_str).collect();
            let (them, attributes) = match names.len() {
                1 => ("it", "it as an attribute"),
                _ => ("them", "them as attributes"),
            };
            notes.push(format!(
                "left out, as there is no field for {them}: {}; use --map NAME=attributes.NAME to \
                 keep {attributes}",
                names.join(", ")
            ));
        }
        for (name, (first, field)) in &self.second {
            let field = our_name(*field).unwrap_or_default();
            notes.push(format!(
                "{name:?} is read only where {first:?} is empty, as both are the {field}; use --map \
                 {} to read it first",
                shell_word(&format!("{name}={field}"))
            ));
        }
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
                "{} {have} the client role {role}, which makes nobody an admin; use --admin-client-role {role} if it should",
                count(*users, "user")
            ));
        }
        notes
    }
}

/// Counts the name once more.
pub(super) fn count_one(counts: &mut BTreeMap<String, usize>, name: &str) {
    // Most are there already, once for each row.
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => {
            counts.insert(name.to_owned(), 1);
        }
    }
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMED_MAX).map(String::as_str);
    let text = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}
