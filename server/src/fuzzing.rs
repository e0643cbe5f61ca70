//! The bodies of the server's fuzz targets in `fuzz/`.
//!
//! Releases don't contain this module: it is compiled with the feature `fuzzing` and
//! for tests.

use serde_json::{Map, Value, json};

use crate::scim::filter::Filter;
use crate::scim::patch::PatchRequest;
use crate::scim::schema::ResourceType;
use crate::scim::tidy::tidied;

/// Panics if a promise is broken for these bytes.
pub type Check = fn(&[u8]);

/// The checks, by the names of their corpora in `fuzz/corpus`.
pub const TARGETS: &[(&str, Check)] = &[
    ("graphql", graphql),
    ("scim_filter", filter),
    ("scim_patch", patch),
];

/// Parses a SCIM filter and applies it to a resource.
fn filter(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(filter) = Filter::parse(text)
    {
        let _ = filter.holds(&resource());
    }
}

/// Applies a PATCH to a user and to a group.
fn patch(bytes: &[u8]) {
    if let Ok(body) = serde_json::from_slice(bytes)
        && let Ok(request) = PatchRequest::parse(&body)
    {
        for kind in [ResourceType::User, ResourceType::Group] {
            let mut resource = resource();
            let _ = request.apply(kind, &mut resource);
            let tidy = tidied(kind, resource);
            assert_eq!(
                tidied(kind, tidy.clone()),
                tidy,
                "tidying twice changes nothing"
            );
        }
    }
}

/// Checks a GraphQL document and answers its introspection.
fn graphql(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        crate::wire::graphql::check(text);
    }
}

fn resource() -> Map<String, Value> {
    let resource = json!({
        "userName": "ann",
        "active": true,
        "name": { "familyName": "Lee" },
        "emails": [{ "value": "ann@ex.co", "type": "work", "primary": true }],
        "members": [{ "value": "x" }],
        "meta": { "lastModified": "2026-03-01T10:00:00.5Z" },
    });
    resource.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
#[path = "../../tests/kit/fuzz.rs"]
mod kit;

#[cfg(test)]
#[test]
fn every_request_is_read_or_refused() {
    for (target, check) in TARGETS {
        kit::fuzz(target, check);
    }
}
