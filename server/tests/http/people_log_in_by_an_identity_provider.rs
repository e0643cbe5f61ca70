//! The page's login by code with PKCE: for one browser, once, and for active users.

use std::io::Write;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use headcount::NewUser;
use headcount_server::{Config, Login, Scope};
use serde_json::{Value, json};

use crate::client::{Answer, Running};
use crate::provider::{Provider, field};

struct Story {
    provider: Provider,
    running: Running,
}

/// A login begun by a browser.
struct Begun {
    place: String,
    cookie: String,
}

impl Story {
    fn new() -> Self {
        let provider = Provider::start();
        let mut issuer = provider.issuer("email");
        issuer.login = Some(Login::new("page", "https://users.ex.co/"));
        let running = Running::with(Config {
            issuer: Some(issuer),
            ..Config::default()
        });
        running
            .directory
            .create_user(NewUser::new("ann@ex.co"))
            .unwrap();
        Self { provider, running }
    }

    fn get(&self, path: &str, cookie: &str) -> Answer {
        let headers = format!("Cookie: {cookie}\r\n");
        self.running.stranger().send("GET", path, &headers, "")
    }

    fn begin(&self) -> Begun {
        self.begin_with("")
    }

    /// Begins a login in a browser that has this cookie.
    fn begin_with(&self, cookie: &str) -> Begun {
        self.begin_at("/admin/oidc", cookie)
    }

    fn begin_at(&self, path: &str, cookie: &str) -> Begun {
        let answer = self.get(path, cookie);
        assert_eq!(answer.status, 303, "{}", answer.body);
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
        Begun {
            place: answer.header("location").unwrap().to_owned(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
        }
    }

    /// Returns from the provider with a token that has these claims.
    fn end(&self, begun: &Begun, claims: &Value) -> Answer {
        let code = self.provider.code(&begun.place, claims);
        let state = field(&begun.place, "state").unwrap();
        let path = format!(
            "/admin/oidc/callback?state={state}&code={}",
            code.replace('+', "%2B")
        );
        self.get(&path, &begun.cookie)
    }
}

fn claims() -> Value {
    json!({ "aud": "page", "email": "ann@ex.co", "email_verified": true })
}

/// The session cookie that a response sets.
fn session(answer: &Answer) -> Option<String> {
    let mut lines = answer.head.lines();
    let line = lines.find_map(|line| line.strip_prefix("set-cookie: headcount="))?;
    assert!(line.contains("HttpOnly; SameSite=Strict"), "{line}");
    Some(format!("headcount={}", line.split(';').next()?))
}

#[test]
fn a_user_logs_in_once_with_a_code() {
    let story = Story::new();
    let form = story.get("/admin/login", "");
    assert!(form.body.contains("href=\"/admin/oidc\""), "{}", form.body);
    let begun = story.begin();
    assert!(
        begun
            .place
            .starts_with(&format!("{}/auth?", story.provider.url)),
        "{}",
        begun.place
    );
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "page"),
        ("redirect_uri", "https://users.ex.co/admin/oidc/callback"),
        ("code_challenge_method", "S256"),
        ("scope", "openid%20email%20profile"),
    ] {
        assert_eq!(field(&begun.place, name).as_deref(), Some(value), "{name}");
    }
    let answer = story.end(&begun, &claims());
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("url=/admin\""), "{}", answer.body);
    let cookie = session(&answer).unwrap();
    assert_eq!(story.get("/admin", &cookie).status, 200);
    let posted = story.provider.posted.lock().unwrap().clone();
    assert_eq!(posted.len(), 1);
    let redirect = field(&posted[0].1, "redirect_uri");
    assert_eq!(
        redirect.as_deref(),
        Some("https://users.ex.co/admin/oidc/callback")
    );

    let again = story.end(&begun, &claims());
    assert_eq!(
        (again.status, session(&again)),
        (401, None),
        "the state is used up"
    );
    let directory = &story.running.directory;
    directory.deactivate_user("ann@ex.co").unwrap();
    assert_eq!(
        story.get("/admin", &cookie).status,
        303,
        "whoever is inactive is out"
    );
}

#[test]
fn a_login_leads_to_the_page_that_was_asked_for() {
    let story = Story::new();
    let form = story.get("/admin/login?to=%2Fadmin%2Faudit", "");
    let link = "href=\"/admin/oidc?to=%2Fadmin%2Faudit\"";
    assert!(form.body.contains(link), "{}", form.body);
    for (asked, to) in [
        ("%2Fadmin%2Faudit", "/admin/audit"),
        (
            "%2Fadmin%3Fq%3Da%26state%3Dactive",
            "/admin?q=a&amp;state=active",
        ),
        ("%2F%2Fevil.example", "/admin"),
        ("https%3A%2F%2Fevil.example", "/admin"),
    ] {
        let begun = story.begin_at(&format!("/admin/oidc?to={asked}"), "");
        let body = story.end(&begun, &claims()).body;
        assert!(body.contains(&format!("0; url={to}\"")), "{asked}: {body}");
        assert!(
            body.contains(&format!("href=\"{to}\">Go on")),
            "{asked}: {body}"
        );
        // After a failed login, the form for a key leads there too.
        let begun = story.begin_at(&format!("/admin/oidc?to={asked}"), "");
        let stranger = json!({ "aud": "page", "email": "eve@ex.co", "email_verified": true });
        let refused = story.end(&begun, &stranger).body;
        let is_told = refused.contains(&format!("name=\"to\" value=\"{to}\""));
        assert_eq!(is_told, to != "/admin", "{asked}: {refused}");
    }
}

