//! Query parameters that a route does not have are refused, and so is `If-Match` where there is no
//! version: to ignore one, such as `dry_run`, would do something else than the request says.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::header;

use headcount::quoted;

use super::openapi::{Parameters, parameters_of};
use crate::door::{Failure, cut};
use crate::routes::matrix;

/// The parameter that may be given more than once.
const REPEATED: &str = "attribute";

/// The parameters of each route of REST, by method and path.
static ROUTES: LazyLock<HashMap<(&str, &str), Parameters>> = LazyLock::new(|| {
    let routes = matrix().map(|(method, path, _)| (method, path));
    let known = routes.filter_map(|(method, path)| {
        let parameters = parameters_of(method, path)?;
        Some(((method, path), parameters))
    });
    known.collect()
});

/// Refuses a request with other parameters than the document describes for the route, or with a
/// version that it has not.
pub(crate) fn check(method: &str, path: &str, request: &Request) -> Result<(), Failure> {
    if method == "GET" && request.uri().query().is_none() {
        return Ok(());
    }
    let Some(known) = ROUTES.get(&(method, path)) else {
        return Ok(());
    };
    if method != "GET" && request.headers().contains_key(header::IF_MATCH) && !known.is_conditional
    {
        let message = format!("{method} {path} has no version to match; leave If-Match out");
        return Err(Failure::bad_request(message));
    }
    let Some(query) = request.uri().query() else {
        return Ok(());
    };
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).map_err(|error| {
        Failure::bad_request(format!("the query of the address is not valid: {error}"))
    })?;
    let names = &known.query;
    let Some((unknown, _)) = pairs.iter().find(|(name, _)| !names.contains(name)) else {
        return check_once(&pairs);
    };
    let hint = match &**names {
        [] => "it has none".to_owned(),
        names => format!("it has {}", names.join(", ")),
    };
    let unknown = cut(unknown);
    let message = format!(
        "{method} {path} has no query parameter {}; {hint}",
        quoted(&unknown)
    );
    Err(Failure::bad_request(message))
}

/// Refuses a parameter that is given twice: neither value is the one that was meant.
fn check_once(pairs: &[(String, String)]) -> Result<(), Failure> {
    let mut earlier = HashSet::new();
    let twice = { pairs.iter() }
        .map(|(name, _)| name)
        .find(|name| *name != REPEATED && !earlier.insert(*name));
    match twice {
        None => Ok(()),
        Some(name) => {
            let message = format!("the query parameter `{name}` is given more than once");
            Err(Failure::bad_request(message))
        }
    }
}
