//! Dates as people and spreadsheets write them. Ambiguous dates are refused.

use clap::ValueEnum;
use headcount::{Timestamp, quoted};

use super::values::shortened;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether the day or the month comes first in dates such as 7/11/2024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// A date with or without a time of day; it is taken for UTC unless it says where.
pub(super) fn parse(name: &str, text: &str, order: Option<DateOrder>) -> Result<Timestamp, String> {
    if let Some(moment) = of_dot_net(text) {
        return Ok(moment);
    }
    let invalid = || {
        format!(
            "{name}: {} is not a time from 1970 on; write it as 2024-07-11 or \
             2024-07-11T16:55:59Z",
            quoted(&shortened(text))
        )
    };
    let upper = text.trim().to_uppercase();
    let upper = generalized(&upper).unwrap_or(upper);
    let (rest, zone) = zone_of(without_weekday(&upper));
    let (date, time) = split_time(rest);
    let (year, month, day) = match date_of(date, order) {
        None if has_short_year(date) => {
            return Err(format!(
                "{name}: the year of {} has two digits; write it with four, as in 2024-07-11",
                quoted(&shortened(text))
            ));
        }
        None => return Err(invalid()),
        Some(Date::Sure(date)) => date,
        Some(Date::Either) => {
            return Err(format!(
                "{name}: {} could be two different days; say which with --dates day-first or \
                 --dates month-first, or write it with the year first, as in 2024-07-11",
                quoted(&shortened(text))
            ));
        }
    };
    let time = time.map_or_else(|| Some("00:00:00".to_owned()), time_of);
    let time = time.ok_or_else(invalid)?;
    format!("{year:04}-{month:02}-{day:02}T{time}{zone}")
        .parse()
        .map_err(|_| invalid())
}

/// A time as .NET writes it in JSON, in milliseconds: `/Date(1685456141000)/`.
fn of_dot_net(text: &str) -> Option<Timestamp> {
    let millis = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    // What may follow is the time zone of the machine, not that of the number. Nothing is before
    // the sign of a negative one, which is no time from 1970 on.
    let millis = millis.split(['+', '-']).next().unwrap_or_default();
    let micros = millis.parse::<u64>().ok()?.checked_mul(1_000)?;
    Timestamp::from_unix_micros(micros).ok()
}

/// A time as LDAP writes it, such as `20240711165559.0Z`, with separators.
fn generalized(text: &str) -> Option<String> {
    let (digits, fraction) = text.strip_suffix('Z')?.split_at_checked(14)?;
    let is_all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_fraction = fraction.is_empty() || is_all_digits(fraction.strip_prefix('.')?);
    if !is_fraction || !is_all_digits(digits) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| &digits[range];
    Some(format!(
        "{}-{}-{} {}:{}:{}{fraction}Z",
        part(0..4),
        part(4..6),
        part(6..8),
        part(8..10),
        part(10..12),
        part(12..14)
    ))
}

/// What follows the day of the week, as in `Thu, 11 Jul 2024` and `Thursday, July 11, 2024`.
fn without_weekday(text: &str) -> &str {
    const DAYS: [&str; 7] = [
        "MONDAY",
        "TUESDAY",
        "WEDNESDAY",
        "THURSDAY",
        "FRIDAY",
        "SATURDAY",
        "SUNDAY",
    ];
    let Some((first, rest)) = text.split_once(',') else {
        return text;
    };
    let is_day = first.len() >= 3 && DAYS.iter().any(|day| day.starts_with(first));
    if is_day { rest.trim_start() } else { text }
}

enum Date {
    Sure((u32, u32, u32)),
    /// Day and month could change places.
    Either,
}

/// What is before the zone, and the zone.
fn zone_of(text: &str) -> (&str, String) {
    for utc in ["UTC", "GMT", "Z"] {
        if let Some(rest) = text.strip_suffix(utc) {
            return (rest.trim_end(), "Z".to_owned());
        }
    }
    // `+02:00` or `+0200` after a time of day, not the `-11` of a date.
    let at = text
        .rfind(['+', '-'])
        .filter(|at| text[..*at].contains(':'));
    let Some((rest, offset)) = at.and_then(|at| text.split_at_checked(at)) else {
        return (text, "Z".to_owned());
    };
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let zone = match digits.len() {
        2 => format!("{}{digits}:00", &offset[..1]),
        4 => format!("{}{}:{}", &offset[..1], &digits[..2], &digits[2..]),
        _ => return (text, "Z".to_owned()),
    };
    (rest.trim_end(), zone)
}

/// The date, and the time of day if there is one.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else {
        return (text, None);
    };
    match text[..colon].rfind([' ', 'T', ',']) {
        Some(at) => (
            text[..at].trim_end_matches([' ', ',']),
            Some(&text[at + 1..]),
        ),
        None => (text, None),
    }
}

fn date_of(text: &str, order: Option<DateOrder>) -> Option<Date> {
    let [a, b, c] = <[&str; 3]>::try_from(parts_of(text)).ok()?;
    if let Some(month) = month_of(b) {
        // 11-Jul-2024, 2024-Jul-11
        let (day, year) = if c.len() == 4 { (a, c) } else { (c, a) };
        return sure(year, month, day.parse().ok()?);
    }
    if let Some(month) = month_of(a) {
        return sure(c, month, b.parse().ok()?);
    }
    let number = |part: &str| -> Option<u32> {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok())?
    };
    let (first, second) = (number(a)?, number(b)?);
    if a.len() == 4 {
        return sure(a, second, number(c)?);
    }
    // With dots the day is first, wherever dates have dots.
    let is_day_first = text.contains('.') || order == Some(DateOrder::DayFirst);
    if is_day_first || (order.is_none() && first > 12) {
        return sure(c, second, first);
    }
    if order.is_some() || second > 12 || first == second {
        return sure(c, first, second);
    }
    (c.len() == 4 && number(c).is_some()).then_some(Date::Either)
}

