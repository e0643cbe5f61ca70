//! All users as a stream of Arrow record batches, by the C stream interface: no copy is
//! made of them for each consumer, and no library is needed here.
//!
//! The columns are those of a user: texts, booleans, times in microseconds UTC, the
//! version, and the attributes and external ids as maps.

mod ffi;

use std::ops::ControlFlow;

use headcount::{UserView, Users};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use self::ffi::{Array, Buffer, Schema};

/// Users of a batch.
const ROWS: usize = 65_536;
/// Bytes of a column's texts in a batch: offsets have 32 bits.
const BYTES_MAX: usize = 1 << 30;

/// The stream of these users.
pub(crate) fn stream(py: Python<'_>, users: Users) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(
        py,
        ffi::Stream::new(Batches { users }),
        c"arrow_array_stream",
    )
}

/// Batches of users that are yet to come.
pub(crate) struct Batches {
    users: Users,
}

impl Batches {
    fn schema() -> Schema {
        let text = |name, nullable| Schema::new(name, c"u", nullable);
        let map = |name| {
            let entries = Schema::new(c"entries", c"+s", false)
                .with(text(c"key", false))
                .with(text(c"value", false));
            Schema::new(name, c"+m", false).with(entries)
        };
        Schema::new(c"", c"+s", false)
            .with(text(c"id", false))
            .with(text(c"email", false))
            .with(text(c"username", false))
            .with(text(c"given_name", true))
            .with(text(c"family_name", true))
            .with(Schema::new(c"active", c"b", false))
            .with(Schema::new(c"admin", c"b", false))
            .with(map(c"attributes"))
            .with(map(c"external_ids"))
            .with(Schema::new(c"created_at", c"tsu:UTC", false))
            .with(Schema::new(c"updated_at", c"tsu:UTC", false))
            .with(Schema::new(c"deactivated_at", c"tsu:UTC", true))
            .with(Schema::new(c"version", c"L", false))
    }

    /// The next batch; None behind the last.
    fn next(&mut self) -> headcount::Result<Option<Array>> {
        let mut columns = Columns::default();
        self.users.for_each_view(|user| {
            if columns.rows == ROWS || columns.attributes.values.bytes.len() > BYTES_MAX {
                return ControlFlow::Break(());
            }
            columns.push(&user);
            ControlFlow::Continue(())
        })?;
        Ok((columns.rows > 0).then(|| columns.finish()))
    }
}

#[derive(Default)]
struct Columns {
    rows: usize,
    id: Texts,
    email: Texts,
    username: Texts,
    given_name: Texts,
    family_name: Texts,
    active: Bits,
    admin: Bits,
    attributes: Maps,
    external_ids: Maps,
    created_at: Vec<u64>,
    updated_at: Vec<u64>,
    /// Zero, where it is not there.
    deactivated_at: Vec<u64>,
    is_deactivated: Validity,
    version: Vec<u64>,
}

impl Columns {
    fn push(&mut self, user: &UserView<'_>) {
        self.rows += 1;
        let mut id = [0; uuid::fmt::Hyphenated::LENGTH];
        self.id.push(
            uuid::Uuid::from(user.id())
                .hyphenated()
                .encode_lower(&mut id),
        );
        self.email.push(user.email());
        self.username.push(user.username());
        self.given_name.push_or_none(user.given_name());
        self.family_name.push_or_none(user.family_name());
        self.active.push(user.is_active());
        self.admin.push(user.is_admin());
        self.attributes.push(user.attributes());
        self.external_ids.push(user.external_ids());
        self.created_at.push(user.created_at().as_unix_micros());
        self.updated_at.push(user.updated_at().as_unix_micros());
        let deactivated_at = user.deactivated_at();
        self.is_deactivated.push(deactivated_at.is_some());
        self.deactivated_at
            .push(deactivated_at.map_or(0, headcount::Timestamp::as_unix_micros));
        self.version.push(user.version());
    }

