//! The schema and statements of all contenders that use SQLite.

use std::hint::black_box;
use std::path::PathBuf;

use rusqlite::{Connection, Params, Result, Row, params};

use crate::peer::{Digest, Opening};
use crate::people::{Person, SEATS, domain_of, key_of, now_micros};

pub const FILE: &str = "users.sqlite";

/// The same as headcount's records, counters and changes. There are no admins, so
/// that index would be empty on both sides.
pub const TABLES: &str = "
    CREATE TABLE users (
        email_key TEXT PRIMARY KEY, id BLOB NOT NULL, email TEXT NOT NULL,
        username TEXT NOT NULL, username_key TEXT NOT NULL,
        given_name TEXT, family_name TEXT, active INTEGER NOT NULL, admin INTEGER NOT NULL,
        domain TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
        version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE changes (
        sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, event INTEGER NOT NULL,
        user BLOB NOT NULL) STRICT;
    CREATE TABLE totals (
        only INTEGER PRIMARY KEY CHECK (only = 1), seats INTEGER NOT NULL,
        active INTEGER NOT NULL, inactive INTEGER NOT NULL,
        last_change INTEGER NOT NULL) STRICT;";

/// The indexes that headcount has as well: each serves a query or a rule.
pub const INDEXES: &str = "
    CREATE UNIQUE INDEX users_by_id ON users (id);
    CREATE UNIQUE INDEX users_by_username ON users (username_key);
    CREATE INDEX users_by_state ON users (active, email_key);
    CREATE INDEX users_by_domain ON users (domain, email_key);
    CREATE INDEX users_by_creation ON users (created_at, id);
    CREATE INDEX users_by_update ON users (updated_at, id);";

const INSERT: &str =
    "INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const COLUMNS: &str = "SELECT id, email, username, given_name, family_name, active, admin, \
                       created_at, updated_at, version FROM users";

/// A database file, for any number of connections.
pub struct Store(PathBuf);

impl Store {
    pub fn new(opening: &Opening) -> Self {
        Self(opening.folder.join(FILE))
    }

    pub fn connect(&self) -> Connection {
        let connection = Connection::open(&self.0).unwrap();
        connection.set_prepared_statement_cache_capacity(64);
        for (name, value) in [
            ("journal_mode", "WAL"),
            ("synchronous", "FULL"),
            ("mmap_size", "4294967296"),
            ("cache_size", "-65536"),
            ("wal_autocheckpoint", "8000"),
            ("temp_store", "MEMORY"),
            ("busy_timeout", "10000"),
        ] {
            pragma(&connection, name, value);
        }
        connection
    }
}

pub fn pragma(connection: &Connection, name: &str, value: &str) {
    // Some pragmas return a row and some do not.
    let sql = format!("PRAGMA {name}={value}");
    let mut statement = connection.prepare(&sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while rows.next().unwrap().is_some() {}
}

/// Runs a statement without parameters.
pub fn run(connection: &Connection, sql: &str) {
    connection.prepare_cached(sql).unwrap().execute([]).unwrap();
}

/// Writes the log back and closes.
pub fn close(connection: Connection) {
    connection.flush_prepared_statement_cache();
    connection.close().unwrap();
}

/// Fills the empty tables.
pub fn fill(connection: &Connection, people: &[Person]) -> Result<()> {
    let mut change = connection.prepare_cached("INSERT INTO changes VALUES (?1, ?2, 1, ?3)")?;
    let mut insert = connection.prepare_cached(INSERT)?;
    for (sequence, person) in (1_u64..).zip(people) {
        insert_person(&mut insert, person)?;
        change.execute(params![sequence, person.created_at, person.id])?;
    }
    let count = people.len() as u64;
    connection
        .prepare_cached("INSERT INTO totals VALUES (1, ?1, ?2, 0, ?2)")?
        .execute(params![SEATS, count])?;
    Ok(())
}

fn insert_person(insert: &mut rusqlite::Statement<'_>, person: &Person) -> Result<usize> {
    insert.execute(params![
        key_of(&person.email),
        person.id,
        person.email,
        person.username,
        person.given_name,
        person.family_name,
        person.active,
        person.admin,
        domain_of(&person.email),
        person.created_at,
        person.updated_at,
        person.version,
    ])
}

/// Creates a user within a transaction. The unique indexes refuse duplicates, and the first
/// statement refuses a user for whom no seat is free.
pub fn create(connection: &Connection, person: &Person) -> Result<()> {
    let sequence: u64 = connection
        .prepare_cached(
            "UPDATE totals SET active = active + 1, last_change = last_change + 1 \
             WHERE active < seats RETURNING last_change",
        )?
        .query_row([], |row| row.get(0))?;
    insert_person(&mut *connection.prepare_cached(INSERT)?, person)?;
    add_change(connection, sequence, person.created_at, 1, &person.id)
}

/// Activates or deactivates a user within a transaction; no effect if that is the state already.
pub fn set_active(connection: &Connection, email: &str, active: bool) -> Result<()> {
    let now = now_micros();
    let mut update = connection.prepare_cached(
        "UPDATE users SET active = ?2, updated_at = ?3, version = version + 1 \
         WHERE email_key = ?1 AND active <> ?2 RETURNING id",
    )?;
    let mut rows = update.query(params![key_of(email), active, now])?;
    let Some(id) = rows.next()?.map(|row| row.get::<_, [u8; 16]>(0)) else {
        return Ok(());
    };
    drop(rows);
    let growth = if active { 1 } else { -1 };
    let sequence: u64 = connection
        .prepare_cached(
            "UPDATE totals SET active = active + ?1, inactive = inactive - ?1, \
             last_change = last_change + 1 WHERE active + ?1 <= seats RETURNING last_change",
        )?
        .query_row([growth], |row| row.get(0))?;
    add_change(connection, sequence, now, 2 + u8::from(active), &id?)
}

fn add_change(
    connection: &Connection,
    sequence: u64,
    at: u64,
    event: u8,
    user: &[u8; 16],
) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO changes VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![sequence, at, event, user])?;
    Ok(())
}

