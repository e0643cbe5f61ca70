//! The page's cookies. Browsers take one whose name begins with `__Host-` only over TLS and only
//! for this host. Without TLS, on loopback, there is another name.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::forwarded::is_encrypted;

pub(super) struct Cookie {
    secure: &'static str,
    plain: &'static str,
    same_site: &'static str,
}

/// The session's secret name.
pub(super) const SESSION: Cookie = Cookie {
    secure: "__Host-headcount",
    plain: "headcount",
    same_site: "Strict",
};

/// The secret of a login through the identity provider, which sends the browser back here from
/// another site.
pub(super) const LOGIN: Cookie = Cookie {
    secure: "__Host-headcount-login",
    plain: "headcount-login",
    same_site: "Lax",
};

impl Cookie {
    /// The value in a request. `None` if there are several, because another site of the same domain
    /// may have set one of them.
    pub(super) fn of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let wanted = if is_encrypted(headers) {
            self.secure
        } else {
            self.plain
        };
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == wanted)
            .map(|(_, value)| value);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// Sets it in the browser that sent `headers`: for `age`, or until the browser ends.
    pub(super) fn set(
        &self,
        headers: &HeaderMap,
        value: &str,
        age: Option<Duration>,
        response: &mut Response,
    ) {
        let (name, secure) = if is_encrypted(headers) {
            (self.secure, "; Secure")
        } else {
            (self.plain, "")
        };
        let age = age.map_or(String::new(), |age| format!("; Max-Age={}", age.as_secs()));
        let same_site = self.same_site;
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{age}{secure}");
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }

    /// Removes it from the browser.
    pub(super) fn remove(&self, headers: &HeaderMap, response: &mut Response) {
        self.set(headers, "", Some(Duration::ZERO), response);
    }
}
