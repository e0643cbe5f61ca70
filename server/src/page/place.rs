//! The page's own addresses. Those that forms and logins lead back to come with requests, so any
//! other is refused.

use axum::http::uri::PathAndQuery;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Redirect, Response};

use super::view::encoded;

/// The list of users.
pub(super) const HOME: &str = "/admin";
pub(super) const LOGIN: &str = "/admin/login";
/// The longest address to go back to, in bytes. A long search with a cursor has about 1,000.
const BYTES_MAX: usize = 2_048;
/// What a login does not lead back to: itself, and what is not a page.
const NO_PAGES: [&str; 4] = [LOGIN, "/admin/logout", "/admin/oidc", "/admin/export.csv"];

/// The address, if it is one of the page.
fn own(address: &str) -> Option<&str> {
    let rest = address.strip_prefix(HOME)?;
    let is_below = rest.is_empty() || rest.starts_with(['/', '?']);
    (is_below && is_plain(address) && address.len() <= BYTES_MAX).then_some(address)
}

/// Whether browsers take an address as it is written: they take a backslash for a slash, skip line
/// ends and tabs, and resolve dots.
fn is_plain(address: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"'<>#".contains(&byte);
    let path = address.split('?').next().unwrap_or_default();
    let has_dots = path.split('/').any(|part| {
        let part = part.to_ascii_lowercase();
        part.starts_with('.') || part.starts_with("%2e")
    });
    address.bytes().all(is_plain) && !has_dots && !path.contains("//")
}

/// The page to go back to: the one that is asked for, if it is ours, or the list of users.
pub(super) fn back(asked: Option<&str>) -> &str {
    asked.and_then(own).unwrap_or(HOME)
}

/// The page that a login leads to: the one that was asked for, or the list of users.
pub(super) fn after_login(asked: Option<&str>) -> &str {
    let is_page = |address: &&str| !NO_PAGES.iter().any(|other| address.starts_with(other));
    asked.and_then(own).filter(is_page).unwrap_or(HOME)
}

/// The address `login`, with the page that it leads to.
pub(super) fn leading_to(login: &str, page: &str) -> String {
    if page == HOME {
        return login.to_owned();
    }
    format!("{login}?to={}", encoded(page))
}

/// The login for a visitor who has asked for this.
pub(super) fn login_for(method: &Method, asked: &Uri) -> String {
    let asked = asked.path_and_query().map(PathAndQuery::as_str);
    let asked = asked.filter(|_| method.is_safe());
    leading_to(LOGIN, after_login(asked))
}

/// The page of a change.
pub(super) fn change(number: u64) -> String {
    format!("/admin/changes/{number}")
}

/// Leads from a form that has made a change to the change's page, which leads on to `back`. Loading
/// it again does not send the form again.
pub(super) fn done(number: u64, back: &str) -> Response {
    Redirect::to(&format!("{}?back={}", change(number), encoded(back))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pages_own_addresses_are_taken() {
        for good in [
            "/admin",
            "/admin?q=ann%40ex.co&order=down",
            "/admin/audit?before=7",
            "/admin/users/01890a5d-ac96-774b-bcce-b302099a8057",
        ] {
            assert_eq!(own(good), Some(good));
        }
        let long = format!("/admin?q={}", "x".repeat(BYTES_MAX));
        for bad in [
            "",
            "/",
            "//evil.example/admin",
            "https://evil.example/admin",
            "/adminx",
            "/admin@evil.example",
            "/admin.evil.example",
            "admin",
            " /admin",
            "/admin/ ",
            "/admin\\evil",
            "/admin/\t/evil.example",
            "/admin\r\nSet-Cookie: x=y",
            "/admin//evil.example",
            "/admin/../logout",
            "/admin/%2E%2e/x",
            "/admin/./x",
            "/admin?\"><script>",
            "/admin#x",
            "/admin/é",
            "javascript:alert(1)",
            &long,
        ] {
            assert_eq!(own(bad), None, "{bad}");
            assert_eq!(after_login(Some(bad)), HOME, "{bad}");
        }
    }

    #[test]
    fn a_login_leads_to_pages() {
        assert_eq!(after_login(Some("/admin/audit")), "/admin/audit");
        for other in [
            "/admin/login?to=x",
            "/admin/oidc/callback",
            "/admin/export.csv",
        ] {
            assert_eq!(after_login(Some(other)), HOME);
        }
        let asked = |method, address: &str| login_for(&method, &address.parse().unwrap());
        assert_eq!(asked(Method::GET, "/admin"), LOGIN);
        assert_eq!(
            asked(Method::GET, "/admin?q=a&state=active"),
            "/admin/login?to=%2Fadmin%3Fq%3Da%26state%3Dactive"
        );
        assert_eq!(asked(Method::POST, "/admin/apply"), LOGIN);
    }
}
