//! The errors of the JSON parser in words that say nothing of the program.

/// What to ask where a file ends too early.
pub(crate) const CUT_OFF: &str = "was it copied whole? Export or copy it again";

/// What is said where a document is followed by another.
pub(super) const FOLLOWED: &str = "something follows the end of the document";

/// The error, without a line and column that are not the file's.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    in_words(&of_parser(error))
}

/// The same in the parser's own words, for code that looks for them.
pub(crate) fn of_parser(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// What a text ends in the middle of, if that is the error.
pub(crate) fn cut_off(error: &serde_json::Error) -> Option<&'static str> {
    error.is_eof().then(|| unfinished(&of_parser(error)))
}

fn unfinished(text: &str) -> &'static str {
    match text.strip_prefix("EOF while parsing ") {
        Some("a string") => "a text",
        Some("a list") => "a list",
        Some("an object") => "an object",
        _ => "a value",
    }
}

/// Messages that have no values in them.
const PLAIN: [(&str, &str); 14] = [
    ("recursion limit exceeded", "it is nested too deeply"),
    ("trailing characters", FOLLOWED),
    ("trailing comma", "nothing follows the comma; remove it"),
    ("number out of range", "the number is too large"),
    (
        "invalid number",
        "it is not a number as JSON has them, such as 1 or 0.5",
    ),
    (
        "invalid escape",
        "the backslash stands for no character; write two for one",
    ),
    (
        "key must be a string",
        "a key must be a text in double quotes",
    ),
    (
        "expected ident",
        "true, false or null is needed, in lower case",
    ),
    ("expected value", "a value is needed"),
    (
        "control character (\\u0000-\\u001F) found while parsing a string",
        "a text has a character in it, such as a line break, that must be written as \\n, \\t or \\u001f",
    ),
    (
        "lone leading surrogate in hex escape",
        "half of a \\u pair is missing",
    ),
    (
        "unexpected end of hex escape",
        "half of a \\u pair is missing",
    ),
    ("invalid unicode code point", "there is no such character"),
    ("expected `\"`", "a text in double quotes is needed"),
];

/// A message of the parser's in the words of JSON.
fn in_words(text: &str) -> String {
    if text.starts_with("EOF while parsing ") {
        return format!("it ends in the middle of {}", unfinished(text));
    }
    if let Some((_, told)) = PLAIN.iter().find(|(theirs, _)| *theirs == text) {
        return (*told).to_owned();
    }
    if let Some(name) = text.strip_prefix("missing field ") {
        return format!("the field {name} is missing");
    }
    if let Some(name) = text.strip_prefix("duplicate field ") {
        return format!("the field {name} is there twice");
    }
    if let Some(rest) = text.strip_prefix("unknown field ") {
        return unknown("field", rest);
    }
    if let Some(rest) = text.strip_prefix("unknown variant ") {
        return unknown("name", rest);
    }
    if let Some(signs) = text.strip_prefix("expected `") {
        return format!("`{signs} is needed");
    }
    let rest = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    match rest.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => mismatch(found, expected),
        None => text.to_owned(),
    }
}

/// An unknown name, in backticks, and the known ones, without: the parser's message has both behind
/// `unknown field` and the like.
pub(crate) fn unknown_and_known(rest: &str) -> (&str, Vec<&str>) {
    let (name, known) = rest.split_once(", expected ").unwrap_or((rest, ""));
    (name, known.split('`').skip(1).step_by(2).collect())
}

/// What is said of an unknown name, from the rest of the parser's message.
pub(crate) fn unknown(what: &str, rest: &str) -> String {
    let (name, known) = unknown_and_known(rest);
    match &*known {
        [] => format!("unknown {what} {name}"),
        [one] => format!("unknown {what} {name}; there is only `{one}`"),
        [first @ .., last] => format!(
            "unknown {what} {name}; there are `{}` and `{last}`",
            first.join("`, `")
        ),
    }
}

fn mismatch(found: &str, expected: &str) -> String {
    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i64" => "a whole number",
        "a string" | "string" | "str" | "variant identifier" | "field identifier" => "a text",
        "a boolean" | "boolean" | "bool" => "true or false",
        "a map" | "map" => "an object",
        "a sequence" | "sequence" => "a list",
        other if other.starts_with("struct ") || other.contains("enum ") => "an object",
        other => other,
    };
    if let Some(text) = found.strip_prefix("string ") {
        return format!("{expected} is needed, not the text {text}");
    }
    let found = match found {
        "map" => "an object",
        "sequence" => "a list",
        "unit value" => "null",
        other => other
            .trim_start_matches("integer ")
            .trim_start_matches("floating point ")
            .trim_start_matches("boolean ")
            .trim_matches('`'),
    };
    format!("{expected} is needed, not {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_in_the_words_of_json() {
        for (text, words) in [
            (
                "invalid type: null, expected variant identifier",
                "a text is needed, not null",
            ),
            (
                "invalid value: integer `-1`, expected u64",
                "a whole number is needed, not -1",
            ),
            (
                "invalid type: string \"a\", expected a boolean",
                "true or false is needed, not the text \"a\"",
            ),
            (
                "EOF while parsing a string",
                "it ends in the middle of a text",
            ),
            ("unknown field `x`", "unknown field `x`"),
            (
                "unknown field `x`, expected `a`",
                "unknown field `x`; there is only `a`",
            ),
            (
                "unknown field `x`, expected one of `a`, `b`, `c`",
                "unknown field `x`; there are `a`, `b` and `c`",
            ),
            ("missing field `x`", "the field `x` is missing"),
            ("duplicate field `x`", "the field `x` is there twice"),
            ("expected `,` or `}`", "`,` or `}` is needed"),
            ("trailing characters", FOLLOWED),
        ] {
            assert_eq!(in_words(text), words);
        }
    }

    #[test]
    fn whatever_is_wrong_is_told_in_these_words() {
        for text in [
            "[1,]",
            "{\"a\" 1}",
            "{\"a\":1 \"b\"}",
            "[1 2]",
            "nul",
            "-",
            "1.",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"a\tb\"",
            "{1:2}",
            "'a'",
            "[",
            "{",
            "\"a",
            "1 2",
            "01",
            "1e999",
            "{a:1}",
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            let told = without_place(&error);
            let own = [
                "expected",
                "EOF",
                "trailing",
                "invalid",
                "ident",
                "surrogate",
                "string",
            ];
            let foreign = own.iter().find(|word| told.contains(**word));
            assert_eq!(foreign, None, "{text}: {told}");
        }
    }
}
