//! The page: logging in and out, and what keeps other sites and old sessions out.

use headcount_server::{Author, Holder, NewKey, Scope};

use crate::browser::Browser;
use crate::client::Running;

const LOGIN: &str = "/admin/login";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const OURS: &str = "Sec-Fetch-Site: same-origin\r\n";

#[test]
fn a_key_begins_a_session() {
    let running = Running::new();
    let stranger = running.stranger();
    assert_eq!(stranger.get("/admin").header("location"), Some(LOGIN));
    assert!(stranger.get(LOGIN).body.contains("API key"));
    let wrong = stranger.send("POST", LOGIN, &format!("{FORM}{OURS}"), "key=hc_1");
    assert_eq!(wrong.status, 401);
    assert!(wrong.body.contains("not known") && wrong.header("set-cookie").is_none());
    let scim = NewKey::new("okta", Holder::Provisioner("okta".to_owned())).scope(Scope::Scim);
    let (_, scim) = running.server.keys().create(scim).unwrap();
    let form = format!("key={}", scim.expose());
    let refused = stranger.send("POST", LOGIN, &format!("{FORM}{OURS}"), &form);
    assert_eq!((refused.status, refused.header("set-cookie")), (403, None));

    let (_, read) = running
        .server
        .keys()
        .create(NewKey::new("desk", Holder::Provisioner("desk".to_owned())))
        .unwrap();
    let form = format!("key={}", read.expose());
    for (proxy, name, secure) in [
        ("", "headcount=", false),
        ("X-Forwarded-Proto: https\r\n", "__Host-headcount=", true),
    ] {
        let headers = format!("{FORM}{OURS}{proxy}");
        let answer = stranger.send("POST", LOGIN, &headers, &form);
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.starts_with(name), "{cookie}");
        assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
        assert!(cookie.contains("Path=/;"), "{cookie}");
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        assert!(!cookie.contains(read.expose()), "the key stays here");
    }
}

#[test]
fn a_session_ends_with_its_key_its_user_and_by_hand() {
    let running = Running::new();
    let (ann, _) = running.user("ann", Scope::Write);
    let browser = Browser::with(&running, Holder::User(ann.id()), Scope::Write);
    assert_eq!(browser.get("/admin").status, 200);
    running.directory.deactivate_user("ann@ex.co").unwrap();
    assert_eq!(browser.get("/admin").header("location"), Some(LOGIN));
    running.directory.activate_user("ann@ex.co").unwrap();
    assert_eq!(browser.get("/admin").status, 200);
    let key = running.server.keys().list().last().unwrap().id.clone();
    running
        .server
        .keys()
        .revoke(&key, Author::default())
        .unwrap();
    assert_eq!(browser.get("/admin").header("location"), Some(LOGIN));

    let browser = Browser::new(&running, Scope::Read);
    assert_eq!(
        browser.post("/admin/logout", "").header("location"),
        Some(LOGIN)
    );
    assert_eq!(browser.get("/admin").header("location"), Some(LOGIN));
}

#[test]
fn a_visitor_who_may_only_look_is_offered_nothing_else() {
    let running = Running::new();
    running.directory.create_user("ann@ex.co").unwrap();
    for (scope, chooses, keeps) in [
        (Scope::Read, false, false),
        (Scope::Write, true, false),
        (Scope::Admin, true, true),
    ] {
        let page = Browser::new(&running, scope).get("/admin").body;
        assert_eq!(page.contains("type=\"checkbox\""), chooses, "{page}");
        assert_eq!(page.contains("href=\"/admin/keys\""), keeps, "{page}");
    }
}

#[test]
fn forms_of_other_sites_are_refused() {
    let running = Running::new();
    let browser = Browser::new(&running, Scope::Write);
    for (origin, status) in [
        ("Sec-Fetch-Site: same-origin\r\n", 200),
        ("Origin: http://x\r\n", 200),
        ("Sec-Fetch-Site: cross-site\r\n", 403),
        ("Sec-Fetch-Site: same-site\r\n", 403),
        ("Sec-Fetch-Site: none\r\n", 403),
        ("Sec-Fetch-Site: cross-site\r\nOrigin: http://x\r\n", 403),
        ("Origin: http://evil\r\n", 403),
        ("Origin: null\r\n", 403),
        ("", 403),
    ] {
        let answer = browser.send("/admin/preview", origin, "what=activate");
        assert_eq!(answer.status, status, "{origin}");
    }
}

#[test]
fn every_page_says_what_may_run_on_it() {
    let running = Running::new();
    let browser = Browser::new(&running, Scope::Admin);
    let nobody = "/admin/users/01890a5d-ac96-774b-bcce-b302099a8057";
    for path in [
        "/admin",
        "/admin/audit?before=1",
        "/admin/import",
        "/admin/keys",
        LOGIN,
        nobody,
        "/admin/none",
    ] {
        let answer = browser.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(
            !policy.contains("unsafe") && !policy.contains("script"),
            "{path}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(
            !answer.body.contains("<script") && !answer.body.contains(" style="),
            "{path}"
        );
    }
}

#[test]
fn a_login_leads_to_the_page_that_was_asked_for() {
    let running = Running::new();
    let stranger = running.stranger();
    let asked = stranger.get("/admin/audit?before=7");
    let form = "/admin/login?to=%2Fadmin%2Faudit%3Fbefore%3D7";
    assert_eq!((asked.status, asked.header("location")), (303, Some(form)));
    let hidden = "name=\"to\" value=\"/admin/audit?before=7\"";
    assert!(stranger.get(form).body.contains(hidden));
    let new = NewKey::new("desk", Holder::Provisioner("desk".to_owned()));
    let (_, key) = running.server.keys().create(new).unwrap();
    let headers = format!("{FORM}{OURS}");
    let log_in = |key: &str, to: &str| {
        let form = format!("key={key}&to={to}");
        stranger.send("POST", LOGIN, &headers, &form)
    };
    let to = "%2Fadmin%2Faudit%3Fbefore%3D7";
    let wrong = log_in("hc_1", to);
    assert!(wrong.body.contains(hidden), "{}", wrong.body);
    let place = |to: &str| {
        log_in(key.expose(), to)
            .header("location")
            .map(str::to_owned)
    };
    assert_eq!(place(to).as_deref(), Some("/admin/audit?before=7"));
    for elsewhere in [
        "https%3A%2F%2Fevil.example%2Fadmin",
        "%2F%2Fevil.example%2Fadmin",
        "%2Fadmin%2F%2Fevil.example",
        "%2Fadmin%5C%5Cevil.example",
        "%2F%5Cevil.example",
        "%2Fadmin%2F..%2F..%2F%2Fevil.example",
        "%2Fadmin%0D%0ASet-Cookie%3A+x%3Dy",
        "%2Fadmin%40evil.example",
        "javascript%3Aalert(1)",
        "%2Fadmin%2Flogin",
        "",
    ] {
        assert_eq!(place(elsewhere).as_deref(), Some("/admin"), "{elsewhere}");
        let form = stranger.get(&format!("/admin/login?to={elsewhere}"));
        assert!(!form.body.contains("name=\"to\""), "{elsewhere}");
    }
}
