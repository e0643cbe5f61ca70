//! `If-Match`: the version that a record must have.

use axum::http::{HeaderMap, header};

use crate::door::Failure;

/// The version that the request asks for; `None` for any.
pub(super) fn version(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let digits = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(version) => Ok(Some(version)),
        None => Err(Failure::bad_request(
            "If-Match has to be one ETag as it was read, such as \"3\"",
        )),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(value: &'static str) -> Result<Option<u64>, ()> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_static(value));
        version(&headers).map_err(|_| ())
    }

    #[test]
    fn one_strong_tag_is_a_version() {
        assert_eq!(of("\"3\""), Ok(Some(3)));
        assert_eq!(of("*"), Ok(None));
        for other in ["3", "W/\"3\"", "\"3\", \"4\"", "\"+3\"", "\"\"", "\"", ""] {
            assert_eq!(of(other), Err(()), "{other}");
        }
    }
}
