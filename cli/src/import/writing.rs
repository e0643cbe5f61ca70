//! Carries a plan out: as a stream of operations, which takes little memory, or as one batch.

use std::cell::RefCell;

use headcount::{Batch, Error, ErrorKind, OpStream, StreamPart, Subject};

use super::Rows;
use super::options::Options;
use super::outcome::USERS_AT_ONCE;
use super::plan::Plan;
use super::results::{Results, changed_fields};
use crate::directory::{Directory, UserKey};
use crate::output::count;

/// Users from which on the operations are streamed.
const STREAM_MIN: usize = 2_000;

/// The purpose of carrying out a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To write it.
    Write,
    /// To find out whether it is accepted and changes anything, before a file is created for it.
    Trial,
    /// To show its outcome.
    DryRun,
}

/// Applies `plan` to the directory, or returns the outcome that it would have.
pub(crate) fn carry_out(
    directory: &Directory,
    plan: &Plan,
    rows: &Rows,
    options: &Options<'_>,
    purpose: Purpose,
) -> headcount::Result<Results> {
    if let Some(file) = streaming(directory, plan)
        && let Some(results) = stream(file, plan, rows, options, purpose)?
    {
        return Ok(results);
    }
    apply(directory, plan, rows, options, purpose)
}

/// What would be refused of the plan, and the number of the user that each operation is
/// about.
pub(super) fn refusals(
    directory: &Directory,
    plan: &Plan,
    rows: &Rows,
    options: &Options<'_>,
) -> headcount::Result<(Vec<usize>, Vec<Error>)> {
    options.progress.say("finding all rows that are refused");
    if let Some(file) = streaming(directory, plan) {
        let subjects = RefCell::new(Vec::new());
        let refused = file.preview_stream(ops(plan, rows, options, &subjects))?;
        if let Some(refused) = refused.filter(|refused| refused.iter().all(is_final)) {
            return Ok((subjects.into_inner(), refused));
        }
    }
    let (subjects, batch) = batch(plan, rows, options);
    options.progress.say("finding all rows that are refused");
    Ok((subjects, directory.preview(batch)?))
}

/// The file, if there are enough users for streaming to pay off.
fn streaming<'d>(directory: &'d Directory, plan: &Plan) -> Option<&'d headcount::Directory> {
    { directory.here() }.filter(|_| plan.subjects() >= STREAM_MIN)
}

/// The operations of the plan; their users are noted in `subjects` as they are drawn.
fn ops<'p>(
    plan: &'p Plan,
    rows: &'p Rows,
    options: &'p Options<'_>,
    subjects: &'p RefCell<Vec<usize>>,
) -> OpStream<impl Iterator<Item = headcount::Op> + 'p> {
    let ops = plan.operations(rows, options).map(|(subject, op)| {
        subjects.borrow_mut().push(subject);
        op
    });
    OpStream::new(ops).allow_ownerless(options.allow_ownerless)
}

/// Streams the operations; `None` if only a batch can tell whether they are accepted.
fn stream(
    file: &headcount::Directory,
    plan: &Plan,
    rows: &Rows,
    options: &Options<'_>,
    purpose: Purpose,
) -> headcount::Result<Option<Results>> {
    let subjects = RefCell::new(Vec::new());
    let mut results = Results::new(plan, purpose == Purpose::DryRun);
    let visit = |part: StreamPart| {
        let subjects = subjects.borrow();
        for (subject, outcome) in subjects[part.first_op..].iter().zip(&part.outcomes) {
            if let Subject::User(id) = outcome.subject
                && let Some(user) = part.user(id)
            {
                let before = part.before(id);
                let changed = before.map_or_else(Vec::new, |before| changed_fields(before, user));
                results.note(*subject, user, changed);
            }
        }
        let last = subjects.last().map_or(0, |last| last + 1);
        options.progress.reach(last as u64);
    };
    let ops = ops(plan, rows, options, &subjects);
    let applied = match purpose {
        Purpose::Write => file.apply_stream(ops, visit).map(Some),
        Purpose::Trial | Purpose::DryRun => file.dry_run_stream(ops, visit),
    };
    match applied {
        Ok(Some(applied)) => {
            results.changes = applied.sequence.is_some();
            results.ownerless = applied.ownerless;
            Ok(Some(results))
        }
        Ok(None) => Ok(None),
        Err(error) if error.is_refusal() && !is_final(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a batch of the same operations would be refused too: names may change hands in it.
fn is_final(refusal: &Error) -> bool {
    !matches!(
        refusal.kind(),
        ErrorKind::EmailTaken | ErrorKind::UsernameTaken | ErrorKind::ExternalIdTaken
    )
}

fn batch(plan: &Plan, rows: &Rows, options: &Options<'_>) -> (Vec<usize>, Batch) {
    options
        .progress
        .begin("preparing a batch", plan.subjects(), "users");
    let told = |(subject, _): &(usize, headcount::Op)| options.progress.count(*subject as u64);
    let operations = plan.operations(rows, options).inspect(told);
    let (subjects, ops): (Vec<_>, Batch) = operations.unzip();
    (subjects, ops.allow_ownerless(options.allow_ownerless))
}

fn apply(
    directory: &Directory,
    plan: &Plan,
    rows: &Rows,
    options: &Options<'_>,
    purpose: Purpose,
) -> headcount::Result<Results> {
    let before = users_before(directory, plan, options)?;
    let (subjects, batch) = batch(plan, rows, options);
    // The batch itself reports no progress.
    let users = count(plan.subjects(), "user");
    options.progress.say(&match purpose {
        Purpose::Write => format!("writing {users} as one batch"),
        Purpose::Trial | Purpose::DryRun => format!("trying {users} as one batch"),
    });
    let applied = match purpose {
        Purpose::Write => directory.apply(batch)?,
        Purpose::Trial | Purpose::DryRun => directory.dry_run(batch)?,
    };
    let mut results = Results::new(plan, purpose == Purpose::DryRun);
    results.changes = applied.sequence.is_some();
    results.ownerless.clone_from(&applied.ownerless);
    for (subject, outcome) in subjects.into_iter().zip(&applied.outcomes) {
        let Subject::User(id) = outcome.subject else {
            continue;
        };
        let Some(user) = applied.user(id) else {
            continue;
        };
        let is_new = { plan.candidates.get(subject) }.is_some_and(|c| c.user.is_none());
        let place = before.binary_search_by_key(&id, |user| user.id());
        let changed = match place.ok().and_then(|place| before.get(place)) {
            Some(before) => changed_fields(before, user),
            // Of the others, only the seat can have changed.
            None if outcome.changed && !is_new => vec!["active".to_owned()],
            None => Vec::new(),
        };
        results.note(subject, user, changed);
    }
    Ok(results)
}

/// The users whom the plan updates, ordered by id.
fn users_before(
    directory: &Directory,
    plan: &Plan,
    options: &Options<'_>,
) -> headcount::Result<Vec<std::sync::Arc<headcount::User>>> {
    let known = plan.candidates.iter().filter_map(|c| c.user.as_ref());
    let keys = known
        .filter(|known| known.differs)
        .map(|known| UserKey::Id(known.id));
    let keys: Vec<_> = keys.collect();
    let mut before = Vec::with_capacity(keys.len());
    options
        .progress
        .begin("looking users up", keys.len(), "users");
    for part in keys.chunks(USERS_AT_ONCE) {
        options.progress.reach(before.len() as u64);
        before.extend(directory.users_by(part)?.into_iter().flatten());
    }
    before.sort_unstable_by_key(|user| user.id());
    Ok(before)
}
