//! Each route in the matrix accepts exactly the keys whose scopes cover its own, and nobody without
//! a key.

use headcount_server::{Access, Holder, Scope, matrix};

use crate::browser::Browser;
use crate::client::Running;

const SCOPES: [Scope; 4] = [Scope::Read, Scope::Write, Scope::Admin, Scope::Scim];

#[test]
fn every_route_lets_in_exactly_the_scopes_that_cover_its_own() {
    let running = Running::new();
    let clients = SCOPES.map(|scope| {
        let holder = Holder::Provisioner("test".to_owned());
        (scope, running.client(holder, scope))
    });
    let mut routes = 0;
    for (method, path, access) in matrix() {
        routes += 1;
        let path = path
            .replace("{id}", "1")
            .replace("{name}", "x")
            .replace("{key}", "x");
        let stranger = running.stranger().send(method, &path, "", "{}");
        let needed = match access {
            Access::Scope(needed) => needed,
            Access::Open => {
                // Logins that are not configured don't exist.
                let is_off = path.contains("oidc") || path.starts_with("/auth/realms/");
                let expected = if is_off { 404 } else { 200 };
                assert_eq!(stranger.status, expected, "{method} {path}");
                continue;
            }
            Access::Session(needed) => {
                check_page(&running, (method, &path), needed);
                continue;
            }
        };
        assert_eq!(stranger.status, 401, "{method} {path}");
        assert_eq!(stranger.header("www-authenticate"), Some("Bearer"));
        let forged = running.bearing("hc_0").send(method, &path, "", "{}");
        assert_eq!(forged.status, 401, "{method} {path}");
        for (scope, client) in &clients {
            let answer = client.send(method, &path, "", "{}");
            let is_refused = answer.body.contains("this needs a key with the scope");
            assert_eq!(
                is_refused,
                !scope.covers(needed),
                "{method} {path} with {scope}: {} {}",
                answer.status,
                answer.body
            );
        }
    }
    assert!(routes >= 70, "{routes}");
}

/// Visitors without a session are sent to the login; a session needs a key with the scope.
fn check_page(running: &Running, (method, path): (&str, &str), needed: Scope) {
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let stranger = running.stranger().send(method, path, form, "key=x");
    let refused = if method == "GET" { 303 } else { 403 };
    assert_eq!(stranger.status, refused, "{method} {path}");
    if path == "/admin/login" || path == "/admin/logout" {
        return;
    }
    for scope in [Scope::Read, Scope::Write, Scope::Admin] {
        let browser = Browser::new(running, scope);
        let answer = match method {
            "GET" => browser.get(path),
            _ => browser.post(path, ""),
        };
        assert_eq!(
            answer.body.contains("this needs a key with the scope"),
            !scope.covers(needed),
            "{method} {path} with {scope}: {} {}",
            answer.status,
            answer.body
        );
    }
}

#[test]
fn scopes_cover_each_other_in_their_order() {
    let covered = |scope: Scope| SCOPES.map(|needed| scope.covers(needed));
    assert_eq!(covered(Scope::Read), [true, false, false, false]);
    assert_eq!(covered(Scope::Write), [true, true, false, false]);
    assert_eq!(covered(Scope::Admin), [true, true, true, false]);
    assert_eq!(covered(Scope::Scim), [false, false, false, true]);
}
