//! `headcount import`: read the files, plan, and carry it out if nothing is in the
//! way.

use std::io::Write;

use headcount::{Applied, Error, ErrorKind, Event, UserId};

use super::Store;
use super::import_files::Files;
use super::load::{self, Peeked};
use super::progress::Progress;
use crate::args::ImportArgs;
use crate::directory::Directory;
use crate::failure::{Failure, Result, took_effect};
use crate::import::obstacle::Obstacle;
use crate::import::options::{Missing, OnExisting, Options};
use crate::import::outcome::Outcomes;
use crate::import::plan::Plan;
use crate::import::refusals::Refusals;
use crate::import::report::{self, Report, Source};
use crate::import::{Rows, bulk};
use crate::output::count;

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
    let progress = Progress::new();
    let files = Files::read(args, piped, &progress)?;
    let rows = &files.rows;
    let options = options(args, &files.name);
    refuse_to_empty(&files, &options)?;

    // No file is made for a directory that may come to nothing: the plan is the
    // same over an empty one in memory.
    let is_missing = store.is_missing();
    let directory = if is_missing {
        store.in_memory()?
    } else if args.dry_run {
        store.open_to_try()?
    } else {
        store.open_to_change()?
    };
    let mut refusals = Refusals::of_unreadable(rows);
    progress.say(format!("checking {}", count(rows.len(), "row")));
    let tried = carry_out(
        &directory,
        rows,
        &options,
        &mut refusals,
        &progress,
        args.dry_run || is_missing,
    );
    let source = source(&files, &refusals);
    let mut done = match tried {
        Ok(done) => done,
        Err(stopped) => {
            drop(progress);
            if json && stopped.is_refusal {
                report::write_refused(&source, stopped.obstacle.as_ref(), args.dry_run, out)?;
            }
            return Err(stopped.failure);
        }
    };
    let mut directory = done.tried_in.take().unwrap_or(directory);
    if is_missing && !args.dry_run && done.changes() {
        // The users that were tried are not held beside those that are written.
        drop(directory);
        directory = store.open_or_create()?;
        done.write(&directory, rows, &options)?;
    }
    drop(progress);
    let told = tell(source, &done, &directory, args, json, out);
    directory.close()?;
    told
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
        subjects: &done.subjects,
        applied: &done.applied,
        loaded: &done.loaded,
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

fn options<'a>(args: &'a ImportArgs, file: &'a str) -> Options<'a> {
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
    }
}

/// A plan that was carried out, or could be.
struct Done {
    plan: Plan,
    subjects: Vec<usize>,
    applied: Applied,
    /// The ids of the users, where they were loaded and not applied as a batch.
    loaded: Vec<UserId>,
    /// The directory in memory that they were loaded into, to try it.
    tried_in: Option<Directory>,
}

impl Done {
    fn changes(&self) -> bool {
        !self.subjects.is_empty() || !self.loaded.is_empty()
    }

    /// Writes the plan: loads it where that is possible, and else as one batch.
    fn write(
        &mut self,
        directory: &Directory,
        rows: &Rows,
        options: &Options<'_>,
    ) -> headcount::Result<()> {
        self.loaded = match directory.here() {
            Some(file) => bulk::load(file, &self.plan, rows)?.unwrap_or_default(),
            None => Vec::new(),
        };
        (self.subjects, self.applied) = (Vec::new(), Applied::default());
        if self.loaded.is_empty() {
            let operations = self.plan.operations(rows, options);
            self.subjects = operations.subjects;
            self.applied = directory.apply(operations.batch)?;
        }
        took_effect();
        Ok(())
    }

    /// Tries the plan: in a directory in memory where a load would do it, which knows as
    /// much as this one.
    fn try_out(
        &mut self,
        directory: &Directory,
        rows: &Rows,
        options: &Options<'_>,
    ) -> headcount::Result<()> {
        if let Some(file) = directory.here()
            && bulk::is_worth_it(&self.plan)
            && is_untouched(file)?
        {
            let tried = headcount::Directory::in_memory()?;
            tried.set_license(self.plan.seats.license)?;
            if let Some(loaded) = bulk::load(&tried, &self.plan, rows)? {
                self.loaded = loaded;
                self.tried_in = Some(Directory::Here(tried));
                return Ok(());
            }
        }
        let operations = self.plan.operations(rows, options);
        self.subjects = operations.subjects;
        self.applied = directory.dry_run(operations.batch)?;
        Ok(())
    }
}

/// Whether nothing but a license was ever set.
fn is_untouched(directory: &headcount::Directory) -> headcount::Result<bool> {
    let mut changes = match directory.stats()?.latest_change {
        0 | 1 => directory.changes(0)?,
        _ => return Ok(false),
    };
    let is_license = |event: &Event| matches!(event, Event::LicenseSet { .. });
    changes.try_fold(true, |so_far, change| {
        Ok(so_far && change?.events.iter().all(is_license))
    })
}

/// Why none was.
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
    progress: &Progress,
    is_dry: bool,
) -> Result<Done, Box<Stopped>> {
    let draft = Plan::draft(directory, rows, options, refusals)?;
    if judge(&draft, rows, options, refusals).is_ok() {
        match apply(directory, draft, rows, options, progress, is_dry) {
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
    Ok(apply(directory, plan, rows, options, progress, is_dry)?)
}

fn apply(
    directory: &Directory,
    plan: Plan,
    rows: &Rows,
    options: &Options<'_>,
    progress: &Progress,
    is_dry: bool,
) -> headcount::Result<Done> {
    let users = count(plan.candidates.len() + plan.absent.len(), "user");
    let doing = if is_dry { "trying" } else { "writing" };
    progress.say(format!("{doing} {users}"));
    let mut done = Done {
        plan,
        subjects: Vec::new(),
        applied: Applied::default(),
        loaded: Vec::new(),
        tried_in: None,
    };
    if is_dry {
        done.try_out(directory, rows, options)?;
    } else {
        done.write(directory, rows, options)?;
    }
    Ok(done)
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
