//! What the values of fields say: truth, states and moments, as files write them.

use std::borrow::Cow;
use std::ops::Range;

use headcount::Timestamp;
use serde_json::Value;

use super::dates;

/// Words that make a user active, or say yes.
const YES: &[&str] = &[
    "true",
    "yes",
    "y",
    "t",
    "1",
    "on",
    "x",
    "active",
    "enabled",
    "provisioned",
    "recovery",
    "password_expired",
    "password expired",
    "locked_out",
    "locked out",
    // What spreadsheets write for TRUE in other languages.
    "wahr",
    "vrai",
    "verdadero",
    "verdadeiro",
    "vero",
    "waar",
];

/// Words that make a user inactive, or say no.
const NO: &[&str] = &[
    "false",
    "no",
    "n",
    "f",
    "0",
    "off",
    "inactive",
    "disabled",
    "suspended",
    "deactivated",
    "deprovisioned",
    "staged",
    "blocked",
    "banned",
    "locked",
    "archived",
    "deleted",
    "ldap_blocked",
    "blocked_pending_approval",
    "pending",
    "pending approval",
    "falsch",
    "faux",
    "falso",
    "onwaar",
];

/// Of these words some would say the opposite of a yes: the field is a question.
const STATES_FROM: &str = "active";

/// How far the clock of another machine may be ahead.
const AHEAD_MAX_MICROS: u64 = 5 * 60 * 1_000_000;
/// How far a time may be ahead that says nothing of its time zone.
const ZONE_MAX_MICROS: u64 = 14 * 60 * 60 * 1_000_000;

/// What `value` says of a state or as an answer to yes or no.
pub(super) fn truth(name: &str, value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(format!(
                "{name}: {number} is neither 0 nor 1, false nor true"
            )),
        },
        Value::String(text) => word(name, text),
        other => Err(mismatch(name, "true or false", other)),
    }
}

fn word(name: &str, text: &str) -> Result<bool, String> {
    let word = text.trim().to_lowercase();
    if YES.contains(&word.as_str()) {
        return Ok(true);
    }
    if NO.contains(&word.as_str()) {
        return Ok(false);
    }
    Err(format!(
        "{name}: {:?} is no word for true or false; write true, false, yes, no, active, \
         suspended or the like",
        shortened(text)
    ))
}

/// What `value` says of a field that is the opposite of `active`. Of states only
/// those of the field's own kind make sense: a blocked user is not active.
pub(super) fn untruth(name: &str, value: &Value) -> Result<bool, String> {
    if let Value::String(text) = value {
        let word = text.trim().to_lowercase();
        let at = YES.iter().position(|yes| *yes == word);
        let first_state = YES.iter().position(|yes| *yes == STATES_FROM);
        if at >= first_state && at.is_some() {
            return Ok(true);
        }
        let at = NO.iter().position(|no| *no == word);
        let first_state = NO.iter().position(|no| *no == "inactive");
        if at >= first_state && at.is_some() {
            return Ok(false);
        }
    }
    truth(name, value).map(|truth| !truth)
}

/// A moment that has passed: seconds or milliseconds since 1970, RFC 3339, or a
/// date as people and spreadsheets write it.
pub(super) fn moment(name: &str, value: &Value) -> Result<Timestamp, String> {
    refuse_days(name, value)?;
    let (moment, ahead_max) = match value {
        Value::Number(number) => {
            let whole = number.as_u64().or_else(|| {
                // Some write milliseconds as 1.72e12, which prints without a rest.
                let number = number.as_f64()?;
                (number.fract() == 0.0).then(|| format!("{number:.0}").parse().ok())?
            });
            let whole = whole.ok_or_else(|| {
                format!("{name}: {number} is not a time in seconds or milliseconds")
            })?;
            (since_1970(name, whole)?, AHEAD_MAX_MICROS)
        }
        Value::String(text) => {
            let text = text.trim();
            match text.parse() {
                Ok(whole) => (since_1970(name, whole)?, AHEAD_MAX_MICROS),
                Err(_) => match text.parse() {
                    Ok(moment) => (moment, AHEAD_MAX_MICROS),
                    Err(_) => (dates::parse(name, text)?, ZONE_MAX_MICROS),
                },
            }
        }
        other => return Err(mismatch(name, "a time", other)),
    };
    let latest = Timestamp::now().as_unix_micros() + ahead_max;
    if moment.as_unix_micros() > latest {
        return Err(format!(
            "{name}: {moment} lies in the future; correct it, or leave it out with \
             --ignore '{name}'"
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

/// The unit is told by the size: as milliseconds, today's seconds would be January
/// of 1970, and as seconds, today's milliseconds the year 56000.
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

/// `text`, if it is not longer than any sensible name.
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
        for word in ["Active", "ENABLED", " yes ", "Y", "1", "TRUE"] {
            assert_eq!(truth("a", &json!(word)), Ok(true), "{word}");
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
            assert_eq!(truth("a", &json!(word)), Ok(false), "{word}");
        }
        assert_eq!(truth("a", &json!(1)), Ok(true));
        assert!(
            truth("a", &json!("maybe"))
                .unwrap_err()
                .contains("\"maybe\" is no word")
        );
        for (value, active) in [
            ("yes", false),
            ("No", true),
            ("suspended", false),
            ("active", true),
            ("1", false),
        ] {
            assert_eq!(untruth("a", &json!(value)), Ok(active), "{value}");
        }
    }

    #[test]
    fn times_are_seconds_milliseconds_and_dates_but_not_in_the_future() {
        let of = |value: Value| moment("t", &value).map(|moment| moment.to_string());
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
