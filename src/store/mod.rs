//! The facade: one directory, opened, read and written.
//!
//! This is the only room that names an engine.

mod iter;
mod options;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

pub use iter::{Changes, Users};
pub use options::Options;

use crate::directory::{self, Verified, read};
use crate::engine::Engine;
use crate::engine::embedded::{Embedded, Snapshot};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Applied, Batch, License, NewUser, Op, Seats, Subject, Timestamp, User, UserId, UserRef,
    UserUpdate,
};

/// A user directory: users, and a license that says how many may be active.
///
/// A handle is cheap to clone and can be used from any number of threads. Reads
/// see the latest committed state and never wait for a write. Each write is one
/// transaction; when it returns it is on disk.
///
/// Whatever takes a user takes an id, a [`User`] or an email: see [`UserRef`].
///
/// ```
/// use headcount::{Directory, ErrorKind};
///
/// let directory = Directory::in_memory()?; // Directory::open("users.redb")? for a file
/// for name in ["ann", "bob", "cho", "dee", "eve"] {
///     directory.create_user(format!("{name}@ex.co").as_str())?;
/// }
/// let refused = directory.create_user("fay@ex.co").unwrap_err();
/// assert_eq!(refused.kind(), ErrorKind::NoFreeSeat { limit: 5, active: 5, requested: 1 });
///
/// directory.deactivate_user("bob@ex.co")?;
/// directory.create_user("fay@ex.co")?;
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone)]
pub struct Directory {
    engine: Arc<Embedded>,
    actor: Option<UserId>,
}

impl Directory {
    /// Opens the directory in the file at `path`, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// [`AlreadyOpen`](ErrorKind::AlreadyOpen) when another process or handle has
    /// the file; [`UnsupportedFormat`](ErrorKind::UnsupportedFormat) when a newer
    /// release wrote it; [`Corrupted`](ErrorKind::Corrupted) when it is no
    /// directory or is damaged; [`Io`](ErrorKind::Io).
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::open(&path)?;
    /// directory.create_user("steve@ex.co")?;
    /// directory.close()?;
    /// assert_eq!(Directory::open(&path)?.len()?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Options::new().open(path)
    }

    /// Makes a directory that lives in memory and is gone when it is dropped.
    pub fn in_memory() -> Result<Self> {
        Options::new().in_memory()
    }

    /// The ways to open a directory.
    pub fn options() -> Options {
        Options::new()
    }

    fn start(engine: Embedded, license: License) -> Result<Self> {
        if !directory::format::exists(&engine.snapshot()?)? {
            engine.transact(|txn| directory::format::create(txn, license))?;
        }
        Ok(Self {
            engine: Arc::new(engine),
            actor: None,
        })
    }

    /// Finishes what is pending and releases the file, and reports what goes
    /// wrong with that; dropping the last handle does the same silently.
    ///
    /// It closes the directory for every clone of the handle: their calls are
    /// refused with [`Closed`](ErrorKind::Closed). The file can be opened again
    /// once the iterators over it are gone too.
    pub fn close(self) -> Result<()> {
        self.engine.close()
    }

    /// A handle whose writes are made by `actor`: it is recorded in each
    /// [`Change`](crate::Change), and the actor can't deactivate or delete
    /// themself with it.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").admin(true))?;
    /// directory.create_user(NewUser::new("bob@ex.co").admin(true))?;
    /// let as_ann = directory.acting_as(ann.id());
    /// assert_eq!(as_ann.delete_user(&*ann).unwrap_err().kind(), ErrorKind::OwnAccount);
    /// as_ann.delete_user("bob@ex.co")?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn acting_as(&self, actor: UserId) -> Self {
        Self {
            engine: Arc::clone(&self.engine),
            actor: Some(actor),
        }
    }

    fn snapshot(&self) -> Result<Snapshot> {
        self.engine.snapshot()
    }
}

/// Reading.
impl Directory {
    /// The user that an id or an email names; `None` when there is none.
    pub fn user(&self, user: impl Into<UserRef>) -> Result<Option<Arc<User>>> {
        found(read::user(&self.snapshot()?, &user.into()))
    }

    /// The user with this id; `None` when there is none.
    pub fn user_by_id(&self, id: UserId) -> Result<Option<Arc<User>>> {
        found(read::user_by_id(&self.snapshot()?, id))
    }

    /// The user with this email, without regard to the case of ASCII letters;
    /// `None` when there is none, and for a text that is not an address.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("Steve@ex.co")?;
    /// assert!(directory.user_by_email("steve@EX.CO")?.is_some());
    /// assert!(directory.user_by_email("steve")?.is_none());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user_by_email(&self, email: &str) -> Result<Option<Arc<User>>> {
        found(read::user_by_email(&self.snapshot()?, email))
    }

    /// The user with this username, without regard to case; `None` when there is
    /// none.
    pub fn user_by_username(&self, username: &str) -> Result<Option<Arc<User>>> {
        found(read::user_by_username(&self.snapshot()?, username))
    }

    /// All users, active or not, ordered by email, as they are at this moment.
    pub fn users(&self) -> Result<Users> {
        Users::new(self.snapshot()?)
    }

    /// How many users there are, active or not.
    pub fn len(&self) -> Result<u64> {
        let seats = self.seats()?;
        Ok(seats.active + seats.inactive)
    }

    /// Whether there are no users.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// The license in force, and how its seats are used.
    pub fn seats(&self) -> Result<Seats> {
        read::seats(&self.snapshot()?)
    }

    /// The changes with numbers above `after`, oldest first, up to this moment; 0
    /// starts from the first.
    ///
    /// ```
    /// use headcount::{Directory, Event};
    ///
    /// let directory = Directory::in_memory()?;
    /// let steve = directory.create_user("steve@ex.co")?;
    /// directory.deactivate_user(&*steve)?;
    /// let changes: Vec<_> = directory.changes(1)?.collect::<Result<_, _>>()?;
    /// assert_eq!(changes.len(), 1);
    /// assert_eq!(changes[0].events, [Event::UserDeactivated { user: steve.id() }]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn changes(&self, after: u64) -> Result<Changes> {
        Ok(Changes::new(self.snapshot()?, after))
    }

    /// Recounts the seats and checks every index against the users, both ways.
    /// Takes time in proportion to the size of the directory.
    ///
    /// # Errors
    ///
    /// [`Corrupted`](ErrorKind::Corrupted) says what is wrong.
    pub fn verify(&self) -> Result<Verified> {
        directory::verify(&self.snapshot()?)
    }
}

