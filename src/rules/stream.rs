//! Applying operations part by part, as one change: memory is bounded by a part.

mod trial;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use self::trial::Trial;
use super::apply::run;
use super::finish::write_change;
use super::plan::Plan;
use super::session::Session;
use super::{judge, read};
use crate::codec::Totals;
use crate::engine::Write;
use crate::error::{Error, Result};
use crate::model::{
    Applied, AppliedStream, Batch, Event, Timestamp, User, UserId, Workspace, WorkspaceId,
    check_door,
};

/// Applies `parts`, one after the other, as one change. Once a part is written to `txn`, calls
/// `visit` with the number of its first operation, its effect, and the users it replaced.
///
/// Unique names are judged at the end of each part; seats, admins and owners at the very end.
/// The ids of new users must have been drawn.
pub(crate) fn stream<W: Write>(
    txn: &mut W,
    parts: impl Iterator<Item = Batch>,
    (actor, door): (Option<UserId>, Option<&str>),
    at: Timestamp,
    mut visit: impl FnMut(usize, Applied, Vec<Arc<User>>),
) -> Result<AppliedStream> {
    door.map_or(Ok(()), check_door)?;
    let mut streaming = Streaming::new(txn, at, None)?;
    for part in parts {
        let first = streaming.ops;
        let Plan {
            applied, replaced, ..
        } = streaming.part(txn, &part)?;
        visit(first, applied, replaced);
    }
    let after = read::totals(txn)?;
    let ownerless = streaming.ownerless(txn)?;
    if let Some(refusal) = streaming.refusals_of_all(txn, &after, &ownerless)?.next() {
        return Err(refusal);
    }
    let Streaming {
        before, mut events, ..
    } = streaming;
    events.extend(judge::left(&ownerless));
    let sequence = if events.is_empty() {
        None
    } else {
        let by = (actor, door);
        Some(write_change(txn, &before, after, events, by, at)?)
    };
    Ok(AppliedStream {
        sequence,
        ownerless: ownerless.iter().map(|workspace| workspace.id).collect(),
    })
}

/// All refusals of `parts`, like [`refusals`](super::refusals) for a batch.
pub(crate) fn refusals_of_stream<W: Write>(
    txn: &mut W,
    parts: impl Iterator<Item = Batch>,
    door: Option<&str>,
    at: Timestamp,
) -> Result<Vec<Error>> {
    if let Err(error) = door.map_or(Ok(()), check_door) {
        return Ok(vec![error]);
    }
    let mut streaming = Streaming::new(txn, at, Some(Vec::new()))?;
    for part in parts {
        streaming.part(txn, &part)?;
        streaming.events.clear();
    }
    let mut refusals = streaming.refusals.take().unwrap_or_default();
    if refusals.iter().all(|error| error.op_index().is_none()) {
        let after = read::totals(txn)?;
        let ownerless = streaming.ownerless(txn)?;
        refusals.extend(streaming.refusals_of_all(txn, &after, &ownerless)?);
    }
    refusals.sort_by_key(|error| error.op_index().unwrap_or(usize::MAX));
    Ok(refusals)
}

struct Streaming {
    /// The counters before the first part.
    before: Totals,
    at: Timestamp,
    /// Operations of the parts so far.
    ops: usize,
    events: Vec<Event>,
    allow_ownerless: bool,
    /// Workspaces that the last part left without an active owner.
    ownerless: Vec<Arc<Workspace>>,
    /// Workspaces that an earlier part left without one; they may have one again.
    ownerless_earlier: BTreeSet<WorkspaceId>,
    /// The refusals so far; `None` if the first one ends the stream.
    refusals: Option<Vec<Error>>,
}

impl Streaming {
    fn new(txn: &impl Write, at: Timestamp, refusals: Option<Vec<Error>>) -> Result<Self> {
        Ok(Self {
            before: read::totals(txn)?,
            at,
            ops: 0,
            events: Vec::new(),
            allow_ownerless: false,
            ownerless: Vec::new(),
            ownerless_earlier: BTreeSet::new(),
            refusals,
        })
    }

    /// Applies a part and writes it, apart from the change.
    fn part<W: Write>(&mut self, txn: &mut W, part: &Batch) -> Result<Plan> {
        let mut session = Session::new(&*txn, part, self.at)?;
        for (index, step) in (self.ops..).zip(&part.steps) {
            match run(&mut session, index, step) {
                Ok(()) => {}
                Err(error) => self.refuse(error)?,
            }
        }
        for refusal in session.contested()? {
            self.refuse(refusal)?;
        }
        self.allow_ownerless = part.allow_ownerless;
        let earlier = std::mem::replace(&mut self.ownerless, session.ownerless()?);
        { &mut self.ownerless_earlier }.extend(earlier.iter().map(|workspace| workspace.id));
        self.ops += part.steps.len();
        let plan = session.finish_part(&mut self.events)?;
        plan.writes.write_to(txn)?;
        Ok(plan)
    }

    /// The workspaces that the parts together leave without an active owner, each once.
    fn ownerless<W: Write>(&self, txn: &W) -> Result<Vec<Arc<Workspace>>> {
        let mut ownerless = self.ownerless.clone();
        if !self.ownerless_earlier.is_empty() {
            let mut session = Session::new(txn, &Batch::new(), self.at)?;
            for id in &self.ownerless_earlier {
                if self.ownerless.iter().all(|workspace| workspace.id != *id)
                    && let Some(workspace) = session.lacking_owner(*id)?
                {
                    ownerless.push(workspace);
                }
            }
            ownerless.sort_unstable_by_key(|workspace| workspace.id);
        }
        Ok(ownerless)
    }

    /// Refusals of the net result: too few seats, no admin left, or a workspace without an
    /// active owner.
    fn refusals_of_all<W: Write>(
        &self,
        txn: &W,
        after: &Totals,
        ownerless: &[Arc<Workspace>],
    ) -> Result<impl Iterator<Item = Error> + use<W>> {
        let license = read::license(txn)?.license;
        let seats = judge::seats(license, &self.before, after).into_iter();
        let owners = judge::owners(ownerless).filter(|_| !self.allow_ownerless);
        Ok(seats
            .chain(judge::admins(&self.before, after))
            .chain(owners))
    }

    fn refuse(&mut self, error: Error) -> Result<()> {
        match &mut self.refusals {
            Some(refusals) if error.is_refusal() => {
                refusals.push(error);
                Ok(())
            }
            _ => Err(error),
        }
    }
}
