//! Help and tables, whole, as `snapshots/` has them; also on narrow terminals, and
//! without colors. After a change that is meant, run the tests with
//! `INSTA_UPDATE=always` and read the difference.

use insta::assert_snapshot;
use serde_json::json;

use crate::folder::Folder;
use crate::terminal;

/// Every command with options of its own.
const COMMANDS: [&str; 29] = [
    "",
    "import",
    "users",
    "users list",
    "users get",
    "users create",
    "users update",
    "users activate",
    "users deactivate",
    "users delete",
    "seats",
    "license",
    "license set",
    "workspaces",
    "workspaces list",
    "workspaces create",
    "workspaces set-role",
    "batch",
    "changes",
    "undo",
    "doctor",
    "bench",
    "backup",
    "restore",
    "export",
    "stats",
    "verify",
    "repair",
    "keys create",
];

/// Users and workspaces whose ids and times are always the same.
fn folder() -> Folder {
    let folder = Folder::new();
    let user = |number: u8, email: &str, more: serde_json::Value| {
        let mut user = json!({
            "op": "create_user", "email": email,
            "id": format!("00000000-0000-0000-0000-00000000000{number}"),
            "created_at": format!("2026-11-0{number}T08:00:00Z"),
        });
        for (name, value) in more.as_object().unwrap() {
            user[name] = value.clone();
        }
        user.to_string()
    };
    let lines = [
        user(
            1,
            "ann@example.com",
            json!({ "username": "ann", "admin": true }),
        ),
        user(2, "bob@example.com", json!({ "active": false })),
        user(
            3,
            "cho@example.com",
            json!({
                "given_name": "秀英", "family_name": "Cho", "attributes": { "team": "fraud" },
            }),
        ),
        json!({ "op": "create_workspace", "name": "Fraud models", "owner": "ann" }).to_string(),
    ];
    folder.write("ops.jsonl", &lines.join("\n"));
    folder.done("batch ops.jsonl");
    folder
}

#[test]
fn help_of_every_command() {
    let folder = Folder::new();
    for command in COMMANDS {
        let name = format!("help {command}").trim().replace(' ', "-");
        assert_snapshot!(name, folder.done(&format!("{command} --help")));
    }
}

#[test]
fn tables() {
    let folder = folder();
    folder.write(
        "more.jsonl",
        "{\"op\":\"set_license\",\"license\":9}\n\n\
         {\"op\":\"add_member\",\"workspace\":1,\"user\":\"bob@example.com\",\"role\":\"user\"}\n\
         {\"op\":\"deactivate_user\",\"user\":\"bob@example.com\"}\n",
    );
    for (name, line) in [
        ("users", "users list"),
        (
            "columns",
            "users list --columns id,email,created_at,attributes.team",
        ),
        (
            "csv",
            "users list --format csv --columns email,given_name,attributes.team",
        ),
        (
            "dry-run",
            "users activate bob@example.com cho@example.com --dry-run",
        ),
        ("workspaces", "workspaces list"),
        ("batch", "batch more.jsonl --dry-run"),
    ] {
        let run = folder.run(line);
        let text = format!("{}{}", run.out, run.err);
        assert_snapshot!(format!("table-{name}"), without_times(&text));
    }
}

/// `text` with the times of this year's clock replaced: those with parts of a second.
fn without_times(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words
        .map(|word| {
            let time = word.trim_end();
            let is_now = time.len() > 20 && time.ends_with('Z') && time.contains('.');
            if is_now {
                word.replace(time, "NOW")
            } else {
                word.to_owned()
            }
        })
        .collect()
}

