//! `/api/v1/seats` and `/api/v1/license`.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use headcount::{Batch, License, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, Conditional, Rest, tagged};
use crate::auth::Caller;
use crate::door::Failure;
use crate::server::Server;

#[derive(Deserialize, IntoParams)]
pub(crate) struct Since {
    /// Adds the history since the day (UTC) of this time.
    #[param(value_type = Option<String>, format = "date-time")]
    since: Option<Timestamp>,
}

/// The use of seats and, on request, its history.
pub(crate) async fn seats(
    State(server): State<Server>,
    Asked(asked): Asked<Since>,
) -> Rest<Response> {
    let directory = &server.0.directory;
    let seats = directory.seats()?;
    let mut told = json!(seats);
    if asked.since.is_some() {
        told["history"] = json!(directory.seat_history(asked.since)?);
    }
    Ok(tagged(StatusCode::OK, seats.license_version, &told))
}

/// The license and the use of its seats. The entity tag is the license's version, for `If-Match` on
/// a change. The use of seats changes without it, so `If-None-Match` has no effect.
pub(crate) async fn show(State(server): State<Server>) -> Rest<Response> {
    let seats = server.0.directory.seats()?;
    Ok(tagged(StatusCode::OK, seats.license_version, &seats))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewLicense)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenseBody {
    /// `community`, `enterprise`, or a number of seats.
    #[schema(value_type = super::shapes::License)]
    license: Value,
}

/// Sets the license. One with fewer seats than are in use deactivates nobody.
pub(crate) async fn set(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(new): Body<LicenseBody>,
) -> Rest<Response> {
    let license: License = match &new.license {
        Value::String(text) => text.parse()?,
        Value::Number(number) if number.is_u64() => number.to_string().parse()?,
        _ => {
            let hint = "license must be \"community\", \"enterprise\" or a number of seats";
            return Err(Failure::bad_request(hint).into());
        }
    };
    let batch = Conditional::new(Batch::new().set_license(license), &headers)?;
    server
        .write(&caller, |directory| Ok(batch.apply(directory)?))
        .await?;
    show(State(server)).await
}
