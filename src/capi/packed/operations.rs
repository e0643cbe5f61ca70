//! Reads packed operations, which `docs/packed.md` describes.
//!
//! An operation is a list of fields, each with its name and length. So operations can be
//! written without knowing what follows, and later releases can add fields. Unknown fields are
//! refused: an operation without its condition is a different operation.

mod fields;

use self::fields::{OperationFields, Wrong};
use super::{HEADER_BYTES, PackedKind, VERSION};
use crate::capi::call_error::CallError;
use crate::capi::license::HcLicense;
use crate::capi::operation::{HcOpField as F, HcOperation};
use crate::capi::role::HcRole;
use crate::model::{
    Batch, NewUser, NewWorkspace, Op, Role, Timestamp, UserRef, UserUpdate, WorkspaceId,
    WorkspaceRef, check_door,
};

/// Bytes of an operation before its fields.
const OPERATION_BYTES: usize = 8;

/// The batch of the operations in `bytes`, which will follow `before` others.
pub(in crate::capi) fn read(bytes: &[u8], before: usize) -> Result<Batch, CallError> {
    let mut batch = Batch::new();
    let (mut rest, records) = open(bytes)?;
    for number in 0..records {
        let which = Which { number, records };
        let (operation, fields, behind) = split(rest).ok_or_else(|| which.malformed())?;
        let at = before + batch.len();
        batch = append(batch, operation, fields).map_err(|wrong| which.refused(wrong, at))?;
        rest = behind;
    }
    if rest.is_empty() {
        Ok(batch)
    } else {
        Err(CallError::argument(format!(
            "{} bytes follow the last packed operation",
            rest.len()
        )))
    }
}

