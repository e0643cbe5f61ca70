//! What came of an import, as text and as JSON.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use headcount::{Applied, Seats, Subject, User};
use serde::Serialize;
use serde_json::{Value, json};

use super::obstacle::Obstacle;
use super::outcome::{Fate, Imported, cells, changed_fields, count_seat};
use super::plan::Plan;
use super::refusals::{ROWS_SHOWN_MAX, Refusals};
use super::{Format, Row};
use crate::failure::Result;
use crate::output::{Table, USER_HEADS, count, safe, write_json, write_json_list};

/// Users that a table of them is shown for.
const TABLE_ROWS_MAX: usize = 50;

/// The file, its rows, and what is wrong with some of them.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) files: &'a [ReadFile],
    pub(crate) rows: &'a [Row],
    pub(crate) refusals: &'a Refusals,
    /// What there is to say of the files.
    pub(crate) notes: &'a [String],
}

/// One of the files that were read.
#[derive(Debug, Serialize)]
pub(crate) struct ReadFile {
    pub(crate) file: String,
    pub(crate) format: Format,
    pub(crate) rows: usize,
}

/// What came of an import.
pub(crate) struct Report<'a> {
    source: Source<'a>,
    plan: &'a Plan,
    dry_run: bool,
    users: Vec<Imported>,
    sequence: Option<u64>,
    seats: Seats,
}

impl<'a> Report<'a> {
    /// Puts together what was planned and what was applied. `subjects` says whom
    /// each outcome is about: a candidate of the plan, or behind these an absent user.
    pub(crate) fn new(
        source: Source<'a>,
        plan: &'a Plan,
        subjects: &[usize],
        applied: &Applied,
        dry_run: bool,
    ) -> Self {
        let mut report = Self {
            source,
            plan,
            dry_run,
            users: Vec::with_capacity(plan.candidates.len()),
            sequence: applied.sequence,
            seats: plan.seats,
        };
        let mut next = 0;
        let mut last = None;
        for (outcome, subject) in applied.outcomes.iter().zip(subjects) {
            // A user who is updated and then activated has two operations.
            if last.replace(subject) == Some(subject) {
                continue;
            }
            report.skipped(next..*subject);
            next = subject + 1;
            let Subject::User(id) = outcome.subject else {
                continue;
            };
            if let Some(user) = applied.user(id) {
                report.push(*subject, user);
            }
        }
        report.skipped(next..plan.candidates.len());
        report
    }

    fn push(&mut self, subject: usize, user: &Arc<User>) {
        let candidates = &self.plan.candidates;
        let candidate = candidates.get(subject);
        let before = match candidate {
            Some(candidate) => candidate.user.as_ref(),
            None => self.plan.absent.get(subject - candidates.len()),
        };
        let changed = before.map_or_else(Vec::new, |before| changed_fields(before, user));
        let fate = match (candidate, before) {
            (None, _) => Fate::Deactivated,
            (_, None) => Fate::Created,
            (_, Some(_)) if changed.is_empty() => Fate::Unchanged,
            (_, Some(_)) => Fate::Updated,
        };
        if let Some(before) = before {
            count_seat(&mut self.seats, before, u64::wrapping_sub);
        }
        count_seat(&mut self.seats, user, u64::wrapping_add);
        self.users.push(Imported {
            user: user.clone(),
            fate,
            changed,
            without_seat: candidate.is_some_and(|candidate| candidate.without_seat),
            candidate: candidate.map(|_| subject),
        });
    }

    /// Adds the candidates that had no operation.
    fn skipped(&mut self, candidates: Range<usize>) {
        for index in candidates {
            let candidate = self.plan.candidates.get(index);
            if let Some(user) = candidate.and_then(|candidate| candidate.user.clone()) {
                self.users.push(Imported {
                    user,
                    fate: Fate::Skipped,
                    changed: Vec::new(),
                    without_seat: false,
                    candidate: Some(index),
                });
            }
        }
    }

    fn number_of(&self, fate: Fate) -> usize {
        self.users.iter().filter(|user| user.fate == fate).count()
    }

