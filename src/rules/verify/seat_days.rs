//! The most users that were active on each day.

use super::Examiner;
use super::fault::{Fault, FaultKind, Fix, name_of};
use crate::codec::keys::{self, Kind};
use crate::engine::Read;
use crate::error::Result;
use crate::model::SeatDay;

impl<R: Read> Examiner<'_, R> {
    /// Checks that the days can be read, that none is later than the latest change, and
    /// that the last one ends with the users who are active. A directory may have none: it
    /// may be older than they are, or nobody was ever active.
    pub(super) fn seat_days(&mut self) -> Result<()> {
        let latest = self.on_record.map(|totals| totals.last_at);
        let mut last: Option<SeatDay> = None;
        self.each(Kind::SeatDay, |examiner, key, value| {
            let (kind, detail) = match keys::seat_day_in(key, value) {
                None => (FaultKind::Malformed, "the record can't be decoded"),
                Some(day) if latest.is_some_and(|latest| day.day > latest) => {
                    (FaultKind::Wrong, "the day is after the latest change")
                }
                Some(day) => {
                    last = Some(day);
                    return match day.peak < day.last {
                        true => examiner.wrong_day(day, day.last, "the peak is below the end"),
                        false => Ok(()),
                    };
                }
            };
            let fault = Fault::new(kind, name_of(Kind::SeatDay), detail);
            examiner.fault(fault, Fix::SetAside(key.to_vec(), value.to_vec()))
        })?;
        // Users who can't be read were active or not.
        match last.filter(|_| self.unreadable_users == 0) {
            Some(day) if day.last != self.counted.active => self.wrong_day(
                day,
                self.counted.active,
                "the last day doesn't end with the users who are active",
            ),
            _ => Ok(()),
        }
    }

    fn wrong_day(&mut self, day: SeatDay, last: u64, detail: &str) -> Result<()> {
        let right = SeatDay::new(day.day, day.peak.max(last), last);
        let fault = Fault::new(FaultKind::Wrong, name_of(Kind::SeatDay), detail);
        let mut value = Vec::new();
        keys::put_seat_day_value(&mut value, &right);
        self.fault(fault, Fix::Put(keys::seat_day(day.day), value))
    }
}
