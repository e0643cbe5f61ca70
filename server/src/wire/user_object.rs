//! Users in the format of the platform's identity server.

use headcount::{User, UserUpdate, UserView};
use serde::{Deserialize, Serialize};

/// A user object. Clients keep unknown keys and send them back in PUT, so `headcountVersion` tells
/// which version of the record a PUT is based on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserObject<'a> {
    id: String,
    username: &'a str,
    email: &'a str,
    enabled: bool,
    created_timestamp: u64,
    email_verified: bool,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    realm_roles: &'static [&'static str],
    required_actions: [(); 0],
    disableable_credential_types: [(); 0],
    federated_identities: [(); 0],
    not_before: u64,
    access: Access,
    headcount_version: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "clients read them as such")]
struct Access {
    view: bool,
    manage: bool,
    manage_group_membership: bool,
    map_roles: bool,
    impersonate: bool,
}

impl<'a> From<&'a User> for UserObject<'a> {
    fn from(user: &'a User) -> Self {
        Self::from(&UserView::from(user))
    }
}

impl<'a> From<&UserView<'a>> for UserObject<'a> {
    fn from(user: &UserView<'a>) -> Self {
        Self {
            id: user.id().to_string(),
            username: user.username(),
            email: user.email(),
            enabled: user.is_active(),
            created_timestamp: user.created_at().as_unix_micros() / 1_000,
            email_verified: true,
            first_name: user.given_name(),
            last_name: user.family_name(),
            realm_roles: if user.is_admin() { &["admin"] } else { &[] },
            required_actions: [],
            disableable_credential_types: [],
            federated_identities: [],
            not_before: 0,
            access: Access {
                view: true,
                manage: true,
                manage_group_membership: true,
                map_roles: false,
                impersonate: false,
            },
            headcount_version: user.version(),
        }
    }
}

/// The keys of a user object that a PUT can change; others are ignored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Replacement {
    pub(super) enabled: Option<bool>,
    email: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    headcount_version: Option<u64>,
}

impl Replacement {
    /// Whether it is based on the current record, so that all of it applies.
    pub(super) fn is_of(&self, user: &User) -> bool {
        self.headcount_version == Some(user.version())
    }

    /// The changes other than `enabled`; `None` if there are none.
    pub(super) fn update_of(&self, user: &User) -> Option<UserUpdate> {
        let mut update = UserUpdate::new().if_version(user.version());
        let mut differs = false;
        if let Some(email) = self.email.as_deref()
            && email != user.email().as_str()
        {
            update = update.email(email);
            differs = true;
        }
        if let Some(username) = self.username.as_deref()
            && username != user.username()
        {
            update = update.username(username);
            differs = true;
        }
        if let Some(name) = &self.first_name
            && Some(&**name) != user.given_name()
        {
            update = update.given_name(&**name);
            differs = true;
        }
        if let Some(name) = &self.last_name
            && Some(&**name) != user.family_name()
        {
            update = update.family_name(&**name);
            differs = true;
        }
        differs.then_some(update)
    }
}
