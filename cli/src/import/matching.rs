//! Finds the user that each row is about: an existing one, or a new one.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use headcount::{Email, User, UserId, Username};

use super::candidate::Candidate;
use super::options::{MatchBy, Options};
use super::plan::Absent;
use super::refusals::Refusals;
use super::{Row, Rows};
use crate::args::TEMPLATE_USERNAME;
use crate::directory::{Directory, UserKey};
use crate::failure::Result;

/// Rows whose users are looked up at once.
const ROWS_AT_ONCE: usize = 1_000;

/// Takes the rows that are not refused, with the users whom they are about.
pub(super) fn candidates(
    directory: &Directory,
    rows: &Rows,
    options: &Options<'_>,
    refusals: &mut Refusals,
) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::with_capacity(rows.len());
    options.progress.begin("checking", rows.len(), "rows");
    for (number, row) in rows.iter().enumerate() {
        options.progress.count(number as u64);
        if !refusals.has(number) {
            let mut candidate = Candidate::of(number, &row);
            if row.email.is_none() {
                candidate.email = made_up_email(&row, options.email_template);
            }
            candidates.push(candidate);
        }
    }
    if options.matching.contains(&MatchBy::Id) {
        drop_needless_emails(directory, rows, &mut candidates)?;
    }
    refuse_duplicates(&candidates, rows, refusals);
    candidates.retain(|candidate| !refusals.has(candidate.row));
    for by in options.matching {
        match_by(*by, directory, rows, options, &mut candidates, refusals)?;
        candidates.retain(|candidate| !refusals.has(candidate.row));
    }
    refuse_same_user(&candidates, rows, refusals);
    candidates.retain(|candidate| !refusals.has(candidate.row));
    for candidate in &mut candidates {
        if candidate.user.is_none() {
            candidate.settle(&rows.get(candidate.row), None, options);
        }
    }
    Ok(candidates)
}

/// Takes back the addresses made up for users who are found by id: they have one, and the
/// file has no other.
fn drop_needless_emails(
    directory: &Directory,
    rows: &Rows,
    candidates: &mut [Candidate],
) -> Result<()> {
    let made_up = candidates.iter_mut().filter(|c| c.email.is_some());
    let with_id = made_up.filter_map(|c| Some((rows.get(c.row).id?, c)));
    let mut with_id: Vec<_> = with_id.collect();
    for part in with_id.chunks_mut(ROWS_AT_ONCE) {
        let keys: Vec<_> = part.iter().map(|(id, _)| UserKey::Id(*id)).collect();
        for ((_, candidate), found) in part.iter_mut().zip(directory.users_by(&keys)?) {
            if found.is_some() {
                candidate.email = None;
            }
        }
    }
    Ok(())
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

/// Refuses rows whose id, email, username or external id an earlier one has.
fn refuse_duplicates(candidates: &[Candidate], rows: &Rows, refusals: &mut Refusals) {
    let mut names = Vec::with_capacity(candidates.len());
    let hasher = RandomState::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let row = rows.get(candidate.row);
        let own = names_of(candidate, &row).into_iter();
        names.extend(own.map(|name| (hasher.hash_one(&name), index)));
    }
    // Names with one hash stand beside each other, in the order of the file.
    names.sort_unstable();
    let mut suspects = Vec::new();
    for group in names.chunk_by(|(one, _), (other, _)| one == other) {
        if group.len() > 1 {
            suspects.extend(group.iter().map(|(_, index)| *index));
        }
    }
    drop(names);
    suspects.sort_unstable();
    suspects.dedup();
    let mut seen: HashMap<Name, usize> = HashMap::new();
    for index in suspects {
        let candidate = &candidates[index];
        let mut refused = false;
        for name in names_of(candidate, &rows.get(candidate.row)) {
            match seen.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(candidate.row);
                }
                Entry::Occupied(first) if !refused => {
                    let what = first.key().what();
                    refuse_duplicate(candidate.row, what, *first.get(), rows, refusals);
                    refused = true;
                }
                Entry::Occupied(_) => {}
            }
        }
    }
}

/// A name that only one user can have.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Name {
    Id(UserId),
    Email(String),
    Username(String),
    ExternalId(Box<str>, Box<str>),
}

impl Name {
    fn what(&self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::Email(_) => "email",
            Self::Username(_) => "username",
            Self::ExternalId(..) => "external id",
        }
    }

    /// What other users can have neither as an email nor as a username, if it is one of these.
    pub(super) fn key(self) -> Option<String> {
        match self {
            Self::Email(key) | Self::Username(key) => Some(key),
            Self::Id(_) | Self::ExternalId(..) => None,
        }
    }
}

