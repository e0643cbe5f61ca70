//! The options for reading files, and notes about them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::asked::{ADMIN_CLIENT_ROLE, Asked, asked};
use super::dates::DateOrder;
use super::encoding::Encoding;
use super::names::{Field, Names, is_same};
use super::pages::{Page, Pages};
use super::roles::RealmRoles;
use crate::args::FormatArg;
use crate::progress::Progress;

/// Records between two updates of the progress.
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
    /// The order of day and month in ambiguous dates.
    pub(crate) dates: Option<DateOrder>,
    /// The provisioner of the ids in a field `external_id`.
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

/// Files that are being read: the options, and the notes about all of them.
pub(crate) struct Reading<'a> {
    pub(super) options: ReadOptions<'a>,
    /// What the command line names and no file had so far.
    pub(super) unmet: Vec<Asked<'a>>,
    /// Whether the ids of the file are ours; `None` before the first.
    ids_are_uuids: Option<bool>,
    /// Columns with ids of another system: how many, and the first.
    pub(super) foreign_ids: BTreeMap<String, (usize, String)>,
    pub(super) left_out: BTreeMap<String, usize>,
    pub(super) client_roles: BTreeMap<String, usize>,
    /// Columns and fields that are read only where another is empty, with that and the field.
    pub(super) second: BTreeMap<String, (String, Field)>,
    /// The name of the Keycloak realm that is being read; empty if it has none.
    pub(super) realm: Arc<str>,
    /// The realm roles of users who are no admins.
    pub(super) realm_roles: RealmRoles,
    /// The paths of Keycloak's groups that have the role of admins, by realm.
    pub(super) admin_groups: BTreeMap<Arc<str>, BTreeSet<String>>,
    /// The groups that users are in, by realm, and how many users. A realm's groups may come
    /// after its users, in another file.
    memberships: BTreeMap<(Arc<str>, Vec<String>), usize>,
    pub(super) service_accounts: Vec<String>,
    pub(super) federated: Vec<String>,
    pub(super) pages: Pages,
    /// Columns that `--map` names and a header lacks, with the file and what to say of it.
    absent_columns: Vec<(&'a str, String, String)>,
    pub(super) others: Vec<String>,
    /// The file that is being read, and its rows so far.
    file: (String, u64),
}

impl<'a> Reading<'a> {
    pub(crate) fn new(options: ReadOptions<'a>) -> Self {
        Self {
            options,
            unmet: asked(&options),
            ids_are_uuids: None,
            foreign_ids: BTreeMap::new(),
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
            pages: Pages::default(),
            absent_columns: Vec::new(),
            others: Vec::new(),
        }
    }

    /// Begins a file with this many bytes of text.
    pub(super) fn begin(&mut self, name: &str, bytes: usize) {
        self.file = (name.to_owned(), 0);
        self.pages.begin(name);
        self.ids_are_uuids = None;
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
            progress.rename(&format!("reading {rows} rows of {name}"));
            progress.reach(end as u64);
        }
    }

    /// A field or column that a file has.
    pub(super) fn meet(&mut self, name: &str) {
        self.unmet
            .retain(|asked| !(asked.is_column && is_same(asked.name, name)));
    }

    /// A column that `--map` names and the file does not have.
    pub(super) fn absent_column(&mut self, column: &'a str, problem: String) {
        let file = self.file.0.clone();
        self.absent_columns.push((column, file, problem));
    }

    /// The refusal of the files if a header lacks a column that `--map` names, and no other file has
    /// it: most likely the column was renamed, so that its values would be missing in silence.
    pub(crate) fn mapped_column_missing(&self) -> Option<String> {
        let is_unmet = |column: &str| {
            let mut unmet = self.unmet.iter();
            unmet.any(|asked| asked.is_column && is_same(asked.name, column))
        };
        let mut absent = self.absent_columns.iter();
        let (_, file, problem) = absent.find(|(column, ..)| is_unmet(column))?;
        Some(format!("can't import {file}: {problem}"))
    }

    /// Something else that an option names and a file has.
    pub(super) fn meet_as(&mut self, option: &str, name: &str) {
        self.unmet
            .retain(|asked| (asked.option, asked.name) != (option, name));
    }

    /// Notes an id that the column `name` has: whether it is ours, a UUID. Returns whether those
    /// before it were the same.
    pub(super) fn id(&mut self, name: &str, text: &str, is_uuid: bool) -> bool {
        if *self.ids_are_uuids.get_or_insert(is_uuid) != is_uuid {
            return false;
        }
        if !is_uuid {
            if let Some((users, _)) = self.foreign_ids.get_mut(name) {
                *users += 1;
            } else {
                let first = (1, text.to_owned());
                self.foreign_ids.insert(name.to_owned(), first);
            }
        }
        true
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

    /// Counts the client roles of a user that may be an admin's, and make none.
    pub(super) fn client_roles(&mut self, roles: &Value) {
        let clients = roles.as_object().into_iter().flatten();
        for (client, roles) in clients {
            for role in roles.as_array().into_iter().flatten() {
                let Some(role) = role.as_str() else {
                    continue;
                };
                let full = format!("{client}/{role}");
                if self.options.admin_client_roles.contains(&full) {
                    self.meet_as(ADMIN_CLIENT_ROLE, &full);
                } else if role.to_ascii_lowercase().contains("admin") {
                    count_one(&mut self.client_roles, &full);
                }
            }
        }
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
    pub(super) fn members_of_admin_groups(&self) -> BTreeMap<(&str, &str), usize> {
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

    /// The file is a page of a longer list.
    pub(super) fn page(&mut self, page: Page) {
        self.pages.add(&self.file.0, page);
    }

    /// A member of `federatedUsers`.
    pub(super) fn federated(&mut self, id: &str) {
        self.federated.push(id.to_owned());
    }

    pub(crate) fn note(&mut self, note: String) {
        self.others.push(note);
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