    fn finish(self) -> Array {
        let rows = self.rows;
        let numbers = |numbers| Array::new(rows, vec![Buffer::None, Buffer::Numbers(numbers)]);
        let bits = |bits: Bits| Array::new(rows, vec![Buffer::None, Buffer::Bytes(bits.bytes)]);
        let (are_deactivated, never) = self.is_deactivated.finish();
        let deactivated_at = vec![are_deactivated, Buffer::Numbers(self.deactivated_at)];
        Array::new(rows, vec![Buffer::None])
            .with(self.id.finish())
            .with(self.email.finish())
            .with(self.username.finish())
            .with(self.given_name.finish())
            .with(self.family_name.finish())
            .with(bits(self.active))
            .with(bits(self.admin))
            .with(self.attributes.finish())
            .with(self.external_ids.finish())
            .with(numbers(self.created_at))
            .with(numbers(self.updated_at))
            .with(Array::new(rows, deactivated_at).with_nulls(never))
            .with(numbers(self.version))
    }
}

/// A column of names and values.
#[derive(Default)]
struct Maps {
    /// Where the pairs of each row end.
    ends: Vec<i32>,
    names: Texts,
    values: Texts,
}

impl Maps {
    fn push<'a>(&mut self, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
        for (name, value) in pairs {
            self.names.push(name);
            self.values.push(value);
        }
        self.ends.push(offset(self.names.ends.len()));
    }

    fn finish(self) -> Array {
        let rows = self.ends.len();
        let entries = Array::new(self.names.ends.len(), vec![Buffer::None])
            .with(self.names.finish())
            .with(self.values.finish());
        Array::new(rows, vec![Buffer::None, offsets(self.ends)]).with(entries)
    }
}

/// A column of texts.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    /// Where each text ends; it starts where the one before does.
    ends: Vec<i32>,
    validity: Validity,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.push_or_none(Some(text));
    }

    fn push_or_none(&mut self, text: Option<&str>) {
        self.bytes
            .extend_from_slice(text.unwrap_or_default().as_bytes());
        self.ends.push(offset(self.bytes.len()));
        self.validity.push(text.is_some());
    }

    fn finish(self) -> Array {
        let rows = self.ends.len();
        let (valid, nulls) = self.validity.finish();
        let buffers = vec![valid, offsets(self.ends), Buffer::Bytes(self.bytes)];
        Array::new(rows, buffers).with_nulls(nulls)
    }
}

/// Which values of a column are there.
#[derive(Default)]
struct Validity {
    rows: usize,
    nulls: usize,
    /// Made with the first that is not.
    bits: Option<Bits>,
}

impl Validity {
    fn push(&mut self, is_there: bool) {
        if !is_there {
            self.nulls += 1;
            self.bits.get_or_insert_with(|| Bits::ones(self.rows));
        }
        if let Some(bits) = &mut self.bits {
            bits.push(is_there);
        }
        self.rows += 1;
    }

    /// The buffer, and how many are not there.
    fn finish(self) -> (Buffer, usize) {
        let bits = self.bits.map(|bits| Buffer::Bytes(bits.bytes));
        (bits.unwrap_or(Buffer::None), self.nulls)
    }
}

/// A column of bits, the first in the lowest place.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    length: usize,
}

impl Bits {
    fn ones(length: usize) -> Self {
        Self {
            bytes: vec![0xff; length.div_ceil(8)],
            length,
        }
    }

    fn push(&mut self, bit: bool) {
        let place = self.length % 8;
        if place == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last = *last & !(1 << place) | u8::from(bit) << place;
        }
        self.length += 1;
    }
}

/// Offsets begin with a zero.
fn offsets(mut ends: Vec<i32>) -> Buffer {
    ends.insert(0, 0);
    Buffer::Offsets(ends)
}

/// Batches end long before this is too much.
fn offset(bytes: usize) -> i32 {
    i32::try_from(bytes).unwrap_or(i32::MAX)
}
