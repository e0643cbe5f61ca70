//! Ids that provisioners have given: on the command line, in files, and for matching
//! users.

use serde_json::json;

use crate::folder::{Folder, assert_says};

#[test]
fn an_id_is_set_shown_and_removed() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co --external-id okta=00u1 --external-id entra=7=8");
    let ann = folder.user("ann@ex.co");
    assert_eq!(
        ann["external_ids"],
        json!({ "entra": "7=8", "okta": "00u1" })
    );
    assert_says(
        &folder.done("users show ann@ex.co"),
        &["external id  entra = 7=8", "external id  okta = 00u1"],
    );

    folder.done("users create bob@ex.co");
    assert_says(
        &folder.refused("users update bob@ex.co --external-id okta=00u1"),
        &["okta", "00u1"],
    );
    folder.done("users update ann@ex.co --external-id okta= --external-id entra=9");
    assert_eq!(
        folder.user("ann@ex.co")["external_ids"],
        json!({ "entra": "9" })
    );
    folder.done("users update bob@ex.co --external-id okta=00u1");
    let run = folder.run("users update bob@ex.co --external-id okta");
    assert_eq!(run.code, 2);
    assert_says(&run.err, &["PROVISIONER=ID"]);
}

#[test]
fn ids_are_listed_sorted_by_and_exported() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co --external-id okta=b");
    folder.done("users create bob@ex.co --external-id okta=a --attribute team=x");
    folder.done("users create cho@ex.co");
    let list = "users list --format csv --columns email,external_ids.okta --sort external_ids.okta";
    assert_eq!(
        folder.done(list),
        "email,external_ids.okta\nbob@ex.co,a\nann@ex.co,b\ncho@ex.co,\n"
    );
    let csv = folder.done("export --format csv");
    assert_says(
        &csv,
        &[
            ",version,external_ids.okta,attributes.team\n",
            ",b,\n",
            ",a,x\n",
        ],
    );
    folder.write("users.csv", &csv);
    let jsonl = folder.done("users list --format jsonl");
    folder.write("users.jsonl", jsonl);
    for file in ["users.csv", "users.jsonl"] {
        assert_says(
            &folder.done(&format!("import {file}")),
            &["nothing to change"],
        );
        let copy = folder.done(&format!("import {file} --db {file}.redb --json"));
        assert_says(&copy, &["\"created\":3"]);
        let bob = folder.json(&format!("users get bob@ex.co --db {file}.redb"));
        assert_eq!(
            bob["user"]["external_ids"],
            json!({ "okta": "a" }),
            "{file}"
        );
    }
}

#[test]
fn a_file_has_the_ids_of_the_provisioner_that_is_named() {
    let folder = Folder::new();
    let text = "User Id,Email,External ID\n,ann@ex.co,00u1\n,bob@ex.co,\n";
    folder.write("okta.csv", text);
    assert_says(
        &folder.refused("import okta.csv"),
        &[
            "column \"External ID\"",
            "--provisioner NAME",
            "--ignore 'External ID'",
        ],
    );
    folder.done("import okta.csv --provisioner okta");
    assert_eq!(
        folder.user("ann@ex.co")["external_ids"],
        json!({ "okta": "00u1" })
    );
    assert_eq!(folder.user("bob@ex.co")["external_ids"], json!({}));

    // Ids of another column, as Okta calls its own.
    folder.write("more.csv", "User Id,Login\n00u2,bob@ex.co\n");
    let args = [
        "import",
        "more.csv",
        "--map",
        "User Id=external_ids.okta",
        "--match",
        "username",
    ];
    assert_eq!(folder.run_args(&args).code, 0);
    assert_eq!(
        folder.user("bob@ex.co")["external_ids"],
        json!({ "okta": "00u2" })
    );

    folder.write("u.jsonl", r#"{"email":"ann@ex.co","external_id":7}"#);
    assert_says(
        &folder.refused("import u.jsonl"),
        &["external_id: say who gave these ids"],
    );
    let report = folder.json("import u.jsonl --provisioner okta");
    assert_eq!(report["by_field"], json!({ "external_ids": 1 }));
    assert_eq!(report["users"][0]["changed"], json!(["external_ids.okta"]));
    assert_says(
        &folder.done("import okta.csv --provisioner okta --keep external_ids"),
        &["nothing to change"],
    );
}

#[test]
fn a_user_is_found_again_by_the_id_under_another_address() {
    let folder = Folder::new();
    folder.write(
        "a.csv",
        "email,external_ids.okta\nann@ex.co,00u1\nbob@ex.co,00u2\n",
    );
    folder.done("import a.csv");
    // Ann has married, and Bob has her old address.
    folder.write(
        "b.csv",
        "email,external_ids.okta\nann.lee@ex.co,00u1\nann@ex.co,00u2\n",
    );
    let out = folder.done("import b.csv --match external_id,email");
    assert_says(&out, &["0 created, 2 updated"]);
    assert_eq!(
        folder.user("ann@ex.co")["external_ids"],
        json!({ "okta": "00u2" })
    );

    folder.write(
        "twice.csv",
        "email,external_ids.okta\na@ex.co,1\nb@ex.co,1\n",
    );
    assert_says(
        &folder.refused("import twice.csv"),
        &["line 3, b@ex.co: it has the same external id as line 2"],
    );
    let two = r#"{"email":"a@ex.co","external_id":"1","external_ids":{"okta":"2"}}"#;
    folder.write("two.jsonl", two);
    assert_says(
        &folder.refused("import two.jsonl --provisioner okta"),
        &["two external ids of \"okta\""],
    );
    folder.write("bare.csv", "email,external_ids\na@ex.co,1\n");
    assert_says(
        &folder.refused("import bare.csv"),
        &["external_ids.NAME", "--provisioner NAME"],
    );
}
