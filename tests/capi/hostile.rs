//! Every text parameter of every function is checked: a program generated from the header passes
//! texts that aren't UTF-8, impossible lengths, and NULL.

use std::fmt::Write;
use std::process::Command;

use crate::declarations::{Function, functions};
use crate::library::{Link, Sanitizer};
use crate::{sanitizers, tools};

/// The argument for each type of parameter that is not a text.
const ARGUMENTS: [(&str, &str); 21] = [
    ("hc_directory *", "directory"),
    ("hc_options *", "options"),
    ("hc_batch *", "batch"),
    ("hc_query *", "query"),
    ("hc_new_user *", "new_user"),
    ("hc_user_update *", "update"),
    ("hc_error **", "NULL"),
    ("hc_workspace **", "&workspace"),
    ("hc_members **", "&members"),
    ("hc_user **", "&user"),
    ("hc_directory **", "&opened"),
    ("hc_copied *", "NULL"),
    ("hc_faults **", "&faults"),
    ("hc_progress_callback ", "NULL"),
    ("void *", "NULL"),
    ("uint64_t *", "&number"),
    ("int32_t *", "&kind"),
    ("size_t *", "&size"),
    ("size_t ", "1"),
    ("uint64_t ", "1"),
    ("int32_t ", "1"),
];

/// Bad texts, each with the status of its refusal.
const HOSTILE: [(&str, &str); 4] = [
    ("\"ann\\xff@ex.co\", 10", "HC_STATUS_INVALID_UTF8"),
    ("\"ann@ex.co\", SIZE_MAX - 1", "HC_STATUS_INVALID_ARGUMENT"),
    ("\"ann@ex.co\", 1048577", "HC_STATUS_INVALID_ARGUMENT"),
    ("NULL, 1", "HC_STATUS_NULL_ARGUMENT"),
];

const PROGRAM: &str = r#"
#include "story.h"
int main(void)
{
    hc_directory *directory = in_memory(), *opened = NULL;
    hc_options *options = hc_options_new();
    hc_batch *batch = hc_batch_new();
    hc_query *query = hc_query_new();
    hc_user_update *update = hc_user_update_new();
    hc_new_user *new_user = hc_new_user_new();
    hc_workspace *workspace = NULL;
    hc_members *members = NULL;
    hc_user *user = NULL;
    hc_faults *faults = NULL;
    uint8_t bytes[16] = { 0 };
    char text[HC_KEY_BYTES] = "";
    uint64_t number = 0;
    int32_t kind = 0;
    size_t size = 0;
@CALLS@
    CHECK(faults == NULL && opened == NULL && workspace == NULL && members == NULL);
    CHECK(user == NULL && number == 0 && kind == 0 && text[0] == 0 && bytes[0] == 0);
    CHECK(hc_batch_count(batch) == 0 && size == 0);
    hc_options_free(options);
    hc_batch_free(batch);
    hc_query_free(query);
    hc_user_update_free(update);
    hc_new_user_free(new_user);
    verify_and_free(directory);
    return 0;
}
"#;

#[test]
fn every_text_is_checked() {
    let mut calls = String::new();
    let mut count = 0;
    for function in functions() {
        count += hostile_calls(&function, &mut calls);
    }
    assert!(count >= 60, "only {count} texts were found");
    if !tools::have(&["gcc"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (source, program) = (
        folder.path().join("hostile.c"),
        folder.path().join("hostile"),
    );
    std::fs::write(&source, PROGRAM.replace("@CALLS@", &calls)).unwrap();
    let mut gcc = tools::gcc("c11");
    gcc.args(sanitizers::FLAGS).arg("-I");
    gcc.arg(tools::root().join("tests/capi/c"));
    gcc.arg(&source).arg("-o").arg(&program);
    tools::run(gcc.args(Link::Sanitized(Sanitizer::Address).arguments()));
    tools::run(&mut Command::new(&program));
}

/// Calls a function with each of its texts bad in turn; returns how many texts it has.
fn hostile_calls(function: &Function, calls: &mut String) -> usize {
    // A function without a status can't refuse a text.
    if !function.declaration.starts_with("hc_status") {
        return 0;
    }
    let parameters = function.parameters.split(',').map(str::trim);
    let parameters: Vec<_> = parameters.map(|one| one.replace("struct ", "")).collect();
    let is_text = |at: usize| parameters.get(at + 1).is_some_and(|p| p.ends_with("_len"));
    let texts: Vec<_> = (0..parameters.len()).filter(|at| is_text(*at)).collect();
    for spoilt in &texts {
        for (hostile, status) in HOSTILE {
            let mut arguments = Vec::new();
            for (at, parameter) in parameters.iter().enumerate() {
                if at == *spoilt {
                    arguments.push(hostile);
                } else if is_text(at) {
                    arguments.push("HC_STR(\"9\")");
                } else if !parameter.ends_with("_len") {
                    arguments.push(argument_for(parameter));
                }
            }
            let (name, arguments) = (&function.name, arguments.join(", "));
            writeln!(calls, "    CHECK_STATUS({status}, {name}({arguments}));").unwrap();
        }
    }
    texts.len()
}

fn argument_for(parameter: &str) -> &'static str {
    let parameter = parameter.trim_start_matches("const ");
    if parameter.starts_with("uint8_t *") {
        return "bytes";
    }
    if parameter.starts_with("char *") {
        return "text";
    }
    let known = ARGUMENTS.iter().filter(|(of, _)| parameter.starts_with(of));
    let longest = known.max_by_key(|(of, _)| of.len());
    let (_, argument) = longest.unwrap_or_else(|| panic!("no argument for {parameter}"));
    argument
}
