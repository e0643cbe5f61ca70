//! The end of an accepted batch: its writes and its result.

use std::sync::Arc;

use super::entries::{self, ModelEntry};
use super::entry_buffer::EntryBuffer;
use super::plan::{Plan, PlannedWrites};
use super::session::{Session, one_more};
use super::working::WorkingRecord;
use super::{read, seat_days};
use crate::codec::{
    RequestRecord, Totals, encode_totals, keys, put_change, put_license, put_request, put_totals,
};
use crate::engine::{Read, Write};
use crate::error::Result;
use crate::model::{
    Applied, Batch, BatchDigest, Change, Event, Member, RequestId, Timestamp, User, UserId,
    WorkspaceId,
};

impl<R: Read> Session<'_, R> {
    /// The writes and the result. A batch that changed nothing writes nothing, unless it
    /// has a request id to remember.
    pub(super) fn finish(mut self, batch: &Batch) -> Result<Plan> {
        let mut writes = PlannedWrites::default();
        let mut sequence = None;
        let ownerless = ownerless(&self.events);
        if !self.events.is_empty() || batch.request_id.is_some() {
            let mut totals = self.totals_after()?;
            totals.last_change = one_more(totals.last_change)?;
            totals.last_at = self.at;
            sequence = Some(totals.last_change);
            let change = Change {
                sequence: totals.last_change,
                at: self.at,
                actor: self.actor,
                request_id: batch.request_id,
                door: batch.door.as_deref().map(str::to_owned),
                events: std::mem::take(&mut self.events),
            };
            let first = |buffer: &mut EntryBuffer| self.write_counters(buffer, &totals);
            let rest = |buffer: &mut EntryBuffer| {
                self.write_rest(buffer)?;
                // Moved into the closure, so that the events are freed before users are
                // copied.
                let change = change;
                self.write_change(buffer, &change, batch.request())?;
                let active = (self.totals.active, totals.active);
                seat_days::note(self.base, buffer, active, self.at)
            };
            writes = PlannedWrites::new(self.users.all(), first, rest)?;
        }
        Ok(self.answer(writes, sequence, ownerless))
    }

    /// The writes and the result of a part of a longer change. Appends its events to those of
    /// the change, `events`.
    pub(super) fn finish_part(mut self, events: &mut Vec<Event>) -> Result<Plan> {
        let mut writes = PlannedWrites::default();
        if !self.events.is_empty() {
            events.append(&mut self.events);
            let mut totals = self.totals_after()?;
            totals.last_at = self.at;
            let first = |buffer: &mut EntryBuffer| self.write_counters(buffer, &totals);
            writes = PlannedWrites::new(self.users.all(), first, |buffer| self.write_rest(buffer))?;
        }
        Ok(self.answer(writes, None, Vec::new()))
    }

    fn answer(
        self,
        writes: PlannedWrites,
        sequence: Option<u64>,
        ownerless: Vec<WorkspaceId>,
    ) -> Plan {
        let replaced = self.users.changed().filter_map(|user| user.before.clone());
        let replaced = replaced.collect();
        let users = self.users.into_all().into_iter();
        let applied = Applied {
            sequence,
            outcomes: self.outcomes,
            replayed: false,
            ownerless,
            users: users.map(|user| (user.key, user.now)).collect(),
        };
        Plan {
            writes,
            applied,
            replaced,
        }
    }

    fn write_change(
        &self,
        buffer: &mut EntryBuffer,
        change: &Change,
        request: Option<(RequestId, BatchDigest)>,
    ) -> Result<()> {
        buffer.put(&keys::change(change.sequence), |out| {
            put_change(out, change)
        })?;
        let Some((id, digest)) = request else {
            return Ok(());
        };
        let request = RequestRecord {
            sequence: change.sequence,
            digest,
            outcomes: self.outcomes.clone(),
        };
        buffer.put(&keys::request(&id), |out| put_request(out, &request))
    }

    fn write_counters(&self, buffer: &mut EntryBuffer, totals: &Totals) -> Result<()> {
        if self.license != self.license_before {
            buffer.put(keys::LICENSE, |out| put_license(out, &self.license))?;
        }
        buffer.put(keys::TOTALS, |out| put_totals(out, totals))
    }

    /// Adds the entries of workspaces, memberships and sightings.
    fn write_rest(&self, buffer: &mut EntryBuffer) -> Result<()> {
        for user in self.users.changed().filter(|user| user.now.is_none()) {
            let seen = read::last_seen(self.base, user.key)?;
            buffer.replace(seen.map(|at| ModelEntry::Seen(user.key, at)), None)?;
        }
        for workspace in self.workspaces.changed() {
            let (before, now) = (workspace.before.as_deref(), workspace.now.as_deref());
            buffer.replace_external_ids(before, now, entries::of_workspace_external_id)?;
            let before = before.map(entries::of_workspace);
            let now = now.map(entries::of_workspace);
            replace_all(buffer, before, now)?;
        }
        for member in self.members.all() {
            let (email_before, email_now) = self.email_keys(member.key.1)?;
            let before = of_member(member.before.as_deref(), email_before.as_deref());
            let now = of_member(member.now.as_deref(), email_now.as_deref());
            replace_all(buffer, before, now)?;
        }
        Ok(())
    }

    /// The email keys of a user before the batch and now.
    fn email_keys(&self, id: UserId) -> Result<(Option<String>, Option<String>)> {
        let key = |user: &Option<Arc<User>>| user.as_ref().map(|user| user.email_key().to_owned());
        if let Some(WorkingRecord { before, now, .. }) = self.users.record(id) {
            return Ok((key(before), key(now)));
        }
        let stored = key(&read::user_by_id(self.base, id)?.map(Arc::new));
        Ok((stored.clone(), stored))
    }
}

