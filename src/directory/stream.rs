//! Applying any number of operations as one change, in bounded memory.

use std::iter;
use std::sync::Arc;

use super::{Directory, Snapshot};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::model::{
    Applied, AppliedStream, Batch, Op, Outcome, Timestamp, User, UserId, UserRef, UsersAfter,
};
use crate::rules::stream::{Trial, refusals_of_stream, stream};

/// Operations of a part: enough to be written in the order of their keys, few enough to hold
/// in memory.
const PART_OPS: usize = 4096;

/// Maximum of a part that ends with operations on one user.
const PART_OPS_MAX: usize = 2 * PART_OPS;

/// Operations that succeed or fail together like those of a [`Batch`], but are drawn from an
/// iterator while they are applied, so that there can be millions of them.
///
/// They are applied in parts of some thousand. Seats, admins and owners are judged at the end,
/// as in a batch, but unique names at the end of each part. So a name that moves from one
/// record to another may be refused where a batch would accept it, unless both operations
/// are in one part. Up to 4,096 consecutive operations on one user always are.
///
/// ```
/// use headcount::{Directory, Op, OpStream};
///
/// let directory = Directory::in_memory()?;
/// let ops = ["ann@ex.co", "bob@ex.co"].map(|email| Op::CreateUser(email.into()));
/// directory.apply_stream(OpStream::new(ops), |_| {})?;
/// assert_eq!(directory.len()?, 2);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpStream<I> {
    ops: I,
    allow_ownerless: bool,
}

impl<I: IntoIterator<Item = Op>> OpStream<I> {
    /// These operations. The iterator runs inside the write: see
    /// [`Directory::apply_stream`].
    ///
    /// ```
    /// use headcount::{Op, OpStream};
    ///
    /// let emails = ["ann@ex.co", "bob@ex.co"];
    /// let stream = OpStream::new(emails.map(|email| Op::CreateUser(email.into())));
    /// let applied = headcount::Directory::in_memory()?.apply_stream(stream, |_| {})?;
    /// assert_eq!(applied.sequence, Some(1));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new(ops: I) -> Self {
        Self {
            ops,
            allow_ownerless: false,
        }
    }

    /// Whether workspaces may be left without an active owner: see
    /// [`Batch::allow_ownerless`].
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace, Op, OpStream};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("models").owner("ann@ex.co"))?;
    /// let leave = || OpStream::new([Op::DeactivateUser("ann@ex.co".into())]);
    /// assert!(directory.apply_stream(leave(), |_| {}).is_err());
    /// directory.apply_stream(leave().allow_ownerless(true), |_| {})?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn allow_ownerless(mut self, allow: bool) -> Self {
        self.allow_ownerless = allow;
        self
    }

    /// The parts, each prepared by `prepare`.
    fn parts(self, prepare: impl Fn(&mut Batch)) -> impl Iterator<Item = Batch> {
        let mut ops = self.ops.into_iter().peekable();
        iter::from_fn(move || {
            let mut part = Batch::new();
            while let Some(op) = ops.next_if(|op| has_room(&part, op)) {
                part.push(op);
            }
            if part.is_empty() {
                return None;
            }
            part = part.allow_ownerless(self.allow_ownerless);
            prepare(&mut part);
            Some(part)
        })
    }
}

/// Whether `op` belongs to `part`, after its other operations.
fn has_room(part: &Batch, op: &Op) -> bool {
    let count = part.len();
    count < PART_OPS || (count < PART_OPS_MAX && is_of_last_user(part, op))
}

/// Whether `op` concerns the same user as the last operation of `part`.
fn is_of_last_user(part: &Batch, op: &Op) -> bool {
    let user = user_of(op);
    user.is_some() && { part.steps().last() }.is_some_and(|last| user_of(&last.op) == user)
}

/// The user whom an operation changes.
fn user_of(op: &Op) -> Option<&UserRef> {
    match op {
        Op::UpdateUser(user, _)
        | Op::ActivateUser(user)
        | Op::DeactivateUser(user)
        | Op::DeleteUser(user) => Some(user),
        _ => None,
    }
}

/// What a part of an [`OpStream`] did.
///
/// ```
/// use headcount::{Directory, Op, OpStream};
///
/// let directory = Directory::in_memory()?;
/// let ops = OpStream::new([Op::CreateUser("ann@ex.co".into())]);
/// directory.apply_stream(ops, |part| {
///     assert_eq!((part.first_op, part.outcomes.len()), (0, 1));
/// })?;
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct StreamPart {
    /// The index of its first operation in the stream.
    pub first_op: usize,
    /// The outcome of each of its operations, in order.
    pub outcomes: Vec<Outcome>,
    /// The users whom it concerned, as it left them.
    after: UsersAfter,
    /// The users whom it changed, as they were before, ordered by id.
    before: Vec<Arc<User>>,
}

impl StreamPart {
    fn new(first_op: usize, applied: Applied, mut before: Vec<Arc<User>>) -> Self {
        before.sort_unstable_by_key(|user| user.id());
        Self {
            first_op,
            outcomes: applied.outcomes,
            after: applied.users,
            before,
        }
    }

