//! `Get-ADUser … | Export-Csv`, which has two columns for most fields, and how one of them is
//! preferred.

use crate::folder::{Folder, assert_says};

/// By default: no address except the sign-in name, which guests don't have.
const PLAIN: &str = "#TYPE Microsoft.ActiveDirectory.Management.ADUser\r\n\
    \"DistinguishedName\",\"Enabled\",\"GivenName\",\"Name\",\"ObjectClass\",\"ObjectGUID\",\
    \"SamAccountName\",\"SID\",\"Surname\",\"UserPrincipalName\"\r\n\
    \"CN=Ann Lee,DC=ex\",\"True\",\"Ann\",\"Ann Lee\",\"user\",\
    \"0d9f2b1e-6b1a-4f7a-9a0a-1a2b3c4d5e6f\",\"ann\",\"S-1-5-21-1\",\"Lee\",\"ann.lee@ex.co\"\r\n\
    \"CN=Guest,DC=ex\",\"False\",,\"Guest\",\"user\",\
    \"0d9f2b1e-6b1a-4f7a-9a0a-1a2b3c4d5e60\",\"Guest\",\"S-1-5-21-2\",,\r\n";

/// With `-Properties *`.
const ALL: &str = "\"SamAccountName\",\"UserPrincipalName\",\"mail\",\"EmailAddress\",\"Enabled\",\
    \"userAccountControl\",\"GivenName\",\"Surname\",\"sn\",\"Created\",\"whenCreated\",\
    \"createTimeStamp\",\"Deleted\",\"isDeleted\",\"LockedOut\",\"MemberOf\"\r\n\
    \"ann\",\"ann@corp.local\",\"ann@ex.co\",\"ann@ex.co\",\"True\",\"512\",\"Ann\",\"Lee\",\"Lee\",\
    \"5/30/2023 2:15:41 PM\",\"5/30/2023 2:15:41 PM\",\"5/30/2023 2:15:41 PM\",,,\"False\",\"x\"\r\n\
    \"bo\",,,\"bo@ex.co\",\"False\",\"514\",\"Bo\",,\"Ray\",,,\
    \"5/30/2023 2:15:41 PM\",,,\"False\",\"x\"\r\n";

/// Email, username and family name of all users after an import, and what it printed.
#[track_caller]
fn imported(file: &str, options: &[&str]) -> (String, Vec<String>) {
    let folder = Folder::new();
    folder.write("u.csv", file);
    let run = folder.run_args(&[&["import", "u.csv"], options].concat());
    assert_eq!((run.code, &*run.err), (0, ""));
    let list = folder.done("users list --format csv --columns email,username,family_name,active");
    (run.out, list.lines().skip(1).map(str::to_owned).collect())
}

#[test]
fn the_name_to_sign_in_with_is_the_username_and_another_fills_in() {
    let template = ["--email-template", "{username}@ex.co"];
    let (told, users) = imported(PLAIN, &template);
    assert_eq!(
        users,
        [
            "ann.lee@ex.co,ann.lee@ex.co,Lee,true",
            "Guest@ex.co,Guest,,false"
        ]
    );
    let instead = "\"SamAccountName\" is read only where \"UserPrincipalName\" is empty";
    assert_says(&told, &[instead, "--map 'SamAccountName=username'"]);

    let map = [
        "--map",
        "SamAccountName=username",
        "--map",
        "UserPrincipalName=email",
    ];
    let (told, users) = imported(PLAIN, &[&map[..], &template].concat());
    assert_eq!(
        users,
        ["ann.lee@ex.co,ann,Lee,true", "Guest@ex.co,Guest,,false"]
    );
    assert!(!told.contains("is read only"), "{told}");

    let folder = Folder::new();
    folder.write("u.csv", PLAIN);
    let refused = folder.refused("import u.csv");
    assert_says(&refused, &["line 4, Guest", "--email-template"]);
}

#[test]
fn all_properties_are_taken_and_the_first_that_is_there_counts() {
    let (_, users) = imported(ALL, &[]);
    assert_eq!(
        users,
        ["ann@ex.co,ann@corp.local,Lee,true", "bo@ex.co,bo,Ray,false"]
    );
    let (_, users) = imported(ALL, &["--map", "SamAccountName=username"]);
    assert_eq!(users, ["ann@ex.co,ann,Lee,true", "bo@ex.co,bo,Ray,false"]);
}

