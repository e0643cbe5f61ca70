//! Users of whom other tools write parts as objects and lists of their own: Okta's `profile`, the
//! `name` and `emails` of Google and of SCIM.

use serde_json::{Map, Value};

use super::names::{Field, Target};
use super::reading::Reading;

/// Takes the parts out of their objects, each under a name that is known. What stands beside
/// them under the same name comes first. The command line's names are those of the file.
pub(super) fn flatten(members: &mut Map<String, Value>, reading: &mut Reading<'_>) {
    let names = reading.options.names;
    let is_asked = |name: &str| names.maps(name) || names.target(name) == Some(Target::Silent);
    for (part, prefix) in [("profile", ""), ("name", "name.")] {
        if !members.get(part).is_some_and(Value::is_object) || is_asked(part) {
            continue;
        }
        if let Some(Value::Object(inner)) = members.remove(part) {
            for (name, value) in inner {
                members.entry(format!("{prefix}{name}")).or_insert(value);
            }
        }
    }
    let emails = members.get(EMAILS).and_then(Value::as_array);
    if let Some(emails) = emails
        && !is_asked(EMAILS)
    {
        let address = members.iter().find_map(|(name, value)| {
            let is_email = names.target(name) == Some(Target::Field(Field::Email));
            value
                .as_str()
                .filter(|text| is_email && !text.trim().is_empty())
        });
        match address {
            Some(address) if emails.iter().any(|email| text_of(email) == Some(address)) => {
                if emails.len() > 1 {
                    reading.left_out(EMAILS);
                }
                members.remove(EMAILS);
            }
            // Two that differ are for the row to refuse.
            Some(_) => {}
            None => {
                if let Some(address) = only_address(emails).map(str::to_owned) {
                    members.insert(EMAILS.to_owned(), address.into());
                }
            }
        }
    }
}

/// The list of a user's addresses.
const EMAILS: &str = "emails";

/// The primary address of a list, or the only one.
fn only_address(emails: &[Value]) -> Option<&str> {
    let is_primary = |email: &&Value| email["primary"] == true;
    let mut candidates: Vec<_> = emails.iter().filter(is_primary).collect();
    if candidates.is_empty() {
        candidates.extend(emails);
    }
    match candidates[..] {
        [one] => text_of(one),
        _ => None,
    }
}

/// The address of a member of the list.
fn text_of(email: &Value) -> Option<&str> {
    let named = || {
        ["value", "address"]
            .into_iter()
            .find_map(|name| email[name].as_str())
    };
    email.as_str().or_else(named)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::reading::ReadOptions;
    use super::*;

    fn flat(mut user: Value) -> Value {
        let members = user.as_object_mut().unwrap();
        flatten(members, &mut Reading::new(ReadOptions::default()));
        user
    }

    #[test]
    fn parts_are_taken_out_and_what_stands_beside_them_comes_first() {
        let okta = json!({ "id": "00u1", "status": "ACTIVE", "profile": { "login": "ann", "status": "x" } });
        assert_eq!(
            flat(okta),
            json!({ "id": "00u1", "status": "ACTIVE", "login": "ann" })
        );
        let google = json!({ "primaryEmail": "a@ex.co", "name": { "givenName": "Ann" },
            "emails": [{ "address": "b@ex.co" }, { "address": "a@ex.co", "primary": true }] });
        assert_eq!(
            flat(google),
            json!({ "primaryEmail": "a@ex.co", "name.givenName": "Ann" })
        );
        let scim = json!({ "userName": "ann", "name": "Ann Lee",
            "emails": [{ "value": "b@ex.co" }, { "value": "a@ex.co", "primary": true }] });
        let expected = json!({ "userName": "ann", "name": "Ann Lee", "emails": "a@ex.co" });
        assert_eq!(flat(scim), expected);
    }

    #[test]
    fn of_several_addresses_none_is_guessed() {
        for emails in [
            json!([{ "value": "a@ex.co" }, { "value": "b@ex.co" }]),
            json!([{ "value": "a@ex.co", "primary": true }, { "value": "b@ex.co", "primary": true }]),
            json!([]),
            json!([{ "value": 5 }]),
        ] {
            let user = json!({ "userName": "ann", "emails": emails });
            assert_eq!(flat(user.clone()), user);
        }
        let two = json!({ "mail": "a@ex.co", "emails": [{ "value": "b@ex.co" }] });
        assert_eq!(flat(two.clone()), two);
        let one = json!({ "emails": ["a@ex.co"] });
        assert_eq!(flat(one), json!({ "emails": "a@ex.co" }));
    }
}
