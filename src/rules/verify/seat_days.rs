//! Verifying the peaks of active users.

use super::fault::{Fault, FaultKind, Fix, name_of};
use super::{Examiner, kind_of};
use crate::codec::keys::{self, KeyKind};
use crate::engine::Read;
use crate::error::Result;
use crate::model::SeatDay;

impl<R: Read> Examiner<'_, R> {
    /// Checks that the days can be read, that none is later than the latest change, and
    /// that the last one ends with the current number of active users. There is no entry if
    /// no user was ever active.
    pub(super) fn seat_days(&mut self) -> Result<()> {
        let latest = self.on_record.map(|totals| totals.last_at);
        let mut last: Option<SeatDay> = None;
        let mut damaged = self.state.damaged();
        let mut is_whole = !damaged.any(|(key, _)| kind_of(key) == Some(KeyKind::SeatDay));
        self.each(KeyKind::SeatDay, |examiner, key, value| {
            let (kind, detail) = match keys::seat_day_in(key, value) {
                None => (FaultKind::Malformed, "the record can't be decoded"),
                Some(day) if latest.is_some_and(|latest| day.day > latest) => {
                    (FaultKind::Wrong, "the day is after the latest change")
                }
                Some(day) => {
                    last = Some(day);
                    if day.peak >= day.last {
                        return Ok(());
                    }
                    let right = SeatDay::new(day.day, day.last, day.last);
                    return examiner.wrong_day(right, "the peak is below the end of the day");
                }
            };
            is_whole = false;
            let fault = Fault::new(kind, name_of(KeyKind::SeatDay), detail);
            examiner.fault(fault, Fix::SetAside(key.to_vec(), value.to_vec()))
        })?;
        // An unreadable user may be active, and an unreadable day may be the last one.
        let is_certain = is_whole && self.unreadable_users == 0;
        if is_certain && last.map_or(0, |day| day.last) != self.counted.active {
            return self.wrong_end(last);
        }
        Ok(())
    }

    /// Reports that the last day, if there is one, doesn't end with the number of active
    /// users. The day of the change is unknown, so the remedy uses that of the latest
    /// change.
    fn wrong_end(&mut self, last: Option<SeatDay>) -> Result<()> {
        let on_record = self.on_record.map(|totals| totals.last_at);
        let latest = on_record.unwrap_or(self.latest_at).day();
        let active = self.counted.active;
        let last = last.unwrap_or_else(|| SeatDay::new(latest, 0, 0));
        let right = if latest > last.day {
            SeatDay::new(latest, last.last.max(active), active)
        } else {
            SeatDay::new(last.day, last.peak.max(active), active)
        };
        let detail = "the last day doesn't end with the users who are active";
        self.wrong_day(right, detail)
    }

    fn wrong_day(&mut self, right: SeatDay, detail: &str) -> Result<()> {
        let fault = Fault::new(FaultKind::Wrong, name_of(KeyKind::SeatDay), detail);
        let mut value = Vec::new();
        keys::put_seat_day_value(&mut value, &right);
        self.fault(fault, Fix::Put(keys::seat_day(right.day), value))
    }
}
