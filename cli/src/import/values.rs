//! Parses values of fields as files write them: truth values, states and times.

use std::borrow::Cow;
use std::ops::Range;

use headcount::{Timestamp, quoted};
use serde_json::Value;

use super::dates::{self, DateOrder};
use super::words;
use crate::output::shell_word;

/// The states that a message proposes.
const STATES: &str = "active, enabled, yes, true or 1 for those who can log in, and inactive, \
                      disabled, suspended, blocked, archived, no, false or 0 for others";

/// How far the clock of another machine may be ahead.
const AHEAD_MAX_MICROS: u64 = 5 * 60 * 1_000_000;

/// Whether `value` says that a user is active: a state, or an answer to yes or no.
pub(super) fn is_active(name: &str, value: &Value) -> Result<bool, String> {
    if let Some(active) = state(value) {
        return Ok(active);
    }
    truth(name, value).map_err(|problem| match value {
        Value::String(text) => format!(
            "{name}: {} is not a known state; write {STATES}; or leave it out with --ignore {}",
            quoted(&shortened(text)),
            shell_word(name)
        ),
        _ => problem,
    })
}

/// The same of a field that asks for the opposite. States keep their meaning: a user whose
/// field `blocked` says "blocked" is not active.
pub(super) fn is_not_inactive(name: &str, value: &Value) -> Result<bool, String> {
    match state(value) {
        Some(active) => Ok(active),
        None => is_active(name, value).map(|truth| !truth),
    }
}

/// Whether the `userAccountControl` of Active Directory, such as 512 or 514, is that of an
/// account that is not disabled.
pub(super) fn is_enabled(name: &str, value: &Value) -> Result<bool, String> {
    const DISABLED: u32 = 2;
    let flags = match value {
        Value::Number(number) => number.as_u64().and_then(|flags| flags.try_into().ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    flags
        .map(|flags: u32| flags & DISABLED == 0)
        .ok_or_else(|| format!("{name}: it has to be a number of flags, such as 512 or 514"))
}

/// Whether a state lets a user log in; `None` for anything else.
fn state(value: &Value) -> Option<bool> {
    words::state(value.as_str()?)
}

/// The truth value of `value`.
pub(super) fn truth(name: &str, value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(format!(
                "{name}: {number} is neither 0 nor 1, false nor true; write one of these"
            )),
        },
        Value::String(text) => words::answer(text).ok_or_else(|| {
            format!(
                "{name}: {} is neither yes nor no; write true, false, yes or no",
                quoted(&shortened(text))
            )
        }),
        other => Err(mismatch(name, "true or false", other)),
    }
}

/// A moment that has passed: seconds or milliseconds since 1970, RFC 3339, or a
/// date as people and spreadsheets write it.
pub(super) fn moment(
    name: &str,
    value: &Value,
    order: Option<DateOrder>,
) -> Result<Timestamp, String> {
    refuse_days(name, value)?;
    let moment = match value {
        Value::Number(number) => {
            let whole = number.as_u64().or_else(|| {
                // Some write milliseconds as 1.72e12, which prints without a rest.
                let number = number.as_f64()?;
                (number.fract() == 0.0).then(|| format!("{number:.0}").parse().ok())?
            });
            let whole = whole.ok_or_else(|| {
                format!(
                    "{name}: {number} is not a time in seconds or milliseconds; correct it, or \
                     leave it out with --ignore {}",
                    shell_word(name)
                )
            })?;
            since_1970(name, whole)?
        }
        Value::String(text) => {
            let text = text.trim();
            match text.parse() {
                Ok(whole) => since_1970(name, whole)?,
                Err(_) => match text.parse() {
                    Ok(moment) => moment,
                    Err(_) => dates::parse(name, text, order)?,
                },
            }
        }
        other => return Err(mismatch(name, "a time", other)),
    };
    let latest = Timestamp::now().as_unix_micros() + AHEAD_MAX_MICROS;
    if moment.as_unix_micros() > latest {
        return Err(format!(
            "{name}: {moment} lies in the future; correct it, give it its time zone if it has none, or \
             leave it out with --ignore {}",
            shell_word(name)
        ));
    }
    Ok(moment)
}

/// Refuses the days since 1900 that a spreadsheet counts, with or without a time of day.
fn refuse_days(name: &str, value: &Value) -> Result<(), String> {
    // From 1970 to 2119.
    const DAYS: Range<f64> = 25_569.0..80_000.0;
    let days = match value {
        Value::Number(number) => number.as_f64(),
        // Where numbers have a decimal comma, spreadsheets write it.
        Value::String(text) => text.trim().replace(',', ".").parse().ok(),
        _ => None,
    };
    match days {
        Some(days) if DAYS.contains(&days) => Err(format!(
            "{name}: {days} looks like the days that a spreadsheet counts; format its column as a \
             date, or write the time as 2024-07-11T16:55:59Z"
        )),
        _ => Ok(()),
    }
}

