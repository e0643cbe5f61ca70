//! Import: a preview of what a file would change, then one batch with all of it. The server keeps
//! the file and the planned step for each user with their version, under the request id of the
//! batch. So it is applied once even if the form is sent twice, and never overwrites what somebody
//! else did in the meantime.

mod file;
mod plan;
mod previews;
mod undo;

use std::collections::HashMap;

use axum::extract::Multipart;
use axum::extract::multipart::MultipartRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use headcount::{Directory, ErrorKind, RequestId, Seats};
use maud::{Markup, html};

use self::file::File;
use self::plan::{Difference, Step, Work};
use self::previews::Planned;
pub(crate) use self::previews::Previews;
pub(crate) use self::undo::Undos;
pub(super) use self::undo::{Undo, undo};
use super::view::seats;
use super::{Shown, Visitor, place};
use crate::door::Failure;
use crate::keys::Scope;

/// The largest file, in bytes.
const FILE_BYTES_MAX: usize = 2 << 20;
/// The largest form with a file, in bytes. Browsers send a pasted text with longer line ends.
pub(crate) const BODY_BYTES_MAX: usize = 2 * FILE_BYTES_MAX;
/// Users whose changes are listed; the rest are counted.
const SHOWN: usize = 200;

/// The fields of the forms.
struct Sent {
    text: String,
    is_inactive: bool,
    /// The request id of the import that was previewed.
    request: String,
}

impl Sent {
    async fn read(form: Result<Multipart, MultipartRejection>) -> Result<Self, Failure> {
        let wrong = |text: String| Failure::bad_request(format!("the form can't be read: {text}"));
        let mut form = form.map_err(|refused| wrong(refused.body_text()))?;
        let mut fields = HashMap::new();
        loop {
            let field = form.next_field().await.map_err(|error| refused(&error))?;
            let Some(field) = field else { break };
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|error| refused(&error))?;
            let text = String::from_utf8(bytes.into()).map_err(|_| {
                Failure::bad_request("the file is not UTF-8 text; save it as UTF-8")
            })?;
            fields.insert(name, text);
        }
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let (file, pasted) = (take("file"), take("text"));
        let text = if file.is_empty() { pasted } else { file };
        if text.len() > FILE_BYTES_MAX {
            return Err(too_large());
        }
        Ok(Self {
            text,
            is_inactive: !take("inactive").is_empty(),
            request: take("request"),
        })
    }

    /// The request id of the import that was previewed.
    fn request(&self) -> Result<RequestId, Failure> {
        let wrong = |_| Failure::bad_request("this form is not from this page");
        self.request.parse().map_err(wrong)
    }
}

fn refused(error: &axum::extract::multipart::MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        status => Failure::new(status, error.body_text()),
    }
}

fn too_large() -> Failure {
    let message = format!(
        "the page imports files of up to {} MiB; import larger ones with `headcount import`",
        FILE_BYTES_MAX >> 20
    );
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}

pub(crate) async fn form(visitor: Visitor) -> Shown {
    let content = html! {
        h1 { "Import users" }
        p class="soft" {
            "CSV with the columns of " a href="/admin/export.csv" { "the export" } ", or JSON as "
            code { "headcount export" } " and REST write it, of up to " (FILE_BYTES_MAX >> 20)
            " MiB. Users are found by id, else by email. A missing column changes "
            "nothing, an empty name is removed, and users who are not in the file stay."
        }
        form class="card stack" method="post" action="/admin/import" enctype="multipart/form-data" {
            label { "A file" input type="file" name="file" accept=".csv,.json,.jsonl,.txt"; }
            label { "or its text" textarea name="text" rows="8" spellcheck="false" {} }
            (inactive(false))
            div class="row" {
                button class="main" { "Show what would change…" }
                a href="/admin" { "Back to the users" }
            }
        }
    };
    Ok(visitor.page(StatusCode::OK, "Import", "/admin", &content))
}

fn inactive(is: bool) -> Markup {
    html! {
        label class="check" {
            input type="checkbox" name="inactive" value="yes" checked[is];
            "Create new users inactive: they take no seat"
        }
    }
}

/// What a file would do.
struct Preview {
    file: File,
    steps: Vec<(Step, Vec<Difference>)>,
    outcome: Result<Seats, Failure>,
}

