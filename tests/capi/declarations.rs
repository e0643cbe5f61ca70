//! The declarations of the header.

use crate::tools;

/// A function of the header.
pub struct Function {
    pub name: String,
    /// Its parameters, as written.
    pub parameters: String,
    /// Its whole declaration, as written.
    pub declaration: String,
}

/// All functions of the header.
pub fn functions() -> Vec<Function> {
    let header = std::fs::read_to_string(tools::root().join("include/headcount.h")).unwrap();
    functions_of(&header)
}

/// All functions that a header declares.
pub fn functions_of(header: &str) -> Vec<Function> {
    let code = without_comments(header);
    let declarations = code.split([';', '{', '}']).filter_map(|declaration| {
        let (before, after) = declaration.split_once('(')?;
        let name = before.rsplit([' ', '*', '\n']).next()?;
        name.starts_with("hc_").then(|| Function {
            name: name.to_owned(),
            parameters: after.trim_end_matches(')').to_owned(),
            declaration: declaration.trim_start().to_owned(),
        })
    });
    declarations.collect()
}

/// All named values of a header: those of enums, and macros that are numbers.
pub fn values_of(header: &str) -> Vec<(String, String)> {
    let values = header.lines().filter_map(|line| {
        let line = line.split(" /**<").next()?;
        let (name, value) = match line.strip_prefix("#define ") {
            Some(macro_) => macro_.split_once(' ')?,
            None => line.trim().strip_suffix(',')?.split_once(" = ")?,
        };
        let is_number = value.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        (name.starts_with("HC_") && is_number).then(|| (name.to_owned(), value.to_owned()))
    });
    values.collect()
}

/// The structs that a header defines, and the enums.
pub fn types_of(header: &str) -> Vec<String> {
    let types = header.lines().filter_map(|line| {
        let line = line.strip_prefix("typedef ").unwrap_or(line);
        if let Some(name) = line.strip_prefix("HC_ENUM(") {
            return Some(format!("enum {}", name.split_once(") {")?.0));
        }
        let is_struct = line.starts_with("struct ") && line.ends_with(" {");
        is_struct.then(|| line.trim_end_matches(" {").to_owned())
    });
    types.collect()
}

/// A struct that a header defines.
pub struct Struct {
    pub name: String,
    /// The text between its braces.
    pub body: String,
    /// The names of its fields.
    pub fields: Vec<String>,
}

/// All structs that a header defines.
pub fn structs_of(header: &str) -> Vec<Struct> {
    let code = without_comments(header);
    let mut structs = Vec::new();
    for piece in code.split("typedef struct ").skip(1) {
        let Some((name, rest)) = piece.split_once(" {\n") else {
            continue; // an opaque one
        };
        let Some((body, _)) = rest.split_once('}') else {
            continue;
        };
        let fields = body.split(';').filter_map(|field| {
            let field = field.trim().split('[').next()?;
            let name = field.rsplit([' ', '*']).next()?;
            (!name.is_empty()).then(|| name.to_owned())
        });
        structs.push(Struct {
            name: name.to_owned(),
            body: body.to_owned(),
            fields: fields.collect(),
        });
    }
    structs
}

fn without_comments(header: &str) -> String {
    let mut code = String::new();
    for (index, piece) in header.split("/*").enumerate() {
        let rest = piece.split_once("*/").map_or(piece, |(_, rest)| rest);
        code.push_str(if index == 0 { piece } else { rest });
    }
    let lines = code.lines().filter(|line| !line.starts_with('#'));
    lines.collect::<Vec<_>>().join("\n")
}
