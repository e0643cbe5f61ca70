//! Listing workspaces.

use std::sync::Mutex;

use super::arguments::{self, Out};
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::lock;
use super::packed::Ahead;
use super::status::HcStatus;
use super::workspace::HcWorkspace;
use crate::directory::Workspaces;
use crate::model::Workspace;

/// All workspaces as they were at one moment, read one by one or in batches. Like an
/// hc_cursor, it holds that state of the directory while it lives: read on or free it.
pub struct HcWorkspaces {
    latch: Latch,
    reading: Mutex<Reading>,
}

struct Reading {
    workspaces: Workspaces,
    ahead: Ahead<Workspace>,
}

impl Handle for HcWorkspaces {
    const NAME: &'static str = "workspaces";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

/// Lists all workspaces, archived ones included, ordered by id, as they are now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_list_workspaces(
    directory: *const HcDirectory,
    workspaces: *mut *mut HcWorkspaces,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("workspaces", workspaces)?;
            let reading = Reading {
                workspaces: directory.directory.workspaces()?,
                ahead: Ahead::default(),
            };
            made.write(guard::hand_over(HcWorkspaces {
                latch: Latch::of_this_process(),
                reading: Mutex::new(reading),
            }));
            Ok(())
        })
    }
}

/// Reads the next workspace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspaces_next(
    workspaces: *mut HcWorkspaces,
    found: *mut *mut HcWorkspace,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(workspaces, error, |workspaces| {
            let made = Out::required("found", found)?;
            let Reading { workspaces, ahead } = &mut *lock(&workspaces.reading);
            workspaces.check()?;
            let next = ahead.next(|| workspaces.next()).map_err(CallError::from);
            made.write(HcWorkspace::hand_over_or_null(ahead.stay_failed(next)?));
            Ok(())
        })
    }
}

/// Reads the next workspaces as packed records.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspaces_next_batch(
    workspaces: *mut HcWorkspaces,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `buffer` has its
    // capacity.
    unsafe {
        guard::call(workspaces, error, |workspaces| {
            let (buffer, done) = arguments::filling(buffer, capacity, written)?;
            let Reading { workspaces, ahead } = &mut *lock(&workspaces.reading);
            workspaces.check()?;
            let packed = ahead.pack(buffer, || workspaces.next());
            done.write(ahead.stay_failed(packed)?);
            Ok(())
        })
    }
}

/// Frees a list of workspaces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_workspaces_free(workspaces: *mut HcWorkspaces) {
    // SAFETY: by the contract, `workspaces` is NULL or live, and given up.
    unsafe { guard::free(workspaces) }
}
