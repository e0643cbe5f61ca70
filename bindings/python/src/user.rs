//! A user as an object: the record as it was read, whose texts become Python's when they
//! are asked for.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use headcount::{Timestamp, UserId, UserView};
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::arguments::{Id, datetime};

/// A user, as one consistent record. It never changes; read the user again to see its
/// current state.
#[pyclass(frozen, module = "headcount")]
pub(crate) struct User(Record);

/// A record that the library shares, or a copy of one, as lists and pickles have it.
enum Record {
    Shared(Arc<headcount::User>),
    Copied(Box<Copied>),
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
struct Copied {
    id: UserId,
    /// Email, username, given name and family name, one behind the other.
    texts: Box<str>,
    ends: [u32; 4],
    has_given_name: bool,
    has_family_name: bool,
    active: bool,
    admin: bool,
    attributes: Pairs,
    external_ids: Pairs,
    created_at: Timestamp,
    updated_at: Timestamp,
    deactivated_at: Option<Timestamp>,
    version: u64,
}

/// Names and values, in the order of the names.
type Pairs = Vec<(Box<str>, Box<str>)>;

fn copied<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Pairs {
    pairs
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

fn borrowed(pairs: &Pairs) -> Vec<(&str, &str)> {
    let pairs = pairs.iter();
    pairs.map(|(name, value)| (&**name, &**value)).collect()
}

fn dict<'py>(py: Python<'py>, pairs: Vec<(&str, &str)>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in pairs {
        dict.set_item(name, value)?;
    }
    Ok(dict)
}

impl Copied {
    fn text(&self, which: usize) -> &str {
        let start = if which == 0 { 0 } else { self.ends[which - 1] };
        &self.texts[start as usize..self.ends[which] as usize]
    }
}

/// Texts one behind the other, and where each ends.
fn join(texts: [&str; 4]) -> (Box<str>, [u32; 4]) {
    let mut joined = String::with_capacity(texts.iter().map(|text| text.len()).sum());
    let ends = texts.map(|text| {
        joined.push_str(text);
        // A text of a user has at most a few hundred bytes.
        u32::try_from(joined.len()).unwrap_or(u32::MAX)
    });
    (joined.into_boxed_str(), ends)
}

impl From<Arc<headcount::User>> for User {
    fn from(user: Arc<headcount::User>) -> Self {
        Self(Record::Shared(user))
    }
}

impl From<UserView<'_>> for User {
    fn from(user: UserView<'_>) -> Self {
        let (given_name, family_name) = (user.given_name(), user.family_name());
        let (texts, ends) = join([
            user.email(),
            user.username(),
            given_name.unwrap_or_default(),
            family_name.unwrap_or_default(),
        ]);
        Self(Record::Copied(Box::new(Copied {
            id: user.id(),
            texts,
            ends,
            has_given_name: given_name.is_some(),
            has_family_name: family_name.is_some(),
            active: user.is_active(),
            admin: user.is_admin(),
            attributes: copied(user.attributes()),
            external_ids: copied(user.external_ids()),
            created_at: user.created_at(),
            updated_at: user.updated_at(),
            deactivated_at: user.deactivated_at(),
            version: user.version(),
        })))
    }
}

impl User {
    pub(crate) fn id(&self) -> UserId {
        match &self.0 {
            Record::Shared(user) => user.id(),
            Record::Copied(user) => user.id,
        }
    }

    fn attribute_pairs(&self) -> Vec<(&str, &str)> {
        match &self.0 {
            Record::Shared(user) => user.attributes().collect(),
            Record::Copied(user) => borrowed(&user.attributes),
        }
    }

    fn external_id_pairs(&self) -> Vec<(&str, &str)> {
        match &self.0 {
            Record::Shared(user) => user.external_ids().collect(),
            Record::Copied(user) => borrowed(&user.external_ids),
        }
    }

    fn created(&self) -> Timestamp {
        match &self.0 {
            Record::Shared(user) => user.created_at(),
            Record::Copied(user) => user.created_at,
        }
    }

    fn updated(&self) -> Timestamp {
        match &self.0 {
            Record::Shared(user) => user.updated_at(),
            Record::Copied(user) => user.updated_at,
        }
    }

    fn deactivated(&self) -> Option<Timestamp> {
        match &self.0 {
            Record::Shared(user) => user.deactivated_at(),
            Record::Copied(user) => user.deactivated_at,
        }
    }
}

