//! The report of an import, as text and as JSON.

use std::collections::BTreeMap;
use std::io::Write;

use headcount::Seats;
use serde::Serialize;
use serde_json::{Value, json};

use super::candidate::Candidate;
use super::obstacle::Obstacle;
use super::outcome::{Fate, Imported, Outcomes, cells, count_seat};
use super::refusals::{ROWS_SHOWN_MAX, Refusals, RowFaults};
use super::remarks::Remarks;
use super::results::ShownUser;
use super::{Format, Rows};
use crate::failure::Result;
use crate::output::{Table, USER_HEADS, count, safe, write_json_list, write_members};
use crate::ownerless::Ownerless;

/// Users that a table of them is shown for.
const TABLE_ROWS_MAX: usize = 50;

/// The file, its rows, and what is wrong with some of them.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) files: &'a [ReadFile],
    pub(crate) rows: &'a Rows,
    pub(crate) refusals: &'a Refusals,
    /// Notes about the files.
    pub(crate) remarks: &'a Remarks,
}

/// One of the files that were read.
#[derive(Debug, Serialize)]
pub(crate) struct ReadFile {
    pub(crate) file: String,
    pub(crate) format: Format,
    pub(crate) rows: usize,
}

/// The report of an import.
pub(crate) struct Report<'a> {
    source: Source<'a>,
    outcomes: Outcomes<'a>,
    dry_run: bool,
    fates: BTreeMap<Fate, usize>,
    /// How many users have each field changed.
    by_field: BTreeMap<String, usize>,
    without_seat: usize,
    seats: Seats,
}

impl<'a> Report<'a> {
    pub(crate) fn new(source: Source<'a>, outcomes: Outcomes<'a>, dry_run: bool) -> Self {
        let (mut fates, mut by_field) = (BTreeMap::new(), BTreeMap::new());
        let (mut without_seat, mut seats) = (0, outcomes.plan.seats);
        for imported in outcomes.each() {
            *fates.entry(imported.fate).or_insert(0) += 1;
            without_seat += usize::from(imported.without_seat);
            let mut last = "";
            for name in imported.changed {
                let field = name.split('.').next().unwrap_or_default();
                // The attributes of a user follow each other.
                if std::mem::replace(&mut last, field) != field {
                    *by_field.entry(field.to_owned()).or_insert(0) += 1;
                }
            }
            if imported.fate == Fate::Created {
                count_seat(&mut seats, imported.active, u64::wrapping_add);
            } else if imported.changed.iter().any(|field| field == "active") {
                count_seat(&mut seats, imported.active, u64::wrapping_add);
                count_seat(&mut seats, !imported.active, u64::wrapping_sub);
            }
        }
        Self {
            source,
            outcomes,
            dry_run,
            fates,
            by_field,
            without_seat,
            seats,
        }
    }

    fn number_of(&self, fate: Fate) -> usize {
        self.fates.get(&fate).copied().unwrap_or(0)
    }

    /// How many users it is about.
    fn users(&self) -> usize {
        self.fates.values().sum()
    }

    fn noted(&self, imported: &Imported<'_>) -> Option<&Candidate> {
        let candidate = self.outcomes.plan.candidates.get(imported.number)?;
        candidate.is_noted().then_some(candidate)
    }

    /// Where the result for a user differs from the file.
    fn notes(&self, imported: &Imported<'_>) -> Vec<String> {
        self.noted(imported).map_or_else(Vec::new, |candidate| {
            candidate.notes(&self.source.rows.get(candidate.row))
        })
    }

    pub(crate) fn write_json(&self, out: &mut dyn Write) -> Result<()> {
        write!(out, "{{")?;
        write_head(&self.source, out)?;
        let mut facts = json!({
            "dry_run": self.dry_run,
            "applied": !self.dry_run,
            "changed": self.outcomes.results.changes,
            "created": self.number_of(Fate::Created),
            "updated": self.number_of(Fate::Updated),
            "unchanged": self.number_of(Fate::Unchanged),
            "skipped": self.number_of(Fate::Skipped),
            "deactivated": self.number_of(Fate::Deactivated),
            "by_field": self.by_field,
            "seats": self.seats,
        });
        self.source.remarks.add_to(&mut facts);
        self.ownerless(true).add_to(&mut facts, self.dry_run);
        write_members(&facts, out)?;
        out.write_all(b",")?;
        let invalid = self.source.refusals.json(self.source.rows);
        write_json_list(out, "invalid", invalid.map(Ok))?;
        out.write_all(b",")?;
        let json = |told: headcount::Result<(Imported<'_>, ShownUser)>| {
            told.map(|(imported, user)| self.json(&imported, &user))
        };
        let without_seat = self.outcomes.users(|user| user.without_seat).map(json);
        write_json_list(out, "without_seat", without_seat)?;
        out.write_all(b",")?;
        write_json_list(out, "users", self.outcomes.users(|_| true).map(json))?;
        writeln!(out, "}}")?;
        Ok(())
    }

