//! `headcount import`: read the file, plan, and carry it out if nothing is in the
//! way.

use std::io::Write;

use headcount::{Directory, License, Seats};
use serde_json::{Map, Value, json};

use super::{Store, input};
use crate::args::ImportArgs;
use crate::failure::{Failure, Refusal, Result};
use crate::import::plan::{Options, Plan};
use crate::import::refusals::Refusals;
use crate::import::report::{self, Report, Source};
use crate::import::{Parsed, parse};
use crate::output::count;

pub(super) fn run(
    store: &Store<'_>,
    args: &ImportArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let name = input::name_of(&args.file);
    let Parsed { format, rows } = read(&name, args)?;
    let mut refusals = Refusals::of_unreadable(&rows);
    let options = Options {
        when_full: args.when_full,
        skip_invalid: args.skip_invalid,
        email_template: args.email_template.as_deref(),
    };

    // No file is made for a directory that may come to nothing: the plan is the
    // same over an empty one in memory.
    let is_missing = store.is_missing();
    let mut directory = if is_missing {
        store.acting(Directory::in_memory()?)?
    } else if args.dry_run {
        store.open_to_try()?
    } else {
        store.open_to_change()?
    };
    let plan = Plan::make(&directory, &rows, options, &mut refusals)?;
    let source = Source {
        name: &name,
        format,
        rows: &rows,
        refusals: &refusals,
    };
    if let Err(failure) = judge(&plan, &source, args.skip_invalid) {
        if json {
            report::write_refused(&source, args.dry_run, out)?;
        }
        return Err(failure);
    }

    let operations = plan.operations(&rows);
    let has_work = !operations.candidates.is_empty();
    let applied = if args.dry_run {
        directory.dry_run(operations.batch)?
    } else {
        if is_missing && has_work {
            directory = store.open_or_create()?;
        }
        directory.apply(operations.batch)?
    };
    directory.close()?;
    let report = Report::new(
        source,
        &plan,
        &operations.candidates,
        &applied,
        args.dry_run,
    );
    if json {
        report.write_json(out)
    } else {
        report.write_text(out)
    }
}

fn read(name: &str, args: &ImportArgs) -> Result<Parsed> {
    let bytes = input::read(&args.file)?;
    parse(&bytes, name, args.format).map_err(|problem| {
        Failure::refused("unreadable_file", format!("can't import {name}: {problem}"))
    })
}

/// Whether the plan may be carried out.
fn judge(plan: &Plan, source: &Source<'_>, skip_invalid: bool) -> Result<()> {
    if !source.refusals.is_empty() && !skip_invalid {
        return Err(source.refusals.failure(source.name, source.rows));
    }
    if plan.shares.missing > 0 {
        return Err(too_few_seats(plan, source.name));
    }
    match &plan.obstacle {
        Some(obstacle) => Err(obstacle.clone().into()),
        None => Ok(()),
    }
}

/// The refusal of more active users than seats, and what would help.
fn too_few_seats(plan: &Plan, file: &str) -> Failure {
    let Seats {
        license, active, ..
    } = plan.seats;
    let limit = plan.seats.limit().unwrap_or(u64::MAX);
    let (missing, wanted) = (plan.shares.missing, plan.shares.wanted);
    let seats = count(usize::try_from(missing).unwrap_or(usize::MAX), "more seat");
    let needed = if missing == 1 { "is" } else { "are" };
    let name = match license {
        License::Community => "Community license",
        _ => "license",
    };
    let details = json!({
        "limit": limit,
        "active": active,
        "requested": wanted.saturating_sub(active),
        "missing": missing,
    });
    Failure::Refused(Refusal {
        kind: "no_free_seat",
        message: format!(
            "{seats} {needed} needed: with {file} there would be {wanted} active users, and the \
             {name} has {limit} seats, {active} of them in use; nothing was changed"
        ),
        notes: vec![
            "use --when-full inactive to take those who find no seat as inactive".to_owned(),
            format!(
                "or install a larger license: `headcount license set {wanted}` or \
                 `headcount license set enterprise`"
            ),
        ],
        details: match details {
            Value::Object(details) => details,
            _ => Map::new(),
        },
    })
}
