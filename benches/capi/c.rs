//! The C side: calls the functions through pointers, so that the compiler can't inline them, with
//! the checks of a careful C program.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    reason = "it is C's side of the C ABI, in a benchmark"
)]

use std::ffi::{c_char, c_void};
use std::hint::black_box;
use std::path::Path;
use std::ptr::{null, null_mut};

use headcount::capi::{
    HcApplied, HcCursor, HcDirectory, HcError, HcFeed, HcSeats, HcStatus, HcUser, HcUserKey,
    hc_abi_version, hc_applied_free, hc_applied_sequence, hc_batch_free, hc_batch_new,
    hc_cursor_free, hc_cursor_next, hc_cursor_next_batch, hc_directory_apply, hc_directory_follow,
    hc_directory_free, hc_directory_get_seats, hc_directory_list_users, hc_directory_open,
    hc_feed_free, hc_feed_position, hc_user_email, hc_user_free, hc_user_get_by, hc_user_is_active,
};
use headcount::{Directory, UserId};

type Failure = *mut *mut HcError;
type Found = *mut *mut HcUser;

/// A directory's handle in C.
pub struct C {
    directory: *mut HcDirectory,
    get_by: unsafe extern "C" fn(
        *const HcDirectory,
        i32,
        *const c_void,
        usize,
        Found,
        Failure,
    ) -> HcStatus,
    get_seats: unsafe extern "C" fn(*const HcDirectory, *mut HcSeats, Failure) -> HcStatus,
    email: unsafe extern "C" fn(*const HcUser) -> *const c_char,
    is_active: unsafe extern "C" fn(*const HcUser) -> i32,
    free: unsafe extern "C" fn(*mut HcUser),
}

/// A handle on a user; NULL for nobody.
#[derive(Clone, Copy)]
pub struct User(*mut HcUser);

impl C {
    /// Opens the directory in a file.
    pub fn open(path: &Path) -> Self {
        let path = path.to_str().unwrap().as_bytes();
        let mut directory = null_mut();
        let (bytes, length) = (path.as_ptr().cast(), path.len());
        // SAFETY: the path has its length and the place can be written to.
        let status =
            unsafe { hc_directory_open(bytes, length, null(), &raw mut directory, null_mut()) };
        check(status);
        Self {
            directory,
            get_by: black_box(hc_user_get_by),
            get_seats: black_box(hc_directory_get_seats),
            email: black_box(hc_user_email),
            is_active: black_box(hc_user_is_active),
            free: black_box(hc_user_free),
        }
    }

    /// The same directory for Rust.
    pub fn as_rust(&self) -> Directory {
        // SAFETY: the handle is live.
        unsafe { &*self.directory }.as_rust().clone()
    }

    pub fn get_by_email(&self, email: &str) -> User {
        let (mut user, mut error) = (null_mut(), null_mut());
        let (kind, bytes, length) = (HcUserKey::Email as i32, email.as_ptr().cast(), email.len());
        // SAFETY: the text has its length, and the places can be written to.
        check(unsafe {
            (self.get_by)(
                self.directory,
                kind,
                bytes,
                length,
                &raw mut user,
                &raw mut error,
            )
        });
        User(user)
    }

    pub fn get_by_id(&self, id: &UserId) -> User {
        let (mut user, mut error) = (null_mut(), null_mut());
        let (kind, bytes) = (HcUserKey::Id as i32, id.as_bytes().as_ptr().cast());
        // SAFETY: an id has 16 bytes, and the places can be written to.
        check(unsafe {
            (self.get_by)(
                self.directory,
                kind,
                bytes,
                16,
                &raw mut user,
                &raw mut error,
            )
        });
        User(user)
    }

    pub fn email(&self, user: User) -> *const c_char {
        // SAFETY: users are used until they are freed.
        unsafe { (self.email)(user.0) }
    }

    pub fn is_active(&self, user: User) -> bool {
        // SAFETY: users are used until they are freed.
        unsafe { (self.is_active)(user.0) == 1 }
    }

    pub fn free(&self, user: User) {
        // SAFETY: users are freed once.
        unsafe { (self.free)(user.0) };
    }

