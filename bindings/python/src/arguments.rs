//! What callers pass in: names of users and workspaces, licenses, roles, moments.

use headcount::{
    License, NewUser, Role, Sort, Timestamp, UserId, UserQuery, UserRef, UserUpdate, WorkspaceId,
    WorkspaceRef,
};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyMapping, PyString};

use crate::errors::raised;
use crate::user::User;

/// A user as a call names one: a `User`, an id or another text, or a `uuid.UUID`.
pub(crate) struct Named(pub(crate) UserRef);

impl<'py> FromPyObject<'_, 'py> for Named {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Self(text.to_str()?.into()));
        }
        if let Ok(user) = object.cast::<User>() {
            return Ok(Self(user.get().id().into()));
        }
        Ok(Self(id_of(&object)?.into()))
    }
}

/// The id of a user: a text, a `uuid.UUID` or a `User`.
#[derive(Clone, Copy)]
pub(crate) struct Id(pub(crate) UserId);

impl<'py> FromPyObject<'_, 'py> for Id {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = object.cast::<PyString>() {
            return text.to_str()?.parse().map(Self).map_err(raised);
        }
        if let Ok(user) = object.cast::<User>() {
            return Ok(Self(user.get().id()));
        }
        id_of(&object).map(Self)
    }
}

/// The values of an iterable. A text is refused: its letters are surely not what was meant.
pub(crate) struct Many<T>(pub(crate) Vec<T>);

impl<'py, T> FromPyObject<'_, 'py> for Many<T>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err(
                "give a list, a set or another iterable, not one str",
            ));
        }
        let values = object.try_iter()?;
        let values = values.map(|value| value?.extract().map_err(Into::into));
        values.collect::<PyResult<_>>().map(Self)
    }
}

/// A whole number, or None where that is allowed.
pub(crate) fn number<'py, T>(object: &Bound<'py, PyAny>) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    refuse_bool(object)?;
    let extracted: PyResult<T> = object.extract().map_err(Into::into);
    extracted.map_err(|error| {
        if !error.is_instance_of::<PyOverflowError>(object.py()) {
            return error;
        }
        let what = format!("{object} is out of range: give 0 or more, below 2**64");
        PyOverflowError::new_err(what)
    })
}

/// A number of seconds, or None where that is allowed. One beyond all floats is infinite.
pub(crate) fn number_of_seconds<'py, T>(object: &Bound<'py, PyAny>) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py> + From<f64>,
{
    refuse_bool(object)?;
    let extracted: PyResult<T> = object.extract().map_err(Into::into);
    match extracted {
        Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => {
            let is_negative = object.lt(0)?;
            Ok(T::from(if is_negative {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            }))
        }
        extracted => extracted,
    }
}

/// `True` is 1 to Python, but hardly what was meant.
fn refuse_bool(object: &Bound<'_, PyAny>) -> PyResult<()> {
    if object.is_instance_of::<PyBool>() {
        let what = format!("give a number, not {object}");
        return Err(PyTypeError::new_err(what));
    }
    Ok(())
}

fn id_of(object: &Bound<'_, PyAny>) -> PyResult<UserId> {
    match object.getattr("bytes").and_then(|bytes| bytes.extract()) {
        Ok(bytes) => Ok(UserId::from_bytes(bytes)),
        Err(_) => Err(PyTypeError::new_err(format!(
            "a user is named by a User, a str or a uuid.UUID, not by {}",
            object.get_type().name()?
        ))),
    }
}

/// A workspace as a call names one: a `Workspace`, its number or its name.
pub(crate) struct Place(pub(crate) WorkspaceRef);

impl<'py> FromPyObject<'_, 'py> for Place {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(name) = object.cast::<PyString>() {
            return Ok(Self(name.to_str()?.into()));
        }
        let id = match object.cast::<PyInt>() {
            Ok(id) => number(&id),
            Err(_) => object.getattr("id").and_then(|id| number(&id)),
        };
        match id {
            Ok(id) => Ok(Self(WorkspaceId::from_u64(id).into())),
            Err(_) => Err(PyTypeError::new_err(
                "a workspace is named by a Workspace, by its number (0 or more) or by its name",
            )),
        }
    }
}