/// Writing.
impl Directory {
    /// Creates a user, active and so in need of a seat unless it says otherwise.
    ///
    /// # Errors
    ///
    /// [`EmailRequired`](ErrorKind::EmailRequired) and the kinds for malformed
    /// parts; [`EmailTaken`](ErrorKind::EmailTaken),
    /// [`UsernameTaken`](ErrorKind::UsernameTaken), [`IdTaken`](ErrorKind::IdTaken);
    /// [`NoFreeSeat`](ErrorKind::NoFreeSeat).
    pub fn create_user(&self, user: impl Into<NewUser>) -> Result<Arc<User>> {
        self.apply_to_user(Op::CreateUser(user.into()))
    }

    /// Changes fields of a user and returns the user as it is then.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound); the kinds for malformed or taken
    /// parts; [`Conflict`](ErrorKind::Conflict) for another version;
    /// [`LastAdmin`](ErrorKind::LastAdmin).
    pub fn update_user(&self, user: impl Into<UserRef>, update: UserUpdate) -> Result<Arc<User>> {
        self.apply_to_user(Op::UpdateUser(user.into(), update))
    }

    /// Makes a user active; nothing happens to one who is.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound),
    /// [`NoFreeSeat`](ErrorKind::NoFreeSeat).
    pub fn activate_user(&self, user: impl Into<UserRef>) -> Result<Arc<User>> {
        self.apply_to_user(Op::ActivateUser(user.into()))
    }

    /// Makes a user inactive, which frees a seat; nothing happens to one who is.
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound), [`LastAdmin`](ErrorKind::LastAdmin),
    /// [`OwnAccount`](ErrorKind::OwnAccount).
    pub fn deactivate_user(&self, user: impl Into<UserRef>) -> Result<Arc<User>> {
        self.apply_to_user(Op::DeactivateUser(user.into()))
    }

    /// Deletes a user for good and returns the id, which is never given again.
    /// The email and the username are free for others. To keep the user, use
    /// [`deactivate_user`](Self::deactivate_user).
    ///
    /// # Errors
    ///
    /// [`UserNotFound`](ErrorKind::UserNotFound), [`LastAdmin`](ErrorKind::LastAdmin),
    /// [`OwnAccount`](ErrorKind::OwnAccount).
    pub fn delete_user(&self, user: impl Into<UserRef>) -> Result<UserId> {
        let applied = self.apply(Batch::from_iter([Op::DeleteUser(user.into())]))?;
        subject_user(&applied)
    }

    /// Sets the license. A smaller one than today's use is accepted: nobody is
    /// deactivated, but no user can be activated until enough others are not.
    pub fn set_license(&self, license: License) -> Result<Seats> {
        self.apply(Batch::new().set_license(license))?;
        self.seats()
    }

    /// Applies a batch: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// The first refusal; [`Error::op_index`] says which operation it concerns.
    pub fn apply(&self, mut batch: Batch) -> Result<Applied> {
        self.prepare(&mut batch);
        let at = Timestamp::now();
        self.engine.transact(|txn| {
            let plan = directory::apply(&*txn, &batch, at)?;
            plan.write_to(txn)?;
            Ok(plan.applied)
        })
    }

    /// Tells what would be refused of a batch, without applying it: all there is
    /// to say about single operations, in their order, or else about the batch
    /// as a whole. Empty means that it would be accepted now.
    ///
    /// ```
    /// use headcount::{Batch, Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let refusals = directory.preview(Batch::new().create_user("").create_user("Ann@ex.co"))?;
    /// let kinds: Vec<_> = refusals.iter().map(|r| (r.op_index(), r.kind())).collect();
    /// assert_eq!(
    ///     kinds,
    ///     [(Some(0), ErrorKind::EmailRequired), (Some(1), ErrorKind::EmailTaken)]
    /// );
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn preview(&self, mut batch: Batch) -> Result<Vec<Error>> {
        self.prepare(&mut batch);
        directory::refusals(&self.snapshot()?, &batch, Timestamp::now())
    }

    fn prepare(&self, batch: &mut Batch) {
        batch.draw_ids();
        batch.actor = batch.actor.or(self.actor);
    }

    fn apply_to_user(&self, op: Op) -> Result<Arc<User>> {
        let applied = self.apply(Batch::from_iter([op]))?;
        let id = subject_user(&applied)?;
        applied
            .user(id)
            .cloned()
            .ok_or_else(|| UserRef::from(id).not_found())
    }
}

fn found(user: Result<Option<User>>) -> Result<Option<Arc<User>>> {
    user.map(|user| user.map(Arc::new))
}

/// The user that a batch of one operation was about.
fn subject_user(applied: &Applied) -> Result<UserId> {
    match applied.outcomes.first().map(|outcome| outcome.subject) {
        Some(Subject::User(id)) => Ok(id),
        _ => Err(Error::new(
            ErrorKind::InvalidArgument,
            "the operation is not about a user",
        )),
    }
}
