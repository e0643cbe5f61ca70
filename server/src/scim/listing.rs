//! Lists: which part of one a request asks for, and how the next part is found again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::Response;
use headcount::UserQuery;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::path::AttributePath;
use super::projection::Projection;
use super::schema::{Kind, find};
use super::{Asking, Refusal, Scim, document};
use crate::door::Failure;
use crate::server::Server;

/// Resources of a page, where the request does not say.
const COUNT: usize = 100;
pub(super) const COUNT_MAX: usize = 1_000;
/// Places in lists that are remembered.
const PLACES_MAX: usize = 1_024;

/// What a request says about its answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    pub(super) filter: Option<Filter>,
    /// From 1 on.
    pub(super) start: usize,
    pub(super) count: usize,
    pub(super) projection: Projection,
}

/// The body of a request to `.search`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Search {
    filter: Option<String>,
    start_index: Option<i64>,
    count: Option<i64>,
    attributes: Vec<String>,
    excluded_attributes: Vec<String>,
}

impl Parameters {
    /// Reads a query; what it has besides is nobody's business, such as Entra's flags.
    pub(super) fn of_query(query: &[(String, String)]) -> Result<Self, Refusal> {
        let find = |wanted: &str| {
            let found = query
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.as_str())
        };
        let number = |name: &str| {
            find(name)
                .map(|text| {
                    let hint = || Refusal::value(format!("{name} has to be a whole number"));
                    text.trim().parse::<i64>().map_err(|_| hint())
                })
                .transpose()
        };
        let names = |name: &str| find(name).unwrap_or_default().to_owned();
        Self::of_search(&Search {
            filter: find("filter").map(str::to_owned),
            start_index: number("startIndex")?,
            count: number("count")?,
            attributes: vec![names("attributes")],
            excluded_attributes: vec![names("excludedAttributes")],
        })
    }

    pub(super) fn of_search(search: &Search) -> Result<Self, Refusal> {
        let bounded = |number: i64, least: usize| usize::try_from(number).unwrap_or(0).max(least);
        let filter = search
            .filter
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        Ok(Self {
            filter: filter.map(Filter::parse).transpose()?,
            start: bounded(search.start_index.unwrap_or(1), 1),
            count: search
                .count
                .map_or(COUNT, |count| bounded(count, 0))
                .min(COUNT_MAX),
            projection: Projection::new(
                &search.attributes.join(","),
                &search.excluded_attributes.join(","),
            ),
        })
    }

    /// Refuses a filter on what no resource of this kind has: an empty answer would say
    /// that there is nobody.
    pub(super) fn check_filter(&self, kind: Kind) -> Result<(), Refusal> {
        let Some(filter) = &self.filter else {
            return Ok(());
        };
        filter.each_path(&mut |path| {
            if is_known(kind, path) {
                return Ok(());
            }
            let name = kind.name();
            Err(Refusal::filter(format!(
                "a {name} has no attribute {:?}",
                path.name
            )))
        })
    }

    /// Whether the filter or the answer needs an attribute of the core schema.
    pub(super) fn needs(&self, name: &str) -> bool {
        let mut is_in_filter = false;
        if let Some(filter) = &self.filter {
            // The closure refuses nothing.
            let _ = filter.each_path(&mut |path| {
                is_in_filter |= path.urn.is_none() && path.name.eq_ignore_ascii_case(name);
                Ok(())
            });
        }
        is_in_filter || self.projection.shows(name)
    }

    /// A page of resources that are all at hand.
    pub(super) fn page(&self, matches: Vec<Map<String, Value>>) -> Listed {
        Listed {
            total: matches.len(),
            resources: matches
                .into_iter()
                .skip(self.start - 1)
                .take(self.count)
                .collect(),
        }
    }
}

fn is_known(kind: Kind, path: &AttributePath) -> bool {
    match kind.attribute(path.urn.as_deref(), &path.name) {
        Some(attribute) => match &path.part {
            Some(part) => find(attribute.parts(), part).is_some(),
            None => true,
        },
        None => path
            .urn
            .as_ref()
            .is_some_and(|urn| !urn.eq_ignore_ascii_case(kind.extension())),
    }
}

/// Resources of a list, and how many it has in all.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) total: usize,
    pub(super) resources: Vec<Map<String, Value>>,
}

impl Listed {
    pub(super) fn document(self, parameters: &Parameters) -> Value {
        let resources: Vec<_> = self
            .resources
            .into_iter()
            .map(|resource| parameters.projection.of(resource))
            .collect();
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": self.total,
            "startIndex": parameters.start,
            "itemsPerPage": resources.len(),
            "Resources": resources,
        })
    }
}

/// Answers with what `find` finds, which may read many users.
pub(super) async fn answer(
    asking: Asking,
    parameters: Parameters,
    find: impl FnOnce(&Asking, &Parameters) -> Result<Listed, Failure> + Send + 'static,
) -> Scim<Response> {
    let server = asking.server.clone();
    let work = move |_: &Server| Ok(find(&asking, &parameters)?.document(&parameters));
    Ok(document(StatusCode::OK, &server.scan(work).await?))
}

/// Where pages ended, so that the next one begins there and is not counted up to: a walk
/// through a list reads each user once.
#[derive(Default)]
pub(crate) struct Cursors(Mutex<Places>);

/// Which users the list has, and the number of the first one of a page.
type Place = (UserQuery, usize);

#[derive(Default)]
struct Places {
    cursors: HashMap<Place, String>,
    oldest_first: VecDeque<Place>,
}

impl Cursors {
    pub(super) fn find(&self, place: &Place) -> Option<String> {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.cursors.get(place).cloned()
    }

    pub(super) fn remember(&self, place: Place, cursor: String) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.cursors.insert(place.clone(), cursor).is_none() {
            places.oldest_first.push_back(place);
        }
        if places.cursors.len() > PLACES_MAX
            && let Some(oldest) = places.oldest_first.pop_front()
        {
            places.cursors.remove(&oldest);
        }
    }
}
