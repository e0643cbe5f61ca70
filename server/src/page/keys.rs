//! The keys, with the last request and the last refusal of each provisioner, and forms that create
//! and revoke them.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use headcount::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::view::{encoded, link, moment};
use super::{Shown, Visitor};
use crate::door::Failure;
use crate::keys::{Holder, Key, NewKey, Scope};
use crate::rest::keys::{add, named, removable, remove};
use crate::rest::user_named;

const PAGE: &str = "/admin/keys";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// The id of the key that the visitor has just revoked.
    revoked: Option<String>,
}

pub(crate) async fn list(visitor: Visitor, Query(which): Query<Which>) -> Shown {
    let keys = visitor.server.keys().list();
    let revoked = which.revoked.and_then(|id| {
        let revoked = visitor.server.keys().revoked();
        revoked.into_iter().find(|revoked| revoked.key.id == id)
    });
    let content = html! {
        h1 { "Keys" }
        @if let Some(revoked) = revoked {
            p role="status" { "Revoked: " bdi { (revoked.key.name) } " can't be used any more." }
        }
        p class="soft" {
            "Syncs are shown since the server started. The " a href="/admin/audit" { "audit" }
            " has who created and revoked keys."
        }
        div class="scroll" tabindex="0" role="region" aria-label="Keys" {
            table class="plain" {
                thead { tr {
                    th scope="col" { "Key" }
                    th scope="col" { "Holder" }
                    th scope="col" { "Scopes" }
                    th scope="col" { "Expires" }
                    th scope="col" { "Last sync" }
                    th scope="col" { "Last refusal" }
                    th scope="col" { span class="soft" { "Revoke" } }
                } }
                tbody { @for key in &keys { (row(&visitor, key)?) } }
            }
        }
        h2 { "Create a key" }
        (form())
    };
    Ok(visitor.page(StatusCode::OK, "Keys", PAGE, &content))
}