impl Preview {
    fn new(directory: &Directory, sent: &Sent, may_admin: bool) -> Result<Self, Failure> {
        let file = File::parse(&sent.text);
        if !file.problems.is_empty() {
            return Ok(Self {
                file,
                steps: Vec::new(),
                outcome: Err(Failure::bad_request("the file can't be read")),
            });
        }
        let steps = plan::steps(directory, &file.rows)?;
        let plain: Vec<_> = steps.iter().map(|(step, _)| step.clone()).collect();
        let work = plan::work(&file.rows, &plain, sent.is_inactive);
        let outcome = check(work.is_about_admins, may_admin).and_then(|()| {
            let mut seats = directory.seats()?;
            directory
                .dry_run(work.batch)
                .map_err(|error| placed(&file, &work.rows, error.into()))?;
            seats.active = then(seats.active, &file, &plain, sent.is_inactive);
            Ok(seats)
        });
        Ok(Self {
            file,
            steps,
            outcome,
        })
    }

    fn count(&self, is: fn(&Step) -> bool) -> usize {
        self.steps.iter().filter(|(step, _)| is(step)).count()
    }
}

/// The seats in use after the import.
fn then(active: u64, file: &File, steps: &[Step], is_inactive: bool) -> u64 {
    file.rows
        .iter()
        .zip(steps)
        .fold(active, |active, (row, step)| match step {
            Step::Create if !is_inactive && row.active != Some(false) => active + 1,
            Step::Update(_, _, parts) if parts.active && row.active == Some(true) => active + 1,
            Step::Update(_, _, parts) if parts.active => active.saturating_sub(1),
            _ => active,
        })
}

fn check(is_about_admins: bool, may_admin: bool) -> Result<(), Failure> {
    if is_about_admins && !may_admin {
        let message = "this changes who is an admin, which needs a key with the scope admin; \
                       leave the column out of the file";
        return Err(Failure::new(StatusCode::FORBIDDEN, message));
    }
    Ok(())
}

fn check_admins(is_about_admins: bool, visitor: &Visitor) -> Result<(), Failure> {
    check(is_about_admins, visitor.caller.may(Scope::Admin).is_ok())
}

/// The failure, with the position in the file of the row that caused it.
fn placed(file: &File, rows: &[usize], failure: Failure) -> Failure {
    let at = failure.op_index.and_then(|at| rows.get(at));
    match at.and_then(|at| file.rows.get(*at)) {
        Some(row) => Failure {
            message: format!("{}: {}", row.place, failure.message),
            ..failure
        },
        None => failure,
    }
}

pub(crate) async fn preview(
    visitor: Visitor,
    form: Result<Multipart, MultipartRejection>,
) -> Shown {
    let mut sent = Sent::read(form).await?;
    if sent.text.is_empty() && !sent.request.is_empty() {
        let planned = visitor.server.0.previews.find(sent.request()?)?;
        sent.text.clone_from(&planned.text);
    }
    show(&visitor, sent, None).await
}

/// Shows what a file would do to the directory as it is now, and `why` applying it failed.
async fn show(visitor: &Visitor, sent: Sent, why: Option<Failure>) -> Shown {
    let may_admin = visitor.caller.may(Scope::Admin).is_ok();
    let work = move |server: &crate::server::Server| {
        Ok((Preview::new(&server.0.directory, &sent, may_admin)?, sent))
    };
    let (preview, sent) = visitor.server.scan(work).await?;
    let refused = why.as_ref().or(preview.outcome.as_ref().err());
    let status = refused.map_or(StatusCode::OK, |failure| failure.status);
    let (created, changed) = (
        preview.count(|step| *step == Step::Create),
        preview.count(|step| matches!(step, Step::Update(..))),
    );
    let is_nothing = created + changed == 0;
    let request = visitor.server.0.previews.keep(Planned {
        text: sent.text,
        steps: preview.steps.iter().map(|(step, _)| step.clone()).collect(),
    });
    let is_possible = preview.outcome.is_ok() && !is_nothing;
    let content = html! {
        h1 { "What this import would change" }
        @if let Some(failure) = refused { (refusal(&preview, failure)) }
        p role="status" {
            b { (created) } " created, " b { (changed) } " changed, "
            b { (preview.count(|step| *step == Step::Keep)) } " as they are."
            @if preview.file.passed_over > 0 {
                " " (preview.file.passed_over) " records that are no users are passed over."
            }
        }
        @if let Ok(then) = &preview.outcome { (seats(then)) }
        (changes(&preview))
        (apply_form(request, sent.is_inactive, is_possible))
    };
    Ok(visitor.page(status, "Import", "/admin", &content))
}

