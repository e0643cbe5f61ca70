//! Just enough of Rust's grammar to tell code from comments and string literals.

/// A word, or one punctuation mark (`::` counts as one).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

/// The tokens of Rust code, without comments, texts and characters.
pub fn of(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (code, 1);
    while let Some(first) = rest.chars().next() {
        let (length, is_token) = next(rest, first);
        if is_token {
            let text = &rest[..length];
            tokens.push(Token { text, line });
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// The length of the piece at the beginning of `rest`, and whether it is a token.
fn next(rest: &str, first: char) -> (usize, bool) {
    let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (until("*/"), false);
    }
    if let Some(length) = text_literal(rest) {
        return (length, false);
    }
    if first == '\'' {
        return (quoted_character(rest), false);
    }
    if rest.starts_with("::") {
        return (2, true);
    }
    if is_word(first) {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        return (length, true);
    }
    (first.len_utf8(), !first.is_whitespace())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a text such as `"…"`, `b"…"`, `c"…"` or `r#"…"#`.
fn text_literal(rest: &str) -> Option<usize> {
    let opening = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - opening.len();
    if prefix > 1 {
        return None;
    }
    if let Some(raw) = opening.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let closing = format!("\"{}", "#".repeat(hashes));
        let end = body.find(&closing)? + closing.len();
        return Some(prefix + 1 + hashes + 1 + end);
    }
    let body = opening.strip_prefix('"')?;
    let mut is_escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            '"' if !is_escaped => return Some(prefix + 1 + at + 1),
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    Some(rest.len())
}

/// The length of `'x'` or `'\n'`; for a lifetime, only that of the `'`.
fn quoted_character(rest: &str) -> usize {
    let body = &rest[1..];
    let end = if let Some(escape) = body.strip_prefix('\\') {
        let skipped = 1 + escape.chars().next().map_or(0, char::len_utf8);
        body[skipped..].find('\'').map(|at| skipped + at)
    } else {
        let length = body.chars().next().map_or(0, char::len_utf8);
        body[length..].starts_with('\'').then_some(length)
    };
    end.map_or(1, |at| 1 + at + 1)
}

#[test]
fn comments_texts_and_characters_are_no_code() {
    let code = r##"
        fn a<'b>(c: &'b str) -> char { // unsafe
            /* unsafe
               unsafe */
            let d = "unsafe \" unsafe\\"; let e = br#"unsafe " unsafe"#; ['"', '\'', '\u{7}', 'f']
        } crate::g
    "##;
    let tokens = of(code);
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    assert_eq!(
        words.join(" "),
        "fn a < b > ( c : & b str ) - > char { let d = ; let e = ; [ , , , ] } crate :: g"
    );
    assert_eq!(tokens.last().unwrap().line, 6);
}
