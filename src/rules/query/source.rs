//! Which index a query reads, and reading it a bit at a time.

use std::collections::VecDeque;
use std::ops::{Bound, ControlFlow};

use super::Conditions;
use super::cursor::Place;
use crate::codec::decode_user;
use crate::codec::keys::{self, Kind, Prefix};
use crate::engine::{Order, Read};
use crate::error::{Error, Result};
use crate::model::{Role, Sort, Timestamp, User, UserQuery};
use crate::rules::read;

/// Inactive users are worth reading in any order where they are at most one in this
/// many.
const FEW: u64 = 8;

/// Entries read at a time.
const CHUNK: usize = 256;

/// The part of an index that a query reads, and the order it is in.
pub(super) struct Source {
    /// `None` for an order that no query can have.
    pub(super) sort: Option<Sort>,
    /// Several where they are merged by email, or where the order doesn't matter.
    ranges: Vec<Range>,
}

/// What is left of a range.
pub(super) type Left = (Bound<Vec<u8>>, Bound<Vec<u8>>);

struct Range {
    kind: Kind,
    prefix: Prefix,
    /// Where to start, and where to end.
    start: Vec<u8>,
    end: Vec<u8>,
    /// Whether users who changed after their creation are passed over.
    only_unchanged: bool,
}

