//! All users as a stream of Arrow record batches, by the C stream interface: no copy is
//! made of them for each consumer, and no library is needed here.
//!
//! The columns are those of a user: texts, booleans, times in microseconds UTC, the
//! version, and the attributes as a map.

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
        let entries = Schema::new(c"entries", c"+s", false)
            .with(text(c"key", false))
            .with(text(c"value", false));
        Schema::new(c"", c"+s", false)
            .with(text(c"id", false))
            .with(text(c"email", false))
            .with(text(c"username", false))
            .with(text(c"given_name", true))
            .with(text(c"family_name", true))
            .with(Schema::new(c"active", c"b", false))
            .with(Schema::new(c"admin", c"b", false))
            .with(Schema::new(c"attributes", c"+m", false).with(entries))
            .with(Schema::new(c"created_at", c"tsu:UTC", false))
            .with(Schema::new(c"updated_at", c"tsu:UTC", false))
            .with(Schema::new(c"version", c"L", false))
    }

    /// The next batch; None behind the last.
    fn next(&mut self) -> headcount::Result<Option<Array>> {
        let mut columns = Columns::default();
        self.users.for_each_view(|user| {
            if columns.rows == ROWS || columns.attribute_values.bytes.len() > BYTES_MAX {
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
    /// Where the attributes of each user end.
    attribute_ends: Vec<i32>,
    attribute_names: Texts,
    attribute_values: Texts,
    created_at: Vec<u64>,
    updated_at: Vec<u64>,
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
        for (name, value) in user.attributes() {
            self.attribute_names.push(name);
            self.attribute_values.push(value);
        }
        self.attribute_ends
            .push(offset(self.attribute_names.ends.len()));
        self.created_at.push(user.created_at().as_unix_micros());
        self.updated_at.push(user.updated_at().as_unix_micros());
        self.version.push(user.version());
    }

    fn finish(self) -> Array {
        let rows = self.rows;
        let numbers = |numbers| Array::new(rows, vec![Buffer::None, Buffer::Numbers(numbers)]);
        let bits = |bits: Bits| Array::new(rows, vec![Buffer::None, Buffer::Bytes(bits.bytes)]);
        let entries = Array::new(self.attribute_names.ends.len(), vec![Buffer::None])
            .with(self.attribute_names.finish())
            .with(self.attribute_values.finish());
        let attributes =
            Array::new(rows, vec![Buffer::None, offsets(self.attribute_ends)]).with(entries);
        Array::new(rows, vec![Buffer::None])
            .with(self.id.finish())
            .with(self.email.finish())
            .with(self.username.finish())
            .with(self.given_name.finish())
            .with(self.family_name.finish())
            .with(bits(self.active))
            .with(bits(self.admin))
            .with(attributes)
            .with(numbers(self.created_at))
            .with(numbers(self.updated_at))
            .with(numbers(self.version))
    }
}

/// A column of texts.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    /// Where each text ends; it starts where the one before does.
    ends: Vec<i32>,
    /// Which are there, where one is not.
    valid: Option<Bits>,
    nulls: usize,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(offset(self.bytes.len()));
        if let Some(valid) = &mut self.valid {
            valid.push(true);
        }
    }

    fn push_or_none(&mut self, text: Option<&str>) {
        if text.is_none() {
            let before = self.ends.len();
            let valid = self.valid.get_or_insert_with(|| Bits::ones(before));
            valid.push(false);
            self.nulls += 1;
            self.ends.push(offset(self.bytes.len()));
        } else if let Some(text) = text {
            self.push(text);
        }
    }

    fn finish(self) -> Array {
        let rows = self.ends.len();
        let valid = self
            .valid
            .map_or(Buffer::None, |bits| Buffer::Bytes(bits.bytes));
        let buffers = vec![valid, offsets(self.ends), Buffer::Bytes(self.bytes)];
        Array::new(rows, buffers).with_nulls(self.nulls)
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