    /// How many users have each field changed.
    fn by_field(&self) -> BTreeMap<&str, usize> {
        let mut fields = BTreeMap::new();
        for user in &self.users {
            let mut last = "";
            for name in &user.changed {
                let field = name.split('.').next().unwrap_or_default();
                // The attributes of a user follow each other.
                if std::mem::replace(&mut last, field) != field {
                    *fields.entry(field).or_insert(0) += 1;
                }
            }
        }
        fields
    }

    /// What is not as the file has it of a user.
    fn notes(&self, imported: &Imported) -> Vec<String> {
        let candidate = imported
            .candidate
            .and_then(|at| self.plan.candidates.get(at));
        candidate.map_or_else(Vec::new, |candidate| {
            candidate.notes(&self.source.rows[candidate.row])
        })
    }

    pub(crate) fn write_json(&self, out: &mut dyn Write) -> Result<()> {
        write!(out, "{{")?;
        write_head(&self.source, out)?;
        let facts = json!({
            "dry_run": self.dry_run,
            "applied": !self.dry_run,
            "changed": self.sequence.is_some(),
            "created": self.number_of(Fate::Created),
            "updated": self.number_of(Fate::Updated),
            "unchanged": self.number_of(Fate::Unchanged),
            "skipped": self.number_of(Fate::Skipped),
            "deactivated": self.number_of(Fate::Deactivated),
            "by_field": self.by_field(),
            "notes": self.source.notes,
            "seats": self.seats,
        });
        write_members(&facts, out)?;
        out.write_all(b",")?;
        let invalid = self.source.refusals.json(self.source.rows);
        write_json_list(out, "invalid", invalid.into_iter().map(Ok))?;
        out.write_all(b",")?;
        let without_seat = self.users.iter().filter(|user| user.without_seat);
        write_json_list(
            out,
            "without_seat",
            without_seat.map(|user| Ok(self.json(user))),
        )?;
        out.write_all(b",")?;
        write_json_list(
            out,
            "users",
            self.users.iter().map(|user| Ok(self.json(user))),
        )?;
        writeln!(out, "}}")?;
        Ok(())
    }

    /// A user in JSON. A dry run has no ids to give to those it would create.
    fn json(&self, imported: &Imported) -> Value {
        let user = &imported.user;
        let is_drawn = self.dry_run && imported.fate == Fate::Created;
        json!({
            "id": (!is_drawn).then(|| user.id()),
            "email": user.email(),
            "username": user.username(),
            "active": user.is_active(),
            "admin": user.is_admin(),
            "result": imported.fate,
            "changed": imported.changed,
            "notes": self.notes(imported),
        })
    }

