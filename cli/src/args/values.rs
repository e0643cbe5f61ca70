//! Parsers of values on the command line, and their error messages.

use std::net::SocketAddr;

use headcount::Timestamp;
use headcount_server::Scope;
use log::LevelFilter;
use ureq::http::Uri;
use uuid::Uuid;

/// A whole number.
pub(crate) fn number(text: &str) -> Result<u64, String> {
    digits(text).ok_or_else(|| "write a whole number, such as 10".to_owned())
}

/// The maximum length of a list that has everything by default.
pub(crate) fn limit(text: &str) -> Result<usize, String> {
    unless_zero(text, "write 1 or more, or leave it out to list all")
}

/// How many faults to list.
pub(crate) fn faults(text: &str) -> Result<usize, String> {
    unless_zero(text, "write 1 or more; all are counted")
}

fn unless_zero(text: &str, told: &str) -> Result<usize, String> {
    match digits(text) {
        Some(0) => Err(told.to_owned()),
        _ => at_least_1(text),
    }
}

/// A whole number that is not 0.
pub(crate) fn at_least_1<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    let number = digits(text).filter(|number| *number > 0);
    let fitting = number.and_then(|number| number.try_into().ok());
    fitting.ok_or_else(|| {
        let is_too_large = number.is_some() || is_huge(text);
        let largest = [u64::MAX, u32::MAX.into()].into_iter();
        let largest = largest.filter(|_| is_too_large);
        match largest.into_iter().find(|max| T::try_from(*max).is_ok()) {
            Some(max) => format!("write a whole number from 1 to {max}"),
            None => "write a whole number from 1 on, such as 10".to_owned(),
        }
    })
}

/// Whether the text is a whole number that is too large for its type.
fn is_huge(text: &str) -> bool {
    let digits = text.trim_start_matches('0');
    digits.len() > 19 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name of a realm.
pub(crate) fn realm(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a realm needs a name".to_owned());
    }
    Ok(text.to_owned())
}

/// An address to listen at.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "write the address in numbers, and a port, such as 127.0.0.1:8080 or [::1]:8080".to_owned()
    })
}

fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// A URL that browsers or programs are sent to, without a query.
pub(crate) fn url(text: &str) -> Result<String, String> {
    let is_one = text.parse::<Uri>().is_ok_and(|url| {
        let host = url.host().filter(|host| !host.is_empty());
        let authority = url.authority().map_or("", |authority| authority.as_str());
        // A port out of range is none, and whoever writes a name and password expects their use.
        let is_address = host
            .and_then(|host| authority.strip_prefix(host))
            .is_some_and(|rest| rest.is_empty() || url.port().is_some());
        is_address && ["http", "https"].map(Some).contains(&url.scheme_str())
    });
    if !is_one || text.contains(['?', '#']) {
        return Err("write a URL such as https://users.example.com".to_owned());
    }
    Ok(text.to_owned())
}

/// The scope of users with tokens.
pub(crate) fn token_scope(text: &str) -> Result<Scope, String> {
    match text.parse() {
        Ok(scope @ (Scope::Read | Scope::Write)) => Ok(scope),
        _ => Err("say read or write; admins of the directory have admin".to_owned()),
    }
}

/// How important something must be to be logged.
pub(crate) fn log_level(text: &str) -> Result<LevelFilter, String> {
    text.parse()
        .map_err(|_| "say off, error, warn, info or debug".to_owned())
}

/// A UUID.
pub(crate) fn uuid(text: &str) -> Result<Uuid, String> {
    text.parse()
        .map_err(|_| "write a UUID, such as 45e6b641-fe57-4fb2-83d2-2c2bd201efe8".to_owned())
}

/// A name and a value, which may be empty.
pub(crate) fn attribute(text: &str) -> Result<(String, String), String> {
    pair(text).ok_or_else(|| "write it as NAME=VALUE".to_owned())
}

/// A text to choose users by. An empty one is most likely a variable of a script that is not
/// set, and would choose all of them.
pub(crate) fn condition(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err(
            "it is empty, and would choose everybody; leave it out if that is meant".into(),
        );
    }
    Ok(text.to_owned())
}

/// A domain to choose users by, which may be written with the @ before it.
pub(crate) fn domain(text: &str) -> Result<String, String> {
    let domain = text.trim();
    let domain = condition(domain.strip_prefix('@').unwrap_or(domain))?;
    if domain.contains('@') {
        return Err("write the domain alone, such as old.example".to_owned());
    }
    Ok(domain)
}

/// A text to search for.
pub(crate) fn search_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("write a word to search for; `headcount users list` lists everybody".into());
    }
    Ok(text.to_owned())
}

/// The name of an attribute, alone or with a value.
pub(crate) fn attribute_condition(text: &str) -> Result<String, String> {
    if text.is_empty() || text.starts_with('=') {
        return Err("write it as NAME, or as NAME=VALUE".to_owned());
    }
    Ok(text.to_owned())
}

/// A provisioner and an id, which may be empty.
pub(crate) fn external_id(text: &str) -> Result<(String, String), String> {
    pair(text).ok_or_else(|| "write it as PROVISIONER=ID, such as okta=00u1".to_owned())
}

fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

/// A time in the future: a time or a day.
pub(crate) fn expiry(text: &str) -> Result<Timestamp, String> {
    time_or_day(text).ok_or_else(|| {
        "write a day such as 2027-01-31, or a time such as 2027-01-31T08:00:00Z".to_owned()
    })
}

/// A time: a moment, a day, or how long ago it was.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    moment_before(text, Timestamp::now())
}

