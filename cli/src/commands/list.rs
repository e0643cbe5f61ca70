//! `headcount users list`: the users who meet every condition.

use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::vec;

use headcount::{Directory, Sort, User, UserQuery};
use serde_json::json;

use super::Store;
use super::naming::find_workspace;
use crate::args::{ListArgs, SortArg};
use crate::failure::Result;
use crate::output::{Table, USER_HEADS, safe, user_cells, write_json, write_json_list};

pub(super) fn run(
    store: &Store<'_>,
    args: &ListArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let directory = store.open()?;
    let query = query(&directory, args)?;
    if args.count {
        let count = directory.count(&query)?;
        if json {
            return write_json(out, &json!({ "count": count }));
        }
        writeln!(out, "{count}")?;
        return Ok(());
    }
    let seats = directory.seats()?;
    let mut users = Listed::start(&directory, query, args)?;
    if json {
        out.write_all(b"{")?;
        write_json_list(out, "users", &mut users)?;
        if args.limit.is_some() {
            write!(out, ",\"next\":{}", json!(users.next))?;
        }
        out.write_all(b",\"seats\":")?;
        serde_json::to_writer(&mut *out, &seats)?;
        writeln!(out, "}}")?;
        return Ok(());
    }
    match users.next() {
        None => writeln!(out, "no users")?,
        Some(first) => {
            let mut table = Table::new(USER_HEADS, out);
            table.push(&user_cells(&*first?))?;
            for user in &mut users {
                table.push(&user_cells(&*user?))?;
            }
            table.finish()?;
        }
    }
    if let Some(cursor) = &users.next {
        let quoted = cursor.replace('\'', r"'\''");
        writeln!(out, "\nthere are more: --after '{}'", safe(&quoted))?;
    }
    writeln!(out, "\n{seats}")?;
    Ok(())
}

fn query(directory: &Directory, args: &ListArgs) -> Result<UserQuery> {
    let mut query = UserQuery::new().sort(match args.sort {
        SortArg::Email => Sort::Email,
        SortArg::Username => Sort::Username,
        SortArg::Created => Sort::Created,
    });
    if args.active {
        query = query.active();
    }
    if args.inactive {
        query = query.inactive();
    }
    if args.admin {
        query = query.admins();
    }
    if let Some(workspace) = &args.workspace {
        let workspace = find_workspace(directory, workspace)?;
        query = query.member_of(&workspace, args.role);
    }
    if let Some(prefix) = &args.email_prefix {
        query = query.email_prefix(prefix);
    }
    if let Some(domain) = &args.domain {
        query = query.email_domain(domain);
    }
    if let Some(prefix) = &args.username_prefix {
        query = query.username_prefix(prefix);
    }
    if let Some(moment) = args.created_since {
        query = query.created_since(moment);
    }
    if let Some(moment) = args.changed_since {
        query = query.changed_since(moment);
    }
    if args.descending {
        query = query.descending();
    }
    Ok(query)
}

/// The users of a query, read a page at a time: as many as the limit says, or all.
struct Listed<'a> {
    directory: &'a Directory,
    query: UserQuery,
    page: vec::IntoIter<Arc<User>>,
    /// How many are yet to be read.
    left: usize,
    /// Where to read on; `None` at the end.
    next: Option<String>,
}

impl<'a> Listed<'a> {
    /// Reads the first page, so that what is refused is so before anything is shown.
    fn start(
        directory: &'a Directory,
        query: UserQuery,
        args: &ListArgs,
    ) -> headcount::Result<Self> {
        let mut listed = Self {
            directory,
            query,
            page: Vec::new().into_iter(),
            left: args.limit.map_or(usize::MAX, NonZeroUsize::get),
            next: args.after.clone(),
        };
        listed.read_page()?;
        Ok(listed)
    }

    fn read_page(&mut self) -> headcount::Result<()> {
        let limit = self.left.min(UserQuery::LIMIT_MAX);
        let mut query = self.query.clone().limit(limit);
        if let Some(cursor) = self.next.take() {
            query = query.after(cursor);
        }
        let page = self.directory.query(&query)?;
        self.left -= page.users.len();
        self.page = page.users.into_iter();
        self.next = page.next;
        Ok(())
    }
}

impl Iterator for Listed<'_> {
    type Item = headcount::Result<Arc<User>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0
            && self.left > 0
            && self.next.is_some()
            && let Err(error) = self.read_page()
        {
            self.left = 0;
            return Some(Err(error));
        }
        self.page.next().map(Ok)
    }
}
