//! Clients of all doors race for the last seats: exactly as many win as seats are free.

use std::sync::Barrier;
use std::thread;

use headcount::{License, NewUser};
use headcount_server::Scope;
use serde_json::json;

use super::scim_provisions_users::{USERS, patch, provisioner};
use crate::browser::Browser;
use crate::client::Running;

const RACERS: usize = 18;
const FREE: usize = 2;

#[test]
fn as_many_win_as_seats_are_free() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    running
        .directory
        .set_license(License::Seats(1 + FREE as u64))
        .unwrap();
    let okta = provisioner(&running, "okta");
    let browser = Browser::new(&running, Scope::Write);
    let on = json!({ "active": true });
    let idle: Vec<_> = (0..RACERS)
        .map(|racer| {
            let user = NewUser::new(format!("idle{racer}@ex.co")).active(false);
            running.directory.create_user(user).unwrap()
        })
        .collect();
    let start = Barrier::new(RACERS);
    let race = &|racer: usize| {
        let id = idle[racer].id();
        let new = json!({ "email": format!("new{racer}@ex.co") });
        start.wait();
        match racer % 6 {
            0 => client.post("/v1/api/users/invite", &new),
            1 => client.post("/api/v1/users", &new),
            2 => client.send("POST", &format!("/api/v1/users/{id}/activate"), "", ""),
            3 => patch(
                &okta,
                &format!("{USERS}/{id}"),
                json!([{ "op": "add", "value": &on }]),
            ),
            4 => browser.post("/admin/apply", &format!("on={id}:1")),
            _ => {
                let path = format!("/auth/admin/realms/master/users/{id}");
                client.put(&path, &json!({ "enabled": true }))
            }
        }
    };
    let won = thread::scope(|scope| {
        let racers: Vec<_> = (0..RACERS)
            .map(|racer| scope.spawn(move || race(racer)))
            .collect();
        let answers = racers.into_iter().map(|racer| racer.join().unwrap());
        // The page redirects after a success.
        answers.filter(|answer| answer.status < 400).count()
    });
    assert_eq!(won, FREE);
    let seats = running.directory.seats().unwrap();
    assert_eq!(seats.active, 1 + FREE as u64);
    running.directory.verify().unwrap();
}

/// So that an audit tells the sync from the person.
#[test]
fn a_change_says_through_which_door_it_came() {
    let running = Running::new();
    let (_, client) = running.user("ann", Scope::Write);
    let okta = provisioner(&running, "okta");
    let odd = provisioner(&running, "an odd name, and long");
    let browser = Browser::new(&running, Scope::Write);
    client.post("/v1/api/users/invite", &json!({ "email": "bob@ex.co" }));
    client.post("/api/v1/users", &json!({ "email": "cho@ex.co" }));
    okta.post(USERS, &json!({ "userName": "dan@ex.co" }));
    odd.post(USERS, &json!({ "userName": "eve@ex.co" }));
    let cho = running.directory.user("cho@ex.co").unwrap().unwrap();
    browser.post(
        "/admin/apply",
        &format!("off={}:{}", cho.id(), cho.version()),
    );
    let changes = running.directory.changes(0).unwrap();
    // The users that the test itself creates come through no door.
    let doors: Vec<_> = changes.filter_map(|change| change.unwrap().door).collect();
    assert_eq!(doors, ["platform", "rest", "scim:okta", "scim", "page"]);
}
