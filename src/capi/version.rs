//! The version of the library.

use std::ffi::c_char;

use super::guard;

/// The version of this header's ABI; compare it with hc_abi_version() of a loaded library. It
/// is incremented only when programs must be recompiled.
pub const HC_ABI_VERSION: u32 = 1;

/// @return The version of the library's ABI. A program or binding compiled with this header works
///        with any library that returns #HC_ABI_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn hc_abi_version() -> u32 {
    guard::plain(0, || HC_ABI_VERSION)
}

/// @return The version of the library as a number that can be compared: major * 1000000 + minor *
///        1000 + patch, so 1002003 is 1.2.3.
#[unsafe(no_mangle)]
pub extern "C" fn hc_version_number() -> u32 {
    guard::plain(0, || {
        let [major, minor, patch] = [
            env!("CARGO_PKG_VERSION_MAJOR"),
            env!("CARGO_PKG_VERSION_MINOR"),
            env!("CARGO_PKG_VERSION_PATCH"),
        ]
        .map(|part| part.parse().unwrap_or(0_u32));
        major * 1_000_000 + minor * 1_000 + patch
    })
}

/// @return The version of the library, such as "0.1.0": a constant text, not to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn hc_version_string() -> *const c_char {
    guard::plain(std::ptr::null(), || {
        concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[test]
    fn number_and_text_say_the_same() {
        // SAFETY: the function returns a NUL-terminated text.
        let text = unsafe { CStr::from_ptr(hc_version_string()) }
            .to_str()
            .unwrap();
        let mut parts = text
            .split(['.', '-'])
            .map(|part| part.parse::<u32>().unwrap());
        let mut next = || parts.next().unwrap();
        assert_eq!(
            hc_version_number(),
            next() * 1_000_000 + next() * 1_000 + next()
        );
    }
}
