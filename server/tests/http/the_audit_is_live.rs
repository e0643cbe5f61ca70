//! The audit's script receives changes as they happen; no other page has a script.

use std::io::{BufRead, BufReader};

use headcount::NewWorkspace;
use headcount_server::{Author, Scope};

use crate::browser::Browser;
use crate::client::Running;

#[test]
fn rows_come_as_changes_happen_until_the_session_ends() {
    let running = Running::new();
    running.directory.create_user("ann@ex.co").unwrap();
    let browser = Browser::new(&running, Scope::Read);
    let latest = running.directory.stats().unwrap().latest_change;
    let page = browser.get("/admin/audit");
    assert!(
        page.body.contains(&format!("data-live=\"{latest}\"")),
        "{}",
        page.body
    );
    let mut lines = BufReader::new(browser.listen(&format!("/admin/audit?after={latest}"))).lines();
    let workspace = NewWorkspace::new("<b>Fraud</b>").owner("ann@ex.co");
    running
        .directory
        .through("night")
        .create_workspace(workspace)
        .unwrap();
    let row = lines.find_map(|line| line.unwrap().strip_prefix("data: ").map(str::to_owned));
    let row = row.unwrap();
    assert!(row.starts_with("<tr>") && row.contains("night"), "{row}");
    assert!(
        row.contains("&lt;b&gt;Fraud") && !row.contains("<b>"),
        "{row}"
    );
    let keys = running.server.keys();
    keys.revoke(&keys.list()[0].id, Author::default()).unwrap();
    running.directory.create_user("bob@ex.co").unwrap();
    let more = lines.find_map(|line| line.unwrap().strip_prefix("data: ").map(str::to_owned));
    assert_eq!(more, None, "the session has ended");
}

#[test]
fn only_the_audit_may_run_its_script() {
    let running = Running::new();
    let browser = Browser::new(&running, Scope::Admin);
    for (path, has_script) in [
        ("/admin/audit", true),
        ("/admin/audit?before=9", false),
        ("/admin", false),
        ("/admin/keys", false),
        ("/admin/import", false),
    ] {
        let page = browser.get(path);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert_eq!(
            policy.contains("script-src 'self'; connect-src 'self'"),
            has_script,
            "{path}"
        );
        assert_eq!(
            page.body.contains("<script src=\"/admin/live.js\""),
            has_script,
            "{path}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}
