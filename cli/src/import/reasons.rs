//! Why the directory refuses a row, in words that name the file and the options.

use std::cell::OnceCell;
use std::collections::HashMap;

use headcount::{Email, ErrorKind, Username};

use super::candidate::Candidate;
use super::values::shortened;
use super::{Row, Rows};

/// The rows of a file, as far as reasons name them.
pub(super) struct Reasons<'a> {
    candidates: &'a [Candidate],
    rows: &'a Rows,
    /// The first row with each email or username. Few files need it.
    first: OnceCell<HashMap<String, usize>>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(candidates: &'a [Candidate], rows: &'a Rows) -> Self {
        Self {
            candidates,
            rows,
            first: OnceCell::new(),
        }
    }

    /// Why the row of the candidate is refused.
    pub(super) fn of(&self, refusal: &headcount::Error, candidate: &Candidate) -> String {
        let row = self.rows.get(candidate.row);
        match refusal.kind() {
            ErrorKind::EmailRequired => without_email(&row).unwrap_or_else(|| refusal.to_string()),
            ErrorKind::IdTaken => format!(
                "{refusal}; if that user was deleted here, remove the row, or use --ignore-ids to \
                 create them again under another id"
            ),
            ErrorKind::EmailTaken | ErrorKind::UsernameTaken => {
                match self.earlier(candidate, &row) {
                    Some(place) => format!("{refusal}; in the file, {place} has it"),
                    None => refusal.to_string(),
                }
            }
            _ => refusal.to_string(),
        }
    }

    /// Where an earlier row has the candidate's email or username as either of the two.
    fn earlier(&self, candidate: &Candidate, row: &Row) -> Option<String> {
        let first = self.first.get_or_init(|| {
            let mut first = HashMap::new();
            for candidate in self.candidates {
                for key in keys(candidate, &self.rows.get(candidate.row)) {
                    first.entry(key).or_insert(candidate.row);
                }
            }
            first
        });
        let keys = keys(candidate, row);
        let mut earlier = keys.iter().filter_map(|key| first.get(key));
        let earlier = earlier.find(|earlier| **earlier < candidate.row)?;
        Some(self.rows.get(*earlier).place.to_string())
    }
}

/// What other users can have neither as an email nor as a username.
fn keys(candidate: &Candidate, row: &Row) -> Vec<String> {
    let email = candidate
        .email(row)
        .and_then(|text| Email::parse(text).ok());
    let username = candidate.username(row);
    let username = username.and_then(|text| Username::parse(text).ok());
    let email = email.map(|email| email.key().to_owned());
    let username = username.map(|name| name.key().to_owned());
    email.into_iter().chain(username).collect()
}

/// Whether `--email-template` can make an address of the username.
pub(super) fn can_fill_template(row: &Row) -> bool {
    row.username
        .as_deref()
        .is_some_and(|name| !name.contains('@'))
}

/// Why a row without an email gets none from `--email-template` either, if that is so.
fn without_email(row: &Row) -> Option<String> {
    if can_fill_template(row) {
        return None;
    }
    Some(match &row.username {
        Some(name) => format!(
            "an email address is required, and the username {:?} is not a valid one; \
             --email-template takes no username with an \"@\" in it, so correct it, or give the \
             user an email",
            shortened(name)
        ),
        None => "an email address is required, and there is no username that --email-template \
                 could make one of; give the user an email"
            .to_owned(),
    })
}
