//! An invalid query is refused; a query that nobody matches returns nobody.

use headcount::{ErrorKind, Role, Sort, UserQuery};

use crate::helpers::{create_workspace, hire, kind, on_both_engines};

const ORDERS: [Sort; 3] = [Sort::Email, Sort::Username, Sort::Created];

#[test]
fn a_page_has_one_to_ten_thousand_users() {
    on_both_engines(|directory| {
        hire(directory, "ann");
        for limit in [0, UserQuery::LIMIT_MAX + 1, usize::MAX] {
            let result = directory.query(&UserQuery::new().limit(limit));
            assert_eq!(kind(result), ErrorKind::InvalidArgument, "{limit}");
        }
        for limit in [1, UserQuery::LIMIT_MAX] {
            let page = directory.query(&UserQuery::new().limit(limit)).unwrap();
            assert_eq!((page.users.len(), page.next), (1, None));
        }
    });
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    on_both_engines(|directory| {
        hire(directory, "ann");
        hire(directory, "bob");
        for made_in in ORDERS {
            let first = UserQuery::new().sort(made_in).limit(1);
            let cursor = directory.query(&first).unwrap().next.unwrap();
            for used_in in ORDERS {
                let query = UserQuery::new().sort(used_in).after(cursor.as_str());
                let result = directory.query(&query);
                if used_in == made_in {
                    assert_eq!(result.unwrap().users.len(), 1);
                } else {
                    assert_eq!(kind(result), ErrorKind::InvalidArgument);
                }
            }
        }
        for nonsense in ["", "ann@ex.co", "email", "created:1", "username"] {
            for order in ORDERS {
                let query = UserQuery::new().sort(order).after(nonsense);
                assert_eq!(kind(directory.query(&query)), ErrorKind::InvalidArgument);
            }
        }
    });
}

/// A cursor is a text that anybody can send back: any well-formed one is a position.
#[test]
fn an_invented_cursor_does_no_harm() {
    on_both_engines(|directory| {
        hire(directory, "ann");
        for made_up in [
            "email:",
            "email:@",
            "email:b",
            "email:a@b@ex.co",
            "email:\u{10ffff}",
        ] {
            for query in [
                UserQuery::new(),
                UserQuery::new().email_domain("ex.co"),
                UserQuery::new().active(true),
                UserQuery::new().email_prefix("ann"),
            ] {
                let after = query.after(made_up);
                let up = directory.query(&after).unwrap().users.len();
                let down = directory
                    .query(&after.descending(true))
                    .unwrap()
                    .users
                    .len();
                assert_eq!(up + down, 1, "{made_up}");
            }
        }
    });
}

#[test]
fn an_unknown_workspace_is_an_error_and_an_unknown_domain_is_empty() {
    on_both_engines(|directory| {
        let ann = hire(directory, "ann");
        let models = create_workspace(directory, "Models", ann);
        for role in [None, Some(Role::User)] {
            let query = UserQuery::new().member_of("Nowhere", role);
            assert_eq!(kind(directory.query(&query)), ErrorKind::WorkspaceNotFound);
            assert_eq!(kind(directory.count(&query)), ErrorKind::WorkspaceNotFound);
        }
        for domain in [
            "elsewhere.example",
            "x.co",
            "",
            "no domain",
            "ex.co\u{200b}",
            "@ex.co",
        ] {
            let query = UserQuery::new().email_domain(domain);
            assert!(
                directory.query(&query).unwrap().users.is_empty(),
                "{domain:?}"
            );
            assert_eq!(directory.count(&query).unwrap(), 0, "{domain:?}");
        }
        for query in [
            UserQuery::new().member_of(models, Role::User),
            UserQuery::new().active(false),
            UserQuery::new().admins(true),
            UserQuery::new().email_prefix("x"),
        ] {
            assert!(directory.query(&query).unwrap().users.is_empty());
            assert_eq!(directory.count(&query).unwrap(), 0);
        }
    });
}

#[test]
fn a_count_is_of_all_pages() {
    on_both_engines(|directory| {
        for name in ["ann", "bob", "cho"] {
            hire(directory, name);
        }
        let query = UserQuery::new().email_domain("EX.co").limit(1);
        let next = directory.query(&query).unwrap().next.unwrap();
        assert_eq!(directory.count(&query.after(&*next)).unwrap(), 3);
    });
}
