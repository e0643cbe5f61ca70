//! Files like the cases, as other tools and people write them, and the result of each.

use std::fs;

use crate::folder::{Folder, assert_says};

/// Imports one file; returns what was printed, or why it was refused.
#[track_caller]
fn import(name: &str, content: &[u8], options: &str) -> (Folder, String) {
    let folder = Folder::new();
    fs::write(folder.path(name), content).unwrap();
    let run = folder.run(&format!("import {name} {options}"));
    assert!([0, 1].contains(&run.code), "{name}: {}", run.err);
    if run.code == 1 {
        assert!(!folder.has_database(), "{name}");
    }
    (folder, format!("{}{}", run.out, run.err))
}

/// What `gam print users allfields` prints has a column for each member of each list.
#[test]
fn what_gam_prints_is_taken_as_it_is() {
    let csv = "primaryEmail,agreedToTerms,aliases.0,archived,changePasswordAtNextLogin,\
               creationTime,customerId,emails.0.address,emails.0.primary,id,\
               includeInGlobalAddressList,ipWhitelisted,isAdmin,isDelegatedAdmin,\
               isEnforcedIn2Sv,isEnrolledIn2Sv,isMailboxSetup,languages.0.languageCode,\
               lastLoginTime,name.familyName,name.fullName,name.givenName,orgUnitPath,\
               phones.0.value,suspended,suspensionReason,thumbnailPhotoUrl\n\
               ann@ex.co,True,a@ex.co,False,False,2024-07-11T16:55:59Z,C01,ann@ex.co,True,\
               108,True,False,True,False,False,True,True,en,2024-08-01T00:00:00Z,Lee,Ann Lee,\
               Ann,/,555,False,,\n\
               bob@ex.co,True,,False,False,2024-07-11T16:55:59Z,C01,bob@ex.co,True,\
               109,True,False,False,True,False,True,True,en,,Ray,Bob Ray,Bob,/,,True,ADMIN,\n";
    let (folder, told) = import("gam.csv", csv.as_bytes(), "");
    assert_says(
        &told,
        &["2 created", "isDelegatedAdmin", "emails.0.address"],
    );
    let ann = folder.user("ann@ex.co");
    assert_eq!(
        (&ann["admin"], &ann["family_name"]),
        (&true.into(), &"Lee".into())
    );
    let bob = folder.user("bob@ex.co");
    assert_eq!(
        (&bob["admin"], &bob["active"]),
        (&false.into(), &false.into())
    );
    // The same lists in JSON; these ids are of no provisioner.
    let json = br#"{"users":[{"primaryEmail":"ann@ex.co","isDelegatedAdmin":true,
                    "externalIds":[{"value":"1","type":"organization"}],
                    "phones":[{"value":"555"}]}]}"#;
    let (_, told) = import("google.json", json, "");
    assert_says(&told, &["1 created", "externalIds", "phones"]);
}

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(order).collect()
}

#[test]
fn one_user_is_taken_from_each() {
    let text = "email;username\r\nann@ex.co;\"ann\"\r\n";
    let files: [(&str, Vec<u8>, &str); 9] = [
        ("le.csv", utf16(text, u16::to_le_bytes), ""),
        ("be.csv", utf16(text, u16::to_be_bytes), ""),
        (
            "tab.tsv",
            b"email\tusername\nann@ex.co \t \"ann\" \n".into(),
            "",
        ),
        (
            "pipe.csv",
            b"SEP=|\r\nE-Mail|Login\r\nann@ex.co|ann\r\n".into(),
            "",
        ),
        (
            "cell.csv",
            b"email;username;note\nann@ex.co;ann;\"two\nlines\"\n".into(),
            "--map note=attributes.note",
        ),
        (
            "entra.csv",
            b"userPrincipalName,displayName,mail,accountEnabled,createdDateTime\n\
              ann,Ann S,ann@ex.co,True,2024-07-11T16:55:59Z\n"
                .into(),
            "",
        ),
        (
            "google.csv",
            b"First Name [Required],Email Address [Required],Status [READ ONLY]\n\
              Ann,ann@ex.co,Active\n"
                .into(),
            "--ignore-ids",
        ),
        (
            "gitlab.csv",
            b"Name,Username,Email,State,Created At\n\
              Ann S,ann,ann@ex.co,active,2024-01-02 03:04:05 UTC\n"
                .into(),
            "",
        ),
        (
            "keycloak.csv",
            b"id,username,email,enabled,createdTimestamp\n,ann,ann@ex.co,true,1720716959173\n"
                .into(),
            "",
        ),
    ];
    for (name, content, options) in files {
        let (folder, told) = import(name, &content, options);
        assert_says(&told, &["1 created"]);
        let user = folder.user("ann@ex.co");
        assert_eq!(user["active"], true, "{name}");
        let username = if name == "google.csv" {
            "ann@ex.co"
        } else {
            "ann"
        };
        assert_eq!(user["username"], username, "{name}");
    }
}

#[test]
fn what_is_uncertain_is_refused_with_its_place() {
    for (name, content, parts) in [
        (
            "unclosed.csv",
            &b"email,username\n\"ann@ex.co,ann\n\"bob@ex.co\",bob\n"[..],
            ["line 3, column 2", "line 2, column 1"],
        ),
        (
            "windows.csv",
            b"email,given name\na@ex.co,J\xfcrgen\n",
            ["line 2", "--encoding windows-1252"],
        ),
        (
            "curly.csv",
            "email\n\u{201c}ann@ex.co\u{201d}\n".as_bytes(),
            ["line 2", "U+201C"],
        ),
        (
            "apostrophes.csv",
            b"email\n'ann@ex.co'\n",
            ["line 2", "begins with the apostrophe"],
        ),
        (
            "states.csv",
            b"email,active\nann@ex.co,maybe\n",
            ["line 2", "\"maybe\" is not a known state"],
        ),
        (
            "dates.csv",
            b"email,created\nann@ex.co,7/11/2024\n",
            ["line 2", "could be two different days"],
        ),
        (
            "future.csv",
            b"email,created\nann@ex.co,2099-01-01\n",
            ["line 2", "lies in the future"],
        ),
        (
            "typos.csv",
            b"emial,usernam\nann@ex.co,ann\n",
            ["(is it email?)", "(is it username?)"],
        ),
        (
            "twice.jsonl",
            b"{\"email\":\"a@ex.co\",\"username\":\"a\",\"username\":\"b\"}\n",
            ["line 1", "twice"],
        ),
    ] {
        let (_, told) = import(name, content, "");
        assert_says(&told, &parts);
    }
    let (folder, _) = import(
        "latin.csv",
        b"email,given name\na@ex.co,J\xfcrgen \x80\n",
        "--encoding windows-1252",
    );
    assert_eq!(folder.user("a@ex.co")["given_name"], "J\u{fc}rgen \u{20ac}");
}

#[test]
fn keycloak_users_from_elsewhere_are_named_or_taken() {
    let (folder, told) = import(
        "realm.json",
        br#"{"realm":"r","users":[{"id":"f:1:ann","username":"ann","email":"ann@ex.co"}],
            "federatedUsers":[{"id":"f:1:bob"},{"id":"f:1:cho"}]}"#,
        "",
    );
    assert_says(
        &told,
        &["1 created", "federatedUsers left out: f:1:bob, f:1:cho"],
    );
    assert_eq!(folder.user("ann@ex.co")["username"], "ann");
    let (_, told) = import(
        "only.json",
        br#"{"realm":"r","users":[],"federatedUsers":[{"id":"f:1:ann"}]}"#,
        "",
    );
    assert_says(&told, &["no users to import", "f:1:ann"]);
}
