//! If a change that takes too long has begun, its outcome is unknown, and no client is told to send
//! it again; otherwise it is never made.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use headcount_server::{Config, Holder, Scope};
use serde_json::json;

use crate::browser::Browser;
use crate::client::{Answer, Running};

/// The users that late requests create.
const NAMES: [&str; 4] = ["rest", "scim", "wire", "page"];

/// A server whose requests time out after half a second.
fn hasty(writes_max: usize) -> Running {
    Running::with(Config {
        request_timeout: Duration::from_millis(500),
        writes_max,
        ..Config::default()
    })
}

/// Runs `during` while one change blocks all others, and returns its result.
fn while_writes_wait<T>(running: &Running, during: impl FnOnce() -> T) -> T {
    let (begun, has_begun) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let records = std::iter::from_fn(move || {
        begun.send(()).unwrap();
        let _ = ended.recv();
        None
    });
    thread::scope(|scope| {
        let directory = &running.directory;
        let held = scope.spawn(move || directory.load(records).map(drop));
        has_begun.recv().unwrap();
        let done = during();
        drop(end);
        held.join().unwrap().unwrap();
        done
    })
}

fn is_there(running: &Running, name: &str) -> bool {
    let user = running.directory.user_by_email(&format!("{name}@ex.co"));
    user.unwrap().is_some()
}

fn wait_for(running: &Running, name: &str) {
    let begun = Instant::now();
    while !is_there(running, name) {
        assert!(begun.elapsed() < Duration::from_mins(1), "{name} is lost");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Sends these requests at the same time.
fn all_at_once(requests: &[Box<dyn Fn() -> Answer + Send + Sync + '_>]) -> Vec<Answer> {
    thread::scope(|scope| {
        let sent: Vec<_> = requests
            .iter()
            .map(|request| scope.spawn(request))
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    })
}

#[test]
fn the_outcome_of_a_begun_change_is_unknown_on_every_door() {
    let running = hasty(64);
    let holder = || Holder::Provisioner("ops".to_owned());
    let client = running.client(holder(), Scope::Write);
    let scim = running.client(holder(), Scope::Scim);
    let browser = Browser::new(&running, Scope::Write);
    let file = "email\npage@ex.co\n";
    let preview = browser.upload("/admin/import", &[("text", file)]);
    // SCIM's first read must not count towards the request's time.
    let nobody = "/scim/v2/Users?filter=userName%20eq%20%22x@ex.co%22";
    assert_eq!(scim.get(nobody).status, 200);
    let email = |name: &str| json!({ "email": format!("{name}@ex.co") });
    let answers = while_writes_wait(&running, || {
        all_at_once(&[
            Box::new(|| client.post("/api/v1/users", &email("rest"))),
            Box::new(|| scim.post("/scim/v2/Users", &json!({ "userName": "scim@ex.co" }))),
            Box::new(|| client.post("/v1/api/users/invite", &email("wire"))),
            Box::new(|| browser.import(&preview)),
            Box::new(|| client.post("/api/v1/batch?dry_run=true", &json!({ "operations": [] }))),
        ])
    });
    let [rest, scim, wire, page, dry_run] = answers.try_into().ok().unwrap();
    for answer in [&rest, &scim, &wire, &page] {
        assert_eq!(answer.status, 500, "{} {}", answer.head, answer.body);
        assert_eq!(answer.header("retry-after"), None);
        assert!(answer.body.contains("may still be made"), "{}", answer.body);
    }
    assert_eq!(rest.json()["kind"], "outcome_unknown");
    assert_ne!(dry_run.status, 500, "it changes nothing");
    for name in NAMES {
        wait_for(&running, name);
    }
    assert_eq!(client.get("/readyz").status, 200);
}

#[test]
fn a_change_that_has_not_begun_is_never_made() {
    let running = hasty(1);
    let client = running.client(Holder::Provisioner("ops".to_owned()), Scope::Write);
    let email = |name: &str| json!({ "email": format!("{name}@ex.co") });
    let answers = while_writes_wait(&running, || {
        all_at_once(&[
            Box::new(|| client.post("/api/v1/users", &email("rest"))),
            Box::new(|| client.post("/api/v1/users", &email("wire"))),
        ])
    });
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [500, 503], "one waits for the other");
    let [rest, wire] = answers.try_into().ok().unwrap();
    let (begun, waiting) = match rest.status {
        500 => ("rest", ("wire", wire)),
        _ => ("wire", ("rest", rest)),
    };
    let (dropped, answer) = waiting;
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(answer.body.contains("changed nothing"), "{}", answer.body);
    wait_for(&running, begun);
    let next = client.post("/api/v1/users", &email("next"));
    assert_eq!(next.status, 201, "{}", next.body);
    assert!(!is_there(&running, dropped));
}
