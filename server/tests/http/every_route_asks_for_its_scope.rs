//! Each route of the matrix lets in exactly the keys whose scopes cover its own, and
//! nobody without a key.

use headcount_server::{Access, Holder, Scope, matrix};

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
        let path = path.replace("{id}", "1").replace("{name}", "x");
        let stranger = running.stranger().send(method, &path, "", "{}");
        let Access::Scope(needed) = access else {
            assert_eq!(stranger.status, 200, "{method} {path}");
            continue;
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
    assert!(routes >= 39, "{routes}");
}

#[test]
fn scopes_cover_each_other_in_their_order() {
    let covered = |scope: Scope| SCOPES.map(|needed| scope.covers(needed));
    assert_eq!(covered(Scope::Read), [true, false, false, false]);
    assert_eq!(covered(Scope::Write), [true, true, false, false]);
    assert_eq!(covered(Scope::Admin), [true, true, true, false]);
    assert_eq!(covered(Scope::Scim), [false, false, false, true]);
}
