//! A user's page leads to all of the user's history, however old.

use headcount::{Directory, UserId, UserUpdate};
use headcount_server::{Holder, NewKey, Scope};

use crate::browser::Browser;
use crate::client::Running;

/// The rows of the history, page by page, up to the oldest page.
fn pages(browser: &Browser, id: UserId) -> Vec<Vec<String>> {
    let mut path = format!("/admin/users/{id}");
    let mut pages = Vec::new();
    loop {
        let page = browser.get(&path).body;
        let (_, history) = page.split_once("<h2 id=\"history\">").unwrap();
        pages.push(history.split("<tr>").skip(2).map(str::to_owned).collect());
        let Some((before, _)) = history.split_once("#history\">Older") else {
            return pages;
        };
        before[before.rfind("/admin/").unwrap()..].clone_into(&mut path);
    }
}

fn rename(directory: &Directory, id: UserId, name: &str) {
    let update = UserUpdate::new().given_name(Some(name));
    directory.update_user(id, update).unwrap();
}

#[test]
fn what_happened_before_many_changes_is_found() {
    let running = Running::new();
    let directory = &running.directory;
    let dan = directory.create_user("dan@ex.co").unwrap().id();
    let eve = directory.create_user("eve@ex.co").unwrap().id();
    for number in 0..5_050 {
        rename(directory, eve, &format!("Eve{number}"));
    }
    let browser = Browser::new(&running, Scope::Read);
    let first = browser.get(&format!("/admin/users/{dan}")).body;
    assert!(
        first.contains("Nothing happened to this user in the changes "),
        "{first}"
    );
    let rows: Vec<_> = pages(&browser, dan).concat();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contains("created "), "{rows:?}");
    let nobody = browser.get(&format!("/admin/users/{dan}?after=1"));
    assert_eq!(nobody.status, 400);
}

#[test]
fn each_page_goes_on_where_the_last_one_ended() {
    let running = Running::new();
    let directory = &running.directory;
    let bob = directory.create_user("bob@ex.co").unwrap().id();
    for number in 0..70 {
        rename(directory, bob, &format!("Bob{number}"));
        if number == 20 {
            let new = NewKey::new("bobs", Holder::User(bob));
            running.server.keys().create(new).unwrap();
        }
    }
    let holder = Holder::Provisioner("desk".to_owned());
    let browser = Browser::with(&running, holder, Scope::Admin);
    let pages = pages(&browser, bob);
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [30, 31, 11]);
    let rows = pages.concat();
    let keys: Vec<_> = rows.iter().filter(|row| row.contains("the key")).collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(rows[71].contains("created "), "the oldest is the last");
}
