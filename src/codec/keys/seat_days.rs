//! Days, and the numbers of users active on them.

use super::{KeyKind, build};
use crate::model::{SeatDay, Timestamp};

pub(crate) fn seat_day(day: Timestamp) -> Vec<u8> {
    build(|out| put_seat_day(out, day))
}

pub(crate) fn put_seat_day(out: &mut Vec<u8>, day: Timestamp) {
    KeyKind::SeatDay.put(out, &[&day.as_unix_micros().to_be_bytes()]);
}

pub(crate) fn put_seat_day_value(out: &mut Vec<u8>, day: &SeatDay) {
    out.extend_from_slice(&day.peak.to_be_bytes());
    out.extend_from_slice(&day.last.to_be_bytes());
}

/// The day of an entry; `None` if it is malformed.
pub(crate) fn seat_day_in(key: &[u8], value: &[u8]) -> Option<SeatDay> {
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_be_bytes);
    let day = number(KeyKind::SeatDay.rest(key)?)?;
    let day = Timestamp::from_unix_micros(day).ok()?;
    let (peak, last) = value.split_at_checked(8)?;
    let day = SeatDay::new(day, number(peak)?, number(last)?);
    (day.day == day.day.day()).then_some(day)
}