#[test]
fn the_order_of_the_columns_and_blanks_decide_nothing() {
    let folder = Folder::new();
    folder.write(
        "u.csv",
        "createTimeStamp,EmailAddress,Created,mail,whenCreated\n\
         2023-05-30,ann@ex.co,2022-05-30,\" \",\n\
         2023-05-30,no@ex.co,2022-05-30,bo@ex.co,\" \"\n",
    );
    folder.done("import u.csv");
    let list = folder.done("users list --format csv --columns email,created_at");
    let users: Vec<_> = list.lines().skip(1).collect();
    assert_eq!(
        users,
        [
            "ann@ex.co,2022-05-30T00:00:00Z",
            "bo@ex.co,2022-05-30T00:00:00Z"
        ]
    );
    // One of the three columns is wrong, and the error names it.
    folder.write(
        "u.csv",
        "createTimeStamp,Created,whenCreated,mail\nsoon,soon,soon,cho@ex.co\n",
    );
    let refused = folder.refused("import u.csv");
    assert_says(&refused, &["cho@ex.co: whenCreated: "]);
    assert_eq!(refused.matches("soon").count(), 1, "{refused}");
}

#[test]
fn states_that_contradict_each_other_are_refused() {
    let folder = Folder::new();
    for (file, told) in [
        (
            ALL.replace("\"True\",\"512\"", "\"True\",\"514\""),
            "another that they are not",
        ),
        (
            ALL.replace(
                ",,,\"False\",\"x\"\r\n\"bo\"",
                ",\"True\",,\"False\",\"x\"\r\n\"bo\"",
            ),
            "another that they are not",
        ),
    ] {
        folder.write("u.csv", file);
        let refused = folder.refused("import u.csv");
        assert_says(&refused, &["line 2, ann@ex.co", told]);
    }
    folder.write("u.csv", "email,deleted\nann@ex.co,\nbo@ex.co,True\n");
    folder.done("import u.csv");
    assert_eq!(folder.emails("--active"), ["ann@ex.co"]);
}

#[test]
fn json_prefers_the_same() {
    let file = r#"[
        {"SamAccountName":"ann","UserPrincipalName":"ann@corp.local","mail":"ann@ex.co",
         "EmailAddress":"ann@ex.co","Enabled":true,"userAccountControl":512},
        {"SamAccountName":"bo","UserPrincipalName":null,"mail":" ","EmailAddress":"bo@ex.co",
         "Enabled":false}
    ]"#;
    let folder = Folder::new();
    folder.write("u.json", file);
    let told = folder.done("import u.json");
    assert_says(&told, &["\"SamAccountName\" is read only where"]);
    let list = folder.done("users list --format csv --columns email,username,active");
    let users: Vec<_> = list.lines().skip(1).collect();
    assert_eq!(
        users,
        ["ann@ex.co,ann@corp.local,true", "bo@ex.co,bo,false"]
    );
    folder.write("u.json", file.replace(":512", ":514"));
    assert_says(
        &folder.refused("import u.json"),
        &["another that they are not"],
    );
}

#[test]
fn flags_make_a_state_beside_them_a_part_of_the_address() {
    for header in [
        "email,State,userAccountControl",
        "email,State,Country/Region",
    ] {
        let folder = Folder::new();
        folder.write("u.csv", format!("{header}\nann@ex.co,CA,514\n"));
        let told = folder.done("import u.csv");
        assert_says(&told, &["left out, as there is no field for", "State"]);
        let is_active = header.ends_with("Region");
        assert_eq!(folder.user("ann@ex.co")["active"], is_active, "{header}");
    }
    let folder = Folder::new();
    folder.write("u.csv", "email,userAccountControl\nann@ex.co,off\n");
    let told = [
        "line 2, ann@ex.co: userAccountControl: ",
        "such as 512 or 514",
    ];
    assert_says(&folder.refused("import u.csv"), &told);
}