    pub(crate) fn write_text(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}", safe(&self.headline()))?;
        if !self.source.refusals.is_empty() {
            let skipped = count(self.source.refusals.len(), "row");
            let verb = if self.dry_run {
                "would be skipped"
            } else {
                "skipped"
            };
            writeln!(out, "{skipped} {verb}:")?;
            self.source.refusals.write(self.source.rows, out)?;
        }
        for note in self.source.notes {
            writeln!(out, "{}", safe(note))?;
        }
        if !self.users.is_empty() && self.users.len() <= TABLE_ROWS_MAX {
            self.write_table(out)?;
        }
        self.write_notes(out)?;
        self.write_without_seat(out)?;
        if self.users.len() > TABLE_ROWS_MAX && !self.dry_run {
            writeln!(out, "`headcount users list` shows them all")?;
        }
        writeln!(out, "{}", self.seats)?;
        Ok(())
    }

    fn headline(&self) -> String {
        let file = self.source.name;
        if self.sequence.is_none() {
            let users = count(self.users.len(), "user");
            return match self.users.len() {
                0 => format!("nothing to change: no users to import from {file}"),
                1 => format!("nothing to change: the {users} of {file} is as it was"),
                _ => format!("nothing to change: all {users} of {file} are as they were"),
            };
        }
        let told = self.told();
        if self.dry_run {
            return format!("dry run, nothing is written: of {file}, {told}");
        }
        let users = self.users.len() - self.number_of(Fate::Deactivated);
        format!("imported {} from {file}: {told}", count(users, "user"))
    }

    /// How many had which fate, and which fields changed.
    fn told(&self) -> String {
        let would_be = if self.dry_run { "would be " } else { "" };
        let mut told = vec![
            format!("{} {would_be}created", self.number_of(Fate::Created)),
            format!("{} updated", self.number_of(Fate::Updated)),
            format!("{} unchanged", self.number_of(Fate::Unchanged)),
        ];
        // What a plain import never does is not worth a zero.
        for (fate, what) in [
            (Fate::Skipped, "skipped"),
            (Fate::Deactivated, "deactivated who are not in it"),
        ] {
            match self.number_of(fate) {
                0 => {}
                number => told.push(format!("{number} {what}")),
            }
        }
        let told = told.join(", ");
        let fields = self.by_field();
        let fields = fields
            .iter()
            .map(|(field, users)| format!("{field} {users}"));
        match fields.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => told,
            fields => format!("{told} (changed fields: {fields})"),
        }
    }

    fn write_table(&self, out: &mut dyn Write) -> Result<()> {
        let [email, username, name, seat, admin] = USER_HEADS;
        writeln!(out)?;
        let heads = [email, username, name, seat, admin, "IMPORT"];
        let mut table = Table::new(heads, out);
        for imported in &self.users {
            table.push(cells(imported))?;
        }
        table.finish()?;
        writeln!(out)?;
        Ok(())
    }

    /// What is not as the file has it, of the first users for whom that is so.
    fn write_notes(&self, out: &mut dyn Write) -> Result<()> {
        let noted = self.users.iter().filter_map(|user| {
            let notes = self.notes(user);
            (!notes.is_empty()).then_some((user, notes))
        });
        let mut more = 0;
        for (index, (imported, notes)) in noted.enumerate() {
            if index == 0 {
                writeln!(out, "not as in the file:")?;
            }
            if index >= ROWS_SHOWN_MAX {
                more += 1;
                continue;
            }
            let email = imported.user.email();
            writeln!(out, "  {}", safe(&format!("{email}: {}", notes.join("; "))))?;
        }
        if more > 0 {
            writeln!(out, "  and {more} more; --json lists them all")?;
        }
        Ok(())
    }

    fn write_without_seat(&self, out: &mut dyn Write) -> Result<()> {
        let without: Vec<_> = self.users.iter().filter(|user| user.without_seat).collect();
        if without.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "no seat for {}, inactive until there is one:",
            count(without.len(), "user")
        )?;
        for imported in without.iter().take(ROWS_SHOWN_MAX) {
            writeln!(out, "  {}", safe(imported.user.email().as_str()))?;
        }
        if without.len() > ROWS_SHOWN_MAX {
            let more = without.len() - ROWS_SHOWN_MAX;
            writeln!(out, "  and {more} more; --json lists them all")?;
        }
        Ok(())
    }
}

/// Writes the document of an import that was refused, to be read beside the error.
pub(crate) fn write_refused(
    source: &Source<'_>,
    obstacle: Option<&Obstacle>,
    dry_run: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let mut document = json!({
        "file": source.name,
        "format": source.files.first().map(|file| file.format),
        "files": source.files,
        "rows": source.rows.len(),
        "dry_run": dry_run,
        "applied": false,
        "changed": false,
        "notes": source.notes,
    });
    document["invalid"] = source.refusals.json(source.rows).into();
    let blamed = obstacle.map(|obstacle| obstacle.json(source.rows));
    document["blamed"] = blamed.unwrap_or_default().into();
    write_json(out, &document)
}

fn write_head(source: &Source<'_>, out: &mut dyn Write) -> Result<()> {
    let format = source.files.first().map(|file| file.format);
    write!(
        out,
        "\"file\":{},\"format\":{},\"files\":{},\"rows\":{}",
        json!(source.name),
        json!(format),
        json!(source.files),
        source.rows.len()
    )?;
    Ok(())
}

fn write_members(members: &Value, out: &mut dyn Write) -> Result<()> {
    for (name, value) in members.as_object().into_iter().flatten() {
        write!(out, ",{}:{value}", Value::from(name.as_str()))?;
    }
    Ok(())
}