/// `"community"`, `"enterprise"` or a number of seats.
#[derive(Clone, Copy)]
pub(crate) struct Seated(pub(crate) License);

impl<'py> FromPyObject<'_, 'py> for Seated {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(text) => text.to_str()?.parse().map(Self).map_err(raised),
            Err(_) => number(&object).map(License::Seats).map(Self),
        }
    }
}

/// `"owner"` or `"user"`.
#[derive(Clone, Copy)]
pub(crate) struct InRole(pub(crate) Role);

impl<'py> FromPyObject<'_, 'py> for InRole {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let text = object.cast::<PyString>()?;
        text.to_str()?.parse().map(Self).map_err(raised)
    }
}

/// A `datetime` with a time zone.
#[derive(Clone, Copy)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl<'py> FromPyObject<'_, 'py> for Moment {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let micros: i128 = object
            .py()
            .import("headcount._times")?
            .call_method1("to_micros", (object,))?
            .extract()?;
        let micros = u64::try_from(micros)
            .map_err(|_| PyValueError::new_err(format!("{} is before 1970", *object)))?;
        Timestamp::from_unix_micros(micros)
            .map(Self)
            .map_err(raised)
    }
}

/// A moment as a `datetime` in UTC.
pub(crate) fn datetime(py: Python<'_>, moment: Timestamp) -> PyResult<Bound<'_, PyAny>> {
    static FROM_MICROS: pyo3::sync::PyOnceLock<Py<PyAny>> = pyo3::sync::PyOnceLock::new();
    FROM_MICROS
        .import(py, "headcount._times", "from_micros")?
        .call1((moment.as_unix_micros(),))
}

/// Takes keywords one after the other. A keyword of the wrong type is named, as Python code
/// expects it.
fn fold<T>(
    keywords: Option<&Bound<'_, PyDict>>,
    first: T,
    next: impl Fn(T, &str, &Bound<'_, PyAny>) -> PyResult<T>,
) -> PyResult<T> {
    let mut pairs = keywords.into_iter().flatten();
    pairs.try_fold(first, |all, (name, value)| {
        let name = name.extract::<std::borrow::Cow<'_, str>>()?;
        next(all, &name, &value).inspect_err(|error| {
            // The note that other arguments have; without it, the error still says what is wrong.
            let _ = error.add_note(value.py(), format!("while processing '{name}'"));
        })
    })
}

/// What a new user may have besides the email.
pub(crate) fn new_user(email: &str, parts: Option<&Bound<'_, PyDict>>) -> PyResult<NewUser> {
    fold(parts, NewUser::new(email), |user, name, value| {
        // None leaves out a text; whether the user is active or an admin is true or false.
        if value.is_none() && !matches!(name, "active" | "admin") {
            return Ok(user);
        }
        Ok(match name {
            "id" => user.id(value.extract::<Id>()?.0),
            "username" => user.username(text(value)?),
            "given_name" => user.given_name(text(value)?),
            "family_name" => user.family_name(text(value)?),
            "active" => user.active(value.extract()?),
            "admin" => user.admin(value.extract()?),
            "created_at" => user.created_at(value.extract::<Moment>()?.0),
            "attributes" => {
                let attributes = texts("attributes", value)?.into_iter();
                attributes.fold(user, |user, (name, value)| user.attribute(name, value))
            }
            "external_ids" => {
                let ids = texts("external ids", value)?.into_iter();
                ids.fold(user, |user, (provisioner, id)| {
                    user.external_id(provisioner, id)
                })
            }
            other => return Err(unexpected("create_user", other)),
        })
    })
}

/// What is to change of a user. `None` removes what can be removed.
pub(crate) fn user_update(
    changes: Option<&Bound<'_, PyDict>>,
) -> PyResult<(UserUpdate, Option<u64>)> {
    fold(
        changes,
        (UserUpdate::new(), None),
        |changes, name, value| {
            let (update, if_version) = changes;
            let update = match name {
                "email" => update.email(text(value)?),
                "username" => update.username(text_or_none(value)?.as_deref()),
                "given_name" => update.given_name(text_or_none(value)?.as_deref()),
                "family_name" => update.family_name(text_or_none(value)?.as_deref()),
                "admin" => update.admin(value.extract()?),
                "attributes" => {
                    let pairs = pairs(value)?.into_iter();
                    pairs.fold(update, |update, (name, value)| {
                        update.attribute(name, value.as_deref())
                    })
                }
                "external_ids" => {
                    let pairs = pairs(value)?.into_iter();
                    pairs.fold(update, |update, (provisioner, id)| {
                        update.external_id(provisioner, id.as_deref())
                    })
                }
                "replace_attributes" => update.replace_attributes(value.extract()?),
                "if_version" => return Ok((update, number(value)?)),
                other => return Err(unexpected("update_user", other)),
            };
            Ok((update, if_version))
        },
    )
}

/// The query that these conditions make.
pub(crate) fn query(conditions: Option<&Bound<'_, PyDict>>) -> PyResult<UserQuery> {
    let first = (UserQuery::new(), None, None);
    let (query, workspace, role) = fold(
        conditions,
        first,
        |(query, workspace, role), name, value| {
            if value.is_none() && !matches!(name, "sort" | "descending" | "limit") {
                return Ok((query, workspace, role));
            }
            let query = match name {
                "active" => query.active(value.extract::<bool>()?),
                "admins" => query.admins(value.extract::<bool>()?),
                "descending" => query.descending(value.extract()?),
                "member_of" => return Ok((query, Some(value.extract::<Place>()?.0), role)),
                "role" => return Ok((query, workspace, Some(value.extract::<InRole>()?.0))),
                "email_prefix" => query.email_prefix(&*text(value)?),
                "email_domain" => query.email_domain(&*text(value)?),
                "username_prefix" => query.username_prefix(&*text(value)?),
                "search" => query.search(&*text(value)?),
                "attributes" => {
                    let pairs = pairs(value)?.into_iter();
                    pairs.fold(query, |query, (name, value)| {
                        query.attribute(name, value.as_deref())
                    })
                }
                "created_since" => query.created_since(value.extract::<Moment>()?.0),
                "created_before" => query.created_before(value.extract::<Moment>()?.0),
                "changed_since" => query.changed_since(value.extract::<Moment>()?.0),
                "changed_before" => query.changed_before(value.extract::<Moment>()?.0),
                "seen_since" => query.seen_since(value.extract::<Moment>()?.0),
                "seen_before" => query.seen_before(value.extract::<Moment>()?.0),
                "sort" => query.sort(sort(&text(value)?)?),
                "limit" => query.limit(number(value)?),
                "after" => query.after(&*text(value)?),
                other => return Err(unexpected("query", other)),
            };
            Ok((query, workspace, role))
        },
    )?;
    match (workspace, role) {
        (Some(workspace), role) => Ok(query.member_of(workspace, role)),
        (None, Some(_)) => Err(PyTypeError::new_err("role needs member_of")),
        (None, None) => Ok(query),
    }
}

fn sort(name: &str) -> PyResult<Sort> {
    match name {
        "email" => Ok(Sort::Email),
        "username" => Ok(Sort::Username),
        "created" => Ok(Sort::Created),
        _ => Err(PyValueError::new_err(format!(
            "sort is email, username or created, not {name:?}"
        ))),
    }
}

fn unexpected(call: &str, name: &str) -> PyErr {
    PyTypeError::new_err(format!(
        "{call}() got an unexpected keyword argument '{name}'"
    ))
}

fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.extract()
}

fn text_or_none(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    value.extract()
}

/// Pairs of which each has a value, as what is created has them.
pub(crate) fn texts(what: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let pairs = pairs(value)?.into_iter();
    pairs
        .map(|(name, value)| {
            let none = || PyTypeError::new_err(format!("new {what} are texts, not None"));
            Ok((name, value.ok_or_else(none)?))
        })
        .collect()
}

fn pairs(value: &Bound<'_, PyAny>) -> PyResult<Vec<(String, Option<String>)>> {
    let items = value.cast::<PyMapping>()?.items()?;
    items.iter().map(|pair| pair.extract()).collect()
}
