//! The C API as data: `include/headcount.json`, generated from the header and the tables in
//! `docs/packed.md`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::parameters::{general, is_named_for_its_type};

/// A declaration of the header, and its comment.
struct Declared<'h> {
    docs: String,
    code: &'h str,
}

/// The API as pretty-printed JSON.
pub fn of(header: &str, packed: &str) -> String {
    let declared = declarations(header);
    let structs = structs(&declared);
    let enums = enums(&declared);
    let general = general(header);
    let functions: Vec<_> = declared
        .iter()
        .filter_map(|one| function(one, &general, &structs, &enums))
        .collect();
    let api = json!({
        "about": "The C API of headcount.h as data. Generated; don't edit it.",
        "abi_version": constants(header)["HC_ABI_VERSION"],
        "constants": constants(header),
        "enums": enums,
        "structs": structs.into_values().collect::<Vec<_>>(),
        "callbacks": declared.iter().filter_map(callback).collect::<Vec<_>>(),
        "functions": functions,
        "packed": layouts(packed),
    });
    let mut text = serde_json::to_string_pretty(&api).unwrap();
    text.push('\n');
    text
}

/// Each comment with the declaration after it.
fn declarations(header: &str) -> Vec<Declared<'_>> {
    let mut found = Vec::new();
    for piece in header.split("\n/**\n").skip(1) {
        let Some((docs, code)) = piece.split_once("\n */\n") else {
            continue;
        };
        let lines = docs
            .lines()
            .map(|line| line.trim_start_matches(" *").trim_start());
        let docs = lines.collect::<Vec<_>>().join("\n");
        found.push(Declared { docs, code });
    }
    found
}

/// The first paragraph of a comment, before any tag, in one line.
fn summary(docs: &str) -> String {
    let docs = docs.strip_prefix("@return ").unwrap_or(docs);
    let text = docs.split("\n@").next().unwrap_or_default();
    let text = text.split("\n\n").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The description of a parameter.
fn said_of(docs: &str, name: &str) -> String {
    let start = format!("@param {name} ");
    let found = docs.split_once(&start).map_or("", |(_, rest)| rest);
    let text = found.split("\n@").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The macros that are numbers.
fn constants(header: &str) -> Map<String, Value> {
    let numbers = header.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
        let value = value.parse::<u64>().ok()?;
        name.starts_with("HC_")
            .then(|| (name.to_owned(), value.into()))
    });
    numbers.collect()
}

