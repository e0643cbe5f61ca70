//! `include/headcount.h` says what `src/capi/` says, byte for byte; `include/headcount.json`
//! says it as data.

// clippy.toml allows these in tests, but does not see that all of this is one.
#![allow(clippy::unwrap_used)]

#[path = "header/api.rs"]
mod api;

use std::path::Path;

/// The files that declare something, in the order of the header.
const SOURCES: [&str; 40] = [
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
    "operation",
    "refusals",
    "event",
    "feed",
    "texts",
    "logging",
];

#[test]
fn header_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    check(&root.join("include/headcount.h"), &generate(root));
}

#[test]
fn the_api_as_data_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packed = std::fs::read_to_string(root.join("docs/packed.md")).unwrap();
    let made = api::of(&generate(root), &packed);
    check(&root.join("include/headcount.json"), &made);

    let api: serde_json::Value = serde_json::from_str(&made).unwrap();
    let names = |list: &str| api[list].as_array().unwrap().len();
    assert!(names("functions") > 180 && names("structs") >= 7 && names("enums") >= 10);
    assert!(names("callbacks") >= 4 && names("packed") >= 8);
    let functions = api["functions"].as_array().unwrap();
    let roles = |name: &str| {
        let function = functions.iter().find(|one| one["name"] == name).unwrap();
        let parameters = function["parameters"].as_array().unwrap();
        let roles = parameters.iter().map(|one| one["role"].as_str().unwrap());
        roles.collect::<Vec<_>>().join(" ")
    };
    let create = "handle text length out_handle error";
    assert_eq!(roles("hc_user_create"), create);
    assert_eq!(roles("hc_user_free"), "given_up");
    assert_eq!(roles("hc_directory_get_seats"), "handle out_struct error");
    assert_eq!(roles("hc_user_get_by_id"), "handle id out_handle error");
    assert_eq!(
        roles("hc_cursor_next_batch"),
        "handle buffer value out error"
    );
}

/// Holds a file to what was made, or writes it.
fn check(path: &Path, made: &str) {
    if std::env::var_os("HEADCOUNT_UPDATE").is_some() {
        std::fs::write(path, made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "{} is not what src/capi/ says; run `HEADCOUNT_UPDATE=1 cargo test --features capi \
         --test header` and look at the difference",
        path.display()
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
