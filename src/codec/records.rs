//! The records: the contents of each stored value, and their conversion to and from the
//! model.

use wincode::config::Configuration;
use wincode::int_encoding::{LittleEndian, VarInt};
use wincode::len::BincodeLen;
use wincode::{SchemaRead, SchemaWrite};

use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    BatchDigest, Change, License, Member, Outcome, Role, Timestamp, User, UserId, UsernameTexts,
    Workspace, WorkspaceId,
};

/// The largest collection that is decoded, in bytes of memory, so that a damaged length
/// can't exhaust the memory. A change of two million events fits.
const DECODED_BYTES_MAX: usize = 128 << 20;

/// The oldest readable format of a directory; earlier ones were never released.
const FORMAT_MIN: u32 = 3;

/// The only version of each record so far.
const V1: u8 = 1;

/// Fixed-size fields come first and texts last, so that a view can check all texts for
/// UTF-8 at once.
#[derive(SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub(super) struct UserRecord<'a> {
    pub(super) id: UserId,
    pub(super) version: u64,
    pub(super) created_at: Timestamp,
    /// Microseconds since `created_at`, wrapping; usually zero.
    pub(super) updated_after: u64,
    pub(super) deactivated_at: Option<Timestamp>,
    pub(super) active: bool,
    pub(super) admin: bool,
    /// The email as typed, if it differs from its key, which is in the row's key.
    pub(super) email: Option<&'a str>,
    /// The username, if it is not the email.
    pub(super) username: Option<UsernameRecord<'a>>,
    pub(super) given_name: Option<&'a str>,
    pub(super) family_name: Option<&'a str>,
    /// Pairs of provisioner and id.
    pub(super) external_ids: Vec<(&'a str, &'a str)>,
    pub(super) attributes: Vec<(&'a str, &'a str)>,
}

/// The key is stored, so that a newer Unicode version can't change it.
#[derive(Clone, Copy, Debug, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub(super) struct UsernameRecord<'a> {
    pub(super) typed: &'a str,
    /// The key, if it differs from the name as typed.
    pub(super) key: Option<&'a str>,
    /// The look of the key, if it differs from the key.
    pub(super) look: Option<&'a str>,
}

impl<'a> UsernameRecord<'a> {
    pub(super) fn of(name: UsernameTexts<'a>) -> Self {
        Self {
            typed: name.typed,
            key: name.other_key,
            look: name.look,
        }
    }

    pub(super) fn key(&self) -> &'a str {
        self.key.unwrap_or(self.typed)
    }

    pub(super) fn texts(self) -> UsernameTexts<'a> {
        UsernameTexts {
            typed: self.typed,
            other_key: self.key,
            look: self.look,
        }
    }
}

/// The entry of an id that was given to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub(crate) enum IdEntry<'a> {
    /// The user's email key.
    User(&'a str),
    /// The user was deleted; the id can't be used again until the change that deleted the
    /// user is trimmed.
    Deleted,
}

/// The license and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub(crate) struct LicenseEntry {
    pub(crate) license: License,
    pub(crate) version: u64,
}

/// The counters. They are updated in the same transaction as the records they count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub(crate) struct Totals {
    /// Active users.
    pub(crate) active: u64,
    /// Inactive users.
    pub(crate) inactive: u64,
    /// Active admins.
    pub(crate) active_admins: u64,
    /// Workspaces, archived ones included.
    pub(crate) workspaces: u64,
    /// The number of the latest change; 0 before the first.
    pub(crate) last_change: u64,
    /// The number of the latest change that was trimmed; 0 before the first.
    pub(crate) last_trimmed: u64,
    /// The workspace id drawn last; 0 before the first.
    pub(crate) last_workspace: u64,
    /// The time of the latest change, trimmed or not; no later one has an earlier time.
    pub(crate) last_at: Timestamp,
}

#[derive(SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub(super) struct WorkspaceRecord<'a> {
    pub(super) version: u64,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) archived: bool,
    pub(super) default_of: Option<UserId>,
    pub(super) name: &'a str,
    /// The key, if it differs from the name.
    pub(super) name_key: Option<&'a str>,
    pub(super) external_ids: Vec<(&'a str, &'a str)>,
}

#[derive(SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub(super) struct MembershipRecord {
    pub(super) role: Role,
    pub(super) since: Timestamp,
    pub(super) version: u64,
}

/// The outcome of a batch with a request id.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
pub(crate) struct RequestRecord {
    /// The number of its change.
    pub(crate) sequence: u64,
    /// The digest of the request: a different batch with the same id is refused.
    pub(crate) digest: BatchDigest,
    pub(crate) outcomes: Vec<Outcome>,
}

pub(super) type Format = Configuration<true, DECODED_BYTES_MAX, BincodeLen, LittleEndian, VarInt>;

/// The standard configuration of bincode 2.
pub(super) const STANDARD: Format = Configuration::default()
    .with_preallocation_size_limit::<DECODED_BYTES_MAX>()
    .with_varint_encoding();

pub(super) fn encode<T>(record: &T) -> Result<Vec<u8>>
where
    T: SchemaWrite<Format, Src = T>,
{
    let mut bytes = Vec::with_capacity(128);
    put(&mut bytes, record)?;
    Ok(bytes)
}

/// Appends the bytes of `record` to `out`.
fn put<T>(out: &mut Vec<u8>, record: &T) -> Result<()>
where
    T: SchemaWrite<Format, Src = T>,
{
    out.push(V1);
    wincode::config::serialize_into(out, record, STANDARD).map_err(|error| {
        Error::new(ErrorKind::TooLarge, "the record is too large to be stored").with_source(error)
    })
}

