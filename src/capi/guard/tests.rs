//! A panic can't be provoked through the header, so the guard is tested here.

use std::ptr::{null, null_mut};

use super::*;
use crate::capi::*;
use crate::model::User;

fn directory() -> *mut HcDirectory {
    let mut directory = null_mut();
    // SAFETY: the place can be written to.
    let status = unsafe { hc_directory_open_in_memory(null(), &raw mut directory, null_mut()) };
    assert_eq!(status, HcStatus::Ok);
    directory
}

#[test]
fn a_panic_poisons_the_handle() {
    let directory = directory();
    let mut error = null_mut();
    // SAFETY: the handles are live, the places can be written to, and everything
    // is freed once.
    unsafe {
        let email = b"steve@ex.co";
        let create = |error| {
            let bytes = email.as_ptr().cast();
            hc_user_create(directory, bytes, email.len(), null(), null_mut(), error)
        };
        assert_eq!(create(&raw mut error), HcStatus::Ok);
        assert!(error.is_null());

        let status = call(directory, &raw mut error, |_| -> Result<(), CallError> {
            panic!("a bug")
        });
        assert_eq!(status, HcStatus::Internal);
        assert_eq!(hc_error_status(error), HcStatus::Internal);
        hc_error_free(error);

        assert_eq!(create(&raw mut error), HcStatus::Poisoned);
        assert_eq!(hc_error_status(error), HcStatus::Poisoned);
        hc_error_free(error);
        assert_eq!(create(null_mut()), HcStatus::Poisoned);
        assert_eq!(
            hc_directory_verify(directory, null_mut(), null_mut()),
            HcStatus::Poisoned
        );

        assert_eq!(hc_directory_close(directory, null_mut()), HcStatus::Ok);
        hc_directory_free(directory);
    }
}

#[test]
fn a_panic_while_reading_gives_the_absent_answer() {
    let mut user = null_mut();
    // SAFETY: the handles are live, the place can be written to, and everything is
    // freed once.
    unsafe {
        let directory = directory();
        let email = b"steve@ex.co";
        let bytes = email.as_ptr().cast();
        let place = &raw mut user;
        let status = hc_user_create(directory, bytes, email.len(), null(), place, null_mut());
        assert_eq!(status, HcStatus::Ok);
        assert_eq!(hc_user_is_active(user), 1);
        let bug = |_: &User| -> Option<i32> { panic!("a bug") };
        assert_eq!(read(user.cast::<User>(), 7, bug), 7);
        // A user never changes, so nothing can be half done.
        assert_eq!(hc_user_is_active(user), 1);
        let bug = |_: &HcDirectory| -> Option<i32> { panic!("a bug") };
        assert_eq!(ask(directory, 7, bug), 7);
        assert_eq!(
            hc_directory_verify(directory, null_mut(), null_mut()),
            HcStatus::Poisoned
        );
        hc_user_free(user);
        hc_directory_free(directory);
    }
}

#[test]
fn a_panic_without_a_handle_is_reported() {
    // SAFETY: no error is wanted.
    let status = unsafe { start(null_mut(), || -> Result<(), CallError> { panic!("a bug") }) };
    assert_eq!(status, HcStatus::Internal);
    assert_eq!(plain(7, || -> i32 { panic!("a bug") }), 7);
}
