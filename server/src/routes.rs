//! Every route and the scope it needs. The router is built from this table, so that every route
//! is in it.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{MethodRouter, any, delete, get, patch, post, put};

use crate::auth::guard;
use crate::door::{Door, Failure};
use crate::health;
use crate::keys::Scope;
use crate::page;
use crate::relay;
use crate::rest::{batch, changes, keys, license, openapi, query, users, whole, workspaces};
use crate::scim::{self, discovery};
use crate::server::Server;
use crate::wire::{graphql, people, spaces};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody: it discloses nothing.
    Open,
    /// Holders of a key with this scope, or one that covers it.
    Scope(Scope),
    /// People who have logged in to the page with such a key. Forms must also come from the page.
    Session(Scope),
}

/// A line of the matrix: method, path and access.
pub type Matrix = (&'static str, &'static str, Access);

pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) door: Door,
    handler: fn() -> MethodRouter<Server>,
}

const READ: Access = Access::Scope(Scope::Read);
const WRITE: Access = Access::Scope(Scope::Write);
const ADMIN: Access = Access::Scope(Scope::Admin);
const VISITOR: Access = Access::Session(Scope::Read);
const EDITOR: Access = Access::Session(Scope::Write);
const KEEPER: Access = Access::Session(Scope::Admin);
const SCIM: Access = Access::Scope(Scope::Scim);

