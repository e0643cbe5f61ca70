//! Files that a spreadsheet, a database or a mistake has changed: they are read as they were meant,
//! or refused with a suggested fix, and nothing is changed.

use crate::folder::{Folder, assert_says};

/// Imports `file`, which must be refused with all `parts` in the message.
fn refused(file: impl AsRef<[u8]>, options: &str, parts: &[&str]) {
    let folder = Folder::new();
    folder.write("users.csv", file);
    let dry_run = folder.refused(&format!("import users.csv --dry-run {options}"));
    let err = folder.refused(&format!("import users.csv {options}"));
    assert_says(&err, parts);
    assert_eq!(dry_run, err);
    assert!(!folder.has_database(), "{parts:?}");
}

/// The lines of the list that `columns` make of the users in `file`.
fn listed(file: impl AsRef<[u8]>, options: &str, columns: &str) -> Vec<String> {
    let folder = Folder::with_enterprise();
    folder.write("users.csv", file);
    folder.done(&format!("import users.csv {options}"));
    let list = folder.done(&format!("users list --format csv --columns {columns}"));
    list.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn names_that_a_spreadsheet_changed_are_refused() {
    let ids = "--map uid=external_id --provisioner g";
    for (cell, told) in [
        (
            "1.07E+20",
            "\"1.07E+20\" is a number that a spreadsheet has rounded",
        ),
        ("1.23457e+11", "has rounded"),
        ("'000123", "begins with the apostrophe"),
        ("\"=\"\"000123\"\"\"", "is a formula"),
        ("#N/A", "in place of a value"),
        (
            "NULL",
            "empty the cell; if it is meant as it is, write an apostrophe before it",
        ),
    ] {
        refused(
            format!("email,uid\nann@ex.co,{cell}\n"),
            ids,
            &["line 2, ann@ex.co: g: ", told],
        );
        refused(
            format!("email,username\nann@ex.co,{cell}\n"),
            "",
            &["line 2, ann@ex.co: username: ", told],
        );
    }
    refused("email;uid\nann@ex.co;1,07E+20\n", ids, &["has rounded"]);
    refused(
        "email\n'ann@ex.co\n",
        "",
        &["email: \"'ann@ex.co\" begins with the apostrophe"],
    );
    for cell in ["#REF!", "########", "\\N", "Ren\u{fffd}"] {
        let told = ["line 2, ann@ex.co: first name: "];
        refused(format!("email,first name\nann@ex.co,{cell}\n"), "", &told);
    }
    let misread = "email,first name\nann@ex.co,RenÃ©\n";
    refused(misread, "", &["line 2", "read as Windows-1252"]);
    let numbers = r#"[{"email":"ann@ex.co","uid":107000000000000000001}]"#;
    refused(
        numbers,
        ids,
        &[
            "the external id of \"g\": ",
            "write it as a text, in quotes",
        ],
    );
    refused(
        numbers,
        "--map uid=attributes.uid",
        &["uid: ", "write it as a text, in quotes"],
    );
}

#[test]
fn quotes_that_csv_does_not_know_are_refused() {
    for (file, told) in [
        (
            "email,'first name'\nann@ex.co,'Ann'\n",
            "in its header, \"'first name'\" is in quotes (U+0027)",
        ),
        (
            "\u{201c}email\u{201d},\u{201c}first name\u{201d}\n",
            "in its header, \"\u{201c}email\u{201d}\" is in quotes (U+201C)",
        ),
        (
            "email,first name\nann@ex.co,'Ann'\n",
            "line 2, ann@ex.co: first name: \"'Ann'\" is in quotes (U+0027)",
        ),
        (
            "email,surname\nann@ex.co,\u{201e}Lee\u{201c}\n",
            "surname: \"\u{201e}Lee\u{201c}\" is in quotes (U+201E)",
        ),
        (
            "email,username\nann@ex.co,`ann`\n",
            "username: \"`ann`\" is in quotes (U+0060)",
        ),
        (
            "\"email,username\"\n\"ann@ex.co,ann\"\n",
            "remove the quotes around whole lines",
        ),
    ] {
        refused(file, "", &[told]);
    }
    let file = "email,attributes.note,last name\nann@ex.co,'x',Ann 'Annie' Lee\n";
    assert_eq!(
        listed(file, "", "attributes.note,family_name"),
        ["'x',Ann 'Annie' Lee"]
    );
    // An ayn and a hamza are written like quotes, and an apostrophe marks what is meant.
    let file = "email,username,first name\nann@ex.co,'NULL,\u{2018}Al\u{101}\u{2019}\n\
                bob@ex.co,bob,''Ala'\n";
    assert_eq!(
        listed(file, "", "username,given_name"),
        ["'NULL,\u{2018}Al\u{101}\u{2019}", "bob,''Ala'"]
    );
}

#[test]
fn json_is_judged_like_csv() {
    let ids = "--map uid=external_id --provisioner g";
    let lost = "has U+FFFD in place of a character that was lost";
    for (member, options, parts) in [
        (
            r#""attributes":{"a":"x\ufffd"}"#,
            "",
            ["the attribute \"a\": ", lost],
        ),
        (
            r#""attributes":{"a":["x","\ufffd"]}"#,
            "",
            ["the attribute \"a\": ", lost],
        ),
        (
            r#""uid":"x\ufffd""#,
            ids,
            ["the external id of \"g\": ", lost],
        ),
    ] {
        let file = format!(r#"{{"email":"ann@ex.co",{member}}}"#);
        refused(file, options, &parts);
    }
    for number in ["1.10", "3.14159265358979323846", "1e3", "-0"] {
        let file = format!(r#"{{"email":"ann@ex.co","uid":{number}}}"#);
        for options in [ids, "--map uid=attributes.uid"] {
            refused(&file, options, &["write it as a text, in quotes"]);
        }
    }
    // Texts that only a spreadsheet would write in place of a value are the writer's own here.
    let file = r##"{"email":"ann@ex.co","username":"NULL","attributes":{"a":"#REF!"}}"##;
    // In CSV, apostrophes mark them.
    assert_eq!(listed(file, "", "username,attributes.a"), ["'NULL,'#REF!"]);
}

#[test]
fn values_that_only_look_odd_are_kept() {
    let file = "email,username,last name,uid\nann@ex.co,o'neil,O'Neil,000123\n\
                bob@ex.co,1e5,'t Hooft,1E5\ncy@ex.co,=cy,Null,#1\n";
    let options = "--map uid=external_id --provisioner g";
    let expected = ["o'neil,O'Neil,000123", "1e5,'t Hooft,1E5", "=cy,Null,#1"];
    assert_eq!(
        listed(file, options, "username,family_name,external_ids.g"),
        expected
    );
    let ignored = "email,id,note\nann@ex.co,1.07E+20,#REF!\n";
    assert_eq!(
        listed(ignored, "--ignore-ids --ignore note", "email"),
        ["ann@ex.co"]
    );
    let exact = r#"[{"email":"ann@ex.co","uid":9007199254740993}]"#;
    assert_eq!(
        listed(exact, options, "external_ids.g"),
        ["9007199254740993"]
    );
}

#[test]
fn answers_keep_their_meaning_in_every_column() {
    let file = "email,suspended,admin\nann@ex.co,WAHR,nein\nbob@ex.co,Falsch,ja\n\
                cy@ex.co,suspended,non\ndee@ex.co,Password_Reset,0\n";
    let expected = ["false,false", "true,true", "false,false", "true,false"];
    assert_eq!(listed(file, "", "active,admin"), expected);
    for word in ["Active", "suspended", "enabled"] {
        let told = format!("admin: {word:?} is neither yes nor no");
        refused(format!("email,admin\nann@ex.co,{word}\n"), "", &[&told]);
    }
}

#[test]
fn dates_of_mails_and_directories_are_read() {
    let file = "email,created\na@ex.co,\"Thu, 11 Jul 2024 16:55:59 GMT\"\n\
                b@ex.co,\"Thursday, July 11, 2024\"\nc@ex.co,20240711165559.0Z\n\
                d@ex.co,13/07/2024 4:05:06\u{a0}p. m.\n";
    let expected = [
        "2024-07-11T16:55:59Z",
        "2024-07-11T00:00:00Z",
        "2024-07-11T16:55:59Z",
        "2024-07-13T16:05:06Z",
    ];
    assert_eq!(listed(file, "", "created_at"), expected);
}

#[test]
fn dates_that_could_be_two_days_are_read_as_the_command_line_says() {
    let file = "email,created\nann@ex.co,5/6/2023 2:15:41 PM\nbob@ex.co,12/11/2023\n";
    refused(
        file,
        "",
        &[
            "could be two different days",
            "--dates day-first or --dates month-first",
        ],
    );
    for (order, expected) in [
        (
            "day-first",
            ["2023-06-05T14:15:41Z", "2023-11-12T00:00:00Z"],
        ),
        (
            "month-first",
            ["2023-05-06T14:15:41Z", "2023-12-11T00:00:00Z"],
        ),
    ] {
        assert_eq!(
            listed(file, &format!("--dates {order}"), "created_at"),
            expected
        );
    }
    let other = file.replace("12/11", "13/11");
    refused(other, "--dates month-first", &["line 3", "is not a time"]);
    let file = r#"[{"mail":"ann@ex.co","whenCreated":"/Date(1685456141000)/"}]"#;
    assert_eq!(listed(file, "", "created_at"), ["2023-05-30T14:15:41Z"]);
}

#[test]
fn blanks_around_a_cell_are_no_part_of_it() {
    let file = "email,username,first name\n\u{a0}ann@ex.co\u{a0}, \"ann\"\u{2003},\u{a0}\n\
                \"\u{a0}bob@ex.co \",bob,\"\u{a0}Bob\u{a0}\"\n";
    assert_eq!(
        listed(file, "", "email,username,given_name"),
        ["ann@ex.co,ann,", "bob@ex.co,bob,Bob"]
    );
}

#[test]
fn files_of_another_kind_are_told() {
    for (file, told) in [
        (
            &b"\x1f\x8b\x08\0"[..],
            "it is compressed with gzip; unpack it first",
        ),
        (b"PK\x03\x04\x14\0", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save the sheet as CSV"),
        (b"<!DOCTYPE html><html>", "it is HTML or XML"),
        (b"dn: uid=ann,dc=ex\nmail: ann@ex.co\n", "it is LDIF"),
        (b"BEGIN:VCARD\n", "it is vCards"),
        (b"\xff\xfe\0\0e\0\0\0", "it is UTF-32"),
        (
            b"email\nann@ex.co\n\0\0\0",
            "line 3, column 1 has the character U+0000",
        ),
        (b"\x18\x04,\0e\0m\0", "use --encoding utf-16le"),
        (b"# export\nemail\n", "remove what is before it"),
        (b"email^username\n", "name it with --delimiter"),
    ] {
        refused(file, "", &["can't import users.csv: ", told]);
    }
    let utf8 = "email,first name\nann@ex.co,Ren\u{e9}\n";
    refused(
        utf8,
        "--encoding windows-1252",
        &["it is UTF-8, and not Windows-1252"],
    );
    let told = ["it has no users", "jq .value FILE | headcount import -"];
    refused(r#"{"value":[{"mail":"ann@ex.co"}]}"#, "", &told);
    refused(
        r#"{"data":{"rows":[{"mail":"a@ex.co"}]}}"#,
        "",
        &["jq .data.rows FILE"],
    );
    let folder = Folder::new();
    for name in ["x;curl evil|sh;", "1a", "a-b", ""] {
        let file = format!(r#"{{"{name}":[{{"mail":"a@ex.co"}}]}}"#);
        folder.write("users.json", file);
        let err = folder.refused("import users.json");
        assert_says(&err, &[&format!("in its list {name:?}, import that alone")]);
        assert!(!err.contains("jq"), "{err}");
    }
}

#[test]
fn what_powershell_writes_first_is_skipped() {
    let file = "#TYPE Selected.User\r\n\"mail\",\"accountEnabled\"\r\n\"ann@ex.co\",\"False\"\r\n";
    assert_eq!(listed(file, "", "email,active"), ["ann@ex.co,false"]);
}
