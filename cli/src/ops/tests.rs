//! Lines that are read as operations, and the messages for others.

use headcount::{License, Op, WorkspaceId};

use super::*;

fn refused(text: &str) -> Vec<(usize, String)> {
    let unreadable = parse(text).err().unwrap();
    unreadable.into_iter().map(|u| (u.line, u.reason)).collect()
}

#[track_caller]
fn assert_refused(line: &str, expected: &str) {
    let reason = refused(line).remove(0).1;
    assert!(reason.contains(expected), "{line}: {reason}");
}

#[test]
fn each_operation_is_read() {
    let text = r#"
        {"op":"create_user","email":"a@b","id":null,"attributes":{"a":"b"}}

        {"op":"update_user","user":"a@b","username":null,"attributes":{"a":null},"if_version":3}
        {"op":"set_license","license":5}
        {"op":"set_license","license":"enterprise","if_version":1}
        {"op":"remove_member","workspace":12,"user":"a@b"}
    "#;
    let operations = parse(text).ok().unwrap();
    let told: Vec<_> = operations
        .iter()
        .map(|o| (o.line, o.name.as_str(), o.step.if_version))
        .collect();
    assert_eq!(
        told,
        [
            (2, "create_user", None),
            (4, "update_user", Some(3)),
            (5, "set_license", None),
            (6, "set_license", Some(1)),
            (7, "remove_member", None),
        ]
    );
    assert!(matches!(
        operations[2].step.op,
        Op::SetLicense(License::Seats(5))
    ));
    let Op::RemoveMember(workspace, _) = &operations[4].step.op else {
        panic!("another operation");
    };
    assert_eq!(*workspace, WorkspaceId::from_u64(12).into());
}

#[test]
fn what_is_not_an_operation_is_told_with_its_line() {
    let text = "{\"op\":\"delete_user\",\"user\":\"a@b\"}\n5\n\n{\"op\":\n";
    let told = refused(text);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].0, 2);
    assert!(told[0].1.starts_with("an object such as"), "{told:?}");
    assert_eq!(told[1].0, 4);
    assert_eq!(
        told[1].1,
        "the file ends in the middle of a value, at column 6: was it copied whole? Export or copy it \
         again"
    );
}

#[test]
fn nothing_unknown_is_taken() {
    for (line, expected) in [
        (
            r#"{"op":"explode"}"#,
            "unknown op `explode`; there are `create_user`",
        ),
        (r#"{"user":"a@b"}"#, "the field `op` is missing"),
        (r#"{"op":"activate_user"}"#, "the field `user` is missing"),
        (r#"{"op":null}"#, "a text is needed, not null"),
        (
            r#"{"op":"activate_user","user":"a@b","who":1}"#,
            "unknown field `who`",
        ),
        (
            r#"{"op":"create_user","email":"a@b","if_version":1}"#,
            "unknown field",
        ),
        (
            r#"{"op":"create_user","email":"a@b","emali":1}"#,
            "unknown field `emali`",
        ),
        (
            r#"{"op":"create_workspace","name":"a","if_version":1}"#,
            "unknown field",
        ),
        (
            r#"{"op":"default_workspace","user":"a@b","if_version":1}"#,
            "unknown field",
        ),
        (
            r#"{"op":"update_user","user":"a@b","email":null}"#,
            "a text is needed, not null",
        ),
        (
            r#"{"op":"delete_user","user":"a@b","user":"c@d"}"#,
            "column 39: the key \"user\" is there twice",
        ),
        (r#"{"op":"set_license","license":-1}"#, "a number of seats"),
        (
            r#"{"op":"set_license","license":"several"}"#,
            "a number of seats",
        ),
        (
            r#"{"op":"add_member","workspace":"a","user":"b"}"#,
            "the field `role` is missing",
        ),
        (
            r#"{"op":"add_member","workspace":true,"user":"b","role":"user"}"#,
            "`workspace`: a workspace's name or numeric id is needed, not true",
        ),
        (
            r#"{"op":"add_member","workspace":"a","user":"b","role":"boss"}"#,
            "use owner or user",
        ),
        (
            r#"{"op":"create_user","email":"a@b","id":"5"}"#,
            "is not a UUID",
        ),
    ] {
        assert_refused(line, expected);
    }
}

#[test]
fn operations_may_be_a_list_or_take_several_lines() {
    for text in [
        "[{\"op\":\"activate_user\",\"user\":\"a\"},\n {\"op\":\"activate_user\",\"user\":\"b\"}]",
        "{\"op\":\"activate_user\",\r\n \"user\":\"a\"} {\"op\":\"activate_user\",\"user\":\"b\"}",
        "{\"op\":\"activate_user\",\"user\":\"a\"}\r{\"op\":\"activate_user\",\"user\":\"b\"}",
    ] {
        let lines: Vec<_> = parse(text).ok().unwrap().iter().map(|o| o.line).collect();
        assert_eq!(lines, [1, 2], "{text}");
    }
    let told = refused("[\n {\"op\":\"activate_user\",\"user\":\"a\"},\n {\"op\":\"explode\"}]");
    assert_eq!(told[0].0, 3);
}

#[test]
fn a_broken_list_is_told_once_with_its_place() {
    for (rest, expected) in [
        (
            "{\"op\":\"act",
            "the file ends in the middle of a text, at column 11: was it copied",
        ),
        ("{\"op\" 1}]", "not valid JSON: `:` is needed at column 8"),
    ] {
        let text = format!("[{{\"op\":\"activate_user\",\"user\":\"a\"}},\n {rest}");
        let told = refused(&text);
        assert_eq!((told.len(), told[0].0), (1, 2), "{told:?}");
        assert!(told[0].1.starts_with(expected), "{told:?}");
    }
}