/// Gets a user as an owned value.
pub fn get(connection: &Connection, email: &str) -> Digest {
    let sql = "SELECT id, email, username, given_name, family_name, active, admin, created_at, \
               updated_at, version FROM users WHERE email_key = ?1";
    one(connection, sql, [key_of(email)])
}

/// Gets a user as an owned value.
pub fn get_by_id(connection: &Connection, id: &[u8; 16]) -> Digest {
    let sql = "SELECT id, email, username, given_name, family_name, active, admin, created_at, \
               updated_at, version FROM users WHERE id = ?1";
    one(connection, sql, [id])
}

fn one(connection: &Connection, sql: &str, key: impl Params) -> Digest {
    let mut statement = connection.prepare_cached(sql).unwrap();
    let person = black_box(statement.query_row(key, owned).unwrap());
    let mut digest = Digest::default();
    digest.add(person.texts(), person.active);
    digest
}

/// The id of a user.
pub fn id_of(connection: &Connection, email: &str) -> [u8; 16] {
    let sql = "SELECT id FROM users WHERE email_key = ?1";
    let mut statement = connection.prepare_cached(sql).unwrap();
    let id = statement.query_row([key_of(email)], |row| row.get(0));
    id.unwrap()
}

/// Whether all tables and indexes agree.
pub fn is_whole(connection: &Connection) -> bool {
    let mut statement = connection.prepare("PRAGMA integrity_check").unwrap();
    let answer = statement.query_row([], |row| row.get::<_, String>(0));
    answer.unwrap() == "ok"
}

fn owned(row: &Row<'_>) -> Result<Person> {
    Ok(Person {
        id: row.get(0)?,
        email: row.get(1)?,
        username: row.get(2)?,
        given_name: row.get(3)?,
        family_name: row.get(4)?,
        active: row.get(5)?,
        admin: row.get(6)?,
        created_at: row.get(7)?,
        updated_at: row.get(8)?,
        version: row.get(9)?,
    })
}

/// Reads all users without owning them.
pub fn list(connection: &Connection) -> Digest {
    let sql = format!("{COLUMNS} ORDER BY email_key");
    let mut statement = connection.prepare_cached(&sql).unwrap();
    digest(statement.query([]).unwrap()).unwrap()
}

/// Reads a page of users without owning them.
pub fn page(connection: &Connection, after: &str, limit: usize) -> Digest {
    let sql = "SELECT id, email, username, given_name, family_name, active, admin, created_at, \
               updated_at, version FROM users WHERE email_key > ?1 ORDER BY email_key LIMIT ?2";
    let mut statement = connection.prepare_cached(sql).unwrap();
    digest(statement.query(params![after, limit]).unwrap()).unwrap()
}

fn digest(mut rows: rusqlite::Rows<'_>) -> Result<Digest> {
    let mut digest = Digest::default();
    while let Some(row) = rows.next()? {
        let text = |at| row.get_ref(at).unwrap().as_str().unwrap();
        digest.add([text(1), text(2), text(3), text(4)], row.get(5)?);
        black_box((
            row.get_ref(0)?,
            row.get::<_, bool>(6)?,
            row.get::<_, u64>(7)?,
            row.get::<_, u64>(8)?,
            row.get::<_, u64>(9)?,
        ));
    }
    Ok(digest)
}
