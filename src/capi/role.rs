//! The roles of members.

use super::call_error::CallError;
use crate::model::Role;

/// What a member may do in a workspace. Passed as int32_t.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcRole {
    /// Any role, for hc_query_set_member_of(); nobody has it.
    Any = 0,
    /// Decides about the workspace and its members.
    Owner = 1,
    /// Works in it.
    User = 2,
}

impl HcRole {
    pub(super) fn of(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::User => Self::User,
        }
    }

    /// The role for a number from C; `None` for any.
    pub(super) fn parse_or_any(role: i32) -> Result<Option<Role>, CallError> {
        match role {
            role if role == Self::Any as i32 => Ok(None),
            _ => Self::parse(role).map(Some),
        }
    }

    /// The role for a number from C.
    pub(super) fn parse(role: i32) -> Result<Role, CallError> {
        match role {
            role if role == Self::Owner as i32 => Ok(Role::Owner),
            role if role == Self::User as i32 => Ok(Role::User),
            _ => Err(CallError::argument(format!(
                "{role} is not a role; use HC_ROLE_OWNER or HC_ROLE_USER"
            ))),
        }
    }
}
