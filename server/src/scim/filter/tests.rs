//! Filters that hold, that do not, and that are none.

use serde_json::json;

use super::*;

fn resource() -> Map<String, Value> {
    let resource = json!({
        "userName": "Ann@Ex.co",
        "externalId": "Ab1",
        "active": true,
        "name": { "familyName": "Lee" },
        "emails": [
            { "value": "ann@ex.co", "type": "work", "primary": true },
            { "value": "a@home.net", "type": "home" },
        ],
        "meta": { "lastModified": "2026-03-01T10:00:00.5Z" },
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "R&D" },
    });
    resource.as_object().unwrap().clone()
}

#[track_caller]
fn holds(filter: &str) -> bool {
    Filter::parse(filter).unwrap().holds(&resource())
}

#[test]
fn what_is_true_holds() {
    for filter in [
        r#"userName eq "ann@ex.co""#,
        r#"USERNAME Eq "ANN@EX.CO""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ann""#,
        r#"externalId eq "Ab1""#,
        "active eq true",
        r#"active eq "True""#,
        "active eq True",
        r#"emails eq "ANN@ex.co""#,
        r#"emails.value ew "home.net""#,
        r#"emails[type eq "work"]"#,
        r#"emails[type eq "work" and value eq "ann@ex.co"]"#,
        r#"emails[type eq "WORK"].value eq "ann@ex.co""#,
        r#"emails[primary eq "True"]"#,
        r#"name.familyName co "e""#,
        "name pr",
        "not (title pr)",
        "title eq null",
        r#"title ne "x""#,
        r#"meta.lastModified gt "2026-03-01T10:00:00Z""#,
        r#"meta.lastModified lt "2026-03-01T12:00:00+01:00""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "r&d""#,
        r#"title pr and title pr or userName sw "a""#,
        r#"(userName sw "a" or title pr) and active eq true"#,
    ] {
        assert!(holds(filter), "{filter}");
    }
}

#[test]
fn what_is_not_true_does_not_hold() {
    for filter in [
        r#"userName eq "bob@ex.co""#,
        r#"externalId eq "ab1""#,
        "active eq false",
        "active ne true",
        r#"emails[type eq "home" and value eq "ann@ex.co"]"#,
        r#"userName sw "a" and (title pr or title pr)"#,
        r#"meta.lastModified ge "2026-03-01T12:00:00Z""#,
        "nickName pr",
    ] {
        assert!(!holds(filter), "{filter}");
    }
}

#[test]
fn what_is_no_filter_is_refused() {
    let deep = format!("{}active pr{}", "(".repeat(40), ")".repeat(40));
    let long = format!("userName eq \"{}\"", "x".repeat(BYTES_MAX));
    for filter in [
        "",
        "userName",
        "userName eq",
        "userName eq ann",
        "userName is \"ann\"",
        "userName eq \"ann",
        "userName eq \"ann\" \"bob\"",
        "userName eq \"ann\" and",
        "(userName pr",
        "userName pr)",
        "emails[type eq \"work\"",
        "active gt true",
        "1x eq 1",
        "a.b.c pr",
        "\"userName\" pr",
        &deep,
        &long,
    ] {
        let refusal = Filter::parse(filter).unwrap_err();
        assert_eq!(refusal.scim_type, "invalidFilter", "{filter}");
    }
}

#[test]
fn what_must_be_equal_is_found_for_an_index() {
    let required = |text: &str, name: &'static str| {
        let filter = Filter::parse(text).unwrap();
        filter.required(&|path| path.is(name)).map(str::to_owned)
    };
    assert_eq!(
        required(r#"active eq true and userName eq "x""#, "userName").as_deref(),
        Some("x")
    );
    assert_eq!(
        required(r#"emails[type eq "work" and value eq "x"]"#, "emails").as_deref(),
        Some("x")
    );
    assert_eq!(required(r#"userName eq "x" or title pr"#, "userName"), None);
    assert_eq!(required(r#"not (userName eq "x")"#, "userName"), None);
}