/// Writes the change with these `events`, which led from the counters `before` to `totals`,
/// together with the counters and the peak of the day; returns its sequence.
pub(super) fn write_change(
    txn: &mut impl Write,
    before: &Totals,
    mut totals: Totals,
    events: Vec<Event>,
    (actor, door): (Option<UserId>, Option<&str>),
    at: Timestamp,
) -> Result<u64> {
    let sequence = one_more(before.last_change)?;
    totals.last_change = sequence;
    // Times never decrease: see `Totals`.
    let at = at.max(totals.last_at);
    totals.last_at = at;
    let change = Change {
        sequence,
        at,
        actor,
        request_id: None,
        door: door.map(str::to_owned),
        events,
    };
    let mut value = Vec::new();
    put_change(&mut value, &change)?;
    txn.put(&keys::change(sequence), &value)?;
    seat_days::write(txn, (before.active, totals.active), at)?;
    txn.put(keys::TOTALS, &encode_totals(&totals)?)?;
    Ok(sequence)
}

fn of_member<'a>(
    member: Option<&'a Member>,
    email_key: Option<&'a str>,
) -> Option<[Option<ModelEntry<'a>>; 2]> {
    Some(entries::of_member(member?, email_key?))
}

/// Replaces the entries of a record, kind by kind.
fn replace_all<const N: usize>(
    buffer: &mut EntryBuffer,
    before: Option<[Option<ModelEntry<'_>>; N]>,
    now: Option<[Option<ModelEntry<'_>>; N]>,
) -> Result<()> {
    let (before, now) = (before.unwrap_or([None; N]), now.unwrap_or([None; N]));
    std::iter::zip(before, now).try_for_each(|(before, now)| buffer.replace(before, now))
}

/// The workspaces that the events say were left without an active owner.
fn ownerless(events: &[Event]) -> Vec<WorkspaceId> {
    let ownerless = events.iter().filter_map(|event| match event {
        Event::WorkspaceOwnerless { workspace } => Some(*workspace),
        _ => None,
    });
    ownerless.collect()
}
