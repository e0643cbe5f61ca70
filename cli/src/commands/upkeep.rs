//! `headcount verify` and `headcount repair`: find what is damaged in the file, and repair it.

use std::io::Write;

use headcount::{Directory, Fault, Options, Repaired, Verified};
use serde_json::{Value, json};

use super::Store;
use super::confirm::confirm;
use crate::args::{RepairArgs, VerifyArgs};
use crate::directory::Remote;
use crate::failure::{Failure, Result, took_effect_in};
use crate::output::{count, safe, write_json};
use crate::progress::Progress;

/// Lists the faults; a damaged file is an error of the kind `corrupted`.
pub(super) fn verify(
    store: &Store<'_>,
    args: &VerifyArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let inspection = if let Some(address) = store.server {
        Remote::connect(address)?.find_faults(args.limit)?
    } else {
        store.must_be_there()?;
        with_progress("verifying", json).find_faults(store.path, args.limit)?
    };
    if json {
        write_json(
            out,
            &json!({
                "sound": inspection.is_sound(),
                "faults": inspection.faults,
                "faults_total": inspection.faults_total,
                "seats_over": inspection.seats_over,
                "verified": verified(&inspection.verified),
            }),
        )?;
    } else {
        write_faults(&inspection.faults, inspection.faults_total, out)?;
    }
    if inspection.is_sound() {
        if !json {
            let Verified {
                active, inactive, ..
            } = inspection.verified;
            writeln!(
                out,
                "nothing is wrong: {active} active and {inactive} inactive users, {}, {}",
                plural(inspection.verified.workspaces, "workspace"),
                plural(inspection.verified.changes, "change"),
            )?;
            if inspection.seats_over > 0 {
                writeln!(out, "over the limit by {}", inspection.seats_over)?;
            }
        }
        return Ok(());
    }
    out.flush()?;
    Err(Failure::refused(
        "corrupted",
        format!(
            "the directory is damaged: {}; restore a backup, or see what \
             `headcount repair --dry-run` would do",
            plural(inspection.faults_total, "fault")
        ),
    ))
}

/// Repairs the file, or reports what a repair would do.
pub(super) fn repair(
    store: &Store<'_>,
    args: &RepairArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    store.must_be_there()?;
    let options = with_progress("repairing", json);
    let repaired = match &args.aside {
        Some(aside) if !args.dry_run => {
            confirm(&format!("repairing {}", store.path.display()), args.yes)
                .map_err(|refused| refused.with_help("--dry-run shows what would be removed"))?;
            let repaired = options.repair(store.path, aside, args.limit)?;
            if repaired.written + repaired.removed > 0 {
                took_effect_in("what could be repaired before that is repaired, and stored");
            }
            repaired
        }
        _ => options.plan_repair(store.path, args.limit)?,
    };
    // The report is written even if this fails.
    let left = if args.dry_run {
        Ok(0)
    } else {
        let found = options.find_faults(store.path, args.limit);
        found.map(|inspection| inspection.faults_total)
    };
    drop(options);
    if json {
        write_json(out, &report(&repaired, left.as_ref().ok(), args.dry_run))?;
    } else {
        write_faults(&repaired.faults, repaired.faults_total, out)?;
        write_repaired(&repaired, args, out)?;
    }
    out.flush()?;
    refuse_left(left?)
}

/// The result of a repair as JSON; `faults_left` is null if it is unknown.
fn report(repaired: &Repaired, left: Option<&u64>, dry_run: bool) -> Value {
    json!({
        "dry_run": dry_run,
        "faults": repaired.faults,
        "faults_total": repaired.faults_total,
        "written": repaired.written,
        "removed": repaired.removed,
        "set_aside": repaired.set_aside,
        "faults_left": left,
        "seats_over": repaired.seats_over,
        "verified": verified(&repaired.verified),
    })
}

/// Refuses a file in which the repair left faults: damage can put an entry where a search for
/// it doesn't look.
fn refuse_left(left: u64) -> Result<()> {
    if left == 0 {
        return Ok(());
    }
    Err(Failure::refused(
        "corrupted",
        format!(
            "the repair could not reach {}; restore a backup, or import what `headcount export` \
             still reads into a new file",
            plural(left, "fault")
        ),
    ))
}

/// Options that show the progress until they are dropped.
fn with_progress(what: &'static str, json: bool) -> Options {
    let progress = Progress::of_long(what, json);
    Directory::options().on_check_progress(move |done| {
        let total = usize::try_from(done.users_total).unwrap_or(usize::MAX);
        if done.users >= done.users_total {
            progress.say(&format!("{what} the rest"));
        } else if done.users == 0 {
            progress.begin(what, total, "users");
        } else {
            progress.reach(done.users);
        }
    })
}

fn write_repaired(repaired: &Repaired, args: &RepairArgs, out: &mut dyn Write) -> Result<()> {
    if repaired.faults_total == 0 {
        writeln!(out, "nothing to repair")?;
        return Ok(());
    }
    let would = if args.dry_run { "would be " } else { "" };
    writeln!(
        out,
        "{would}repaired: {} written, {} removed, of which {} set aside",
        repaired.written, repaired.removed, repaired.set_aside
    )?;
    if let Some(aside) = args.aside.as_ref().filter(|_| repaired.set_aside > 0) {
        let aside = aside.display().to_string();
        let go = if args.dry_run {
            "would go to"
        } else {
            "are in"
        };
        writeln!(out, "the records that are set aside {go} {}", safe(&aside))?;
    }
    if repaired.seats_over > 0 {
        writeln!(out, "over the limit by {}", repaired.seats_over)?;
    }
    Ok(())
}

fn write_faults(faults: &[Fault], total: u64, out: &mut dyn Write) -> Result<()> {
    for fault in faults {
        writeln!(out, "{}", safe(&fault.to_string()))?;
    }
    let more = total - faults.len() as u64;
    if more > 0 {
        writeln!(out, "and {more} more")?;
    }
    Ok(())
}

fn plural(number: u64, what: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), what)
}

fn verified(verified: &Verified) -> Value {
    json!({
        "active": verified.active,
        "inactive": verified.inactive,
        "deleted": verified.deleted,
        "workspaces": verified.workspaces,
        "members": verified.members,
        "changes": verified.changes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_that_could_not_be_counted_are_null() {
        let repaired = Repaired::default();
        for (left, told) in [
            (None, Value::Null),
            (Some(&0), 0.into()),
            (Some(&2), 2.into()),
        ] {
            let report = report(&repaired, left, false);
            assert_eq!(report.get("faults_left"), Some(&told));
        }
    }

    #[test]
    fn what_is_left_is_counted_in_words() {
        refuse_left(0).unwrap();
        for (left, told) in [(1, "reach 1 fault;"), (2, "reach 2 faults;")] {
            let failure = refuse_left(left).unwrap_err();
            assert_eq!(failure.exit_code(), 4);
            let mut said = Vec::new();
            failure.write(&mut said, true).unwrap();
            assert!(String::from_utf8(said).unwrap().contains(told));
        }
    }
}
