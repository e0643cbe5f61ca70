//! The plan of an import: the matched users, the assignment of seats, and
//! the operations.

use headcount::{NewUser, Op, Seats, User, UserId, UserUpdate};

use super::candidate::{Candidate, Known};
use super::matching;
use super::obstacle::{self, Obstacle};
use super::options::{Keep, Missing, OnExisting, Options};
use super::reasons::{Reasons, is_taken};
use super::refusals::Refusals;
use super::seats::{Shares, share_out};
use super::{Row, Rows, writing};
use crate::directory::Directory;
use crate::failure::Result;

/// The plan of an import.
pub(crate) struct Plan {
    pub(crate) candidates: Vec<Candidate>,
    /// The users who are not in the file, and to be deactivated for that.
    pub(crate) absent: Vec<Absent>,
    pub(crate) shares: Shares,
    pub(crate) seats: Seats,
    /// Why the directory would not take the batch as a whole.
    pub(crate) obstacle: Option<Obstacle>,
}

/// A user who is not in the file.
pub(crate) struct Absent {
    pub(crate) id: UserId,
    pub(super) email: Box<str>,
    pub(super) is_admin: bool,
}

impl Absent {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id(),
            email: user.email().as_str().into(),
            is_admin: user.is_admin(),
        }
    }
}

