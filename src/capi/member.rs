//! Reading memberships.

use std::ffi::c_char;
use std::sync::Mutex;

use super::arguments::{self, Out, SizedStruct};
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::lock;
use super::packed::Ahead;
use super::role::HcRole;
use super::status::HcStatus;
use super::users::named;
use crate::model::{Member, WorkspaceId};

/// The membership of a user in a workspace. Initialize it with #HC_MEMBER_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcMember {
    /// Set by #HC_MEMBER_INIT.
    pub struct_size: u32,
    /// The role: one of HC_ROLE_*.
    pub role: i32,
    /// The id of the workspace.
    pub workspace: u64,
    /// The id of the user.
    pub user: [u8; 16],
    /// When the user was added.
    pub since_micros: u64,
    /// The version of the membership: 1 when the user is added, incremented by each change.
    pub version: u64,
}

// There is no padding, so the layout is the same for every compiler.
const _: () = assert!(size_of::<HcMember>() == 48 && align_of::<HcMember>() <= 8);

impl From<&Member> for HcMember {
    fn from(member: &Member) -> Self {
        Self {
            struct_size: 0,
            role: HcRole::of(member.role()) as i32,
            workspace: member.workspace().as_u64(),
            user: *member.user().as_bytes(),
            since_micros: member.since().as_unix_micros(),
            version: member.version(),
        }
    }
}

/// Memberships as they were at one moment: a copy that later changes don't affect.
pub struct HcMembers {
    latch: Latch,
    members: Vec<Member>,
    batches: Mutex<BatchPosition>,
}

/// The position of the batches.
#[derive(Default)]
struct BatchPosition {
    next: usize,
    ahead: Ahead<Member>,
}

impl Handle for HcMembers {
    const NAME: &'static str = "members";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcMembers {
    fn hand_over(members: Vec<Member>) -> *mut Self {
        guard::hand_over(Self {
            latch: Latch::of_any_process(),
            members,
            batches: Mutex::default(),
        })
    }
}

/// Lists the members of a workspace: owners first, then users, each ordered by email. To read a
/// large workspace a page at a time, use hc_query_set_member_of().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspace_list_members(
    directory: *const HcDirectory,
    workspace: u64,
    members: *mut *mut HcMembers,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("members", members)?;
            let workspace = WorkspaceId::from_u64(workspace);
            let found = directory.directory.members(workspace)?;
            made.write(HcMembers::hand_over(found));
            Ok(())
        })
    }
}

/// Lists the workspaces of a user, as memberships with the role in each, ordered by id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_list_workspaces(
    directory: *const HcDirectory,
    who: *const c_char,
    who_len: usize,
    members: *mut *mut HcMembers,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the text has its
    // length.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("members", members)?;
            let who = named("who", who, who_len)?;
            let found = directory.directory.workspaces_of(who)?;
            made.write(HcMembers::hand_over(found));
            Ok(())
        })
    }
}

/// @return How many memberships are in the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_members_count(members: *const HcMembers) -> usize {
    // SAFETY: by the contract, `members` is NULL or live.
    unsafe { guard::ask(members, 0, |members| Some(members.members.len())) }
}

/// Reads one of the memberships.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_members_get(
    members: *const HcMembers,
    index: usize,
    member: *mut HcMember,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `member` has as
    // many bytes as it says.
    unsafe {
        guard::call(members, error, |members| {
            let bytes_min = size_of::<HcMember>();
            let place = SizedStruct::new("member", "HC_MEMBER_INIT", member, bytes_min)?;
            let found = arguments::element(&members.members, index)?;
            place.write(&found.into());
            Ok(())
        })
    }
}

/// Reads the next memberships as packed records. Each call continues where the last one ended,
/// independently of hc_members_get().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_members_next_batch(
    members: *mut HcMembers,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `buffer` has its
    // capacity.
    unsafe {
        guard::call(members, error, |members| {
            let (buffer, done) = arguments::filling(buffer, capacity, written)?;
            let BatchPosition { next, ahead } = &mut *lock(&members.batches);
            let bytes = ahead.pack(buffer, || {
                let member = members.members.get(*next)?;
                *next += 1;
                Some(Ok(member.clone()))
            })?;
            done.write(bytes);
            Ok(())
        })
    }
}

/// Frees memberships.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_members_free(members: *mut HcMembers) {
    // SAFETY: by the contract, `members` is NULL or live, and given up.
    unsafe { guard::free(members) }
}
