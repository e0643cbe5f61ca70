//! The peak of active users on each day, written with the change that causes it.

use std::ops::ControlFlow;

use super::entries::ModelEntry;
use super::entry_buffer::EntryBuffer;
use super::read;
use crate::codec::keys::{self, KeyKind};
use crate::engine::{Order, Read, Write, range_from};
use crate::error::{Error, Result};
use crate::model::{SEAT_DAYS_KEPT, SeatDay, SeatHistory, Timestamp};

/// Appends the entries to write when the number of active users becomes `after`.
///
/// A day's peak includes the number at its beginning, so days without a change need no
/// entry.
pub(super) fn note(
    read: &impl Read,
    buffer: &mut EntryBuffer,
    (before, after): (u64, u64),
    at: Timestamp,
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let day = at.day();
    let old = match read.get(&keys::seat_day(day))? {
        Some(value) => Some(decode(&keys::seat_day(day), &value)?),
        None => None,
    };
    let peak = old.map_or(0, |old| old.peak).max(before).max(after);
    let now = SeatDay::new(day, peak, after);
    buffer.replace(old.map(ModelEntry::SeatDay), Some(ModelEntry::SeatDay(now)))?;
    if old.is_none() {
        for old in days_until(read, Some(day.days_before(SEAT_DAYS_KEPT)))? {
            buffer.replace(Some(ModelEntry::SeatDay(old)), None)?;
        }
    }
    Ok(())
}

/// Writes the entries of [`note`] directly.
pub(super) fn write(txn: &mut impl Write, active: (u64, u64), at: Timestamp) -> Result<()> {
    let mut buffer = EntryBuffer::default();
    note(txn, &mut buffer, active, at)?;
    for (key, value) in buffer.iter() {
        match value {
            Some(value) => txn.put(key, value)?,
            None => txn.delete(key)?,
        }
    }
    Ok(())
}

/// The days from that of `since` on, and the peak of that time.
pub(crate) fn history(read: &impl Read, since: Option<Timestamp>) -> Result<SeatHistory> {
    let totals = read::totals(read)?;
    let mut days = days_until(read, None)?;
    let known = days.first().map_or(totals.last_at.day(), |day| day.day);
    let since = since.map_or(known, |since| since.day().max(known));
    let later = days.partition_point(|day| day.day < since);
    let before = days.drain(..later).next_back();
    // On a day without an entry, the number is that at the end of the previous entry.
    let opening = before.map_or(0, |before| before.last);
    let now = if days.is_empty() { totals.active } else { 0 };
    let peak = days.iter().map(|day| day.peak).max().unwrap_or(0);
    let peak = peak.max(opening).max(now);
    let peak_day = days.iter().rev().find(|day| day.peak == peak);
    Ok(SeatHistory {
        since,
        peak,
        peak_day: peak_day.map(|day| day.day),
        days,
    })
}

/// The days before `end`, or all.
fn days_until(read: &impl Read, end: Option<Timestamp>) -> Result<Vec<SeatDay>> {
    let all = KeyKind::SeatDay.all();
    let end = end.map_or_else(|| all.end(), keys::seat_day);
    let mut days = Vec::new();
    let range = range_from(&all.0, &end);
    read::try_scan(read, range, Order::Ascending, |key, value| {
        days.push(decode(key, value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(days)
}

fn decode(key: &[u8], value: &[u8]) -> Result<SeatDay> {
    keys::seat_day_in(key, value).ok_or_else(|| Error::corrupted("a day of seats is malformed"))
}
