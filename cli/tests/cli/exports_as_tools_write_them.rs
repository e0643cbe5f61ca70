//! Complete headers, as Okta, Entra, Google Workspace and GitLab write them, and files that were
//! damaged on the way.

use crate::folder::{Folder, assert_says};

/// Name, content, options, and what the report says.
const EXPORTS: [(&str, &str, &str, &[&str]); 20] = [
    (
        // The state is a part of an address here.
        "okta-profiles.csv",
        "login,firstName,lastName,middleName,honorificPrefix,honorificSuffix,email,title,\
         displayName,nickName,profileUrl,secondEmail,mobilePhone,primaryPhone,streetAddress,city,\
         state,zipCode,countryCode,postalAddress,preferredLanguage,locale,timezone,userType,\
         employeeNumber,costCenter,organization,division,department,managerId,manager\n\
         ann,Ann,Lee,,,,ann@ex.co,Eng,Ann Lee,,,,,,1 St,X,CA,1,US,,,,,,,,,,IT,,\n",
        "",
        &[
            "1 created",
            "ann       Ann Lee  yes   no",
            "left out, as there is no field for them",
        ],
    ),
    (
        "okta-report.csv",
        "\"User Id\",\"First name\",\"Last name\",\"Email\",\"Username\",\"Status\",\"Created At\"\n\
         \"00u1\",\"Ann\",\"Lee\",\"ann@ex.co\",\"ann@ex.co\",\"ACTIVE\",\"2024-05-01 12:00:00\"\n\
         \"00u2\",\"Bo\",\"Ray\",\"bo@ex.co\",\"bo@ex.co\",\"STAGED\",\"\"\n\
         \"00u3\",\"Cy\",\"Ray\",\"cy@ex.co\",\"cy@ex.co\",\"PASSWORD_EXPIRED\",\n",
        "--provisioner okta --map 'User Id=external_id'",
        &[
            "3 created",
            "bo@ex.co   bo@ex.co   Bo Ray   no ",
            "cy@ex.co   Cy Ray   yes",
        ],
    ),
    (
        "entra.csv",
        "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,\
         accountEnabled,usageLocation,streetAddress,state,country,physicalDeliveryOfficeName,city,\
         postalCode,telephoneNumber,mobile,authenticationPhoneNumber,\
         authenticationAlternativePhoneNumber,authenticationEmail,alternateEmailAddress,ageGroup,\
         consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,\
         directorySynced,invitationState,identityIssuer,createdDateTime\n\
         ann@contoso.example,Ann Lee,Lee,ann@ex.co,Ann,87d349ed-44d7-43e1-9a83-5f2406dee5bd,\
         Member,,,True,US,,CA,,,,,,,,,,,,,,,,,,,5/30/2023 2:15:41 PM\n",
        "",
        &["1 created", "ann@contoso.example  Ann Lee  yes"],
    ),
    (
        "google.csv",
        "First Name [Required],Last Name [Required],Email Address [Required],\
         Password [Required],Org Unit Path [Required],Status [READ ONLY],Last Sign In [READ ONLY],\
         Storage Used [READ ONLY],Storage limit [READ ONLY],New Status [UPLOAD ONLY],\
         Licenses [READ ONLY],New Licenses [UPLOAD ONLY]\n\
         Ann,Lee,ann@ex.co,****,/,Active,2024/05/01 10:00:00,0.1GB,15GB,,,\n\
         Bo,Ray,bo@ex.co,****,/,Suspended,Never logged in,0,0,,,\n",
        "",
        &["2 created", "bo@ex.co   bo@ex.co   Bo Ray   no "],
    ),
    (
        "gitlab.csv",
        "Name,Username,Email,Projects,Groups,Last activity,State,Created at\n\
         Ann Lee,ann,ann@ex.co,1,1,\"Jan 5, 2024\",active,\"May 23, 2012 8:00am\"\n",
        "",
        &["1 created"],
    ),
    (
        "gitlab-members.csv",
        "Name,Username,Email,State,Role,Access granted,Access expires\n\
         Ann,ann,ann@ex.co,ldap_blocked,Owner,2024-01-01,\n",
        "",
        &["1 created", "ann@ex.co  ann       -     no "],
    ),
    (
        "microsoft-365.csv",
        "Block credential,City,Country/Region,DirSyncEnabled,Display name,Fax,First name,Last name,\
         Last password change time stamp,License assignment details,Licenses,Oath token metadata,\
         Object Id,Password never expires,Phone number,Release track,State,\
         Strong password required,User principal name,When created\n\
         FALSE,,,,Ann Lee,,Ann,Lee,,,E3,,87d349ed-44d7-43e1-9a83-5f2406dee5bd,FALSE,,,CA,TRUE,\
         ann@ex.co,2023-01-05 10:00:00Z\n\
         TRUE,,,,Bo Ray,,Bo,Ray,,,,,97d349ed-44d7-43e1-9a83-5f2406dee5bd,FALSE,,,CA,TRUE,\
         bo@ex.co,2023-01-05 10:00:00Z\n",
        "",
        &["2 created", "Ann Lee  yes", "Bo Ray   no "],
    ),
    (
        "okta-users.csv",
        "id,login,email,firstName,lastName,status,created,activated,lastLogin\n\
         00u1,ann,ann@ex.co,Ann,Lee,ACTIVE,2024-05-01T12:00:00.000Z,2024-05-01T12:00:00.000Z,\n",
        "",
        &["1 created", "ann       Ann Lee  yes"],
    ),
    (
        "okta-api.json",
        r#"[{"id":"00u1","status":"ACTIVE","created":"2024-05-01T12:00:00.000Z","type":{"id":"o"},
             "profile":{"login":"ann","email":"ann@ex.co","firstName":"Ann","lastName":"Lee"}}]"#,
        "",
        &["1 created", "ann       Ann Lee  yes"],
    ),
    (
        "okta-api.jsonl",
        "{\"id\":\"00u1\",\"status\":\"SUSPENDED\",\"profile\":{\"login\":\"ann\",\"email\":\"ann@ex.co\"}}\n\
         {\"id\":\"00u2\",\"status\":\"ACTIVE\",\"profile\":{\"login\":\"bo\",\"email\":\"bo@ex.co\"}}\n",
        "",
        &["2 created", "ann       -     no ", "bo        -     yes"],
    ),
    (
        "google-api.json",
        r#"{"users":[{"id":"114511147312345678901","primaryEmail":"ann@ex.co","isAdmin":true,
            "name":{"givenName":"Ann","familyName":"Lee","fullName":"Ann Lee"},"suspended":false,
            "emails":[{"address":"other@ex.co"},{"address":"ann@ex.co","primary":true}]}]}"#,
        "",
        &["1 created", "Ann Lee  yes   yes"],
    ),
    (
        "gitlab-users.csv",
        "id,name,username,email,state,created_at,is_admin\n\
         1,Ann Lee,ann,ann@ex.co,active,2012-05-23T08:00:58Z,t\n",
        "",
        &["1 created", "ann@ex.co  ann       -     yes   yes"],
    ),
    (
        // A user can be archived, suspended, or both.
        "google-api.csv",
        "primaryEmail,name.givenName,name.familyName,suspended,archived,isAdmin,orgUnitPath,\
         creationTime,lastLoginTime\n\
         ann@ex.co,Ann,Lee,False,False,True,/,2023-01-05T10:00:00.000Z,1970-01-01T00:00:00.000Z\n\
         bo@ex.co,Bo,Ray,False,True,False,/,2023-01-05T10:00:00.000Z,\n\
         cy@ex.co,Cy,Ray,True,False,False,/,2023-01-05T10:00:00.000Z,\n",
        "",
        &["Ann Lee  yes   yes", "Bo Ray   no ", "Cy Ray   no "],
    ),
    (
        "active-directory.csv",
        "DN,objectClass,sAMAccountName,mail,givenName,sn,userAccountControl,whenCreated\n\
         \"CN=Ann,DC=ex\",user,ann,ann@ex.co,Ann,Lee,512,20240501120000.0Z\n\
         \"CN=Bo,DC=ex\",user,bo,bo@ex.co,Bo,Ray,66050,20240501120000.0Z\n",
        "",
        &["2 created", "Ann Lee  yes", "Bo Ray   no "],
    ),
    (
        "personal.csv",
        "E-Mail-Adresse;Benutzername;Vorname;Nachname;Aktiv;Erstellt am\n\
         ann@ex.co;ann;Ann;Lee;Ja;01.05.2024\nbo@ex.co;bo;Bo;Ray;Nein;02.05.2024\n",
        "",
        &["2 created", "Ann Lee  yes", "Bo Ray   no "],
    ),
    (
        "personnel.csv",
        "Adresse e-mail;Pr\u{e9}nom;Nom de famille;Nom d'utilisateur;Statut\n\
         ann@ex.co;Ann;Lee;ann;Actif\nbo@ex.co;Bo;Ray;bo;D\u{e9}sactiv\u{e9}\n",
        "--map 'Statut=active'",
        &["2 created", "Ann Lee  yes", "Bo Ray   no "],
    ),
    (
        "personnel-2.csv",
        "Nom;Pr\u{e9}nom;Courriel;Identifiant;\u{c9}tat\n\
         Lee;Ann;ann@ex.co;ann;Actif\nRay;Bo;bo@ex.co;bo;Suspendu\n",
        "",
        &["2 created", "Ann Lee  yes", "Bo Ray   no "],
    ),
    (
        "personal.csv",
        "Nombre;Apellidos;Correo electr\u{f3}nico;Usuario;Estado;Administrador\n\
         Ann;Lee;ann@ex.co;ann;Activo;s\u{ed}\nBo;Ray;bo@ex.co;bo;Inactivo;no\n",
        "",
        &["2 created", "Ann Lee  yes   yes", "Bo Ray   no "],
    ),
    (
        "personale.csv",
        "Nome\tCognome\tIndirizzo e-mail\tNome utente\tStato\n\
         Ann\tLee\tann@ex.co\tann\tAttivo\nBo\tRay\tbo@ex.co\tbo\tSospeso\n",
        "",
        &["2 created", "Ann Lee  yes", "Bo Ray   no "],
    ),
    (
        "personeel.csv",
        "Naam|Voornaam|E-mailadres|Gebruikersnaam|Ingeschakeld\n\
         Lee|Ann|ann@ex.co|ann|ja\nRay|Bo|bo@ex.co|bo|nee\n",
        "",
        &["2 created", "Ann Lee  yes", "Bo Ray   no "],
    ),
];

