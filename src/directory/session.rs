//! One batch at work: the users it touches, the judgement of the whole, and the
//! bytes that come of it.
//!
//! Operations change users in a working set only. Whether two users have one
//! email, whether there are seats, whether an admin is left: these are judged at
//! the end, on the net result. So two users can swap their emails, and a seat can
//! change hands in a full house.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::claims::Claims;
use super::{entries_of, judge, read, users};
use crate::codec::{
    IdEntry, LicenseEntry, Totals, encode_change, encode_id, encode_license, encode_totals, keys,
};
use crate::engine::{Read, Write};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Applied, Batch, Change, Event, License, Op, Outcome, Subject, Target, Timestamp, User, UserId,
    UserRef,
};

/// What to write for a batch that was accepted, and what to answer.
pub(crate) struct Plan {
    /// The value each key gets; `None` removes it.
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    pub(crate) applied: Applied,
}

impl Plan {
    /// Writes it, in the order of the keys.
    pub(crate) fn write_to(&self, txn: &mut impl Write) -> Result<()> {
        for (key, value) in &self.writes {
            match value {
                Some(value) => txn.put(key, value)?,
                None => txn.delete(key)?,
            }
        }
        Ok(())
    }
}

/// Applies `batch` to the state in `base`, at the time `at`.
///
/// The ids of new users must have been drawn. The first refusal is returned, with
/// the operation it concerns.
pub(crate) fn apply<R: Read>(base: &R, batch: &Batch, at: Timestamp) -> Result<Plan> {
    let mut session = Session::new(base, batch, at)?;
    for (index, op) in batch.ops.iter().enumerate() {
        session.run(index, op)?;
    }
    match session.judge()?.into_iter().next() {
        Some(refusal) => Err(refusal),
        None => session.finish(),
    }
}

/// Everything that stands in the way of `batch`, ordered by operation; what
/// concerns the batch as a whole comes last, and only when nothing else does.
pub(crate) fn refusals<R: Read>(base: &R, batch: &Batch, at: Timestamp) -> Result<Vec<Error>> {
    let mut session = Session::new(base, batch, at)?;
    let mut refusals = Vec::new();
    for (index, op) in batch.ops.iter().enumerate() {
        match session.run(index, op) {
            Ok(()) => {}
            Err(error) if error.is_refusal() => refusals.push(error),
            Err(error) => return Err(error),
        }
    }
    let mut judged = session.judge()?;
    if !refusals.is_empty() {
        judged.retain(|error| error.op_index().is_some());
    }
    refusals.append(&mut judged);
    refusals.sort_by_key(|error| error.op_index().unwrap_or(usize::MAX));
    Ok(refusals)
}

/// A user of the working set.
struct Touched {
    /// As the batch found them; `None` for one it creates.
    before: Option<Arc<User>>,
    /// As they are now; `None` once deleted.
    now: Option<Arc<User>>,
    /// Whether an operation changed them, or only looked.
    changed: bool,
}

pub(super) struct Session<'a, R> {
    base: &'a R,
    pub(super) at: Timestamp,
    pub(super) actor: Option<UserId>,
    /// The operation that is running.
    op_index: usize,
    totals: Totals,
    license_before: LicenseEntry,
    license: LicenseEntry,
    touched: HashMap<UserId, Touched>,
    emails: Claims,
    usernames: Claims,
    events: Vec<Event>,
    outcomes: Vec<Outcome>,
}

impl<'a, R: Read> Session<'a, R> {
    fn new(base: &'a R, batch: &Batch, at: Timestamp) -> Result<Self> {
        let license = read::license(base)?;
        Ok(Self {
            base,
            at,
            actor: batch.actor,
            op_index: 0,
            totals: read::totals(base)?,
            license_before: license,
            license,
            touched: HashMap::new(),
            emails: Claims::new("email", ErrorKind::EmailTaken),
            usernames: Claims::new("username", ErrorKind::UsernameTaken),
            events: Vec::new(),
            outcomes: Vec::with_capacity(batch.ops.len()),
        })
    }

    /// Runs one operation; one that is refused leaves the session as it was.
    fn run(&mut self, index: usize, op: &Op) -> Result<()> {
        self.op_index = index;
        let outcome = match op {
            Op::CreateUser(user) => users::create(self, user),
            Op::UpdateUser(user, update) => users::update(self, user, update),
            Op::ActivateUser(user) => users::set_active(self, user, true),
            Op::DeactivateUser(user) => users::set_active(self, user, false),
            Op::DeleteUser(user) => users::delete(self, user),
            Op::SetLicense(license) => Ok(self.set_license(*license)),
        };
        self.outcomes
            .push(outcome.map_err(|error| error.at_op(index))?);
        Ok(())
    }

    fn set_license(&mut self, license: License) -> Outcome {
        let changed = self.license.license != license;
        if changed {
            self.license = LicenseEntry {
                license,
                version: self.license.version + 1,
            };
            self.events.push(Event::LicenseSet { license });
        }
        Outcome {
            subject: Subject::License,
            changed,
            version: self.license.version,
        }
    }

    /// The user that `user` names at this point of the batch.
    pub(super) fn find(&mut self, user: &UserRef) -> Result<Arc<User>> {
        let found = match &user.0 {
            Target::Id(id) => self.find_by_id(*id)?,
            Target::Email { key, .. } => self.find_by_email(key)?,
            Target::Nobody { .. } => None,
        };
        found.ok_or_else(|| user.not_found())
    }

    fn find_by_id(&mut self, id: UserId) -> Result<Option<Arc<User>>> {
        if let Some(touched) = self.touched.get(&id) {
            return Ok(touched.now.clone());
        }
        let stored = read::user_by_id(self.base, id)?;
        Ok(stored.map(|user| self.load(user)))
    }