fn decode<'a, T>(what: &str, bytes: &'a [u8]) -> Result<T>
where
    T: SchemaRead<'a, Format, Dst = T>,
{
    wincode::config::deserialize_exact(body(what, bytes)?, STANDARD)
        .map_err(|error| Error::corrupted(format_args!("{what} is malformed")).with_source(error))
}

/// The part of a record after its version.
#[inline]
pub(super) fn body<'a>(what: &str, bytes: &'a [u8]) -> Result<&'a [u8]> {
    match bytes {
        [V1, record @ ..] => Ok(record),
        [newer, ..] if *newer > V1 => Err(unsupported(format_args!("{what} of version {newer}"))),
        _ => Err(Error::corrupted(format_args!("{what} is empty"))),
    }
}

fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::UnsupportedFormat,
        format!("the directory holds {what}, written by a newer release; open it with that one"),
    )
}

/// Appends the record of `user`.
pub(crate) fn put_user(out: &mut Vec<u8>, user: &User) -> Result<()> {
    let micros = Timestamp::as_unix_micros;
    let (email, texts) = (user.email(), user.texts.rest());
    let record = UserRecord {
        id: user.id,
        version: user.version,
        created_at: user.created_at,
        updated_after: micros(user.updated_at).wrapping_sub(micros(user.created_at)),
        deactivated_at: user.deactivated_at,
        active: user.active,
        admin: user.admin,
        email: Some(email.as_str()).filter(|typed| *typed != email.key()),
        username: texts.username.map(UsernameRecord::of),
        given_name: texts.given_name,
        family_name: texts.family_name,
        external_ids: texts.external_ids.iter().collect(),
        attributes: texts.attributes().iter().collect(),
    };
    put(out, &record)
}

/// Appends the entry of an id.
pub(crate) fn put_id(out: &mut Vec<u8>, entry: &IdEntry<'_>) -> Result<()> {
    put(out, entry)
}

pub(crate) fn decode_id(bytes: &[u8]) -> Result<IdEntry<'_>> {
    decode("an id", bytes)
}

pub(crate) fn encode_totals(totals: &Totals) -> Result<Vec<u8>> {
    encode(totals)
}

/// Appends the counters.
pub(crate) fn put_totals(out: &mut Vec<u8>, totals: &Totals) -> Result<()> {
    put(out, totals)
}

pub(crate) fn decode_totals(bytes: &[u8]) -> Result<Totals> {
    decode("the totals", bytes)
}

/// Appends the record of `workspace`.
pub(crate) fn put_workspace(out: &mut Vec<u8>, workspace: &Workspace) -> Result<()> {
    let record = WorkspaceRecord {
        version: workspace.version,
        created_at: workspace.created_at,
        updated_at: workspace.updated_at,
        archived: workspace.archived,
        default_of: workspace.default_of,
        name: &workspace.name,
        name_key: Some(workspace.name_key.as_str()).filter(|key| *key != workspace.name),
        external_ids: workspace.external_ids().collect(),
    };
    put(out, &record)
}

pub(crate) fn decode_workspace(id: WorkspaceId, bytes: &[u8]) -> Result<Workspace> {
    let record: WorkspaceRecord<'_> = decode("a workspace", bytes)?;
    Ok(Workspace {
        id,
        name: record.name.to_owned(),
        name_key: record.name_key.unwrap_or(record.name).to_owned(),
        archived: record.archived,
        default_of: record.default_of,
        external_ids: record.external_ids.into_iter().collect(),
        created_at: record.created_at,
        updated_at: record.updated_at,
        version: record.version,
    })
}

/// Appends the record of `member`.
pub(crate) fn put_member(out: &mut Vec<u8>, member: &Member) -> Result<()> {
    let record = MembershipRecord {
        role: member.role,
        since: member.since,
        version: member.version,
    };
    put(out, &record)
}

pub(crate) fn decode_member(workspace: WorkspaceId, user: UserId, bytes: &[u8]) -> Result<Member> {
    let MembershipRecord {
        role,
        since,
        version,
    } = decode("a membership", bytes)?;
    Ok(Member {
        workspace,
        user,
        role,
        since,
        version,
    })
}

/// Appends the outcome of a request.
pub(crate) fn put_request(out: &mut Vec<u8>, request: &RequestRecord) -> Result<()> {
    put(out, request)
}

pub(crate) fn decode_request(bytes: &[u8]) -> Result<RequestRecord> {
    decode("a request", bytes)
}

pub(crate) fn encode_license(entry: &LicenseEntry) -> Result<Vec<u8>> {
    encode(entry)
}

/// Appends the license.
pub(crate) fn put_license(out: &mut Vec<u8>, entry: &LicenseEntry) -> Result<()> {
    put(out, entry)
}

pub(crate) fn decode_license(bytes: &[u8]) -> Result<LicenseEntry> {
    decode("the license", bytes)
}

/// Appends the record of `change`.
pub(crate) fn put_change(out: &mut Vec<u8>, change: &Change) -> Result<()> {
    put(out, change)
}

pub(crate) fn decode_change(bytes: &[u8]) -> Result<Change> {
    decode("a change", bytes)
}

pub(crate) fn encode_format(format: u32) -> Result<Vec<u8>> {
    encode(&format)
}

/// Checks that this release can read the format, and returns it.
pub(crate) fn decode_format(bytes: &[u8]) -> Result<u32> {
    let format = decode("the format", bytes)?;
    if format > super::FORMAT {
        return Err(unsupported(format_args!(
            "format {format}, and this release reads up to {}",
            super::FORMAT
        )));
    }
    if format < FORMAT_MIN {
        return Err(Error::new(
            ErrorKind::UnsupportedFormat,
            format!(
                "the directory has format {format} of a preview, and this release reads from \
                 {FORMAT_MIN} on; export it with that preview and import the export"
            ),
        ));
    }
    Ok(format)
}