    pub fn seats(&self) -> HcSeats {
        // SAFETY: it is plain data, for which zeros are valid.
        let mut seats: HcSeats = unsafe { std::mem::zeroed() };
        seats.struct_size = u32::try_from(size_of::<HcSeats>()).unwrap();
        let mut error = null_mut();
        // SAFETY: the places can be written to.
        check(unsafe { (self.get_seats)(self.directory, &raw mut seats, &raw mut error) });
        seats
    }

    /// The lengths of the emails of all users, read from packed batches as
    /// `headcount_packed.h` does, and how many users there are.
    pub fn list_packed(&self, buffer: &mut [u8]) -> (usize, usize) {
        let number = |at: usize, buffer: &[u8]| {
            let bytes = buffer[at..at + 4].try_into().unwrap();
            usize::try_from(u32::from_le_bytes(bytes)).unwrap()
        };
        let cursor = self.list();
        let (mut users, mut emails) = (0, 0);
        loop {
            let mut written = 0;
            let (place, capacity) = (buffer.as_mut_ptr(), buffer.len());
            // SAFETY: the cursor is live and the buffer has its length.
            check(unsafe {
                hc_cursor_next_batch(cursor, place, capacity, &raw mut written, null_mut())
            });
            if written == 0 {
                break;
            }
            let mut at = number(4, buffer);
            while at < written {
                users += 1;
                emails += number(at + 52, buffer);
                at += number(at, buffer);
            }
        }
        // SAFETY: the cursor is freed once.
        unsafe { hc_cursor_free(cursor) };
        (users, emails)
    }

    /// Visits all users, one handle after the other.
    pub fn list_handles(&self, mut visit: impl FnMut(User)) {
        let cursor = self.list();
        loop {
            let mut user = null_mut();
            // SAFETY: the cursor is live and the place can be written to.
            check(unsafe { hc_cursor_next(cursor, &raw mut user, null_mut()) });
            if user.is_null() {
                break;
            }
            visit(User(user));
            self.free(User(user));
        }
        // SAFETY: the cursor is freed once.
        unsafe { hc_cursor_free(cursor) };
    }

    fn list(&self) -> *mut HcCursor {
        let mut cursor = null_mut();
        // SAFETY: the directory is live and the place can be written to.
        check(unsafe { hc_directory_list_users(self.directory, &raw mut cursor, null_mut()) });
        cursor
    }
}

/// Handles for calls that do almost nothing, so that the cost of the guard shows.
pub struct Guarded {
    applied: *mut HcApplied,
    feed: *mut HcFeed,
    abi_version: extern "C" fn() -> u32,
    sequence: unsafe extern "C" fn(*const HcApplied) -> u64,
    position: unsafe extern "C" fn(*const HcFeed) -> u64,
}

impl Guarded {
    pub fn new(c: &C) -> Self {
        let (mut applied, mut feed) = (null_mut(), null_mut());
        // SAFETY: the directory is live, the batch is freed once, and the places can be
        // written to.
        unsafe {
            let batch = hc_batch_new();
            check(hc_directory_apply(
                c.directory,
                batch,
                &raw mut applied,
                null_mut(),
            ));
            hc_batch_free(batch);
            check(hc_directory_follow(
                c.directory,
                0,
                &raw mut feed,
                null_mut(),
            ));
        }
        Self {
            applied,
            feed,
            abi_version: black_box(hc_abi_version),
            sequence: black_box(hc_applied_sequence),
            position: black_box(hc_feed_position),
        }
    }

    /// Only catches panics.
    pub fn catching(&self) -> u32 {
        (self.abi_version)()
    }

    /// Also checks whether the handle is poisoned.
    pub fn and_poison(&self) -> u64 {
        // SAFETY: the handle is live.
        unsafe { (self.sequence)(self.applied) }
    }

    /// Also checks whether this is the handle's process.
    pub fn and_process(&self) -> u64 {
        // SAFETY: the handle is live.
        unsafe { (self.position)(self.feed) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: they are freed once.
        unsafe {
            hc_applied_free(self.applied);
            hc_feed_free(self.feed);
        }
    }
}

impl Drop for C {
    fn drop(&mut self) {
        // SAFETY: it is freed once.
        unsafe { hc_directory_free(self.directory) };
    }
}

fn check(status: HcStatus) {
    assert!(status == HcStatus::Ok, "the call failed");
}
