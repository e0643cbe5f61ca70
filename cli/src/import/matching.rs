//! Whom a row is about: a user who is there, or somebody new.

use std::collections::{HashMap, HashSet, hash_map};
use std::sync::Arc;

use headcount::{Email, User, UserId, Username};

use super::Row;
use super::options::{MatchBy, Options};
use super::plan::Candidate;
use super::refusals::Refusals;
use crate::args::TEMPLATE_USERNAME;
use crate::directory::{Directory, UserKey};
use crate::failure::Result;

/// Takes the rows that are not refused, with the users whom they are about.
pub(super) fn candidates(
    directory: &Directory,
    rows: &[Row],
    options: &Options<'_>,
    refusals: &mut Refusals,
) -> Result<Vec<Candidate>> {
    let taken = (0..rows.len()).filter(|row| !refusals.has(*row));
    let mut candidates: Vec<_> = taken.map(Candidate::of).collect();
    for candidate in &mut candidates {
        let row = &rows[candidate.row];
        if row.email.is_none() {
            candidate.email = made_up_email(row, options.email_template);
        }
    }
    // A user who is found by id has an address, and the file has no other.
    if options.matching.contains(&MatchBy::Id) {
        let made_up = candidates.iter_mut().filter(|c| c.email.is_some());
        let made_up: Vec<_> = made_up.filter(|c| rows[c.row].id.is_some()).collect();
        let keys = made_up.iter().filter_map(|c| rows[c.row].id);
        let keys: Vec<_> = keys.map(UserKey::Id).collect();
        for (candidate, found) in made_up.into_iter().zip(directory.users_by(&keys)?) {
            if found.is_some() {
                candidate.email = None;
            }
        }
    }
    refuse_duplicates(&candidates, rows, refusals);
    candidates.retain(|candidate| !refusals.has(candidate.row));
    for by in options.matching {
        match_by(*by, directory, rows, options, &mut candidates, refusals)?;
        candidates.retain(|candidate| !refusals.has(candidate.row));
    }
    Ok(candidates)
}

/// An address for a row without one: a username that is an address, or else what
/// the template makes of it.
fn made_up_email(row: &Row, template: Option<&str>) -> Option<Box<str>> {
    let username = row.username.as_deref()?.trim_ascii();
    if username.contains('@') && Email::parse(username).is_ok() {
        return Some(username.into());
    }
    let template = template.filter(|_| !username.contains('@'))?;
    Some(template.replace(TEMPLATE_USERNAME, username).into())
}

/// Refuses rows whose id, email or username an earlier one has.
fn refuse_duplicates(candidates: &[Candidate], rows: &[Row], refusals: &mut Refusals) {
    let mut ids = HashMap::new();
    let mut emails: HashMap<Box<str>, usize> = HashMap::new();
    let mut usernames: HashMap<Box<str>, usize> = HashMap::new();
    let mut external_ids: HashMap<&(Box<str>, Box<str>), usize> = HashMap::new();
    for candidate in candidates {
        let row = &rows[candidate.row];
        let id = row.id.map(|id| earlier(&mut ids, id, candidate.row));
        let email = candidate
            .email(row)
            .and_then(|text| Email::parse(text).ok());
        let email = email.map(|email| earlier(&mut emails, email.key().into(), candidate.row));
        let username = row
            .username
            .as_deref()
            .and_then(|text| Username::parse(text).ok());
        let username =
            username.map(|name| earlier(&mut usernames, name.key().into(), candidate.row));
        let external = row
            .external_ids
            .iter()
            .find_map(|pair| earlier(&mut external_ids, pair, candidate.row));
        for (what, first) in [
            ("id", id),
            ("email", email),
            ("username", username),
            ("external id", Some(external)),
        ] {
            if let Some(first) = first.flatten() {
                refuse_duplicate(candidate.row, what, first, rows, refusals);
                break;
            }
        }
    }
}

/// The earlier row with this key, or else remembers that `row` has it.
fn earlier<K: Eq + std::hash::Hash>(
    seen: &mut HashMap<K, usize>,
    key: K,
    row: usize,
) -> Option<usize> {
    match seen.entry(key) {
        hash_map::Entry::Occupied(first) => Some(*first.get()),
        hash_map::Entry::Vacant(entry) => {
            entry.insert(row);
            None
        }
    }
}

