//! Bulk actions: a preview, then the batch, whose change has a page with the undo.

use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use headcount::{Directory, ErrorKind, User};
use maud::{Markup, html};

use super::plan::{Fields, Plan};
use super::view::seats;
use super::{Shown, Visitor, place};
use crate::door::Failure;
use crate::server::Server;

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
    let is = |what: &str| { fields.iter() }.any(|(name, value)| name == "what" && value == what);
    let (title, content) = if is("holders") {
        let work = move |server: &Server| holders(&server.0.directory, &fields);
        ("Pass seats on", visitor.server.scan(work).await?)
    } else {
        // A dry run of many operations takes as long as applying them.
        let work = move |directory: &Directory| foreseen(directory, &fields);
        let content = visitor.server.try_out(&visitor.caller, work).await?;
        ("What would happen", content)
    };
    Ok(visitor.page(StatusCode::OK, title, place::HOME, &content))
}

/// Other holders of seats, of whom some can be chosen.
fn holders(directory: &Directory, fields: &Fields) -> Result<Markup, Failure> {
    let plan = Plan::chosen(directory, fields)?;
    let form = plan.holders().form(directory)?;
    Ok(html! {
        h1 { "Pass seats on" }
        div class="card" { (form) }
        (plan.users(directory)?)
        p { a href=(plan.back) { "Back" } }
    })
}

fn foreseen(directory: &Directory, fields: &Fields) -> Result<Markup, Failure> {
    let plan = Plan::chosen(directory, fields)?;
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

/// Applies a bulk action.
pub(crate) async fn apply(visitor: Visitor, Form(fields): Form<Fields>) -> Shown {
    carry_out(&visitor, Plan::parse(&fields)?).await
}

/// Applies a plan and leads to the page of the change, which can be loaded again.
pub(super) async fn carry_out(visitor: &Visitor, plan: Plan) -> Shown {
    let batch = plan.batch();
    let work = move |directory: &Directory| Ok(directory.apply(batch)?.sequence);
    let failure = match visitor.server.write(&visitor.caller, work).await {
        Ok(Some(number)) => return Ok(place::done(number, &plan.back)),
        Ok(None) => return Ok(Redirect::to(&plan.back).into_response()),
        Err(failure) => failure,
    };
    let status = failure.status;
    let work = move |server: &Server| refused(&server.0.directory, &plan, &failure);
    let content = visitor.server.scan(work).await?;
    Ok(visitor.page(status, "Users", place::HOME, &content))
}

fn refused(directory: &Directory, plan: &Plan, failure: &Failure) -> Result<Markup, Failure> {
    Ok(html! {
        h1 { "Nothing was changed" }
        (why(directory, plan, failure)?)
        (plan.users(directory)?)
        p { a href=(plan.back) { "Back" } }
    })
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