pub(super) fn names_of(candidate: &Candidate, row: &Row) -> Vec<Name> {
    let id = row.id.map(Name::Id);
    let email = candidate
        .email(row)
        .and_then(|text| Email::parse(text).ok());
    let email = email.map(|email| Name::Email(email.key().to_owned()));
    let username = row.username.as_deref();
    let username = username.and_then(|text| Username::parse(text).ok());
    let username = username.map(|name| Name::Username(name.key().to_owned()));
    let external_ids = row.external_ids.iter().cloned();
    let external_ids = external_ids.map(|(provisioner, id)| Name::ExternalId(provisioner, id));
    let names = id.into_iter().chain(email).chain(username);
    names.chain(external_ids).collect()
}

fn refuse_duplicate(row: usize, what: &str, first: usize, rows: &Rows, refusals: &mut Refusals) {
    let first = rows.get(first).place;
    let reason = format!("it has the same {what} as {first}; remove one of them");
    refusals.add(row, "duplicate", reason);
}

/// Finds the users of the rows that have none yet. A user whom an earlier way has
/// found is spoken for: their email and username may go to another row.
fn match_by(
    by: MatchBy,
    directory: &Directory,
    rows: &Rows,
    options: &Options<'_>,
    candidates: &mut [Candidate],
    refusals: &mut Refusals,
) -> Result<()> {
    if candidates.iter().all(|candidate| candidate.user.is_some()) {
        return Ok(());
    }
    let taken = taken(by, rows, candidates);
    let open = candidates.iter_mut().filter(|c| c.user.is_none());
    let mut open: Vec<_> = open.collect();
    options.progress.begin("comparing", open.len(), "rows");
    for (done, part) in open.chunks_mut(ROWS_AT_ONCE).enumerate() {
        options.progress.reach((done * ROWS_AT_ONCE) as u64);
        let read: Vec<_> = part.iter().map(|c| rows.get(c.row)).collect();
        let found = find(by, directory, &read, part)?;
        for ((candidate, row), found) in part.iter_mut().zip(&read).zip(found) {
            let Some(found) = found else {
                continue;
            };
            let place = taken.binary_search_by_key(&found.id(), |taken| taken.user);
            match place.map(|place| &taken[place]) {
                // `refuse_same_user` has one of the two taken out.
                Ok(other) if other.keeps_it => candidate.is(&found, row, options),
                Ok(_) => {}
                Err(_) => match mismatch(by, row, &found, options) {
                    Some(reason) => refusals.add(candidate.row, "id_mismatch", reason),
                    None => candidate.is(&found, row, options),
                },
            }
        }
    }
    Ok(())
}

/// A user whom a row was matched with.
struct Taken {
    user: UserId,
    /// Whether the user keeps the name by which others are looked for.
    keeps_it: bool,
}

/// The users who have a row already, ordered by id.
fn taken(by: MatchBy, rows: &Rows, candidates: &[Candidate]) -> Vec<Taken> {
    let mut taken = Vec::new();
    for candidate in candidates {
        if let Some(user) = &candidate.user {
            let row = rows.get(candidate.row);
            let keeps_it = match by {
                MatchBy::Id => true,
                MatchBy::Email => candidate.email(&row).is_none(),
                MatchBy::Username => row.username.is_none(),
                MatchBy::ExternalId => row.external_ids.is_empty(),
            };
            taken.push(Taken {
                user: user.id,
                keeps_it,
            });
        }
    }
    taken.sort_unstable_by_key(|taken| taken.user);
    taken
}

/// Refuses rows about a user whom an earlier one is about too, by another of their names.
fn refuse_same_user(candidates: &[Candidate], rows: &Rows, refusals: &mut Refusals) {
    let users = candidates
        .iter()
        .filter_map(|c| Some((c.user.as_ref()?.id, c.row)));
    let mut users: Vec<_> = users.collect();
    users.sort_unstable();
    for same in users.chunk_by(|(one, _), (other, _)| one == other) {
        for (_, row) in &same[1..] {
            refuse_duplicate(*row, "user", same[0].1, rows, refusals);
        }
    }
}

/// For each candidate, whom its row names by this.
fn find(
    by: MatchBy,
    directory: &Directory,
    rows: &[Row],
    candidates: &[&mut Candidate],
) -> Result<Vec<Option<Arc<User>>>> {
    let mut keys = Vec::new();
    let mut asking = Vec::new();
    for (index, (candidate, row)) in candidates.iter().zip(rows).enumerate() {
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
        asking.resize(keys.len(), index);
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
pub(super) fn absent(directory: &Directory, candidates: &[Candidate]) -> Result<Vec<Absent>> {
    let matched = candidates.iter().filter_map(|c| c.user.as_ref());
    let present: HashSet<UserId> = matched.map(|user| user.id).collect();
    let mut absent = Vec::new();
    for user in directory.users()? {
        let user = user?;
        if user.is_active() && !present.contains(&user.id()) {
            absent.push(Absent::of(&user));
        }
    }
    Ok(absent)
}
