//! Choosing the index that a query reads, and reading it in chunks.

use std::collections::VecDeque;
use std::ops::{Bound, ControlFlow};

use super::conditions::Conditions;
use super::cursor::CursorPosition;
use crate::codec::keys::{self, KeyKind, Prefix};
use crate::codec::{UserView, view_user};
use crate::engine::{KeyRange, Order, Read};
use crate::error::{Error, Result};
use crate::model::{Role, Sort, Timestamp, UserQuery};
use crate::rules::read;

/// The index of inactive users is used in any order if at most one user in this many is
/// inactive.
const FEW: u64 = 8;

/// Entries read at a time.
const CHUNK: usize = 256;

/// The part of an index that a query reads, and the order it is in.
pub(super) struct IndexSource {
    /// `None` if it is an order that no query can ask for.
    pub(super) sort: Option<Sort>,
    /// Several ranges are merged by email, or are read in an order that doesn't matter.
    ranges: Vec<IndexRange>,
}

/// The rest of a range, to be read.
type Left = (Bound<Vec<u8>>, Bound<Vec<u8>>);

struct IndexRange {
    kind: KeyKind,
    prefix: Prefix,
    /// The bounds: from `start` to before `end`.
    start: Vec<u8>,
    end: Vec<u8>,
    /// Whether to skip users who changed after their creation.
    only_unchanged: bool,
}

impl IndexSource {
    fn by_email(ranges: impl IntoIterator<Item = (KeyKind, Prefix)>) -> Self {
        let ranges = ranges.into_iter().map(|(kind, prefix)| {
            let (start, end) = (prefix.0.clone(), prefix.end());
            IndexRange {
                kind,
                prefix,
                start,
                end,
                only_unchanged: false,
            }
        });
        Self {
            sort: Some(Sort::Email),
            ranges: ranges.collect(),
        }
    }

    /// The range after `after`, if the source is the user records themselves in this order.
    fn records(&self, after: Option<&CursorPosition>, order: Order) -> Option<Left> {
        match self.ranges.as_slice() {
            [range] if range.kind == KeyKind::User => Some(range.behind(after, order)),
            _ => None,
        }
    }

    /// The part of an index from `start` to before `end`.
    fn between(sort: Option<Sort>, kind: KeyKind, start: Vec<u8>, end: Vec<u8>) -> Self {
        Self {
            sort,
            ranges: vec![IndexRange {
                kind,
                prefix: kind.all(),
                start,
                end,
                only_unchanged: false,
            }],
        }
    }

    /// The part of an index with the prefix `start`.
    fn with_prefix(sort: Sort, kind: KeyKind, start: Vec<u8>) -> Self {
        let end = Prefix(start.clone()).end();
        Self::between(Some(sort), kind, start, end)
    }

    /// The part of an index of times from `since` to before `before`.
    fn of_times(kind: KeyKind, since: Option<Timestamp>, before: Option<Timestamp>) -> Self {
        let position = |moment| keys::moment(kind, moment, None);
        let start = since.map_or_else(|| kind.all().0, position);
        let end = before.map_or_else(|| kind.all().end(), position);
        let sort = (kind == KeyKind::Created).then_some(Sort::Created);
        Self::between(sort, kind, start, end)
    }

    /// The users who were last changed in this time, or were created in it and not changed
    /// since.
    fn changed(since: Option<Timestamp>, before: Option<Timestamp>) -> Self {
        let mut source = Self::of_times(KeyKind::Updated, since, before);
        let created = Self::of_times(KeyKind::Created, since, before).ranges;
        source
            .ranges
            .extend(created.into_iter().map(|range| IndexRange {
                only_unchanged: true,
                ..range
            }));
        source
    }
}

impl IndexRange {
    /// The part of the range after `after`.
    fn behind(&self, after: Option<&CursorPosition>, order: Order) -> Left {
        let position = after.map(|position| position.key_in(&self.prefix));
        let whole = (
            Bound::Included(self.start.clone()),
            Bound::Excluded(self.end.clone()),
        );
        match (position, order) {
            (Some(position), Order::Ascending) if position >= self.start => {
                (Bound::Excluded(position), whole.1)
            }
            (Some(position), Order::Descending) if position < self.end => {
                (whole.0, Bound::Excluded(position))
            }
            _ => whole,
        }
    }
}