/// The bytes after the header, and the number of operations in them.
fn open(bytes: &[u8]) -> Result<(&[u8], u32), CallError> {
    let number = |at: usize| {
        let bytes = bytes.get(at..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    let opened = || {
        let is_known = bytes.get(..4)? == [b'h', b'c', VERSION, PackedKind::Operations as u8];
        let (start, end) = (number(4)? as usize, number(8)? as usize);
        let body = bytes.get(start..)?;
        (is_known && start >= HEADER_BYTES && end == bytes.len()).then_some((body, number(12)?))
    };
    opened().ok_or_else(|| {
        CallError::argument(format!(
            "the {} bytes are not packed operations of version {VERSION}",
            bytes.len()
        ))
    })
}

/// The first operation, its fields, and the bytes after it.
fn split(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let length = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
    let (record, behind) = bytes.split_at_checked(length)?;
    let operation = u16::from_le_bytes(*record.get(4..)?.first_chunk()?);
    let reserved = u16::from_le_bytes(*record.get(6..)?.first_chunk()?);
    (reserved == 0).then_some((operation, record.get(OPERATION_BYTES..)?, behind))
}

/// The operation that an error concerns.
struct Which {
    number: u32,
    records: u32,
}

impl Which {
    fn malformed(&self) -> CallError {
        CallError::argument(self.named("it does not end where the bytes say"))
    }

    fn refused(&self, wrong: Wrong, at: usize) -> CallError {
        match wrong {
            Wrong::Refused(CallError::Library(error)) => CallError::Library(error.at_op(at)),
            // A call with one operation needs no number.
            Wrong::Refused(refusal) if self.records == 1 => refusal,
            Wrong::Refused(CallError::Call(status, message)) => {
                CallError::Call(status, self.named(&message).into())
            }
            Wrong::Refused(other) => other,
            Wrong::Packed(message) => CallError::argument(self.named(&message)),
        }
    }

    fn named(&self, message: &str) -> String {
        match self.records {
            1 => format!("the packed operation: {message}"),
            _ => format!("packed operation {}: {message}", self.number),
        }
    }
}

/// Appends one operation.
fn append(mut batch: Batch, operation: u16, bytes: &[u8]) -> Result<Batch, Wrong> {
    let known = HcOperation::ALL
        .into_iter()
        .find(|known| *known as i32 == i32::from(operation))
        .ok_or_else(|| Wrong::Packed(format!("{operation} is not one of HC_OPERATION_*")))?;
    let mut fields = OperationFields::parse(bytes)?;
    if known == HcOperation::Settings {
        batch = settings(batch, &mut fields)?;
    } else {
        let if_version = fields.number(F::IfVersion)?;
        batch.push(op(known, &mut fields)?);
        if let Some(version) = if_version {
            batch = batch.if_version(version);
        }
    }
    fields.finish()?;
    Ok(batch)
}

fn settings(mut batch: Batch, fields: &mut OperationFields<'_>) -> Result<Batch, Wrong> {
    if let Some(id) = fields.id(F::RequestId)? {
        batch = batch.request_id(*id.as_bytes());
    }
    if let Some(actor) = fields.id(F::Actor)? {
        batch = batch.actor(actor);
    }
    if let Some(door) = fields.text(F::Door)? {
        let door = door.unwrap_or_default();
        check_door(door).map_err(|error| CallError::argument(error.to_string()))?;
        batch = batch.door(door);
    }
    let allow_ownerless = fields.flag(F::AllowOwnerless)?.unwrap_or(false);
    Ok(batch.allow_ownerless(allow_ownerless))
}

fn op(operation: HcOperation, fields: &mut OperationFields<'_>) -> Result<Op, Wrong> {
    use HcOperation as O;
    Ok(match operation {
        O::CreateUser => Op::CreateUser(new_user(fields)?),
        O::UpdateUser => Op::UpdateUser(user(fields)?, update(fields)?),
        O::ActivateUser => Op::ActivateUser(user(fields)?),
        O::DeactivateUser => Op::DeactivateUser(user(fields)?),
        O::DeleteUser => Op::DeleteUser(user(fields)?),
        O::SetLicense => {
            let kind = fields.required_number(F::License)?;
            let seats = fields.number(F::Seats)?.unwrap_or_default();
            Op::SetLicense(HcLicense::parse(small(kind), seats)?)
        }
        O::CreateWorkspace => {
            let name = fields.required_text(F::Name)?;
            let mut workspace = NewWorkspace::new(name);
            if let Some(owner) = optional_user(fields)? {
                workspace = workspace.owner(owner);
            }
            for (provisioner, id) in fields.external_ids()? {
                if let Some(id) = id {
                    workspace = workspace.external_id(provisioner, id);
                }
            }
            Op::CreateWorkspace(workspace)
        }
        O::DefaultWorkspace => Op::DefaultWorkspace(user(fields)?),
        O::RenameWorkspace => {
            let name = fields.required_text(F::Name)?;
            Op::RenameWorkspace(workspace(fields)?, name.to_owned())
        }
        O::ArchiveWorkspace => Op::ArchiveWorkspace(workspace(fields)?),
        O::RestoreWorkspace => Op::RestoreWorkspace(workspace(fields)?),
        O::DeleteWorkspace => Op::DeleteWorkspace(workspace(fields)?),
        O::AddMember => Op::AddMember(workspace(fields)?, user(fields)?, role(fields)?),
        O::SetRole => Op::SetRole(workspace(fields)?, user(fields)?, role(fields)?),
        O::RemoveMember => Op::RemoveMember(workspace(fields)?, user(fields)?),
        O::SetWorkspaceExternalId => {
            let workspace = workspace(fields)?;
            let provisioner = fields.required_text(F::Provisioner)?.to_owned();
            let id = fields
                .text(F::ExternalId)?
                .ok_or_else(|| Wrong::missing(F::ExternalId))?;
            Op::SetWorkspaceExternalId(workspace, provisioner, id.map(str::to_owned))
        }
        O::Settings => return Err(Wrong::Packed("settings are not an operation".to_owned())),
    })
}

fn new_user(fields: &mut OperationFields<'_>) -> Result<NewUser, Wrong> {
    let mut user = NewUser::new(fields.required_text(F::Email)?);
    if let Some(id) = fields.id(F::UserId)? {
        user = user.id(id);
    }
    // An absent field counts as not given.
    if let Some(Some(username)) = fields.text(F::Username)? {
        user = user.username(username);
    }
    if let Some(Some(name)) = fields.text(F::GivenName)? {
        user = user.given_name(name);
    }
    if let Some(Some(name)) = fields.text(F::FamilyName)? {
        user = user.family_name(name);
    }
    if let Some(active) = fields.flag(F::Active)? {
        user = user.active(active);
    }
    if let Some(admin) = fields.flag(F::Admin)? {
        user = user.admin(admin);
    }
    if let Some(micros) = fields.number(F::CreatedAt)? {
        user = user.created_at(Timestamp::from_unix_micros(micros)?);
    }
    for (name, value) in fields.attributes()? {
        if let Some(value) = value {
            user = user.attribute(name, value);
        }
    }
    for (provisioner, id) in fields.external_ids()? {
        if let Some(id) = id {
            user = user.external_id(provisioner, id);
        }
    }
    user.check()?;
    Ok(user)
}

fn update(fields: &mut OperationFields<'_>) -> Result<UserUpdate, Wrong> {
    let mut update = UserUpdate::new();
    if let Some(email) = fields.text(F::Email)? {
        update = update.email(email.unwrap_or_default());
    }
    if let Some(username) = fields.text(F::Username)? {
        update = update.username(username);
    }
    if let Some(name) = fields.text(F::GivenName)? {
        update = update.given_name(name);
    }
    if let Some(name) = fields.text(F::FamilyName)? {
        update = update.family_name(name);
    }
    if let Some(admin) = fields.flag(F::Admin)? {
        update = update.admin(admin);
    }
    if fields.flag(F::ReplaceAttributes)? == Some(true) {
        update = update.replace_attributes(true);
    }
    for (name, value) in fields.attributes()? {
        update = update.attribute(name, value);
    }
    for (provisioner, id) in fields.external_ids()? {
        update = update.external_id(provisioner, id);
    }
    update.check()?;
    Ok(update)
}

fn user(fields: &mut OperationFields<'_>) -> Result<UserRef, Wrong> {
    optional_user(fields)?
        .ok_or_else(|| Wrong::Packed("it needs a user, by text or by id".to_owned()))
}

fn optional_user(fields: &mut OperationFields<'_>) -> Result<Option<UserRef>, Wrong> {
    if let Some(id) = fields.id(F::UserId)? {
        return Ok(Some(id.into()));
    }
    Ok(fields.text(F::User)?.flatten().map(UserRef::from))
}

fn workspace(fields: &mut OperationFields<'_>) -> Result<WorkspaceRef, Wrong> {
    if let Some(number) = fields.number(F::Workspace)? {
        return Ok(WorkspaceId::from_u64(number).into());
    }
    let name = fields.text(F::WorkspaceName)?.flatten();
    name.map(WorkspaceRef::from)
        .ok_or_else(|| Wrong::Packed("it needs a workspace, by id or by name".to_owned()))
}

fn role(fields: &mut OperationFields<'_>) -> Result<Role, Wrong> {
    Ok(HcRole::parse(small(fields.required_number(F::Role)?))?)
}

/// The number of an enum; -1 for one that is too large.
fn small(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(-1)
}
