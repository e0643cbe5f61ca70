//! `headcount batch`: operations from a file, as one request.

use std::borrow::Cow;
use std::io::Write;

use headcount::{Applied, ErrorKind, Outcome, Seats, Subject};
use serde_json::{Map, Value, json};

use super::culprits::{blame, culprits};
use super::naming::email_of;
use super::seats_after::seats_after;
use super::{Store, input, note_effect, refusal};
use crate::args::BatchArgs;
use crate::directory::Directory;
use crate::failure::{CommandRefusal, Failure, Result};
use crate::import::encoding::{decode_unicode, refuse_second_mark};
use crate::ops::{self, Operation, Unreadable};
use crate::output::{Table, count, safe, write_json_list, write_members};
use crate::ownerless::Ownerless;
use crate::progress::Progress;

/// Maximum lines that a message lists.
const LINES_SHOWN_MAX: usize = 20;

pub(super) fn run(
    store: &Store<'_>,
    args: &BatchArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let file = input::name_of(&args.file);
    let operations = read(&file, args)?;
    let doing = if args.dry_run { "trying" } else { "applying" };
    let what = format!("{doing} {} of {file}", count(operations.len(), "operation"));
    let progress = Progress::of_long(&what, json);
    let (directory, applied) = carry_out(store, args, &operations, &file)?;
    drop(progress);
    let report = Report {
        file: &file,
        operations: &operations,
        applied: &applied,
        directory: &directory,
        dry_run: args.dry_run,
    };
    if json {
        report.write_json(out)?;
    } else {
        report.write_text(out)?;
    }
    Ok(directory.close()?)
}

fn carry_out(
    store: &Store<'_>,
    args: &BatchArgs,
    operations: &[Operation],
    file: &str,
) -> Result<(Directory, Applied)> {
    let mut batch = args.ownerless.on(operations
        .iter()
        .map(|operation| operation.step.clone())
        .collect());
    if let Some(id) = args.request_id {
        batch = batch.request_id(id);
    }
    let try_on = |directory: &Directory, dry: bool| {
        let applied = if dry {
            directory.dry_run(batch.clone())
        } else {
            directory.apply(batch.clone()).inspect(note_effect)
        };
        applied.map_err(|error| {
            if error.op_index().is_none() {
                let behind = behind(&error, directory, operations);
                let mut failure = refused(&[error], operations, file);
                blame(&mut failure, "operations", behind);
                return failure;
            }
            // One mistake can make others, and the first is not always its cause.
            match directory.preview(batch.clone()) {
                Ok(all) if !all.is_empty() => refused(&all, operations, file),
                _ => refused(&[error], operations, file),
            }
        })
    };
    if !store.is_missing() {
        let directory = if args.dry_run {
            store.open_to_try()?
        } else {
            store.open_to_change()?
        };
        let applied = try_on(&directory, args.dry_run)?;
        return Ok((directory, applied));
    }
    // No file is created if the batch would be refused.
    let empty = store.in_memory()?;
    let applied = try_on(&empty, true)?;
    if args.dry_run {
        return Ok((empty, applied));
    }
    let directory = store.open_or_create()?;
    let applied = try_on(&directory, false)?;
    Ok((directory, applied))
}

/// The operations that cause a refusal of the net result, in words and as JSON.
fn behind(
    error: &headcount::Error,
    directory: &Directory,
    operations: &[Operation],
) -> Vec<(String, Value)> {
    let steps: Vec<_> = operations.iter().map(|one| one.step.clone()).collect();
    let culprits = culprits(directory, error, &steps).into_iter();
    let culprits = culprits.filter_map(|index| operations.get(index));
    let told = culprits.map(|Operation { line, name, .. }| {
        let json = json!({ "line": line, "op": name });
        (format!("line {line}, {name}"), json)
    });
    told.collect()
}