#[rustfmt::skip]
static ROUTES: &[Route] = &[
    route("GET", "/healthz", Access::Open, Door::Plain, || get(health::live)),
    route("GET", "/readyz", Access::Open, Door::Plain, || get(health::ready)),
    route("GET", "/metrics", READ, Door::Plain, || get(health::metrics)),
    // The platform's wire. Mutations by GraphQL also need the scope `write`.
    route("GET", "/v1/api/config", Access::Open, Door::Platform, || get(people::config)),
    route("POST", "/v1/api/users/query", READ, Door::Platform, || post(people::query)),
    route("POST", "/v1/api/users/invite", WRITE, Door::Platform, || post(people::invite)),
    route("POST", "/v1/api/users/activate", WRITE, Door::Platform, || post(people::activate)),
    route("POST", "/v1/api/users/deactivate", WRITE, Door::Platform, || post(people::deactivate)),
    route("GET", "/auth/admin/realms/master/users", READ, Door::Identity, || get(people::find)),
    route("GET", "/auth/admin/realms/master/users/{id}", READ, Door::Identity, || get(people::show)),
    route("PUT", "/auth/admin/realms/master/users/{id}", WRITE, Door::Identity, || put(people::replace)),
    route("POST", "/v1/api/workspaces/list", READ, Door::Platform, || post(spaces::list)),
    route("POST", "/v1/api/workspaces/create", WRITE, Door::Platform, || post(spaces::create)),
    route("POST", "/v1/api/workspaces/add_user", WRITE, Door::Platform, || post(spaces::add_user)),
    route("POST", "/v1/api/workspaces/list_users", READ, Door::Platform, || post(spaces::list_users)),
    route("POST", "/v1/api/workspaces/remove_user", WRITE, Door::Platform, || post(spaces::remove_user)),
    route("POST", "/v1/graphql", READ, Door::Platform, || post(graphql::answer)),
    // Logins, which are relayed to the identity provider if one is configured.
    route("POST", "/auth/realms/master/protocol/openid-connect/auth/device", Access::Open, Door::Identity, || post(relay::device)),
    route("POST", "/auth/realms/master/protocol/openid-connect/token", Access::Open, Door::Identity, || post(relay::token)),
    route("GET", "/auth/realms/master/protocol/openid-connect/auth", Access::Open, Door::Identity, || get(relay::authorize)),
    route("GET", "/auth/realms/master/protocol/openid-connect/certs", Access::Open, Door::Identity, || get(relay::certs)),
    route("GET", "/auth/realms/master/protocol/openid-connect/userinfo", Access::Open, Door::Identity, || get(relay::user_info)),
    route("POST", "/auth/realms/master/protocol/openid-connect/userinfo", Access::Open, Door::Identity, || post(relay::user_info)),
    route("GET", "/auth/realms/master/protocol/openid-connect/logout", Access::Open, Door::Identity, || get(relay::log_out_browser)),
    route("POST", "/auth/realms/master/protocol/openid-connect/logout", Access::Open, Door::Identity, || post(relay::log_out)),
    route("GET", "/auth/realms/master/.well-known/openid-configuration", Access::Open, Door::Identity, || get(relay::configuration)),
    route("GET", "/openapi.json", Access::Open, Door::Rest, || get(openapi::document)),
    // REST. Making admins also needs the scope `admin`.
    route("GET", "/api/v1/users", READ, Door::Rest, || get(users::list)),
    route("POST", "/api/v1/users", WRITE, Door::Rest, || post(users::create)),
    route("GET", "/api/v1/users/{name}", READ, Door::Rest, || get(users::show)),
    route("PATCH", "/api/v1/users/{name}", WRITE, Door::Rest, || patch(users::update)),
    route("DELETE", "/api/v1/users/{name}", WRITE, Door::Rest, || delete(users::delete)),
    route("POST", "/api/v1/users/{name}/activate", WRITE, Door::Rest, || post(users::activate)),
    route("POST", "/api/v1/users/{name}/deactivate", WRITE, Door::Rest, || post(users::deactivate)),
    route("GET", "/api/v1/users/{name}/memberships", READ, Door::Rest, || get(users::memberships)),
    route("POST", "/api/v1/query", READ, Door::Rest, || post(query::query)),
    route("POST", "/api/v1/lookup", READ, Door::Rest, || post(query::lookup)),
    route("GET", "/api/v1/workspaces", READ, Door::Rest, || get(workspaces::list)),
    route("POST", "/api/v1/workspaces", WRITE, Door::Rest, || post(workspaces::create)),
    route("GET", "/api/v1/workspaces/{id}", READ, Door::Rest, || get(workspaces::show)),
    route("PATCH", "/api/v1/workspaces/{id}", WRITE, Door::Rest, || patch(workspaces::rename)),
    route("DELETE", "/api/v1/workspaces/{id}", WRITE, Door::Rest, || delete(workspaces::delete)),
    route("POST", "/api/v1/workspaces/{id}/archive", WRITE, Door::Rest, || post(workspaces::archive)),
    route("POST", "/api/v1/workspaces/{id}/restore", WRITE, Door::Rest, || post(workspaces::restore)),
    route("GET", "/api/v1/workspaces/{id}/members", READ, Door::Rest, || get(workspaces::members)),
    route("PUT", "/api/v1/workspaces/{id}/members/{name}", WRITE, Door::Rest, || put(workspaces::set_member)),
    route("DELETE", "/api/v1/workspaces/{id}/members/{name}", WRITE, Door::Rest, || delete(workspaces::remove_member)),
    route("GET", "/api/v1/seats", READ, Door::Rest, || get(license::seats)),
    route("GET", "/api/v1/license", READ, Door::Rest, || get(license::show)),
    route("PUT", "/api/v1/license", ADMIN, Door::Rest, || put(license::set)),
    route("POST", "/api/v1/batch", WRITE, Door::Rest, || post(batch::apply)),
    route("POST", "/api/v1/preview", WRITE, Door::Rest, || post(batch::preview)),
    route("GET", "/api/v1/stats", READ, Door::Rest, || get(whole::stats)),
    route("GET", "/api/v1/export", ADMIN, Door::Rest, || get(whole::export)),
    route("GET", whole::BACKUP, ADMIN, Door::Rest, || get(whole::backup)),
    route("GET", whole::VERIFY, ADMIN, Door::Rest, || get(whole::verify)),
    route("GET", "/api/v1/changes", READ, Door::Rest, || get(changes::list)),
    route("DELETE", "/api/v1/changes", ADMIN, Door::Rest, || delete(changes::trim)),
    route("GET", "/api/v1/keys", ADMIN, Door::Rest, || get(keys::list)),
    route("POST", "/api/v1/keys", ADMIN, Door::Rest, || post(keys::create)),
    route("GET", "/api/v1/keys/{key}", ADMIN, Door::Rest, || get(keys::show)),
    route("DELETE", "/api/v1/keys/{key}", ADMIN, Door::Rest, || delete(keys::revoke)),
    // The page for people.
    route("GET", "/admin/style.css", Access::Open, Door::Page, || get(page::style)),
    route("GET", "/admin/icon.svg", Access::Open, Door::Page, || get(page::icon)),
    route("GET", "/admin/live.js", Access::Open, Door::Page, || get(page::live)),
    route("GET", "/admin/login", Access::Open, Door::Page, || get(page::form)),
    route("POST", "/admin/login", VISITOR, Door::Page, || post(page::log_in)),
    route("GET", "/admin/oidc", Access::Open, Door::Page, || get(page::login_begin)),
    route("GET", "/admin/oidc/callback", Access::Open, Door::Page, || get(page::login_end)),
    route("POST", "/admin/logout", VISITOR, Door::Page, || post(page::log_out)),
    route("GET", "/admin", VISITOR, Door::Page, || get(page::list)),
    route("POST", "/admin/preview", EDITOR, Door::Page, || post(page::preview)),
    route("POST", "/admin/apply", EDITOR, Door::Page, || post(page::apply)),
    route("GET", "/admin/users/{id}", VISITOR, Door::Page, || get(page::user)),
    route("GET", "/admin/workspaces", VISITOR, Door::Page, || get(page::workspaces)),
    route("GET", "/admin/workspaces/{id}", VISITOR, Door::Page, || get(page::workspace)),
    route("GET", "/admin/audit", VISITOR, Door::Page, || get(page::audit)),
    route("GET", "/admin/changes/{id}", VISITOR, Door::Page, || get(page::change)),
    route("POST", "/admin/changes/{id}/undo", EDITOR, Door::Page, || post(page::undo)),
    route("GET", "/admin/import", EDITOR, Door::Page, || get(page::import_form)),
    route("POST", "/admin/import", EDITOR, Door::Page, || import(post(page::import_preview))),
    route("POST", "/admin/import/apply", EDITOR, Door::Page, || import(post(page::import_apply))),
    route("GET", "/admin/export.csv", VISITOR, Door::Page, || get(page::export)),
    route("GET", "/admin/keys", KEEPER, Door::Page, || get(page::keys)),
    route("POST", "/admin/keys", KEEPER, Door::Page, || post(page::key_create)),
    route("GET", "/admin/keys/{key}", KEEPER, Door::Page, || get(page::key)),
    route("POST", "/admin/keys/revoke", KEEPER, Door::Page, || post(page::key_revoke)),
    // SCIM.
    route("GET", "/scim/v2/ServiceProviderConfig", SCIM, Door::Scim, || get(discovery::config)),
    route("GET", "/scim/v2/ResourceTypes", SCIM, Door::Scim, || get(discovery::resource_types)),
    route("GET", "/scim/v2/ResourceTypes/{id}", SCIM, Door::Scim, || get(discovery::resource_type)),
    route("GET", "/scim/v2/Schemas", SCIM, Door::Scim, || get(discovery::all_schemas)),
    route("GET", "/scim/v2/Schemas/{id}", SCIM, Door::Scim, || get(discovery::schema)),
    route("POST", "/scim/v2/.search", SCIM, Door::Scim, || post(discovery::search)),
    route("GET", "/scim/v2/Users", SCIM, Door::Scim, || get(scim::users::list)),
    route("POST", "/scim/v2/Users", SCIM, Door::Scim, || post(scim::users::create)),
    route("POST", "/scim/v2/Users/.search", SCIM, Door::Scim, || post(scim::users::search)),
    route("GET", "/scim/v2/Users/{id}", SCIM, Door::Scim, || get(scim::users::show)),
    route("PUT", "/scim/v2/Users/{id}", SCIM, Door::Scim, || put(scim::users::replace)),
    route("PATCH", "/scim/v2/Users/{id}", SCIM, Door::Scim, || patch(scim::users::update)),
    route("DELETE", "/scim/v2/Users/{id}", SCIM, Door::Scim, || delete(scim::users::delete)),
    route("GET", "/scim/v2/Groups", SCIM, Door::Scim, || get(scim::groups::list)),
    route("POST", "/scim/v2/Groups", SCIM, Door::Scim, || post(scim::groups::create)),
    route("POST", "/scim/v2/Groups/.search", SCIM, Door::Scim, || post(scim::groups::search)),
    route("GET", "/scim/v2/Groups/{id}", SCIM, Door::Scim, || get(scim::groups::show)),
    route("PUT", "/scim/v2/Groups/{id}", SCIM, Door::Scim, || put(scim::groups::replace)),
    route("PATCH", "/scim/v2/Groups/{id}", SCIM, Door::Scim, || patch(scim::groups::update)),
    route("DELETE", "/scim/v2/Groups/{id}", SCIM, Door::Scim, || delete(scim::groups::delete)),
];