#[test]
fn a_table_that_does_not_fit_has_a_paragraph_for_each_row() {
    let folder = folder();
    let (code, shown) = terminal::run(folder.command("users list"), 40, "");
    assert_eq!(code, 0);
    assert_snapshot!("narrow-users", shown.replace('\r', ""));
    assert!(shown.lines().all(|line| line.len() <= 60), "{shown}");
    let (_, wide) = terminal::run(folder.command("users list"), 80, "");
    assert_eq!(wide.replace('\r', ""), folder.done("users list"));
    let (code, seats) = terminal::run(folder.command("seats"), 40, "");
    assert!(code == 0 && seats.contains("\nPEAK     2\r\n"), "{seats}");
    assert!(
        seats.lines().all(|line| line.trim_end().len() <= 40),
        "{seats}"
    );
    let (code, help) = terminal::run(folder.command("users get --help"), 40, "");
    assert_eq!(code, 0);
    let widest = help.lines().map(|line| line.trim_end().len()).max();
    assert!(widest <= Some(40), "{widest:?}: {help}");
}

/// Whether the line fits, or is one word.
fn fits(line: &str, columns: usize) -> bool {
    line.chars().count() <= columns || !line.trim().contains(' ')
}

#[test]
fn no_line_is_longer_than_forty_columns() {
    let folder = folder();
    folder.write(
        "u.csv",
        "email,active\nann@example.com,no\nx y,\ndana@example.com,\n",
    );
    folder.write(
        "bad.csv",
        "email,actve,department of the user\nann@example.com,,\n",
    );
    let commands = folder.commands();
    let lines = [
        "users list",
        "users list --limit 1",
        "users list --limit 1 --columns email,created_at",
        "users list --sort nothing",
        "users lst",
        "users get ann",
        "users get nobody",
        "users create dan@example.com",
        "users update ann --given-name Ann",
        "search ann",
        "search nobody",
        "users delete ann",
        "users deactivate ann nobody no-one-else-either",
        "users activate bob@example.com cho@example.com --dry-run",
        "users create ann@example.com",
        "seats --holders",
        "license show",
        "license set 2",
        "workspaces list",
        "workspaces get 1",
        "workspaces members 1",
        "workspaces create 'Churn models' --owner ann",
        "workspaces default ann",
        "workspaces add 1 cho@example.com",
        "workspaces set-role 1 ann user",
        "workspaces remove 1 ann",
        "workspaces rename 2 'Models of customers who might leave'",
        "workspaces archive id:2",
        "workspaces restore id:2",
        "workspaces delete id:9",
        "workspaces delete id:2",
        "changes",
        "changes --user nobody",
        "undo 1 --dry-run",
        "undo 2 --dry-run",
        "batch bad.csv",
        "doctor",
        "stats",
        "verify",
        "compact",
        "export --output all.jsonl",
        "restore all.jsonl",
        "repair --dry-run",
        "repair --aside aside.jsonl",
        "serve --public-url nowhere",
        "serve --listen 0.0.0.0:80",
        "completions nothing",
        "man --dir nowhere",
        "stats --format nothing",
        "import u.csv --dry-run",
        "import u.csv --skip-invalid --dry-run",
        "import bad.csv",
        "bench --time 1s",
        "keys create x --provisioner hr",
        "keys list",
        "keys list --revoked",
        "keys revoke 0",
        "backup headcount.redb",
    ];
    for command in &commands {
        let is_run = lines.iter().any(|line| line.starts_with(&**command));
        assert!(is_run, "{command} is not run");
    }
    let helps: Vec<_> = { commands.iter() }
        .map(|command| format!("{command} --help"))
        .collect();
    for line in helps.iter().map(String::as_str).chain(lines) {
        let mut command = folder.command(line);
        let output = command.env("COLUMNS", "40").output().unwrap();
        for said in [output.stdout, output.stderr] {
            let said = String::from_utf8(said).unwrap();
            let wide: Vec<_> = said.lines().filter(|line| !fits(line, 40)).collect();
            assert!(wide.is_empty(), "{line}: {wide:#?}");
        }
        let (_, shown) = terminal::run(folder.command(line), 40, "n\n");
        // A word that fits alone is not over the edge either.
        let columns = |line: &str| line.trim_end().chars().count();
        let is_over = |line: &&str| columns(line) > 40 && columns(line.trim_start()) <= 40;
        let over: Vec<_> = shown.lines().filter(is_over).collect();
        assert!(over.is_empty(), "{line}: {over:#?}");
        // The output has the typed command before the question, and the error after it.
        let wide: Vec<_> = { shown.lines() }
            .filter(|line| !line.contains(['\u{1b}', '?']) && !fits(line.trim_end(), 40))
            .collect();
        assert!(wide.is_empty(), "{line}: {wide:#?}");
    }
    // Output for programs is not wrapped.
    let mut command = folder.command("users list --format csv");
    let output = command.env("COLUMNS", "40").output().unwrap();
    let csv = folder.done("users list --format csv");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), csv);
}

