//! `/api/v1/query` and `/api/v1/lookup`: users by conditions, and many users by name, for
//! programs that process long lists.

use axum::Json;
use axum::extract::State;
use headcount::{UserId, UserQuery};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, LIMIT_MAX, Rest, page_limit, page_of};
use crate::door::Failure;
use crate::server::Server;

/// The members of a query that are not conditions.
const ORDER: [&str; 4] = ["sort", "descending", "limit", "after"];

#[derive(Deserialize, IntoParams)]
pub(crate) struct How {
    /// Whether to return the number of users instead of a page of them.
    #[serde(default)]
    count: bool,
}

/// A page of the users who meet the conditions, with the cursor of the next page; or their
/// number.
pub(crate) async fn query(
    State(server): State<Server>,
    Asked(how): Asked<How>,
    Body(asked): Body<Value>,
) -> Rest<Json<Value>> {
    let unreadable =
        |error| Failure::bad_request(format!("the request body is not a query: {error}"));
    let limit = asked.get("limit").and_then(Value::as_u64);
    let after = asked
        .get("after")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let is_condition = |name: &String| !ORDER.contains(&name.as_str());
    let has_conditions = asked
        .as_object()
        .is_none_or(|members| members.keys().any(is_condition));
    let query: UserQuery = serde_json::from_value(asked).map_err(unreadable)?;
    if how.count {
        let count = server.scan(move |server| Ok(server.0.directory.count(&query)?));
        return Ok(Json(json!({ "count": count.await? })));
    }
    let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let limit = page_limit(limit, UserQuery::LIMIT)?;
    // With conditions, a page may have to read many users to find its own.
    let count = if has_conditions { usize::MAX } else { limit };
    let page = server.read(count, move |server| {
        page_of(server, &query, after.as_deref())
    });
    Ok(Json(json!(page.await?)))
}

/// Names a user by exactly one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", try_from = "Names")]
pub(crate) enum UserReference {
    #[schema(value_type = String, format = "uuid")]
    Id(UserId),
    Email(String),
    Username(String),
    ExternalId {
        provisioner: String,
        id: String,
    },
}

/// The members of a reference, of which exactly one is there.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `id`, `email`, `username` or `external_id`"
)]
struct Names {
    id: Option<UserId>,
    email: Option<String>,
    username: Option<String>,
    external_id: Option<ExternalId>,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `provisioner` and `id`"
)]
struct ExternalId {
    provisioner: String,
    id: String,
}

impl TryFrom<Names> for UserReference {
    type Error = &'static str;

    fn try_from(names: Names) -> Result<Self, Self::Error> {
        match (names.id, names.email, names.username, names.external_id) {
            (Some(id), None, None, None) => Ok(Self::Id(id)),
            (None, Some(email), None, None) => Ok(Self::Email(email)),
            (None, None, Some(username), None) => Ok(Self::Username(username)),
            (None, None, None, Some(ExternalId { provisioner, id })) => {
                Ok(Self::ExternalId { provisioner, id })
            }
            _ => Err("name a user by one of `id`, `email`, `username` and `external_id`"),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lookup {
    /// Up to 1,000.
    users: Vec<UserReference>,
}

/// Each of the users, or null if there is none.
pub(crate) async fn lookup(
    State(server): State<Server>,
    Body(lookup): Body<Lookup>,
) -> Rest<Json<Value>> {
    let count = lookup.users.len();
    if count > LIMIT_MAX {
        let message = format!("up to {LIMIT_MAX} users can be looked up at once");
        return Err(Failure::bad_request(message).into());
    }
    let work = move |server: &Server| {
        let directory = &server.0.directory;
        let find = |name: &UserReference| match name {
            UserReference::Id(id) => directory.user_by_id(*id),
            UserReference::Email(email) => directory.user_by_email(email),
            UserReference::Username(username) => directory.user_by_username(username),
            UserReference::ExternalId { provisioner, id } => {
                directory.user_by_external_id(provisioner, id)
            }
        };
        let users: headcount::Result<Vec<_>> = lookup.users.iter().map(find).collect();
        Ok(users?)
    };
    let users = server.read(count, work).await?;
    let users: Vec<_> = users.iter().map(Option::as_deref).collect();
    Ok(Json(json!({ "users": users })))
}
