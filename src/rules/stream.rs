//! Applying operations part by part, as one change: memory is bounded by a part.

mod trial;

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
use crate::model::{Applied, Batch, Event, Timestamp, User, UserId, check_door};

/// Applies `parts`, one after the other, and calls `visit` with each part's plan once it is
/// written to `txn`. Returns the sequence of the one change that they make; `None` if they
/// change nothing.
///
/// Unique names and owners are judged at the end of each part, seats and admins at the very
/// end. The ids of new users must have been drawn.
pub(crate) fn stream<W: Write>(
    txn: &mut W,
    parts: impl Iterator<Item = Batch>,
    (actor, door): (Option<UserId>, Option<&str>),
    at: Timestamp,
    mut visit: impl FnMut(usize, Applied, Vec<Arc<User>>),
) -> Result<Option<u64>> {
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
    if let Some(refusal) = streaming.refusals_of_all(txn, &after)?.next() {
        return Err(refusal);
    }
    let Streaming { before, events, .. } = streaming;
    if events.is_empty() {
        return Ok(None);
    }
    write_change(txn, &before, after, events, (actor, door), at).map(Some)
}

/// Everything that stands in the way of `parts`, as
/// [`refusals`](super::refusals) tells it of a batch.
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
        refusals.splice(0..0, streaming.refusals_of_all(txn, &after)?);
    } else {
        refusals.retain(|error| error.op_index().is_some());
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
    /// The refusals so far; `None` where the first one ends it all.
    refusals: Option<Vec<Error>>,
}

impl Streaming {
    fn new(txn: &impl Write, at: Timestamp, refusals: Option<Vec<Error>>) -> Result<Self> {
        Ok(Self {
            before: read::totals(txn)?,
            at,
            ops: 0,
            events: Vec::new(),
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
        for refusal in session.judge_part()? {
            self.refuse(refusal)?;
        }
        self.ops += part.steps.len();
        let plan = session.finish_part(&mut self.events)?;
        plan.writes.write_to(txn)?;
        Ok(plan)
    }

    /// What the parts together must not do: take more seats than there are, or leave no admin.
    fn refusals_of_all<W: Write>(
        &self,
        txn: &W,
        after: &Totals,
    ) -> Result<impl Iterator<Item = Error> + use<W>> {
        let license = read::license(txn)?.license;
        let seats = judge::seats(license, &self.before, after).into_iter();
        Ok(seats.chain(judge::admins(&self.before, after)))
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
