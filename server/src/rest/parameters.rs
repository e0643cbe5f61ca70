//! Query parameters that a route does not have are refused: to ignore one, such as `dry_run`, would
//! do something else than the request says.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::openapi::query_names;
use crate::door::{Failure, cut};
use crate::routes::matrix;

/// The names of the query parameters of each route of REST, by method and path.
static NAMES: LazyLock<HashMap<(&str, &str), Vec<String>>> = LazyLock::new(|| {
    let routes = matrix().map(|(method, path, _)| (method, path));
    let named = routes.filter_map(|(method, path)| {
        let names = query_names(method, path)?;
        Some(((method, path), names))
    });
    named.collect()
});

/// Refuses a query with other parameters than the document describes for the route.
pub(crate) fn check(method: &str, path: &str, query: &str) -> Result<(), Failure> {
    let Some(known) = NAMES.get(&(method, path)) else {
        return Ok(());
    };
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).map_err(|error| {
        Failure::bad_request(format!("the query of the address is not valid: {error}"))
    })?;
    let Some((unknown, _)) = pairs.iter().find(|(name, _)| !known.contains(name)) else {
        return Ok(());
    };
    let hint = match &**known {
        [] => "it has none".to_owned(),
        names => format!("it has {}", names.join(", ")),
    };
    let unknown = cut(unknown);
    let message = format!("{method} {path} has no query parameter {unknown:?}; {hint}");
    Err(Failure::bad_request(message))
}
