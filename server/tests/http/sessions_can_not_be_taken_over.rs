//! A session of the page belongs to the browser that logged in: other sites can neither use it, nor
//! plant a session of their own, nor begin or end one.

use headcount_server::{Holder, NewKey, Scope};

use crate::browser::Browser;
use crate::client::{Answer, Client, Running};

const LOGIN: &str = "/admin/login";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const OURS: &str = "Sec-Fetch-Site: same-origin\r\n";
const HTTPS: &str = "X-Forwarded-Proto: https\r\n";

/// Logs in with these headers and a new key.
fn log_in(running: &Running, headers: &str) -> Answer {
    let new = NewKey::new("desk", Holder::Provisioner("desk".to_owned())).scope(Scope::Read);
    let (_, secret) = running.server.keys().create(new).unwrap();
    let form = format!("key={}", secret.expose());
    running
        .stranger()
        .send("POST", LOGIN, &format!("{FORM}{headers}"), &form)
}

/// The cookie that an answer sets, without its attributes.
fn cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn is_logged_in(client: &Client, cookies: &str) -> bool {
    match client.send("GET", "/admin", cookies, "").status {
        200 => true,
        303 => false,
        status => panic!("{status}"),
    }
}

#[test]
fn other_sites_can_not_log_in_or_out() {
    let running = Running::new();
    let session = cookie(&log_in(&running, OURS));
    for origin in [
        "",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: none\r\n",
        "Sec-Fetch-Site: \r\n",
        "Sec-Fetch-Site: same-origin, cross-site\r\n",
        "Sec-Fetch-Site: cross-site\r\nOrigin: http://x\r\n",
        "Origin: null\r\n",
        "Origin: x\r\n",
        "Origin: http://x.evil\r\n",
        "Origin: http://x@evil\r\n",
        "Origin: http://x:81\r\n",
        "X-Forwarded-Proto: https\r\nOrigin: http://x\r\n",
    ] {
        let begun = log_in(&running, origin);
        assert_eq!(
            (begun.status, begun.header("set-cookie")),
            (403, None),
            "{origin}"
        );
        let headers = format!("{FORM}{origin}Cookie: {session}\r\n");
        let ended = running
            .stranger()
            .send("POST", "/admin/logout", &headers, "");
        assert_eq!(ended.status, 403, "{origin}");
    }
    assert!(is_logged_in(
        &running.stranger(),
        &format!("Cookie: {session}\r\n")
    ));
    for origin in [
        "Origin: http://x\r\n",
        "X-Forwarded-Proto: https\r\nOrigin: https://x\r\n",
    ] {
        assert_eq!(log_in(&running, origin).status, 303, "{origin}");
    }
}

#[test]
fn a_name_that_a_browser_brings_is_not_taken_for_a_session() {
    let running = Running::new();
    let planted = "headcount=0000000000000000000000000000000000000000000000000000000000000000";
    let answer = log_in(&running, &format!("{OURS}Cookie: {planted}\r\n"));
    let session = cookie(&answer);
    assert_ne!(session, planted);
    let client = running.stranger();
    assert!(!is_logged_in(&client, &format!("Cookie: {planted}\r\n")));
    // Logging in again ends the browser's previous session.
    let next = cookie(&log_in(&running, &format!("{OURS}Cookie: {session}\r\n")));
    assert_ne!(next, session);
    assert!(!is_logged_in(&client, &format!("Cookie: {session}\r\n")));
    assert!(is_logged_in(&client, &format!("Cookie: {next}\r\n")));
}

#[test]
fn of_two_cookies_none_counts() {
    let running = Running::new();
    let client = running.stranger();
    for (secure, name) in [("", "headcount"), (HTTPS, "__Host-headcount")] {
        let headers = format!("{OURS}{secure}");
        let own = cookie(&log_in(&running, &headers));
        let thief = cookie(&log_in(&running, &headers));
        assert!(own.starts_with(&format!("{name}=")), "{own}");
        let with = |cookies: &str| is_logged_in(&client, &format!("{secure}{cookies}"));
        assert!(with(&format!("Cookie: a=1; {own}; b=2\r\n")));
        assert!(!with(&format!("Cookie: {own}; {thief}\r\n")));
        assert!(!with(&format!("Cookie: {thief}; {own}\r\n")));
        assert!(!with(&format!("Cookie: {own}\r\nCookie: {thief}\r\n")));
        assert!(!with(&format!("Cookie: {name}=; {own}\r\n")));
        // A different name is a different cookie.
        assert!(!with(&format!("Cookie: x{own}\r\n")));
        assert!(!with(&format!("Cookie: {}\r\n", own.to_uppercase())));
    }
}

#[test]
fn a_plain_cookie_is_none_where_the_connection_is_encrypted() {
    let running = Running::new();
    let client = running.stranger();
    let plain = cookie(&log_in(&running, OURS));
    let secure = cookie(&log_in(&running, &format!("{OURS}{HTTPS}")));
    assert!(!is_logged_in(
        &client,
        &format!("{HTTPS}Cookie: {plain}\r\n")
    ));
    assert!(!is_logged_in(&client, &format!("Cookie: {secure}\r\n")));
    assert!(is_logged_in(
        &client,
        &format!("{HTTPS}Cookie: {secure}; {plain}\r\n")
    ));
}

#[test]
fn logging_out_ends_one_session_and_its_cookie() {
    let running = Running::new();
    let client = running.stranger();
    for secure in ["", HTTPS] {
        let headers = format!("{OURS}{secure}");
        let own = cookie(&log_in(&running, &headers));
        let other = cookie(&log_in(&running, &headers));
        let out = format!("{FORM}{headers}Cookie: {own}\r\n");
        let answer = client.send("POST", "/admin/logout", &out, "");
        assert_eq!(answer.header("location"), Some(LOGIN));
        let ended = answer.header("set-cookie").unwrap();
        assert!(
            ended.contains("=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"),
            "{ended}"
        );
        assert_eq!(
            ended.contains("Secure"),
            ended.starts_with("__Host-"),
            "{ended}"
        );
        assert!(!is_logged_in(
            &client,
            &format!("{secure}Cookie: {own}\r\n")
        ));
        assert!(is_logged_in(
            &client,
            &format!("{secure}Cookie: {other}\r\n")
        ));
        // A form that was opened before does nothing after the logout.
        let apply = client.send("POST", "/admin/apply", &out, "");
        assert_eq!(apply.header("location"), Some(LOGIN));
    }
}

#[test]
fn a_listener_ends_with_its_session() {
    let running = Running::new();
    let browser = Browser::new(&running, Scope::Read);
    let mut stream = browser.listen("/admin/audit");
    assert_eq!(browser.post("/admin/logout", "").status, 303);
    let mut rest = String::new();
    // Less than the interval at which listeners get a comment.
    let patience = std::time::Duration::from_secs(8);
    stream.set_read_timeout(Some(patience)).unwrap();
    std::io::Read::read_to_string(&mut stream, &mut rest).unwrap();
    assert!(rest.starts_with("HTTP/1.1 200"), "{rest}");
}
