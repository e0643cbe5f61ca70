//! Checks users against the conditions of a query.

use super::Sightings;
use crate::codec::{UserView, keys};
use crate::engine::Read;
use crate::error::Result;
use crate::model::{Timestamp, UserQuery, Username, fold, folded_contains};
use crate::rules::read;

/// The conditions of a query, as keys. Membership is not among them: a query with that
/// condition reads only members.
pub(super) struct Conditions<'q> {
    query: &'q UserQuery,
    sightings: &'q Sightings,
    pub(super) email_domain: Option<String>,
    pub(super) username_prefix: Option<String>,
    /// The folded words to search for.
    words: Vec<String>,
}

impl<'q> Conditions<'q> {
    /// `None` if nobody can match.
    pub(super) fn of(query: &'q UserQuery, sightings: &'q Sightings) -> Option<Self> {
        for (since, before) in [
            (query.created_since, query.created_before),
            (query.changed_since, query.changed_before),
            (query.seen_since, query.seen_before),
        ] {
            if since.is_some() && before.is_some() && since >= before {
                return None;
            }
        }
        let email_domain = match &query.email_domain {
            Some(text) => Some(keys::domain_key(text)?),
            None => None,
        };
        let words = query.search.as_deref().unwrap_or_default();
        Some(Self {
            query,
            sightings,
            email_domain,
            username_prefix: query.username_prefix.as_deref().map(username_prefix_key),
            words: words.split_whitespace().map(fold).collect(),
        })
    }

    pub(super) fn hold_for(&self, read: &impl Read, user: &UserView<'_>) -> Result<bool> {
        let query = self.query;
        let is_one = query.active.is_none_or(|active| user.is_active() == active)
            && query.admin.is_none_or(|admin| user.is_admin() == admin)
            && is_within(user.created_at(), query.created_since, query.created_before)
            && is_within(user.updated_at(), query.changed_since, query.changed_before)
            && self.names_hold_for(user)
            && query.attributes.iter().all(|(name, wanted)| {
                let found = user.attribute(name);
                found.is_some_and(|found| wanted.as_deref().is_none_or(|wanted| found == wanted))
            })
            && self.words.iter().all(|word| has_word(user, word));
        Ok(is_one && self.was_seen(read, user)?)
    }

    fn names_hold_for(&self, user: &UserView<'_>) -> bool {
        let email_key = user.email_key();
        let starts =
            |text: &str, prefix: Option<&str>| prefix.is_none_or(|prefix| text.starts_with(prefix));
        let domain = || email_key.rsplit_once('@').map_or("", |(_, domain)| domain);
        starts(email_key, self.query.email_prefix.as_deref())
            && starts(user.username_key(), self.username_prefix.as_deref())
            && self
                .email_domain
                .as_deref()
                .is_none_or(|wanted| domain() == wanted)
    }

    /// Whether the user was last seen in the required time; a user who was never seen
    /// counts as seen at creation.
    fn was_seen(&self, read: &impl Read, user: &UserView<'_>) -> Result<bool> {
        let query = self.query;
        if !query.asks_when_seen() {
            return Ok(true);
        }
        let seen = match self.sightings.get(&user.id()) {
            Some(at) => Some(*at),
            None => read::last_seen(read, user.id())?,
        };
        let seen = seen.unwrap_or_else(|| user.created_at());
        Ok(is_within(seen, query.seen_since, query.seen_before))
    }
}

fn is_within(at: Timestamp, since: Option<Timestamp>, before: Option<Timestamp>) -> bool {
    since.is_none_or(|since| at >= since) && before.is_none_or(|before| at < before)
}

/// Whether an email, the username or a name of the user contains this folded word.
fn has_word(user: &UserView<'_>, word: &str) -> bool {
    let (email, key, username) = (user.email(), user.email_key(), user.username());
    let texts = [
        Some(email),
        // The ASCII form of an international domain.
        Some(key).filter(|_| !email.is_ascii()),
        Some(username).filter(|username| *username != email),
        user.given_name(),
        user.family_name(),
    ];
    let mut texts = texts.into_iter().flatten();
    texts.any(|text| folded_contains(text, word))
}

/// The prefix as it appears in keys. If the prefix is not itself a valid username, it is
/// only lower-cased.
fn username_prefix_key(text: &str) -> String {
    let text = text.trim_ascii();
    if text.contains('@') {
        return text.to_ascii_lowercase();
    }
    Username::lookup_key(text).map_or_else(|| text.to_lowercase(), std::borrow::Cow::into_owned)
}
