//! Repairing a damaged directory from what can be read of it.
//!
//! Every fault comes with its remedy. Some faults only show once others are mended: if an
//! unreadable user is set aside, its index entries are left over. So rounds of examining
//! and mending alternate on a layer in memory until no fault is left; then everything is
//! written in one transaction.

use super::verify::{self, Fault, FaultKind, Fix, Replacements, Sound, Verified, Watch};
use crate::codec::keys::{self, KeyKind};
use crate::codec::{decode_change, decode_totals, encode_totals};
use crate::engine::{Inspect, Read, Write};
use crate::error::{Error, Result};
use crate::model::License;

/// Maximum rounds of examining and mending. Chains of faults that hide each other are
/// short.
const ROUNDS_MAX: usize = 16;

/// What a repair did, or would do: see [`Options::repair`](crate::Options::repair).
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("users.redb");
/// use headcount::Directory;
///
/// Directory::open(&path)?.close()?;
/// let planned = Directory::options().plan_repair(&path, 10)?;
/// assert_eq!((planned.faults_total, planned.removed), (0, 0));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Repaired {
    /// The first faults, up to the requested limit.
    pub faults: Vec<Fault>,
    /// The number of all faults.
    pub faults_total: u64,
    /// Entries that were written.
    pub written: u64,
    /// Entries that were removed, including those set aside.
    pub removed: u64,
    /// Records that were removed and saved to the file for them.
    pub set_aside: u64,
    /// The contents of the directory afterwards.
    pub verified: Verified,
    /// How many more users are active afterwards than the license has seats. Nobody
    /// is deactivated; only growth is refused.
    pub seats_over: u64,
}

/// A record that is removed from the directory.
pub(crate) struct Aside<'a> {
    /// The kind of entry.
    pub(crate) entry: &'static str,
    pub(crate) key: &'a [u8],
    /// The stored bytes, including the checksum if that was wrong.
    pub(crate) value: &'a [u8],
    pub(crate) reason: &'a str,
}

/// A planned repair; nothing is written yet.
pub(crate) struct Repair {
    pub(crate) report: Repaired,
    writes: Replacements,
}

impl Repair {
    /// Plans the repair of `read`, and calls `set_aside` with each record that has to be
    /// removed. A lost license becomes the one set last, or else `license`.
    pub(crate) fn plan(
        read: &impl Inspect,
        license: License,
        faults_max: usize,
        watch: Watch<'_>,
        set_aside: &mut dyn FnMut(&Aside<'_>) -> Result<()>,
    ) -> Result<Self> {
        let mut state = Sound::new(read)?;
        let mut report = Repaired::default();
        for round in 0..ROUNDS_MAX {
            let mut fixes = Vec::new();
            let inspection = verify::examine(&state, license, watch, &mut |fault, fix| {
                fixes.push((fault.to_string(), fix));
                if round == 0 && report.faults.len() < faults_max {
                    report.faults.push(fault);
                }
                Ok(())
            })?;
            if round == 0 {
                report.faults_total = inspection.faults_total;
            }
            if inspection.is_sound() {
                report.verified = inspection.verified;
                report.seats_over = inspection.seats_over;
                let removed = state.writes.values().filter(|value| value.is_none());
                report.removed = removed.count() as u64;
                report.written = state.writes.len() as u64 - report.removed;
                return Ok(Self {
                    report,
                    writes: state.writes,
                });
            }
            let mut mender = Mender {
                state: &mut state,
                set_aside,
                count: &mut report.set_aside,
            };
            for (reason, fix) in fixes {
                mender.mend(&reason, fix)?;
            }
        }
        let most = report.faults.first().map(ToString::to_string);
        Err(Error::corrupted(format_args!(
            "it can't be repaired; the first of {} faults is: {}",
            report.faults_total,
            most.unwrap_or_default()
        )))
    }

    /// Writes the repair.
    pub(crate) fn write_to(&self, txn: &mut impl Write) -> Result<()> {
        for (key, value) in &self.writes {
            if let Some(value) = value {
                txn.put(key, value)?;
            } else {
                // Removing a value reads it, which fails for a damaged one, so it is
                // overwritten first.
                txn.put(key, b"")?;
                txn.delete(key)?;
            }
        }
        Ok(())
    }
}

/// Applies remedies.
struct Mender<'m, 'r, R> {
    state: &'m mut Sound<'r, R>,
    set_aside: &'m mut dyn FnMut(&Aside<'_>) -> Result<()>,
    count: &'m mut u64,
}

impl<R: Read> Mender<'_, '_, R> {
    fn mend(&mut self, reason: &str, fix: Fix) -> Result<()> {
        match fix {
            Fix::Put(key, value) => {
                self.state.writes.insert(key, Some(value));
            }
            Fix::Remove(key) => {
                self.state.writes.insert(key, None);
            }
            Fix::SetAside(key, value) => self.set_aside(reason, key, &value)?,
            Fix::Trim(last) => self.trim(last)?,
        }
        Ok(())
    }

    fn set_aside(&mut self, reason: &str, key: Vec<u8>, value: &[u8]) -> Result<()> {
        if self.state.writes.get(&key) == Some(&None) {
            return Ok(());
        }
        *self.count += 1;
        (self.set_aside)(&Aside {
            entry: verify::entry_name(&key),
            key: &key,
            value,
            reason,
        })?;
        self.state.writes.insert(key, None);
        Ok(())
    }

    /// Removes the changes up to `last` and their outcomes. Followers must then read
    /// everything again, as they must after a lost change.
    fn trim(&mut self, last: u64) -> Result<()> {
        let mut gone = Vec::new();
        let start = KeyKind::Change.all().0;
        let end = match last.checked_add(1) {
            Some(next) => keys::change(next),
            None => KeyKind::Change.all().end(),
        };
        self.state.each(&start, Some(&end), |key, value| {
            gone.push((key.to_vec(), value.to_vec()));
            Ok(())
        })?;
        let reason = format!("{} change: trimmed", FaultKind::Gap.name());
        for (key, value) in gone {
            let request_id = decode_change(&value)
                .ok()
                .and_then(|change| change.request_id);
            self.set_aside(&reason, key, &value)?;
            let Some(request) = request_id.map(|id| keys::request(&id)) else {
                continue;
            };
            let outcome = self.state.get(&request)?.map(|value| value.to_vec());
            if let Some(outcome) = outcome {
                self.set_aside(&reason, request, &outcome)?;
            }
        }
        let stored = self.state.get(keys::TOTALS)?;
        let totals = stored.and_then(|bytes| decode_totals(&bytes).ok());
        let mut totals = totals.unwrap_or_default();
        totals.last_trimmed = totals.last_trimmed.max(last);
        totals.last_change = totals.last_change.max(last);
        let value = encode_totals(&totals)?;
        self.state.writes.insert(keys::TOTALS.to_vec(), Some(value));
        Ok(())
    }
}
