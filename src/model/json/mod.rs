//! Values in JSON, and in other formats that describe themselves.
//!
//! Values are validated as when they are passed by a call. Unknown fields of requests are
//! refused, because a misspelt field would silently change the request. Unknown fields of
//! results are ignored, so that a newer release can add some.

mod batch;
mod query;
mod step;
mod text;
mod update;
mod user;
mod workspace;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::model::TextMap;

pub(crate) use user::UserFields;

/// A field that is present; its value may be null.
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Like [`pairs`], for texts.
pub(crate) fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<TextMap, D::Error> {
    Ok(pairs::<D, String>(from)?.into_iter().collect())
}

/// Attributes or external ids; each name may occur once.
pub(crate) fn pairs<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    struct Once<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Once<T> {
        type Value = BTreeMap<String, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of texts")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut pairs = BTreeMap::new();
            while let Some((name, value)) = members.next_entry::<String, T>()? {
                if pairs.contains_key(&name) {
                    return Err(A::Error::custom(format_args!("`{name}` is there twice")));
                }
                pairs.insert(name, value);
            }
            Ok(pairs)
        }
    }

    from.deserialize_map(Once(PhantomData))
}