fn form() -> Markup {
    html! {
        form class="card stack" method="post" action=(PAGE) {
            label { "Description" input type="text" name="name" required maxlength="128"; }
            fieldset {
                legend { "Holder" }
                label class="check" {
                    input type="radio" name="kind" value="user" checked;
                    "a user: the key works while they are active"
                }
                label class="check" {
                    input type="radio" name="kind" value="provisioner";
                    "a program, such as an identity provider"
                }
                label {
                    "Email, username or id of the user, or a name for the program"
                    input type="text" name="holder" required;
                }
            }
            label {
                "Scope"
                select name="scope" {
                    option value="read" { "read: look at everything" }
                    option value="write" { "write: also change users and workspaces" }
                    option value="admin" { "admin: also admins, the license and keys" }
                    option value="scim" { "scim: provisioning by SCIM, and nothing else" }
                }
            }
            label { "Expires at the beginning of this day (UTC); never if empty" input type="date" name="expires"; }
            div class="row" { button class="main" { "Create" } }
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    name: String,
    kind: String,
    holder: String,
    scope: String,
    #[serde(default)]
    expires: String,
}

impl Wanted {
    fn key(&self, visitor: &Visitor) -> Result<NewKey, Failure> {
        let holder = match self.kind.as_str() {
            "user" => Holder::User(user_named(visitor.directory(), self.holder.trim())?.id()),
            "provisioner" => Holder::Provisioner(self.holder.clone()),
            _ => return Err(Failure::bad_request("this form is not from this page")),
        };
        let scope: Scope = self.scope.parse().map_err(Failure::bad_request)?;
        let key = NewKey::new(&self.name, holder).scope(scope);
        if self.expires.is_empty() {
            return Ok(key);
        }
        Ok(key.expires_at(format!("{}T00:00:00Z", self.expires).parse()?))
    }
}

/// Creates a key, and leads to the page that shows its secret.
pub(crate) async fn create(visitor: Visitor, Form(wanted): Form<Wanted>) -> Shown {
    let new = wanted.key(&visitor)?;
    let (key, secret) = add(&visitor.server, &visitor.caller, new).await?;
    let sessions = &visitor.server.0.sessions;
    sessions.keep_secret(&visitor.session, &key.id, secret);
    Ok(Redirect::to(&format!("{PAGE}/{}", key.id)).into_response())
}

/// A key; once after its creation, with its secret. The response is not stored.
pub(crate) async fn show(visitor: Visitor, Path(id): Path<String>) -> Shown {
    let key = named(&visitor.server, &id)?;
    let secret = visitor.server.0.sessions.take_secret(&visitor.session, &id);
    let content = html! {
        @if let Some(secret) = secret {
            h1 { "Created" }
            p role="status" { "The key " bdi { (key.name) } ", which is not shown again:" }
            p class="card" { code { (secret.expose()) } }
        } @else {
            h1 { bdi { (key.name) } }
            p class="card" {
                "The key itself was shown when it was created. If it is lost, create another one "
                "and revoke this one."
            }
        }
        p { a class="button" href=(PAGE) { "Back to the keys" } }
    };
    Ok(visitor.page(StatusCode::OK, "Key", PAGE, &content))
}

#[derive(Deserialize)]
pub(crate) struct Unwanted {
    id: String,
    /// Whether the visitor has confirmed.
    #[serde(default)]
    sure: String,
}

/// Revokes a key, after a question.
pub(crate) async fn revoke(visitor: Visitor, Form(unwanted): Form<Unwanted>) -> Shown {
    let Unwanted { id, sure } = unwanted;
    if !sure.is_empty() {
        let list = format!("{PAGE}?revoked={}", encoded(&id));
        remove(&visitor.server, &visitor.caller, id).await?;
        return Ok(Redirect::to(&list).into_response());
    }
    let name = &removable(&visitor.server, &visitor.caller, &id)?.name;
    let content = html! {
        h1 { "Revoke " bdi { (name) } "?" }
        p { "The key stops working at once. This can't be undone." }
        div class="row" {
            form method="post" action="/admin/keys/revoke" {
                input type="hidden" name="id" value=(id);
                input type="hidden" name="sure" value="yes";
                button class="main" { "Revoke" }
            }
            a class="button" href=(PAGE) { "Cancel" }
        }
    };
    Ok(visitor.page(StatusCode::OK, "Revoke a key", PAGE, &content))
}

fn row(visitor: &Visitor, key: &Arc<Key>) -> headcount::Result<Markup> {
    let user = match &key.holder {
        Holder::User(id) => visitor.directory().user_by_id(*id)?,
        Holder::Provisioner(_) => None,
    };
    let creator = key.created_by.map(|id| visitor.directory().user_by_id(id));
    let creator = creator.transpose()?.flatten();
    let sync = visitor.server.0.syncs.of(&key.id);
    Ok(html! {
        tr {
            td {
                bdi { (key.name) } br; code class="soft" { (key.id) }
                div class="soft" {
                    "created " (moment(key.created_at))
                    @match (key.created_by, &creator, &key.created_by_key) {
                        (_, Some(user), _) => {
                            " by " (link(user))
                            @if !user.is_active() { ", who is not active" }
                        }
                        (Some(id), None, _) => { " by " code { (id) } ", who was deleted" },
                        (None, None, Some(id)) => { " with the key " code { (id) } },
                        (None, None, None) => {}
                    }
                }
            }
            td class=[user.is_some().then_some("who")] data-label="Holder" {
                @match (&key.holder, &user) {
                    (Holder::Provisioner(name), _) => bdi { (name) },
                    (_, Some(user)) => (link(user)),
                    (Holder::User(id), None) => code { (id) },
                }
            }
            td class="short" data-label="Scopes" { (key.scope_names()) }
            td class="short" data-label="Expires" {
                @match key.expires_at {
                    None => span class="soft" { "never" },
                    Some(end) if end <= Timestamp::now() => span class="tag bad" { "expired" },
                    Some(end) => (moment(end)),
                }
            }
            td data-label="Last sync" {
                @if let Some(sync) = &sync { (moment(sync.at)) }
            }
            td data-label="Last refusal" {
                @if let Some(refusal) = sync.as_ref().and_then(|sync| sync.refusal.as_ref()) {
                    (moment(refusal.at)) br; b { (refusal.status) } " " (refusal.message)
                }
            }
            td {
                @if visitor.caller.key_id() == Some(&key.id) {
                    span class="soft" { "in use here" }
                } @else { form method="post" action="/admin/keys/revoke" {
                    input type="hidden" name="id" value=(key.id);
                    button aria-label=(format!("Revoke {}", key.name)) { "Revoke…" }
                } }
            }
        }
    })
}
