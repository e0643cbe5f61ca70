//! A user is found by id, email and username. If nobody has a text, the result is nobody, not an
//! error.

use headcount::{Directory, ErrorKind, License, NewUser, UserId, UserUpdate};

use crate::helpers::{create, emails, on_both_engines, refusal};

#[test]
fn by_id_email_and_username() {
    on_both_engines(|directory| {
        let new = NewUser::new("Ann.Lee@ex.co")
            .username("Ann")
            .given_name("Ann");
        let ann = directory.create_user(new).unwrap();
        let found = [
            directory.user_by_id(ann.id()),
            directory.user_by_email(" ann.LEE@EX.CO "),
            directory.user_by_username(" ANN "),
            directory.user(ann.id()),
            directory.user(ann.email()),
            directory.user(&*ann),
            directory.user("ann.lee@ex.co"),
            directory.user(ann.id().to_string().as_str()),
            directory.user(ann.id().to_string().to_uppercase()),
        ];
        for found in found {
            assert_eq!(found.unwrap().unwrap(), ann);
        }
    });
}

#[test]
fn many_at_once_are_found_as_one_by_one() {
    on_both_engines(|directory| {
        directory.set_license(License::Enterprise).unwrap();
        let names: Vec<_> = (0..150).map(|n| format!("User{n}@ex.co")).collect();
        let made: Vec<_> = names.iter().map(|name| create(directory, name)).collect();
        let asked: Vec<_> = names
            .iter()
            .flat_map(|name| {
                [
                    name.clone(),
                    format!(" {} ", name.to_lowercase()),
                    name.replace('@', "#"),
                ]
            })
            .collect();
        for _ in 0..2 {
            let found = directory.users_by_emails(&asked).unwrap();
            let singly = asked
                .iter()
                .map(|email| directory.user_by_email(email).unwrap());
            assert_eq!(found, singly.collect::<Vec<_>>());
            assert_eq!(found.iter().flatten().count(), 300);
        }
        let ids = [&made[..], &[UserId::generate()]].concat();
        for _ in 0..2 {
            let found = directory.users_by_ids(&ids).unwrap();
            assert_eq!(found.last(), Some(&None));
            let found = found.iter().flatten().map(|user| user.id());
            assert!(found.eq(made.iter().copied()));
        }
    });
}

#[test]
fn odd_texts_find_nobody() {
    on_both_engines(|directory| {
        create(directory, "k@ex.co");
        let long = "x".repeat(100_000);
        let odd = [
            "",
            " ",
            "@",
            "k",
            "k@",
            "@ex.co",
            "k@ex.co.",
            "k@ex..co",
            "k @ex.co",
            "<k@ex.co>",
            "\u{212a}@ex.co",
            "k@e\u{200b}x.co",
            "k@ex\u{ff0e}co",
            "k\0@ex.co",
            "\u{10ffff}",
            "K <k@ex.co>",
            "k@ex.co,k@ex.co",
            "k\u{ff20}ex.co",
            &long,
            "00000000-0000-0000-0000-00000000000",
        ];
        for text in odd {
            assert_eq!(directory.user_by_email(text).unwrap(), None, "{text:?}");
            assert_eq!(directory.user_by_username(text).unwrap(), None, "{text:?}");
            assert_eq!(directory.user(text).unwrap(), None, "{text:?}");
            assert_eq!(
                refusal(directory.delete_user(text)),
                ErrorKind::UserNotFound,
                "{text:?}"
            );
        }
        assert_eq!(
            directory.user_by_id(UserId::from_bytes([0; 16])).unwrap(),
            None
        );
        assert_eq!(emails(directory), ["k@ex.co"]);
    });
}

#[test]
fn every_method_takes_an_id_or_an_email() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        directory.deactivate_user(ann).unwrap();
        directory.activate_user("ANN@ex.co").unwrap();
        let text = ann.to_string();
        directory.deactivate_user(&text).unwrap();
        let update = UserUpdate::new().given_name("Ann");
        directory.update_user(text.as_str(), update).unwrap();
        let version = directory.user(ann).unwrap().unwrap().version();
        assert_eq!(version, 5);
        assert_eq!(directory.delete_user("ann@ex.co").unwrap(), ann);
        assert_eq!(directory.user(ann).unwrap(), None);
    });
}

#[test]
fn a_user_who_does_not_exist_cannot_be_changed() {
    on_both_engines(|directory| {
        let absent = UserId::from_bytes([9; 16]);
        let update = UserUpdate::new().given_name("No");
        assert_eq!(
            refusal(directory.activate_user(absent)),
            ErrorKind::UserNotFound
        );
        assert_eq!(
            refusal(directory.deactivate_user("no@ex.co")),
            ErrorKind::UserNotFound
        );
        assert_eq!(
            refusal(directory.delete_user(absent)),
            ErrorKind::UserNotFound
        );
        assert_eq!(
            refusal(directory.update_user("no", update)),
            ErrorKind::UserNotFound
        );
    });
}

#[test]
fn a_user_without_a_usable_address_cannot_exist() {
    on_both_engines(|directory| {
        let kinds = [
            ("", ErrorKind::EmailRequired),
            (" \t\n", ErrorKind::EmailRequired),
            ("admin", ErrorKind::InvalidEmail),
            ("Ann <ann@ex.co>", ErrorKind::InvalidEmail),
            ("jürgen@ex.co", ErrorKind::InternationalEmail),
        ];
        create(directory, "ann@ex.co");
        for (email, kind) in kinds {
            let user = NewUser::new(email).username("admin").given_name("Ad");
            assert_eq!(user.check().unwrap_err().kind(), kind);
            assert_eq!(refusal(directory.create_user(user)), kind, "{email:?}");
            let update = UserUpdate::new().email(email);
            assert_eq!(
                refusal(directory.update_user("ann@ex.co", update)),
                kind,
                "{email:?}"
            );
        }
        assert_eq!(emails(directory), ["ann@ex.co"]);
    });
}

#[test]
fn a_user_reads_as_one_json_record() {
    let directory = Directory::in_memory().unwrap();
    let id: UserId = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".parse().unwrap();
    let moment = "2024-07-11T16:55:59.173Z";
    let user = NewUser::new("Ann@ex.co")
        .id(id)
        .family_name("Lee")
        .attribute("team", "a")
        .created_at(moment.parse().unwrap());
    let ann = directory.create_user(user).unwrap();
    let mut json = serde_json::to_value(&*ann).unwrap();
    assert_eq!(json["updated_at"], ann.updated_at().to_string());
    json["updated_at"].take();
    let expected = serde_json::json!({
        "id": "45e6b641-fe57-4fb2-83d2-2c2bd201efe8",
        "email": "Ann@ex.co",
        "username": "Ann@ex.co",
        "given_name": null,
        "family_name": "Lee",
        "active": true,
        "admin": false,
        "external_ids": {},
        "attributes": {"team": "a"},
        "created_at": moment,
        "updated_at": null,
        "deactivated_at": null,
        "version": 1,
    });
    assert_eq!(json, expected);
}
