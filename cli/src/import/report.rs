//! What came of an import, as text and as JSON.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use headcount::{Applied, Seats, Subject, User};
use serde::Serialize;
use serde_json::{Value, json};

use super::plan::Plan;
use super::refusals::{ROWS_SHOWN_MAX, Refusals};
use super::{Format, Row};
use crate::failure::Result;
use crate::output::{Table, USER_HEADS, count, safe, user_cells, write_json, write_json_list};

/// Users that a table of them is shown for.
const TABLE_ROWS_MAX: usize = 50;

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    Created,
    Updated,
    Unchanged,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A user of the file, as the import leaves them.
struct Imported {
    user: Arc<User>,
    fate: Fate,
    without_seat: bool,
}

/// The file, its rows, and what is wrong with some of them.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) format: Format,
    pub(crate) rows: &'a [Row],
    pub(crate) refusals: &'a Refusals,
}

/// What came of an import.
pub(crate) struct Report<'a> {
    source: Source<'a>,
    dry_run: bool,
    users: Vec<Imported>,
    sequence: Option<u64>,
    seats: Seats,
}

impl<'a> Report<'a> {
    /// Puts together what was planned and what was applied. `candidates` says which
    /// candidate of the plan each outcome is for.
    pub(crate) fn new(
        source: Source<'a>,
        plan: &Plan,
        candidates: &[usize],
        applied: &Applied,
        dry_run: bool,
    ) -> Self {
        let mut users: Vec<Imported> = Vec::with_capacity(plan.candidates.len());
        let mut seats = plan.seats;
        let mut last = None;
        for (outcome, index) in applied.outcomes.iter().zip(candidates) {
            let candidate = &plan.candidates[*index];
            let fate = match &candidate.user {
                None => Fate::Created,
                Some(_) if outcome.changed => Fate::Updated,
                Some(_) => Fate::Unchanged,
            };
            // A user who is updated and then activated has two operations.
            if last.replace(index) == Some(index) {
                if let Some(user) = users.last_mut().filter(|_| fate == Fate::Updated) {
                    user.fate = fate;
                }
                continue;
            }
            let Subject::User(id) = outcome.subject else {
                continue;
            };
            let Some(user) = applied.user(id).cloned() else {
                continue;
            };
            if let Some(before) = &candidate.user {
                count_seat(&mut seats, before, u64::wrapping_sub);
            }
            count_seat(&mut seats, &user, u64::wrapping_add);
            users.push(Imported {
                user,
                fate,
                without_seat: candidate.without_seat,
            });
        }
        Self {
            source,
            dry_run,
            users,
            sequence: applied.sequence,
            seats,
        }
    }

    fn number_of(&self, fate: Fate) -> usize {
        self.users.iter().filter(|user| user.fate == fate).count()
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
        if !self.users.is_empty() && self.users.len() <= TABLE_ROWS_MAX {
            self.write_table(out)?;
        }
        self.write_without_seat(out)?;
        if self.users.len() > TABLE_ROWS_MAX && !self.dry_run {
            writeln!(out, "`headcount users list` shows them all")?;
        }
        writeln!(out, "{}", self.seats)?;
        Ok(())
    }

    fn headline(&self) -> String {
        let file = self.source.name;
        let unchanged = self.number_of(Fate::Unchanged);
        if self.sequence.is_none() {
            let users = count(self.users.len(), "user");
            return match self.users.len() {
                0 => format!("nothing to change: no users to import from {file}"),
                1 => format!("nothing to change: the {users} of {file} is as it was"),
                _ => format!("nothing to change: all {users} of {file} are as they were"),
            };
        }
        let [created, updated] = [Fate::Created, Fate::Updated].map(|fate| self.number_of(fate));
        if self.dry_run {
            return format!(
                "dry run, nothing is written: of {file}, {created} would be created, \
                 {updated} updated, {unchanged} unchanged"
            );
        }
        format!(
            "imported {} from {file}: {created} created, {updated} updated, {unchanged} unchanged",
            count(self.users.len(), "user")
        )
    }

    fn write_table(&self, out: &mut dyn Write) -> Result<()> {
        let [email, username, name, seat, admin] = USER_HEADS;
        writeln!(out)?;
        let mut table = Table::new([email, username, name, seat, admin, "IMPORT"], out);
        for imported in &self.users {
            table.push(&cells(imported))?;
        }
        table.finish()?;
        writeln!(out)?;
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

fn cells(imported: &Imported) -> [Cow<'_, str>; 6] {
    let [email, username, name, seat, admin] = user_cells(&imported.user);
    [
        email,
        username,
        name,
        seat,
        admin,
        imported.fate.name().into(),
    ]
}

fn count_seat(seats: &mut Seats, user: &User, add: fn(u64, u64) -> u64) {
    let total = if user.is_active() {
        &mut seats.active
    } else {
        &mut seats.inactive
    };
    *total = add(*total, 1);
}

/// Writes the document of an import that was refused, to be read beside the error.
pub(crate) fn write_refused(source: &Source<'_>, dry_run: bool, out: &mut dyn Write) -> Result<()> {
    let mut document = json!({
        "file": source.name,
        "format": source.format,
        "rows": source.rows.len(),
        "dry_run": dry_run,
        "applied": false,
        "changed": false,
    });
    document["invalid"] = source.refusals.json(source.rows).into();
    write_json(out, &document)
}

fn write_head(source: &Source<'_>, out: &mut dyn Write) -> Result<()> {
    let head = json!({
        "file": source.name,
        "format": source.format,
        "rows": source.rows.len(),
    });
    write!(out, "\"file\":{},", head["file"])?;
    write!(
        out,
        "\"format\":{},\"rows\":{}",
        head["format"], head["rows"]
    )?;
    Ok(())
}

fn write_members(members: &Value, out: &mut dyn Write) -> Result<()> {
    for (name, value) in members.as_object().into_iter().flatten() {
        write!(out, ",{}:{value}", Value::from(name.as_str()))?;
    }
    Ok(())
}
