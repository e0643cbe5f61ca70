//! `headcount users list` and `headcount search`: the users who meet every condition.

mod cursor;
mod listed;
mod rows;
mod sorted;

use std::io::Write;
use std::sync::Arc;

use headcount::{Sort, User, UserQuery, quoted};
use headcount_server::Cursors;
use serde_json::json;

use self::cursor::{cursors_of, make_key};
use self::listed::Listed;
use self::sorted::Sorted;
use super::Store;
use super::filter::query_of;
use crate::args::{ListArgs, ListFormat, SortArg};
use crate::directory::Directory;
use crate::failure::{Failure, Result};
use crate::output::{Table, USER_HEADS, user_cells, write_json, write_json_list};
use crate::wrap;

pub(super) fn run(
    store: &Store<'_>,
    args: &ListArgs,
    text: Option<&str>,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    refuse_unknown_sightings(store, args)?;
    let directory = open(store, args)?;
    let query = query(&directory, args, text)?;
    if args.count {
        let count = directory.count(&query)?;
        if json || args.format() == ListFormat::Json {
            return write_json(out, &json!({ "count": count }));
        }
        writeln!(out, "{count}")?;
        return Ok(());
    }
    let seats = directory.seats()?;
    let cursors = cursors_of(&directory)?;
    let cursors = cursors.as_ref();
    let mut users = Users::start(&directory, cursors, query, args)?;
    match (args.format(), &*args.columns) {
        (ListFormat::Jsonl, columns) => {
            rows::lines(&mut users, columns, &directory, out)?;
            return warn_of_rest(users.rest(cursors), out);
        }
        (ListFormat::Csv, columns) => {
            rows::csv(&mut users, columns, &directory, out)?;
            return warn_of_rest(users.rest(cursors), out);
        }
        (ListFormat::Table, columns @ [_, ..]) if !json => {
            rows::table(&mut users, columns, &directory, out)?;
            return tell_rest(users.rest(cursors), out);
        }
        _ => {}
    }
    if json || args.format() == ListFormat::Json {
        out.write_all(b"{")?;
        let shown = (&mut users).map(|user| rows::shown(&*user?, &args.columns, &directory));
        write_json_list(out, "users", shown)?;
        if args.limit.is_some() {
            write!(out, ",\"next\":{}", json!(users.rest(cursors)))?;
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
            table.push(user_cells(&*first?))?;
            for user in &mut users {
                table.push(user_cells(&*user?))?;
            }
            table.finish()?;
        }
    }
    tell_rest(users.rest(cursors), out)?;
    writeln!(out, "\n{seats}")?;
    Ok(())
}

/// Refuses to show when users were last seen through a server, which doesn't tell.
fn refuse_unknown_sightings(store: &Store<'_>, args: &ListArgs) -> Result<()> {
    if store.server.is_none() || !args.asks_when_seen() {
        return Ok(());
    }
    Err(Failure::refused(
        "needs_file",
        "a server doesn't tell when users were last seen: the column last_seen needs the \
         directory's file, named with --db; --seen-since and --inactive-since work through a server",
    ))
}

/// Prints after a table how to list the remaining users, if there are any.
fn tell_rest(cursor: Option<String>, out: &mut dyn Write) -> Result<()> {
    if let Some(cursor) = cursor {
        writeln!(out, "\nthere are more: --after {cursor}")?;
    }
    Ok(())
}

/// Prints it on standard error if programs read standard output.
fn warn_of_rest(cursor: Option<String>, out: &mut dyn Write) -> Result<()> {
    let Some(cursor) = cursor else {
        return Ok(());
    };
    out.flush()?;
    wrap::say(&format!("there are more: --after {cursor}"));
    Ok(())
}

fn query(directory: &Directory, args: &ListArgs, text: Option<&str>) -> Result<UserQuery> {
    let texts = args.search.as_deref().into_iter().chain(text);
    let words: Vec<&str> = texts.collect();
    let query = query_of(directory, &args.filter)?.search(&*words.join(" "));
    Ok(match args.sort {
        SortArg::Email => query.descending(args.descending),
        SortArg::Username => query.sort(Sort::Username).descending(args.descending),
        SortArg::Created => query.sort(Sort::Created).descending(args.descending),
        SortArg::Column(_) => query,
    })
}

/// Opens the directory. If the list may need cursors, it creates their key first.
fn open(store: &Store<'_>, args: &ListArgs) -> Result<Directory> {
    let directory = store.open()?;
    let Some(limit) = args.limit else {
        return Ok(directory);
    };
    let stats = directory.stats()?;
    let all = stats.users_active.saturating_add(stats.users_inactive);
    let may_have_more = u64::try_from(limit).is_ok_and(|limit| limit < all);
    if !may_have_more || cursors_of(&directory)?.is_some() {
        return Ok(directory);
    }
    directory.close()?;
    make_key(store)?;
    store.open()
}

/// The users of a list in its order.
struct Users<'a> {
    /// The order and the conditions as its cursors know them.
    list: String,
    users: InOrder<'a>,
}

enum InOrder<'a> {
    Listed(Box<Listed<'a>>),
    Sorted(Sorted<'a>),
}

impl<'a> Users<'a> {
    fn start(
        directory: &'a Directory,
        cursors: Option<&Cursors>,
        query: UserQuery,
        args: &ListArgs,
    ) -> Result<Self> {
        let direction = if args.descending { "descending" } else { "" };
        let list = format!(
            "{} {direction} {}",
            quoted(args.sort.name()),
            Cursors::list_of(&query)
        );
        let after = args.after.as_ref();
        let after = after
            .map(|cursor| cursor::open(cursors, &list, cursor))
            .transpose()?;
        let users = if let SortArg::Column(column) = &args.sort {
            let sort = (column.as_str(), args.descending);
            let after = after.as_deref();
            InOrder::Sorted(Sorted::start(directory, &query, sort, after, args.limit)?)
        } else {
            let query = query.after(after.as_deref());
            let listed = Listed::start(directory, query, args.limit)?;
            InOrder::Listed(Box::new(listed))
        };
        Ok(Self { list, users })
    }

    /// The cursor of the remaining users, known once the list was read.
    fn rest(&self, cursors: Option<&Cursors>) -> Option<String> {
        let rest = match &self.users {
            InOrder::Listed(users) => users.rest.as_deref(),
            InOrder::Sorted(users) => users.rest.as_deref(),
        };
        Some(cursors?.seal(&self.list, rest?))
    }
}

impl Iterator for Users<'_> {
    type Item = headcount::Result<Arc<User>>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.users {
            InOrder::Listed(users) => users.next(),
            InOrder::Sorted(users) => users.next(),
        }
    }
}
