//! `headcount users activate|deactivate|delete` of several users: all of them, or none.

use std::fs;

use serde_json::json;

use crate::folder::{Folder, assert_says};

#[test]
fn by_name_in_a_file_or_from_standard_input() {
    let folder = Folder::with_users(&["ann", "bob", "cho", "dee", "eve"]);
    folder.done("users update bob@ex.co --username bob");
    let before = folder.changes().len();
    let told = folder.json("users disable ann@ex.co bob ann@ex.co");
    assert_eq!(told["changed"], 2);
    assert_eq!(told["users"][1]["email"], "bob@ex.co");
    assert_eq!(told["users"].as_array().unwrap().len(), 2);
    assert_eq!(folder.changes().len(), before + 1);
    assert_eq!(folder.users("--inactive"), ["ann", "bob"]);

    folder.write("names.txt", "# who left\r\n\r\nCho@ex.co\r\nbob\r\n");
    assert_says(
        &folder.done("users deactivate --from names.txt"),
        &["deactivated 1 user\n", "already", "2 seats in use"],
    );
    let lines = folder.done("users list --inactive --format jsonl");
    let run = folder.run_with_input("users enable -", &lines);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(folder.users("--inactive").is_empty());
    for (file, told) in [
        ("{\"id\":", "line 1 of bad.txt: it is not valid JSON"),
        ("ann@ex.co\n{}", "line 2 of bad.txt: it has no id"),
    ] {
        folder.write("bad.txt", file);
        assert_says(&folder.refused("users disable --from bad.txt"), &[told]);
    }
}

#[test]
fn a_file_of_names_is_read_to_the_letter() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let utf16 = "\u{feff}ann@ex.co\r\n".encode_utf16();
    let utf16: Vec<u8> = utf16.flat_map(u16::to_le_bytes).collect();
    for file in [
        &utf16[..],
        b"# left\rann@ex.co\r",
        "ann@ex.co\u{a0}\n".as_bytes(),
    ] {
        fs::write(folder.path("names.txt"), file).unwrap();
        let told = folder.json("users deactivate --from names.txt");
        assert_eq!(told["users"][0]["email"], "ann@ex.co");
        assert_eq!(told["users"].as_array().unwrap().len(), 1);
    }
    folder.done("users activate ann@ex.co");
    for (file, told) in [
        (
            &br#"{"email":"ann@ex.co","em\u0061il":"bob@ex.co"}"#[..],
            "line 1 of names.txt: column 33: the key \"email\" is there twice",
        ),
        (
            b"Ren\xe9\n",
            "can't read names.txt: it is not UTF-8: line 1, column 4",
        ),
        (
            "ann@ex.co\n\u{feff}bob@ex.co\n".as_bytes(),
            "can't read names.txt: line 2 begins with the byte order mark",
        ),
    ] {
        fs::write(folder.path("names.txt"), file).unwrap();
        assert_says(
            &folder.refused("users deactivate --from names.txt"),
            &[told],
        );
    }
    assert!(folder.users("--inactive").is_empty());
}