#[test]
fn a_name_that_may_be_the_whole_or_a_half_is_named_with_its_field() {
    let folder = Folder::new();
    folder.write("u.csv", "Nom,Courriel\nLee,ann@ex.co\n");
    let told = "unknown column \"Nom\" (is it family_name?)";
    assert_says(
        &folder.refused("import u.csv"),
        &[told, "--map 'Nom=field'"],
    );
    folder.write("u.csv", "nome,Apelido,email\nAnn,Lee,ann@ex.co\n");
    let told = "unknown columns \"nome\" (is it given_name?), \"Apelido\" (is it family_name?)";
    assert_says(&folder.refused("import u.csv"), &[told]);
}

#[test]
fn exports_are_taken() {
    for (name, text, options, told) in EXPORTS {
        let folder = Folder::new();
        folder.write(name, text);
        let mut args = vec!["import", name];
        let words = options.split('\'').flat_map(|part| {
            if part.contains('=') {
                vec![part]
            } else {
                part.split_whitespace().collect()
            }
        });
        args.extend(words);
        let run = folder.run_args(&args);
        assert_eq!((run.code, &*run.err), (0, ""), "{name}");
        assert_says(&run.out, told);
    }
}

#[test]
fn ids_of_another_system_are_left_out_with_a_word() {
    let keycloak = r#"{"users":[{"id":"00u1","username":"ann","email":"ann@ex.co"}]}"#;
    let gitlab = r#"[{"id":7,"username":"ann","email":"ann@ex.co","state":"active"},
                     {"id":12,"username":"bo","email":"bo@ex.co","state":"blocked"}]"#;
    for (name, text, column, first, users) in [
        (
            "okta.csv",
            "User Id,email\n00u1,ann@ex.co\n,bo@ex.co\n00u3,cy@ex.co\n",
            "User Id",
            "00u1",
            2,
        ),
        (
            "gitlab.csv",
            "Id;Username;Email;State\r7;ann;ann@ex.co;active",
            "Id",
            "7",
            1,
        ),
        ("gitlab.json", gitlab, "id", "7", 2),
        ("okta.json", keycloak, "id", "00u1", 1),
        (
            "auth0.jsonl",
            "{\"user_id\":\"auth0|5f7c8ec7c33c6c004bbafe82\",\"email\":\"ann@ex.co\"}",
            "user_id",
            "auth0|5f7c8ec7c33c6c004bbafe82",
            1,
        ),
    ] {
        let folder = Folder::new();
        folder.write(name, text);
        let told = folder.done(&format!("import {name}"));
        let users = if users == 1 {
            "1 user".to_owned()
        } else {
            format!("{users} users")
        };
        assert_says(
            &told,
            &[
                &format!("{column:?} has ids of another system and no UUIDs, such as {first:?}"),
                &format!("left out for {users}; use --map "),
                "--provisioner NAME",
            ],
        );
        assert!(
            folder.emails("").contains(&"ann@ex.co".to_owned()),
            "{name}"
        );
        let kept = format!("import {name} --map {column}=external_id --provisioner o");
        if !column.contains(' ') {
            folder.done(&kept);
            assert_eq!(
                folder.user("ann@ex.co")["external_ids"]["o"],
                first,
                "{name}"
            );
        }
    }
}

