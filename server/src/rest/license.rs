//! `/api/v1/seats` and `/api/v1/license`.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use headcount::{Batch, License};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Body, Conditional, Rest, tagged};
use crate::auth::Caller;
use crate::door::Failure;
use crate::server::Server;

/// The license and how its seats are used; the entity tag is the license's version.
pub(crate) async fn show(State(server): State<Server>) -> Rest<Response> {
    let seats = server.0.directory.seats()?;
    Ok(tagged(StatusCode::OK, seats.license_version, &seats))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewLicense)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    /// `community`, `enterprise`, or a number of seats.
    #[schema(value_type = super::shapes::License)]
    license: Value,
}

/// Sets the license. A smaller one than today's use evicts nobody.
pub(crate) async fn set(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(new): Body<New>,
) -> Rest<Response> {
    let license: License = match &new.license {
        Value::String(text) => text.parse()?,
        Value::Number(number) if number.is_u64() => number.to_string().parse()?,
        _ => {
            let hint = "license has to be \"community\", \"enterprise\" or a number of seats";
            return Err(Failure::bad_request(hint).into());
        }
    };
    let batch = Conditional::new(Batch::new().set_license(license), &headers)?;
    server
        .write(&caller, |directory| Ok(batch.apply(directory)?))
        .await?;
    show(State(server)).await
}