/// Allows larger bodies than other routes.
fn import(handler: MethodRouter<Server>) -> MethodRouter<Server> {
    handler.layer(DefaultBodyLimit::max(page::IMPORT_BYTES_MAX))
}

const fn route(
    method: &'static str,
    path: &'static str,
    access: Access,
    door: Door,
    handler: fn() -> MethodRouter<Server>,
) -> Route {
    Route {
        method,
        path,
        access,
        door,
        handler,
    }
}

/// Ends of the paths of REST and SCIM where a POST only reads: its body says what.
const READING_POSTS: [&str; 4] = ["/query", "/lookup", "/preview", "/.search"];

/// Whether requests for this route of REST or SCIM change nothing.
pub(crate) fn only_reads(method: &str, path: &str) -> bool {
    match method {
        "POST" => READING_POSTS.iter().any(|end| path.ends_with(end)),
        _ => method == "GET",
    }
}

/// Every route with the access it requires.
///
/// ```
/// use headcount_server::{Access, matrix};
///
/// let open: Vec<_> = matrix().filter(|line| line.2 == Access::Open).map(|line| line.1).collect();
/// assert_eq!(open[..3], ["/healthz", "/readyz", "/v1/api/config"]);
/// ```
pub fn matrix() -> impl Iterator<Item = Matrix> {
    ROUTES
        .iter()
        .map(|route| (route.method, route.path, route.access))
}

