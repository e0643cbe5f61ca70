//! What importing rows means for a directory: who is who, who gets a seat, and
//! the one batch that makes it so.

use std::collections::{HashMap, hash_map};
use std::sync::Arc;

use headcount::{Batch, Directory, Email, Error, NewUser, Op, Seats, User, UserUpdate, Username};

use super::Row;
use super::refusals::Refusals;
use super::seats::{Shares, share_out};
use crate::args::{TEMPLATE_USERNAME, WhenFull};
use crate::failure::{Result, kind_name};

/// How to import.
#[derive(Clone, Copy)]
pub(crate) struct Options<'a> {
    pub(crate) when_full: WhenFull,
    pub(crate) skip_invalid: bool,
    pub(crate) email_template: Option<&'a str>,
}

/// A row that can be taken as far as is known, and what it means.
pub(crate) struct Candidate {
    /// The row's number in the file.
    pub(crate) row: usize,
    /// The user it is about, if they are there already.
    pub(crate) user: Option<Arc<User>>,
    /// The row's address, or one made of its username.
    email: Option<String>,
    /// Whether the user is to be active.
    pub(crate) active: bool,
    /// Whether they would be, if there were a seat.
    pub(crate) without_seat: bool,
}

/// What an import is going to do.
pub(crate) struct Plan {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) shares: Shares,
    pub(crate) seats: Seats,
    /// Why the directory would not take the batch as a whole.
    pub(crate) obstacle: Option<Error>,
}

/// Operations, and the candidate that each is for.
pub(crate) struct Operations {
    pub(crate) batch: Batch,
    pub(crate) candidates: Vec<usize>,
}

impl Plan {
    /// Makes a plan that `directory` would accept. Rows that it would not are
    /// added to `refusals` and left out; when they are to be skipped, the others
    /// are looked at again without them.
    pub(crate) fn make(
        directory: &Directory,
        rows: &[Row],
        options: Options<'_>,
        refusals: &mut Refusals,
    ) -> Result<Self> {
        loop {
            let mut plan = Self::draft(directory, rows, options, refusals)?;
            let operations = plan.operations(rows);
            let known = refusals.len();
            for refusal in directory.preview(operations.batch)? {
                let candidate = refusal
                    .op_index()
                    .and_then(|op| operations.candidates.get(op));
                match candidate {
                    Some(candidate) => {
                        let row = plan.candidates[*candidate].row;
                        refusals.add(row, kind_name(refusal.kind()), refusal.to_string());
                    }
                    None => plan.obstacle = Some(refusal),
                }
            }
            if refusals.len() == known || !options.skip_invalid {
                return Ok(plan);
            }
        }
    }

    fn draft(
        directory: &Directory,
        rows: &[Row],
        options: Options<'_>,
        refusals: &mut Refusals,
    ) -> Result<Self> {
        let mut candidates = match_by_id(directory, rows, options.email_template, refusals)?;
        refuse_duplicates(&candidates, rows, refusals);
        candidates.retain(|candidate| !refusals.has(candidate.row));
        match_by_email(directory, rows, &mut candidates, refusals)?;
        candidates.retain(|candidate| !refusals.has(candidate.row));
        let seats = directory.seats()?;
        let shares = share_out(&mut candidates, rows, &seats, options.when_full);
        Ok(Self {
            candidates,
            shares,
            seats,
            obstacle: None,
        })
    }

    /// The batch that carries the plan out.
    pub(crate) fn operations(&self, rows: &[Row]) -> Operations {
        let mut operations = Operations {
            batch: Batch::new(),
            candidates: Vec::with_capacity(self.candidates.len()),
        };
        for (index, candidate) in self.candidates.iter().enumerate() {
            let row = &rows[candidate.row];
            let mut push = |op| {
                operations.batch.push(op);
                operations.candidates.push(index);
            };
            let Some(user) = &candidate.user else {
                push(Op::CreateUser(new_user(row, candidate)));
                continue;
            };
            push(Op::UpdateUser(user.id().into(), update(row, candidate)));
            match (user.is_active(), candidate.active) {
                (false, true) => push(Op::ActivateUser(user.id().into())),
                (true, false) => push(Op::DeactivateUser(user.id().into())),
                _ => {}
            }
        }
        operations
    }
}

/// Takes the rows that are not refused, with the users whom their ids name.
fn match_by_id(
    directory: &Directory,
    rows: &[Row],
    template: Option<&str>,
    refusals: &Refusals,
) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        if refusals.has(index) {
            continue;
        }
        let user = match row.id {
            Some(id) => directory.user_by_id(id)?,
            None => None,
        };
        // A user who is there has an address, and the file has no other.
        let made_up = match (&user, template, &row.username) {
            (None, Some(template), Some(username)) => {
                Some(template.replace(TEMPLATE_USERNAME, username.trim_ascii()))
            }
            _ => None,
        };
        candidates.push(Candidate {
            row: index,
            user,
            email: row.email.clone().or(made_up),
            active: true,
            without_seat: false,
        });
    }
    Ok(candidates)
}

