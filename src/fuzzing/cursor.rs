//! The cursors of queries: any text is refused, or is a position from which the rest of the
//! list can be read.

use std::sync::{Arc, LazyLock};

use super::kind_of;
use crate::directory::Directory;
use crate::error::{ErrorKind, Result};
use crate::model::{NewUser, Sort, Timestamp, User, UserId, UserPage, UserQuery};

/// A few users whose order by email, by username and by time differs.
static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let directory = Directory::in_memory().expect("in memory");
    for (n, (email, username)) in [
        ("ann@ex.co", Some("zoe")),
        ("bob@ex.co", None),
        ("a.b@bücher.example", Some("Åsa")),
        ("zed@localhost", Some("a:b")),
    ]
    .into_iter()
    .enumerate()
    {
        let moment = Timestamp::from_unix_micros(1_700_000_000_000_000 - (n as u64 % 3));
        let id = UserId::from_bytes([0x40 + u8::try_from(n).expect("few"); 16]);
        let user = NewUser::new(email)
            .id(id)
            .created_at(moment.expect("early"));
        let user = username.into_iter().fold(user, NewUser::username);
        directory.create_user(user).expect("a user");
    }
    directory
});

/// Checks a cursor; the first byte selects the order of the query.
pub fn check(bytes: &[u8]) {
    let Some((order, cursor)) = bytes.split_first() else {
        return;
    };
    let Ok(cursor) = str::from_utf8(cursor) else {
        return;
    };
    let sort = [Sort::Email, Sort::Username, Sort::Created][usize::from(order % 3)];
    let descending = order & 0x80 != 0;
    let page = |limit: usize, after: &str| -> Result<UserPage> {
        let query = UserQuery::new().sort(sort).descending(descending);
        DIRECTORY.query(&query.limit(limit).after(after))
    };
    let rest = match page(100, cursor) {
        Ok(page) => page,
        Err(error) => {
            assert_eq!(kind_of(&error), ErrorKind::InvalidArgument);
            return;
        }
    };
    assert_eq!(rest.next, None, "a hundred are all of them");
    for user in &rest.users {
        let is_behind = is_above(sort, user, cursor) != descending;
        assert!(is_behind, "{} is not behind {cursor:?}", user.email());
    }

    // Reading page by page with the directory's own cursors returns the same users.
    let mut walked: Vec<Arc<User>> = Vec::new();
    let mut after = cursor.to_owned();
    loop {
        let one = page(1, &after).expect("a cursor of the directory's own");
        walked.extend(one.users);
        match one.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(walked, rest.users);
}

/// Whether the user comes after the position; a user exactly at it fails both ways.
fn is_above(sort: Sort, user: &User, cursor: &str) -> bool {
    let (_, place) = cursor.split_once(':').expect("a cursor that was taken");
    let order = match sort {
        Sort::Email => user.email_key().cmp(place),
        Sort::Username => user.username_key().unwrap_or(user.email_key()).cmp(place),
        Sort::Created => {
            let (micros, id) = place.split_once(':').expect("two parts");
            let micros: u64 = micros.parse().expect("a number");
            let id: UserId = id.parse().expect("an id");
            (user.created_at().as_unix_micros(), user.id()).cmp(&(micros, id))
        }
    };
    assert!(order.is_ne(), "the place itself came again");
    order.is_gt()
}
