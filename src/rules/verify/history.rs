//! Verifying changes, and the outcomes of requests that refer to them.

use super::fault::{Fault, FaultKind, Fix, name_of};
use super::sound::{Found, readable};
use super::{Examiner, Totals};
use crate::codec::keys::{self, KeyKind};
use crate::codec::{decode_change, decode_request, encode_totals, put_change};
use crate::engine::Read;
use crate::error::Result;
use crate::model::{Change, Event};

impl<R: Read> Examiner<'_, R> {
    /// Checks that changes are numbered without gaps from the last trimmed one on, and that
    /// each request has its outcome.
    pub(super) fn history(&mut self) -> Result<()> {
        let trimmed = self.on_record.map(|totals| totals.last_trimmed);
        let mut last = trimmed;
        self.each(KeyKind::Change, |examiner, key, value| {
            let change = readable(decode_change(value))?;
            let Some(sequence) = keys::sequence_of(key) else {
                return examiner.malformed_change(None, key, value);
            };
            last = Some(examiner.run_on(last, sequence, key, value)?);
            match change {
                Some(change) if change.sequence == sequence => examiner.change(&change),
                _ => examiner.malformed_change(Some(sequence), key, value),
            }
        })?;
        let state = self.state;
        let mut last = last.unwrap_or_default();
        while state.is_damaged(&keys::change(last + 1)) {
            last += 1;
        }
        self.counted.last_change = last;
        self.counted.last_trimmed = trimmed.unwrap_or_else(|| self.trimmed_before());
        let Some(on_record) = self.on_record.filter(|totals| totals.last_change != last) else {
            return Ok(());
        };
        let found = on_record.last_change;
        let fault = Fault::new(
            FaultKind::Counter,
            "totals",
            format!("the last change: {found} on record, {last} found"),
        );
        // A number that was used is not used again.
        self.counted.last_change = last.max(found);
        let fix = if found > last {
            Fix::Trim(found)
        } else {
            let totals = Totals {
                last_change: last,
                ..on_record
            };
            Fix::Put(keys::TOTALS.to_vec(), encode_totals(&totals)?)
        };
        self.fault(fault.change(last), fix)
    }

    /// The number before the first change on record, used when the counters are lost.
    fn trimmed_before(&self) -> u64 {
        self.first_change.map_or(0, |first| first.saturating_sub(1))
    }

    /// Checks that `sequence` follows `last`; returns the new last one.
    fn run_on(
        &mut self,
        last: Option<u64>,
        sequence: u64,
        key: &[u8],
        value: &[u8],
    ) -> Result<u64> {
        self.first_change.get_or_insert(sequence);
        let Some(mut last) = last else {
            return Ok(sequence);
        };
        if sequence <= last {
            let fault = Fault::new(
                FaultKind::Leftover,
                name_of(KeyKind::Change),
                format!("changes up to {last} were trimmed"),
            );
            self.fault(
                fault.change(sequence),
                Fix::SetAside(key.to_vec(), value.to_vec()),
            )?;
            return Ok(last);
        }
        while last + 1 < sequence && self.state.is_damaged(&keys::change(last + 1)) {
            last += 1;
        }
        if last + 1 < sequence {
            let fault = Fault::new(
                FaultKind::Gap,
                name_of(KeyKind::Change),
                format!("{last} is followed by {sequence}"),
            );
            self.fault(fault.change(last + 1), Fix::Trim(sequence - 1))?;
        }
        Ok(sequence)
    }

    fn malformed_change(&mut self, sequence: Option<u64>, key: &[u8], value: &[u8]) -> Result<()> {
        let fault = Fault::new(
            FaultKind::Malformed,
            name_of(KeyKind::Change),
            "the record can't be decoded, or its number differs from its key",
        );
        self.fault(
            fault.change(sequence),
            Fix::SetAside(key.to_vec(), value.to_vec()),
        )
    }

    /// Checks that a change is not earlier than those before it, and that none is later
    /// than the counters say.
    fn time(&mut self, change: &Change) -> Result<()> {
        let at = change.at.max(self.latest_at);
        self.latest_at = at;
        let on_record = self.counted.last_at;
        self.counted.last_at = on_record.max(at);
        if at > change.at {
            let mended = Change {
                at,
                ..change.clone()
            };
            let mut value = Vec::new();
            put_change(&mut value, &mended)?;
            let detail = "it has an earlier time than the one before it";
            let fault = Fault::new(FaultKind::Wrong, name_of(KeyKind::Change), detail);
            let fix = Fix::Put(keys::change(change.sequence), value);
            return self.fault(fault.change(change.sequence), fix);
        }
        match self.on_record.filter(|_| at > on_record) {
            Some(totals) => {
                let detail = "the time of the latest change: later ones are on record";
                let fault = Fault::new(FaultKind::Counter, "totals", detail);
                let totals = Totals {
                    last_at: at,
                    ..totals
                };
                let fix = Fix::Put(keys::TOTALS.to_vec(), encode_totals(&totals)?);
                self.fault(fault.change(change.sequence), fix)
            }
            None => Ok(()),
        }
    }

    fn change(&mut self, change: &Change) -> Result<()> {
        self.verified.changes += 1;
        self.time(change)?;
        for event in &change.events {
            match event {
                Event::LicenseSet { license } => self.license_set = Some(*license),
                Event::WorkspaceCreated { workspace, .. } => {
                    let last = &mut self.counted.last_workspace;
                    *last = workspace.as_u64().max(*last);
                }
                _ => {}
            }
        }
        let Some(id) = &change.request_id else {
            return Ok(());
        };
        let key = keys::request(id);
        let name = name_of(KeyKind::Request);
        if self.state.is_damaged(&key) {
            return Ok(());
        }
        let Some(stored) = self.state.get(&key)?.map(|value| value.to_vec()) else {
            // Its outcomes can't be reconstructed.
            let forgotten = Change {
                request_id: None,
                ..change.clone()
            };
            let mut value = Vec::new();
            put_change(&mut value, &forgotten)?;
            let fault = Fault::new(FaultKind::Missing, name, "the outcome is missing");
            return self.fault(
                fault.change(change.sequence),
                Fix::Put(keys::change(change.sequence), value),
            );
        };
        *self.present.entry(KeyKind::Request as u8).or_default() += 1;
        let (kind, detail) = match readable(decode_request(&stored))? {
            Some(request) if request.sequence == change.sequence => return Ok(()),
            Some(_) => (FaultKind::Wrong, "the outcome is that of another change"),
            None => (FaultKind::Malformed, "the outcome can't be decoded"),
        };
        self.judged.insert(key.clone());
        self.fault(
            Fault::new(kind, name, detail).change(change.sequence),
            Fix::SetAside(key, stored),
        )
    }

    /// Whether the outcome of a request belongs to an existing change; `None` if that is
    /// unknown.
    pub(super) fn has_change(&self, key: &[u8], value: &[u8]) -> Result<Option<bool>> {
        let Some(request) = readable(decode_request(value))? else {
            return Ok(Some(false));
        };
        let change = keys::change(request.sequence);
        Ok(match self.state.find(&change, decode_change)? {
            Found::Sound(change) => Some(
                change
                    .request_id
                    .is_some_and(|id| keys::request(&id) == key),
            ),
            Found::Absent => Some(false),
            Found::Unreadable => None,
        })
    }
}
