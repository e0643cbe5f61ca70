//! `--server`: the same commands print the same on a file and through a server that has one
//! open.

use std::fs;

use headcount::Directory;
use headcount_server::{Config, Holder, Scope, Tls};
use serde_json::Value;

use crate::certificate;
use crate::folder::{CommandOutput, Folder, assert_says};
use crate::served::Served;

/// Run one after the other; with the input of `batch -` and `import -` behind a tab.
const LINES: &[&str] = &[
    "license set 4",
    "license show",
    "seats",
    "users create ann@ex.co --username ann --admin --external-id okta=00u1 --attribute team=a",
    "users create bob@ex.co --username bob --given-name Bob --family-name O-Hara",
    "users create ann@ex.co",
    "users create 'no address'",
    "users create cho@ex.co --inactive",
    "users get ann",
    "users get ann@ex.co --json",
    "users get --username ann",
    "users get 'nobody / at ?all'",
    "users get ..",
    "users update bob --username bobby --email bob.o@ex.co",
    "users update bobby --username bob --if-version 2",
    "users update bob --given-name '' --external-id okta=00u2",
    "users update ann bob --attribute site=x",
    "users update bob --external-id okta=00u1",
    "users update bob --if-version 1 --admin true",
    "users activate bob",
    "users deactivate bob cho nobody",
    "users deactivate bob cho",
    "users deactivate --domain ex.co --dry-run",
    "users activate bob cho",
    "users list",
    "users list --active --sort username --descending",
    "users list --attribute team=a --format csv",
    "users list --sort updated_at --columns email,external_ids.okta",
    "users list --search hara --format jsonl",
    "users list --count --created-before 2020-01-01",
    "search BOB --json",
    "workspaces create Models --owner ann",
    "workspaces create Models --owner ann",
    "workspaces create 'a / b' --owner bob",
    "workspaces create Lost --owner nobody",
    "workspaces add Models bob",
    "workspaces set-role Models bob owner",
    "workspaces set-role id:1 ann user --json",
    "workspaces remove Models bob",
    "workspaces remove Models bob --allow-ownerless",
    "workspaces add Models ann --role owner",
    "workspaces set-role Models ann owner",
    "workspaces rename 'a / b' 2024",
    "workspaces default ann",
    "workspaces list --all",
    "workspaces show 2024",
    "workspaces members Models",
    "workspaces show 'name:2'",
    "workspaces show 'name:'",
    "workspaces delete 'name: ' --yes",
    "workspaces archive 2024",
    "workspaces archive 2024 --if-version 1",
    "workspaces restore 2024",
    "users get bob",
    "users list --workspace Models --role owner",
    "users list --workspace nowhere",
    "users deactivate ann",
    "users delete ann --yes",
    "users delete cho",
    "users delete cho --yes",
    "batch - --dry-run\t{\"op\":\"create_user\",\"email\":\"dee@ex.co\"}\n{\"op\":\"add_member\",\"workspace\":\"Models\",\"user\":\"dee@ex.co\",\"role\":\"user\"}",
    "batch - --request-id 45e6b641-fe57-4fb2-83d2-2c2bd201efe8\t{\"op\":\"create_user\",\"email\":\"dee@ex.co\"}\n{\"op\":\"set_license\",\"license\":9}",
    "batch - --request-id 45e6b641-fe57-4fb2-83d2-2c2bd201efe8\t{\"op\":\"create_user\",\"email\":\"dee@ex.co\"}\n{\"op\":\"set_license\",\"license\":9}",
    "batch - --request-id 45e6b641-fe57-4fb2-83d2-2c2bd201efe8\t{\"op\":\"create_user\",\"email\":\"eve@ex.co\"}",
    "batch -\t{\"op\":\"activate_user\",\"user\":\"nobody\"}\n{\"op\":\"create_user\",\"email\":\"dee@ex.co\"}",
    "batch - --json\t{\"op\":\"create_user\",\"email\":\"no address\"}\n{\"op\":\"nothing\"}",
    "batch - --json\t{\"op\":\"create_user\",\"email\":\"no address\"}",
    "license set 5",
    "import - --dry-run\temail,username,status\nann@ex.co,ann,active\nfay@ex.co,fay,active\ngus@ex.co,,suspended\n",
    "import - --json\temail,username,status\nann@ex.co,ann.b,active\nfay@ex.co,fay,active\ngus@ex.co,,suspended\n",
    "import -\temail,username,status\nann@ex.co,ann.b,active\nfay@ex.co,fay,active\ngus@ex.co,,suspended\n",
    "import -\temail\nhal@ex.co\nivy@ex.co\n",
    "import - --when-full inactive\temail\nhal@ex.co\nivy@ex.co\n",
    "import -\temail,id\nno address,\nivy@ex.co,45e6b641-fe57-4fb2-83d2-2c2bd201efe8\n",
    "import - --missing deactivate\temail\nfay@ex.co\n",
    "import - --match external_id --provisioner okta\temail,external_id\nann.b@ex.co,00u1\n",
    "export --format csv",
    "export --format keycloak",
    "export",
    "seats --since 2020-01-01",
    "seats --since 30d --holders",
    "seats --holders --json",
    "changes",
    "changes --user bob --json",
    "changes --after 99",
    "changes --since 1h --workspace Models",
    "undo 99",
    "undo 2",
    "verify",
    "verify --json --limit 5",
    "changes --trim-before 4",
    "changes --trim-before 4 --yes",
    "changes --trim-before 4 --yes --json",
    "changes --after 1",
    "users create zoe@ex.co --inactive",
];