#[pymethods]
impl User {
    /// The id, which never changes and is never given to another user: a UUID.
    #[getter(id)]
    fn id_text<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &self.id().to_string())
    }

    /// The email address, as it was given; no other user has it.
    #[getter]
    fn email(&self) -> &str {
        match &self.0 {
            Record::Shared(user) => user.email().as_str(),
            Record::Copied(user) => user.text(0),
        }
    }

    /// The username, which is the email unless another one was set.
    #[getter]
    fn username(&self) -> &str {
        match &self.0 {
            Record::Shared(user) => user.username(),
            Record::Copied(user) => user.text(1),
        }
    }

    /// The given name, or None.
    #[getter]
    fn given_name(&self) -> Option<&str> {
        match &self.0 {
            Record::Shared(user) => user.given_name(),
            Record::Copied(user) => user.has_given_name.then(|| user.text(2)),
        }
    }

    /// The family name, or None.
    #[getter]
    fn family_name(&self) -> Option<&str> {
        match &self.0 {
            Record::Shared(user) => user.family_name(),
            Record::Copied(user) => user.has_family_name.then(|| user.text(3)),
        }
    }

    /// Whether the user is active and so takes a seat.
    #[getter]
    fn active(&self) -> bool {
        match &self.0 {
            Record::Shared(user) => user.is_active(),
            Record::Copied(user) => user.active,
        }
    }

    /// Whether the user administers the platform.
    #[getter]
    fn admin(&self) -> bool {
        match &self.0 {
            Record::Shared(user) => user.is_admin(),
            Record::Copied(user) => user.admin,
        }
    }

    /// The attributes, as a new dict.
    #[getter]
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict(py, self.attribute_pairs())
    }

    /// The ids that other systems have for the user, by the names of these provisioners,
    /// as a new dict.
    #[getter]
    fn external_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict(py, self.external_id_pairs())
    }

    /// When the user was created, in UTC.
    #[getter]
    fn created_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.created())
    }

    /// When the record last changed, in UTC.
    #[getter]
    fn updated_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.updated())
    }

    /// When the user was deactivated, in UTC; None for a user who is active or never
    /// was.
    #[getter]
    fn deactivated_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.deactivated().map(|at| datetime(py, at)).transpose()
    }

    /// The version of the record: 1 at creation, incremented by each change.
    #[getter]
    fn version(&self) -> u64 {
        match &self.0 {
            Record::Shared(user) => user.version(),
            Record::Copied(user) => user.version,
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let quoted = |text: &str| PyString::new(py, text).repr().map(|text| text.to_string());
        let (email, username) = (quoted(self.email())?, quoted(self.username())?);
        let active = if self.active() { "True" } else { "False" };
        Ok(format!(
            "User(id='{}', email={email}, username={username}, active={active})",
            self.id()
        ))
    }

    fn __richcmp__(&self, other: &Self, op: CompareOp) -> Option<bool> {
        match op {
            CompareOp::Eq => Some(self.is_same(other)),
            CompareOp::Ne => Some(!self.is_same(other)),
            _ => None,
        }
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.id().hash(&mut hasher);
        hasher.finish()
    }

    /// A user can be pickled: what comes out is a copy, of any directory's or none.
    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyDict>,))> {
        let state = PyDict::new(py);
        state.set_item("id", self.id().to_string())?;
        state.set_item("email", self.email())?;
        state.set_item("username", self.username())?;
        state.set_item("given_name", self.given_name())?;
        state.set_item("family_name", self.family_name())?;
        state.set_item("active", self.active())?;
        state.set_item("admin", self.admin())?;
        state.set_item("attributes", self.attributes(py)?)?;
        state.set_item("external_ids", self.external_ids(py)?)?;
        state.set_item("created_at", self.created().as_unix_micros())?;
        state.set_item("updated_at", self.updated().as_unix_micros())?;
        let deactivated_at = self.deactivated().map(Timestamp::as_unix_micros);
        state.set_item("deactivated_at", deactivated_at)?;
        state.set_item("version", self.version())?;
        let make = py
            .import("headcount._headcount")?
            .getattr("_user_of_state")?;
        Ok((make, (state,)))
    }
}

impl User {
    /// Whether every field is the same.
    fn is_same(&self, other: &Self) -> bool {
        self.id() == other.id()
            && self.version() == other.version()
            && self.updated() == other.updated()
            && self.email() == other.email()
            && self.username() == other.username()
            && self.given_name() == other.given_name()
            && self.family_name() == other.family_name()
            && (self.active(), self.admin(), self.created())
                == (other.active(), other.admin(), other.created())
            && self.deactivated() == other.deactivated()
            && self.attribute_pairs() == other.attribute_pairs()
            && self.external_id_pairs() == other.external_id_pairs()
    }
}

/// The user that a pickle has.
#[pyfunction]
#[pyo3(name = "_user_of_state")]
pub(crate) fn user_of_state(state: &Bound<'_, PyDict>) -> PyResult<User> {
    fn field<'py, T>(state: &Bound<'py, PyDict>, name: &str) -> PyResult<T>
    where
        T: for<'a> FromPyObject<'a, 'py>,
    {
        let value = state.get_item(name)?;
        let value = value
            .ok_or_else(|| PyValueError::new_err(format!("the pickled user has no {name}")))?;
        value.extract().map_err(Into::into)
    }
    let moment = |name| -> PyResult<Timestamp> {
        Timestamp::from_unix_micros(field(state, name)?).map_err(crate::errors::raised)
    };
    let (email, username): (String, String) = (field(state, "email")?, field(state, "username")?);
    let given_name: Option<String> = field(state, "given_name")?;
    let family_name: Option<String> = field(state, "family_name")?;
    let (texts, ends) = join([
        &email,
        &username,
        given_name.as_deref().unwrap_or_default(),
        family_name.as_deref().unwrap_or_default(),
    ]);
    let deactivated_at = field::<Option<u64>>(state, "deactivated_at")?
        .map(Timestamp::from_unix_micros)
        .transpose()
        .map_err(crate::errors::raised)?;
    let pairs = |name| -> PyResult<Pairs> {
        let pairs: std::collections::BTreeMap<String, String> = field(state, name)?;
        let pairs = pairs.into_iter();
        Ok(pairs
            .map(|(name, value)| (name.into(), value.into()))
            .collect())
    };
    Ok(User(Record::Copied(Box::new(Copied {
        id: field::<Id>(state, "id")?.0,
        texts,
        ends,
        has_given_name: given_name.is_some(),
        has_family_name: family_name.is_some(),
        active: field(state, "active")?,
        admin: field(state, "admin")?,
        attributes: pairs("attributes")?,
        external_ids: pairs("external_ids")?,
        created_at: moment("created_at")?,
        updated_at: moment("updated_at")?,
        deactivated_at,
        version: field(state, "version")?,
    }))))
}