#[test]
fn by_conditions() {
    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    folder.done("users create old@old.example --attribute team=a");
    folder.done("users create new@old.example --attribute team=b");
    let line = "users deactivate --domain old.example --attribute team=a";
    let would = folder.json(&format!("{line} --dry-run"));
    assert_eq!(
        (&would["dry_run"], &would["changed"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(
        folder.json(&format!("{line} --changed-before 1d"))["changed"],
        0
    );
    assert!(folder.users("--inactive").is_empty());
    assert_says(
        &folder.done(line),
        &["deactivated 1 user\n", "old@old.example"],
    );
    assert_eq!(folder.users("--inactive"), ["old"]);
    assert_says(
        &folder.done("users delete --created-before 7d --yes"),
        &["deleted 0 users\n"],
    );
}

#[test]
fn a_domain_may_have_its_at_sign() {
    let folder = Folder::with_users(&["ann"]);
    assert_eq!(folder.users("--domain @ex.co"), ["ann"]);
    let run = folder.run("users list --domain ann@ex.co");
    assert_eq!(run.code, 2);
    assert_says(&run.err, &["write the domain alone, such as old.example"]);
}

#[test]
fn all_or_none() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let error = folder.error("users deactivate ann@ex.co nobody no@ex.co");
    assert_eq!(error["kind"], "user_not_found");
    assert_eq!(error["missing"], json!(["nobody", "no@ex.co"]));
    for line in [
        "users deactivate ann@ex.co nobody",
        "users delete nobody --yes",
    ] {
        let error = folder.error(line);
        assert_eq!(error["kind"], "user_not_found", "{line}");
        assert_eq!(error["missing"], json!(["nobody"]), "{line}");
    }
    folder.done("workspaces create w --owner bob@ex.co");
    assert_says(
        &folder.refused("users deactivate ann@ex.co bob@ex.co"),
        &["no active owner would be left in \"w\""],
    );
    assert!(folder.users("--inactive").is_empty());
    folder.done("users deactivate ann@ex.co bob@ex.co --allow-ownerless");
    assert_eq!(folder.users("--inactive"), ["ann", "bob"]);
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    let folder = Folder::with_users(&["ann"]);
    for line in [
        "users deactivate",
        "users deactivate ann@ex.co --domain ex.co",
        "users deactivate --domain ex.co --if-version 1",
        "users list --limit 0",
        "users list --created-before yesterday",
    ] {
        let run = folder.run(&format!("{line} --json"));
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{line}: {}", run.err);
        let error: serde_json::Value = serde_json::from_str(&run.err).unwrap();
        assert_eq!(error["error"]["kind"], "usage", "{line}");
    }
    // As a script has it whose variable is not set.
    for option in [
        "--email-prefix",
        "--username-prefix",
        "--domain",
        "--workspace",
    ] {
        let mut command = folder.command("users deactivate");
        let output = command.args([option, ""]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{option}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_says(&said, &["would choose everybody"]);
    }
    for attribute in ["", "=x"] {
        let mut command = folder.command("users deactivate --attribute");
        let output = command.arg(attribute).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{attribute}");
    }
    assert_eq!(folder.changes().len(), 2);
    let run = folder.run("users list --limit 0");
    assert_says(&run.err, &["write 1 or more, or leave it out to list all"]);
}

#[test]
fn what_cannot_be_undone_is_asked_about() {
    let folder = Folder::with_users(&["ann", "bob"]);
    folder.done("workspaces create w --owner ann@ex.co");
    for line in [
        "users delete ann@ex.co bob@ex.co",
        "workspaces delete w",
        "changes --trim-before 2",
    ] {
        assert_eq!(folder.error(line)["kind"], "not_confirmed", "{line}");
        assert_says(&folder.refused(line), &["pass --yes to confirm"]);
    }
    assert_eq!(folder.users(""), ["ann", "bob"]);
    folder.done("users delete bob@ex.co --dry-run");
    folder.done("users rm bob@ex.co -y");
    assert_eq!(folder.users(""), ["ann"]);
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_the_answer_decides() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let delete = |answer| {
        let mut command = folder.command("users delete ann@ex.co");
        command.env_remove("NO_COLOR");
        crate::terminal::run(command, 200, answer)
    };
    for answer in ["\n", "n\n", "no\n"] {
        let (code, shown) = delete(answer);
        assert_eq!(code, 1, "{shown}");
        assert_says(
            &shown,
            &["can't be undone. Continue? [y/N]", "nothing was changed"],
        );
    }
    assert_eq!(folder.users(""), ["ann", "bob"]);
    let (code, shown) = delete("y\n");
    assert_eq!(code, 0, "{shown}");
    assert_eq!(folder.users(""), ["bob"]);
}

#[cfg(target_os = "linux")]
#[test]
fn who_no_longer_meets_the_conditions_when_the_answer_comes_is_not_deleted() {
    use headcount::{Directory, UserUpdate};
    use headcount_server::{Config, Holder, Scope};

    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    folder.done("users update ann@ex.co bob@ex.co --attribute team=gone");
    let path = folder.path("served.redb");
    fs::rename(folder.path("headcount.redb"), &path).unwrap();
    let served = crate::served::Served::start(&path, &Directory::options(), Config::default());
    let key = served.key(Holder::Provisioner("x".to_owned()), Scope::Write);
    let line = format!(
        "users delete --attribute team=gone --server {} --key {key}",
        served.url
    );
    let act: [fn(&Directory); 2] = [
        |directory| {
            let stays = UserUpdate::new().attribute("team", "fraud");
            directory.update_user("bob@ex.co", stays).unwrap();
        },
        |directory| {
            let named = UserUpdate::new().given_name("Ann");
            directory.update_user("ann@ex.co", named).unwrap();
        },
    ];
    for (act, who) in act.into_iter().zip(["bob@ex.co", "ann@ex.co"]) {
        let act = || act(&served.directory);
        let (code, shown) = crate::terminal::answer(folder.command(&line), "y\n", act);
        assert_eq!(code, 1, "{shown}");
        let told = format!("1 user has changed since the conditions chose them: {who}");
        assert_says(&shown, &[&told, "nothing was changed"]);
    }
    // Who is a member is no part of the user, and of their version.
    let workspace = headcount::NewWorkspace::new("w").owner("ann@ex.co");
    let workspace = served.directory.create_workspace(workspace).unwrap().id();
    let user = headcount::Role::User;
    { served.directory.add_member(workspace, "cho@ex.co", user) }.unwrap();
    let members = line.replace("--attribute team=gone", "--workspace w --role user");
    let act = || {
        let directory = &served.directory;
        directory.remove_member(workspace, "cho@ex.co").unwrap();
    };
    let (code, shown) = crate::terminal::answer(folder.command(&members), "y\n", act);
    assert_eq!(code, 1, "{shown}");
    assert_says(&shown, &["chose them: cho@ex.co"]);
    served.directory.delete_workspace(workspace).unwrap();
    // Somebody else who changes meanwhile is none of them.
    let act = || drop(served.directory.deactivate_user("bob@ex.co").unwrap());
    let (code, shown) = crate::terminal::answer(folder.command(&line), "y\n", act);
    assert_eq!(code, 0, "{shown}");
    assert!(served.directory.user("ann@ex.co").unwrap().is_none());
    assert!(served.directory.user("bob@ex.co").unwrap().is_some());
}

#[test]
fn fields_of_several_users() {
    let folder = Folder::with_users(&["ann", "bob", "cho"]);
    let told = folder.json("users update ann@ex.co bob@ex.co --attribute team=a --dry-run");
    assert_eq!(
        (&told["changed"], &told["dry_run"]),
        (&json!(2), &json!(true))
    );
    assert!(folder.users("--attribute team").is_empty());
    let before = folder.changes().len();
    let told = folder.done("users update ann@ex.co bob@ex.co --attribute team=a");
    assert_says(&told, &["updated 2 users\n"]);
    assert_eq!(folder.changes().len(), before + 1);
    assert_eq!(folder.users("--attribute team=a"), ["ann", "bob"]);
    let lines = folder.done("users list --format jsonl");
    let line = "users update - --admin true --family-name Lee";
    let run = folder.run_with_input(line, &lines);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(folder.users("--admin"), ["ann", "bob", "cho"]);
    for line in [
        "users update ann@ex.co bob@ex.co --email c@ex.co",
        "users update ann@ex.co bob@ex.co --admin true --if-version 2",
        "users update --admin true",
    ] {
        assert_eq!(folder.run(line).code, 2, "{line}");
    }
    folder.refused("users update ann@ex.co nobody --family-name Roe");
    assert_eq!(folder.json("search LEE --count")["count"], 3);
    assert_eq!(folder.listed("search bob", "users", "email"), ["bob@ex.co"]);
    assert_eq!(
        folder.done("search Roe"),
        folder.done("users list --search roe")
    );
}