fn enums(declared: &[Declared<'_>]) -> Vec<Value> {
    let enums = declared.iter().filter_map(|one| {
        let code = one.code.strip_prefix("enum ")?;
        let name = code.split_whitespace().next()?;
        let body = code.split_once(" {\n")?.1.split_once("\n};")?.0;
        let values = body.lines().filter_map(|line| {
            let (name, value) = line.trim().strip_suffix(',')?.split_once(" = ")?;
            Some(json!({ "name": name, "value": value.parse::<i64>().ok()? }))
        });
        Some(json!({
            "name": name,
            "docs": summary(&one.docs),
            "values": values.collect::<Vec<_>>(),
        }))
    });
    enums.collect()
}

/// The structs that aren't opaque, by name.
fn structs(declared: &[Declared<'_>]) -> BTreeMap<String, Value> {
    let structs = declared.iter().filter_map(|one| {
        let (name, rest) = one
            .code
            .strip_prefix("typedef struct ")?
            .split_once(" {\n")?;
        let parts = rest.split_once("\n} ")?.0.split("/*");
        // Without comments, which may contain semicolons.
        let body = parts.map(|part| part.split_once("*/").map_or(part, |(_, code)| code));
        let body: String = body.collect();
        let fields = body.split(';').filter_map(|field| {
            let (kind, name) = split_name(field.trim())?;
            let (name, count) = match name.split_once('[') {
                Some((name, count)) => (name, count.trim_end_matches(']').parse().ok()?),
                None => (name, 1u64),
            };
            Some(json!({ "name": name, "type": kind, "count": count }))
        });
        let init = format!("{}_INIT", name.to_uppercase());
        let shown = json!({
            "name": name,
            "docs": summary(&one.docs),
            "init": init,
            "fields": fields.collect::<Vec<_>>(),
        });
        Some((name.to_owned(), shown))
    });
    structs.collect()
}

fn callback(one: &Declared<'_>) -> Option<Value> {
    let (result, rest) = one.code.strip_prefix("typedef ")?.split_once(" (*")?;
    let (name, parameters) = rest.split_once(")(")?;
    let parameters = parameters.split_once(");")?.0;
    let parameters = parameters.split(',').filter_map(|parameter| {
        let (kind, name) = split_name(parameter)?;
        Some(json!({ "name": name, "type": kind, "docs": said_of(&one.docs, name) }))
    });
    Some(json!({
        "name": name,
        "docs": summary(&one.docs),
        "result": result,
        "parameters": parameters.collect::<Vec<_>>(),
    }))
}

fn function(
    one: &Declared<'_>,
    general: &BTreeMap<String, String>,
    structs: &BTreeMap<String, Value>,
    enums: &[Value],
) -> Option<Value> {
    let code = one.code.split_once(");")?.0;
    let (before, list) = code.split_once('(')?;
    let (result, name) = split_name(before)?;
    if !name.starts_with("hc_") || before.starts_with("typedef") {
        return None;
    }
    let parameters: Vec<_> = list
        .split(',')
        .filter_map(split_name)
        .enumerate()
        .map(|(at, (kind, name))| {
            let said = Some(said_of(&one.docs, name)).filter(|said| !said.is_empty());
            let is_handle = at == 0 && is_named_for_its_type(&kind, name);
            let said = said.or_else(|| general.get(name).filter(|_| !is_handle).cloned());
            (kind, name, said.unwrap_or_default())
        })
        .collect();
    let parameters: Vec<_> = (0..parameters.len())
        .map(|at| parameter((name, &result), &parameters, at, structs, enums))
        .collect();
    let mut shown = json!({
        "name": name,
        "docs": summary(&one.docs),
        "result": returned(&result),
        "parameters": parameters,
    });
    let since = one
        .docs
        .split_once("@since ")
        .map_or("0.1.0", |(_, since)| since);
    shown["since"] = since.split_whitespace().next().into();
    Some(shown)
}

/// The type of the result, and who owns it.
fn returned(kind: &str) -> Value {
    let role = match kind {
        "void" => "none",
        "hc_status" => "status",
        "const char *" => "borrowed_text",
        _ if kind.starts_with("const ") => "borrowed",
        _ if kind.ends_with('*') => "owned",
        _ => "value",
    };
    let mut shown = json!({ "type": kind, "role": role });
    if role == "owned" {
        shown["free"] = format!("{}_free", bare(kind)).into();
    }
    shown
}

/// The type and the role of a parameter.
fn parameter(
    (function, result): (&str, &str),
    all: &[(String, &str, String)],
    at: usize,
    structs: &BTreeMap<String, Value>,
    enums: &[Value],
) -> Value {
    let (kind, name, docs) = &all[at];
    let next = all.get(at + 1).map_or("", |(_, name, _)| name);
    let has_length = next == format!("{name}_len");
    let target = bare(kind);
    let is_number = |of: &str| matches!(of, "int32_t" | "uint32_t" | "uint64_t" | "size_t");
    let role = match kind.as_str() {
        "struct hc_error **" => "error",
        "const char *" if has_length => "text",
        "const void *" if has_length => "key",
        "const uint8_t *" if docs.contains("16 bytes") || docs.contains("id of") => "id",
        "const uint8_t *" => "bytes",
        "uint8_t *" if next == "capacity" => "buffer",
        "uint8_t *" | "char *" => "out_bytes",
        "void *" => "userdata",
        _ if kind.ends_with("_callback") || kind.ends_with("_destroy") => "callback",
        _ if kind.ends_with("**") && kind.starts_with("struct") => "out_handle",
        _ if kind.ends_with("**") => "out_borrowed_text",
        _ if function.ends_with("_free") => "given_up",
        _ if kind.ends_with('*') && structs.contains_key(target) => "out_struct",
        _ if kind.ends_with('*') && is_number(target) => "out",
        _ if kind.ends_with('*') => "handle",
        _ if name.ends_with("_len") => "length",
        _ => "value",
    };
    let mut shown = json!({ "name": name, "type": kind, "role": role, "docs": docs });
    let is_optional = docs.contains("may be NULL") || docs.contains("NULL if not wanted");
    // Documented for all functions in the preamble.
    let is_read_off = at == 0 && role == "handle" && result != "hc_status";
    let is_general = role == "error" || role == "given_up" || is_read_off;
    if is_general || is_optional || docs.contains("NULL for") || docs.contains(", or NULL") {
        shown["optional"] = true.into();
    }
    if role == "out_handle" {
        shown["free"] = format!("{target}_free").into();
    }
    let of_enum = enums.iter().find(|one| {
        let prefix = one["name"].as_str().unwrap().to_uppercase();
        kind == "int32_t" && docs.contains(&format!("{prefix}_*"))
    });
    if let Some(found) = of_enum {
        shown["enum"] = found["name"].clone();
    }
    shown
}

/// The type and the name of a field or a parameter.
fn split_name(code: &str) -> Option<(String, &str)> {
    let code = code.trim();
    let at = code.rfind([' ', '*', '\n'])? + 1;
    let (kind, name) = code.split_at(at);
    let kind = kind.split_whitespace().collect::<Vec<_>>().join(" ");
    Some((kind, name))
}

/// The type without `const`, `struct` and pointers.
fn bare(kind: &str) -> &str {
    let kind = kind.trim_start_matches("const ");
    let kind = kind.trim_start_matches("struct ");
    kind.trim_end_matches(['*', ' '])
}

/// The layouts of the packed records: for each section, the fields with their offsets.
fn layouts(packed: &str) -> Vec<Value> {
    let mut layouts: Vec<Value> = Vec::new();
    let (mut section, mut is_table) = ("", false);
    for line in packed.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        }
        if line.starts_with("| at |") {
            layouts.push(json!({ "section": section, "fields": [] }));
        }
        is_table = line.starts_with('|') && (is_table || line.starts_with("| at |"));
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (Some(layout), [at, kind, field, docs]) = (layouts.last_mut(), &*cells) else {
            continue;
        };
        if let (true, Ok(at)) = (is_table, at.parse::<u64>()) {
            let fields = layout["fields"].as_array_mut().unwrap();
            fields.push(json!({ "at": at, "type": kind, "field": field, "docs": docs }));
        }
    }
    layouts
}
