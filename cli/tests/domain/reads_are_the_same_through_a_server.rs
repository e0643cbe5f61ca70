//! Every command that reads prints the same, to the byte, on a file and through the server that has
//! it open, and exits with the same code.

use headcount::Directory;
use headcount_server::{Config, Holder, Scope};
use serde_json::json;

use crate::folder::{CommandOutput, Folder};
use crate::served::Served;

/// What a list is sorted by, and shows.
const COLUMNS: &[&str] = &[
    "id",
    "email",
    "username",
    "given_name",
    "family_name",
    "active",
    "admin",
    "created_at",
    "updated_at",
    "deactivated_at",
    "version",
    "attributes.team",
    "external_ids.okta",
    "attributes.nothing",
];

const CONDITIONS: &[&str] = &[
    "--active",
    "--inactive",
    "--admin",
    "--workspace 2024 --role owner",
    "--workspace id:1",
    "--workspace name:id:1",
    "--workspace nowhere",
    "--email-prefix U",
    "--domain OLD.example",
    "--username-prefix name",
    "--attribute team",
    "--attribute team=B",
    "--attribute team=",
    "--created-since 2024-01-25",
    "--created-before 2024-01-25T00:00:00Z",
    "--changed-since 1h",
    "--changed-before 1h",
    "--seen-since 2024-01-25",
    "--inactive-since 90d",
    "--search name",
    "--search 'lee name'",
    "--search \u{e9}TIENNE",
    "--search %",
];

/// All that reads or tries, besides lists.
const OTHERS: &[&str] = &[
    "users get u1@ex.example",
    "users get name9 --json",
    "users get --username NAME9",
    "users get ''",
    "users get .",
    "users get a/b?c#d%2e",
    "users get 45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
    "users list --after nonsense",
    "users list --sort nothing",
    "users list --format csv --json",
    "users deactivate u1@ex.example --active --dry-run",
    "users deactivate u1@ex.example --dry-run",
    "users deactivate u3@ex.example u3@ex.example --dry-run --json",
    "users deactivate u1@ex.example nobody --dry-run",
    "users activate --inactive --dry-run",
    "users delete --domain old.example --dry-run --json",
    "users delete --domain nowhere.example --dry-run",
    "users update u1@ex.example u2@ex.example --admin true --dry-run",
    "users delete u3@ex.example",
    "search lee",
    "search lee --json",
    "search lee --count",
    "search lee --format csv",
    "search nobody",
    "seats",
    "seats --json",
    "seats --holders",
    "seats --holders --since 2020-01-01 --json",
    "seats --since 2999-01-01",
    "license show",
    "license show --json",
    "workspaces list",
    "workspaces list --all --json",
    "workspaces list --archived",
    "workspaces get 1",
    "workspaces get id:1 --json",
    "workspaces get name:id:1",
    "workspaces get 2024",
    "workspaces get id:2024",
    "workspaces get -",
    "workspaces get -- --help",
    "workspaces get ''",
    "workspaces get id:99999999999999999999",
    "workspaces members 2024",
    "workspaces members id:1 --json",
    "workspaces members nowhere",
    "workspaces delete 2024",
    "changes",
    "changes --json",
    "changes --after 3",
    "changes --after 999",
    "changes --user u2@ex.example",
    "changes --user name7 --json",
    "changes --user u8@old.example",
    "changes --workspace 2024",
    "changes --workspace id:77",
    "changes --by u1@ex.example",
    "changes --door command --since 1h --before 2999-01-01",
    "changes --door rest",
    "undo 1 --dry-run",
    "undo 0 --dry-run",
    "undo 3 --dry-run --json",
    "undo 5 --dry-run",
    "undo 6 --dry-run --json",
    "undo 8 --dry-run",
    "undo 10 --dry-run",
    "undo 99 --dry-run --json",
    "export",
    "export --format csv",
    "export --format keycloak --realm r",
    "batch users.jsonl --dry-run",
    "batch users.jsonl --dry-run --json",
    "batch nowhere.jsonl --dry-run",
    "import users.jsonl --dry-run",
];