fn parts_of(date: &str) -> Vec<&str> {
    let parts = date.split(['-', '/', '.', ' ', ',']);
    parts.filter(|part| !part.is_empty()).collect()
}

/// Whether it is a date whose year has only two digits.
fn has_short_year(date: &str) -> bool {
    let parts = parts_of(date);
    let is_part = |part: &&str| (1..=2).contains(&part.len()) && part.parse::<u8>().is_ok();
    let numbers = parts.iter().filter(|part| is_part(part)).count();
    let months = parts.iter().filter(|part| month_of(part).is_some()).count();
    parts.len() == 3 && numbers + months == 3 && months <= 1
}

/// The date, if the year has all its digits.
fn sure(year: &str, month: u32, day: u32) -> Option<Date> {
    let year = (year.len() == 4).then(|| year.parse().ok())??;
    Some(Date::Sure((year, month, day)))
}

fn month_of(text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    if text.len() < 3 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    (1..)
        .zip(MONTHS)
        .find(|(_, month)| month.starts_with(&text))
        .map(|(number, _)| number)
}

/// `4:05 PM` as `16:05:00`.
fn time_of(text: &str) -> Option<String> {
    // `4:05 p.m.`, which Spanish spreadsheets write with a space, too.
    let text = text
        .replace(['\u{a0}', '\u{202f}'], " ")
        .replace("A. M.", "AM")
        .replace("P. M.", "PM");
    let text = text.replace("A.M.", "AM").replace("P.M.", "PM");
    let text = text.trim();
    let (clock, afternoon) = match (text.strip_suffix("AM"), text.strip_suffix("PM")) {
        (Some(clock), _) => (clock.trim_end(), Some(false)),
        (_, Some(clock)) => (clock.trim_end(), Some(true)),
        _ => (text, None),
    };
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let second = parts.next().unwrap_or("00");
    let hour: u32 = hour.parse().ok()?;
    let hour = match afternoon {
        None => hour,
        Some(_) if hour == 0 || hour > 12 => return None,
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
    };
    Some(format!("{hour:02}:{minute}:{second}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for text in [
            "2024-07-13",
            "2024/07/13",
            "2024/7/13",
            "13.07.2024",
            "13.7.2024",
            "13/07/2024",
            "7/13/2024",
            "13-Jul-2024",
            "13 July 2024",
            "Jul 13, 2024",
            "July 13 2024",
            "2024-07-13 00:00",
            "7/13/2024 12:00 AM",
            "7/13/2024 12:00 a.m.",
            "13/07/2024 12:00:00\u{a0}a. m.",
            "Sat, 13 Jul 2024 00:00:00 GMT",
            "Saturday, July 13, 2024",
            "20240713000000.0Z",
            "20240713000000Z",
            "2024-07-13 02:00:00 +0200",
            "2024-07-13 00:00:00 UTC",
            "/Date(1720828800000)/",
            "/Date(1720828800000+0200)/",
            "/Date(1720828800000-0500)/",
        ] {
            let read = parse("t", text, None).map(|moment| moment.to_string());
            assert_eq!(read.as_deref(), Ok("2024-07-13T00:00:00Z"), "{text}");
        }
        let read = parse("t", "7/13/2024 4:05:06 PM", None).unwrap();
        assert_eq!(read.to_string(), "2024-07-13T16:05:06Z");
    }

    #[test]
    fn a_date_that_could_be_two_days_is_refused() {
        for text in ["7/11/2024", "07-11-2024", "7/11/2024 10:00"] {
            let error = parse("t", text, None).unwrap_err();
            assert!(
                error.contains("could be two different days"),
                "{text}: {error}"
            );
        }
        assert!(parse("t", "7/7/2024", None).is_ok());
        for text in [
            "1/2/24",
            "13.07.24",
            "13-Jul-24",
            "24-07-13 10:00",
            "Jul 13, 24",
            "July 13, 24 10:00",
        ] {
            let error = parse("t", text, None).unwrap_err();
            assert!(error.contains("has two digits"), "{text}: {error}");
        }
        for text in [
            "",
            "soon",
            "13/13/2024",
            "2024-02-30",
            "1969-01-01",
            "/Date(-86400000-0500)/",
            "é/é/é",
            "2024-07-11 25:00",
            "a:b",
        ] {
            let error = parse("t", text, None).unwrap_err();
            assert!(error.contains("is not a time"), "{text}: {error}");
        }
    }

    #[test]
    fn the_command_line_says_what_is_first() {
        let read = |text, order| parse("t", text, Some(order)).map(|moment| moment.to_string());
        for (text, order, day) in [
            ("7/11/2024", DateOrder::DayFirst, "2024-11-07"),
            ("7/11/2024", DateOrder::MonthFirst, "2024-07-11"),
            ("07-11-2024 00:00", DateOrder::MonthFirst, "2024-07-11"),
            ("7.11.2024", DateOrder::MonthFirst, "2024-11-07"),
            ("2024/7/11", DateOrder::DayFirst, "2024-07-11"),
        ] {
            assert_eq!(read(text, order), Ok(format!("{day}T00:00:00Z")), "{text}");
        }
        // The option is wrong, or the date is.
        for (text, order) in [
            ("13/7/2024", DateOrder::MonthFirst),
            ("7/13/2024", DateOrder::DayFirst),
            ("7/11/24", DateOrder::DayFirst),
        ] {
            assert!(read(text, order).is_err(), "{text}");
        }
    }
}
