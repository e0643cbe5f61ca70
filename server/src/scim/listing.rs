//! Lists: the parameters of a request, and the cursors of its next pages.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::Response;
use headcount::UserQuery;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value, json};

use super::filter::Filter;
use super::projection::Projection;
use super::schema::ResourceType;
use super::{Scim, ScimError, ScimRequest, checking, document};
use crate::door::Failure;
use crate::server::Server;

/// Resources of a page by default.
const COUNT: usize = 100;
pub(super) const COUNT_MAX: usize = 1_000;
/// 2⁶³, the first number beyond the range of `i64`.
const I64_END: f64 = 9_223_372_036_854_775_808.0;
/// Cursors of pages that are remembered.
const STARTS_MAX: usize = 1_024;

/// The parameters of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    pub(super) filter: Option<Filter>,
    /// Counts from 1.
    pub(super) start: usize,
    pub(super) count: usize,
    pub(super) projection: Projection,
}

/// The body of a request to `.search`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct SearchRequest {
    filter: Option<String>,
    #[serde(deserialize_with = "clamped")]
    start_index: Option<i64>,
    #[serde(deserialize_with = "clamped")]
    count: Option<i64>,
    attributes: Option<Vec<String>>,
    excluded_attributes: Option<Vec<String>>,
}

impl Parameters {
    /// Parses a query. Unknown parameters, such as Entra's flags, are ignored.
    pub(super) fn of_query(query: &[(String, String)]) -> Result<Self, ScimError> {
        let all = |wanted: &str| {
            let found = { query.iter() }.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
        };
        if all("filter").len() > 1 {
            let message = "there is more than one filter; join them with and";
            return Err(ScimError::filter(message));
        }
        for name in ["startIndex", "count"] {
            if all(name).len() > 1 {
                return Err(ScimError::value(format!("there is more than one {name}")));
            }
        }
        let find = |wanted: &str| all(wanted).first().copied();
        let number = |name: &str| {
            find(name)
                .map(|text| {
                    let hint = || ScimError::value(format!("{name} must be a whole number"));
                    whole_number(text.trim()).ok_or_else(hint)
                })
                .transpose()
        };
        let names = |name: &str| all(name).join(",");
        Self::of_search(&SearchRequest {
            filter: find("filter").map(str::to_owned),
            start_index: number("startIndex")?,
            count: number("count")?,
            attributes: Some(vec![names("attributes")]),
            excluded_attributes: Some(vec![names("excludedAttributes")]),
        })
    }

    pub(super) fn of_search(search: &SearchRequest) -> Result<Self, ScimError> {
        let names = |names: Option<&[String]>| names.unwrap_or_default().join(",");
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
                &names(search.attributes.as_deref()),
                &names(search.excluded_attributes.as_deref()),
            ),
        })
    }

    /// Refuses a filter on attributes that resources of this kind don't have: an empty response
    /// would claim that there are no matches.
    pub(super) fn check_filter(&self, kind: ResourceType) -> Result<(), ScimError> {
        let filter = self.filter.as_ref();
        filter.map_or(Ok(()), |filter| checking::check(filter, kind))
    }

    /// Whether the filter or the response needs an attribute of the core schema.
    pub(super) fn needs(&self, name: &str) -> bool {
        let filter = self.filter.as_ref();
        filter.is_some_and(|filter| filter.names(name)) || self.projection.shows(name)
    }

    /// A page of the matches.
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

/// Parses a whole number; one beyond the range becomes the nearest `i64`.
fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let end = if text.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    Some(text.parse().unwrap_or(end))
}

/// The same for a JSON number.
fn clamped<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(from)? else {
        return Ok(None);
    };
    let end = match number.as_f64() {
        Some(number) if number >= I64_END => Some(i64::MAX),
        Some(number) if number <= -I64_END => Some(i64::MIN),
        _ => None,
    };
    let number = number.as_i64().or(end);
    let number = number.ok_or_else(|| D::Error::custom("a whole number is needed"))?;
    Ok(Some(number))
}

/// The resources of a page, and the size of the whole list.
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

/// Responds with the result of `find`, which may read many resources unless `is_short`.
pub(super) async fn answer(
    asking: ScimRequest,
    parameters: Parameters,
    is_short: bool,
    find: impl FnOnce(&ScimRequest, &Parameters) -> Result<Listed, Failure> + Send + 'static,
) -> Scim<Response> {
    let server = asking.server.clone();
    let work = move |_: &Server| Ok(find(&asking, &parameters)?.document(&parameters));
    Ok(document(
        StatusCode::OK,
        &server.read_if_short(is_short, work).await?,
    ))
}

/// The cursors of pages that clients are likely to request next. So a walk through a list reads
/// each user once, instead of counting up to the start of each page.
#[derive(Default)]
pub(crate) struct PageStarts(Mutex<Starts>);

/// The query of a list, and the index of a page's first user.
type PageStart = (UserQuery, usize);

#[derive(Default)]
struct Starts {
    cursors: HashMap<PageStart, String>,
    oldest_first: VecDeque<PageStart>,
}

impl PageStarts {
    pub(super) fn find(&self, start: &PageStart) -> Option<String> {
        let starts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        starts.cursors.get(start).cloned()
    }

    pub(super) fn remember(&self, start: PageStart, cursor: String) {
        let mut starts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if starts.cursors.insert(start.clone(), cursor).is_none() {
            starts.oldest_first.push_back(start);
        }
        if starts.cursors.len() > STARTS_MAX
            && let Some(oldest) = starts.oldest_first.pop_front()
        {
            starts.cursors.remove(&oldest);
        }
    }
}
