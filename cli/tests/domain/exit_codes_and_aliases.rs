//! Exit codes by kind, aliases of commands, and shell completions.

use headcount::Directory;
use serde_json::Value;

use crate::folder::{Folder, assert_says};

#[test]
fn each_kind_of_failure_has_its_code() {
    let folder = Folder::with_users(&["ann"]);
    folder.write("notes.txt", "these are notes\n");
    folder.write("export.jsonl", "");
    let held = Directory::open(folder.path("held.redb")).unwrap();
    for (line, code) in [
        ("users list", 0),
        ("users create ann@ex.co", 1),
        ("users get nobody", 1),
        ("users lst", 2),
        ("", 2),
        ("--db held.redb users list --wait 0s", 3),
        ("--db notes.txt users list", 4),
        ("--db notes.txt verify", 4),
        ("import nowhere.csv", 5),
        ("export --output nowhere/a.jsonl", 5),
    ] {
        let run = folder.run(line);
        assert_eq!(run.code, code, "{line}: {}", run.err);
        if code > 0 {
            let json = folder.run(&format!("{line} --json"));
            assert_eq!((json.code, json.out.as_str()), (code, ""), "{line}");
            let error: Value = serde_json::from_str(&json.err).unwrap();
            assert!(error["error"]["message"].is_string(), "{line}");
        }
    }
    held.close().unwrap();
}

#[test]
fn words_that_people_type_are_known() {
    let folder = Folder::with_users(&["ann"]);
    for line in [
        "user disable ann@ex.co",
        "user enable ann@ex.co",
        "users ls",
        "users show ann@ex.co",
        "ws ls",
        "key ls",
        "users add bob@ex.co",
        "users remove bob@ex.co --yes",
    ] {
        folder.done(line);
    }
    let run = folder.run("users deactivat ann@ex.co");
    assert_says(&run.err, &["similar", "'deactivate'"]);
    let run = folder.run("users list --colums email --json");
    assert_says(&run.err, &["\"kind\":\"usage\"", "--columns"]);
}

#[test]
fn a_word_that_is_no_command_names_the_one_that_is() {
    let folder = Folder::new();
    for (line, meant) in [
        ("disable ann", &["users disable"][..]),
        ("ls", &["users ls", "workspaces ls", "keys ls"]),
        ("remove ann", &["users remove", "workspaces remove"]),
        ("deactivate ann", &["users deactivate"]),
        ("DEACTIVATE ann", &["users deactivate"]),
        ("deactivat ann", &["users deactivate"]),
        ("--wait 2s rename a b", &["workspaces rename"]),
        ("log", &["changes"]),
        ("users search ann", &["search"]),
        ("users archive w", &["workspaces archive"]),
        ("users suspend ann", &["users deactivate"]),
        ("workspaces destroy w", &["workspaces delete"]),
        ("keys delete x", &["keys revoke"]),
        ("license get", &["license show"]),
        ("usres list", &["users"]),
        ("users lst", &["list", "ls"]),
        ("users list --colums email", &["--columns"]),
        ("users list --sort emial", &["email"]),
        ("version", &["--version"]),
        ("frobnicate", &[]),
        ("nosuch", &[]),
        ("users nosuch ann", &[]),
        ("--verbose users list", &[]),
        ("users list --sieve x", &[]),
        ("users list --format text", &[]),
    ] {
        let run = folder.run(line);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{line}");
        for command in meant {
            assert_says(&run.err, &[command]);
        }
        assert!(!run.err.contains("\n\n\n"), "{}", run.err);
        let run = folder.run(&format!("{line} --json"));
        let error: Value = serde_json::from_str(&run.err).unwrap();
        let told = &error["error"]["did_you_mean"];
        let expected = match meant {
            [] => Value::Null,
            meant => serde_json::json!(meant),
        };
        assert_eq!(*told, expected, "{line}");
    }
    let told = folder.run("ls").err;
    let tip =
        "tip: did you mean `headcount users ls`, `headcount workspaces ls` or `headcount keys ls`?";
    assert_says(&told, &[tip]);
    assert!(!told.contains("similar"), "{told}");
}

#[test]
fn an_empty_variable_counts_as_none() {
    let folder = Folder::with_users(&["ann"]);
    let run = |value: &str| {
        let mut command = folder.command("users list --count");
        command.env("HEADCOUNT_DB", value).output().unwrap()
    };
    assert_eq!(run("").stdout, b"1\n");
    assert_eq!(run("headcount.redb").stdout, b"1\n");
    assert_eq!(run("other.redb").status.code(), Some(1));
}

#[test]
fn an_actor_is_an_active_user() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("users deactivate bob@ex.co");
    let error = folder.error("users create cho@ex.co --actor bob@ex.co");
    assert_eq!(error["kind"], "inactive_actor");
    folder.done("users create cho@ex.co --actor ann@ex.co");
}

#[cfg(unix)]
#[test]
fn bash_completes_what_was_begun() {
    let folder = Folder::new();
    folder.write("c.bash", &folder.done("completions bash"));
    for (typed, completed) in [
        ("headcount users deac", "deactivate"),
        ("headcount ws set", "set-role"),
        ("headcount user disable --inactive-s", "--inactive-since"),
        ("headcount users list --format j", "json jsonl"),
        ("headcount completions fi", "fish"),
    ] {
        let script = format!(
            "source c.bash; COMP_WORDS=({typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _headcount headcount \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; \
             echo \"${{COMPREPLY[*]}}\""
        );
        let output = std::process::Command::new("bash")
            .args(["-c", &script])
            .current_dir(folder.path(""))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.trim_end(), completed, "{typed}");
    }
}

#[test]
fn shells_and_man_know_the_commands() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = folder.done(&format!("completions {shell}"));
        assert_says(&script, &["deactivate", "workspaces"]);
    }
    let shells = "__fish_headcount_using_subcommand completions\" -f -a \"bash elvish fish";
    assert_says(&folder.done("completions fish"), &[shells]);
    assert_says(&folder.done("man"), &[".TH headcount 1", "HEADCOUNT_DB"]);
    // They need neither a directory nor a server that is named for other commands.
    let mut command = folder.command("man");
    let output = command
        .env("HEADCOUNT_SERVER", "http://127.0.0.1:1")
        .output();
    assert!(output.unwrap().status.success());
    std::fs::create_dir(folder.path("pages")).unwrap();
    folder.done("man --dir pages");
    let page = std::fs::read_to_string(folder.path("pages/headcount-users-deactivate.1")).unwrap();
    assert_says(&page, &["old.example"]);
}

#[cfg(unix)]
#[test]
fn a_measurement_that_is_interrupted_leaves_nothing() {
    let folder = Folder::new();
    let mut bench = folder
        .command("bench --time 60s --folder .")
        .spawn()
        .unwrap();
    let here = || std::fs::read_dir(folder.path("")).unwrap().count();
    while here() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let pid = bench.id().to_string();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(bench.wait().unwrap().code(), Some(1));
    assert_eq!(here(), 0);
}
