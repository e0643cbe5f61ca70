//! `include/headcount.h` is what cbindgen generates from `src/capi/`, byte for byte;
//! `include/headcount.json` is the same API as data.

// clippy.toml allows these in tests, but doesn't recognize this whole file as one.
#![allow(clippy::unwrap_used)]

#[path = "header/api.rs"]
mod api;
#[path = "header/parameters.rs"]
mod parameters;

use std::fmt::Write;
use std::path::Path;

/// The source files of the declarations, in the order of the header.
const SOURCES: [&str; 48] = [
    "version",
    "status",
    "failure",
    "error",
    "error_details",
    "id",
    "license",
    "options",
    "directory",
    "generation",
    "seats",
    "seat_history",
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
    "query_field",
    "user_update",
    "switches",
    "seen",
    "workspace",
    "workspaces",
    "role",
    "member",
    "membership",
    "workspace_list",
    "external",
    "batch",
    "batch_users",
    "batch_workspaces",
    "operation",
    "apply",
    "applied",
    "outcome",
    "submitter",
    "submit",
    "refusals",
    "event",
    "feed",
    "texts",
    "logging",
];

/// The sections, each with the file that it begins with.
const SECTIONS: [(&str, &str); 15] = [
    ("version", "The library"),
    ("error", "Errors"),
    ("id", "Ids"),
    ("options", "Opening and closing"),
    ("seats", "License, seats and figures"),
    ("transfer", "Copies and exports"),
    ("user", "Users"),
    ("cursor", "Lists and queries"),
    ("user_update", "Changing users"),
    ("workspace", "Workspaces"),
    ("external", "External ids"),
    ("batch", "Batches"),
    ("feed", "Changes"),
    ("texts", "Texts"),
    ("logging", "Messages"),
];

#[test]
fn header_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = compact(&with_short_enums(&generate(root)));
    check(&root.join("include/headcount.h"), &header);
}

#[test]
fn the_api_as_data_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packed = std::fs::read_to_string(root.join("docs/packed.md")).unwrap();
    let made = api::of(&generate(root), &packed);
    check(&root.join("include/headcount.json"), &made);

    let api: serde_json::Value = serde_json::from_str(&made).unwrap();
    let names = |list: &str| api[list].as_array().unwrap().len();
    assert!(names("functions") > 170 && names("structs") >= 7 && names("enums") >= 10);
    assert!(names("callbacks") >= 4 && names("packed") >= 8);
    let functions = api["functions"].as_array().unwrap();
    let roles = |name: &str| {
        let function = functions.iter().find(|one| one["name"] == name).unwrap();
        let parameters = function["parameters"].as_array().unwrap();
        let roles = parameters.iter().map(|one| one["role"].as_str().unwrap());
        roles.collect::<Vec<_>>().join(" ")
    };
    let create = "handle text length handle out_handle error";
    assert_eq!(roles("hc_user_create"), create);
    assert_eq!(roles("hc_user_free"), "given_up");
    assert_eq!(roles("hc_directory_get_seats"), "handle out_struct error");
    let get_by = "handle value key length out_handle error";
    assert_eq!(roles("hc_user_get_by"), get_by);
    assert_eq!(roles("hc_new_user_set_id"), "handle id error");
    assert_eq!(
        roles("hc_cursor_next_batch"),
        "handle buffer value out error"
    );
}

/// Compares a file with the generated text, or with `HEADCOUNT_UPDATE`, writes it.
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
    let header = String::from_utf8(header).unwrap();
    with_sections(root, header.replace("@EXAMPLE@", &example(root)))
}

/// The header with the macro `HC_ENUM` in place of cbindgen's code around each enum.
fn with_short_enums(header: &str) -> String {
    let condition = "#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L\n  : int32_t\n\
                     #endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L\n {";
    let mut short = String::new();
    let mut pieces = header.split(condition);
    short.push_str(pieces.next().unwrap());
    for piece in pieces {
        let start = short.rfind("enum ").unwrap();
        let name = short[start..]
            .trim_start_matches("enum ")
            .trim_end()
            .to_owned();
        short.truncate(start);
        let end = format!(
            "#ifndef __cplusplus\n#if __STDC_VERSION__ >= 202311L\ntypedef enum {name} {name};\n\
             #else\ntypedef int32_t {name};\n#endif // __STDC_VERSION__ >= 202311L\n\
             #endif // __cplusplus\n"
        );
        let (values, rest) = piece.split_once(&end).unwrap();
        write!(short, "HC_ENUM({name}) {{{values}{rest}").unwrap();
    }
    short
}

