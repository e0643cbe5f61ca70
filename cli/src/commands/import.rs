//! `headcount import`: read the files, plan, and carry it out if nothing is in the
//! way.

use std::io::Write;

use headcount::{Error, ErrorKind};

use super::Store;
use super::import_files::Files;
use super::load::{self, Peeked};
use crate::args::ImportArgs;
use crate::directory::Directory;
use crate::failure::{Failure, Result, took_effect};
use crate::import::obstacle::Obstacle;
use crate::import::options::{Missing, OnExisting, Options};
use crate::import::outcome::Outcomes;
use crate::import::plan::Plan;
use crate::import::refusals::Refusals;
use crate::import::report::{self, Report, Source};
use crate::import::results::Results;
use crate::import::{Rows, writing};
use crate::progress::Progress;

pub(super) fn run(
    store: &Store<'_>,
    args: &ImportArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let piped = match load::peek(args)? {
        Peeked::Export(lines) => return load::run(store, args, lines, json, out),
        Peeked::Other(piped) => piped,
    };
    let progress = Progress::new(json);
    let files = Files::read(args, piped, &progress)?;
    let options = options(args, &files.name, &progress);
    refuse_to_empty(&files, &options)?;
    let mut refusals = Refusals::of_unreadable(&files.rows);
    let tried = import(store, &files.rows, &options, &mut refusals, args.dry_run);
    let source = source(&files, &refusals);
    let (directory, done) = match tried {
        Ok(done) => done,
        Err(stopped) => {
            drop(progress);
            if json && stopped.is_refusal {
                report::write_refused(&source, stopped.obstacle.as_ref(), args.dry_run, out)?;
            }
            return Err(stopped.failure);
        }
    };
    progress.say("reporting".to_owned());
    // Whoever reads the report may take their time, and the file is not held for it.
    let mut told = Vec::new();
    let is_told = tell(source, &done, &directory, args, json, &mut told);
    directory.close()?;
    drop(progress);
    is_told?;
    out.write_all(&told)?;
    Ok(())
}

/// Carries the import out; returns the directory, still open.
fn import(
    store: &Store<'_>,
    rows: &Rows,
    options: &Options<'_>,
    refusals: &mut Refusals,
    dry_run: bool,
) -> Result<(Directory, Done), Box<Stopped>> {
    if !store.is_missing() {
        let directory = if dry_run {
            store.open_to_try()?
        } else {
            store.open_to_change()?
        };
        let done = carry_out(&directory, rows, options, refusals, dry_run)?;
        return Ok((directory, done));
    }
    // No file is made for a directory that may come to nothing: the plan is the
    // same over an empty one in memory.
    let directory = store.in_memory()?;
    let done = carry_out(&directory, rows, options, refusals, true)?;
    if dry_run || !done.results.changes {
        return Ok((directory, done));
    }
    let directory = store.open_or_create()?;
    let done = write_new(&directory, done, rows, options, refusals)?;
    Ok((directory, done))
}

/// Carries out what was tried with an empty directory in memory.
fn write_new(
    directory: &Directory,
    mut done: Done,
    rows: &Rows,
    options: &Options<'_>,
    refusals: &mut Refusals,
) -> Result<Done, Box<Stopped>> {
    if directory.stats()?.latest_change > 0 {
        // Another process has made it meanwhile.
        *refusals = Refusals::of_unreadable(rows);
        return carry_out(directory, rows, options, refusals, false);
    }
    options
        .progress
        .begin("writing", done.plan.subjects(), "users");
    done.results = writing::carry_out(directory, &done.plan, rows, options, false)?;
    took_effect();
    Ok(done)
}

fn tell(
    source: Source<'_>,
    done: &Done,
    directory: &Directory,
    args: &ImportArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let outcomes = Outcomes {
        plan: &done.plan,
        results: &done.results,
        skips_existing: args.on_existing == OnExisting::Skip,
        directory,
    };
    let report = Report::new(source, outcomes, args.dry_run);
    if json {
        report.write_json(out)
    } else {
        report.write_text(out)
    }
}

fn source<'a>(files: &'a Files, refusals: &'a Refusals) -> Source<'a> {
    Source {
        name: &files.name,
        files: &files.list,
        rows: &files.rows,
        refusals,
        notes: &files.notes,
    }
}

/// Refuses files without users where all who are not in them would be deactivated.
fn refuse_to_empty(files: &Files, options: &Options<'_>) -> Result<()> {
    if files.rows.is_empty() && options.missing == Missing::Deactivate {
        return Err(Failure::refused(
            "no_rows",
            format!(
                "{} has no users, and --missing deactivate would deactivate everybody; nothing \
                 was changed",
                files.name
            ),
        ));
    }
    Ok(())
}

