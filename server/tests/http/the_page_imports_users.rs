//! An import shows what it would change, changes exactly that, and does so once.

use headcount::{License, NewUser};
use headcount_server::Scope;

use crate::browser::Browser;
use crate::client::Running;

fn story() -> (Running, Browser) {
    let running = Running::new();
    let ann = NewUser::new("ann@ex.co").given_name("Ann");
    running.directory.create_user(ann).unwrap();
    running.directory.create_user("bob@ex.co").unwrap();
    let browser = Browser::new(&running, Scope::Write);
    (running, browser)
}

#[test]
fn a_file_is_shown_imported_and_not_imported_twice() {
    let (running, browser) = story();
    let directory = &running.directory;
    let text = "email,given_name,active\nann@ex.co,Anna,\nbob@ex.co,,false\ncho@ex.co,'=Cho,true\n";
    let preview = browser.upload("/admin/import", &[("file", text), ("text", "")]);
    assert_eq!(preview.status, 200, "{}", preview.body);
    for shown in [
        "<b>1</b> created",
        "<b>2</b> changed",
        "<bdi>Anna</bdi>",
        "2 of 5 seats",
    ] {
        assert!(preview.body.contains(shown), "{shown}: {}", preview.body);
    }
    assert_eq!(directory.len().unwrap(), 2, "nothing has happened yet");
    let before = directory.stats().unwrap().latest_change;
    let done = browser.import(&preview);
    let told = "1 created, 1 changed, 1 deactivated.";
    assert!(done.body.contains(told), "{}", done.body);
    let again = browser.import(&preview);
    assert!(again.body.contains(told), "{}", again.body);
    assert_eq!(directory.stats().unwrap().latest_change, before + 1);
    let name = |email: &str| {
        let user = directory.user_by_email(email).unwrap().unwrap();
        (user.given_name().map(str::to_owned), user.is_active())
    };
    assert_eq!(name("ann@ex.co"), (Some("Anna".to_owned()), true));
    assert_eq!(name("bob@ex.co"), (None, false));
    assert_eq!(name("cho@ex.co"), (Some("=Cho".to_owned()), true));
}

#[test]
fn an_export_changes_nothing_where_it_came_from() {
    let (running, browser) = story();
    let named = NewUser::new("dee@ex.co")
        .username("dee")
        .family_name("=D, \"Dee\"")
        .active(false);
    running.directory.create_user(named).unwrap();
    let csv = browser.get("/admin/export.csv").body;
    let mut lines = Vec::new();
    running.directory.export_lines(&mut lines, |_| {}).unwrap();
    for text in [csv, String::from_utf8(lines).unwrap()] {
        let preview = browser.upload("/admin/import", &[("text", &text)]);
        assert!(
            preview.body.contains("<b>3</b> as they are"),
            "{}",
            preview.body
        );
        assert!(
            !preview.body.contains("/admin/import/apply"),
            "there is nothing to do"
        );
        let (other, browser) = story();
        let preview = browser.upload("/admin/import", &[("text", &text)]);
        let done = browser.import(&preview);
        assert!(done.body.contains("1 created."), "{}", done.body);
        let dee = |of: &Running| of.directory.user_by_username("dee").unwrap().unwrap();
        assert_eq!(dee(&other).id(), dee(&running).id());
        assert_eq!(dee(&other).family_name(), Some("=D, \"Dee\""));
    }
}

#[test]
fn what_others_did_meanwhile_is_not_overwritten() {
    let (running, browser) = story();
    let text = r#"[{"email": "ann@ex.co", "given_name": "Anna"}, {"email": "cho@ex.co"}]"#;
    let preview = browser.upload("/admin/import", &[("text", text)]);
    let update = headcount::UserUpdate::new().family_name("Lee");
    running.directory.update_user("ann@ex.co", update).unwrap();
    let refused = browser.import(&preview);
    assert_eq!(refused.status, 412);
    assert!(refused.body.contains("user 1: "), "{}", refused.body);
    assert_eq!(running.directory.len().unwrap(), 2, "all or nothing");
    let done = browser.import(&refused);
    assert!(done.body.contains("1 created, 1 changed"), "{}", done.body);
}

