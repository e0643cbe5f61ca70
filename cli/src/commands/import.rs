//! `headcount import`: reads the files, plans, and carries the plan out if nothing
//! prevents it.

use std::io::Write;

use headcount::{Error, ErrorKind};

use super::Store;
use super::import_files::Files;
use super::load::{self, Peeked};
use crate::args::ImportArgs;
use crate::directory::Directory;
use crate::failure::{Failure, Result, took_effect};
use crate::import::Rows;
use crate::import::names::Names;
use crate::import::obstacle::Obstacle;
use crate::import::options::{Keep, Missing, OnExisting, Options};
use crate::import::outcome::Outcomes;
use crate::import::plan::Plan;
use crate::import::refusals::{FaultyRows, Refusals};
use crate::import::report::{self, Report, Source};
use crate::import::results::Results;
use crate::import::writing::{self, Purpose};
use crate::output::count;
use crate::progress::Progress;

pub(super) fn run(
    store: &Store<'_>,
    args: &ImportArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    refuse_contradictions(args)?;
    let opened = match load::peek(args)? {
        Peeked::Export(lines) => return load::run(store, args, lines, json, out),
        Peeked::Other(opened) => opened,
    };
    let progress = Progress::new(json);
    let files = Files::read(args, opened, &progress, json)?;
    let options = options(args, &files.name, &progress);
    refuse_to_empty(&files, &options)?;
    refuse_parts(&files, &options)?;
    let mut refusals = Refusals::of_unreadable(&files.rows);
    let tried = import(store, &files.rows, &options, &mut refusals, args.dry_run);
    let source = source(&files, &refusals);
    let (directory, done) = match tried {
        Ok(done) => done,
        Err(stopped) => {
            drop(progress);
            let Stopped {
                failure,
                is_refusal,
                obstacle,
            } = *stopped;
            if json && is_refusal {
                report::write_refused(&source, obstacle.as_ref(), args.dry_run, out)?;
            }
            let rows = files.rows;
            return Err(match obstacle {
                Some(faults) => failure.with_list(FaultyRows { faults, rows }),
                None if is_refusal => failure.with_list(FaultyRows {
                    faults: refusals,
                    rows,
                }),
                None => failure,
            });
        }
    };
    progress.say("reporting");
    // The reader of the report may be slow, so the file is closed first.
    let mut told = Vec::new();
    let is_told = tell(source, &done, &directory, args, json, &mut told);
    directory.close()?;
    drop(progress);
    is_told?;
    out.write_all(&told)?;
    Ok(())
}

/// Refuses options of which one would be silently ignored.
fn refuse_contradictions(args: &ImportArgs) -> Result<()> {
    let names = Names {
        map: &args.map,
        ignore: &args.ignore,
    };
    let keep = args.keep.as_deref().unwrap_or_default();
    let keeps_and_not = || {
        let told = "--keep none keeps neither active nor admin, so that they can't stand beside \
                    it; leave one out";
        let is_default = |what| matches!(what, &Keep::Active | &Keep::Admin);
        (keep.contains(&Keep::None) && keep.iter().any(is_default)).then(|| told.to_owned())
    };
    match names.contradiction().or_else(keeps_and_not) {
        Some(problem) => Err(Failure::refused("usage", problem)),
        None => Ok(()),
    }
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
        let purpose = if dry_run {
            Purpose::DryRun
        } else {
            Purpose::Write
        };
        let done = carry_out(&directory, rows, options, refusals, purpose)?;
        return Ok((directory, done));
    }
    // No file is created before the plan is accepted: the plan is the
    // same over an empty one in memory.
    let directory = store.in_memory()?;
    let purpose = if dry_run {
        Purpose::DryRun
    } else {
        Purpose::Trial
    };
    let done = carry_out(&directory, rows, options, refusals, purpose)?;
    if dry_run || !done.results.changes {
        return Ok((directory, done));
    }
    let Done { plan, results } = done;
    drop(results);
    let directory = store.open_or_create()?;
    let done = write_new(&directory, plan, rows, options, refusals)?;
    Ok((directory, done))
}