fn options<'a>(args: &'a ImportArgs, file: &'a str, progress: &'a Progress) -> Options<'a> {
    Options {
        file,
        when_full: args.when_full,
        skip_invalid: args.skip_invalid,
        email_template: args.email_template.as_deref(),
        on_existing: args.on_existing,
        keep: args.keep.as_deref(),
        matching: &args.matching,
        missing: args.missing,
        allow_ownerless: args.ownerless.is_allowed(),
        progress,
    }
}

/// A plan that was carried out, or could be.
struct Done {
    plan: Plan,
    results: Results,
}

/// Why no plan was carried out.
struct Stopped {
    failure: Failure,
    /// Whether the file is to blame, rather than the disk.
    is_refusal: bool,
    obstacle: Option<Obstacle>,
}

impl From<Failure> for Box<Stopped> {
    fn from(failure: Failure) -> Self {
        Self::new(Stopped {
            failure,
            is_refusal: false,
            obstacle: None,
        })
    }
}

impl From<Error> for Box<Stopped> {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

/// Carries out the first plan there is. Only when the directory refuses it, the
/// plan is looked at row by row, which takes as long again.
fn carry_out(
    directory: &Directory,
    rows: &Rows,
    options: &Options<'_>,
    refusals: &mut Refusals,
    is_dry: bool,
) -> Result<Done, Box<Stopped>> {
    let draft = Plan::draft(directory, rows, options, refusals)?;
    if judge(&draft, rows, options, refusals).is_ok() {
        match apply(directory, draft, rows, options, is_dry) {
            Err(error) if is_refusal(&error) => {}
            done => return Ok(done?),
        }
    } else {
        drop(draft);
    }
    let mut plan = Plan::make(directory, rows, options, refusals)?;
    if let Err(failure) = judge(&plan, rows, options, refusals) {
        return Err(Box::new(Stopped {
            failure,
            is_refusal: true,
            obstacle: plan.obstacle.take(),
        }));
    }
    Ok(apply(directory, plan, rows, options, is_dry)?)
}

fn apply(
    directory: &Directory,
    plan: Plan,
    rows: &Rows,
    options: &Options<'_>,
    is_dry: bool,
) -> headcount::Result<Done> {
    let doing = if is_dry { "trying" } else { "writing" };
    options.progress.begin(doing, plan.subjects(), "users");
    let results = writing::carry_out(directory, &plan, rows, options, is_dry)?;
    if !is_dry {
        took_effect();
    }
    Ok(Done { plan, results })
}

/// Whether the rules refused a batch, rather than the store failing.
fn is_refusal(error: &Error) -> bool {
    error.op_index().is_some()
        || matches!(
            error.kind(),
            ErrorKind::LastAdmin | ErrorKind::LastOwner | ErrorKind::NoFreeSeat { .. }
        )
}

/// Whether the plan may be carried out.
fn judge(plan: &Plan, rows: &Rows, options: &Options<'_>, refusals: &Refusals) -> Result<()> {
    let deactivates = options.missing == Missing::Deactivate;
    if !refusals.is_empty() && (!options.skip_invalid || deactivates) {
        return Err(refusals.failure(options.file, rows, deactivates));
    }
    if let Some(obstacle) = &plan.obstacle {
        return Err(obstacle.failure(rows));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::WhenFull;
    use crate::import::options::{MatchBy, Missing};
    use crate::import::parse;
    use crate::import::reading::{ReadOptions, Reading};

    /// Between the look for a file and the time when it is made, another process may make it.
    #[test]
    fn a_directory_that_appears_meanwhile_is_compared_anew() {
        let text = b"email,first name\nann@ex.co,Ann\nbob@ex.co,Bob\n";
        let mut reading = Reading::new(ReadOptions::default());
        let rows = parse(text, "u.csv", &mut reading).unwrap().rows;
        let progress = Progress::hidden();
        let options = Options {
            file: "u.csv",
            when_full: WhenFull::Fail,
            skip_invalid: false,
            email_template: None,
            on_existing: OnExisting::Update,
            keep: None,
            matching: &[MatchBy::Id, MatchBy::Email],
            missing: Missing::Keep,
            allow_ownerless: false,
            progress: &progress,
        };
        let in_memory = || headcount::Directory::in_memory().unwrap();
        let mut refusals = Refusals::of_unreadable(&rows);
        let empty = Directory::Here(in_memory());
        let tried = carry_out(&empty, &rows, &options, &mut refusals, true);
        let tried = tried.map_err(|stopped| stopped.failure).unwrap();

        let made = in_memory();
        let ann = made.create_user("Ann@ex.co").unwrap();
        let made = Directory::Here(made);
        let done = write_new(&made, tried, &rows, &options, &mut refusals);
        let done = done.map_err(|stopped| stopped.failure).unwrap();
        assert!(done.results.changes);
        let users: headcount::Result<Vec<_>> = made.users().unwrap().collect();
        let users = users.unwrap();
        assert_eq!(users.len(), 2);
        assert_eq!(
            (users[0].id(), users[0].given_name()),
            (ann.id(), Some("Ann"))
        );
    }
}
