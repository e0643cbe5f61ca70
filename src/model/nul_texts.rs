//! The texts of a user with a NUL behind each, as C wants them.

use std::fmt;
#[cfg(feature = "capi")]
use std::sync::OnceLock;

#[cfg(feature = "capi")]
use super::User;

/// Where a [`User`](super::User) keeps its texts for C: made when the first of them is
/// asked for, and then shared by all who share the user, such as those who found it in
/// a cache. A user that C never looks at has none, and without the C ABI there is
/// nothing here.
///
/// It is no part of the value: a copy, which may be about to be changed, starts
/// without, and makes no difference between users.
#[derive(Default)]
pub(crate) struct NulTexts {
    #[cfg(feature = "capi")]
    made: OnceLock<Box<Made>>,
}

impl Clone for NulTexts {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for NulTexts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for NulTexts {}

impl fmt::Debug for NulTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

#[cfg(feature = "capi")]
struct Made {
    fixed: Fixed,
    attributes: OnceLock<Attributes>,
}

/// Texts in one piece of memory.
#[cfg(feature = "capi")]
#[derive(Default)]
struct Pool(Vec<u8>);

/// The texts that every user may have, and where each starts.
#[cfg(feature = "capi")]
struct Fixed {
    pool: Pool,
    id: usize,
    email: usize,
    username: usize,
    given_name: Option<usize>,
    family_name: Option<usize>,
}

/// The attributes, ordered by name: where the name and the value of each start, and
/// how long the value is, for it may contain NULs.
#[cfg(feature = "capi")]
struct Attributes {
    pool: Pool,
    places: Vec<(usize, usize, usize)>,
}

/// Each answer begins with the text and the NUL behind it; what follows is of no use.
#[cfg(feature = "capi")]
impl User {
    pub(crate) fn id_nul(&self) -> &[u8] {
        let fixed = self.fixed();
        fixed.pool.at(fixed.id)
    }

    pub(crate) fn email_nul(&self) -> &[u8] {
        let fixed = self.fixed();
        fixed.pool.at(fixed.email)
    }

    pub(crate) fn username_nul(&self) -> &[u8] {
        let fixed = self.fixed();
        fixed.pool.at(fixed.username)
    }

    pub(crate) fn given_name_nul(&self) -> Option<&[u8]> {
        let fixed = self.fixed();
        fixed.given_name.map(|start| fixed.pool.at(start))
    }

    pub(crate) fn family_name_nul(&self) -> Option<&[u8]> {
        let fixed = self.fixed();
        fixed.family_name.map(|start| fixed.pool.at(start))
    }

    /// Name and value of an attribute, by its place in the order of names, and the
    /// length of the value, which may contain NULs of its own.
    pub(crate) fn attribute_nul(&self, index: usize) -> Option<(&[u8], &[u8], usize)> {
        let attributes = &self.made().attributes;
        let Attributes { pool, places } = attributes.get_or_init(|| Attributes::new(self));
        let &(name, value, value_bytes) = places.get(index)?;
        Some((pool.at(name), pool.at(value), value_bytes))
    }

    fn fixed(&self) -> &Fixed {
        &self.made().fixed
    }

    fn made(&self) -> &Made {
        self.nul_texts.made.get_or_init(|| {
            Box::new(Made {
                fixed: Fixed::new(self),
                attributes: OnceLock::new(),
            })
        })
    }
}

#[cfg(feature = "capi")]
impl Pool {
    /// Adds a text and returns where it starts.
    fn add(&mut self, text: &str) -> usize {
        let start = self.0.len();
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        start
    }

    /// The text that starts at a place that [`add`](Self::add) returned.
    fn at(&self, start: usize) -> &[u8] {
        self.0.get(start..).unwrap_or(&[0])
    }
}

#[cfg(feature = "capi")]
impl Fixed {
    fn new(user: &User) -> Self {
        let mut pool = Pool::default();
        Self {
            id: pool.add(&user.id().to_string()),
            email: pool.add(user.email().as_str()),
            username: pool.add(user.username()),
            given_name: user.given_name().map(|name| pool.add(name)),
            family_name: user.family_name().map(|name| pool.add(name)),
            pool,
        }
    }
}

#[cfg(feature = "capi")]
impl Attributes {
    fn new(user: &User) -> Self {
        let mut pool = Pool::default();
        let places = user
            .attributes()
            .map(|(name, value)| (pool.add(name), pool.add(value), value.len()));
        let places = places.collect();
        Self { pool, places }
    }
}
