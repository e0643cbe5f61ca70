//! `headcount users list`: the users who meet every condition.

mod rows;

use std::io::Write;
use std::sync::Arc;
use std::vec;

use headcount::{Directory, Sort, User, UserQuery};
use serde_json::json;

use super::Store;
use super::filter::Filter;
use crate::args::{ListArgs, ListFormat, SortArg};
use crate::failure::{Failure, Result};
use crate::output::{Table, USER_HEADS, safe, user_cells, write_json, write_json_list};

pub(super) fn run(
    store: &Store<'_>,
    args: &ListArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let directory = store.open()?;
    let filter = filter(&directory, args)?;
    if args.count {
        let count = count(&directory, &filter)?;
        if json {
            return write_json(out, &json!({ "count": count }));
        }
        writeln!(out, "{count}")?;
        return Ok(());
    }
    let seats = directory.seats()?;
    let mut users = Listed::start(&directory, filter, args)?;
    match (args.format, &*args.columns) {
        (ListFormat::Jsonl, columns) => return rows::lines(&mut users, columns, out),
        (ListFormat::Csv, columns) => return rows::csv(&mut users, columns, out),
        (_, columns @ [_, ..]) if !json && args.format == ListFormat::Table => {
            return rows::table(&mut users, columns, out);
        }
        _ => {}
    }
    if json || args.format == ListFormat::Json {
        out.write_all(b"{")?;
        let shown = (&mut users).map(|user| Ok(rows::shown(&*user?, &args.columns)));
        write_json_list(out, "users", shown)?;
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

/// How many there are, read from the counters or an index where that says it.
fn count(directory: &Directory, filter: &Filter) -> Result<u64> {
    if filter.is_query() {
        return Ok(directory.count(&filter.query)?);
    }
    let mut count = 0;
    filter.each(directory, None, |_| {
        count += 1;
        Ok(true)
    })?;
    Ok(count)
}

fn filter(directory: &Directory, args: &ListArgs) -> Result<Filter> {
    let mut filter = Filter::of(directory, &args.filter)?;
    if let Some(text) = &args.search {
        filter = filter.and_has(text);
    }
    let mut query = filter.query.sort(match args.sort {
        SortArg::Email => Sort::Email,
        SortArg::Username => Sort::Username,
        SortArg::Created => Sort::Created,
    });
    if args.descending {
        query = query.descending();
    }
    filter.query = query;
    if !filter.is_query() && (args.limit.is_some() || args.after.is_some()) {
        return Err(Failure::refused(
            "usage",
            "--limit and --after don't go with --search, --attribute, --created-before and \
             --changed-before; leave --limit out",
        ));
    }
    Ok(filter)
}

/// The users of a query, read a page at a time: as many as the limit says, or all.
struct Listed<'a> {
    directory: &'a Directory,
    filter: Filter,
    page: vec::IntoIter<Arc<User>>,
    /// How many are yet to be read.
    left: usize,
    /// Where to read on; `None` at the end.
    next: Option<String>,
}

impl<'a> Listed<'a> {
    /// Reads the first page, so that what is refused is so before anything is shown.
    fn start(directory: &'a Directory, filter: Filter, args: &ListArgs) -> headcount::Result<Self> {
        let mut listed = Self {
            directory,
            filter,
            page: Vec::new().into_iter(),
            left: args.limit.unwrap_or(usize::MAX),
            next: args.after.clone(),
        };
        listed.read_page()?;
        Ok(listed)
    }

    fn read_page(&mut self) -> headcount::Result<()> {
        let limit = self.left.min(UserQuery::LIMIT_MAX);
        let mut query = self.filter.query.clone().limit(limit);
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
        loop {
            if let Some(user) = self.page.next() {
                if self.filter.holds(&user) {
                    return Some(Ok(user));
                }
                continue;
            }
            if self.left == 0 || self.next.is_none() {
                return None;
            }
            if let Err(error) = self.read_page() {
                self.left = 0;
                return Some(Err(error));
            }
        }
    }
}
