//! Packed records: a reader unpacks what was packed.
//!
//! The reader is the C decoder. The fuzz targets call it, and the tests run it as a program,
//! so the checks take it as a function: the fields of a batch, or `None` if it is refused.

use std::sync::Arc;

use crate::capi::packed::fuzzing::pack;
use crate::codec;
use crate::model::{Change, Member, Timestamp, User, UserId, Workspace, WorkspaceId};

/// The decoder refuses or reads any bytes, and does the same again.
pub fn check_decoder(bytes: &[u8], decode: impl Fn(&[u8]) -> Option<Vec<u8>>) {
    assert_eq!(decode(bytes), decode(bytes), "not the same again");
}

/// Lists of stored records are packed, and the decoder reads the same fields.
pub fn check_lists(bytes: &[u8], decode: impl Fn(&[u8]) -> Option<Vec<u8>>) {
    if let Some(packed) = packed(bytes) {
        let mut fields = Vec::new();
        for batch in &packed.batches {
            fields.extend(decode(batch).expect("our own batch is refused"));
        }
        assert!(
            fields == packed.fields,
            "other fields come out of {packed:?}"
        );
    }
}

/// A packed list of records.
#[derive(Debug)]
pub struct Packed {
    /// The batches, which hold the records in order.
    pub batches: Vec<Box<[u8]>>,
    /// The fields of the records as `Fields` writes them, batch after batch.
    pub fields: Vec<u8>,
}

/// Builds a list from stored records and packs it. The input is one byte for the kind of
/// the records, two for the size of the buffers, then each record after two bytes of
/// length; `None` for other bytes.
pub fn packed(bytes: &[u8]) -> Option<Packed> {
    let (&[kind, low, high], mut rest) = bytes.split_first_chunk()?;
    let capacity = usize::from(u16::from_le_bytes([low, high]));
    let mut records = Vec::new();
    while let Some((length, behind)) = rest.split_first_chunk() {
        let (record, behind) = behind.split_at_checked(u16::from_le_bytes(*length).into())?;
        records.push(record);
        rest = behind;
    }
    let (workspace, user) = (WorkspaceId::from_u64(7), UserId::from_bytes([7; 16]));
    let mut fields = Fields::default();
    let batches = match kind {
        1 => {
            let decode = |bytes: &[u8]| codec::decode_user("ann@ex.co", bytes).map(Arc::new);
            let users = decoded(&records, decode)?;
            for user in &users {
                fields.user(user);
            }
            pack(users, capacity)
        }
        2 => {
            let workspaces = decoded(&records, |bytes| codec::decode_workspace(workspace, bytes))?;
            for workspace in &workspaces {
                fields.workspace(workspace);
            }
            pack(workspaces, capacity)
        }
        3 => {
            let decode = |bytes: &[u8]| codec::decode_member(workspace, user, bytes);
            let members = decoded(&records, decode)?;
            for member in &members {
                fields.member(member);
            }
            pack(members, capacity)
        }
        4 => {
            let changes = decoded(&records, codec::decode_change)?;
            for change in &changes {
                fields.change(change);
            }
            pack(changes, capacity)
        }
        _ => return None,
    };
    Some(Packed {
        batches,
        fields: fields.0,
    })
}

/// A list of each kind that [`packed`] builds, of a small directory.
#[cfg(test)]
pub(super) fn examples() -> Vec<Vec<u8>> {
    use crate::codec::{put_change, put_member, put_user, put_workspace};
    use crate::directory::Directory;
    use crate::model::{NewUser, NewWorkspace};

    fn list<T>(
        kind: u8,
        records: &[T],
        put: impl Fn(&mut Vec<u8>, &T) -> crate::Result<()>,
    ) -> Vec<u8> {
        let mut list = vec![kind, 0, 0x10];
        for record in records {
            let mut bytes = Vec::new();
            put(&mut bytes, record).unwrap();
            list.extend(u16::try_from(bytes.len()).unwrap().to_le_bytes());
            list.extend(bytes);
        }
        list
    }
    let directory = Directory::in_memory().unwrap();
    let ann = NewUser::new("ann@ex.co")
        .given_name("Ann")
        .attribute("team", "a");
    let users = [ann, NewUser::new("bob@ex.co").username("bob")];
    let users = users.map(|user| directory.create_user(user).unwrap());
    let team = NewWorkspace::new("Team").owner("ann@ex.co");
    let team = directory.create_workspace(team).unwrap();
    let members = directory.members(team.id()).unwrap();
    let changes: Vec<Change> = directory.changes(0).unwrap().map(Result::unwrap).collect();
    vec![
        list(1, &users, |bytes, user| put_user(bytes, user)),
        list(2, &[team], put_workspace),
        list(3, &members, put_member),
        list(4, &changes, put_change),
    ]
}

fn decoded<T>(records: &[&[u8]], decode: impl Fn(&[u8]) -> crate::Result<T>) -> Option<Vec<T>> {
    records.iter().map(|record| decode(record).ok()).collect()
}

/// The fields of records in sequence: numbers as 8 bytes, little-endian, ids as 16 bytes,
/// texts as their length and bytes; optional fields are preceded by 1 or 0.
/// `fuzz/packed_fields.c` writes the same.
///
/// The meaning of kinds of events is checked by the tests of the C functions; this covers
/// the number of events and the users they concern.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn optional_text(&mut self, text: Option<&str>) {
        self.number(u64::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn optional_id(&mut self, id: Option<[u8; 16]>) {
        self.number(u64::from(id.is_some()));
        if let Some(id) = id {
            self.0.extend_from_slice(&id);
        }
    }

    fn user(&mut self, user: &User) {
        self.0.extend_from_slice(user.id().as_bytes());
        self.number(user.version());
        self.number(user.created_at().as_unix_micros());
        self.number(user.updated_at().as_unix_micros());
        let deactivated_at = user.deactivated_at();
        self.number(deactivated_at.map_or(0, Timestamp::as_unix_micros));
        self.number(u64::from(user.is_active()));
        self.number(u64::from(user.is_admin()));
        self.text(user.email().as_str());
        self.text(user.username());
        self.optional_text(user.given_name());
        self.optional_text(user.family_name());
        self.number(user.attributes().len() as u64);
        for (name, value) in user.attributes() {
            self.text(name);
            self.text(value);
        }
    }

    fn workspace(&mut self, workspace: &Workspace) {
        self.number(workspace.id().as_u64());
        self.number(workspace.version());
        self.number(workspace.created_at().as_unix_micros());
        self.number(workspace.updated_at().as_unix_micros());
        self.number(u64::from(workspace.is_archived()));
        self.optional_id(workspace.default_of().map(|id| *id.as_bytes()));
        self.text(workspace.name());
    }

    fn member(&mut self, member: &Member) {
        self.number(member.workspace().as_u64());
        self.0.extend_from_slice(member.user().as_bytes());
        self.number(member.since().as_unix_micros());
        self.number(member.version());
        self.number(match member.role() {
            crate::model::Role::Owner => 1,
            crate::model::Role::User => 2,
        });
    }

    fn change(&mut self, change: &Change) {
        self.number(change.sequence);
        self.number(change.at.as_unix_micros());
        self.optional_id(change.actor.map(|id| *id.as_bytes()));
        self.optional_id(change.request_id.map(|id| *id.as_bytes()));
        self.number(change.events.len() as u64);
    }
}
