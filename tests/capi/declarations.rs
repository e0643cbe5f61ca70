//! What the header declares.

use crate::tools;

/// A function of the header.
pub struct Function {
    pub name: String,
    /// Its parameters, as written.
    pub parameters: String,
}

/// All functions of the header.
pub fn functions() -> Vec<Function> {
    let header = std::fs::read_to_string(tools::root().join("include/headcount.h")).unwrap();
    let code = without_comments(&header);
    let declarations = code.split(';').filter_map(|declaration| {
        let (before, after) = declaration.split_once('(')?;
        let name = before.rsplit([' ', '*', '\n']).next()?;
        name.starts_with("hc_").then(|| Function {
            name: name.to_owned(),
            parameters: after.trim_end_matches(')').to_owned(),
        })
    });
    declarations.collect()
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
