//! The headers compile without warnings in every standard of C and C++, alone and included twice.

use std::process::Command;

use crate::tools;

/// Uses each macro, passes texts and ids without casts, and includes the headers twice and first.
const PROGRAM: &str = r#"
#include "headcount.h"
#include "headcount.h"
#include "headcount_packed.h"
#include "headcount_packed.h"
int use(const hc_directory *directory);
int use(const hc_directory *directory)
{
    hc_seats seats = HC_SEATS_INIT;
    hc_member member = HC_MEMBER_INIT;
    hc_outcome outcome = HC_OUTCOME_INIT;
    hc_packed_batch batch;
    hc_user *user = NULL;
    hc_status status = hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR("a@b"), &user, NULL);
    if (status == HC_STATUS_OK)
        status = hc_user_get(directory, "a@b", 3, &user, NULL);
    if (status == HC_STATUS_OK)
        status = hc_user_get_by(directory, HC_USER_KEY_ID, hc_user_id(user), 16, &user, NULL);
    if (status == HC_STATUS_OK && seats.limit == HC_NO_LIMIT)
        status = hc_directory_set_license(directory, HC_LICENSE_SEATS, 7, NULL);
    if (hc_packed_open(&batch, member.user, sizeof member.user) || outcome.changed)
        status = HC_STATUS_INTERNAL;
    return status == HC_STATUS_OK && hc_abi_version() == HC_ABI_VERSION;
}
"#;

#[test]
fn header_is_clean_c() {
    if tools::have(&["gcc"]) {
        for standard in ["c99", "c11", "c17", "c2x"] {
            check(
                tools::gcc(standard).args(["-Wconversion", "-Wstrict-prototypes"]),
                "c",
            );
        }
    }
}

#[test]
fn header_is_clean_cpp() {
    if tools::have(&["g++"]) {
        for standard in ["c++11", "c++14", "c++17", "c++20"] {
            check(
                tools::gxx(standard).args(["-Wconversion", "-Wold-style-cast"]),
                "cpp",
            );
        }
    }
}

/// Compiles the stories also in the standards in which they are not run.
#[test]
fn stories_are_clean_c() {
    if tools::have(&["gcc"]) {
        for source in tools::files(&tools::root().join("tests/capi/c"), "c") {
            for standard in ["c11", "c17", "c2x"] {
                tools::run(tools::gcc(standard).arg("-fsyntax-only").arg(&source));
            }
        }
    }
}

fn check(compiler: &mut Command, extension: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join(format!("use.{extension}"));
    std::fs::write(&source, PROGRAM).unwrap();
    tools::run(compiler.arg("-fsyntax-only").arg(&source));
}