    /// A user in JSON. A dry run has no ids to give to those it would create.
    fn json(&self, imported: &Imported<'_>, user: &ShownUser) -> Value {
        let is_drawn = self.dry_run && imported.fate == Fate::Created;
        json!({
            "id": (!is_drawn).then_some(user.id),
            "email": user.email,
            "username": user.username,
            "active": user.active,
            "admin": user.admin,
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
        for note in &self.source.remarks.notes {
            writeln!(out, "{}", safe(note))?;
        }
        if (1..=TABLE_ROWS_MAX).contains(&self.users()) {
            self.write_table(out)?;
        }
        self.write_notes(out)?;
        self.write_without_seat(out)?;
        if self.users() > TABLE_ROWS_MAX && !self.dry_run {
            writeln!(out, "`headcount users list` shows them all")?;
        }
        self.ownerless(false).write(self.dry_run, out)?;
        writeln!(out, "{}", self.seats)?;
        Ok(())
    }

    fn ownerless(&self, json: bool) -> Ownerless {
        let Outcomes {
            results, directory, ..
        } = &self.outcomes;
        Ownerless::find(directory, &results.ownerless, json)
    }

    fn headline(&self) -> String {
        let file = self.source.name;
        if !self.outcomes.results.changes {
            let users = count(self.users(), "user");
            return match self.users() {
                0 => format!("nothing to change: no users to import from {file}"),
                1 => format!("nothing to change: the {users} of {file} is as it was"),
                _ => format!("nothing to change: all {users} of {file} are as they were"),
            };
        }
        let told = self.told();
        if self.dry_run {
            return format!("dry run, nothing is written: of {file}, {told}");
        }
        let users = self.users() - self.number_of(Fate::Deactivated);
        format!("imported {} from {file}: {told}", count(users, "user"))
    }

    /// The number of users by outcome, and of changes by field.
    fn told(&self) -> String {
        let would_be = if self.dry_run { "would be " } else { "" };
        let mut told = vec![
            format!("{} {would_be}created", self.number_of(Fate::Created)),
            format!("{} updated", self.number_of(Fate::Updated)),
            format!("{} unchanged", self.number_of(Fate::Unchanged)),
        ];
        // Zeros are left out for what a plain import never does.
        for (fate, what) in [
            (Fate::Skipped, "skipped"),
            (Fate::Deactivated, "deactivated (not in the file)"),
        ] {
            match self.number_of(fate) {
                0 => {}
                number => told.push(format!("{number} {what}")),
            }
        }
        let told = told.join(", ");
        let fields = self
            .by_field
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
        for imported in self.outcomes.users(|_| true) {
            let (imported, user) = imported?;
            table.push(cells(&imported, &user))?;
        }
        table.finish()?;
        writeln!(out)?;
        Ok(())
    }

    /// Writes where the result differs from the file, for the first such users.
    fn write_notes(&self, out: &mut dyn Write) -> Result<()> {
        let is_noted = |imported: &Imported<'_>| self.noted(imported).is_some();
        let number = self.outcomes.each().filter(is_noted).count();
        if number == 0 {
            return Ok(());
        }
        writeln!(out, "not as in the file:")?;
        for imported in self.outcomes.users(is_noted).take(ROWS_SHOWN_MAX) {
            let (imported, user) = imported?;
            let notes = self.notes(&imported).join("; ");
            writeln!(out, "  {}", safe(&format!("{}: {notes}", user.email)))?;
        }
        let more = number.saturating_sub(ROWS_SHOWN_MAX);
        if more > 0 {
            writeln!(out, "  and {more} more; --json lists them all")?;
        }
        Ok(())
    }

    fn write_without_seat(&self, out: &mut dyn Write) -> Result<()> {
        if self.without_seat == 0 {
            return Ok(());
        }
        writeln!(
            out,
            "no seat for {}, inactive until somebody activates them:",
            count(self.without_seat, "user")
        )?;
        let without = self.outcomes.users(|user| user.without_seat);
        for imported in without.take(ROWS_SHOWN_MAX) {
            let (_, user) = imported?;
            writeln!(out, "  {}", safe(&user.email))?;
        }
        let more = self.without_seat.saturating_sub(ROWS_SHOWN_MAX);
        if more > 0 {
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
    write!(out, "{{")?;
    write_head(source, out)?;
    let mut facts = json!({
        "dry_run": dry_run,
        "applied": false,
        "changed": false,
    });
    source.remarks.add_to(&mut facts);
    write_members(&facts, out)?;
    out.write_all(b",")?;
    let invalid = source.refusals.json(source.rows);
    write_json_list(out, "invalid", invalid.map(Ok))?;
    out.write_all(b",")?;
    let blamed = obstacle.into_iter();
    let blamed = blamed.flat_map(|obstacle| obstacle.json(source.rows));
    write_json_list(out, "blamed", blamed.map(Ok))?;
    writeln!(out, "}}")?;
    Ok(())
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