fn read(file: &str, args: &BatchArgs) -> Result<Vec<Operation>> {
    let bytes = input::read(&args.file, input::OPERATIONS)?;
    let unreadable_file =
        |problem| Failure::refused("unreadable_file", format!("can't read {file}: {problem}"));
    let text = decode_unicode(&bytes).map_err(unreadable_file)?;
    refuse_second_mark(&text).map_err(unreadable_file)?;
    ops::parse(&text).map_err(|lines| unreadable(&lines, file))
}

/// The refusal of a file with lines that are not operations.
fn unreadable(lines: &[Unreadable], file: &str) -> Failure {
    let lines_of = count(lines.len(), "line");
    let verb = if lines.len() == 1 { "is" } else { "are" };
    let mut notes: Vec<_> = lines
        .iter()
        .take(LINES_SHOWN_MAX)
        .map(|Unreadable { line, reason }| format!("  line {line}: {reason}"))
        .collect();
    if lines.len() > LINES_SHOWN_MAX {
        let more = lines.len() - LINES_SHOWN_MAX;
        notes.push(format!("  and {more} more; --json lists them all"));
    }
    let invalid: Vec<_> = lines
        .iter()
        .map(|Unreadable { line, reason }| json!({ "line": line, "reason": reason }))
        .collect();
    Failure::Refused(CommandRefusal {
        kind: "invalid_lines",
        message: format!("{lines_of} of {file} {verb} not an operation; nothing was changed"),
        notes,
        details: Map::from_iter([("invalid".to_owned(), invalid.into())]),
    })
    .with_help("`headcount batch --help` describes the operations")
}

/// The refusal of the batch, with the lines that are to blame if there are any.
fn refused(errors: &[headcount::Error], operations: &[Operation], file: &str) -> Failure {
    let Some((first, rest)) = errors.split_first() else {
        return Failure::refused("other", "the batch was refused; nothing was changed");
    };
    let mut failure = refusal(first.clone());
    let Failure::Refused(told) = &mut failure else {
        return failure;
    };
    let place = |error: &headcount::Error| operations.get(error.op_index()?);
    if let Some(Operation { line, name, .. }) = place(first) {
        told.message = format!("line {line} of {file}, {name}: {}", told.message);
        told.details.insert("line".to_owned(), (*line).into());
        let name = name.as_str().into();
        told.details.insert("op".to_owned(), name);
        let all = errors.iter().map(|error| {
            json!({
                "line": place(error).map(|operation| operation.line),
                "kind": error.kind().name(),
                "message": error.to_string(),
            })
        });
        told.details.insert("refused".to_owned(), all.collect());
    }
    for error in rest.iter().take(LINES_SHOWN_MAX) {
        if let Some(Operation { line, name, .. }) = place(error) {
            told.notes.push(format!("line {line}, {name}: {error}"));
        }
    }
    if rest.len() > LINES_SHOWN_MAX {
        let more = rest.len() - LINES_SHOWN_MAX;
        told.notes
            .push(format!("and {more} more; --json lists them all"));
    }
    if first.kind() != ErrorKind::OutcomeUnknown {
        told.notes.push("nothing was changed".to_owned());
    }
    failure
}

/// The outcomes of the operations.
struct Report<'a> {
    file: &'a str,
    operations: &'a [Operation],
    applied: &'a Applied,
    directory: &'a Directory,
    dry_run: bool,
}