/// Users of every kind, workspaces and changes of every kind.
fn folder() -> Folder {
    let folder = Folder::with_users(&[]);
    let mut lines = Vec::new();
    for n in 0..9 {
        let domain = if n < 5 { "ex" } else { "old" };
        let team = if n % 2 == 0 { "a" } else { "B" };
        let mut user = json!({
            "op": "create_user", "email": format!("u{n}@{domain}.example"),
            "active": n % 3 != 0, "admin": n == 1, "attributes": { "team": team },
            "created_at": format!("2024-01-{:02}T00:00:00Z", 28 - n),
        });
        if n % 2 == 0 {
            user["username"] = format!("Name{}", 9 - n).into();
            user["family_name"] =
                ["Lee", "\u{e9}tienne", "-1", "=A1", "O'Hara, \"x\""][n / 2].into();
            user["external_ids"] = json!({ "okta": format!("00u{}", n * 7 % 9) });
        }
        lines.push(user.to_string());
    }
    lines.push(
        json!({ "op": "create_workspace", "name": "id:1", "owner": "u1@ex.example" }).to_string(),
    );
    lines.push(
        json!({ "op": "create_workspace", "name": "2024", "owner": "u2@ex.example" }).to_string(),
    );
    folder.write("users.jsonl", &lines.join("\n"));
    folder.done("batch users.jsonl");
    for line in [
        "workspaces create -- --help --allow-ownerless",
        "workspaces create - --owner u1@ex.example",
        "workspaces add 2024 u1@ex.example --role owner",
        "workspaces default u4@ex.example",
        "workspaces archive -",
        "users deactivate u2@ex.example --actor u1@ex.example",
        "users update u2@ex.example --attribute team=c --external-id okta=",
        "users delete u8@old.example --yes",
        "license set 30",
        "keys create laptop --user u1@ex.example --scope admin --expires 2099-01-31",
    ] {
        folder.run(line);
    }
    folder
}

fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    // Each way to show a list comes with some of the columns and conditions: each run starts a
    // process, on the file and through the server.
    let ways = [
        "",
        "--descending",
        "--format csv",
        "--columns email,attributes.team",
        "--format jsonl",
    ];
    for (sort, more) in COLUMNS.iter().zip(ways.iter().cycle()) {
        lines.push(format!("users list --sort {sort} {more}"));
    }
    lines.push(format!(
        "users list --columns {} --format jsonl",
        COLUMNS.join(",")
    ));
    for (condition, more) in CONDITIONS
        .iter()
        .zip(["", "--json", "--count"].iter().cycle())
    {
        lines.push(format!("users list {condition} {more}"));
    }
    lines.extend(OTHERS.iter().map(|line| (*line).to_owned()));
    lines
}

#[test]
fn to_the_byte() {
    let folder = folder();
    let lines = lines();
    let said = |more: &str| -> Vec<_> {
        let run = |line: &String| {
            let (before, words) = match line.split_once(" -- ") {
                Some((before, words)) => (before, format!("-- {words}")),
                None => (line.as_str(), String::new()),
            };
            let CommandOutput { code, out, err } = folder.run(&format!("{before} {more} {words}"));
            (code, out, err)
        };
        lines.iter().map(run).collect()
    };
    let here = said("");
    let path = folder.path("served.redb");
    std::fs::rename(folder.path("headcount.redb"), &path).unwrap();
    let served = Served::start(&path, &Directory::options(), Config::default());
    let key = served.key(Holder::Provisioner("operator".to_owned()), Scope::Admin);
    folder.write("key", &key);
    let there = said(&format!("--server {} --key-file key", served.url));
    let codes: std::collections::BTreeSet<_> = here.iter().map(|(code, ..)| code).collect();
    assert!(
        [0, 1, 2, 5].iter().all(|code| codes.contains(code)),
        "{codes:?}"
    );
    let mut differences = Vec::new();
    for ((line, here), there) in lines.iter().zip(here).zip(there) {
        if here != there {
            differences.push(format!("{line}:\n{here:#?}\n{there:#?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
