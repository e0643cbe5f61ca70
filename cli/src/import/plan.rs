//! What importing rows means for a directory: who is who, who gets a seat, and
//! the one batch that makes it so.

use std::sync::Arc;

use headcount::{Batch, NewUser, Op, Seats, User, UserId, UserUpdate, Username};

use super::Row;
use super::matching;
use super::obstacle::{self, Obstacle};
use super::options::{Keep, Missing, OnExisting, Options};
use super::refusals::Refusals;
use super::seats::{Shares, share_out};
use super::{attributes, values};
use crate::directory::Directory;
use crate::failure::Result;

/// A row that can be taken as far as is known, and what it means.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is told to the user on its own"
)]
pub(crate) struct Candidate {
    /// The row's number in the file.
    pub(crate) row: usize,
    /// The user it is about, if they are there already.
    pub(crate) user: Option<Arc<User>>,
    /// An address for a row that has none.
    pub(super) email: Option<Box<str>>,
    /// Whether the user is to be active.
    pub(crate) active: bool,
    /// Whether the user is to be an admin, where the file decides that.
    pub(super) admin: Option<bool>,
    /// Whether they would be active, if there were a seat.
    pub(crate) without_seat: bool,
    /// Whether they would be active, if they hadn't been deactivated here.
    pub(crate) keeps_inactive: bool,
    /// Whether the file would have taken the admin's rights away.
    pub(crate) keeps_admin: bool,
    /// Whether the row's username can't be one here, and others have to serve.
    unusable_username: bool,
    /// The attributes of the row that there is no room for, and what to say of each.
    left_out: Vec<(usize, String)>,
}

impl Candidate {
    pub(super) fn of(row: usize) -> Self {
        Self {
            row,
            user: None,
            email: None,
            active: true,
            admin: None,
            without_seat: false,
            keeps_inactive: false,
            keeps_admin: false,
            unusable_username: false,
            left_out: Vec::new(),
        }
    }

    /// The row's address, or the one that was made up for it.
    pub(super) fn email<'a>(&'a self, row: &'a Row) -> Option<&'a str> {
        row.email.as_deref().or(self.email.as_deref())
    }

    /// What is not as the file has it, a sentence each.
    pub(crate) fn notes(&self, row: &Row) -> Vec<String> {
        let mut notes = row.notes.clone();
        if self.unusable_username {
            let name = values::shortened(row.username.as_deref().unwrap_or_default());
            let instead = match &self.user {
                None => "the email is the username instead",
                Some(_) => "the username stays as it is",
            };
            notes.push(format!(
                "the username {name:?} is neither a name nor an address; {instead}"
            ));
        }
        if self.keeps_inactive {
            notes.push(
                "stays inactive, as here, and is active in the file; use --keep none to let the file \
                 decide"
                    .to_owned(),
            );
        }
        if self.keeps_admin {
            notes.push(
                "stays an admin, as here, and is none in the file; use --keep none to let the file \
                 decide"
                    .to_owned(),
            );
        }
        notes.extend(self.left_out.iter().map(|(_, told)| told.clone()));
        notes
    }

    /// The username to give the user, if the row has one that can be theirs.
    fn username<'a>(&self, row: &'a Row) -> Option<&'a str> {
        row.username.as_deref().filter(|_| !self.unusable_username)
    }

    fn settle(&mut self, row: &Row, options: &Options<'_>) {
        self.admin = row.admin;
        let user = self.user.as_deref();
        if user.is_some_and(User::is_admin)
            && row.admin == Some(false)
            && options.keeps(Keep::Admin)
            && options.on_existing == OnExisting::Update
        {
            self.admin = None;
            self.keeps_admin = true;
        }
        let has_email = self.email(row).is_some() || user.is_some();
        self.unusable_username = has_email
            && row.username.as_deref().is_some_and(|name| {
                let is_foreign = name.contains('@') || name.parse::<UserId>().is_ok();
                is_foreign && Username::parse(name).is_err()
            });
        self.left_out = attributes::left_out(row, user);
    }
}

/// What an import is going to do.
pub(crate) struct Plan {
    pub(crate) candidates: Vec<Candidate>,
    /// The users who are not in the file, and to be deactivated for that.
    pub(crate) absent: Vec<Arc<User>>,
    pub(crate) shares: Shares,
    pub(crate) seats: Seats,
    /// Why the directory would not take the batch as a whole.
    pub(crate) obstacle: Option<Obstacle>,
}

/// Operations, and whom each is for: a candidate, or behind these an absent user.
pub(crate) struct Operations {
    pub(crate) batch: Batch,
    pub(crate) subjects: Vec<usize>,
}

impl Plan {
    /// Makes a plan that `directory` would accept. Rows that it would not are
    /// added to `refusals` and left out; when they are to be skipped, the others
    /// are looked at again without them.
    pub(crate) fn make(
        directory: &Directory,
        rows: &[Row],
        options: &Options<'_>,
        refusals: &mut Refusals,
    ) -> Result<Self> {
        loop {
            let mut plan = Self::draft(directory, rows, options, refusals)?;
            let known = refusals.len();
            plan.check(directory, rows, options, refusals)?;
            if refusals.len() == known || !options.skip_invalid {
                return Ok(plan);
            }
        }
    }