/// Runs a line, with what stands behind a tab on its standard input.
fn run(folder: &Folder, more: &str, line: &str) -> CommandOutput {
    match line.split_once('\t') {
        Some((line, input)) => folder.run_with_input(&format!("{more} {line}"), input),
        None => folder.run(&format!("{more} {line}")),
    }
}

/// What differs between two directories of the same content: ids and times that were drawn,
/// and the door through which changes came.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let word = |c: char| c.is_ascii_alphanumeric() || "-:.".contains(c);
    let mut rest = text;
    while let Some(start) = rest.find(word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !word(c)).unwrap_or(from.len());
        let (part, after) = from.split_at(end);
        plain.push_str(before);
        let bare = part.trim_start_matches(':');
        plain.push_str(&part[..part.len() - bare.len()]);
        let part = bare;
        let is_id = |id: &str| id.len() == 36 && id.matches('-').count() == 4;
        let is_time = part.starts_with("20") && part.ends_with('Z') && part.contains('T');
        let is_millis = part.len() == 13 && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.push_str(match part {
            _ if is_id(part) => "ID",
            _ if part.strip_prefix("default-").is_some_and(is_id) => "default-ID",
            _ if is_time || is_millis => "TIME",
            "command" | "rest" => "DOOR",
            other => other,
        });
        rest = after;
    }
    // Times are as long as they need to be.
    (plain + rest)
        .split(' ')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_same_commands_say_the_same() {
    let file = Folder::new();
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let holder = Holder::Provisioner("operator".to_owned());
    folder.write("key", &format!("{}\n", served.key(holder, Scope::Admin)));
    let more = format!("--server {} --key-file key", served.url);
    for line in LINES {
        let here = run(&file, "", line);
        let there = run(&folder, &more, line);
        assert_eq!(
            (here.code, plain(&here.out), plain(&here.err)),
            (there.code, plain(&there.out), plain(&there.err)),
            "{line}"
        );
    }
    let undone = file.changes().last().unwrap()["sequence"].to_string();
    for how in ["--dry-run", "", "--yes", "--yes"] {
        let line = format!("undo {undone} {how}");
        let [here, there] = [run(&file, "", &line), run(&folder, &more, &line)];
        let [here, there] = [here, there].map(|run| (run.code, plain(&run.out), plain(&run.err)));
        assert_eq!(here, there, "{line}");
    }
    assert_eq!(file.users("--email-prefix zoe"), Vec::<String>::new());
    let stats = run(&folder, &more, "stats");
    assert_says(
        &stats.out,
        &["server          http://127.0.0.1:", "active users"],
    );
    // Exported by the server, and made again as a file.
    assert_eq!(run(&folder, &more, "export --output all.jsonl").code, 0);
    folder.done("--db copy.redb import all.jsonl");
    assert_eq!(
        folder.done("--db copy.redb users list"),
        run(&folder, &more, "users list").out
    );
}

