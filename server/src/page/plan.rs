//! The users whose states an action changes, each with the version that the page showed. So an
//! action never reverts what somebody else did in the meantime.

use std::sync::Arc;

use headcount::{Batch, Directory, User, UserId};
use maud::{Markup, html};

use super::holders::Holders;
use super::place;
use super::view::{full_name, link};
use crate::door::Failure;

/// Users that the page lists on each side; the rest are counted.
const NAMED: usize = 50;

pub(super) type Fields = Vec<(String, String)>;

/// Who gets a seat and who gives one up, each with the version that the page showed.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) on: Vec<(UserId, u64)>,
    pub(super) off: Vec<(UserId, u64)>,
    /// Whether workspaces may be left without an active owner.
    pub(super) is_ownerless: bool,
    /// The page to go back to.
    pub(super) back: String,
    /// The search for holders of seats in a full house.
    pub(super) q: String,
}

impl Plan {
    fn empty(fields: &Fields) -> Self {
        let text = |wanted: &str| {
            let field = fields.iter().find(|(name, _)| name == wanted);
            field.map(|(_, value)| value.as_str())
        };
        let back = place::back(text("back"));
        Self {
            is_ownerless: text("ownerless").is_some(),
            back: back.to_owned(),
            q: text("q").unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }

    /// The plan for the selected users as they are now.
    pub(super) fn chosen(directory: &Directory, fields: &Fields) -> Result<Self, Failure> {
        let mut plan = Self::empty(fields);
        let what = fields.iter().find(|(name, _)| name == "what");
        let what = what.map_or("", |(_, what)| what.as_str());
        for (_, id) in fields.iter().filter(|(name, _)| name == "user") {
            let Some(user) = directory.user_by_id(id.parse()?)? else {
                continue;
            };
            let entry = (user.id(), user.version());
            match (what, user.is_active()) {
                ("activate" | "swap" | "holders", false) => plan.on.push(entry),
                ("deactivate" | "swap" | "holders", true) => plan.off.push(entry),
                _ => {}
            }
        }
        Ok(plan)
    }

    /// The plan in a form of this page.
    pub(super) fn parse(fields: &Fields) -> Result<Self, Failure> {
        let mut plan = Self::empty(fields);
        for (name, value) in fields {
            let list = match name.as_str() {
                "on" => &mut plan.on,
                "off" => &mut plan.off,
                _ => continue,
            };
            let wrong = || Failure::bad_request("this form is not from this page");
            let (id, version) = value.split_once(':').ok_or_else(wrong)?;
            list.push((id.parse()?, version.parse().map_err(|_| wrong())?));
        }
        Ok(plan)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.on.is_empty() && self.off.is_empty()
    }

    /// The ids in the order of the batch.
    pub(super) fn ids(&self) -> impl Iterator<Item = UserId> {
        self.off.iter().chain(&self.on).map(|(id, _)| *id)
    }

    pub(super) fn batch(&self) -> Batch {
        let mut batch = Batch::new();
        for (id, version) in &self.off {
            batch = batch.deactivate_user(*id).if_version(*version);
        }
        for (id, version) in &self.on {
            batch = batch.activate_user(*id).if_version(*version);
        }
        batch.allow_ownerless(self.is_ownerless)
    }

    /// Whose seats those who get none could have instead.
    pub(super) fn holders(&self) -> Holders<'_> {
        let ids = |list: &[(UserId, u64)]| list.iter().map(|(id, _)| *id).collect();
        Holders {
            on: ids(&self.on),
            off: ids(&self.off),
            q: &self.q,
            back: &self.back,
        }
    }

    /// A form that applies the plan.
    pub(super) fn form(&self, button: &str) -> Markup {
        html! {
            form method="post" action="/admin/apply" {
                @for (id, version) in &self.off {
                    input type="hidden" name="off" value=(format!("{id}:{version}"));
                }
                @for (id, version) in &self.on {
                    input type="hidden" name="on" value=(format!("{id}:{version}"));
                }
                @if self.is_ownerless { input type="hidden" name="ownerless" value="yes"; }
                input type="hidden" name="back" value=(self.back);
                button class="main" { (button) }
            }
        }
    }

    pub(super) fn users(&self, directory: &Directory) -> Result<Markup, Failure> {
        let read = |list: &[(UserId, u64)]| -> Result<Vec<Arc<User>>, Failure> {
            let mut users = Vec::new();
            for (id, _) in list.iter().take(NAMED) {
                users.extend(directory.user_by_id(*id)?);
            }
            Ok(users)
        };
        let (off, on) = (read(&self.off)?, read(&self.on)?);
        let part = |title: &str, count: usize, users: &[Arc<User>]| {
            html! {
                @if count > 0 {
                    h2 { (title) " (" (count) ")" }
                    ul { @for user in users {
                        li { (link(user)) " " bdi { (full_name(user)) } }
                    } }
                    @if count > NAMED { p class="soft" { "and " (count - NAMED) " more" } }
                }
            }
        };
        Ok(html! {
            (part("Deactivate", self.off.len(), &off))
            (part("Activate", self.on.len(), &on))
        })
    }
}