impl Plan {
    /// Makes a plan that `directory` would accept. Rows that it would not are
    /// added to `refusals` and left out; when they are to be skipped, the others
    /// are looked at again without them.
    pub(crate) fn make(
        directory: &Directory,
        rows: &Rows,
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

    /// Makes a plan without trying it.
    pub(crate) fn draft(
        directory: &Directory,
        rows: &Rows,
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
                        user.id
                    );
                    refusals.add(candidate.row, "user_exists", reason);
                }
            }
            candidates.retain(|candidate| !refusals.has(candidate.row));
        }
        // Refused rows are in the file, too: whom they are about is not known.
        let absent = match options.missing {
            Missing::Deactivate if refusals.is_empty() => matching::absent(directory, &candidates)?,
            Missing::Deactivate | Missing::Keep => Vec::new(),
        };
        let seats = directory.seats()?;
        let shares = share_out(&mut candidates, &seats, absent.len(), options);
        let mut plan = Self {
            candidates,
            absent,
            shares,
            seats,
            obstacle: None,
        };
        plan.obstacle = obstacle::too_few_seats(&plan, options.file);
        if options.keeps_by_default() && plan.obstacle.is_none() {
            plan.obstacle = obstacle::silently_kept_admins(directory, &plan)?;
        }
        Ok(plan)
    }

    /// Tries the plan: adds the rows that would be refused to `refusals`, or finds
    /// what is in the way of them all.
    fn check(
        &mut self,
        directory: &Directory,
        rows: &Rows,
        options: &Options<'_>,
        refusals: &mut Refusals,
    ) -> Result<()> {
        let (subjects, refused) = writing::refusals(directory, self, rows, options)?;
        let subject_of = |refusal: &headcount::Error| subjects.get(refusal.op_index()?).copied();
        let taken = refused.iter().filter(|refusal| is_taken(refusal.kind()));
        let taken = taken.filter_map(|refusal| self.candidates.get(subject_of(refusal)?));
        let reasons = Reasons::new(&self.candidates, rows, taken);
        for refusal in refused {
            let subject = subject_of(&refusal);
            match subject.map(|subject| self.candidates.get(subject).ok_or(subject)) {
                Some(Ok(candidate)) => {
                    let reason = reasons.of(&refusal, candidate);
                    refusals.add(candidate.row, refusal.kind().name(), reason);
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

    /// How many users it is about. Each is called by a number: the candidates come first,
    /// then the absent users.
    pub(crate) fn subjects(&self) -> usize {
        self.candidates.len() + self.absent.len()
    }

    /// The operations that carry the plan out, with the numbers of their users.
    pub(super) fn operations<'p>(
        &'p self,
        rows: &'p Rows,
        options: &'p Options<'_>,
    ) -> impl Iterator<Item = (usize, Op)> + 'p {
        let candidates = self.candidates.iter().enumerate();
        let of_rows = candidates.flat_map(|(number, candidate)| {
            let operations = operations_of(candidate, rows, options);
            { operations }
                .into_iter()
                .flatten()
                .map(move |op| (number, op))
        });
        let absent = (self.candidates.len()..).zip(&self.absent);
        of_rows.chain(absent.map(|(number, user)| (number, Op::DeactivateUser(user.id.into()))))
    }
}

fn operations_of(candidate: &Candidate, rows: &Rows, options: &Options<'_>) -> [Option<Op>; 2] {
    let Some(user) = &candidate.user else {
        let row = rows.get(candidate.row);
        return [Some(Op::CreateUser(new_user(&row, candidate))), None];
    };
    if options.on_existing == OnExisting::Skip {
        return [None, None];
    }
    // Nothing is asked of a user who is in the file as they are here.
    let update = user.differs.then(|| {
        let row = rows.get(candidate.row);
        Op::UpdateUser(user.id.into(), update(&row, candidate, user, options))
    });
    let seat = match (user.is_active, candidate.active) {
        (false, true) => Some(Op::ActivateUser(user.id.into())),
        (true, false) => Some(Op::DeactivateUser(user.id.into())),
        _ => None,
    };
    [update, seat]
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
    for (name, value) in candidate.attributes(row) {
        user = user.attribute(name, value);
    }
    user
}

/// What the row says of a user who is there; the time of creation stays theirs.
fn update(row: &Row, candidate: &Candidate, user: &Known, options: &Options<'_>) -> UserUpdate {
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
    // A server asks for a key of the scope `admin` wherever this is set, even to what it is.
    if let Some(admin) = candidate.admin.filter(|admin| *admin != user.is_admin) {
        update = update.admin(admin);
    }
    if unless_kept(Keep::ExternalIds) {
        for (provisioner, id) in &row.external_ids {
            update = update.external_id(provisioner, &**id);
        }
    }
    if unless_kept(Keep::Attributes) {
        for (name, value) in candidate.attributes(row) {
            update = update.attribute(name, value);
        }
    }
    update
}

#[cfg(test)]
mod tests {
    use super::super::options::MatchBy;
    use super::super::parse;
    use super::super::reading::{ReadOptions, Reading};
    use super::*;
    use crate::args::WhenFull;
    use crate::progress::Progress;

    /// Whether each update that the file leads to sets if the user is an admin.
    fn updates_set_admin(directory: &Directory, file: &str) -> Vec<bool> {
        let mut reading = Reading::new(ReadOptions::default());
        let rows = parse(file.as_bytes(), "u.csv", &mut reading).unwrap().rows;
        let options = Options {
            file: "u.csv",
            when_full: WhenFull::Fail,
            skip_invalid: false,
            email_template: None,
            on_existing: OnExisting::Update,
            keep: Some(&[Keep::None]),
            matching: &[MatchBy::Email],
            missing: Missing::Keep,
            allow_ownerless: false,
            progress: &Progress::hidden(),
        };
        let mut refusals = Refusals::of_unreadable(&rows);
        let plan = Plan::draft(directory, &rows, &options, &mut refusals).unwrap();
        let updates = plan
            .operations(&rows, &options)
            .filter_map(|(_, op)| match op {
                Op::UpdateUser(_, update) => Some(update.sets_admin()),
                _ => None,
            });
        updates.collect()
    }

    /// To set it as it is would take more rights than the change.
    #[test]
    fn admins_are_set_where_that_is_a_change() {
        let directory = headcount::Directory::in_memory().unwrap();
        for (email, admin) in [("ann@ex.co", true), ("bob@ex.co", false)] {
            let user = NewUser::new(email).admin(admin);
            directory.create_user(user).unwrap();
        }
        let directory = Directory::Here(directory);
        let same = "email,admin,given name\nann@ex.co,yes,Ann\nbob@ex.co,no,Bob\n";
        assert_eq!(updates_set_admin(&directory, same), [false, false]);
        let other = "email,admin\nann@ex.co,no\nbob@ex.co,yes\n";
        assert_eq!(updates_set_admin(&directory, other), [true, true]);
    }
}
