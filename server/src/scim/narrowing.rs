//! Conversion of filters to the directory's own queries, as far as possible: by whether users are
//! active, and by when they were created and changed. Providers request the users who changed since
//! their last cycle.

use headcount::{Timestamp, UserQuery};
use serde_json::Value;

use super::filter::{Filter, Operator};
use super::path::AttributePath;

/// A query that finds at least all users that a filter matches.
pub(super) struct Narrowed {
    pub(super) query: UserQuery,
    /// Whether it finds only those.
    pub(super) is_exact: bool,
}

/// The narrowest query for `filter`, with the conditions that `query` has.
pub(super) fn narrowed(filter: Option<&Filter>, query: UserQuery) -> Narrowed {
    let mut bounds = Bounds::default();
    let is_exact = filter.is_none_or(|filter| bounds.take(filter));
    Narrowed {
        query: query
            .active(bounds.active)
            .created_since(bounds.created.since)
            .created_before(bounds.created.before)
            .changed_since(bounds.changed.since)
            .changed_before(bounds.changed.before),
        is_exact,
    }
}

#[derive(Default)]
struct Bounds {
    active: Option<bool>,
    created: Period,
    changed: Period,
}

#[derive(Default)]
struct Period {
    since: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Bounds {
    /// Adds conditions that hold for all users that `filter` matches; returns whether it matches
    /// all users that meet them.
    fn take(&mut self, filter: &Filter) -> bool {
        match filter {
            Filter::And(a, b) => {
                let (a, b) = (self.take(a), self.take(b));
                a && b
            }
            Filter::Compare(path, Operator::Equal, Value::Bool(active)) if path.is("active") => {
                // If two conditions differ, the filter decides.
                *self.active.get_or_insert(*active) == *active
            }
            Filter::Compare(path, operator, Value::String(text)) => {
                let Ok(moment) = text.to_ascii_uppercase().parse::<Timestamp>() else {
                    return false;
                };
                match part_of_meta(path) {
                    Some("created") => self.created.take(*operator, moment),
                    Some("lastmodified") => self.changed.take(*operator, moment),
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

/// The part of the core schema's `meta` in a path, in lower case.
fn part_of_meta(path: &AttributePath) -> Option<&'static str> {
    let part = path.part.as_deref()?;
    let is_meta = path.urn.is_none() && path.name.eq_ignore_ascii_case("meta");
    let known = ["created", "lastmodified"];
    let found = known
        .into_iter()
        .find(|name| part.eq_ignore_ascii_case(name));
    found.filter(|_| is_meta)
}

impl Period {
    fn take(&mut self, operator: Operator, moment: Timestamp) -> bool {
        let next = Timestamp::from_unix_micros(moment.as_unix_micros().saturating_add(1)).ok();
        let (since, before) = match operator {
            Operator::GreaterOrEqual => (Some(moment), None),
            Operator::Less => (None, Some(moment)),
            // There is no later time, so the filter decides.
            Operator::Greater if next.is_some() => (next, None),
            Operator::LessOrEqual if next.is_some() => (None, next),
            Operator::Equal if next.is_some() => (Some(moment), next),
            _ => return false,
        };
        self.since = self.since.max(since);
        self.before = match (self.before, before) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn narrow(filter: &str) -> (UserQuery, bool) {
        let filter = Filter::parse(filter).unwrap();
        let narrowed = narrowed(Some(&filter), UserQuery::new());
        (narrowed.query, narrowed.is_exact)
    }

    #[test]
    fn what_the_directory_knows_is_asked_of_it() {
        let all = UserQuery::new;
        let early = at("2026-01-01T00:00:00Z");
        let late = at("2026-02-01T00:00:00Z");
        let behind = at("2026-01-01T00:00:00.000001Z");
        let early_text = "\"2026-01-01T00:00:00Z\"";
        for (filter, query, is_exact) in [
            ("active eq true".to_owned(), all().active(true), true),
            (
                format!("meta.lastModified ge {early_text}"),
                all().changed_since(early),
                true,
            ),
            (
                format!("META.LASTMODIFIED gt {early_text}"),
                all().changed_since(behind),
                true,
            ),
            (
                format!("meta.created lt {early_text}"),
                all().created_before(early),
                true,
            ),
            (
                format!("meta.created le {early_text}"),
                all().created_before(behind),
                true,
            ),
            (
                format!("meta.created eq {early_text}"),
                all().created_since(early).created_before(behind),
                true,
            ),
            (
                format!(
                    "meta.created ge {early_text} and meta.created ge \"2026-02-01t00:00:00z\" \
                     and active eq false"
                ),
                all().created_since(late).active(false),
                true,
            ),
            (
                "active eq true and active eq false".to_owned(),
                all().active(true),
                false,
            ),
            (
                "active eq true and userName sw \"a\"".to_owned(),
                all().active(true),
                false,
            ),
            (format!("not (meta.created ge {early_text})"), all(), false),
            (
                format!("active eq true or meta.created ge {early_text}"),
                all(),
                false,
            ),
            (format!("meta.created ne {early_text}"), all(), false),
            ("meta.created ge \"yesterday\"".to_owned(), all(), false),
        ] {
            assert_eq!(narrow(&filter), (query, is_exact), "{filter}");
        }
    }
}