/// The folders of which no other program has parts. Unknown paths in them are answered in the words
/// of their clients.
const FOLDERS: [&str; 3] = ["/api/v1/{*rest}", "/scim/v2/{*rest}", "/admin/{*rest}"];

/// The routes of a platform's server, which has its own fallback, health and metrics.
pub(crate) fn mountable(server: &Server) -> Router {
    // Health and metrics are the host's own.
    let mut router = routes(server, |route| route.door != Door::Plain);
    for folder in FOLDERS {
        router = router.route(folder, any(nothing));
    }
    router.with_state(server.clone())
}

/// The routes of a server of its own.
pub(crate) fn router(server: &Server) -> Router {
    routes(server, |_| true)
        .fallback(nothing)
        .with_state(server.clone())
}

fn routes(server: &Server, is_wanted: impl Fn(&Route) -> bool) -> Router<Server> {
    let mut router = Router::new();
    for route in ROUTES.iter().filter(|route| is_wanted(route)) {
        let guarded = middleware::from_fn_with_state((server.clone(), route), guard);
        let mut handler = (route.handler)().route_layer(guarded);
        if matches!(route.path, "/api/v1/batch" | "/api/v1/preview") {
            handler = handler.layer(DefaultBodyLimit::max(server.0.config.batch_bytes_max));
        }
        router = router.route(route.path, handler);
    }
    router
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(server.0.config.body_bytes_max))
}

/// The routes of the metrics address, without a key: only the operator's programs reach it.
pub(crate) fn metrics_router(server: &Server) -> Router {
    Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .with_state(server.clone())
}

async fn nothing(uri: Uri) -> axum::response::Response {
    let message = match uri.path() {
        "/admin/" => return Redirect::permanent("/admin").into_response(),
        "/scim/v2/Bulk" => return not_implemented("send each operation as a request of its own"),
        "/scim/v2/Me" => {
            return not_implemented("SCIM requests act for no user; use /scim/v2/Users");
        }
        "/" => "there is nothing at this address; the page for people is at /admin",
        path if path.ends_with('/') => {
            "there is nothing at this address; leave out the slash at its end"
        }
        _ => "there is nothing at this address",
    };
    Failure::new(StatusCode::NOT_FOUND, message).response(door_of(&uri))
}

/// The response to an optional part of SCIM (RFC 7644, 3.11).
fn not_implemented(hint: &str) -> axum::response::Response {
    let message = format!("this is not supported: {hint}");
    Failure::new(StatusCode::NOT_IMPLEMENTED, message).response(Door::Scim)
}

async fn wrong_method(method: Method, uri: Uri) -> axum::response::Response {
    let message = format!("this address does not accept {method}");
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, message).response(door_of(&uri))
}

/// The door whose clients ask for a path without a route.
fn door_of(uri: &Uri) -> Door {
    if uri.path().starts_with("/scim/") {
        Door::Scim
    } else if uri.path().starts_with("/api/") {
        Door::Rest
    } else if uri.path().starts_with("/auth/") {
        Door::Identity
    } else if uri.path().starts_with("/v1/") {
        Door::Platform
    } else if uri.path().starts_with("/admin") {
        Door::Page
    } else {
        Door::Plain
    }
}
