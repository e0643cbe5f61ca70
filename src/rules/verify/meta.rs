//! Verifying the format, the license and the counters, and finding keys of unknown kinds.

use super::Examiner;
use super::fault::{Fault, FaultKind, Fix, KINDS};
use super::sound::readable;
use crate::codec::keys::{self, KeyKind};
use crate::codec::{
    FORMAT, LicenseEntry, Totals, decode_format, decode_license, encode_format, encode_license,
    encode_totals,
};
use crate::engine::Read;
use crate::error::Result;
use crate::model::License;

impl<R: Read> Examiner<'_, R> {
    /// Checks that the format exists and can be read.
    pub(super) fn format(&mut self) -> Result<()> {
        if self.state.is_damaged(keys::FORMAT) {
            return Ok(());
        }
        let kind = match self.state.get(keys::FORMAT)? {
            None => FaultKind::Missing,
            Some(bytes) => match readable(decode_format(&bytes))? {
                Some(_) => return Ok(()),
                None => FaultKind::Malformed,
            },
        };
        self.fault(
            Fault::new(kind, "format", "the format of the directory can't be read"),
            Fix::Put(keys::FORMAT.to_vec(), encode_format(FORMAT)?),
        )
    }

    /// Reports keys of unknown kinds.
    pub(super) fn unknown(&mut self) -> Result<()> {
        let state = self.state;
        let mut start = Vec::new();
        for kind in KINDS {
            let end = kind.all().0;
            state.each(&start, Some(&end), |key, value| {
                self.unknown_key(key, value)
            })?;
            start = kind.all().end();
        }
        state.each(&start, None, |key, value| self.unknown_key(key, value))?;
        self.each(KeyKind::Meta, |examiner, key, value| {
            if [keys::FORMAT, keys::LICENSE, keys::TOTALS].contains(&key) {
                return Ok(());
            }
            examiner.unknown_key(key, value)
        })
    }

    fn unknown_key(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let first = key.first().copied().unwrap_or_default();
        self.fault(
            Fault::new(
                FaultKind::Unknown,
                "unknown",
                format!("a key of kind {first:#04x} is none of this release"),
            ),
            Fix::SetAside(key.to_vec(), value.to_vec()),
        )
    }

    /// Checks the license; returns by how many users it is exceeded.
    pub(super) fn license(&mut self, instead: License) -> Result<u64> {
        let mut limit = None;
        if !self.state.is_damaged(keys::LICENSE) {
            let stored = self.state.get(keys::LICENSE)?;
            let entry = match &stored {
                Some(bytes) => readable(decode_license(bytes))?,
                None => None,
            };
            if let Some(entry) = entry {
                limit = entry.license.seat_limit();
            } else {
                let kind = match stored {
                    Some(_) => FaultKind::Malformed,
                    None => FaultKind::Missing,
                };
                let rebuilt = LicenseEntry {
                    license: self.license_set.unwrap_or(instead),
                    // Larger than any version that a caller may have seen.
                    version: self.counted.last_change + 2,
                };
                self.fault(
                    Fault::new(kind, "license", "the license can't be read"),
                    Fix::Put(keys::LICENSE.to_vec(), encode_license(&rebuilt)?),
                )?;
            }
        }
        Ok(limit.map_or(0, |limit| self.counted.active.saturating_sub(limit)))
    }

    /// Compares the counters with what was counted.
    pub(super) fn totals(&mut self) -> Result<()> {
        let counted = self.counted;
        let Some(on_record) = self.on_record else {
            return self.lost_totals();
        };
        let users = self.unreadable_users;
        let sum = counted.active + counted.inactive + users;
        // Unreadable users may be active or not, and admins or not.
        let may_be = |found: u64, counted: u64| (counted..=counted + users).contains(&found);
        let fits = on_record.active.saturating_add(on_record.inactive) == sum;
        let workspaces = counted.workspaces + self.unreadable_workspaces;
        for (what, found, expected, is_right) in [
            (
                "active users",
                on_record.active,
                counted.active,
                may_be(on_record.active, counted.active)
                    && (fits || on_record.active == counted.active),
            ),
            (
                "inactive users",
                on_record.inactive,
                counted.inactive,
                may_be(on_record.inactive, counted.inactive)
                    && (fits || on_record.inactive == counted.inactive),
            ),
            (
                "active admins",
                on_record.active_admins,
                counted.active_admins,
                may_be(on_record.active_admins, counted.active_admins),
            ),
            (
                "workspaces",
                on_record.workspaces,
                counted.workspaces,
                on_record.workspaces == workspaces,
            ),
            (
                "the last workspace id",
                on_record.last_workspace,
                counted.last_workspace,
                on_record.last_workspace >= counted.last_workspace,
            ),
        ] {
            if !is_right {
                let detail = format!("{what}: {found} on record, {expected} counted");
                let last_workspace = counted.last_workspace.max(on_record.last_workspace);
                let totals = Totals {
                    last_workspace,
                    ..counted
                };
                self.fault(
                    Fault::new(FaultKind::Counter, "totals", detail),
                    Fix::Put(keys::TOTALS.to_vec(), encode_totals(&totals)?),
                )?;
            }
        }
        Ok(())
    }

    /// Reports counters that can't be read.
    fn lost_totals(&mut self) -> Result<()> {
        if self.state.is_damaged(keys::TOTALS) {
            return Ok(());
        }
        let kind = match self.state.get(keys::TOTALS)? {
            Some(_) => FaultKind::Malformed,
            None => FaultKind::Missing,
        };
        self.fault(
            Fault::new(kind, "totals", "the counters can't be read"),
            Fix::Put(keys::TOTALS.to_vec(), encode_totals(&self.counted)?),
        )
    }
}
