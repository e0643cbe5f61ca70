//! Values that are texts in JSON, or texts or numbers.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{
    Email, License, RequestId, Role, Timestamp, UserId, UserKey, UserRef, Username, WorkspaceId,
    WorkspaceRef, WorkspaceTarget,
};

/// Types that are printed and parsed as texts.
macro_rules! texts {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

texts!(Email, RequestId, Role, Timestamp, UserId, Username);

impl Serialize for License {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for License {
    /// From a text or a number of seats.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OfLicense;

        impl Visitor<'_> for OfLicense {
            type Value = License;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"community\", \"enterprise\" or a number of seats")
            }

            fn visit_u64<E: Error>(self, seats: u64) -> Result<License, E> {
                Ok(License::Seats(seats))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<License, E> {
                text.parse().map_err(E::custom)
            }
        }

        from.deserialize_any(OfLicense)
    }
}

impl Serialize for UserRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            UserKey::Id(id) => id.serialize(serializer),
            UserKey::Address { typed, .. }
            | UserKey::Name { typed, .. }
            | UserKey::Nobody { typed } => typed.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for UserRef {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::from)
    }
}

impl Serialize for WorkspaceRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            WorkspaceTarget::Id(id) => id.serialize(serializer),
            WorkspaceTarget::Name { typed, .. } => typed.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for WorkspaceRef {
    /// From a name, or from a number, which is the id.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OfWorkspace;

        impl Visitor<'_> for OfWorkspace {
            type Value = WorkspaceRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a workspace's name or numeric id")
            }

            fn visit_u64<E: Error>(self, id: u64) -> Result<WorkspaceRef, E> {
                Ok(WorkspaceId::from_u64(id).into())
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<WorkspaceRef, E> {
                Ok(name.into())
            }
        }

        from.deserialize_any(OfWorkspace)
    }
}
