//! Borrowed views have the same contents as copied users.

use std::ops::ControlFlow;

use headcount::{Directory, License, NewUser, Sort, UserQuery};

fn directory() -> Directory {
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.in_memory().unwrap();
    for number in 0..50 {
        let user = NewUser::new(format!("user{number:02}@ex{}.co", number % 3))
            .username(format!("name{}", 99 - number))
            .active(number % 4 != 0)
            .attribute("n", number.to_string());
        directory.create_user(user).unwrap();
    }
    directory
}

#[test]
fn of_all_users() {
    let directory = directory();
    let copies: Vec<_> = directory.users().unwrap().map(Result::unwrap).collect();
    let mut lent = Vec::new();
    let all = directory.for_each_user(|user| {
        lent.push(user.to_user());
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(all.unwrap(), None);
    assert_eq!(lent.len(), 50);
    assert!(copies.iter().map(|user| &**user).eq(&lent));

    let mut seen = 0;
    let some = directory.for_each_user(|_| {
        seen += 1;
        if seen == 7 {
            ControlFlow::Break("the seventh")
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!((seen, some.unwrap()), (7, Some("the seventh")));
}

#[test]
fn of_each_page() {
    let directory = directory();
    let queries = [
        UserQuery::new(),
        UserQuery::new().descending(true),
        UserQuery::new().active(true),
        UserQuery::new().email_prefix("user1"),
        UserQuery::new()
            .email_prefix("user")
            .username_prefix("name8"),
        UserQuery::new().email_domain("ex1.co").active(false),
        UserQuery::new().email_domain("no domain"),
        UserQuery::new().sort(Sort::Username),
        UserQuery::new().sort(Sort::Created).email_prefix("user2"),
    ];
    for query in queries {
        for limit in [1, 7, 25, 50, 100] {
            let mut query = query.clone().limit(limit);
            loop {
                let page = directory.query(&query).unwrap();
                let mut lent = Vec::new();
                let visited = directory.for_each_in_page(&query, |user| {
                    lent.push(user.to_user());
                    ControlFlow::<()>::Continue(())
                });
                assert!(page.users.iter().map(|user| &**user).eq(&lent), "{query:?}");
                let visited = visited.unwrap();
                assert_eq!((&visited.next, visited.broke_with), (&page.next, None));
                let Some(next) = page.next else { break };
                query = query.after(&*next);
            }
        }
    }
}

#[test]
fn an_interrupted_page_continues_behind_its_last_user() {
    let directory = directory();
    for query in [UserQuery::new(), UserQuery::new().email_domain("ex0.co")] {
        let whole = directory.query(&query).unwrap().users;
        let mut seen = Vec::new();
        let visited = directory.for_each_in_page(&query, |user| {
            seen.push(user.id());
            if seen.len() == 5 {
                ControlFlow::Break(user.id())
            } else {
                ControlFlow::Continue(())
            }
        });
        let visited = visited.unwrap();
        assert_eq!(visited.broke_with.as_ref(), seen.last());
        let rest = directory
            .query(&query.after(visited.next.as_deref()))
            .unwrap();
        seen.extend(rest.users.iter().map(|user| user.id()));
        assert!(whole.iter().map(|user| user.id()).eq(seen));
    }
}
