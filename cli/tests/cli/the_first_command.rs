//! The README's first command, word for word.

use crate::folder::Folder;

const COMMAND: &str = "import examples/data/keycloak-realm.json --when-full inactive";

#[test]
fn it_imports_seven_users_into_five_seats_and_shows_who_has_one() {
    let folder = Folder::with_examples();
    let expected = "\
imported 7 users from examples/data/keycloak-realm.json: 7 created, 0 updated, 0 unchanged
left out, as there is no field for it: groups; use --map NAME=attributes.NAME to keep it as an \
attribute, where the values are texts or numbers

EMAIL                               USERNAME                  NAME         SEAT  ADMIN  IMPORT
test-user@localhost                 test-user@localhost       Tom Brady    yes   no     created
john-doh@localhost                  john-doh@localhost        John Doh     yes   no     created
keycloak-user@localhost             keycloak-user@localhost   -            yes   no     created
top@redhat.com                      topGroupUser              -            yes   no     created
level2@redhat.com                   level2GroupUser           -            yes   no     created
rich.roles@redhat.com               roleRichUser              -            no    no     created
non-duplicate-email-user@localhost  non-duplicate-email-user  Brian Cohen  no    no     created

no seat for 2 users, inactive until somebody activates them:
  rich.roles@redhat.com
  non-duplicate-email-user@localhost
5 of 5 seats in use (community), 2 inactive
";
    assert_eq!(folder.done(COMMAND), expected);
    assert!(folder.has_database());
}

#[test]
fn running_it_again_changes_nothing_says_so_and_shows_the_table() {
    let folder = Folder::with_examples();
    let first = folder.done(COMMAND);
    let second = folder.done(COMMAND);
    let (headline, rest) = second.split_once('\n').unwrap();
    assert_eq!(
        headline,
        "nothing to change: all 7 users of examples/data/keycloak-realm.json are as they were"
    );
    let first_rest = first.split_once('\n').unwrap().1;
    assert_eq!(rest, first_rest.replace("created", "unchanged"));
    assert_eq!(folder.changes(), 1);
}

#[test]
fn a_large_import_shows_the_counts_and_not_the_table() {
    let folder = Folder::with_enterprise();
    let rows: Vec<_> = (0..51)
        .map(|n| format!("{{\"email\":\"u{n}@ex.co\"}}\n"))
        .collect();
    folder.write("fifty.jsonl", rows[..50].concat());
    folder.write("more.jsonl", rows.concat());
    assert!(folder.done("import fifty.jsonl").contains("u49@ex.co"));
    assert_eq!(
        folder.done("import more.jsonl"),
        "imported 51 users from more.jsonl: 1 created, 0 updated, 50 unchanged\n\
         `headcount users list` shows them all\n\
         51 seats in use (enterprise: no limit), 0 inactive\n"
    );
}