#[test]
fn refusals_say_where_and_what_helps() {
    let (running, browser) = story();
    let show = |text: &str| browser.upload("/admin/import", &[("text", text)]);
    running.directory.set_license(License::Seats(2)).unwrap();
    let full = show("email\nann@ex.co\ncho@ex.co\n");
    assert_eq!(full.status, 409);
    assert!(
        full.body.contains("Create the new users inactive"),
        "{}",
        full.body
    );
    let inactive = [("inactive", "yes")];
    let possible = browser.send_preview("/admin/import", &full, &inactive);
    assert_eq!(possible.status, 200, "{}", possible.body);
    assert!(
        possible.body.contains("<b>1</b> created"),
        "{}",
        possible.body
    );
    for (text, status, told) in [
        ("email\nan n@ex.co\n", 422, "line 2: "),
        ("email,phone\na@ex.co,1\n", 400, "line 2: "),
        (
            "email\nann@ex.co\nANN@ex.co\n",
            400,
            "line 3: ann@ex.co is the user of line 2",
        ),
        (
            "id,given_name\n018f4f4e-0000-7000-8000-000000000000,x\n",
            400,
            "needs an email",
        ),
        (
            "email,admin\nann@ex.co,true\n",
            403,
            "needs a key with the scope admin",
        ),
    ] {
        let refused = show(text);
        assert_eq!(refused.status, status, "{text}: {}", refused.body);
        assert!(refused.body.contains(told), "{told}: {}", refused.body);
        assert!(!refused.body.contains("/admin/import/apply"));
    }
    let forged = [("text", "email,admin\nann@ex.co,true\n")];
    assert_eq!(browser.upload("/admin/import/apply", &forged).status, 400);
    let unknown = headcount::RequestId::generate().to_string();
    let forged = [("request", &*unknown)];
    assert_eq!(browser.upload("/admin/import/apply", &forged).status, 410);
    let admin = Browser::new(&running, Scope::Admin);
    let text = "email,admin\nann@ex.co,true\n";
    let preview = admin.upload("/admin/import", &[("text", text)]);
    assert_eq!(browser.import(&preview).status, 403);
    assert_eq!(admin.import(&preview).status, 200);
    let large = "x".repeat((2 << 20) + 1);
    assert_eq!(show(&large).status, 413);
    assert_eq!(show(&large.repeat(3)).status, 413);
}

#[test]
fn what_a_file_says_of_new_users_is_shown() {
    let (running, _) = story();
    let keeper = Browser::new(&running, Scope::Admin);
    let text = "email,username,given_name,active,admin\n\
                x@ex.co,xen,Xe,false,true\ny@ex.co,y@ex.co,,true,false\n";
    let preview = keeper.upload("/admin/import", &[("text", text)]).body;
    let row = |email: &str| {
        let at = preview.find(&format!("<bdi>{email}</bdi>")).unwrap();
        preview[at..].split("</tr>").next().unwrap().to_owned()
    };
    for shown in [
        ">new<",
        "xen",
        "Xe",
        "active: <ins><bdi>no",
        "admin: <ins><bdi>yes",
    ] {
        assert!(
            row("x@ex.co").contains(shown),
            "{shown}: {}",
            row("x@ex.co")
        );
    }
    let plain = row("y@ex.co");
    assert!(
        plain.contains(">new<") && !plain.contains("<ins>"),
        "{plain}"
    );
}

#[test]
fn what_was_shown_can_be_imported() {
    let (running, browser) = story();
    let directory = &running.directory;
    directory.set_license(License::Enterprise).unwrap();
    let rows = (0..5_000).map(|number| format!("u{number}@ex.co,U{number},false\n"));
    let text = "email,given_name,active\n".to_owned() + &rows.collect::<String>();
    let preview = browser.upload("/admin/import", &[("file", &text)]);
    assert!(preview.body.len() < 100_000, "the file is not sent back");
    let done = browser.import(&preview);
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(directory.len().unwrap(), 2 + 5_000);
    let user = directory.user_by_email("u7@ex.co").unwrap().unwrap();
    assert_eq!(user.given_name(), Some("U7"));

    let unreadable = browser.upload("/admin/import", &[("text", "email,phone\na@ex.co,1\n")]);
    assert_eq!(
        browser.import(&unreadable).status,
        400,
        "there is no plan for it"
    );
}
