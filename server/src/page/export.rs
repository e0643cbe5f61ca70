//! All users as CSV (RFC 4180), as the import reads it.

use std::io::Write;

use axum::http::header;
use axum::response::IntoResponse;
use headcount::{User, Users};

use super::{Shown, Visitor, secure};
use crate::csv_cell::{self, Holds};
use crate::door::Failure;
use crate::stream::{self, PART_BYTES, Parts};

const HEAD: &[u8] =
    b"id,email,username,given_name,family_name,active,admin,created_at,updated_at\r\n";

pub(crate) async fn show(visitor: Visitor) -> Shown {
    let table = Table(visitor.directory().users()?);
    let body = stream::in_parts(&visitor.server, HEAD, table).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"users.csv\"",
        ),
    ];
    let mut response = (headers, body).into_response();
    secure(&mut response);
    Ok(response)
}

/// The rows that are still to be sent.
struct Table(Users);

impl Parts for Table {
    fn write(&mut self, part: &mut Vec<u8>) -> Result<bool, Failure> {
        while part.len() < PART_BYTES {
            let Some(user) = self.0.next() else {
                return Ok(true);
            };
            push(part, &*user?);
        }
        Ok(false)
    }
}

fn push(part: &mut Vec<u8>, user: &User) {
    // Writing to memory can't fail.
    let _ = write!(
        part,
        "{},{},{},{},{},{},{},{},{}\r\n",
        user.id(),
        cell(user.email().as_str(), Holds::Identity),
        cell(own_username(user), Holds::Identity),
        cell(user.given_name().unwrap_or_default(), Holds::Name),
        cell(user.family_name().unwrap_or_default(), Holds::Name),
        user.is_active(),
        user.is_admin(),
        user.created_at(),
        user.updated_at(),
    );
}

/// The username, if it is not the email.
fn own_username(user: &User) -> &str {
    if user.username() == user.email().as_str() {
        return "";
    }
    user.username()
}

/// A cell that spreadsheets don't interpret as a formula.
fn cell(text: &str, holds: Holds) -> String {
    let mut cell = String::new();
    csv_cell::put(&mut cell, &csv_cell::marked(text, holds));
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_texts_whatever_is_in_them() {
        let cell = |text| cell(text, Holds::Name);
        assert_eq!(cell("ann@ex.co"), "ann@ex.co");
        assert_eq!(cell("Lee, \"Ann\""), "\"Lee, \"\"Ann\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("'=1+1"), "''=1+1");
        assert_eq!(cell("'t Hooft"), "'t Hooft");
        assert_eq!(cell("@x,y"), "\"'@x,y\"");
    }
}