/// The most selective source for a query. The documentation of `UserQuery` has the same as
/// a table.
pub(super) fn choose(
    read: &impl Read,
    query: &UserQuery,
    conditions: &Conditions<'_>,
) -> Result<IndexSource> {
    if let Some((workspace, role)) = &query.workspace {
        let found = read::workspace(read, workspace)?.ok_or_else(|| workspace.not_found())?;
        let roles = role.map_or(vec![Role::Owner, Role::User], |role| vec![role]);
        return Ok(IndexSource::by_email(
            roles
                .into_iter()
                .map(|role| (KeyKind::Member, keys::members(found.id, role))),
        ));
    }
    if query.admin == Some(true) {
        return Ok(IndexSource::by_email([(
            KeyKind::Admin,
            KeyKind::Admin.all(),
        )]));
    }
    if let Some(domain) = &conditions.email_domain {
        return Ok(IndexSource::by_email([(
            KeyKind::Domain,
            keys::domains(domain),
        )]));
    }
    if let Some(prefix) = &query.email_prefix {
        let start = keys::user(prefix);
        return Ok(IndexSource::with_prefix(Sort::Email, KeyKind::User, start));
    }
    if query.active == Some(false)
        && (query.sort == Sort::Email && query.is_of_state_only() || inactive_are_few(read)?)
    {
        return Ok(IndexSource::by_email([(
            KeyKind::Inactive,
            KeyKind::Inactive.all(),
        )]));
    }
    if let Some(prefix) = &conditions.username_prefix {
        let start = keys::username(prefix);
        return Ok(IndexSource::with_prefix(
            Sort::Username,
            KeyKind::Username,
            start,
        ));
    }
    let (since, before) = (query.created_since, query.created_before);
    let created = || IndexSource::of_times(KeyKind::Created, since, before);
    if since.is_some() {
        return Ok(created());
    }
    if query.changed_since.is_some() {
        return Ok(IndexSource::changed(
            query.changed_since,
            query.changed_before,
        ));
    }
    let all = |kind: KeyKind| IndexSource::with_prefix(query.sort, kind, kind.all().0);
    Ok(match query.sort {
        Sort::Email => all(KeyKind::User),
        Sort::Username => all(KeyKind::Username),
        Sort::Created => created(),
    })
}

/// Whether there are so few inactive users that reading them all is cheap.
fn inactive_are_few(read: &impl Read) -> Result<bool> {
    let totals = read::totals(read)?;
    Ok(totals.inactive <= totals.active.saturating_add(totals.inactive) / FEW)
}

/// Visits the users of a source in its order, after `after`, which must be a position of
/// that order, until `visit` breaks. `wanted` is how many are needed if all of them match.
pub(super) fn each(
    read: &impl Read,
    source: &IndexSource,
    after: Option<&CursorPosition>,
    order: Order,
    wanted: usize,
    mut visit: impl FnMut(&UserView<'_>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    if let Some(left) = source.records(after, order) {
        return read::each_user_in(read, borrowed(&left), order, visit);
    }
    let mut stream = Stream::new(source, after, order, wanted);
    while let Some((email_key, only_unchanged)) = stream.next(read)? {
        let record = read
            .get(&keys::user(&email_key))?
            .ok_or_else(|| Error::corrupted("an index entry leads to a user who is not there"))?;
        let user = view_user(&email_key, &record)?;
        if only_unchanged && user.updated_at() != user.created_at() {
            continue;
        }
        if visit(&user)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn borrowed(left: &Left) -> KeyRange<'_> {
    let (start, end) = left;
    (
        start.as_ref().map(Vec::as_slice),
        end.as_ref().map(Vec::as_slice),
    )
}

/// The email keys that a source leads to, in its order.
struct Stream<'s> {
    ranges: Vec<(&'s IndexRange, Buffer)>,
    order: Order,
}

/// Keys that were read ahead from one range.
struct Buffer {
    email_keys: VecDeque<String>,
    /// The rest of the range.
    left: Left,
    chunk: usize,
    ended: bool,
}

impl<'s> Stream<'s> {
    fn new(
        source: &'s IndexSource,
        after: Option<&CursorPosition>,
        order: Order,
        wanted: usize,
    ) -> Self {
        let ranges = source.ranges.iter().map(|range| {
            let buffer = Buffer {
                email_keys: VecDeque::new(),
                left: range.behind(after, order),
                chunk: wanted.min(CHUNK),
                ended: false,
            };
            (range, buffer)
        });
        Self {
            ranges: ranges.collect(),
            order,
        }
    }

    /// The next key, and whether to skip the user if it changed after its creation.
    fn next(&mut self, read: &impl Read) -> Result<Option<(String, bool)>> {
        for (range, buffer) in &mut self.ranges {
            buffer.fill(read, range.kind, self.order)?;
        }
        let heads = self
            .ranges
            .iter_mut()
            .filter(|(_, buffer)| !buffer.email_keys.is_empty());
        let first = match self.order {
            Order::Ascending => heads.min_by(|a, b| a.1.email_keys[0].cmp(&b.1.email_keys[0])),
            Order::Descending => heads.max_by(|a, b| a.1.email_keys[0].cmp(&b.1.email_keys[0])),
        };
        Ok(first.and_then(|(range, buffer)| {
            let email_key = buffer.email_keys.pop_front()?;
            Some((email_key, range.only_unchanged))
        }))
    }
}

impl Buffer {
    fn fill(&mut self, read: &impl Read, kind: KeyKind, order: Order) -> Result<()> {
        if !self.email_keys.is_empty() || self.ended {
            return Ok(());
        }
        let (email_keys, chunk) = (&mut self.email_keys, self.chunk);
        let mut last = None;
        read::try_scan(read, borrowed(&self.left), order, |key, value| {
            let email_key = keys::email_key_in(kind, key, value)
                .ok_or_else(|| Error::corrupted("an index entry does not name a user"))?;
            email_keys.push_back(email_key);
            if email_keys.len() < chunk {
                return Ok(ControlFlow::Continue(()));
            }
            last = Some(key.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        match (last, order) {
            (Some(last), Order::Ascending) => self.left.0 = Bound::Excluded(last),
            (Some(last), Order::Descending) => self.left.1 = Bound::Excluded(last),
            (None, _) => self.ended = true,
        }
        self.chunk = CHUNK;
        Ok(())
    }
}
