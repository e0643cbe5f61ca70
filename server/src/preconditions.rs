//! `If-Match` and `If-None-Match` (RFC 9110, 13.1): the versions that a record must have, or must
//! not have, for a request to apply.
//!
//! A record's entity tag is its version. One matching tag of the list is enough; tags that no
//! record can have, such as those of another server, never match.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use headcount::ErrorKind;

use crate::door::Failure;

/// Versions that one request may list in `If-Match`.
const VERSIONS_MAX: usize = 16;

/// Versions of which a record must have one; never empty.
pub(crate) type Versions = Vec<u64>;

/// The versions that `If-Match` asks for; `None` means any. The comparison is strong: weak tags
/// never match.
pub(crate) fn strong(headers: &HeaderMap) -> Result<Option<Versions>, Failure> {
    versions(headers, |tag| !tag.is_weak)
}

/// The same for SCIM, where versions are weak tags (RFC 7644, 3.14).
pub(crate) fn weak(headers: &HeaderMap) -> Result<Option<Versions>, Failure> {
    versions(headers, |_| true)
}

/// Refuses a record that has none of the versions that a request requires.
pub(crate) fn check(wanted: Option<&[u64]>, found: u64) -> Result<(), Failure> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.contains(&found)) else {
        return Ok(());
    };
    let expected = wanted.last().copied().unwrap_or_default();
    Err(Failure {
        kind: Some(ErrorKind::Conflict { expected, found }),
        ..Failure::new(
            StatusCode::PRECONDITION_FAILED,
            format!("the version is {found}, not {expected}; read the record again"),
        )
    })
}

/// Whether the client already has this version of a record, by `If-None-Match`. The comparison is
/// weak.
pub(crate) fn has_copy(headers: &HeaderMap, version: u64) -> Result<bool, Failure> {
    let Some(list) = list(headers, &header::IF_NONE_MATCH) else {
        return Ok(false);
    };
    let tags = parse(&list).ok_or_else(|| malformed("If-None-Match"))?;
    Ok(tags.is_none_or(|tags| tags.iter().any(|tag| tag.version() == Some(version))))
}

/// Refuses `If-None-Match` on a change, where it would be ignored.
pub(crate) fn check_change(headers: &HeaderMap) -> Result<(), Failure> {
    if headers.contains_key(header::IF_NONE_MATCH) {
        let message = "If-None-Match is for reading; send the ETag in If-Match to change";
        return Err(Failure::bad_request(message));
    }
    Ok(())
}

struct Tag<'a> {
    is_weak: bool,
    opaque: &'a [u8],
}

impl Tag<'_> {
    fn version(&self) -> Option<u64> {
        let text = str::from_utf8(self.opaque).ok()?;
        let version: u64 = text.parse().ok()?;
        (version.to_string() == text).then_some(version)
    }
}

fn versions(
    headers: &HeaderMap,
    counts: impl Fn(&Tag<'_>) -> bool,
) -> Result<Option<Versions>, Failure> {
    let Some(list) = list(headers, &header::IF_MATCH) else {
        return Ok(None);
    };
    let Some(tags) = parse(&list).ok_or_else(|| malformed("If-Match"))? else {
        return Ok(None);
    };
    let mut versions: Versions = tags
        .iter()
        .filter(|tag| counts(tag))
        .filter_map(Tag::version)
        .collect();
    versions.sort_unstable();
    versions.dedup();
    if versions.len() > VERSIONS_MAX {
        let message = format!("If-Match may name up to {VERSIONS_MAX} versions");
        return Err(Failure::bad_request(message));
    }
    if versions.is_empty() {
        return Err(Failure::new(
            StatusCode::PRECONDITION_FAILED,
            "no tag of If-Match belongs to this record; send its ETag as you read it",
        ));
    }
    Ok(Some(versions))
}

/// The value of a header; several lines are one list.
fn list(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let lines = headers.get_all(name).iter();
    let lines: Vec<_> = lines.map(HeaderValue::as_bytes).collect();
    (!lines.is_empty()).then(|| lines.join(&b','))
}

fn malformed(name: &str) -> Failure {
    let message = format!("{name} must list ETags as they were read, such as \"3\", or one *");
    Failure::bad_request(message)
}

/// The tags of a list, or `Some(None)` for `*`, which is any tag; `None` if it is malformed.
#[expect(clippy::option_option, reason = "malformed and any are different")]
fn parse(list: &[u8]) -> Option<Option<Vec<Tag<'_>>>> {
    if list.trim_ascii() == b"*" {
        return Some(None);
    }
    tags(list).filter(|tags| !tags.is_empty()).map(Some)
}

