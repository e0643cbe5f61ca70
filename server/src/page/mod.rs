//! `/admin`: the page for people. It is rendered on the server, needs no script, and changes
//! things only through its own forms.

mod audit;
mod batch;
mod change;
mod cookie;
mod export;
mod holders;
mod import;
mod key_events;
mod keys;
mod list;
mod login;
mod place;
mod plan;
mod search;
mod session;
mod spaces;
mod undo;
mod user;
mod view;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

pub(crate) use self::audit::show as audit;
pub(crate) use self::batch::{apply, preview};
pub(crate) use self::change::show as change;
pub(crate) use self::export::show as export;
pub(crate) use self::import::{
    BODY_BYTES_MAX as IMPORT_BYTES_MAX, Previews, Undos, apply as import_apply,
    form as import_form, preview as import_preview,
};
pub(crate) use self::keys::{
    create as key_create, list as keys, revoke as key_revoke, show as key,
};
pub(crate) use self::list::show as list;
pub(crate) use self::login::{Logins, begin as login_begin, end as login_end};
pub(crate) use self::session::{Sessions, form, log_in, log_out};
pub(crate) use self::spaces::{list as workspaces, show as workspace};
pub(crate) use self::undo::undo;
pub(crate) use self::user::show as user;
use crate::auth::Caller;
use crate::door::{Door, Failure};
use crate::keys::Scope;
use crate::server::Server;
use crate::sightings;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The policy of the audit, whose script requests new changes.
const LIVE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                           form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                           script-src 'self'; connect-src 'self'";

pub(crate) async fn live() -> Response {
    let kind = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (kind, include_str!("live.js")).into_response()
}

pub(crate) async fn style() -> Response {
    let kind = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=300"),
    ];
    (kind, include_str!("style.css")).into_response()
}

pub(crate) async fn icon() -> Response {
    let kind = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "max-age=86400"),
    ];
    (kind, include_str!("icon.svg")).into_response()
}

/// A person who has logged in.
pub(crate) struct Visitor {
    server: Server,
    caller: Caller,
    /// The name of the key.
    name: String,
    /// The secret name of the session.
    session: String,
}

/// Why a visitor does not get the page.
pub(crate) enum Turned {
    /// They are redirected to this address, the login form's.
    ToLogin(String),
    Failed(Failure),
}

type Shown = Result<Response, Turned>;

impl<E: Into<Failure>> From<E> for Turned {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        match self {
            Self::ToLogin(address) => Redirect::to(&address).into_response(),
            Self::Failed(failure) => failure.response(Door::Page),
        }
    }
}

impl FromRequestParts<Server> for Visitor {
    type Rejection = Turned;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Turned> {
        if !parts.method.is_safe() {
            session::check_origin(&parts.headers)?;
        }
        let to_login = || Turned::ToLogin(place::login_for(&parts.method, &parts.uri));
        let session = cookie::SESSION.of(&parts.headers).ok_or_else(to_login)?;
        let credential = server.0.sessions.find(session).ok_or_else(to_login)?;
        let session = session.to_owned();
        let name = credential.name().to_owned();
        // The session ends with its key.
        let caller = Caller::of(server, credential, Door::Page).map_err(|_| to_login())?;
        caller.take_turn(server)?;
        let needed = parts.extensions.get::<Scope>().copied();
        caller.may(needed.unwrap_or(Scope::Admin))?;
        sightings::record(server, caller.user);
        Ok(Self {
            server: server.clone(),
            caller,
            name,
            session,
        })
    }
}

impl Visitor {
    fn directory(&self) -> &headcount::Directory {
        &self.server.0.directory
    }

    /// Whether the session and its credential are still valid, for long-lived responses.
    fn is_still_good(&self) -> bool {
        let is_open = self.server.0.sessions.find(&self.session).is_some();
        is_open && self.caller.is_still_good(&self.server)
    }

    /// Whether the visitor manages keys, and so is told what was done to them.
    fn may_see_keys(&self) -> bool {
        self.caller.may(Scope::Admin).is_ok()
    }

    /// The same, for long-lived responses.
    fn may_still_see_keys(&self) -> bool {
        self.caller.may_still(&self.server, Scope::Admin)
    }

    fn may_write(&self) -> bool {
        self.caller.may(Scope::Write).is_ok()
    }

    /// A complete page for a person who has logged in.
    fn page(&self, status: StatusCode, title: &str, at: &str, content: &Markup) -> Response {
        let links = [
            ("/admin", "Users"),
            ("/admin/workspaces", "Workspaces"),
            ("/admin/audit", "Audit"),
            ("/admin/keys", "Keys"),
        ];
        let is_allowed = |(path, _): &(&str, _)| *path != "/admin/keys" || self.may_see_keys();
        let head = html! {
            nav aria-label="Main" {
                @for (path, name) in links.into_iter().filter(is_allowed) {
                    a href=(path) aria-current=[(path == at).then_some("page")] { (name) }
                }
            }
            form method="post" action="/admin/logout" {
                button title=(format!("logged in with {}", self.name)) { "Log out" }
            }
        };
        page(status, title, &head, content)
    }
}

/// A complete page, which is not cached.
fn page(status: StatusCode, title: &str, head: &Markup, content: &Markup) -> Response {
    let document = html! {
        (maud::DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · headcount" }
                link rel="stylesheet" href="/admin/style.css";
                link rel="icon" href="/admin/icon.svg" type="image/svg+xml";
            }
            body {
                a class="skip" href="#main" { "Skip to the content" }
                header class="top" { div { strong { "headcount" } (head) } }
                main id="main" { (content) }
            }
        }
    };
    let mut response = (status, axum::response::Html(document.into_string())).into_response();
    secure(&mut response);
    response
}

/// Sets the security headers of a page.
fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The page for a failure without a page of its own.
pub(crate) fn failure(status: StatusCode, message: &str) -> Response {
    let content = html! {
        h1 { "That did not work" }
        p class="card bad" role="alert" { (message) }
        p { a href="/admin" { "Back to the users" } }
    };
    page(status, "Error", &html! {}, &content)
}