/// The size tells the unit: as milliseconds, today's seconds would be January of 1970, and as
/// seconds, today's milliseconds the year 56000.
fn since_1970(name: &str, number: u64) -> Result<Timestamp, String> {
    const SECONDS_MIN: u64 = 100_000_000;
    const MILLIS_MIN: u64 = 100_000_000_000;
    const MILLIS_END: u64 = 100_000_000_000_000;
    let micros = match number {
        0 => 0,
        SECONDS_MIN..MILLIS_MIN => number * 1_000_000,
        MILLIS_MIN..MILLIS_END => number * 1_000,
        _ => {
            return Err(format!(
                "{name}: {number} is neither seconds nor milliseconds since 1970; write the time \
                 as 2024-07-11T16:55:59Z"
            ));
        }
    };
    Timestamp::from_unix_micros(micros).map_err(|error| format!("{name}: {error}"))
}

pub(super) fn mismatch(name: &str, expected: &str, found: &Value) -> String {
    format!("{name} is {}; it has to be {expected}", kind_of(found))
}

pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// `text`, cut off where it is longer than any sensible name.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    const CHARS_MAX: usize = 80;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn states_and_answers_are_words() {
        for word in [
            "Active",
            "ENABLED",
            " yes ",
            "Y",
            "1",
            "TRUE",
            "PASSWORD_RESET",
            "Locked-out",
        ] {
            assert_eq!(is_active("a", &json!(word)), Ok(true), "{word}");
        }
        for word in [
            "Suspended",
            "DEPROVISIONED",
            "no",
            "N",
            "0",
            "False",
            "blocked",
        ] {
            assert_eq!(is_active("a", &json!(word)), Ok(false), "{word}");
        }
        for (flags, enabled) in [
            (json!(512), true),
            (json!("514"), false),
            (json!(" 66048 "), true),
            (json!(66_050), false),
        ] {
            assert_eq!(is_enabled("a", &flags), Ok(enabled), "{flags}");
        }
        for flags in [json!("0x202"), json!(""), json!(-2), json!(true)] {
            assert!(is_enabled("a", &flags).is_err(), "{flags}");
        }
        assert_eq!(truth("a", &json!(1)), Ok(true));
        for word in ["maybe", "active", "Suspended"] {
            let refused = truth("admin", &json!(word)).unwrap_err();
            let told = format!("admin: {word:?} is neither yes nor no");
            assert!(refused.starts_with(&told), "{refused}");
        }
        assert!(is_active("a", &json!("maybe")).is_err());
        for (value, active) in [
            ("yes", false),
            ("No", true),
            ("suspended", false),
            ("active", true),
            ("1", false),
            ("WAHR", false),
            ("Falsch", true),
        ] {
            assert_eq!(is_not_inactive("a", &json!(value)), Ok(active), "{value}");
        }
    }

    #[test]
    fn times_are_seconds_milliseconds_and_dates_but_not_in_the_future() {
        let of = |value: Value| moment("t", &value, None).map(|moment| moment.to_string());
        for value in [
            json!(1_720_716_959),
            json!(1_720_716_959_000_u64),
            json!(1.720_716_959e12),
            json!("1720716959"),
            json!("1720716959000"),
            json!("2024-07-11T18:55:59+02:00"),
            json!("2024-07-11 16:55:59"),
        ] {
            assert_eq!(
                of(value.clone()).as_deref(),
                Ok("2024-07-11T16:55:59Z"),
                "{value}"
            );
        }
        for (value, told) in [
            (
                json!(45_484),
                "45484 looks like the days that a spreadsheet counts",
            ),
            (json!(45_484.5), "45484.5 looks like the days"),
            (json!("45484.5"), "45484.5 looks like the days"),
            (json!(" 45484,5 "), "45484.5 looks like the days"),
            (json!(80_000), "neither seconds nor milliseconds"),
            (json!(20_240_711), "neither seconds nor milliseconds"),
            (
                json!(1_720_716_959_000_000_u64),
                "neither seconds nor milliseconds",
            ),
            (json!(-1), "not a time in seconds"),
            (json!(4_102_444_800_u64), "lies in the future"),
            (json!("2099-01-01"), "lies in the future"),
            (json!(true), "it has to be a time"),
        ] {
            let error = of(value).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