/// A time, as [`moment`], that has passed.
pub(crate) fn past(text: &str) -> Result<Timestamp, String> {
    past_before(text, Timestamp::now())
}

fn past_before(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let moment = moment_before(text, now)?;
    if moment > now {
        return Err(format!(
            "{moment} is in the future; give a time that has passed, such as 7d for seven days ago"
        ));
    }
    Ok(moment)
}

fn moment_before(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let unreadable = || {
        "write a day such as 2026-11-01, a time such as 2026-11-01T08:00:00Z, or how long ago: \
         30m, 12h, 7d, 2w"
            .to_owned()
    };
    if let Some(seconds) = duration(text) {
        let micros = seconds.checked_mul(1_000_000).ok_or_else(unreadable)?;
        let moment = now.as_unix_micros().saturating_sub(micros);
        return Timestamp::from_unix_micros(moment).map_err(|error| error.to_string());
    }
    time_or_day(text).ok_or_else(unreadable)
}

/// The time, or the beginning of the day in UTC.
fn time_or_day(text: &str) -> Option<Timestamp> {
    let is_day = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let time = if is_day {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    time.parse().ok()
}

/// The seconds in a duration such as `7d`.
fn duration(text: &str) -> Option<u64> {
    let unit = text.chars().next_back()?;
    let number = digits(text.strip_suffix(unit)?)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    number.checked_mul(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_a_day_or_a_while_ago() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let told = |text| moment_before(text, now).map(|moment| moment.to_string());
        for (text, moment) in [
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("2026-11-01T08:00:00+01:00", "2026-11-01T07:00:00Z"),
            ("7d", "2026-11-20T12:00:00Z"),
            ("2w", "2026-11-13T12:00:00Z"),
            ("90m", "2026-11-27T10:30:00Z"),
            ("0s", "2026-11-27T12:00:00Z"),
        ] {
            assert_eq!(told(text).unwrap(), moment);
        }
        for text in [
            "",
            "7",
            "d",
            "-7d",
            "7 d",
            "7y",
            "2026-13-01",
            "yesterday",
            "7\u{e4}",
            "99999999999999w",
        ] {
            assert!(told(text).unwrap_err().contains("7d"), "{text}");
        }
    }

    #[test]
    fn nothing_has_happened_since_a_moment_to_come() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        for past in ["2026-11-27", "2026-11-27T12:00:00Z", "0s", "7d"] {
            assert!(past_before(past, now).is_ok(), "{past}");
        }
        for future in ["2026-11-28", "2026-11-27T12:00:01Z", "2099-01-01"] {
            let told = past_before(future, now).unwrap_err();
            assert!(told.contains("is in the future"), "{told}");
        }
        assert!(past_before("later", now).unwrap_err().contains("7d"));
    }

    #[test]
    fn a_url_has_a_scheme_and_a_host() {
        for text in [
            "https://users.ex.co",
            "http://[::1]:80/",
            "http://[::1]",
            "http://127.0.0.1:65535",
            "https://ex.co/users",
        ] {
            assert_eq!(url(text).unwrap(), text);
        }
        for text in [
            "",
            "foo",
            "users.ex.co",
            "ftp://ex.co",
            "https://",
            "https:///x",
            "https://:80/",
            "https://ex.co/?x",
            "https://ex.co/#x",
            "https://ex co",
            "https://ex.co:99999",
            "https://ex.co:",
            "https://ann:secret@ex.co",
            "https://[::1]:99999/",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_expiry_is_a_time_or_a_day() {
        let told = |text| expiry(text).map(|moment| moment.to_string());
        assert_eq!(told("2027-01-31").unwrap(), "2027-01-31T00:00:00Z");
        assert_eq!(
            told("2027-01-31T08:00:00Z").unwrap(),
            "2027-01-31T08:00:00Z"
        );
        for text in ["", "30d", "2027-02-30", "never"] {
            assert!(told(text).unwrap_err().contains("2027-01-31"), "{text}");
        }
    }

    #[test]
    fn a_pair_is_split_at_its_first_equals_sign() {
        let owned = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(attribute("a=b=c"), owned("a", "b=c"));
        assert_eq!(external_id("a="), owned("a", ""));
        for text in ["a", "=b", ""] {
            assert!(attribute(text).is_err() && external_id(text).is_err());
        }
    }

    #[test]
    fn a_number_has_digits_only() {
        assert_eq!(number("0"), Ok(0));
        assert_eq!(limit("5"), Ok(5));
        assert!(limit("0").unwrap_err().contains("leave it out"));
        assert!(!faults("0").unwrap_err().contains("leave it out"));
        for text in ["", "-1", "+1", "1.5", "x", "99999999999999999999"] {
            assert!(number(text).is_err() && limit(text).is_err(), "{text}");
        }
        assert_eq!(at_least_1::<u32>("4294967295"), Ok(u32::MAX));
        for (text, told) in [
            ("4294967296", "from 1 to 4294967295"),
            ("99999999999999999999", "from 1 to 4294967295"),
            ("0", "from 1 on"),
            ("00000000000000000000", "from 1 on"),
            ("many", "from 1 on"),
        ] {
            let refused = at_least_1::<u32>(text).unwrap_err();
            assert!(refused.contains(told), "{text}: {refused}");
        }
        assert!(realm("").is_err() && realm(" ").is_err() && realm("demo").is_ok());
        for text in ["0", "4294967296", "x"] {
            assert!(at_least_1::<u32>(text).is_err(), "{text}");
        }
    }
}
