//! `headcount seats`: shows how many seats are and were in use, and who holds them.

use std::borrow::Cow;
use std::io::Write;

use headcount::{SeatHistory, Seats, Timestamp, UserQuery};
use serde_json::json;

use super::Store;
use super::filter::each;
use crate::args::SeatsArgs;
use crate::directory::Directory;
use crate::failure::Result;
use crate::output::{Table, USER_HEADS, user_cells, write_json};

pub(super) fn run(
    store: &Store<'_>,
    args: &SeatsArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let directory = store.open()?;
    let (seats, history) = (directory.seats()?, directory.seat_history(args.since)?);
    if json {
        let mut told = json!({ "seats": seats, "history": history });
        if args.holders {
            told["holders"] = json!(holders(&directory)?);
        }
        return write_json(out, &told);
    }
    write_seats(seats, &history, out)?;
    if args.holders {
        writeln!(out)?;
        let mut table = Table::new(USER_HEADS, out);
        each(&directory, &query(), |user| {
            table.push(user_cells(&user))?;
            Ok(true)
        })?;
        table.finish()?;
    }
    Ok(())
}

fn query() -> UserQuery {
    UserQuery::new().active(true)
}

fn holders(directory: &Directory) -> Result<Vec<serde_json::Value>> {
    let mut holders = Vec::new();
    each(directory, &query(), |user| {
        holders.push(json!(&*user));
        Ok(true)
    })?;
    Ok(holders)
}

fn write_seats(seats: Seats, history: &SeatHistory, out: &mut dyn Write) -> Result<()> {
    let limit = |seats: Option<u64>| seats.map_or_else(|| "no limit".to_owned(), |n| n.to_string());
    let row = [
        limit(seats.limit()),
        seats.active.to_string(),
        limit(seats.free()),
        history.peak.to_string(),
        day(history.since),
        history.peak_day.map(day).unwrap_or_default(),
    ];
    let heads = ["LIMIT", "ACTIVE", "FREE", "PEAK", "SINCE", "PEAK ON"];
    let mut table = Table::new(heads, out);
    table.push(row.into_iter().map(Cow::from))?;
    table.finish()?;
    if seats.over_by() > 0 {
        writeln!(out, "\nover the limit by {}", seats.over_by())?;
    }
    Ok(())
}

/// The day of a time, in UTC.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}