fn refuse_duplicate(row: usize, what: &str, first: usize, rows: &[Row], refusals: &mut Refusals) {
    let first = &rows[first].place;
    let reason = format!("it has the same {what} as {first}; take one of them out");
    refusals.add(row, "duplicate", reason);
}

/// Finds the users of the rows that have none yet. A user whom an earlier way has
/// found is spoken for: their email and username may go to another row.
fn match_by(
    by: MatchBy,
    directory: &Directory,
    rows: &[Row],
    options: &Options<'_>,
    candidates: &mut [Candidate],
    refusals: &mut Refusals,
) -> Result<()> {
    let named: HashMap<UserId, (usize, bool)> = candidates
        .iter()
        .filter_map(|candidate| {
            let row = &rows[candidate.row];
            let keeps_it = match by {
                MatchBy::Id => true,
                MatchBy::Email => candidate.email(row).is_none(),
                MatchBy::Username => row.username.is_none(),
                MatchBy::ExternalId => row.external_ids.is_empty(),
            };
            Some((candidate.user.as_ref()?.id(), (candidate.row, keeps_it)))
        })
        .collect();
    let found = find(by, directory, rows, candidates)?;
    for (candidate, found) in candidates.iter_mut().zip(found) {
        let Some(found) = found else {
            continue;
        };
        let row = &rows[candidate.row];
        match named.get(&found.id()) {
            Some((other, true)) => {
                let (first, later) = (candidate.row.min(*other), candidate.row.max(*other));
                refuse_duplicate(later, "user", first, rows, refusals);
                candidate.user = Some(found);
            }
            Some((_, false)) => {}
            None => match mismatch(by, row, &found, options) {
                Some(reason) => refusals.add(candidate.row, "id_mismatch", reason),
                None => candidate.user = Some(found),
            },
        }
    }
    Ok(())
}

/// For each candidate without a user, whom the row names by this.
fn find(
    by: MatchBy,
    directory: &Directory,
    rows: &[Row],
    candidates: &[Candidate],
) -> Result<Vec<Option<Arc<User>>>> {
    let mut keys = Vec::new();
    let mut asking = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        if candidate.user.is_some() {
            continue;
        }
        let row = &rows[candidate.row];
        let before = keys.len();
        match by {
            MatchBy::Id => keys.extend(row.id.map(UserKey::Id)),
            MatchBy::Email => keys.extend(candidate.email(row).map(UserKey::Email)),
            MatchBy::Username => keys.extend(row.username.as_deref().map(UserKey::Username)),
            MatchBy::ExternalId => keys.extend(
                row.external_ids
                    .iter()
                    .map(|(provisioner, id)| UserKey::ExternalId(provisioner, id)),
            ),
        }
        asking.resize(asking.len() + keys.len() - before, index);
    }
    let mut found = vec![None; candidates.len()];
    for (index, user) in asking.into_iter().zip(directory.users_by(&keys)?) {
        if found[index].is_none() {
            found[index] = user;
        }
    }
    Ok(found)
}

/// Why the user who was `found` can't be the one of the row: ids count, and differ.
fn mismatch(by: MatchBy, row: &Row, found: &User, options: &Options<'_>) -> Option<String> {
    let id = row.id.filter(|id| *id != found.id())?;
    let what = match by {
        MatchBy::Id => return None,
        MatchBy::Email => "email",
        MatchBy::Username => "username",
        MatchBy::ExternalId => "external id",
    };
    options.matching.contains(&MatchBy::Id).then(|| {
        format!(
            "the user with this {what} has the id {}, not {id}; correct the id, leave it out, or \
             use --ignore-ids",
            found.id()
        )
    })
}

/// The active users whom no row is about.
pub(super) fn absent(directory: &Directory, candidates: &[Candidate]) -> Result<Vec<Arc<User>>> {
    let matched = candidates.iter().filter_map(|c| c.user.as_ref());
    let present: HashSet<UserId> = matched.map(|user| user.id()).collect();
    let mut absent = Vec::new();
    for user in directory.users()? {
        let user = user?;
        if user.is_active() && !present.contains(&user.id()) {
            absent.push(user);
        }
    }
    Ok(absent)
}