/// A backup through the server is the whole directory, with its keys, and leaves nothing else.
#[test]
fn a_backup_is_fetched_verified_and_named_last() {
    let folder = Folder::new();
    let options = Directory::options();
    fs::create_dir(folder.path("server")).unwrap();
    let config = Config {
        backup_folder: folder.path("server"),
        ..Config::default()
    };
    let served = Served::start(&folder.path("server/served.redb"), &options, config);
    for number in 0..5 {
        let email = format!("user{number}@ex.co");
        served.directory.create_user(&*email).unwrap();
    }
    let key = served.key(Holder::Provisioner("operator".to_owned()), Scope::Admin);
    let more = format!("--server {} --key {key}", served.url);
    let told = folder.done(&format!("{more} backup monday.redb"));
    assert_says(&told, &["backed up 5 users to monday.redb, up to change 5"]);
    assert_eq!(folder.done("--db monday.redb users list --count"), "5\n");
    assert_says(&folder.done("--db monday.redb keys list"), &["operator"]);
    let again = folder.run(&format!("{more} backup monday.redb"));
    assert_eq!(again.code, 1);
    assert_says(&again.err, &["there is a file monday.redb already"]);
    served.directory.deactivate_user("user1@ex.co").unwrap();
    let forced = folder.done(&format!("{more} backup monday.redb --force --json"));
    let forced: Value = serde_json::from_str(&forced).unwrap();
    assert_eq!(forced["backup"]["sequence"], 6);
    // Not over a directory that is open.
    let live = folder.run(&format!(
        "{more} --wait 0s backup server/served.redb --force"
    ));
    assert_eq!(live.code, 3, "{}", live.err);
    assert_eq!(served.directory.len().unwrap(), 5);
    let names = |path: &str| {
        let entries = fs::read_dir(folder.path(path)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut left: Vec<_> = names.filter(|name| name.contains("part")).collect();
        left.sort();
        left
    };
    assert_eq!((names("."), names("server")), (vec![], vec![]));
}

#[test]
fn lists_go_on_with_cursors_that_say_nothing() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    for name in ["ann", "bob", "cho"] {
        served
            .directory
            .create_user(&*format!("{name}@ex.co"))
            .unwrap();
    }
    let key = served.key(Holder::Provisioner("x".to_owned()), Scope::Read);
    let more = format!(
        "--server {} --key {key} users list --limit 2 --json",
        served.url
    );
    for sort in ["email", "updated_at"] {
        let first: Value =
            serde_json::from_str(&folder.done(&format!("{more} --sort {sort}"))).unwrap();
        let next = first["next"].as_str().unwrap();
        assert!(!next.contains("bob"), "{next}");
        let rest = folder.done(&format!("{more} --sort {sort} --after {next}"));
        let rest: Value = serde_json::from_str(&rest).unwrap();
        assert_eq!(rest["users"][0]["email"], "cho@ex.co");
        assert_eq!(rest["next"], Value::Null);
    }
}

/// Runs a line with this server and key in the environment.
fn run_in(folder: &Folder, line: &str, server: &str, key: &str) -> (i32, String) {
    let mut command = folder.command(line);
    let output = command
        .env("HEADCOUNT_SERVER", server)
        .env("HEADCOUNT_KEY", key)
        .output();
    let output = output.unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(!err.contains(key) || key.is_empty(), "{err}");
    (output.status.code().unwrap(), out + &err)
}

#[test]
fn what_a_server_can_not_do_is_refused_with_what_to_do() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let key = served.key(Holder::Provisioner("x".to_owned()), Scope::Write);
    for (line, server, key, code, told) in [
        (
            "doctor",
            &*served.url,
            &*key,
            1,
            "`headcount verify` checks the contents",
        ),
        ("compact", &served.url, &key, 1, "stop the server"),
        (
            "restore monday.redb",
            &served.url,
            &key,
            1,
            "stop the server",
        ),
        ("repair --dry-run", &served.url, &key, 1, "stop the server"),
        ("bench", &served.url, &key, 1, "run it without a server"),
        ("serve", &served.url, &key, 1, "it is a server itself"),
        (
            "changes --trim-before 1 --yes",
            &served.url,
            &key,
            1,
            "the scope admin",
        ),
        (
            "backup monday.redb",
            &served.url,
            &key,
            1,
            "the scope admin",
        ),
        ("verify", &served.url, &key, 1, "the scope admin"),
        (
            "users list --actor ann",
            &served.url,
            &key,
            2,
            "the key identifies the actor",
        ),
        ("users list", &served.url, "", 2, "--key-file"),
        (
            "users list",
            &served.url,
            "hc_wrong",
            1,
            "does not accept the key",
        ),
        ("users list", "http://users.ex.co", &key, 1, "use https"),
        (
            "users list",
            "users.ex.co",
            &key,
            2,
            "https://users.example.com",
        ),
        (
            "users list",
            "http://127.0.0.1:1",
            &key,
            5,
            "can't reach http://127.0.0.1:1",
        ),
        (
            "users create a@ex.co --admin",
            &served.url,
            &key,
            1,
            "the scope admin",
        ),
    ] {
        let (found, out) = run_in(&folder, line, server, key);
        assert!(found == code && out.contains(told), "{line}: {found} {out}");
    }
}

