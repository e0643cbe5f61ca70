//! Values in JSON, and in other formats that describe themselves.
//!
//! What is read is parsed as at any other door. Of what a caller asks for, unknown fields
//! are refused, since a misspelt one would be a request for something else. Of what the
//! library answers, they are ignored, so that a newer release can say more.

mod batch;
mod query;
mod step;
mod text;
mod update;
mod user;
mod workspace;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Deserializer};

pub(crate) use user::UserFields;

/// A field that is there, whether or not its value is null.
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}