/// The tags of a list, whose items may be empty; `None` if it is malformed.
fn tags(mut list: &[u8]) -> Option<Vec<Tag<'_>>> {
    let mut tags = Vec::new();
    loop {
        list = list.trim_ascii_start();
        while let Some(rest) = list.strip_prefix(b",") {
            list = rest.trim_ascii_start();
        }
        if list.is_empty() {
            return Some(tags);
        }
        let unquoted = list.strip_prefix(b"W/");
        let is_weak = unquoted.is_some();
        let rest = unquoted.unwrap_or(list).strip_prefix(b"\"")?;
        let end = rest.iter().position(|byte| *byte == b'"')?;
        let (opaque, rest) = rest.split_at(end);
        if opaque.iter().any(|byte| *byte <= b' ' || *byte == 0x7F) {
            return None;
        }
        tags.push(Tag { is_weak, opaque });
        list = rest[1..].trim_ascii_start();
        if !list.is_empty() && !list.starts_with(b",") {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Result<Option<Versions>, u16>;

    fn of(lines: &[&'static str]) -> (Read, Read) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::IF_MATCH, HeaderValue::from_static(line));
        }
        let status = |failure: Failure| failure.status.as_u16();
        (
            strong(&headers).map_err(status),
            weak(&headers).map_err(status),
        )
    }

    #[test]
    fn any_tag_of_all_lines_is_a_version() {
        let some = |versions: &[u64]| Ok(Some(versions.to_vec()));
        assert_eq!(of(&[]), (Ok(None), Ok(None)));
        assert_eq!(of(&[" * "]), (Ok(None), Ok(None)));
        for lines in [
            &["\"3\""][..],
            &["\"3\"", "\"3\""],
            &[",\"a,b\" ,, \"3\"\t,"],
            &["\"3\", \"+3\", \"03\", \"\""],
        ] {
            assert_eq!(of(lines), (some(&[3]), some(&[3])), "{lines:?}");
        }
        for lines in [
            &["\"4\" , \"3\""][..],
            &["\"4\"", "\"3\""],
            &["\"3\",\"4\",\"3\""],
        ] {
            assert_eq!(of(lines), (some(&[3, 4]), some(&[3, 4])), "{lines:?}");
        }
    }

    #[test]
    fn weak_tags_are_versions_of_scim_alone() {
        assert_eq!(of(&["W/\"3\""]), (Err(412), Ok(Some(vec![3]))));
        let mixed = of(&["W/\"3\", \"4\""]);
        assert_eq!(mixed, (Ok(Some(vec![4])), Ok(Some(vec![3, 4]))));
    }

    #[test]
    fn tags_that_no_record_has_are_never_met_and_others_are_none() {
        for foreign in ["\"abc\"", "\"\"", "\"99999999999999999999\""] {
            assert_eq!(of(&[foreign]), (Err(412), Err(412)), "{foreign}");
        }
        for wrong in [
            "",
            ",",
            "3",
            "\"",
            "\"3",
            "w/\"3\"",
            "W/",
            "\"3\" \"4\"",
            "\"3\";",
            "*, *",
            "*, \"3\"",
            "\"a b\"",
        ] {
            assert_eq!(of(&[wrong]), (Err(400), Err(400)), "{wrong}");
        }
        assert_eq!(of(&["*", "*"]), (Err(400), Err(400)));
    }

    #[test]
    fn a_copy_of_any_listed_version_is_known() {
        let known = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(line));
            has_copy(&headers, 3).map_err(|failure| failure.status.as_u16())
        };
        for line in ["\"3\"", "W/\"3\"", "*", "\"2\", W/\"x\" , \"3\""] {
            assert_eq!(known(line), Ok(true), "{line}");
        }
        for line in ["\"4\"", "W/\"03\"", "\"3-gzip\"", "\"*\""] {
            assert_eq!(known(line), Ok(false), "{line}");
        }
        for line in ["", "3", "*, \"3\"", "\"3"] {
            assert_eq!(known(line), Err(400), "{line}");
        }
        assert!(!has_copy(&HeaderMap::new(), 3).unwrap());
    }

    #[test]
    fn lists_are_bounded() {
        let list: Vec<_> = (1..=17).map(|version| format!("\"{version}\"")).collect();
        let mut headers = HeaderMap::new();
        let line = HeaderValue::try_from(list[1..].join(",")).unwrap();
        headers.append(header::IF_MATCH, line);
        assert_eq!(strong(&headers).unwrap().unwrap().len(), 16);
        headers.append(header::IF_MATCH, HeaderValue::from_static("\"1\""));
        assert_eq!(strong(&headers).unwrap_err().status, 400);
    }
}