/// Carries out the plan that was tried with an empty directory in memory.
fn write_new(
    directory: &Directory,
    plan: Plan,
    rows: &Rows,
    options: &Options<'_>,
    refusals: &mut Refusals,
) -> Result<Done, Box<Stopped>> {
    if directory.stats()?.latest_change > 0 {
        // Another process has created it meanwhile.
        *refusals = Refusals::of_unreadable(rows);
        return carry_out(directory, rows, options, refusals, Purpose::Write);
    }
    Ok(apply(directory, plan, rows, options, Purpose::Write)?)
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
        remarks: &files.remarks,
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

/// Refuses files that don't have all users, where all who are not in them would be deactivated: a
/// page of a longer list, or Keycloak's users of other stores, of whom only ids are there.
fn refuse_parts(files: &Files, options: &Options<'_>) -> Result<()> {
    if options.missing != Missing::Deactivate {
        return Ok(());
    }
    let federated = files.remarks.federated_users.len();
    if federated > 0 {
        return Err(Failure::refused(
            "federated_users",
            format!(
                "{} has only the ids of {}, and --missing deactivate would deactivate them; \
                 export them from the store that has their names, and import both at once; \
                 nothing was changed",
                files.name,
                count(federated, "federated user")
            ),
        ));
    }
    let names: Vec<_> = files.list.iter().map(|file| file.file.as_str()).collect();
    match files.remarks.pages.refusal(&names) {
        Some(refusal) => Err(Failure::refused("page_of_list", refusal)),
        None => Ok(()),
    }
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
    /// Whether the file is at fault, rather than the disk.
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
    purpose: Purpose,
) -> Result<Done, Box<Stopped>> {
    let mut draft = Plan::draft(directory, rows, options, refusals)?;
    if judge(&mut draft, rows, options, refusals).is_ok() {
        match apply(directory, draft, rows, options, purpose) {
            Err(error) if is_refusal(&error) => {}
            done => return Ok(done?),
        }
    } else {
        drop(draft);
    }
    let mut plan = Plan::make(directory, rows, options, refusals)?;
    judge(&mut plan, rows, options, refusals)?;
    Ok(apply(directory, plan, rows, options, purpose)?)
}

fn apply(
    directory: &Directory,
    plan: Plan,
    rows: &Rows,
    options: &Options<'_>,
    purpose: Purpose,
) -> headcount::Result<Done> {
    let doing = match purpose {
        Purpose::Write => "writing",
        Purpose::Trial | Purpose::DryRun => "trying",
    };
    options.progress.begin(doing, plan.subjects(), "users");
    let results = writing::carry_out(directory, &plan, rows, options, purpose)?;
    if purpose == Purpose::Write && results.changes {
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

/// Whether the plan may be carried out. Where rows are refused, what the others would come
/// up against is not told: without these rows it may be something else.
fn judge(
    plan: &mut Plan,
    rows: &Rows,
    options: &Options<'_>,
    refusals: &Refusals,
) -> Result<(), Box<Stopped>> {
    let deactivates = options.missing == Missing::Deactivate;
    let (failure, obstacle) = if !refusals.is_empty() && (!options.skip_invalid || deactivates) {
        (refusals.failure(options.file, rows, deactivates), None)
    } else if let Some(obstacle) = plan.obstacle.take() {
        (obstacle.failure(rows), Some(obstacle))
    } else {
        return Ok(());
    };
    Err(Box::new(Stopped {
        failure,
        is_refusal: true,
        obstacle,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::WhenFull;
    use crate::import::options::{MatchBy, Missing};
    use crate::import::parse;
    use crate::import::reading::{ReadOptions, Reading};

    /// Another process may create the file after the check that it is missing.
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
        let tried = carry_out(&empty, &rows, &options, &mut refusals, Purpose::Trial);
        let tried = tried.map_err(|stopped| stopped.failure).unwrap();

        let made = in_memory();
        let ann = made.create_user("Ann@ex.co").unwrap();
        let made = Directory::Here(made);
        let done = write_new(&made, tried.plan, &rows, &options, &mut refusals);
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