#[test]
fn a_new_login_ends_the_browsers_session_before() {
    let story = Story::new();
    let log_in = |cookie: &str| story.end(&story.begin_with(cookie), &claims());
    let first = session(&log_in("")).unwrap();
    let others = session(&log_in("")).unwrap();
    let is_logged_in = |cookie: &str| story.get("/admin", cookie).status == 200;
    // The browser returns from another site, so it doesn't send the strict cookie.
    let begun = story.begin_with(&first);
    assert!(
        is_logged_in(&first),
        "a login that is only begun ends nothing"
    );
    let stranger = json!({ "aud": "page", "email": "eve@ex.co", "email_verified": true });
    let refused = story.end(&story.begin_with(&first), &stranger);
    assert_eq!((refused.status, is_logged_in(&first)), (401, true));
    let second = session(&story.end(&begun, &claims())).unwrap();
    assert!(is_logged_in(&second));
    assert!(!is_logged_in(&first));
    assert!(is_logged_in(&others), "another browser's session goes on");
}

#[test]
fn a_login_is_one_browsers() {
    let story = Story::new();
    let (mine, other) = (story.begin(), story.begin());
    let stolen = Begun {
        cookie: other.cookie,
        place: mine.place,
    };
    let answer = story.end(&stolen, &claims());
    assert_eq!((answer.status, session(&answer)), (401, None));
    assert!(
        story.provider.posted.lock().unwrap().is_empty(),
        "the code is not used"
    );
    let without = Begun {
        cookie: String::new(),
        place: story.begin().place,
    };
    assert_eq!(story.end(&without, &claims()).status, 401);
    assert_eq!(story.get("/admin/oidc/callback", "").status, 401);
}

#[test]
fn tokens_of_others_let_nobody_in() {
    let story = Story::new();
    for (name, value) in [
        ("nonce", json!("another")),
        ("aud", json!("headcount")),
        ("iss", json!("https://other.ex.co")),
        ("exp", json!(1_000_000)),
        ("email", json!("eve@ex.co")),
        ("email_verified", json!(false)),
    ] {
        let mut claims = claims();
        claims[name] = value;
        let answer = story.end(&story.begin(), &claims);
        assert_eq!(
            (answer.status, session(&answer)),
            (401, None),
            "{name}: {}",
            answer.body
        );
    }
    let begun = story.begin();
    let state = field(&begun.place, "state").unwrap();
    let denied = story.get(
        &format!("/admin/oidc/callback?state={state}&error=%3Cb%3Eaccess_denied"),
        &begun.cookie,
    );
    assert_eq!(denied.status, 401);
    assert!(
        denied.body.contains("&lt;b&gt;access_denied"),
        "{}",
        denied.body
    );
    let begun = story.begin();
    let state = field(&begun.place, "state").unwrap();
    let path = format!("/admin/oidc/callback?state={state}&code=x&iss=https://other.ex.co");
    assert_eq!(story.get(&path, &begun.cookie).status, 401);
}

#[test]
fn without_a_provider_there_is_no_such_login() {
    let running = Running::new();
    let form = running.stranger().get("/admin/login");
    assert!(!form.body.contains("/admin/oidc"), "{}", form.body);
    assert_eq!(running.stranger().get("/admin/oidc").status, 404);
}

#[test]
fn strangers_who_begin_logins_ask_the_provider_once() {
    let story = Story::new();
    let begun = story.begin();
    let statuses: Vec<_> = (0..100)
        .map(|_| story.get("/admin/oidc", "").status)
        .collect();
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!(refused > 0, "there is no limit: {statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 303 | 429)));
    assert_eq!(story.provider.configurations.load(Ordering::SeqCst), 1);
    // They did not end the login in progress.
    assert_eq!(story.end(&begun, &claims()).status, 200);
}

#[test]
fn a_provider_that_does_not_answer_holds_up_no_writes() {
    let provider = Provider::start();
    let mut issuer = provider.issuer("email");
    issuer.login = Some(Login::new("page", "https://users.ex.co/"));
    let running = Running::with(Config {
        issuer: Some(issuer),
        writes_max: 1,
        scans_max: 1,
        ..Config::default()
    });
    let (_, client) = running.user("ann", Scope::Write);
    let stuck = provider.stuck.lock().unwrap();
    let strangers: Vec<_> = (0..40)
        .map(|_| {
            let stranger = running.stranger();
            let mut stream = stranger.connect();
            let head = stranger.head("GET", "/admin/oidc", 0);
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    // Until their requests have arrived.
    assert_eq!(running.stranger().get("/healthz").status, 200);
    let begun = Instant::now();
    let made = client.post("/api/v1/users", &json!({ "email": "bob@ex.co" }));
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(client.get("/api/v1/users?search=bob").status, 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "they waited");
    drop((stuck, strangers));
}