impl Source {
    fn by_email(ranges: impl IntoIterator<Item = (Kind, Prefix)>) -> Self {
        let ranges = ranges.into_iter().map(|(kind, prefix)| {
            let (start, end) = (prefix.0.clone(), prefix.end());
            Range {
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

    /// What is left behind `after`, if the source is the records of the users
    /// themselves in this order.
    pub(super) fn records(&self, after: Option<&Place>, order: Order) -> Option<Left> {
        match self.ranges.as_slice() {
            [range] if range.kind == Kind::User => Some(range.behind(after, order)),
            _ => None,
        }
    }

    /// All of an index from `start` on, or the part that begins like `start`.
    fn of(sort: Option<Sort>, kind: Kind, start: Vec<u8>, only_prefix: bool) -> Self {
        let prefix = kind.all();
        let end = if only_prefix {
            Prefix(start.clone()).end()
        } else {
            prefix.end()
        };
        Self {
            sort,
            ranges: vec![Range {
                kind,
                prefix,
                start,
                end,
                only_unchanged: false,
            }],
        }
    }

    /// Everybody who changed since `moment` or was created since.
    fn changed_since(moment: Timestamp) -> Self {
        let since = |kind| Self::of(None, kind, keys::moment(kind, moment, None), false);
        let mut source = since(Kind::Updated);
        let created = since(Kind::Created).ranges.into_iter();
        source.ranges.extend(created.map(|range| Range {
            only_unchanged: true,
            ..range
        }));
        source
    }
}

impl Range {
    /// What is left of it behind `after`.
    fn behind(&self, after: Option<&Place>, order: Order) -> Left {
        let place = after.map(|place| place.key_in(&self.prefix));
        let whole = (
            Bound::Included(self.start.clone()),
            Bound::Excluded(self.end.clone()),
        );
        match (place, order) {
            (Some(place), Order::Ascending) if place >= self.start => {
                (Bound::Excluded(place), whole.1)
            }
            (Some(place), Order::Descending) if place < self.end => {
                (whole.0, Bound::Excluded(place))
            }
            _ => whole,
        }
    }
}

/// The narrowest source for a query; its doc says the same in a table.
pub(super) fn choose(
    read: &impl Read,
    query: &UserQuery,
    conditions: &Conditions<'_>,
) -> Result<Source> {
    if let Some((workspace, role)) = &query.workspace {
        let found = read::workspace(read, workspace)?.ok_or_else(|| workspace.not_found())?;
        let roles = role.map_or(vec![Role::Owner, Role::User], |role| vec![role]);
        return Ok(Source::by_email(
            roles
                .into_iter()
                .map(|role| (Kind::Member, keys::members(found.id, role))),
        ));
    }
    if query.admin {
        return Ok(Source::by_email([(Kind::Admin, Kind::Admin.all())]));
    }
    if let Some(domain) = &conditions.email_domain {
        return Ok(Source::by_email([(Kind::Domain, keys::domains(domain))]));
    }
    if let Some(prefix) = &query.email_prefix {
        return Ok(Source::of(
            Some(Sort::Email),
            Kind::User,
            keys::user(prefix),
            true,
        ));
    }
    if query.active == Some(false)
        && (query.sort == Sort::Email && conditions.is_state_only() || inactive_are_few(read)?)
    {
        return Ok(Source::by_email([(Kind::Inactive, Kind::Inactive.all())]));
    }
    if let Some(prefix) = &conditions.username_prefix {
        return Ok(Source::of(
            Some(Sort::Username),
            Kind::Username,
            keys::username(prefix),
            true,
        ));
    }
    if let Some(moment) = query.created_since {
        let start = keys::moment(Kind::Created, moment, None);
        return Ok(Source::of(Some(Sort::Created), Kind::Created, start, false));
    }
    if let Some(moment) = query.changed_since {
        return Ok(Source::changed_since(moment));
    }
    let kind = match query.sort {
        Sort::Email => Kind::User,
        Sort::Username => Kind::Username,
        Sort::Created => Kind::Created,
    };
    Ok(Source::of(Some(query.sort), kind, kind.all().0, true))
}

/// Whether inactive users are so few that reading them all is cheap.
fn inactive_are_few(read: &impl Read) -> Result<bool> {
    let totals = read::totals(read)?;
    Ok(totals.inactive <= (totals.active + totals.inactive) / FEW)
}

/// The users of a source, in its order.
pub(super) struct Stream<'s> {
    ranges: Vec<(&'s Range, Buffer)>,
    order: Order,
}

/// What was read ahead of one range.
struct Buffer {
    users: VecDeque<Candidate>,
    /// What is left of the range.
    left: Left,
    chunk: usize,
    ended: bool,
}

/// An entry of an index: whose, and the user where the entry is the record.
struct Candidate {
    email_key: String,
    user: Option<User>,
    only_unchanged: bool,
}

impl<'s> Stream<'s> {
    /// Starts behind `after`, which must be a place of the source's order. If all
    /// users match, `wanted` of them are enough.
    pub(super) fn new(
        source: &'s Source,
        after: Option<&Place>,
        order: Order,
        wanted: usize,
    ) -> Self {
        let ranges = source.ranges.iter().map(|range| {
            let left = range.behind(after, order);
            let users = VecDeque::new();
            (
                range,
                Buffer {
                    users,
                    left,
                    chunk: wanted.min(CHUNK),
                    ended: false,
                },
            )
        });
        Self {
            ranges: ranges.collect(),
            order,
        }
    }

    pub(super) fn next(&mut self, read: &impl Read) -> Result<Option<User>> {
        while let Some(candidate) = self.next_candidate(read)? {
            let user = match candidate.user {
                Some(user) => user,
                None => read::user_by_email_key(read, &candidate.email_key)?.ok_or_else(|| {
                    Error::corrupted("an index entry leads to a user who is not there")
                })?,
            };
            if !candidate.only_unchanged || user.updated_at == user.created_at {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    fn next_candidate(&mut self, read: &impl Read) -> Result<Option<Candidate>> {
        for (range, buffer) in &mut self.ranges {
            buffer.fill(read, range, self.order)?;
        }
        let heads = self
            .ranges
            .iter_mut()
            .filter_map(|(_, buffer)| (!buffer.users.is_empty()).then_some(&mut buffer.users));
        let by_email = |a: &&mut VecDeque<Candidate>, b: &&mut VecDeque<Candidate>| {
            a[0].email_key.cmp(&b[0].email_key)
        };
        let first = match self.order {
            Order::Ascending => heads.min_by(by_email),
            Order::Descending => heads.max_by(by_email),
        };
        Ok(first.and_then(VecDeque::pop_front))
    }
}

impl Buffer {
    fn fill(&mut self, read: &impl Read, source: &Range, order: Order) -> Result<()> {
        if !self.users.is_empty() || self.ended {
            return Ok(());
        }
        let range = (
            self.left.0.as_ref().map(Vec::as_slice),
            self.left.1.as_ref().map(Vec::as_slice),
        );
        let mut last = None;
        read::try_scan(read, range, order, |key, value| {
            self.users.push_back(candidate(source, key, value)?);
            if self.users.len() < self.chunk {
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

fn candidate(source: &Range, key: &[u8], value: &[u8]) -> Result<Candidate> {
    let email_key = keys::email_key_in(source.kind, key, value)
        .ok_or_else(|| Error::corrupted("an index entry does not name a user"))?;
    let user = match source.kind {
        Kind::User => Some(decode_user(&email_key, value)?),
        _ => None,
    };
    Ok(Candidate {
        email_key,
        user,
        only_unchanged: source.only_unchanged,
    })
}