    fn find_by_email(&mut self, key: &str) -> Result<Option<Arc<User>>> {
        if let Some(stored) = read::user_by_email_key(self.base, key)?
            && !self.touched.contains_key(&stored.id)
        {
            self.load(stored);
        }
        match self.emails.holder(key)? {
            Some(id) => self.find_by_id(id),
            None => Ok(None),
        }
    }

    /// Whether `id` was ever given to a user.
    pub(super) fn is_id_taken(&self, id: UserId) -> Result<bool> {
        Ok(self.touched.contains_key(&id) || read::is_id_taken(self.base, id)?)
    }

    /// Takes a stored user into the working set.
    fn load(&mut self, user: User) -> Arc<User> {
        let user = Arc::new(user);
        self.emails.add(user.email_key(), user.id, None);
        if let Some(key) = user.username_key() {
            self.usernames.add(key, user.id, None);
        }
        let touched = Touched {
            before: Some(user.clone()),
            now: Some(user.clone()),
            changed: false,
        };
        self.touched.insert(user.id, touched);
        user
    }

    /// Makes `now` of the user `id`, which is nobody once deleted.
    pub(super) fn put(&mut self, id: UserId, now: Option<User>, event: Event) -> Outcome {
        let now = now.map(Arc::new);
        let touched = self.touched.entry(id).or_insert(Touched {
            before: None,
            now: None,
            changed: true,
        });
        let had = std::mem::replace(&mut touched.now, now);
        touched.changed = true;
        let (had, now) = (had.as_deref(), touched.now.as_deref());

        let op_index = self.op_index;
        self.emails.change(
            had.map(User::email_key),
            now.map(User::email_key),
            id,
            op_index,
        );
        let username_keys = (
            had.and_then(User::username_key),
            now.and_then(User::username_key),
        );
        self.usernames
            .change(username_keys.0, username_keys.1, id, op_index);
        self.events.push(event);
        let version = now.map_or(0, |user| user.version);
        Outcome {
            subject: Subject::User(id),
            changed: true,
            version,
        }
    }

    /// Everything that is wrong with the net result, ordered by operation.
    fn judge(&self) -> Result<Vec<Error>> {
        let is_unseen =
            |user: Option<User>| user.is_some_and(|holder| !self.touched.contains_key(&holder.id));
        let mut refusals = self
            .emails
            .contested(|key| Ok(is_unseen(read::user_by_email_key(self.base, key)?)))?;
        refusals.extend(
            self.usernames
                .contested(|key| Ok(is_unseen(read::user_by_username_key(self.base, key)?)))?,
        );
        refusals.sort_by_key(Error::op_index);
        let after = self.totals_after();
        refusals.extend(judge::seats(self.license.license, &self.totals, &after));
        refusals.extend(judge::admins(&self.totals, &after));
        Ok(refusals)
    }

    fn changed(&self) -> impl Iterator<Item = (&UserId, &Touched)> {
        self.touched.iter().filter(|(_, touched)| touched.changed)
    }

    fn totals_after(&self) -> Totals {
        let mut after = self.totals;
        for (_, touched) in self.changed() {
            count(&mut after, touched.before.as_deref(), u64::wrapping_sub);
            count(&mut after, touched.now.as_deref(), u64::wrapping_add);
        }
        after
    }

    /// The writes and the answer. A batch that changed nothing writes nothing.
    fn finish(mut self) -> Result<Plan> {
        let mut writes = BTreeMap::new();
        let mut sequence = None;
        if !self.events.is_empty() {
            let mut totals = self.totals_after();
            totals.last_change += 1;
            sequence = Some(totals.last_change);
            self.write_users(&mut writes)?;
            if self.license != self.license_before {
                writes.insert(keys::LICENSE.to_vec(), Some(encode_license(&self.license)?));
            }
            writes.insert(keys::TOTALS.to_vec(), Some(encode_totals(&totals)?));
            let change = Change {
                sequence: totals.last_change,
                at: self.at,
                actor: self.actor,
                events: std::mem::take(&mut self.events),
            };
            writes.insert(keys::change(change.sequence), Some(encode_change(&change)?));
        }
        let users = self
            .touched
            .into_iter()
            .map(|(id, touched)| (id, touched.now))
            .collect();
        Ok(Plan {
            writes,
            applied: Applied {
                sequence,
                outcomes: self.outcomes,
                users,
            },
        })
    }

    /// The difference between the entries before and now. All removals go first:
    /// one user may take over a key that another gives up.
    fn write_users(&self, writes: &mut BTreeMap<Vec<u8>, Option<Vec<u8>>>) -> Result<()> {
        for before in self
            .changed()
            .filter_map(|(_, touched)| touched.before.as_deref())
        {
            writes.extend(entries_of(before)?.into_iter().map(|(key, _)| (key, None)));
        }
        for (id, touched) in self.changed() {
            match &touched.now {
                Some(now) => {
                    writes.extend(entries_of(now)?.into_iter().map(|(key, v)| (key, Some(v))));
                }
                None => {
                    writes.insert(keys::id(*id), Some(encode_id(&IdEntry::Deleted)?));
                }
            }
        }
        Ok(())
    }
}

fn count(totals: &mut Totals, user: Option<&User>, add: fn(u64, u64) -> u64) {
    let Some(user) = user else { return };
    if user.active {
        totals.active = add(totals.active, 1);
        totals.active_admins = add(totals.active_admins, u64::from(user.admin));
    } else {
        totals.inactive = add(totals.inactive, 1);
    }
}