#[test]
fn ids_that_are_ours_and_others_are_refused_with_both_ways_out() {
    let id = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8";
    for (ids, told) in [
        ([id, "00u1"], "\"00u1\" is not a UUID"),
        (["00u1", id], "is a UUID, and the ids before it are not"),
        // One that lost a character is no id of another system.
        (["", "45e6b641-fe57-4fb2-83d2-2c2bd201efe"], "is not a UUID"),
        (["", "45e6b641fe574fb283d22c2bd201efe"], "is not a UUID"),
    ] {
        let folder = Folder::new();
        let [one, other] = ids;
        folder.write(
            "u.csv",
            format!("User Id,email\n{one},ann@ex.co\n{other},bo@ex.co\n"),
        );
        assert_says(
            &folder.refused("import u.csv"),
            &[
                "line 3, bo@ex.co: User Id: ",
                told,
                "--ignore-ids",
                "--map 'User Id=external_id' --provisioner NAME",
            ],
        );
    }
}

#[test]
fn what_went_wrong_on_the_way_is_said() {
    let deep = format!(
        "{{\"users\":[{{\"email\":\"a@b\",\"x\":{}1{}}}]}}",
        "[".repeat(500),
        "]".repeat(500)
    );
    for (name, text, told) in [
        (
            "joined.csv",
            "\u{feff}email\na@ex.co\n\u{feff}email\nb@ex.co\n",
            "line 3 begins with the byte order mark of another file",
        ),
        (
            "joined.jsonl",
            "{\"email\":\"a@ex.co\"}\r\n\u{feff}{\"email\":\"b@ex.co\"}\n",
            "line 2 begins with the byte order mark of another file",
        ),
        (
            "again.csv",
            "email,username\na@ex.co,a\nemail,username\nb@ex.co,b\n",
            "line 3 is the header again",
        ),
        (
            "twice.csv",
            "email,Email,email\n",
            "remove one of the two, or give it another name",
        ),
        (
            "headless.csv",
            "ann@ex.co,ann\nbob@ex.co,bob\n",
            "the first line needs the names of the columns, and this one has an address",
        ),
        (
            // The delimiter is known although none of the columns is.
            "strange.csv",
            "Wer;Was;Wo\na;b;c\n",
            "unknown columns \"Wer\", \"Was\", \"Wo\"",
        ),
        (
            "case.json",
            "{\"realm\":\"d\",\"users\":[{\"email\":\"a@b\"}],\"Users\":[{\"email\":\"c@d\"}]}",
            "its key \"Users\" would be left out",
        ),
        (
            "joined.json",
            "{\"users\":[{\"email\":\"a@b\"}]}\n{\"users\":[]}\n",
            "line 2, column 1: something follows the end of the document",
        ),
        (
            "behind.json",
            "{\"users\":[{\"email\":\"a@b\"}]} x",
            "line 1, column 29: something follows the end of the document",
        ),
        ("deep.json", &deep, "it is nested too deeply"),
        (
            "nul.json",
            "{\"users\":nul}",
            "true, false or null is needed, in lower case",
        ),
        (
            "keys.json",
            "{users:[]}",
            "a key must be a text in double quotes",
        ),
    ] {
        let folder = Folder::new();
        folder.write(name, text);
        let refused = folder.refused(&format!("import {name}"));
        assert_says(&refused, &[told]);
        assert!(!folder.has_database(), "{name}");
    }
    let folder = Folder::new();
    let missing = folder.refused("import nothing.csv");
    assert_eq!(
        missing,
        "headcount: can't read nothing.csv: No such file or directory\ncheck how it is written, or \
         create it first\n"
    );
}

#[test]
fn a_state_beside_an_address_is_the_users_where_the_command_line_says_so() {
    let folder = Folder::new();
    folder.write(
        "users.csv",
        "email,state,country\nann@ex.co,blocked,DE\nbob@ex.co,active,DE\n",
    );
    folder.write(
        "users.jsonl",
        "{\"email\":\"ann@ex.co\",\"state\":\"blocked\",\"city\":\"Ulm\"}\n\
         {\"email\":\"bob@ex.co\",\"state\":\"active\",\"city\":\"Ulm\"}\n",
    );
    for file in ["users.csv", "users.jsonl"] {
        for (map, active) in [("", 2), (" --map state=active", 1)] {
            let told = folder.json(&format!("import {file} --dry-run{map}"));
            assert_eq!(told["seats"]["active"], active, "{file}{map}: {told}");
        }
    }
}
