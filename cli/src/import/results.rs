//! The results for the users of a plan, packed, because there may be a million.

use std::collections::HashMap;

use headcount::{User, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

use super::plan::Plan;

/// The results for the users of a plan, by the plan's numbers for them.
pub(crate) struct Results {
    /// Whether anything is changed.
    pub(crate) changes: bool,
    /// The workspaces that are left without an active owner.
    pub(super) ownerless: Vec<WorkspaceId>,
    users: Vec<Option<Became>>,
    /// Every set of fields that changed together, and the number of each.
    field_sets: Vec<Vec<String>>,
    numbers: HashMap<Vec<String>, u32>,
    shown: Option<Shown>,
}

/// A user about whom there was an operation.
#[derive(Clone, Copy)]
struct Became {
    id: UserId,
    /// Which of the sets of fields changed.
    fields: u32,
}

/// Users as a dry run would leave them: they can't be looked up afterwards.
#[derive(Default)]
struct Shown {
    /// The users as JSON, one after the other.
    bytes: Vec<u8>,
    /// The number of each, and where it begins, in ascending order.
    starts: Vec<(usize, usize)>,
}

/// The parts of a user that are shown.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ShownUser {
    #[serde(rename = "i")]
    pub(super) id: UserId,
    #[serde(rename = "e")]
    pub(super) email: String,
    #[serde(rename = "u")]
    pub(super) username: String,
    #[serde(rename = "n")]
    pub(super) name: String,
    #[serde(rename = "s")]
    pub(super) active: bool,
    #[serde(rename = "a")]
    pub(super) admin: bool,
}

impl From<&User> for ShownUser {
    fn from(user: &User) -> Self {
        Self {
            id: user.id(),
            email: user.email().to_string(),
            username: user.username().to_owned(),
            name: crate::output::full_name(user).into_owned(),
            active: user.is_active(),
            admin: user.is_admin(),
        }
    }
}

impl Results {
    /// No results yet. Users are kept for the report if nothing is going to be written.
    pub(super) fn new(plan: &Plan, is_shown: bool) -> Self {
        Self {
            changes: false,
            ownerless: Vec::new(),
            users: vec![None; plan.subjects()],
            field_sets: vec![Vec::new()],
            numbers: HashMap::from([(Vec::new(), 0)]),
            shown: is_shown.then(Shown::default),
        }
    }

    /// Notes that the user with this number became `user`, with these fields changed. The
    /// numbers come in their order; of one that comes twice, the last note counts.
    pub(super) fn note(&mut self, number: usize, user: &User, changed: Vec<String>) {
        let fields = self.numbers.get(&changed).copied().unwrap_or_else(|| {
            let fields = u32::try_from(self.field_sets.len()).unwrap_or(0);
            self.field_sets.push(changed.clone());
            self.numbers.insert(changed, fields);
            fields
        });
        let id = user.id();
        self.users[number] = Some(Became { id, fields });
        if let Some(shown) = &mut self.shown {
            shown.starts.push((number, shown.bytes.len()));
            if let Err(error) = serde_json::to_writer(&mut shown.bytes, &ShownUser::from(user)) {
                unreachable!("texts are JSON: {error}");
            }
        }
    }

    /// The id of the user with this number, and the fields that changed; `None` if there was
    /// no operation about them.
    pub(super) fn get(&self, number: usize) -> Option<(UserId, &[String])> {
        let became = (*self.users.get(number)?)?;
        let fields = self.field_sets.get(became.fields as usize)?;
        Some((became.id, fields))
    }

    /// The user with this number as a dry run would leave them.
    pub(super) fn shown(&self, number: usize) -> Option<ShownUser> {
        let shown = self.shown.as_ref()?;
        let place = { &shown.starts }.partition_point(|(other, _)| *other <= number);
        let (_, start) = *shown.starts[..place]
            .last()
            .filter(|(other, _)| *other == number)?;
        let bytes = shown.bytes.get(start..)?;
        let mut users = serde_json::Deserializer::from_slice(bytes).into_iter();
        users.next()?.ok()
    }
}

/// The fields in which a user differs from before; attributes each by name.
pub(super) fn changed_fields(before: &User, after: &User) -> Vec<String> {
    let fields = [
        ("email", before.email().as_str() != after.email().as_str()),
        ("username", before.username() != after.username()),
        ("given_name", before.given_name() != after.given_name()),
        ("family_name", before.family_name() != after.family_name()),
        ("active", before.is_active() != after.is_active()),
        ("admin", before.is_admin() != after.is_admin()),
    ];
    let fields = fields.iter().filter(|(_, differs)| *differs);
    let mut changed: Vec<_> = fields.map(|(field, _)| (*field).to_owned()).collect();
    for (provisioner, id) in after.external_ids() {
        if before.external_id(provisioner) != Some(id) {
            changed.push(format!("external_ids.{provisioner}"));
        }
    }
    for (name, value) in after.attributes() {
        if before.attribute(name) != Some(value) {
            changed.push(format!("attributes.{name}"));
        }
    }
    changed
}