/// Refuses rows whose id, email or username an earlier one has.
fn refuse_duplicates(candidates: &[Candidate], rows: &[Row], refusals: &mut Refusals) {
    let mut ids = HashMap::new();
    let mut emails = HashMap::new();
    let mut usernames = HashMap::new();
    for candidate in candidates {
        let row = &rows[candidate.row];
        let id = row.id.map(|id| earlier(&mut ids, id, candidate.row));
        let email = candidate
            .email
            .as_deref()
            .and_then(|text| Email::parse(text).ok());
        let email = email.map(|email| earlier(&mut emails, email.key().to_owned(), candidate.row));
        // One with an @ is the email, or else is refused for not being it.
        let username = row
            .username
            .as_deref()
            .and_then(|text| Username::parse(text).ok());
        let username =
            username.map(|name| earlier(&mut usernames, name.key().to_owned(), candidate.row));
        for (what, first) in [("id", id), ("email", email), ("username", username)] {
            if let Some(first) = first.flatten() {
                refuse_duplicate(candidate.row, what, first, rows, refusals);
                break;
            }
        }
    }
}

/// The earlier row with this key, or else remembers that `row` has it.
fn earlier<K: Eq + std::hash::Hash>(
    seen: &mut HashMap<K, usize>,
    key: K,
    row: usize,
) -> Option<usize> {
    match seen.entry(key) {
        hash_map::Entry::Occupied(first) => Some(*first.get()),
        hash_map::Entry::Vacant(entry) => {
            entry.insert(row);
            None
        }
    }
}

fn refuse_duplicate(row: usize, what: &str, first: usize, rows: &[Row], refusals: &mut Refusals) {
    let first = rows[first].place;
    let reason = format!("it has the same {what} as {first}; take one of them out");
    refusals.add(row, "duplicate", reason);
}

/// Finds the users of the rows whose id did not, by their email. Whom a row names
/// by id is spoken for: their email may go to another row.
fn match_by_email(
    directory: &Directory,
    rows: &[Row],
    candidates: &mut [Candidate],
    refusals: &mut Refusals,
) -> Result<()> {
    let named: HashMap<_, _> = candidates
        .iter()
        .filter_map(|candidate| {
            let keeps_email = candidate.email.is_none();
            Some((candidate.user.as_ref()?.id(), (candidate.row, keeps_email)))
        })
        .collect();
    for candidate in candidates.iter_mut().filter(|c| c.user.is_none()) {
        let Some(email) = &candidate.email else {
            continue;
        };
        let Some(found) = directory.user_by_email(email)? else {
            continue;
        };
        match (named.get(&found.id()), rows[candidate.row].id) {
            (Some((other, true)), _) => {
                let (first, later) = (candidate.row.min(*other), candidate.row.max(*other));
                refuse_duplicate(later, "user", first, rows, refusals);
                candidate.user = Some(found);
            }
            (Some((_, false)), _) => {}
            (None, Some(id)) => refusals.add(
                candidate.row,
                "id_mismatch",
                format!(
                    "the user with this email has the id {}, not {id}; \
                     correct the id or leave it out",
                    found.id()
                ),
            ),
            (None, None) => candidate.user = Some(found),
        }
    }
    Ok(())
}

fn new_user(row: &Row, candidate: &Candidate) -> NewUser {
    let mut user = NewUser::new(candidate.email.as_deref().unwrap_or_default())
        .active(candidate.active)
        .admin(row.admin.unwrap_or(false));
    if let Some(id) = row.id {
        user = user.id(id);
    }
    if let Some(username) = &row.username {
        user = user.username(username);
    }
    if let Some(name) = &row.given_name {
        user = user.given_name(name);
    }
    if let Some(name) = &row.family_name {
        user = user.family_name(name);
    }
    if let Some(moment) = row.created_at {
        user = user.created_at(moment);
    }
    for (name, value) in &row.attributes {
        user = user.attribute(name, value);
    }
    user
}

/// What the row says of a user who is there; the time of creation stays theirs.
fn update(row: &Row, candidate: &Candidate) -> UserUpdate {
    let mut update = UserUpdate::new();
    if let Some(email) = &candidate.email {
        update = update.email(email);
    }
    if let Some(username) = &row.username {
        update = update.username(username.as_str());
    }
    if let Some(name) = &row.given_name {
        update = update.given_name(name.as_str());
    }
    if let Some(name) = &row.family_name {
        update = update.family_name(name.as_str());
    }
    if let Some(admin) = row.admin {
        update = update.admin(admin);
    }
    for (name, value) in &row.attributes {
        update = update.attribute(name, value.as_str());
    }
    update
}
