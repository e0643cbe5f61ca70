//! Why the directory refuses a row, in words that name the file and the options.

use std::collections::HashMap;

use headcount::{ErrorKind, quoted};

use super::candidate::Candidate;
use super::matching::{Name, names_of};
use super::values::shortened;
use super::{Row, Rows};

/// The rows of a file, as far as reasons name them.
pub(super) struct Reasons<'a> {
    rows: &'a Rows,
    /// The first row with each email or username that a refused row has.
    first: HashMap<String, Option<usize>>,
}

impl<'a> Reasons<'a> {
    /// For the candidates of a file, of which those that are `taken` are refused because somebody
    /// has their email or username.
    pub(super) fn new<'c>(
        candidates: &[Candidate],
        rows: &'a Rows,
        taken: impl Iterator<Item = &'c Candidate>,
    ) -> Self {
        let keys = taken.flat_map(|candidate| keys_of(candidate, rows));
        let mut first: HashMap<_, _> = keys.map(|key| (key, None)).collect();
        if !first.is_empty() {
            for candidate in candidates {
                for key in keys_of(candidate, rows) {
                    if let Some(first) = first.get_mut(&key) {
                        first.get_or_insert(candidate.row);
                    }
                }
            }
        }
        Self { rows, first }
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
            kind if is_taken(kind) => match self.earlier(candidate) {
                Some(place) => format!("{refusal}; in the file, {place} has it"),
                None => refusal.to_string(),
            },
            _ => refusal.to_string(),
        }
    }

    /// Where an earlier row has the candidate's email or username as either of the two.
    fn earlier(&self, candidate: &Candidate) -> Option<String> {
        let mut rows = keys_of(candidate, self.rows).filter_map(|key| *self.first.get(&key)?);
        let earlier = rows.find(|row| *row < candidate.row)?;
        Some(self.rows.get(earlier).place.to_string())
    }
}

/// Whether somebody has the email or the username already.
pub(super) fn is_taken(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::EmailTaken | ErrorKind::UsernameTaken)
}

/// What other users can have neither as an email nor as a username.
fn keys_of(candidate: &Candidate, rows: &Rows) -> impl Iterator<Item = String> + use<> {
    let names = names_of(candidate, &rows.get(candidate.row));
    names.into_iter().filter_map(Name::key)
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
            "an email address is required, and the username {} is not a valid one; \
             --email-template takes no username with an \"@\" in it, so correct it, or give the \
             user an email",
            quoted(&shortened(name))
        ),
        None => "an email address is required, and there is no username that --email-template \
                 could make one of; give the user an email"
            .to_owned(),
    })
}
