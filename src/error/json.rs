//! Errors in JSON: the kind by its name, its numbers, the message, and which operation.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Error, ErrorKind};

#[derive(Serialize, Deserialize)]
struct Fields {
    #[serde(flatten)]
    kind: ErrorKind,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    op_index: Option<usize>,
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = Fields {
            kind: self.kind(),
            message: self.to_string(),
            op_index: self.op_index(),
        };
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Fields {
            kind,
            message,
            op_index,
        } = Fields::deserialize(from)?;
        let error = Self::new(kind, message);
        Ok(match op_index {
            Some(index) => error.at_op(index),
            None => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_read_as_they_are_written() {
        let full = ErrorKind::NoFreeSeat {
            limit: 5,
            active: 5,
            requested: 1,
        };
        let error = Error::new(full, "no seat free").at_op(2);
        let written = json!({
            "kind": "no_free_seat", "limit": 5, "active": 5, "requested": 1,
            "message": "no seat free", "op_index": 2,
        });
        assert_eq!(serde_json::to_value(&error).unwrap(), written);
        let read: Error = serde_json::from_value(written).unwrap();
        assert_eq!(
            (read.kind(), read.op_index(), read.to_string()),
            (full, Some(2), "no seat free".to_owned())
        );
    }

    #[test]
    fn kinds_without_numbers_have_the_same_names_everywhere() {
        use ErrorKind::*;
        for kind in [
            InvalidEmail,
            InternationalEmail,
            EmailRequired,
            InvalidUsername,
            InvalidArgument,
            EmailTaken,
            UsernameTaken,
            IdTaken,
            UserNotFound,
            WorkspaceNotFound,
            WorkspaceNameTaken,
            ExternalIdTaken,
            WorkspaceArchived,
            MemberNotFound,
            RoleDiffers,
            LastOwner,
            DefaultWorkspace,
            LastAdmin,
            OwnAccount,
            RequestIdReused,
            AlreadyOpen,
            Forked,
            ReadOnly,
            LogMissing,
            LogForeign,
            FileReplaced,
            UnsupportedFormat,
            Corrupted,
            TooLarge,
            OutcomeUnknown,
            Closed,
            Io,
        ] {
            let written = serde_json::to_value(kind).unwrap();
            assert_eq!(written, json!({ "kind": kind.name() }));
            assert_eq!(serde_json::from_value::<ErrorKind>(written).unwrap(), kind);
        }
    }
}
