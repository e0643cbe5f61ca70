//! Text from files and from the directory can't steer a terminal.

use crate::folder::{Folder, assert_says};

/// Nothing printed may be a control character, but for the end of a line.
#[track_caller]
fn assert_plain(text: &str) {
    let unsafe_char = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    assert_eq!(unsafe_char, None, "{text:?}");
}

#[test]
fn what_is_stored_is_written_out() {
    let folder = Folder::new();
    folder.write(
        "u.jsonl",
        "{\"email\":\"ann@ex.co\",\"attributes\":{\"note\":\
          \"\\u001b[2J\\u009b\\r\\nx\",\"other\":\"a\u{202e}b\"}}\n",
    );
    folder.done("import u.jsonl");
    let out = folder.done("users get ann@ex.co");
    assert_says(
        &out,
        &[
            "note = <U+001B>[2J<U+009B><U+000D><U+000A>x\n",
            "a<U+202E>b\n",
        ],
    );
    assert_plain(&out);
    assert_plain(&folder.done("users list"));
    let note = &folder.user("ann@ex.co")["attributes"]["note"];
    assert_eq!(note, "\u{1b}[2J\u{9b}\r\nx", "JSON has it as it is");
}

#[test]
fn what_is_refused_is_written_out() {
    let folder = Folder::new();
    folder.write(
        "u.jsonl",
        "{\"email\":\"\\u001b[2J@ex.co\"}\n{\"username\":\"\\u001b]0;x\\u0007\\n\"}\n\
         {\"email\":\"a@ex.co\",\"\\u001b[1m\":1}\n",
    );
    let err = folder.refused("import u.jsonl");
    assert_says(&err, &["3 of 3 rows"]);
    assert_plain(&err);
    assert_eq!(err.lines().count(), 5);
    assert_plain(&folder.run_args(&["users", "get", "\u{1b}[2J@ex.co"]).err);
    assert_plain(&folder.run_args(&["import", "\u{1b}[2J"]).err);
}

#[test]
fn arguments_in_usage_errors_are_written_out() {
    let folder = Folder::new();
    for line in [
        ["users", "list", "--no\u{1b}[31m"],
        ["users", "li\u{202e}st", "x"],
        ["users", "\u{1b}[31m", "x"],
        ["users", "list", "--limit=\u{1b}[31m"],
    ] {
        let run = folder.run_args(&line);
        assert_eq!(run.code, 2, "{line:?}");
        assert_plain(&run.err);
        assert_says(&run.err, &["<U+"]);
    }
}

#[test]
fn long_cells_are_whole_in_a_pipe() {
    let folder = Folder::new();
    let email = format!("{}@{}.example", "a".repeat(60), "b".repeat(60));
    folder.done(&format!(
        "users create {email} --given-name {}",
        "c".repeat(200)
    ));
    let out = folder.done("users list");
    assert_says(&out, &[&email, &"c".repeat(200)]);
    assert_eq!(out.lines().count(), 4);
}