#[test]
fn the_environment_names_the_server_unless_a_file_is_named() {
    let folder = Folder::with_users(&["ann"]);
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let key = served.key(Holder::Provisioner("x".to_owned()), Scope::Write);
    let run = |line: &str, server: &str, key: &str| run_in(&folder, line, server, key);
    assert_eq!(
        run("users list --count", &served.url, &key),
        (0, "0\n".to_owned())
    );
    assert_eq!(run("users list --count", "", ""), (0, "1\n".to_owned()));
    let line = "users list --count --db headcount.redb";
    assert_eq!(run(line, &served.url, &key), (0, "1\n".to_owned()));

    let both = folder.run("users list --server http://127.0.0.1:1 --key x --db y");
    assert_eq!(both.code, 2);

    // Without a server, a key must not change the file beside it.
    folder.done("users create dee@ex.co --db y");
    folder.write("key", &key);
    for option in ["--key-file key", "--key x", "--ca-file key"] {
        for line in ["users deactivate dee@ex.co", "users list --db y"] {
            let run = folder.run(&format!("{line} {option}"));
            assert_eq!(run.code, 2, "{line} {option}");
            assert_says(&run.err, &["is for a server, and none is named"]);
        }
    }

    // The error for a file that a server has open names the option.
    let busy = folder.run("users create cho@ex.co --db served.redb --wait 0s");
    assert_eq!(busy.code, 3);
    assert_says(&busy.err, &["--server URL"]);
}

#[test]
fn a_users_key_acts_in_their_name() {
    let folder = Folder::new();
    let options = Directory::options();
    let served = Served::start(&folder.path("served.redb"), &options, Config::default());
    let ann = served.directory.create_user("ann@ex.co").unwrap();
    let key = served.key(Holder::User(ann.id()), Scope::Write);
    let more = format!("--server {} --key {key}", served.url);
    assert_says(
        &folder.refused(&format!("{more} users deactivate ann@ex.co")),
        &["themselves"],
    );
    folder.done(&format!("{more} users create bob@ex.co"));
    let changes = folder.done(&format!("{more} changes --by ann@ex.co"));
    assert_says(
        &changes,
        &[&format!("created  by {}  through rest", ann.id())],
    );
}

#[test]
fn a_key_that_asks_often_waits_for_its_turn() {
    let folder = Folder::new();
    let config = Config {
        key_requests_per_second: 20,
        key_burst: 2,
        ..Config::default()
    };
    let served = Served::start(&folder.path("served.redb"), &Directory::options(), config);
    let key = served.key(Holder::Provisioner("x".to_owned()), Scope::Write);
    let rows: Vec<_> = (0..2_000).map(|n| format!("u{n}@ex.co")).collect();
    fs::write(
        folder.path("u.csv"),
        format!("email\n{}\n", rows.join("\n")),
    )
    .unwrap();
    served
        .directory
        .set_license(headcount::License::Enterprise)
        .unwrap();
    let more = format!("--server {} --key {key}", served.url);
    folder.done(&format!("{more} import u.csv"));
    assert_eq!(folder.done(&format!("{more} users list --count")), "2000\n");
    let again = folder.done(&format!("{more} import u.csv"));
    assert_says(&again, &["nothing to change: all 2000 users"]);
}

#[test]
fn a_server_that_encrypts_is_trusted_by_its_certificate_alone() {
    let folder = Folder::new();
    let (_, certificates, key) = certificate::localhost();
    folder.write("server.pem", &certificates);
    folder.write("server.key", &key);
    folder.write("empty.pem", "");
    let config = Config {
        tls: Some(Tls {
            certificates: folder.path("server.pem"),
            key: folder.path("server.key"),
        }),
        ..Config::default()
    };
    let served = Served::start(&folder.path("served.redb"), &Directory::options(), config);
    let key = served.key(Holder::Provisioner("x".to_owned()), Scope::Read);
    let url = served.url.replace("127.0.0.1", "localhost");
    let line = format!("users list --count --server {url} --key {key}");
    assert_eq!(folder.done(&format!("{line} --ca-file server.pem")), "0\n");
    let stranger = folder.run(&line);
    assert_eq!(stranger.code, 5);
    assert_says(
        &stranger.err,
        &["can't reach https://localhost:", "--ca-file"],
    );
    let empty = folder.run(&format!("{line} --ca-file empty.pem"));
    assert_eq!(empty.code, 5);
    assert_says(&empty.err, &["empty.pem: there is no certificate in it"]);
}
