//! Every command that the README and `docs/cli.md` show is run, block by block, and prints
//! what they show, apart from numbers; and every example of a help page is run.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use headcount::{Directory, License, NewUser, NewWorkspace};
use headcount_server::{Config, Holder, Scope};

use crate::folder::Folder;
use crate::served::Served;

const DOCUMENTS: [(&str, &str); 2] = [
    ("README.md", include_str!("../../../README.md")),
    ("docs/cli.md", include_str!("../../../docs/cli.md")),
];

/// What goes on until it is stopped, and what is no command of ours.
const NOT_RUN: [&str; 3] = ["headcount changes --follow", "headcount serve", "curl "];

/// What the examples of a help page need to be there.
const BEFORE: [(&str, &str); 5] = [
    ("restore", "headcount backup monday.redb"),
    ("verify", "headcount backup monday.redb"),
    (
        "workspaces restore",
        "headcount workspaces archive 'Fraud models'",
    ),
    (
        "workspaces remove",
        "headcount workspaces add 'Fraud models' bob",
    ),
    (
        "keys revoke",
        "key=$(headcount keys create x --provisioner x --json | sed 's/.*\"id\":\"//; s/\".*//')",
    ),
];

/// What the examples of a help page name, and what is there instead.
const INSTEAD: [(&str, &str); 6] = [
    ("/var/lib/headcount/users.redb", "headcount.redb"),
    ("/var/lib/headcount", "."),
    ("\"${fpath[1]}/_headcount\"", "_headcount"),
    ("revoke 6f1c2a9e04b7d358", "revoke \"$key\""),
    ("--time 30s", ""),
    ("headcount bench", "headcount bench --time 50ms"),
];

/// A command, and the output that is shown below it.
struct Shown<'d> {
    command: &'d str,
    output: Vec<&'d str>,
}

/// The blocks of a document that show commands of ours.
fn blocks(document: &str) -> impl Iterator<Item = Vec<Shown<'_>>> {
    let blocks = document.split("```console\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap());
    blocks.filter_map(|block| {
        let mut shown: Vec<Shown<'_>> = Vec::new();
        for line in block.lines() {
            match line.strip_prefix("$ ") {
                Some(command) => shown.push(Shown {
                    command,
                    output: Vec::new(),
                }),
                None => shown.last_mut()?.output.push(line),
            }
        }
        let is_ours = |shown: &Shown<'_>| shown.command.contains("headcount ");
        let is_built = |shown: &Shown<'_>| shown.command.starts_with("cargo ");
        (shown.iter().any(is_ours) && !shown.iter().any(is_built)).then_some(shown)
    })
}