fn refusal(preview: &Preview, failure: &Failure) -> Markup {
    html! {
        div class="card bad" role="alert" {
            p { (failure.message) }
            @if !preview.file.problems.is_empty() {
                ul { @for problem in &preview.file.problems { li { (problem) } } }
            }
            @match failure.kind {
                Some(ErrorKind::NoFreeSeat { .. }) => p {
                    "Create the new users inactive, or see "
                    a href="/admin?state=active" { "who holds the seats" } "."
                },
                Some(ErrorKind::Conflict { .. } | ErrorKind::UserNotFound) => p {
                    "Somebody else made a change first; below is what the import would change now."
                },
                _ => {}
            }
        }
    }
}

/// The form that applies the import, or shows the preview again with another choice.
fn apply_form(request: RequestId, is_inactive: bool, is_possible: bool) -> Markup {
    html! {
        form method="post" action="/admin/import" enctype="multipart/form-data" class="stack" {
            input type="hidden" name="request" value=(request);
            (inactive(is_inactive))
            div class="row" {
                @if is_possible {
                    button class="main" formaction="/admin/import/apply" { "Import" }
                }
                button { "Show again…" }
                a class="button" href="/admin/import" { "Another file" }
            }
        }
    }
}

fn changes(preview: &Preview) -> Markup {
    let rows = preview.file.rows.iter().zip(&preview.steps);
    let rows: Vec<_> = rows.filter(|(_, (step, _))| *step != Step::Keep).collect();
    html! {
        @if !rows.is_empty() {
            div class="scroll" tabindex="0" role="region" aria-label="Changes" {
                table class="plain" {
                    thead { tr {
                        th scope="col" { "Where" }
                        th scope="col" { "User" }
                        th scope="col" { "What" }
                    } }
                    tbody { @for (row, (step, differences)) in rows.iter().take(SHOWN) {
                        tr {
                            td class="soft" { (row.place) }
                            td {
                                @if let Some(email) = &row.email { bdi { (email) } }
                                @else if let Some(id) = row.id { code { (id) } }
                            }
                            td { (told(step, differences)) }
                        }
                    } }
                }
            }
        }
        @if rows.len() > SHOWN { p class="soft" { "and " (rows.len() - SHOWN) " more" } }
    }
}

fn told(step: &Step, differences: &[Difference]) -> Markup {
    html! {
        @if *step == Step::Create { span class="tag good" { "new" } }
        @for of in differences {
            div {
                (of.name) ": "
                @if !of.before.is_empty() { del { bdi { (of.before) } } }
                @if !of.before.is_empty() && !of.after.is_empty() { " → " }
                @if !of.after.is_empty() { ins { bdi { (of.after) } } }
            }
        }
    }
}

/// Applies the import that the preview showed, and leads to the page of the change.
pub(crate) async fn apply(visitor: Visitor, form: Result<Multipart, MultipartRejection>) -> Shown {
    let mut sent = Sent::read(form).await?;
    let request = sent.request()?;
    let planned = visitor.server.0.previews.find(request)?;
    let (file, steps) = (File::parse(&planned.text), planned.steps.clone());
    if !file.problems.is_empty() || steps.len() != file.rows.len() {
        return Err(Failure::bad_request("this file can't be imported; see its preview").into());
    }
    let work = plan::work(&file.rows, &steps, sent.is_inactive);
    check_admins(work.is_about_admins, &visitor)?;
    match import(&visitor, work, steps, file, request).await {
        Ok(Some(number)) => Ok(place::done(number, "/admin/import")),
        Ok(None) => Ok(Redirect::to("/admin/import").into_response()),
        Err(failure) => {
            sent.text.clone_from(&planned.text);
            show(&visitor, sent, Some(failure)).await
        }
    }
}

/// Applies the batch once, and keeps its inverse. Returns the number of the change.
async fn import(
    visitor: &Visitor,
    work: Work,
    steps: Vec<Step>,
    file: File,
    request: RequestId,
) -> Result<Option<u64>, Failure> {
    let server = visitor.server.clone();
    let done = move |directory: &Directory| {
        let before = undo::before(directory, &steps)?;
        // Users who have changed since `before` are refused by their versions.
        let applied = directory
            .apply(work.batch.request_id(request))
            .map_err(|error| placed(&file, &work.rows, error.into()))?;
        if !applied.replayed {
            let made = (&*file.rows, &*steps, &*work.rows);
            server
                .0
                .undos
                .keep(request, Undo::new(made, &before, &applied));
        }
        Ok(applied.sequence)
    };
    visitor.server.write(&visitor.caller, done).await
}
