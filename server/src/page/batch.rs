//! Bulk actions: a preview, then the batch, then its undo. A batch requires the versions that the
//! page showed, so that it never reverts what somebody else did in the meantime.

use std::sync::Arc;

use axum::Form;
use axum::http::StatusCode;
use headcount::{Applied, Batch, Directory, ErrorKind, Subject, User, UserId};
use maud::{Markup, html};

use super::holders::Holders;
use super::view::{full_name, link, seats};
use super::{Shown, Visitor};
use crate::door::Failure;

/// Users that the page lists on each side; the rest are counted.
const NAMED: usize = 50;

type Fields = Vec<(String, String)>;

/// Who gets a seat and who gives one up, each with the version that the page showed.
#[derive(Clone, Debug, Default)]
struct Plan {
    on: Vec<(UserId, u64)>,
    off: Vec<(UserId, u64)>,
    /// Whether workspaces may be left without an active owner.
    is_ownerless: bool,
    /// The page to go back to.
    back: String,
    /// The search for holders of seats in a full house.
    q: String,
}

impl Plan {
    fn empty(fields: &Fields) -> Self {
        let text = |wanted: &str| {
            let field = fields.iter().find(|(name, _)| name == wanted);
            field.map(|(_, value)| value.as_str())
        };
        let back = text("back").filter(|back| *back == "/admin" || is_below(back));
        Self {
            is_ownerless: text("ownerless").is_some(),
            back: back.unwrap_or("/admin").to_owned(),
            q: text("q").unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }

    /// The plan for the selected users as they are now.
    fn chosen(directory: &Directory, fields: &Fields) -> Result<Self, Failure> {
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
    fn parse(fields: &Fields) -> Result<Self, Failure> {
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

    fn is_empty(&self) -> bool {
        self.on.is_empty() && self.off.is_empty()
    }

    /// The ids in the order of the batch.
    fn ids(&self) -> impl Iterator<Item = UserId> {
        self.off.iter().chain(&self.on).map(|(id, _)| *id)
    }

    fn batch(&self) -> Batch {
        let mut batch = Batch::new();
        for (id, version) in &self.off {
            batch = batch.deactivate_user(*id).if_version(*version);
        }
        for (id, version) in &self.on {
            batch = batch.activate_user(*id).if_version(*version);
        }
        batch.allow_ownerless(self.is_ownerless)
    }

    /// The inverse, which requires the users' current versions.
    fn inverse(&self, applied: &Applied) -> Self {
        let mut inverse = Self {
            is_ownerless: true,
            back: self.back.clone(),
            ..Self::default()
        };
        for (at, outcome) in applied.outcomes.iter().enumerate() {
            let Subject::User(id) = outcome.subject else {
                continue;
            };
            if outcome.changed && at < self.off.len() {
                inverse.on.push((id, outcome.version));
            } else if outcome.changed {
                inverse.off.push((id, outcome.version));
            }
        }
        inverse
    }

    /// Whose seats those who get none could have instead.
    fn holders(&self) -> Holders<'_> {
        let ids = |list: &[(UserId, u64)]| list.iter().map(|(id, _)| *id).collect();
        Holders {
            on: ids(&self.on),
            off: ids(&self.off),
            q: &self.q,
            back: &self.back,
        }
    }

    /// A form that applies the plan.
    fn form(&self, button: &str) -> Markup {
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

    fn users(&self, directory: &Directory) -> Result<Markup, Failure> {
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

fn is_below(back: &str) -> bool {
    back.starts_with("/admin?") || back.starts_with("/admin/")
}

/// The button on a user's page.
pub(super) fn single(user: &User) -> Markup {
    let entry = vec![(user.id(), user.version())];
    let plan = Plan {
        back: super::view::path(user.id()),
        ..Plan::default()
    };
    if user.is_active() {
        Plan { off: entry, ..plan }.form("Deactivate")
    } else {
        Plan { on: entry, ..plan }.form("Activate")
    }
}

/// Shows what a bulk action would do.
pub(crate) async fn preview(visitor: Visitor, Form(fields): Form<Fields>) -> Shown {
    // A dry run of many operations takes as long as applying them.
    let work = move |directory: &Directory| foreseen(directory, &fields);
    let content = visitor.server.try_out(&visitor.caller, work).await?;
    Ok(visitor.page(StatusCode::OK, "What would happen", "/admin", &content))
}

fn foreseen(directory: &Directory, fields: &Fields) -> Result<Markup, Failure> {
    let plan = Plan::chosen(directory, fields)?;
    if fields
        .iter()
        .any(|(name, what)| name == "what" && what == "holders")
    {
        let form = plan.holders().form(directory)?;
        return Ok(html! {
            h1 { "Pass seats on" }
            div class="card" { (form) }
            (plan.users(directory)?)
            p { a href=(plan.back) { "Back" } }
        });
    }
    let now = directory.seats()?;
    let mut then = now;
    then.active += plan.on.len() as u64;
    then.active = then.active.saturating_sub(plan.off.len() as u64);
    let outcome = directory.dry_run(plan.batch()).map_err(Failure::from);
    Ok(html! {
        h1 { "What would happen" }
        @if plan.is_empty() {
            p class="card" {
                "Nothing: first choose users whose state this would change."
            }
        } @else {
            @match &outcome {
                Err(failure) => (why(directory, &plan, failure)?),
                Ok(_) => {
                    p { "Seats in use: " b { (now.active) " → " (then.active) } }
                    (seats(&then))
                }
            }
            (plan.users(directory)?)
            @if outcome.is_ok() { div class="row" {
                (plan.form("Apply"))
                a class="button" href=(plan.back) { "Cancel" }
            } }
        }
        @if plan.is_empty() || outcome.is_err() { p { a href=(plan.back) { "Back" } } }
    })
}

/// Applies a bulk action and offers to undo it.
pub(crate) async fn apply(visitor: Visitor, Form(fields): Form<Fields>) -> Shown {
    let plan = Plan::parse(&fields)?;
    let batch = plan.batch();
    let work = move |directory: &Directory| Ok(directory.apply(batch)?);
    let done = visitor.server.write(&visitor.caller, work).await;
    let status = done
        .as_ref()
        .err()
        .map_or(StatusCode::OK, |failure| failure.status);
    let content = match done {
        Err(failure) => html! {
            h1 { "Nothing was changed" }
            (why(visitor.directory(), &plan, &failure)?)
            (plan.users(visitor.directory())?)
            p { a href=(plan.back) { "Back" } }
        },
        Ok(applied) => {
            let inverse = plan.inverse(&applied);
            html! {
                h1 { "Done" }
                (seats(&visitor.directory().seats()?))
                p role="status" {
                    (plan.off.len()) " deactivated, " (plan.on.len()) " activated."
                }
                (plan.users(visitor.directory())?)
                div class="row" {
                    a class="button" href=(plan.back) { "Back" }
                    @if !inverse.is_empty() { (inverse.form("Undo")) }
                }
            }
        }
    };
    Ok(visitor.page(status, "Users", "/admin", &content))
}

/// Why an action is refused, with the next step.
fn why(directory: &Directory, plan: &Plan, failure: &Failure) -> Result<Markup, Failure> {
    let user = failure
        .op_index
        .and_then(|at| plan.ids().nth(at))
        .and_then(|id| directory.user_by_id(id).ok().flatten());
    Ok(html! {
        div class="card bad" role="alert" {
            p {
                @if let Some(user) = &user { b { bdi { (user.email().as_str()) } } ": " }
                (failure.message)
            }
            @match failure.kind {
                Some(ErrorKind::NoFreeSeat { .. }) => (plan.holders().form(directory)?),
                Some(ErrorKind::LastOwner) => {
                    p { "The workspaces stay, and somebody can be made an owner later." }
                    (Plan { is_ownerless: true, ..plan.clone() }.form("Leave them without an owner"))
                },
                Some(ErrorKind::LastAdmin) => p {
                    "Make somebody else an admin first: "
                    a href="/admin?role=admins" { "list the admins" }
                },
                Some(ErrorKind::OwnAccount) => p {
                    "Your own account is deactivated by another admin."
                },
                Some(ErrorKind::Conflict { .. } | ErrorKind::UserNotFound) => p {
                    "Somebody else has changed this in the meantime. " a href=(plan.back) { "Read it again" }
                },
                _ => {}
            }
        }
    })
}