/// The header in fewer lines: declarations and comments that fit in one line, comments behind
/// values and fields, and short declarations close together.
fn compact(header: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let header: Vec<_> = header.lines().map(without_struct).collect();
    let mut rest = header.iter().peekable();
    while let Some(line) = rest.next() {
        if line == " *" && rest.peek().is_some_and(|next| is_tag(next)) {
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let mut ahead = rest.clone();
        let (text, end) = (ahead.next(), ahead.next());
        let text = text.and_then(|text| text.trim_start().strip_prefix("* "));
        let is_short = |text: &str| line.len() + text.len() + 4 <= WIDTH;
        let is_end = end.is_some_and(|end| end.trim_start() == "*/");
        match text.filter(|text| line.trim_start() == "/**" && is_end && is_short(text)) {
            Some(text) => {
                lines.push(format!("{indent}/** {text} */"));
                rest = ahead;
            }
            None if is_cut(line) => {
                let column = line.rfind('(').unwrap() + 1;
                let mut parts = vec![line.clone()];
                while !parts.last().unwrap().ends_with(';') {
                    parts.push(rest.next().unwrap().trim_start().to_owned());
                }
                lines.extend(filled(&parts, column));
            }
            None => lines.push(line.clone()),
        }
    }
    let mut lines = close(&with_comments_behind(&lines));
    lines.push(String::new());
    lines.join("\n")
}

/// A line that names handles by their types, without `struct`.
fn without_struct(line: &str) -> String {
    if line.starts_with("typedef struct") || line.starts_with(" *") {
        return line.to_owned();
    }
    line.replace("struct hc_", "hc_")
}

/// Whether a line begins the description of a parameter or a result.
fn is_tag(line: &str) -> bool {
    let tags = ["@param ", "@return ", "@retval ", "@note "];
    let text = line.strip_prefix(" * ").unwrap_or_default();
    tags.iter().any(|tag| text.starts_with(tag))
}

/// Whether a function or callback begins on this line and ends on a later one.
fn is_cut(line: &str) -> bool {
    let is_code = line.starts_with(|first: char| first.is_ascii_lowercase());
    is_code && line.contains("hc_") && line.contains('(') && line.ends_with(',')
}

/// The maximum length of a line.
const WIDTH: usize = 100;

/// The parameters of a function in as few lines as they need.
fn filled(parts: &[String], column: usize) -> Vec<String> {
    let mut lines = vec![parts[0].clone()];
    for part in &parts[1..] {
        let last = lines.last_mut().unwrap();
        if last.len() + 1 + part.len() <= WIDTH {
            last.push(' ');
            last.push_str(part);
        } else {
            lines.push(format!("{:column$}{part}", ""));
        }
    }
    lines
}

/// The comment in a line that is nothing else.
fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("/** ")?.strip_suffix(" */")
}

/// The lines with comments behind values and fields, where there is room.
fn with_comments_behind(lines: &[String]) -> Vec<String> {
    let mut behind: Vec<String> = Vec::new();
    let mut above = None;
    for line in lines {
        let is_part = line.starts_with("    ") && line.ends_with([',', ';']);
        let joined = above.map(|text| format!("{line} /**< {text} */"));
        match joined.filter(|joined| is_part && joined.len() <= WIDTH) {
            Some(joined) => *behind.last_mut().unwrap() = joined,
            None => behind.push(line.clone()),
        }
        above = comment(line);
    }
    behind
}

/// The lines without those that are empty between declarations with comments of one line, but
/// not behind the last function of a type.
fn close(lines: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut is_short = false;
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1);
        let is_double = next.is_some_and(String::is_empty);
        let is_close = is_short && next.is_some_and(|next| comment(next).is_some());
        if line.is_empty() && (is_double || is_close) {
            continue;
        }
        let is_end = line.starts_with('#') || line.ends_with('{') || line.contains("_free(");
        if line.starts_with("/*") || is_end && !line.starts_with("#define") {
            is_short = comment(line).is_some();
        }
        kept.push(line.clone());
    }
    kept
}

/// The quickstart program, which is compiled and run elsewhere, as a comment.
fn example(root: &Path) -> String {
    let program = std::fs::read_to_string(root.join("examples/c/quickstart.c")).unwrap();
    let code = program.split_once("*/\n").unwrap().1;
    let lines = code.lines().map(|line| {
        let line = line.replace("/* ", "// ").replace(" */", "");
        format!(" * {line}").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Names each section before its first function.
fn with_sections(root: &Path, mut header: String) -> String {
    for (source, title) in SECTIONS {
        let path = root.join(format!("src/capi/{source}.rs"));
        let source = std::fs::read_to_string(path).unwrap();
        let (_, rest) = source.split_once("extern \"C\" fn ").unwrap();
        let name = rest.split_once('(').unwrap().0;
        // The declaration, not mentions of it.
        let is_code = |at: &usize| {
            let line = header[..*at].rfind('\n').map_or(0, |start| start + 1);
            !header[line..].starts_with(" *")
        };
        let call = format!("{name}(");
        let mut places = header.match_indices(&call).map(|(at, _)| at);
        let declared = places.find(is_code).unwrap();
        let at = header[..declared].rfind("/**\n").unwrap();
        let rule = "=".repeat(80 - title.len());
        header.insert_str(at, &format!("/* {title} {rule} */\n\n"));
    }
    header
}
