//! The texts of a user, NUL-terminated as C expects them.

use std::sync::OnceLock;

use crate::model::User;

/// The NUL-terminated texts of a [`User`]. They are created when C first reads one of them,
/// and are kept in the user, so that they live as long as it does and handles that share a
/// cached user share them. A user that C never reads has none.
///
/// Each text is returned as the bytes from its start on; only those up to the NUL belong to
/// it.
pub(super) struct NulTexts {
    pool: Pool,
    id: usize,
    email: usize,
    username: usize,
    given_name: Option<usize>,
    family_name: Option<usize>,
    attributes: OnceLock<Attributes>,
}

/// NUL-terminated texts in one allocation.
#[derive(Default)]
struct Pool(Vec<u8>);

/// The attributes, ordered by name.
struct Attributes {
    pool: Pool,
    /// Where the name and the value of each start, and the length of the value, which may
    /// contain NULs of its own.
    offsets: Vec<(usize, usize, usize)>,
}

impl NulTexts {
    /// The texts of `user`.
    pub(super) fn of(user: &User) -> &Self {
        user.derived.get_or_init(|| Self::new(user))
    }

    fn new(user: &User) -> Self {
        let mut pool = Pool::default();
        Self {
            id: pool.add(&user.id().to_string()),
            email: pool.add(user.email().as_str()),
            username: pool.add(user.username()),
            given_name: user.given_name().map(|name| pool.add(name)),
            family_name: user.family_name().map(|name| pool.add(name)),
            pool,
            attributes: OnceLock::new(),
        }
    }

    pub(super) fn id(&self) -> &[u8] {
        self.pool.at(self.id)
    }

    pub(super) fn email(&self) -> &[u8] {
        self.pool.at(self.email)
    }

    pub(super) fn username(&self) -> &[u8] {
        self.pool.at(self.username)
    }

    pub(super) fn given_name(&self) -> Option<&[u8]> {
        self.given_name.map(|start| self.pool.at(start))
    }

    pub(super) fn family_name(&self) -> Option<&[u8]> {
        self.family_name.map(|start| self.pool.at(start))
    }

    /// The name and the value of the attribute of `user` at `index` in the order of names,
    /// and the length of the value.
    pub(super) fn attribute(user: &User, index: usize) -> Option<(&[u8], &[u8], usize)> {
        let attributes = &Self::of(user).attributes;
        let Attributes { pool, offsets } = attributes.get_or_init(|| Attributes::new(user));
        let &(name, value, value_bytes) = offsets.get(index)?;
        Some((pool.at(name), pool.at(value), value_bytes))
    }
}

impl Pool {
    /// Adds a text and returns its start.
    fn add(&mut self, text: &str) -> usize {
        let start = self.0.len();
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        start
    }

    /// The bytes from `start` on, which [`add`](Self::add) returned.
    fn at(&self, start: usize) -> &[u8] {
        self.0.get(start..).unwrap_or(&[0])
    }
}

impl Attributes {
    fn new(user: &User) -> Self {
        let mut pool = Pool::default();
        let offsets = user
            .attributes()
            .map(|(name, value)| (pool.add(name), pool.add(value), value.len()));
        let offsets = offsets.collect();
        Self { pool, offsets }
    }
}