    /// A user whom the part concerned, as the part left it; `None` for other users and for
    /// deleted ones.
    ///
    /// ```
    /// use headcount::{Directory, Op, OpStream, Subject};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ops = OpStream::new([Op::CreateUser("ann@ex.co".into())]);
    /// directory.apply_stream(ops, |part| {
    ///     let Subject::User(id) = part.outcomes[0].subject else { return };
    ///     assert_eq!(part.user(id).unwrap().email().as_str(), "ann@ex.co");
    /// })?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user(&self, id: UserId) -> Option<&Arc<User>> {
        self.after.get(id)
    }

    /// A user whom the part changed, as they were before it; `None` for those whom it
    /// created or left as they were.
    ///
    /// ```
    /// use headcount::{Directory, Op, OpStream};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let ops = OpStream::new([Op::DeactivateUser(ann.id().into())]);
    /// directory.apply_stream(ops, |part| {
    ///     let was_active = part.before(ann.id()).map(|user| user.is_active());
    ///     assert_eq!(was_active, Some(true));
    /// })?;
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn before(&self, id: UserId) -> Option<&Arc<User>> {
        let place = self
            .before
            .binary_search_by_key(&id, |user| user.id())
            .ok()?;
        self.before.get(place)
    }
}

/// Streams of operations.
impl Directory {
    /// Applies operations as one change: all of them, or nothing. Calls `visit` after each
    /// part; what it shows holds once this returns without an error.
    ///
    /// Other writes wait until this returns. So neither the iterator nor `visit` can write
    /// to the directory, export it or close it, and they must not wait for a thread that
    /// does; they can read. Memory grows only with the events of the change, by some 100
    /// bytes per operation.
    ///
    /// # Errors
    ///
    /// The first refusal; [`Error::op_index`] says which operation it concerns. Nothing is
    /// written then. In the iterator and in `visit`, a call that writes fails with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use headcount::{Directory, Op, OpStream};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.set_license(headcount::License::Enterprise)?;
    /// let ops = (0..10_000).map(|number| Op::CreateUser(format!("u{number}@ex.co").into()));
    /// let mut created = 0;
    /// let applied = directory.apply_stream(OpStream::new(ops), |part| {
    ///     created += part.outcomes.len();
    /// })?;
    /// assert_eq!((applied.sequence, created, directory.len()?), (Some(2), 10_000, 10_000));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn apply_stream<I: IntoIterator<Item = Op>>(
        &self,
        ops: OpStream<I>,
        mut visit: impl FnMut(StreamPart),
    ) -> Result<AppliedStream> {
        self.check_write()?;
        let parts = ops.parts(|part| self.prepare(part));
        let at = Timestamp::now();
        let mut invalidation = self.shared.cache.invalidation();
        let applied = self.shared.engine.transact(|txn| {
            let _inside = self.shared.gate.enter_callers_code();
            let by = (self.actor, self.door.as_deref());
            stream(txn, parts, by, at, |first, applied, replaced| {
                invalidation.mark(replaced.clone());
                visit(StreamPart::new(first, applied, replaced));
            })
        });
        drop(invalidation);
        let applied = applied?;
        if let Some(sequence) = applied.sequence {
            self.shared.latest.advance(sequence);
            self.shared.holds.check(&self.shared.engine);
        }
        Ok(applied)
    }

    /// Returns what [`apply_stream`](Self::apply_stream) would return now, except for ids that
    /// it would draw, and changes nothing.
    ///
    /// Returns `None` if a part depends on what an earlier one would have written, as when
    /// both change one user. [`dry_run`](Self::dry_run) of a [`Batch`] has no such limit.
    ///
    /// # Errors
    ///
    /// Those of [`apply_stream`](Self::apply_stream).
    ///
    /// ```
    /// use headcount::{Directory, Op, OpStream};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ops = || OpStream::new([Op::CreateUser("ann@ex.co".into())]);
    /// let would_apply = directory.dry_run_stream(ops(), |_| {})?.expect("there is one part");
    /// assert_eq!(directory.len()?, 0);
    /// assert_eq!(directory.apply_stream(ops(), |_| {})?, would_apply);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn dry_run_stream<I: IntoIterator<Item = Op>>(
        &self,
        ops: OpStream<I>,
        mut visit: impl FnMut(StreamPart),
    ) -> Result<Option<AppliedStream>> {
        let by = (self.actor, self.door.as_deref());
        let parts = ops.parts(|part| self.prepare(part));
        self.try_out(|txn| {
            stream(
                txn,
                parts,
                by,
                Timestamp::now(),
                |first, applied, before| {
                    visit(StreamPart::new(first, applied, before));
                },
            )
        })
    }

    /// Lists what stands in the way of operations, as [`preview`](Self::preview) does for a
    /// batch. Returns `None` where [`dry_run_stream`](Self::dry_run_stream) does.
    ///
    /// ```
    /// use headcount::{Directory, Op, OpStream};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ops = OpStream::new([Op::CreateUser("".into()), Op::CreateUser("a@ex.co".into())]);
    /// let refusals = directory.preview_stream(ops)?.expect("there is one part");
    /// assert_eq!((refusals.len(), refusals[0].op_index()), (1, Some(0)));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn preview_stream<I: IntoIterator<Item = Op>>(
        &self,
        ops: OpStream<I>,
    ) -> Result<Option<Vec<Error>>> {
        let parts = ops.parts(|part| self.prepare(part));
        let door = self.door.as_deref();
        self.try_out(|txn| refusals_of_stream(txn, parts, door, Timestamp::now()))
    }

    /// Calls `body` with a transaction that is never committed; `None` if the result depends on
    /// writes that it doesn't remember.
    fn try_out<T>(
        &self,
        body: impl FnOnce(&mut Trial<'_, Snapshot>) -> Result<T>,
    ) -> Result<Option<T>> {
        let snapshot = self.snapshot()?;
        let mut txn = Trial::new(&snapshot);
        let told = body(&mut txn);
        if txn.is_exhausted() {
            return Ok(None);
        }
        told.map(Some)
    }
}