/// The command has no colors, and moves the cursor for progress alone.
#[test]
fn there_are_no_colors() {
    let folder = folder();
    for line in ["users list", "users lst", "users get nobody", "--help"] {
        for (name, value) in [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")] {
            let mut command = folder.command(line);
            command.env(name, value).env("TERM", "xterm-256color");
            let (_, shown) = terminal::run(command, 80, "");
            assert!(!shown.contains('\u{1b}'), "{line}: {shown:?}");
        }
    }
}

#[test]
fn progress_is_shown_on_a_terminal_alone() {
    let folder = Folder::new();
    folder.done("license set enterprise");
    let rows: Vec<_> = (0..20_000).map(|n| format!("u{n}@ex.co")).collect();
    folder.write("u.csv", &format!("email\n{}\n", rows.join("\n")));
    let piped = folder.run("import u.csv --dry-run");
    assert_eq!((piped.code, piped.err.as_str()), (0, ""));
    let mut command = folder.command("import u.csv");
    command.env("NO_COLOR", "1");
    let (code, shown) = terminal::run(command, 60, "");
    assert_eq!(code, 0);
    assert!(shown.contains("reading u.csv"), "{}", &shown[..500]);
    // Colors end in an m; what moves the cursor and clears lines does not.
    let mut escapes = shown.split('\u{1b}').skip(1);
    let is_color = |part: &str| {
        part.trim_start_matches(['[', ';', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
            .starts_with('m')
    };
    assert!(!escapes.any(is_color));
}

#[test]
fn progress_fits_the_terminal() {
    let folder = Folder::new();
    folder.done("license set enterprise");
    let rows: Vec<_> = (0..20_000).map(|n| format!("u{n}@ex.co")).collect();
    let name = "users-of-the-whole-company-as-exported-on-monday.csv";
    folder.write(name, &format!("email\n{}\n", rows.join("\n")));
    for columns in [40, 60, 80] {
        let command = folder.command(&format!("import {name} --dry-run"));
        let (code, shown) = terminal::run(command, columns, "");
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("reading users-of-the-"), "{shown}");
        // What moves the cursor and clears lines takes no columns.
        let is_command = |c: char| c == '[' || c == ';' || c.is_ascii_digit();
        let drawn = shown.split(['\r', '\n']).flat_map(|line| {
            let mut parts = line.split('\u{1b}');
            let first = parts.next();
            let behind = parts.map(|part| part.trim_start_matches(is_command));
            first
                .into_iter()
                .chain(behind.map(|part| part.get(1..).unwrap_or_default()))
        });
        let wide: Vec<_> = drawn
            .filter(|part| !fits(part.trim_end(), columns.into()))
            .collect();
        assert!(wide.is_empty(), "{columns}: {wide:#?}");
    }
}

#[test]
fn the_name_of_a_file_does_not_steer_the_terminal() {
    let folder = Folder::new();
    folder.done("license set enterprise");
    let rows: Vec<_> = (0..20_000).map(|n| format!("u{n}@ex.co")).collect();
    let name = "u\u{1b}[2J\u{7}.csv";
    folder.write(name, &format!("email\n{}\n", rows.join("\n")));
    let command = folder.command(&format!("import {name} --dry-run"));
    let (code, shown) = terminal::run(command, 60, "");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("reading u<U+001B>[2J"), "{}", &shown[..500]);
    assert!(!shown.contains("\u{1b}[2J") && !shown.contains('\u{7}'));
}
