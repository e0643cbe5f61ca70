//! Breaks lines that are wider than the terminal between words.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns standard output has: as `COLUMNS` says, or its terminal.
pub(crate) fn stdout_width() -> Option<usize> {
    of_environment().or_else(|| of_terminal(terminal_size::terminal_size_of(io::stdout())))
}

/// How many columns standard error has.
pub(crate) fn stderr_width() -> Option<usize> {
    of_environment().or_else(|| of_terminal(terminal_size::terminal_size_of(io::stderr())))
}

/// Prints something on standard error beside the output. A failure to write it is ignored.
pub(crate) fn say(line: &str) {
    let mut err = Wrapping::new(io::stderr(), stderr_width());
    let _ = writeln!(err, "{line}").and_then(|()| err.flush());
}

fn of_environment() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok()?.parse().ok()?;
    Some(columns).filter(|columns| *columns > 0)
}

fn of_terminal(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<usize> {
    size.map(|(width, _)| width.0.into())
}

/// Breaks the lines that are written to it.
pub(crate) struct Wrapping<W: Write> {
    out: W,
    /// `None`: lines stay as they are.
    width: Option<usize>,
    /// The beginning of a line whose end is still to come.
    line: Vec<u8>,
}

impl<W: Write> Wrapping<W> {
    pub(crate) fn new(out: W, width: Option<usize>) -> Self {
        Self {
            out,
            width,
            line: Vec::new(),
        }
    }

    /// Leaves lines as they are from now on: they are data.
    pub(crate) fn stop(&mut self) {
        self.width = None;
    }

    fn write_line(&mut self, width: usize) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match str::from_utf8(&line) {
            Ok(text) => self.out.write_all(wrapped(text, width).as_bytes()),
            Err(_) => self.out.write_all(&line),
        }
    }
}

impl<W: Write> Write for Wrapping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(width) = self.width else {
            return self.out.write(bytes);
        };
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.write_line(width)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(width) = self.width {
            self.write_line(width)?;
        }
        self.out.flush()
    }
}

/// `text` with each of its lines broken so that it has at most `width` columns; a word that
/// is longer has a line to itself. What follows is indented as far as the last column of a
/// table that begins in the left half, or as a paragraph is.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut all = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (body, end) = match line.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (line, ""),
        };
        if body.width() > width {
            wrap_line(body, width, &mut all);
        } else {
            all.push_str(body);
        }
        all.push_str(end);
    }
    all
}

/// `text`, cut off where it has more columns than this.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut column = 0;
    let is_within = |c: &char| {
        column += c.width().unwrap_or(0);
        column < columns
    };
    let kept: String = text.chars().take_while(is_within).collect();
    kept + "…"
}

fn wrap_line(line: &str, width: usize, out: &mut String) {
    let indent = indent(line, width);
    let (mut column, mut has_word) = (0, false);
    let mut rest = line;
    while !rest.is_empty() {
        let start = rest.find(|c| c != ' ').unwrap_or(rest.len());
        let end = rest[start..].find(' ').map_or(rest.len(), |at| start + at);
        let (blanks, word) = rest[..end].split_at(start);
        let columns = word.width();
        if has_word && column + blanks.len() + columns > width {
            // A word that fits alone is not moved over the edge.
            column = indent.min(width.saturating_sub(columns));
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', column));
        } else {
            // A first word that fits alone is not indented over the edge.
            let room = width.saturating_sub(columns);
            let blanks = if !has_word && columns <= width {
                blanks.len().min(room)
            } else {
                blanks.len()
            };
            column += blanks;
            out.extend(std::iter::repeat_n(' ', blanks));
        }
        out.push_str(word);
        column += columns;
        has_word = true;
        rest = &rest[end..];
    }
}

/// How far the lines behind the first are indented.
fn indent(line: &str, width: usize) -> usize {
    let own = line.len() - line.trim_start_matches(' ').len();
    let (mut column, mut blanks, mut found) = (0, 0, None);
    for c in line.trim_end().chars() {
        if c == ' ' {
            blanks += 1;
        } else {
            if blanks > 1 && column <= width / 2 + 1 {
                found = Some(column);
            }
            blanks = 0;
        }
        column += c.width().unwrap_or(0);
    }
    match found {
        Some(column) if column > own => column,
        _ if own + 2 <= width / 2 && own > 0 => own + 2,
        _ if own <= width / 2 + 1 => own,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        for (line, expected) in [
            ("short", "short"),
            ("one two three four", "one two\nthree four"),
            ("  one two three", "  one two\n    three"),
            ("ok  one two three", "ok  one\n    two\n    three"),
            ("      a b c d", "      a b\n      c d"),
            ("       a b c d", "       a b\nc d"),
            ("averylongword b", "averylongword\nb"),
            ("    sevenxx b", "   sevenxx\n    b"),
            ("  averylongword", "  averylongword"),
            ("a averylongword b", "a\naverylongword\nb"),
            ("中文 中文 中文", "中文 中文\n中文"),
            ("one two three\n\nfour\n", "one two\nthree\n\nfour\n"),
        ] {
            assert_eq!(wrapped(line, 10), expected, "{line:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut() {
        for (text, columns, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("中文", 3, "中…"),
            ("a", 0, "…"),
        ] {
            assert_eq!(cut(text, columns), expected);
        }
    }

    #[test]
    fn a_line_is_broken_however_it_is_written() {
        let mut out = Wrapping::new(Vec::new(), Some(10));
        for part in ["one ", "two three", "\nfour", " five six"] {
            out.write_all(part.as_bytes()).unwrap();
        }
        out.flush().unwrap();
        out.stop();
        out.write_all(b"\none two three").unwrap();
        let text = String::from_utf8(out.out).unwrap();
        assert_eq!(text, "one two\nthree\nfour five\nsix\none two three");
    }
}
