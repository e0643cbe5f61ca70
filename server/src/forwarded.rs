//! How a client reached the server, as the proxy before it says. Each proxy of a chain appends its own
//! client to the headers, so the first item is that of the first proxy.

use axum::http::{HeaderMap, header};

/// Whether the client's connection is encrypted.
pub(crate) fn is_encrypted(headers: &HeaderMap) -> bool {
    first(headers, "x-forwarded-proto").is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

/// The host that the client asked, with its port.
pub(crate) fn host(headers: &HeaderMap) -> Option<&str> {
    let named = || headers.get(header::HOST)?.to_str().ok();
    first(headers, "x-forwarded-host").or_else(named)
}

/// The first item of a list, unless it is empty.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let list = headers.get(name)?.to_str().ok()?;
    let item = list.split(',').next().unwrap_or_default().trim();
    (!item.is_empty()).then_some(item)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_first_proxy_of_a_chain_knows_the_client() {
        let mut headers = HeaderMap::new();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set("host", "inner:8080");
        set("x-forwarded-host", " a.ex.co, b.ex.co");
        set("x-forwarded-proto", "HTTPS,http");
        assert!(is_encrypted(&headers));
        assert_eq!(host(&headers), Some("a.ex.co"));
        headers.insert("x-forwarded-host", HeaderValue::from_static(""));
        headers.insert("x-forwarded-proto", HeaderValue::from_static("http, https"));
        assert!(!is_encrypted(&headers));
        assert_eq!(host(&headers), Some("inner:8080"));
    }
}
