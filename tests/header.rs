//! `include/headcount.h` says what `src/capi/` says, byte for byte.

// clippy.toml allows these in tests, but does not see that all of this is one.
#![allow(clippy::unwrap_used)]

use std::path::Path;

/// The files that declare something, in the order of the header.
const SOURCES: [&str; 39] = [
    "version",
    "status",
    "error",
    "error_details",
    "id",
    "license",
    "options",
    "directory",
    "generation",
    "seats",
    "verified",
    "faults",
    "stats",
    "transfer",
    "copies",
    "user",
    "new_user",
    "users",
    "user_read",
    "cursor",
    "query",
    "query_order",
    "user_update",
    "switches",
    "workspace",
    "workspaces",
    "member",
    "membership",
    "workspace_list",
    "batch",
    "batch_users",
    "batch_workspaces",
    "batch_by_name",
    "applied",
    "refusals",
    "event",
    "feed",
    "texts",
    "logging",
];

#[test]
fn header_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("include/headcount.h");
    let made = generate(root);
    if std::env::var_os("HEADCOUNT_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "include/headcount.h is not what src/capi/ says; run \
         `HEADCOUNT_UPDATE=1 cargo test --test header` and look at the difference"
    );
}

fn generate(root: &Path) -> String {
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(root.join(format!("src/capi/{source}.rs")));
    }
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}