    /// Makes a plan by what is known without trying it.
    pub(crate) fn draft(
        directory: &Directory,
        rows: &[Row],
        options: &Options<'_>,
        refusals: &mut Refusals,
    ) -> Result<Self> {
        let mut candidates = matching::candidates(directory, rows, options, refusals)?;
        if options.on_existing == OnExisting::CreateOnly {
            for candidate in &candidates {
                if let Some(user) = &candidate.user {
                    let reason = format!(
                        "the user is there already, with the id {}; use --on-existing update or \
                         skip",
                        user.id()
                    );
                    refusals.add(candidate.row, "user_exists", reason);
                }
            }
            candidates.retain(|candidate| !refusals.has(candidate.row));
        }
        for candidate in &mut candidates {
            candidate.settle(&rows[candidate.row], options);
        }
        let absent = match options.missing {
            Missing::Keep => Vec::new(),
            Missing::Deactivate => matching::absent(directory, &candidates)?,
        };
        let seats = directory.seats()?;
        let shares = share_out(&mut candidates, rows, &seats, absent.len(), options);
        let mut plan = Self {
            candidates,
            absent,
            shares,
            seats,
            obstacle: None,
        };
        plan.obstacle = obstacle::too_few_seats(&plan, options.file);
        if options.keep.is_none() && plan.obstacle.is_none() {
            plan.obstacle = obstacle::silently_kept_admins(directory, &plan)?;
        }
        Ok(plan)
    }

    /// Tries the plan: adds the rows that would be refused to `refusals`, or finds
    /// what is in the way of them all.
    fn check(
        &mut self,
        directory: &Directory,
        rows: &[Row],
        options: &Options<'_>,
        refusals: &mut Refusals,
    ) -> Result<()> {
        let operations = self.operations(rows, options);
        for refusal in directory.preview(operations.batch)? {
            let subject = refusal
                .op_index()
                .and_then(|op| operations.subjects.get(op));
            match subject.map(|subject| self.candidates.get(*subject).ok_or(*subject)) {
                Some(Ok(candidate)) => {
                    refusals.add(candidate.row, refusal.kind().name(), refusal.to_string());
                }
                Some(Err(subject)) => {
                    let absent = self.absent.get(subject - self.candidates.len());
                    self.obstacle = absent.map(|user| Obstacle::of_absent(&refusal, user));
                }
                None if self.obstacle.is_some() => {}
                None => self.obstacle = Some(obstacle::of_whole(directory, self, &refusal)?),
            }
        }
        Ok(())
    }

    /// The batch that carries the plan out.
    pub(crate) fn operations(&self, rows: &[Row], options: &Options<'_>) -> Operations {
        let mut operations = Operations {
            batch: Batch::new(),
            subjects: Vec::with_capacity(self.candidates.len()),
        };
        for (index, candidate) in self.candidates.iter().enumerate() {
            let row = &rows[candidate.row];
            let mut push = |op| {
                operations.batch.push(op);
                operations.subjects.push(index);
            };
            let Some(user) = &candidate.user else {
                push(Op::CreateUser(new_user(row, candidate)));
                continue;
            };
            if options.on_existing == OnExisting::Skip {
                continue;
            }
            push(Op::UpdateUser(
                user.id().into(),
                update(row, candidate, options),
            ));
            match (user.is_active(), candidate.active) {
                (false, true) => push(Op::ActivateUser(user.id().into())),
                (true, false) => push(Op::DeactivateUser(user.id().into())),
                _ => {}
            }
        }
        for (index, user) in (self.candidates.len()..).zip(&self.absent) {
            operations.batch.push(Op::DeactivateUser(user.id().into()));
            operations.subjects.push(index);
        }
        operations.batch = operations.batch.allow_ownerless(options.allow_ownerless);
        operations
    }
}

/// The attributes of the row that there is room for.
fn attributes_of<'a>(
    row: &'a Row,
    candidate: &'a Candidate,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let is_left_out = |at: usize| candidate.left_out.iter().any(|(index, _)| *index == at);
    let all = row.attributes.iter().enumerate();
    all.filter(move |(at, _)| !is_left_out(*at))
        .map(|(_, (name, value))| (&**name, &**value))
}

fn new_user(row: &Row, candidate: &Candidate) -> NewUser {
    let mut user = NewUser::new(candidate.email(row).unwrap_or_default())
        .active(candidate.active)
        .admin(candidate.admin.unwrap_or(false));
    if let Some(id) = row.id {
        user = user.id(id);
    }
    if let Some(username) = candidate.username(row) {
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
    for (provisioner, id) in &row.external_ids {
        user = user.external_id(provisioner, id);
    }
    for (name, value) in attributes_of(row, candidate) {
        user = user.attribute(name, value);
    }
    user
}

/// What the row says of a user who is there; the time of creation stays theirs.
fn update(row: &Row, candidate: &Candidate, options: &Options<'_>) -> UserUpdate {
    let mut update = UserUpdate::new();
    let unless_kept = |what| !options.keeps(what);
    if let Some(email) = candidate.email(row).filter(|_| unless_kept(Keep::Email)) {
        update = update.email(email);
    }
    if let Some(username) = candidate
        .username(row)
        .filter(|_| unless_kept(Keep::Username))
    {
        update = update.username(username);
    }
    if let Some(name) = row
        .given_name
        .as_deref()
        .filter(|_| unless_kept(Keep::GivenName))
    {
        update = update.given_name(name);
    }
    if let Some(name) = row
        .family_name
        .as_deref()
        .filter(|_| unless_kept(Keep::FamilyName))
    {
        update = update.family_name(name);
    }
    if let Some(admin) = candidate.admin {
        update = update.admin(admin);
    }
    if unless_kept(Keep::ExternalIds) {
        for (provisioner, id) in &row.external_ids {
            update = update.external_id(provisioner, &**id);
        }
    }
    if unless_kept(Keep::Attributes) {
        for (name, value) in attributes_of(row, candidate) {
            update = update.attribute(name, value);
        }
    }
    update
}