/// What the commands of a block find: users, of whom ann is there unless the block makes
/// her, a workspace likewise, 17 changes, and files.
fn folder(text: &str) -> Folder {
    let folder = Folder::new();
    let path = folder.path("headcount.redb");
    let directory = Directory::open(&path).unwrap();
    directory.set_license(License::Seats(20)).unwrap();
    let create = |user| directory.create_user(user).unwrap();
    create(NewUser::new("root@root.example").admin(true));
    create(NewUser::new("bob@ex.co").username("bob"));
    let id = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".parse().unwrap();
    create(NewUser::new("cho@ex.co").id(id));
    create(NewUser::new("dee@ex.co").attribute("team", "gone"));
    if !text.contains("users create ann@ex.co") {
        let ann = create(NewUser::new("ann@ex.co").username("ann"));
        let workspace = NewWorkspace::new("Fraud models").owner("root@root.example");
        let by_ann = directory.acting_as(ann.id());
        by_ann.create_workspace(workspace).unwrap();
    }
    let mut last = String::new();
    while directory.stats().unwrap().latest_change < 16 {
        last = format!("u{}@ex.co", directory.seats().unwrap().active);
        create(NewUser::new(&last));
    }
    directory.deactivate_user(&*last).unwrap();
    directory.close().unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

    folder.write("leavers.txt", "# of March\ndee@ex.co\n");
    folder.write("users.csv", "email\nnew@ex.co\n");
    folder.write(
        "hr.csv",
        "email,admin\nroot@root.example,yes\nann@ex.co,yes\n",
    );
    let okta = if text.contains("User Id") {
        "User Id,email\n00u1a2b3,bob@ex.co\n"
    } else if text.contains("Team=") {
        "email,Team,Phone\nnew@ex.co,a,7\n"
    } else {
        "email,Cost center\nnew@ex.co,7\n"
    };
    folder.write("okta.csv", okta);
    folder.write(
        "requests.jsonl",
        r#"{"op":"create_user","email":"new@ex.co"}"#,
    );
    for name in [
        "bin",
        "keycloak-export",
        "man1",
        ".local/share/bash-completion/completions",
        ".config/fish/completions",
    ] {
        fs::create_dir_all(folder.path(name)).unwrap();
    }
    let users = r#"[{"username":"kim","email":"kim@ex.co","enabled":true}]"#;
    folder.write("keycloak-export/demo-users-0.json", users);
    symlink(
        env!("CARGO_BIN_EXE_headcount"),
        folder.path("bin/headcount"),
    )
    .unwrap();
    for (name, script) in [
        ("bin/kcadm.sh", format!("#!/bin/sh\necho '{users}'\n")),
        ("bin/man", "#!/bin/sh\ncat >/dev/null\n".to_owned()),
    ] {
        folder.write(name, &script);
        fs::set_permissions(folder.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

/// Without numbers, and without the blanks that depend on them.
fn plain(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        let mut plain = String::new();
        for c in word.chars() {
            let c = if c.is_ascii_digit() { '0' } else { c };
            if c != '0' || !plain.ends_with('0') {
                plain.push(c);
            }
        }
        plain
    });
    words.collect::<Vec<_>>().join(" ")
}

fn run(name: &str, block: &[Shown<'_>]) {
    let commands = || block.iter().map(|shown| shown.command);
    let text = commands().collect::<Vec<_>>().join("\n");
    let folder = folder(&text);
    let mut script = "set -e\nexec 2>&1\n".to_owned();
    for command in commands() {
        let is_run = !NOT_RUN.iter().any(|not| command.starts_with(not));
        let command = if is_run { command } else { ":" };
        script.extend(["echo @@\n", command, "\n"]);
    }
    script = script.replace("/usr/local/share/man/man1", "man1");
    let served = script.contains("server").then(|| {
        let path = folder.path("served.redb");
        fs::rename(folder.path("headcount.redb"), &path).unwrap();
        Served::start(&path, &Directory::options(), Config::default())
    });
    if let Some(served) = &served {
        let root = served.directory.user("root@root.example").unwrap().unwrap();
        let key = served.key(Holder::User(root.id()), Scope::Admin);
        folder.write("admin.key", &key);
        for url in [
            "https://users.example.com",
            "http://127.0.0.1:8080",
            "http://localhost:8080",
        ] {
            script = script.replace(url, &served.url);
        }
    }
    let path = format!(
        "{}:{}",
        folder.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path(""))
        .env("PATH", path)
        .env("HOME", folder.path(""))
        .env_remove("HEADCOUNT_DB")
        .env_remove("HEADCOUNT_SERVER")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{name}:\n{script}\n{said}");
    let outputs: Vec<_> = said.split("@@\n").skip(1).collect();
    assert_eq!(outputs.len(), block.len(), "{name}: {said}");
    for (shown, said) in block.iter().zip(outputs) {
        let said_plain: Vec<_> = said.lines().map(plain).collect();
        for line in &shown.output {
            assert!(
                said_plain.contains(&plain(line)),
                "{name}: {} says no {line:?}:\n{said}",
                shown.command
            );
        }
    }
}

#[test]
fn every_command_that_is_shown_works() {
    let mut seen = String::new();
    for (name, document) in DOCUMENTS {
        for block in blocks(document) {
            run(name, &block);
            seen.extend(block.iter().map(|shown| format!("{}\n", shown.command)));
        }
    }
    for verb in [
        "seats",
        "undo",
        "doctor",
        "export",
        "import",
        "search",
        "changes",
        "batch",
        "backup",
        "restore",
        "completions",
        "man",
        "users update",
        "--server",
    ] {
        assert!(seen.contains(verb), "{verb} is not shown");
    }
}

/// The examples at the end of a help page.
fn examples(help: &str) -> Vec<&str> {
    let Some((_, examples)) = help.split_once("\nExamples:\n") else {
        return Vec::new();
    };
    examples
        .lines()
        .map_while(|line| line.strip_prefix("  "))
        .collect()
}

#[test]
fn every_help_page_has_examples_that_work() {
    let pages = Folder::new();
    let commands = pages.commands();
    assert!(commands.len() > 35, "{commands:?}");
    for command in [""].into_iter().chain(commands.iter().map(String::as_str)) {
        let help = pages.done(&format!("{command} --help"));
        let examples = examples(&help);
        let is_of_it = |example: &&str| example.contains(&format!("headcount {command}"));
        assert!(examples.iter().any(is_of_it), "{command}: {examples:?}");
        let before = BEFORE.iter().filter(|(of, _)| *of == command);
        let mut lines: Vec<_> = before.map(|(_, line)| (*line).to_owned()).collect();
        lines.extend(examples.into_iter().map(|example| {
            let replaced = |text: String, (named, here): &(&str, &str)| text.replace(named, here);
            INSTEAD.iter().fold(example.to_owned(), replaced)
        }));
        let block: Vec<_> = { lines.iter() }
            .map(|command| Shown {
                command,
                output: Vec::new(),
            })
            .collect();
        run(command, &block);
    }
}