impl Report<'_> {
    fn outcomes(&self) -> impl Iterator<Item = (&Operation, &Outcome)> {
        self.operations.iter().zip(&self.applied.outcomes)
    }

    fn number_changed(&self) -> usize {
        let outcomes = self.applied.outcomes.iter();
        outcomes.filter(|outcome| outcome.changed).count()
    }

    fn write_json(&self, out: &mut dyn Write) -> Result<()> {
        let Applied { replayed, .. } = *self.applied;
        let sequence = self.applied.sequence.filter(|_| !self.dry_run);
        write!(
            out,
            "{{\"file\":{},\"dry_run\":{},\"changed\":{},\"replayed\":{replayed},\
             \"sequence\":{},\"seats\":",
            json!(self.file),
            self.dry_run,
            !replayed && self.number_changed() > 0,
            json!(sequence),
        )?;
        serde_json::to_writer(&mut *out, &self.seats()?)?;
        out.write_all(b",")?;
        let outcomes = self
            .outcomes()
            .map(|(operation, outcome)| self.outcome_json(operation, outcome));
        write_json_list(out, "outcomes", outcomes)?;
        let mut rest = json!({});
        self.ownerless(true).add_to(&mut rest, self.dry_run);
        write_members(&rest, out)?;
        writeln!(out, "}}")?;
        Ok(())
    }

    fn seats(&self) -> Result<Seats> {
        let ops = self.operations.iter().map(|operation| &operation.step.op);
        seats_after(self.directory, ops, self.applied, self.dry_run)
    }

    fn ownerless(&self, json: bool) -> Ownerless {
        Ownerless::find(self.directory, &self.applied.ownerless, json)
    }

    fn outcome_json(&self, operation: &Operation, outcome: &Outcome) -> headcount::Result<Value> {
        let mut told = json!({
            "line": operation.line,
            "op": operation.name,
            "changed": outcome.changed,
            "version": outcome.version,
        });
        let (workspace, user) = match outcome.subject {
            Subject::User(user) => (None, Some(user)),
            Subject::Workspace(workspace) => (Some(workspace), None),
            Subject::Member(workspace, user) => (Some(workspace), Some(user)),
            _ => (None, None),
        };
        if let Some(id) = workspace {
            let is_drawn = self.dry_run && self.directory.workspace(id)?.is_none();
            told["workspace"] = json!((!is_drawn).then_some(id));
        }
        if let Some(id) = user {
            let is_drawn = self.dry_run && self.directory.user_by_id(id)?.is_none();
            told["user"] = json!((!is_drawn).then_some(id));
        }
        Ok(told)
    }

    fn write_text(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}", safe(&self.headline()))?;
        if !self.operations.is_empty() {
            writeln!(out)?;
            let mut table = Table::new(["LINE", "OP", "ABOUT", "RESULT", "VERSION"], out);
            for (operation, outcome) in self.outcomes() {
                let result = if outcome.changed {
                    "changed"
                } else {
                    "unchanged"
                };
                let version: Cow<'_, str> = match outcome.version {
                    0 => "-".into(),
                    version => version.to_string().into(),
                };
                table.push([
                    operation.line.to_string().into(),
                    operation.name.as_str().into(),
                    self.about(outcome.subject)?.into(),
                    result.into(),
                    version,
                ])?;
            }
            table.finish()?;
        }
        writeln!(out)?;
        self.ownerless(false).write(self.dry_run, out)?;
        let then = if self.dry_run { "then: " } else { "" };
        writeln!(out, "{then}{}", self.seats()?)?;
        Ok(())
    }

    fn headline(&self) -> String {
        let Self { file, applied, .. } = self;
        let operations = count(self.operations.len(), "operation");
        let changed = self.number_changed();
        if applied.replayed {
            let sequence = applied.sequence.unwrap_or_default();
            return format!(
                "nothing to do: the request was applied before, as change {sequence}; \
                 this is what came of it"
            );
        }
        if self.dry_run {
            return format!(
                "dry run, nothing is written: {changed} of {operations} from {file} would \
                 change something"
            );
        }
        if changed == 0 {
            return format!("nothing to change: {operations} from {file}");
        }
        format!("applied {operations} from {file}: {changed} changed something")
    }

    /// The user or workspace that an operation concerned, by its current name.
    fn about(&self, subject: Subject) -> Result<String> {
        let user = |id| match self.applied.user(id) {
            Some(user) => Ok(user.email().to_string()),
            None => email_of(self.directory, id),
        };
        let workspace = |id| -> Result<_> {
            let found = self.directory.workspace(id)?;
            Ok(found.map_or_else(|| format!("id:{id}"), |found| found.name().to_owned()))
        };
        Ok(match subject {
            Subject::User(id) => user(id)?,
            Subject::License => "license".to_owned(),
            Subject::Workspace(id) => workspace(id)?,
            Subject::Member(id, member) => format!("{} in {}", user(member)?, workspace(id)?),
            _ => "-".to_owned(),
        })
    }
}
